"""What the person at the keyboard sees: steps with their time, and trouble in one line with its remedy."""

import contextlib
import os
import sys
import time


class Trouble(Exception):
    """Something the user can mend: shown without a traceback, exit code 1."""


def say(text="", end="\n"):
    """Prints to stdout. Whoever reads it may leave (`./mercat up | head`): the work goes on."""
    try:
        print(text, end=end, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def complain(text):
    sys.stdout.flush()
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(title):
    """Prints `title ...` and, when the block ends, the seconds it took."""
    say(f"  {title:<44}", end="")
    started = time.monotonic()
    try:
        yield
    except BaseException:
        say("failed")
        raise
    say(f"{time.monotonic() - started:6.1f} s")


def wait_until(condition, seconds, what, hint=lambda: ""):
    """Polls `condition` until it is true; after `seconds` gives up with `what` and the lines of `hint()`."""
    deadline = time.monotonic() + seconds
    pause = 0.02
    while not condition():
        if time.monotonic() > deadline:
            raise Trouble(f"{what} within {seconds} s\n{hint()}".rstrip())
        time.sleep(pause)
        pause = min(pause * 1.5, 0.2)


def last_lines(path, count=15):
    try:
        with open(path, encoding="utf-8", errors="replace") as log:
            lines = log.read().splitlines()[-count:]
    except OSError:
        return f"    (no log at {path})"
    return "\n".join([f"    last lines of {path}:"] + [f"    | {line}" for line in lines])
