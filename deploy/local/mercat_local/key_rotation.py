"""`mercat rotate-key`: another key signs access tokens, and nobody is logged out by it (docs/adr/0016).

Each step ends when every replica that runs knows what the next one relies on. Interrupted anywhere, the next
`rotate-key` goes on from the step that was begun.
"""

import time

from . import services, signing_keys
from .console import Trouble, say, step
from .signing_keys import FINISHING, INTRODUCING, RETIRING, STEADY, SWITCHING

# common/auth/token.hpp: an access token lives for 15 minutes. A replica whose clock is ahead may have dated one later,
# by as much as verifiers allow.
TOKEN_LIFE = 15 * 60 + 60


def add_to(parser):
    parser.add_argument("--finish", action="store_true")
    parser.add_argument("--now", action="store_true")


def run(instance, fleet, options):
    if not any(replica.name in fleet.supervisor.states() for replica in _takers(instance)):
        raise Trouble("only the servers are up, no service that takes tokens: ./mercat up starts them")
    signing_keys.create(instance)
    keys = signing_keys.load(instance)
    if options.finish:
        _finish(instance, fleet, keys, options.now)
    else:
        _rotate(instance, fleet, keys, options.now)


def _rotate(instance, fleet, keys, now):
    if keys.state == RETIRING:
        _require_expired(keys, now)
    if keys.state in (STEADY, RETIRING, FINISHING):
        # Of a former key nothing is alive, so its place is free for the new one: one round of restarts less.
        signing_keys.make(instance, keys.last + 1)
        keys = _become(instance, keys.introduced())
        say(f"Key {keys.other} is to replace key {keys.signing}.")
    else:
        say(f"Going on with a rotation that was begun: key {max(keys.alive)} replaces key {min(keys.alive)}.")
    if keys.state == INTRODUCING:
        say(f"1. Every replica accepts key {keys.other} besides key {keys.signing}")
        _hand_out(instance, fleet, keys)
        keys = _become(instance, keys.switched())
    if keys.state == SWITCHING:
        say(f"2. Key {keys.signing} signs, key {keys.other} is still accepted")
        _hand_out(instance, fleet, keys)
        keys = _become(instance, keys.retired(time.time()))
    if now:
        # The former key has leaked, perhaps: to leave it accepted would be to leave the door open.
        _finish(instance, fleet, keys, now)
        return
    say(f"Key {keys.signing} signs. The last token of key {keys.other} expires at {_clock(_expiry(keys))}; from then on "
        "`./mercat rotate-key --finish` drops that key, and so does the next rotation.")


def _finish(instance, fleet, keys, now):
    if keys.state == STEADY:
        say(f"There is nothing to finish: key {keys.signing} signs and no other is accepted.")
        return
    if keys.state in (INTRODUCING, SWITCHING):
        raise Trouble("a rotation was interrupted: `./mercat rotate-key` goes on with it, --finish comes after that")
    if keys.state == RETIRING:
        _require_expired(keys, now)
        say(f"Key {keys.other} is dropped")
        keys = _become(instance, keys.finishing())
    _hand_out(instance, fleet, keys)
    keys = _become(instance, keys.steady())
    say(f"Key {keys.signing} signs, no other is accepted.")


def _require_expired(keys, now):
    left = _expiry(keys) - time.time()
    if left > 0 and not now:
        raise Trouble(f"tokens of key {keys.other} are alive until {_clock(_expiry(keys))}, {left / 60:.0f} minutes from "
                      "now: wait, or end them at once with --now (their owners' next request is 401, and their refresh "
                      "tokens still give new ones)")


def _become(instance, keys):
    signing_keys.save(instance, keys)
    return keys


def _hand_out(instance, fleet, keys):
    """Restarts the replicas that do not have these keys yet, one after the other, each ready before the next."""
    changed = fleet.take_up()
    for replica in _takers(instance):
        if replica.name in changed or not fleet.supervisor.runs(replica.name):
            with step(f"restarting {replica.name}"):
                fleet.refresh(replica.name)
                fleet.wait_ready(replica)
        else:
            fleet.wait_ready(replica)  # an interrupted run may have left it starting
    signing_keys.forget_others(instance, keys)


def _takers(instance):
    """The replicas that take tokens: all that listen."""
    return [replica for replica in services.all_replicas(instance) if replica.service.listens]


def _expiry(keys):
    return keys.retired_at + TOKEN_LIFE


def _clock(moment):
    return time.strftime("%H:%M:%S", time.localtime(moment))
