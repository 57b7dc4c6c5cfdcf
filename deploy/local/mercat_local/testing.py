"""`mercat test`: ctest against an instance of its own, made afresh before and stopped after."""

import os
import subprocess

from . import bringup, commands
from .console import say
from .instance import ROOT

LONG_TESTS = "long"


def run(instance, options):
    every, arguments = _arguments(options.rest)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MERCAT_")}
    with instance.locked():
        say(f"Starting instance {instance.name} afresh for the tests")
        if instance.exists:
            bringup.down(instance, wipe=True)
    with instance.locked():
        bringup.up(instance, os.environ, only_servers=False)
    try:
        # Tests that run ./mercat themselves (restart, scale) must find this instance and these binaries.
        environment |= commands.variables(instance)
        environment |= {"MERCAT_INSTANCE": instance.name, "MERCAT_BIN_DIR": str(instance.bin_dir)}
        long_ones = [] if every else ["-LE", LONG_TESTS]
        return subprocess.run(["ctest", "--test-dir", ROOT / "build" / "release", "--output-on-failure", "-j2",
                               *long_ones, *arguments], env=environment, check=False).returncode
    finally:
        say(f"\nStopping instance {instance.name} (its data and logs stay in {instance.dir})")
        with instance.locked():
            bringup.down(instance, wipe=False)


def _arguments(rest):
    """--all is ours; a first word without dashes is a label; the rest goes to ctest as it is."""
    every = "--all" in rest
    rest = [word for word in rest if word != "--all"]
    if rest and not rest[0].startswith("-"):
        rest = ["-L", f"^{rest[0]}$", *rest[1:]]
    return every, rest
