"""The commands of ./mercat, after packages and build: reads the arguments and says what happened.

Exit codes: 0 done, 1 trouble, 2 wrong usage; `test` gives ctest's.
"""

import argparse
import glob
import os
import shlex
import sys

from . import (bringup, certificates, credentials, dead_letters, fuzzing, key_rotation, mailbox, mariadb, processes,
               rabbitmq, roles, seeding, services, signing_keys, testing)
from .console import Trouble, complain, say
from .fleet import Fleet
from .instance import Instance

DEMO_LOGINS = "admin@mercat.test and user@mercat.test, password mercat-demo-1"


def main(arguments):
    os.umask(0o022)
    options = _parse(arguments)
    try:
        instance = Instance(os.environ.get("MERCAT_INSTANCE") or ("test" if options.command == "test" else "dev"))
        return options.run(instance, options) or 0
    except Trouble as trouble:
        complain(f"\nmercat: {trouble}")
        return 1
    except OSError as error:
        complain(f"\nmercat: {error}" + (" (does the instance belong to another user, root perhaps?)"
                                         if isinstance(error, PermissionError) else ""))
        return 1
    except KeyboardInterrupt:
        complain("\nmercat: interrupted")
        return 130


def _parse(arguments):
    parser = argparse.ArgumentParser(prog="mercat", description="`./mercat help` explains every command.")
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name, run):
        sub = commands.add_parser(name, allow_abbrev=False)
        sub.set_defaults(run=run)
        return sub

    command("up", _up).add_argument("--servers", action="store_true")
    command("down", _down).add_argument("--wipe", action="store_true")
    command("status", _status)
    command("env", _env)
    logs = command("logs", _logs)
    logs.add_argument("-f", "--follow", action="store_true")
    logs.add_argument("name", nargs="?")
    mail = command("mail", _mail)
    mail.add_argument("--json", action="store_true")
    mail.add_argument("address", nargs="?")
    seed = command("seed", _seed)
    seed.add_argument("--products", metavar="N", type=_positive)
    seed.add_argument("--customers", metavar="N", type=_positive)
    command("rebuild-replica", _rebuild_replica)
    dead_letters.add_to(command("dead-letters", _dead_letters))
    roles.add_to(command("admin", _admin))
    key_rotation.add_to(command("rotate-key", _rotate_key))
    command("restart", _restart).add_argument("name")
    command("start", _start).add_argument("name")
    stop = command("stop", _stop)
    stop.add_argument("--now", action="store_true")
    stop.add_argument("name")
    command("scale", _scale).add_argument("wanted", metavar="service=count", nargs="+")
    command("test", testing.run)
    fuzzing.add_to(command("fuzz", fuzzing.run))
    if arguments[:1] == ["test"]:  # everything after it belongs to ctest, dashes included
        options = parser.parse_args(["test"])
        options.rest = arguments[1:]
        return options
    return parser.parse_args(dead_letters.complete(arguments))


def _up(instance, options):
    say(f"Starting instance {instance.name}")
    with instance.locked():
        seconds = bringup.up(instance, os.environ, options.servers)
    say(f"\nMercat is up after {seconds:.1f} s.\n")
    shop = instance.shop_url.replace("127.0.0.1", "localhost")
    authority = certificates.authority(instance)
    rows = [("shop", f"{shop}/"),
            ("API", f"{shop}/api/products"),
            ("HTTPS", f"https://localhost:{instance.edge_tls_port}/" +
             (f"  (trust {authority})" if authority else "")),
            ("RabbitMQ", f"http://localhost:{instance.port('rabbitmq-management')}/  (log-in: ./mercat env)"),
            ("mails", f"./mercat mail    (kept in {instance.dir / 'mail' / 'inbox'})"),
            ("demo log-ins", "none in production mode" if instance.mode == "production" else DEMO_LOGINS),
            ("next", "./mercat status | logs | down | help")]
    for name, text in rows:
        say(f"  {name:<14}{text}")


def _down(instance, options):
    if not instance.dir.exists() and not processes.of_instance(instance):
        say(f"Instance {instance.name} does not exist: nothing to stop")
        return
    say(f"Stopping instance {instance.name}")
    with instance.locked():
        bringup.down(instance, options.wipe)
    say("Stopped." + ("" if options.wipe else " The data stays; `./mercat down --wipe` deletes it."))


def _running(instance):
    fleet = Fleet(instance)
    if not instance.exists or not fleet.supervisor.is_alive():
        raise Trouble(f"instance {instance.name} is not running: ./mercat up starts it")
    return fleet


def _status(instance, _):
    states = _running(instance).supervisor.states()
    replicas = {replica.name: replica for replica in services.all_replicas(instance)}
    ports = {"mariadb": instance.port("mariadb"), "rabbitmq": instance.port("amqp"), "epmd": instance.port("epmd"),
             "mailbox": instance.port("smtp"), "nginx-edge": instance.edge_port,
             "nginx-inner": instance.port("inner-customer")}
    say(f"{'process':<16}{'pid':>8}{'port':>7}{'private':>9}  {'state':<12}{'RSS MiB':>8}{'ready ms':>10}")
    all_well = True
    for name in [*ports, *(name for name in replicas if name in states)]:
        row = states[name]
        state, private, after = row["statename"].lower(), "", ""
        if name in replicas and row["pid"]:
            private = replicas[name].private_port
            ready, says = services.readiness(replicas[name])
            state = "ready" if ready else says.get("status", "not ready")
            after = says.get("readyAfterMs", "")
        all_well = all_well and state in ("ready", "running", *(() if name in replicas else ("starting",)))
        memory = f"{processes.resident_bytes(row['pid']) / (1 << 20):.1f}" if row["pid"] else ""
        port = ports[name] if name in ports else replicas[name].port
        say(f"{name:<16}{row['pid'] or '':>8}{port or '':>7}{private:>9}  {state:<12}{memory:>8}{after:>10}")
    say("\nreplicas: " + ", ".join(f"{service.name}={instance.replicas(service.name)}" for service in services.SERVICES))
    return 0 if all_well else 1


def variables(instance):
    """What tools and tests need to find this instance (design section 9)."""
    states = _running(instance).supervisor.states()
    keys = signing_keys.load(instance)
    authority = certificates.authority(instance)
    admin = f"{rabbitmq.ADMIN}:{credentials.read(instance, 'amqp-admin')}@127.0.0.1"
    return {
        "MERCAT_URL": instance.shop_url,
        "MERCAT_HTTPS_URL": instance.https_url,
        **({"MERCAT_TLS_CA": str(authority)} if authority else {}),
        "MERCAT_AMQP_URL": f"amqp://{admin}:{instance.port('amqp')}/{rabbitmq.VHOST}",
        "MERCAT_AMQP_MANAGEMENT_URL": f"http://{admin}:{instance.port('rabbitmq-management')}",
        "MERCAT_DB_SOCKET": str(mariadb.socket_path(instance)),
        "MERCAT_DB_ROOT_USER": "root",
        "MERCAT_DB_ROOT_PASSWORD": credentials.read(instance, "db-root"),
        "MERCAT_JWT_SECRET": signing_keys.read(instance, keys.signing),
        "MERCAT_JWT_KID": str(keys.signing),
        "MERCAT_REPLICAS": ";".join(f"{replica.name} {states[replica.name]['pid']} {replica.port}"
                                    for replica in services.all_replicas(instance) if replica.name in states),
    }


def _env(instance, _):
    for name, value in variables(instance).items():
        say(f"{name}={shlex.quote(value)}")


def _logs(instance, options):
    name = options.name or "*"
    files = sorted({path for pattern in (f"{name}.log", f"{name}-*.log", f"nginx-{name}*.log")
                    for path in glob.glob(str(instance.dir / "logs" / pattern))})
    if not files:
        raise Trouble(f"no log of {options.name or 'anything'} in {instance.dir / 'logs'}")
    sys.stdout.flush()
    os.execv("/usr/bin/tail", ["tail", "-n", "200" if options.name else "20", *(["-F"] if options.follow else []),
                               *files])


def _mail(instance, options):
    found = mailbox.mails(instance, options.address)
    for mail in found:
        say(mailbox.as_json(mail) if options.json else mailbox.as_text(mail))
    if not found and not options.json:
        say("no mail" + (f" for {options.address}" if options.address else ""))


def _seed(instance, options):
    _running(instance)
    if not options.products and not options.customers:
        with instance.locked():
            bringup.seed(instance)
        return
    # Without the lock: this takes minutes and changes no process, so other commands need not wait for it.
    seeding.generate(instance, options.products, options.customers)


def _rebuild_replica(instance, _):
    _running(instance)
    services.run_live(instance, "shopping", ["rebuild-replica"])


def _dead_letters(instance, options):
    _running(instance)
    return dead_letters.run(instance, options)


def _admin(instance, options):
    _running(instance)
    roles.run(instance, options)


def _rotate_key(instance, options):
    with instance.locked():
        key_rotation.run(instance, _running(instance), options)


def _restart(instance, options):
    with instance.locked():
        fleet = _running(instance)
        for name in services.BY_NAME if options.name == "all" else [options.name]:
            fleet.restart(name)


def _start(instance, options):
    with instance.locked():
        _running(instance).start(options.name)


def _stop(instance, options):
    with instance.locked():
        _running(instance).stop(options.name, kill=options.now)


def _scale(instance, options):
    wanted = []
    for text in options.wanted:
        name, _, count = text.partition("=")
        if not count.isdigit():
            raise Trouble(f"{text}: say service=count, for example products=3")
        wanted.append((services.named(name), int(count)))
    with instance.locked():
        fleet = _running(instance)
        for service, count in wanted:
            fleet.scale(service, count)


def _positive(text):
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text}: a whole number from 1 on is needed")
    return int(text)
