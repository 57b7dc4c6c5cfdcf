"""One instance of the stack: its directory, its ports, and what it remembers between two commands.

`dev` lives in .mercat/, every other one in .mercat/<name>/. Mode, chosen ports, settings of the edge, replica counts and
the place of the binaries are kept in state.json, so that every later command finds the instance that `up` started.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import pathlib
import re
import shutil
import tempfile

from . import edge_settings, processes
from .console import Trouble, say

ROOT = pathlib.Path(__file__).resolve().parents[3]
DEFAULT_PORTS = {"dev": (18000, 8080), "test": (19000, 9080)}
EDGE_OFFSET = 80
EDGE_TLS_OFFSET = 363  # from the edge: 8080 gives 8443, and a base gives base + 443
MODES = ("development", "production")
FOLDERS = ("conf", "data", "logs", "mail", "run", "secrets")
FILES = ("state.json", "overrides.json")

# Offsets from the port base. Replicas count from 1, at most 19 of a service.
SERVER_OFFSETS = {
    "mariadb": 1, "amqp": 2, "rabbitmq-distribution": 3, "epmd": 4, "rabbitmq-management": 5,
    "rabbitmq-prometheus": 6, "smtp": 7, "inner-customer": 11, "inner-products": 12, "inner-shopping": 13,
}
SERVICE_OFFSETS = {
    "customer": 100, "products": 120, "shopping": 140, "bff-web": 160, "bff-mobile": 180, "crm-mailer": 200,
}
PRIVATE_OFFSET = 200  # the highest service offset is 200, so main ports end at 219 and these begin at 301
MOST_REPLICAS = 19
PORT_SPAN = 444
STRICT_OFFSETS = (3000, 6000, 9000, -3000, -6000, -9000)  # tried in this order
CLIENT_PORTS = 32768  # from here on the kernel gives ports to clients (ip_local_port_range)
TLS_PORTS_TRIED = 100


class Instance:
    def __init__(self, name):
        # The tests make a second one, <name>-strict, so there is room for that.
        if not re.fullmatch(r"[a-z][a-z0-9-]{0,23}(-strict)?", name) or name in FOLDERS:
            raise Trouble(f"MERCAT_INSTANCE={name}: an instance is named with at most 24 small letters, digits and "
                          f"dashes, and not {', '.join(FOLDERS)}")
        self.name = name
        self.dir = ROOT / ".mercat" if name == "dev" else ROOT / ".mercat" / name
        self.state = self._read_state()

    @property
    def exists(self):
        return (self.dir / "state.json").exists()

    @property
    def edge_port(self):
        return self.state["edgePort"]

    @property
    def edge_tls_port(self):
        return self.state["edgeTlsPort"] or self.edge_port + EDGE_TLS_OFFSET

    @property
    def mode(self):
        return self.state["mode"]

    @property
    def edge(self):
        """What differs from the edge's defaults, by the name of the variable (edge_settings.py)."""
        return self.state["edge"]

    @property
    def shop_url(self):
        """Where a client finds the shop: in production mode the plain port only sends him to this."""
        return self.https_url if self.mode == "production" else f"http://127.0.0.1:{self.edge_port}"

    @property
    def public_url(self):
        """The same for people, in mails: in production mode by the shop's name, when it has one."""
        host = self.edge.get("MERCAT_EDGE_HOST") if self.mode == "production" else None
        return f"https://{host}" if host else self.shop_url.replace("127.0.0.1", "localhost")

    @property
    def https_url(self):
        return f"https://127.0.0.1:{self.edge_tls_port}"

    @property
    def bin_dir(self):
        return pathlib.Path(self.state["binDir"])

    def strict_port_base(self, environment):
        """Where the ports of the strict instance of the tests begin: test 22000, unless another instance is there."""
        base = self.state["portBase"]
        if environment.get("MERCAT_PORT_BASE"):
            base = _port("MERCAT_PORT_BASE", environment["MERCAT_PORT_BASE"], 65535 - PORT_SPAN)
        if base is None:
            raise Trouble(f"instance {self.name} has no ports yet: say MERCAT_PORT_BASE=<port> ./mercat test")
        highest = (CLIENT_PORTS if base < CLIENT_PORTS else 65536) - 1 - PORT_SPAN
        taken = {base, base + PORT_SPAN} | _ports_known(other_than=f"{self.name}-strict")
        for candidate in (base + offset for offset in STRICT_OFFSETS):
            if 1024 <= candidate <= highest and not taken.intersection(range(candidate, candidate + PORT_SPAN + 1)):
                return candidate
        raise Trouble(f"MERCAT_PORT_BASE={base}: around it is no room for the {PORT_SPAN} ports of {self.name}-strict: "
                      "take another, or wipe an instance that is not needed")

    def port(self, use):
        return self.state["portBase"] + SERVER_OFFSETS[use]

    def service_port(self, service, number):
        return self.state["portBase"] + SERVICE_OFFSETS[service] + number

    def private_port(self, service, number):
        return self.service_port(service, number) + PRIVATE_OFFSET

    def conf(self, name):
        return self.dir / "conf" / name

    def data(self, name):
        return self.dir / "data" / name

    def log(self, name):
        return self.dir / "logs" / f"{name}.log"

    def socket(self, name):
        """Unix socket paths are limited to 107 bytes, and supervisord adds its pid while it creates one."""
        path = self.dir / "run" / name
        if len(os.fsencode(path)) < 90:
            return path
        digest = hashlib.sha256(os.fsencode(self.dir)).hexdigest()[:12]
        return pathlib.Path(tempfile.gettempdir()) / f"mercat-{os.getuid()}-{digest}" / name

    def create(self):
        if re.search(r"""[\s'"%;#$,\\{}]""", str(ROOT)):
            raise Trouble(f"{ROOT}: MariaDB, RabbitMQ and nginx cannot live with spaces and such in this path: "
                          "move the checkout")
        for folder in FOLDERS:
            (self.dir / folder).mkdir(parents=True, exist_ok=True)
        os.chmod(self.dir / "secrets", 0o700)
        os.chmod(self.dir / "data", 0o700)
        short = self.socket("x").parent
        short.mkdir(mode=0o700, parents=True, exist_ok=True)
        if short.stat().st_uid != os.getuid():
            raise Trouble(f"{short} belongs to somebody else: remove it, or use a shorter path for the checkout")
        (ROOT / ".mercat" / ".gitignore").write_text("*\n")

    def choose(self, environment):
        """Takes mode, ports, edge and binaries from the environment of `up`; what it leaves open stays as it was."""
        mode = self._chosen_mode(environment)
        base, edge, tls = self._chosen_ports(environment)
        binaries = pathlib.Path(environment.get("MERCAT_BIN_DIR") or ROOT / "build" / "release").resolve()
        kept = edge_settings.take(self.edge, environment, mode)
        if tls is None and mode == "development":
            tls = self._instead_of_taken(edge + EDGE_TLS_OFFSET)
        self.state.update(portBase=base, edgePort=edge, edgeTlsPort=tls, mode=mode, binDir=str(binaries), edge=kept)
        self.remember()

    def _chosen_mode(self, environment):
        """Once and for all: what was made in development has users whose password is public."""
        mode = environment.get("MERCAT_MODE") or self.mode
        if mode not in MODES:
            raise Trouble(f"MERCAT_MODE={mode}: there are {' and '.join(MODES)}")
        if self.exists and mode != self.mode:
            raise Trouble(f"MERCAT_MODE={mode}: instance {self.name} was made in {self.mode} mode and stays in it: take "
                          "another MERCAT_INSTANCE, or delete this one with its data by ./mercat down --wipe")
        return mode

    def _chosen_ports(self, environment):
        """Base, edge, TLS; the last is None when nobody chose one. The edge may be at 80 and 443."""
        base, edge, tls = (self.state[use] for use in ("portBase", "edgePort", "edgeTlsPort"))
        if "MERCAT_PORT_BASE" in environment:
            base = _port("MERCAT_PORT_BASE", environment["MERCAT_PORT_BASE"], 65535 - PORT_SPAN)
            edge = edge or base + EDGE_OFFSET
        if base is None:
            raise Trouble(f"instance {self.name} has no ports yet: say MERCAT_PORT_BASE=<port> ./mercat up")
        if "MERCAT_EDGE_TLS_PORT" in environment:
            tls = _port("MERCAT_EDGE_TLS_PORT", environment["MERCAT_EDGE_TLS_PORT"], 65535, lowest=1)
        if "MERCAT_EDGE_PORT" in environment:
            edge = _port("MERCAT_EDGE_PORT", environment["MERCAT_EDGE_PORT"], 65535 if tls else 65535 - EDGE_TLS_OFFSET,
                         lowest=1)
        if edge == tls:
            raise Trouble(f"MERCAT_EDGE_PORT and MERCAT_EDGE_TLS_PORT are both {edge}: they must be two")
        return base, edge, tls

    def _instead_of_taken(self, default):
        """A developer did not ask for TLS, so it does not stop him: another port when somebody else has the default.
        None: the default is free, or ours already."""
        if processes.port_is_free(default) or processes.listener_of(default) in processes.of_instance(self):
            return None
        for port in range(default + 1, min(default + TLS_PORTS_TRIED, 65535) + 1):
            if processes.port_is_free(port):
                say(f"  port {default} is in use: HTTPS gets {port} (MERCAT_EDGE_TLS_PORT chooses another)")
                return port
        raise Trouble(f"port {default} and the {TLS_PORTS_TRIED} after it are in use: choose one for HTTPS with "
                      "MERCAT_EDGE_TLS_PORT")

    def replicas(self, service):
        return self.state["replicas"].get(service, 1 if service == "crm-mailer" else 2)

    def set_replicas(self, service, count):
        self.state["replicas"][service] = count
        self.remember()

    def remember(self):
        write_file(self.dir / "state.json", json.dumps(self.state, indent=2) + "\n", durable=True)

    def overrides(self):
        """Extra environment per service or replica, from overrides.json: {"products": {"MERCAT_X": "1"}}."""
        path = self.dir / "overrides.json"
        if not path.exists():
            return {}
        try:
            content = json.loads(path.read_text())
            assert all(isinstance(keys, dict) for keys in content.values())
            return content
        except (ValueError, AttributeError, AssertionError):
            raise Trouble(f'{path} is not of the form {{"products": {{"MERCAT_KEY": "value"}}}}: mend or delete it')

    @contextlib.contextmanager
    def locked(self, against="command"):
        """Only one command changes an instance at a time, and only one `test` uses it."""
        (ROOT / ".mercat").mkdir(exist_ok=True)
        with open(ROOT / ".mercat" / f".{self.name}-{against}.lock", "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say(f"  another ./mercat {against} is at work on instance {self.name}: waiting for it")
                fcntl.flock(lock, fcntl.LOCK_EX)
                self.state = self._read_state()
            yield

    def wipe(self):
        for folder in FOLDERS:
            shutil.rmtree(self.dir / folder, ignore_errors=True)
        for name in FILES:
            (self.dir / name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.dir.rmdir()

    def _read_state(self):
        base, edge = DEFAULT_PORTS.get(self.name, (None, None))
        state = {"portBase": base, "edgePort": edge, "edgeTlsPort": None, "mode": MODES[0], "edge": {},
                 "binDir": str(ROOT / "build" / "release"), "replicas": {}}
        with contextlib.suppress(OSError, ValueError):
            state.update(json.loads((self.dir / "state.json").read_text()))
        return state


def _port(name, text, highest, lowest=1024):
    if not re.fullmatch(r"\d{1,5}", text, re.ASCII) or not lowest <= int(text) <= highest:
        raise Trouble(f"{name}={text}: a port between {lowest} and {highest} is needed")
    return int(text)


def _ports_known(other_than):
    """First and last ports, and those of the edge, of dev, test and every other instance that is remembered."""
    rows = [(base, edge, None) for base, edge in DEFAULT_PORTS.values()]
    for path in (ROOT / ".mercat").glob("*/state.json"):
        if path.parent.name != other_than:
            with contextlib.suppress(OSError, ValueError, KeyError):
                state = json.loads(path.read_text())
                rows.append((state["portBase"], state["edgePort"], state.get("edgeTlsPort")))
    return {port for base, edge, tls in rows for port in (base, base + PORT_SPAN, edge, tls or edge + EDGE_TLS_OFFSET)}


def write_file(path, text, mode=0o600, durable=False):
    """Replaces the file in one step, so that a reader or a crash never sees half of it; returns if it is another.
    `durable`: nor does the machine's crash; for what cannot be made again."""
    before = path.read_text(encoding="utf-8") if path.exists() else None
    beside = path.with_name(path.name + ".new")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        file.write(text)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    os.replace(beside, path)
    if durable:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return text != before


def fill_template(path, values):
    """Replaces @NAME@ in a template; a name without a value is an error of ours."""
    text = path.read_text(encoding="utf-8")
    return re.sub(r"@([A-Z][A-Z0-9_]*)@", lambda match: str(values[match[1]]), text)
