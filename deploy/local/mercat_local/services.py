"""The services: which there are, what each finds in its environment, whether a replica is ready, what seeds them."""

import dataclasses
import http.client
import json
import os
import subprocess
import sys

from . import credentials, mariadb, processes, rabbitmq, signing_keys
from .console import Trouble, last_lines
from .instance import MOST_REPLICAS, ROOT
from .supervisor import Program


@dataclasses.dataclass(frozen=True)
class Service:
    name: str
    tier: str  # "domain" services stand behind the inner nginx, "bff" behind the edge, a "worker" behind none

    @property
    def listens(self):
        return self.tier != "worker"

    @property
    def stores(self):
        return self.name in credentials.DATABASES


SERVICES = [
    Service("customer", "domain"), Service("products", "domain"), Service("shopping", "domain"),
    Service("bff-web", "bff"), Service("bff-mobile", "bff"), Service("crm-mailer", "worker"),
]
BY_NAME = {service.name: service for service in SERVICES}
SEEDS = [
    ("products", ["seed", str(ROOT / "products" / "demo" / "catalogue.json")]),
    ("customer", ["seed-demo-users"]),
]


@dataclasses.dataclass(frozen=True)
class Replica:
    service: Service
    number: int
    port: int  # 0 when the service has no public listener
    private_port: int

    @property
    def name(self):
        return f"{self.service.name}-{self.number}"


def named(name):
    if name not in BY_NAME:
        raise Trouble(f"no service is called {name}: there are {', '.join(BY_NAME)}")
    return BY_NAME[name]


def replicas(instance, service, count=None):
    count = instance.replicas(service.name) if count is None else count
    return [
        Replica(service, number, instance.service_port(service.name, number) if service.listens else 0,
                instance.private_port(service.name, number))
        for number in range(1, min(count, MOST_REPLICAS) + 1)
    ]


def all_replicas(instance):
    return [replica for service in SERVICES for replica in replicas(instance, service)]


def binary(instance, service):
    return instance.bin_dir / service.name / service.name


def check_binaries(instance):
    missing = [service.name for service in SERVICES if not os.access(binary(instance, service), os.X_OK)]
    if missing:
        raise Trouble(f"not built: {', '.join(missing)} (looked for {instance.bin_dir}/<service>/<service>); "
                      "`./mercat up` builds them, unless MERCAT_BIN_DIR points elsewhere")


def program(instance, replica):
    return Program(
        name=replica.name,
        command=[binary(instance, replica.service)],
        directory=instance.dir / "run",
        environment=environment(instance, replica),
        stop_wait=30,  # a replica gives itself 20 s for what is in flight
    )


def environment(instance, replica):
    """Exactly the keys this service knows: it refuses to start with any other MERCAT_* key."""
    service = replica.service
    keys = {
        "MERCAT_MODE": instance.mode,
        "MERCAT_REPLICA": replica.name,
        "MERCAT_LOG_LEVEL": "info",
        "MERCAT_PRIVATE_ADDRESS": "127.0.0.1",
        "MERCAT_PRIVATE_PORT": replica.private_port,
        "MERCAT_AMQP_HOST": "127.0.0.1",
        "MERCAT_AMQP_PORT": instance.port("amqp"),
        "MERCAT_AMQP_VHOST": rabbitmq.VHOST,
        "MERCAT_AMQP_USER": service.name,
        "MERCAT_AMQP_PASSWORD_FILE": credentials.path(instance, f"amqp-{service.name}"),
    }
    if service.listens:
        keys |= {
            "MERCAT_HTTP_ADDRESS": "127.0.0.1",
            "MERCAT_HTTP_PORT": replica.port,
        } | signing_keys.environment(instance, signs=service.name == "customer")
    if service.stores:
        keys |= {
            "MERCAT_DB_SOCKET": mariadb.socket_path(instance),
            "MERCAT_DB_NAME": credentials.DATABASES[service.name],
            "MERCAT_DB_USER": service.name,
            "MERCAT_DB_PASSWORD_FILE": credentials.path(instance, f"db-{service.name}"),
        }
    if service.tier == "bff":
        keys |= {f"MERCAT_{name.upper()}_URL": f"http://127.0.0.1:{instance.port(f'inner-{name}')}"
                 for name in ("customer", "products", "shopping")}
    if service.tier == "worker":
        keys["MERCAT_SMTP_URL"] = f"smtp://127.0.0.1:{instance.port('smtp')}"
        keys["MERCAT_SMTP_TLS"] = "never"  # the mailbox is on this machine, and has no certificate
        keys["MERCAT_SHOP_URL"] = instance.public_url + "/"
    overrides = instance.overrides()
    keys |= overrides.get(service.name, {}) | overrides.get(replica.name, {})
    return keys


def readiness(replica):
    """(ready, what it says of itself), from the private listener; (False, {}) when it does not answer."""
    connection = http.client.HTTPConnection("127.0.0.1", replica.private_port, timeout=2)
    try:
        connection.request("GET", "/ready", headers={"Connection": "close"})
        answer = connection.getresponse()
        body = answer.read()
        return answer.status == 200, json.loads(body)
    except (OSError, http.client.HTTPException, ValueError):
        return False, {}
    finally:
        connection.close()


def hint(instance, replica):
    _, says = readiness(replica)
    said = f"    /ready says: {json.dumps(says)}\n" if says else "    it does not answer on its private listener\n"
    return said + last_lines(instance.log(replica.name))


def seed(instance, name, arguments):
    """Runs the service's own seed command with the environment of its first replica; returns its last line."""
    try:
        done = subprocess.run([binary(instance, BY_NAME[name]), *arguments], env=_environment_of_command(instance, name),
                              cwd=instance.dir / "run",
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=60, check=False)
    except subprocess.TimeoutExpired:
        raise Trouble(f"`{name} {arguments[0]}` did not end within 60 s")
    if done.returncode != 0:
        raise Trouble(f"`{name} {arguments[0]}` failed ({done.returncode}):\n{done.stdout[-2000:].rstrip()}")
    return done.stdout.strip().rpartition("\n")[2]


def run_live(instance, name, arguments):
    """The same for a command that takes its time: what it prints is seen as it comes."""
    sys.stdout.flush()
    code = subprocess.run([binary(instance, BY_NAME[name]), *arguments], env=_environment_of_command(instance, name),
                          cwd=instance.dir / "run", stdin=subprocess.DEVNULL, check=False).returncode
    if code != 0:
        raise Trouble(f"`{name} {arguments[0]}` failed ({code}): see above")


def _environment_of_command(instance, name):
    keys = {key: str(value) for key, value in environment(instance, replicas(instance, BY_NAME[name], 1)[0]).items()}
    return keys | processes.sanitizer_options() | {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8",
                                                   processes.MARK: str(instance.dir)}
