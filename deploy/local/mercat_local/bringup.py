"""`up` and `down`: from nothing, or from something broken, to a running stack, and back to nothing."""

import shutil
import time

from . import certificates, credentials, mariadb, nginx, processes, rabbitmq, services
from .console import Trouble, step
from .fleet import Fleet, check_ports
from .supervisor import STOPPED_STATES

LOG_LIMIT = 50 << 20
SEEDED_IN_PRODUCTION = ("products",)  # a catalogue to buy from, but nobody whose password is public
SERVERS = ("mailbox", "mariadb", "rabbitmq", "nginx-inner", "nginx-edge")


def up(instance, environment, only_servers):
    started = time.monotonic()
    instance.create()
    instance.choose(environment)
    credentials.create(instance)
    certificates.prepare(instance)
    if not only_servers:
        services.check_binaries(instance)
    fleet = Fleet(instance)
    changed, to_reload = _prepare(instance, fleet, only_servers)
    _start_servers(instance, fleet, changed, to_reload)
    if not only_servers:
        _start_services(instance, fleet, changed)
        seed(instance)
    return time.monotonic() - started


def down(instance, wipe):
    fleet = Fleet(instance)
    if fleet.supervisor.is_alive():
        names = list(fleet.supervisor.states())
        fronts = [name for name in names if name.startswith("nginx-")]
        servers = [name for name in ("mailbox", "mariadb", "rabbitmq") if name in names]
        with step("nginx"):
            fleet.supervisor.stop(fronts)
        with step("services"):
            fleet.supervisor.stop([name for name in names if name not in fronts + servers + ["epmd"]])
        with step("MariaDB, RabbitMQ, mailbox"):
            fleet.supervisor.stop(servers)
        fleet.supervisor.shutdown()
    _end_leftover(instance)
    if wipe:
        with step("deleting the instance's data"):
            shutil.rmtree(instance.socket("x").parent, ignore_errors=True)
            instance.wipe()


def seed(instance):
    for name, arguments in services.SEEDS:
        if instance.mode == "production" and name not in SEEDED_IN_PRODUCTION:
            continue
        with step(f"{name} {arguments[0]}"):
            services.seed(instance, name, arguments)


def _prepare(instance, fleet, only_servers):
    """Configuration, data directories, a supervisor.

    Returns the programs that must be replaced because they are configured otherwise now, and the nginx to reload.
    """
    _limit_access_logs(instance)
    with step("configuration, supervisor"):
        new_topology = rabbitmq.prepare(instance)
        to_reload = nginx.prepare(instance)
        if new_topology and rabbitmq.is_up(instance):
            rabbitmq.load_definitions(instance)
    changed = fleet.take_up(only_servers)
    with step("MariaDB data directory"):
        mariadb.prepare(instance)
    _check_free_ports(instance, fleet, only_servers)
    return changed, to_reload


def _start_servers(instance, fleet, changed, to_reload):
    supervisor = fleet.supervisor
    supervisor.start("epmd")
    fresh = {which for which in nginx.TIERS if f"nginx-{which}" in changed or not supervisor.runs(f"nginx-{which}")}
    for name in SERVERS:
        if name in changed:
            fleet.refresh(name)
        else:
            supervisor.start(name)
    for which in to_reload - fresh:  # before it is waited for: it may be to listen elsewhere
        nginx.reload(instance, which, supervisor)
    for name in SERVERS:
        with step(name):
            fleet.wait_server(name)
    for which in fresh:
        nginx.remember_loaded(instance, which)


def _start_services(instance, fleet, changed):
    replicas = services.all_replicas(instance)
    stale = {name for name in changed | fleet.stale() if fleet.supervisor.runs(name)}
    for replica in replicas:
        if replica.name in changed - stale:
            fleet.refresh(replica.name)
        else:
            fleet.supervisor.start(replica.name)
    for replica in replicas:
        with step(replica.name):
            fleet.wait_ready(replica)
    for replica in replicas:
        if replica.name in stale:
            with step(f"{replica.name}: newer build or settings"):
                fleet.refresh(replica.name)
                fleet.wait_ready(replica)


def _check_free_ports(instance, fleet, only_servers):
    """Before anything starts: is every port of what does not run yet free? The edge may run already, with other ports
    than those it is to have now."""
    wanted = {
        "nginx-edge": [instance.edge_port, instance.edge_tls_port], "mariadb": [instance.port("mariadb")],
        "nginx-inner": [instance.port(f"inner-{name}") for name in ("customer", "products", "shopping")],
        "rabbitmq": [instance.port(use) for use in ("amqp", "rabbitmq-distribution", "rabbitmq-management",
                                                    "rabbitmq-prometheus")],
        "epmd": [instance.port("epmd")], "mailbox": [instance.port("smtp")],
    }
    if not only_servers:
        wanted |= {replica.name: [replica.port, replica.private_port] for replica in services.all_replicas(instance)}
    states = fleet.supervisor.states()
    stopped = [name for name in wanted if states[name]["statename"] in STOPPED_STATES | {"BACKOFF"}
               or name == "nginx-edge"]
    check_ports([(port, name) for name in stopped for port in wanted[name]], processes.of_instance(instance))


def _limit_access_logs(instance):
    for which in nginx.TIERS:
        log = instance.log(f"nginx-{which}-access")
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.1"))


def _end_leftover(instance):
    patience = time.monotonic() + 10
    while processes.of_instance(instance) and time.monotonic() < patience:
        time.sleep(0.1)
        if not Fleet(instance).supervisor.is_alive():
            break
    leftover = processes.of_instance(instance)
    if leftover:
        left = processes.end(leftover, 20)
        if left:
            raise Trouble("could not end " + ", ".join(processes.describe(pid) for pid in left))
