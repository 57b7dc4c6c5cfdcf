"""What the edge is set to: limits, CORS, certificates. `up` reads them from the environment and remembers them.

Each has two defaults: development is wide, for a machine where one developer or one test is all the clients;
production is strict. A name without MERCAT_EDGE_ is the word in nginx/edge.conf.in. An empty value goes back to the
default. The same table, with the reasons, is in nginx/README.md.
"""

import dataclasses
import ipaddress
import os
import pathlib
import re
import ssl

from .console import Trouble

PREFIX = "MERCAT_EDGE_"
LOOPBACK = "127.0.0.1"
PORTS = ("MERCAT_EDGE_PORT", "MERCAT_EDGE_TLS_PORT")


@dataclasses.dataclass(frozen=True)
class Limit:
    word: str
    development: object
    production: object
    lowest: int = 1
    highest: int = 1_000_000

    @property
    def is_rate(self):
        return isinstance(self.production, str)

    def checked(self, text):
        found = re.fullmatch(r"(\d{1,9})(r/[sm])?", text, re.ASCII)
        if not found or bool(found[2]) != self.is_rate or not self.lowest <= int(found[1]) <= self.highest:
            form = "requests per second or minute, as 10r/s or 30r/m" if self.is_rate else "a whole number"
            raise Trouble(f"{PREFIX}{self.word}={text}: {form}, from {self.lowest} to {self.highest}")
        return text


LIMITS = [
    Limit("REQUEST_RATE", "50000r/s", "50r/s"),
    Limit("REQUEST_BURST", 50000, 100),
    Limit("LOGIN_RATE", "50000r/s", "1r/s"),
    Limit("LOGIN_BURST", 50000, 10),
    Limit("REFRESH_RATE", "50000r/s", "1r/s"),
    Limit("REFRESH_BURST", 50000, 20),
    Limit("CONNECTIONS_PER_CLIENT", 8192, 64, highest=65536),
    Limit("WORKER_CONNECTIONS", 8192, 8192, lowest=64, highest=8192),
    # WORKER_CONNECTIONS: each may need a second one, to a BFF, and a worker has 16,384 descriptors (edge.conf.in).
    Limit("BODY_KIB", 1024, 512, highest=1024),  # the guard of the services takes 1 MiB at most
    Limit("HEADER_KIB", 8, 8, lowest=1, highest=16),
    Limit("HEADER_SECONDS", 10, 5, highest=60),
    Limit("BODY_SECONDS", 10, 5, highest=60),
    Limit("SEND_SECONDS", 10, 5, highest=60),
    Limit("IDLE_SECONDS", 65, 15, highest=3600),
    Limit("CONNECTION_SECONDS", 3600, 600, highest=86400),
    Limit("REQUESTS_PER_CONNECTION", 100000, 1000),
    Limit("HSTS_SECONDS", 0, 31536000, lowest=0, highest=63072000),
]


def take(kept, environment, mode):
    """What is kept, with what the environment says instead; everything is checked before anything starts."""
    known = {PREFIX + limit.word: limit.checked for limit in LIMITS} | {
        "MERCAT_EDGE_HOST": _host, "MERCAT_EDGE_ADDRESS": _address,
        "MERCAT_EDGE_TRUSTED_PROXIES": _networks, "MERCAT_CORS_ORIGINS": _origins, "MERCAT_ACME_ROOT": _folder,
        "MERCAT_TLS_CERTIFICATE": _file, "MERCAT_TLS_KEY": _file,
    }
    unknown = [key for key in environment if key.startswith(PREFIX) and key not in known and key not in PORTS]
    if unknown:
        raise Trouble(f"{', '.join(sorted(unknown))}: the edge has no such setting; nginx/README.md lists them")
    kept = dict(kept)
    for name, check in known.items():
        if name in environment:
            kept.pop(name, None)
            if environment[name]:
                kept[name] = check(environment[name])
    if ("MERCAT_TLS_CERTIFICATE" in kept) != ("MERCAT_TLS_KEY" in kept):
        raise Trouble("MERCAT_TLS_CERTIFICATE and MERCAT_TLS_KEY belong together: give both, or neither")
    if mode != "production" and not ipaddress.ip_address(kept.get("MERCAT_EDGE_ADDRESS", LOOPBACK)).is_loopback:
        raise Trouble("MERCAT_EDGE_ADDRESS: others reach the edge in production mode only; this instance is for this "
                      "machine")
    if "MERCAT_TLS_KEY" in kept:
        _check_pair(kept["MERCAT_TLS_CERTIFICATE"], kept["MERCAT_TLS_KEY"])
    return kept


def addresses(kept):
    """Where the edge listens: on loopback, for whoever works on the machine, and where MERCAT_EDGE_ADDRESS says."""
    asked = kept.get("MERCAT_EDGE_ADDRESS", LOOPBACK)
    return [asked] if asked in (LOOPBACK, "0.0.0.0") else [LOOPBACK, asked]


def words(mode, kept):
    """The limits, as words of the template."""
    chosen = {limit.word: kept.get(PREFIX + limit.word, getattr(limit, mode)) for limit in LIMITS}
    if mode != "production":
        chosen["HSTS_SECONDS"] = 0  # a browser remembers it for the name, and localhost is everybody's name
    return chosen | {f"{name}_RETRY_AFTER": _seconds_between(chosen[f"{name}_RATE"])
                     for name in ("REQUEST", "LOGIN", "REFRESH")}


def _seconds_between(rate):
    """What Retry-After says: the time in which one more request is let in, whole seconds, at least 1."""
    number, unit = re.fullmatch(r"(\d+)r/([sm])", rate).groups()
    return max(1, -(-{"s": 1, "m": 60}[unit] // int(number)))


def _origins(text):
    return " ".join(dict.fromkeys(_origin(each.strip()) for each in text.split(",")))


def _origin(text):
    """An origin as browsers send it (RFC 6454, section 6.2): scheme and host in small letters, no default port."""
    found = re.fullmatch(r"(https?)://([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)(?::([1-9]\d{0,4}))?", text, re.ASCII)
    if not found:
        raise Trouble(f"MERCAT_CORS_ORIGINS: '{text}' is not an origin like https://shop.example or "
                      "http://localhost:3000 (small letters, no path, no *)")
    scheme, host, port = found.groups()
    if port and (int(port) > 65535 or int(port) == {"http": 80, "https": 443}[scheme]):
        raise Trouble(f"MERCAT_CORS_ORIGINS: '{text}': no browser sends this port in an Origin")
    if scheme == "http" and host not in ("localhost", "127.0.0.1"):
        raise Trouble(f"MERCAT_CORS_ORIGINS: '{text}': https only, but for this machine; anybody on the way could "
                      "change the page of a plain http origin")
    return text


def _host(text):
    if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[1-9]\d{0,4})?", text, re.ASCII):
        raise Trouble(f"MERCAT_EDGE_HOST={text}: a name like shop.example, with a port if clients see one")
    return text


def _address(text):
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise Trouble(f"MERCAT_EDGE_ADDRESS={text}: an address of this machine, as 10.0.0.5, or 0.0.0.0 for all")
    if getattr(address, "scope_id", None):
        raise Trouble(f"MERCAT_EDGE_ADDRESS={text}: nginx does not listen on an address with a scope")
    return str(address)


def _networks(text):
    try:
        networks = [ipaddress.ip_network(each.strip()) for each in text.split(",")]
    except ValueError as error:
        raise Trouble(f"MERCAT_EDGE_TRUSTED_PROXIES: {error}")
    if any(network.prefixlen == 0 for network in networks):
        raise Trouble("MERCAT_EDGE_TRUSTED_PROXIES: with /0 every client could say to be another")
    return " ".join(map(str, networks))


def _check_pair(certificate, key):
    """Also of what is remembered: a renewal may have gone wrong meanwhile."""
    try:
        # Without a question for a passphrase: nginx would have nobody to ask.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: "")
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise Trouble(f"{certificate} and {key} are no certificate with its key, both PEM and without a passphrase: "
                      f"{error}")


def _file(text):
    return _existing(text, pathlib.Path.is_file, "file")


def _folder(text):
    return _existing(text, pathlib.Path.is_dir, "directory")


def _existing(text, check, kind):
    # The name as given: certbot's is a link, which leads to another file after a renewal.
    path = pathlib.Path(os.path.abspath(text))
    if not check(path) or re.search(r"""[\s'"%;#$,\\{}]""", str(path)):
        raise Trouble(f"{text}: there is no such {kind}, or nginx cannot be told its name (spaces, quotes and such)")
    return str(path)
