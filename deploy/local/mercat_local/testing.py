"""`mercat test`: ctest against an instance of its own, made afresh before and stopped after.

Programs with the label `security` run last, against a second one, <name>-strict, in production mode.
"""

import json
import os
import re
import subprocess

from . import bringup, commands, processes, rabbitmq
from .console import Trouble, last_lines, say
from .fleet import check_ports
from .instance import EDGE_OFFSET, EDGE_TLS_OFFSET, ROOT, SERVER_OFFSETS, Instance

# Programs built with a sanitizer write what they find beside their logs; anything found there fails the run.
SANITIZERS = {"asan": "ASAN_OPTIONS", "tsan": "TSAN_OPTIONS"}
SUPPRESSIONS = ROOT / "tests" / "tsan.supp"
SANITIZED_LABELS = "unit|integration|storm"
SECURITY = "security"
# Of the caller's environment, what says where the instance is; the rest of MERCAT_* is not for tests.
TAKEN_OVER = ("MERCAT_PORT_BASE", "MERCAT_EDGE_PORT", "MERCAT_EDGE_TLS_PORT")
# The strict instance has the limits of production, and what the tests of CORS and of addresses behind a proxy need.
STRICT = {
    "MERCAT_MODE": "production", "MERCAT_CORS_ORIGINS": "https://shop.example,http://localhost:3000",
    "MERCAT_EDGE_TRUSTED_PROXIES": "127.0.0.9",
}
# Mixed faults of the chaos suite: for those who ask for it, and as a part of everything.
CHAOS_MINUTES, CHAOS_MINUTES_IN_CI = 10, 2


def run(instance, options):
    if instance.name == "dev":
        raise Trouble("MERCAT_INSTANCE=dev: the tests begin by deleting the data of their instance, take another")
    chaos, rest = _chaos(list(options.rest))
    everything, preset, arguments = _arguments(rest)
    binaries = os.environ.get("MERCAT_BIN_DIR") or str(ROOT / "build" / preset)
    asked = {key: value for key, value in os.environ.items() if key in TAKEN_OVER} | {"MERCAT_BIN_DIR": binaries}
    for key in [key for key in os.environ if key.startswith("MERCAT_")]:
        del os.environ[key]
    code = 0
    with instance.locked(against="test"):
        ordinary, attacks = _selected(preset, arguments)
        strict = Instance(f"{instance.name}-strict") if attacks else None
        asked_of_strict = _asked_of_strict(instance, strict, asked) if attacks else None
        if ordinary or not attacks:
            chaos["MERCAT_CHAOS_REPORT"] = str(_chaos_report(instance))
            extra = chaos | ({"MERCAT_TEST_ALL": "1"} if everything else {})
            only_servers = arguments == ["-L", f"^({SANITIZED_LABELS})$"]
            named = ["-R", _one_of(ordinary)] if attacks else []
            code = _run_against(instance, preset, asked | {"MERCAT_MODE": "development"}, extra,
                                [*arguments, *named], only_servers)
            _print_chaos_report(instance)
        if attacks:
            figures = strict.dir / "logs" / "security-figures.txt"
            extra = {"MERCAT_SECURITY_FIGURES": str(figures)} | ({"MERCAT_TEST_ALL": "1"} if everything else {})
            code = _run_against(strict, preset, asked_of_strict, extra, [*arguments, "-R", _one_of(attacks)],
                                False) or code
            if figures.exists():
                say(figures.read_text())
    return code


def _asked_of_strict(instance, strict, asked):
    """The environment of its `up`. Its ports are looked at before the ordinary programs have run for long."""
    base = instance.strict_port_base(asked)
    edge = base + EDGE_OFFSET
    tls = edge + EDGE_TLS_OFFSET
    check_ports([(port, strict.name) for port in (edge, tls, *(base + offset for offset in SERVER_OFFSETS.values()))],
                processes.of_instance(strict))
    return STRICT | {"MERCAT_BIN_DIR": asked["MERCAT_BIN_DIR"], "MERCAT_PORT_BASE": str(base),
                     "MERCAT_EDGE_PORT": str(edge), "MERCAT_EDGE_TLS_PORT": str(tls)}


def _run_against(instance, preset, asked, extra, arguments, only_servers):
    """ctest against this instance, made afresh as `asked` (the environment of an `up`); returns its exit code."""
    os.environ.update(_sanitizer_options(instance, preset))  # the supervisor, too, passes these on
    try:
        _start_afresh(instance, asked, only_servers)
        # Tests that run ./mercat themselves (restart, stop, scale) must find this instance and these binaries.
        environment = os.environ | commands.variables(instance) | {
            "MERCAT_INSTANCE": instance.name, "MERCAT_BIN_DIR": asked["MERCAT_BIN_DIR"],
            "MERCAT_COMMAND": str(ROOT / "mercat"),
            "MERCAT_RABBITMQCTL": rabbitmq.control_command(instance),
            "MERCAT_OVERRIDES": str(instance.dir / "overrides.json")} | extra
        code = subprocess.run(["ctest", "--test-dir", ROOT / "build" / preset, "--output-on-failure", "-j2",
                               "--no-tests=error", *arguments], env=environment, check=False).returncode
    finally:
        say(f"\nStopping instance {instance.name} (its data and logs stay in {instance.dir})")
        with instance.locked():
            bringup.down(instance, wipe=False)
    return _findings(instance, preset) or code


def _selected(preset, arguments):
    """What ctest would run with these arguments: (ordinary programs, those of the label `security`)."""
    shown = subprocess.run(["ctest", "--test-dir", ROOT / "build" / preset, "--show-only=json-v1", *arguments],
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout
    ordinary, attacks = [], []
    try:
        tests = json.loads(shown)["tests"]
    except (ValueError, KeyError):
        return [], []  # ctest says what is wrong with them when it runs
    for test in tests:
        properties = {each["name"]: each["value"] for each in test.get("properties", [])}
        if properties.keys() & {"FIXTURES_SETUP", "FIXTURES_CLEANUP"}:
            continue  # ctest takes these along with whoever needs them
        (attacks if SECURITY in properties.get("LABELS", []) else ordinary).append(test["name"])
    return ordinary, attacks


def _one_of(names):
    return "^(" + "|".join(names) + ")$"


def _chaos(rest):
    """Takes --minutes N and --seed S out of the arguments: (environment of the chaos suite, the other arguments)."""
    asked = "chaos" in rest[:1] or "--all" in rest
    environment = {"MERCAT_CHAOS_MINUTES": str(CHAOS_MINUTES if asked else CHAOS_MINUTES_IN_CI)}
    for option, pattern in (("--minutes", r"\d+(\.\d+)?"), ("--seed", r"\d{1,19}")):
        if option not in rest:
            continue
        at = rest.index(option)
        value = (rest + [""])[at + 1]
        if not re.fullmatch(pattern, value):
            raise Trouble(f"{option} takes a number")
        environment[f"MERCAT_CHAOS_{option[2:].upper()}"] = value
        del rest[at:at + 2]
    return environment, rest


def _chaos_report(instance):
    return instance.dir / "logs" / "chaos-report.txt"


def _print_chaos_report(instance):
    """The tables of the chaos suite, which ctest keeps to itself; the last line says how many promises were broken."""
    report = _chaos_report(instance)
    if not report.exists():
        return
    text = report.read_text()
    say(text)
    violations = [int(number) for number in re.findall(r"^violations: (\d+)$", text, re.MULTILINE)]
    if len(violations) > 1:
        say(f"all {len(violations)} runs together\nviolations: {sum(violations)}")


def _arguments(rest):
    """--all and --sanitize are ours; a first word without dashes is a label; the rest goes to ctest as it is."""
    rest, preset, everything = list(rest), "release", "--all" in rest
    if everything:
        rest.remove("--all")
    if "--sanitize" in rest:
        at = rest.index("--sanitize")
        preset = (rest + [""])[at + 1]
        if preset not in SANITIZERS:
            raise Trouble(f"--sanitize takes {' or '.join(SANITIZERS)}")
        del rest[at:at + 2]
    if rest and not rest[0].startswith("-"):
        rest = ["-L", f"^({rest[0]})$", *rest[1:]]
    elif preset in SANITIZERS and not rest:
        rest = ["-L", f"^({SANITIZED_LABELS})$"]
    return everything, preset, rest


def _start_afresh(instance, asked, only_servers):
    """What a sanitizer looks at by default, units and components, needs the servers but no service."""
    say(f"Starting instance {instance.name} afresh for the tests")
    with instance.locked():
        bringup.down(instance, wipe=True)
        bringup.up(instance, asked, only_servers=only_servers)


def _sanitizer_options(instance, preset):
    if preset not in SANITIZERS:
        return {}
    name = SANITIZERS[preset]
    options = [os.environ.get(name, ""), f"log_path={instance.dir / 'logs' / 'sanitizer'}"]
    if preset == "tsan" and SUPPRESSIONS.exists():
        options.append(f"suppressions={SUPPRESSIONS}")
    return {name: ":".join(option for option in options if option)}


def _findings(instance, preset):
    if preset not in SANITIZERS:
        return 0
    logs = instance.dir / "logs"
    reports = [last_lines(report, 60) for report in sorted(logs.glob("sanitizer.*"))]
    # gcc's UndefinedBehaviorSanitizer knows no log_path: of a service, its words are in the service's own log.
    for log in sorted(logs.glob("*.log*")):
        said = [line for line in log.read_text(errors="replace").splitlines() if ": runtime error: " in line]
        reports += [f"    {log}:\n" + "\n".join(f"    | {line}" for line in said)] if said else []
    for report in reports:
        say(f"\n{preset} reported:\n{report}")
    return 1 if reports else 0
