"""`mercat seed --products N --customers N`: demo data at scale, made by the services' own generators."""

import os
import subprocess
import time

from . import credentials, mariadb, services
from .console import Trouble, say

NO_PROGRESS = 120  # seconds


def generate(instance, products, customers):
    """Returns when the events of what was made have all reached the broker."""
    for name, count in (("products", products), ("customer", customers)):
        if count:
            say(f"{name} generate {count}")
            services.run_live(instance, name, ["generate", str(count)])
    if products:
        _wait_for_outbox(instance, "products")


def _wait_for_outbox(instance, name):
    began = changed = time.monotonic()
    left = before = _outbox(instance, name)
    shown = 0.0
    while left:
        now = time.monotonic()
        if left != before:
            before, changed = left, now
        if now - changed > NO_PROGRESS:
            raise Trouble(f"{left} events wait in the outbox of {name}, and for {NO_PROGRESS} s none has left: "
                          f"`./mercat status` and `./mercat logs {name}` say more")
        if now - shown > 2:
            shown = now
            say(f"  {left} events still in the outbox of {name}")
        time.sleep(0.25)
        left = _outbox(instance, name)
    say(f"  the outbox of {name} is empty after {time.monotonic() - began:.1f} s")


def _outbox(instance, name):
    """How many events wait. The password travels in the environment: the process list shows arguments to all."""
    asked = subprocess.run(
        ["/usr/bin/mariadb", "--no-defaults", f"--socket={mariadb.socket_path(instance)}", f"--user={name}",
         "--batch", "--skip-column-names", "--execute", "SELECT COUNT(*) FROM outbox", credentials.DATABASES[name]],
        env={"PATH": "/usr/bin:/bin", "MYSQL_PWD": credentials.read(instance, f"db-{name}"),
             "HOME": os.environ.get("HOME", "/")},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30, check=False)
    if asked.returncode != 0:
        raise Trouble(f"MariaDB does not say how much waits in the outbox of {name}:\n{asked.stdout.strip()}")
    return int(asked.stdout)
