"""The two nginx of an instance: the edge in front of the BFFs, the inner one in front of the domain services.

They are two masters, so that scaling a domain service never reloads the edge and with it the clients' connections.
Templates are in nginx/; what differs between two commands is only the list of replicas in upstreams-<which>.conf.
"""

import hashlib
import http.client
import os
import pathlib
import signal
import subprocess

from . import certificates, edge_settings, processes, services
from .console import Trouble, last_lines, wait_until
from .instance import ROOT, fill_template, write_file
from .supervisor import Program

TEMPLATES = ROOT / "nginx"
LEAVE_WITHIN = 20  # worker_shutdown_timeout is 15 s
TIERS = {"edge": "bff", "inner": "domain"}

# In production mode a listener of its own says to clients on the plain port where to go.
PLAIN = {"development": "shop", "production": "redirect"}


def prepare(instance):
    """Writes what both are to load; returns which of them have loaded something else, or nobody knows what."""
    to_load = set()
    for which in TIERS:
        home(instance, which).mkdir(parents=True, exist_ok=True)
        # The files that the template includes are the repository's own: their content counts, not their names.
        digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(TEMPLATES.glob("*.conf")))).hexdigest()
        text = f"# includes {digest}\n{fill_template(TEMPLATES / f'{which}.conf.in', _words(instance, which))}"
        write_file(instance.conf(f"nginx-{which}.conf"), text)
        write_upstreams(instance, which)
        if not _loaded(instance, which).exists() or _loaded(instance, which).read_text() != _digest(instance, which):
            to_load.add(which)
    return to_load


def remember_loaded(instance, which):
    """After a start or a reload that went well. What was only written and not loaded, because there was trouble in
    between, is still to be loaded by the next `up`. start_nginx.py forgets it before each start."""
    write_file(_loaded(instance, which), _digest(instance, which))


def _loaded(instance, which):
    return home(instance, which) / "loaded"


def _digest(instance, which):
    written = [instance.conf(f"nginx-{which}.conf"), instance.conf(f"nginx-upstreams-{which}.conf")]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in written)).hexdigest()


def write_upstreams(instance, which):
    """max_fails=0: a replica that fails is tried again at once, so that there is always a live upstream."""
    blocks = []
    for service in services.SERVICES:
        if service.tier != TIERS[which]:
            continue
        servers = "".join(f"    server 127.0.0.1:{replica.port} max_fails=0;\n"
                          for replica in services.replicas(instance, service))
        blocks.append(f"upstream {service.name} {{\n{servers}"
                      "    keepalive 64;\n    keepalive_requests 1000000;\n    keepalive_timeout 5s;\n}\n")
    write_file(instance.conf(f"nginx-upstreams-{which}.conf"), "\n".join(blocks))


def programs(instance):
    return [
        Program(
            name=f"nginx-{which}",
            command=["/usr/bin/python3", "-EsB", ROOT / "deploy" / "local" / "start_nginx.py", home(instance, which),
                     instance.conf(f"nginx-{which}.conf"), _error_log(instance, which)],
            directory=home(instance, which),
            # nginx cannot move a listener from one address to all by a reload: another address is another program.
            environment={key: value for key, value in instance.edge.items()
                         if which == "edge" and key == "MERCAT_EDGE_ADDRESS"},
            stop_signal="QUIT",
            stop_wait=15,
        ) for which in ("inner", "edge")
    ]


def check(instance, which):
    checked = subprocess.run(
        ["/usr/sbin/nginx", "-p", home(instance, which), "-c", instance.conf(f"nginx-{which}.conf"),
         "-e", _error_log(instance, which), "-t", "-q"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if checked.returncode != 0:
        raise Trouble(f"nginx refuses its configuration:\n{checked.stdout.strip()}")


def reload(instance, which, supervisor):
    """Returns when the workers with the former configuration have answered what they had and are gone."""
    check(instance, which)
    master = supervisor.states()[f"nginx-{which}"]["pid"]
    if not master:
        raise Trouble(f"nginx-{which} does not run:\n{hint(instance, which)}")
    former = set(processes.nginx_in(home(instance, which))) - {master}
    os.kill(master, signal.SIGHUP)
    wait_until(lambda: not former & set(processes.nginx_in(home(instance, which))), LEAVE_WITHIN,
               f"the former workers of nginx-{which} did not leave")
    remember_loaded(instance, which)


def is_up(instance, which):
    port = instance.edge_port if which == "edge" else instance.port("inner-customer")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/status" if which == "edge" else "/nginx-status", headers={"Connection": "close"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def hint(instance, which):
    return last_lines(instance.log(f"nginx-{which}")) + "\n" + last_lines(_error_log(instance, which))


def home(instance, which) -> pathlib.Path:
    return instance.data("nginx") / which


def _error_log(instance, which):
    return instance.log(f"nginx-{which}-error")


def _words(instance, which):
    words = {
        "USER": "user root;" if os.getuid() == 0 else "",
        "HOME": home(instance, which),
        "LOGS": instance.dir / "logs",
        "NGINX": TEMPLATES,
        "UPSTREAMS": instance.conf(f"nginx-upstreams-{which}.conf"),
    } | edge_settings.words(instance.mode, instance.edge)
    if which == "edge":
        return words | _words_of_edge(instance)
    return words | {f"{name.upper()}_PORT": instance.port(f"inner-{name}")
                    for name in ("customer", "products", "shopping")}


def _words_of_edge(instance):
    certificate, key = certificates.certificate(instance), certificates.key(instance)
    kept = instance.edge
    plain = _listens(instance, instance.edge_port)
    words = {
        "ROOT": ROOT,
        "SHOP_LISTENS": plain if PLAIN[instance.mode] == "shop" else "",
        "TLS_LISTENS": _listens(instance, instance.edge_tls_port, "ssl "),
        "CERTIFICATE": certificate,
        "KEY": key,
        # A certificate that was renewed under the same name is another configuration.
        "CERTIFICATE_DIGEST": hashlib.sha256(pathlib.Path(certificate).read_bytes()).hexdigest(),
        "ORIGINS": "".join(f"        \"{origin}\" \"{origin}\";\n"
                           for origin in kept.get("MERCAT_CORS_ORIGINS", "").split()),
        "VARY_ORIGIN": ", Origin" if kept.get("MERCAT_CORS_ORIGINS") else "",
        "TRUSTED_PROXIES": _trusted_proxies(kept.get("MERCAT_EDGE_TRUSTED_PROXIES", "").split()),
        "ACME": _acme(kept.get("MERCAT_ACME_ROOT")),
    }
    redirect = ""
    if PLAIN[instance.mode] == "redirect":
        # Without a name of its own: whichever name of this machine the client used.
        host = kept.get("MERCAT_EDGE_HOST") or f"$host:{instance.edge_tls_port}"
        redirect = fill_template(TEMPLATES / "edge-redirect.conf.in", words | {
            "NGINX": TEMPLATES, "LISTEN": plain, "HTTPS_HOST": host})
    return words | {"REDIRECT": redirect}


def _listens(instance, port, option=""):
    hosts = [f"[{address}]" if ":" in address else address for address in edge_settings.addresses(instance.edge)]
    return "\n        ".join(f"listen {host}:{port} {option}default_server backlog=2048;" for host in hosts)


def _trusted_proxies(networks):
    """The client's address from X-Forwarded-For, when a load balancer of ours has written it."""
    return "".join(f"set_real_ip_from {network};\n    " for network in networks) + (
        "real_ip_header X-Forwarded-For;\n    real_ip_recursive on;" if networks else "")


def _acme(folder):
    return f"""location ^~ /.well-known/acme-challenge/ {{
            root "{folder}";
            default_type text/plain;
            try_files $uri =404;
        }}""" if folder else ""
