"""RabbitMQ of an instance, with an epmd of its own under the supervisor, so that nothing outlives `down`.

The topology comes from deploy/rabbitmq/definitions.json.in and is loaded while the broker boots, before its port opens.
"""

import base64
import glob
import http.client
import os
import shlex
import shutil
import socket

from . import credentials
from .console import Trouble, last_lines
from .instance import ROOT, fill_template, write_file
from .supervisor import Program

VHOST = "mercat"
ADMIN = "admin"


def prepare(instance):
    """Returns whether the definitions are others than last time."""
    home = instance.data("rabbitmq")
    (home / "home").mkdir(parents=True, exist_ok=True)
    cookie = home / "home" / ".erlang.cookie"
    if not cookie.exists():
        write_file(cookie, credentials.read(instance, "erlang-cookie"), 0o400)
    write_file(instance.conf("rabbitmq-plugins"), "[rabbitmq_management,rabbitmq_prometheus].\n")
    write_file(instance.conf("rabbitmq-env.conf"), "")
    changed = write_file(_definitions(instance), _fill_definitions(instance))
    write_file(instance.conf("rabbitmq.conf"), f"""\
listeners.tcp.1 = 127.0.0.1:{instance.port('amqp')}
management.tcp.ip = 127.0.0.1
management.tcp.port = {instance.port('rabbitmq-management')}
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = {instance.port('rabbitmq-prometheus')}
load_definitions = {_definitions(instance)}
log.console = true
log.console.level = info
log.file = false
# A shop of this size stays far below; the alarm must come before a small machine starts to swap.
vm_memory_high_watermark.absolute = 512MiB
disk_free_limit.absolute = 200MB
# A consumer keeps a message unacknowledged for as long as its database or mail server is away.
consumer_timeout = 86400000
# What a service takes (common/amqp/wire.cpp). A larger one would cost each consumer its connection, again and again.
max_message_size = 16777216
""")
    return changed


def programs(instance):
    scripts = _scripts()
    directory = instance.dir / "run"
    epmd = Program(
        name="epmd",
        command=[shutil.which("epmd") or "/usr/bin/epmd", "-address", "127.0.0.1", "-port", instance.port("epmd")],
        directory=directory,
    )
    broker = Program(
        name="rabbitmq", command=[f"{scripts}/rabbitmq-server"], directory=directory,
        environment=environment(instance) | {
            # The start script then becomes the Erlang machine instead of watching over it: one process less between
            # the supervisor and what it supervises.
            "detached": "1",
        },
        stop_wait=60,
    )
    return [epmd, broker]


def environment(instance):
    """What the broker and its command line tools need to use this broker and no other."""
    data = instance.data("rabbitmq")
    return {
        "HOME": data / "home",
        "LANG": "C.UTF-8",
        "RABBITMQ_NODENAME": f"mercat-{instance.name}@localhost",
        "RABBITMQ_NODE_PORT": instance.port("amqp"),
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_DIST_PORT": instance.port("rabbitmq-distribution"),
        "ERL_EPMD_PORT": instance.port("epmd"),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_MNESIA_BASE": data / "mnesia",
        "RABBITMQ_LOG_BASE": instance.dir / "logs",
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_PID_FILE": instance.dir / "run" / "rabbitmq.pid",
        "RABBITMQ_CONFIG_FILE": instance.conf("rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": instance.conf("rabbitmq-advanced.config"),
        "RABBITMQ_GENERATED_CONFIG_DIR": data / "generated",
        "RABBITMQ_ENABLED_PLUGINS_FILE": instance.conf("rabbitmq-plugins"),
        "RABBITMQ_CONF_ENV_FILE": instance.conf("rabbitmq-env.conf"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS":
            "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none +sbwtdio none",
    }


def control_command(instance):
    """rabbitmqctl against this broker, as words of a shell."""
    settings = [f"{name}={value}" for name, value in environment(instance).items()]
    return shlex.join(["env", *settings, f"{_scripts()}/rabbitmqctl"])


def is_up(instance):
    """The AMQP listener answers the protocol header with a method frame, and the management API knows the vhost."""
    try:
        with socket.create_connection(("127.0.0.1", instance.port("amqp")), timeout=2) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            if connection.recv(1) != b"\x01":
                return False
        return management(instance, "GET", f"/api/vhosts/{VHOST}") == 200
    except (OSError, http.client.HTTPException):
        return False


def load_definitions(instance):
    """Brings a broker that runs already up to the present topology; what exists stays as it is."""
    status = management(instance, "POST", "/api/definitions", _definitions(instance).read_bytes())
    if status not in (200, 201, 204):
        raise Trouble(f"the broker refused its definitions ({status}): an existing queue probably differs; "
                      "`./mercat down --wipe` starts afresh")


def management(instance, method, path, body=None):
    login = base64.b64encode(f"{ADMIN}:{credentials.read(instance, 'amqp-admin')}".encode()).decode()
    connection = http.client.HTTPConnection("127.0.0.1", instance.port("rabbitmq-management"), timeout=10)
    try:
        connection.request(method, path, body, {"Authorization": f"Basic {login}", "Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


def hint(instance):
    return last_lines(instance.log("rabbitmq"))


def _definitions(instance):
    return instance.dir / "secrets" / "rabbitmq-definitions.json"


def _fill_definitions(instance):
    users = [ADMIN, *credentials.BROKER_USERS]
    hashes = {f"{user.upper().replace('-', '_')}_PASSWORD_HASH":
              credentials.rabbitmq_hash(credentials.read(instance, f"amqp-{user}")) for user in users}
    return fill_template(ROOT / "deploy" / "rabbitmq" / "definitions.json.in", hashes)


def _scripts():
    found = sorted(glob.glob("/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin"))
    if not found:
        raise Trouble("rabbitmq-server is not installed: ./mercat up installs it")
    return found[-1]
