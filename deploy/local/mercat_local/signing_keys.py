"""The keys that sign access tokens: which there are, and how far their rotation has come (docs/adr/0016).

A key is a file of its own that never changes, so a replica that is started again in the middle of a rotation finds the
bytes that belong to its kid. Kids count upwards and are never used twice in the life of an instance. Which key signs is
kept in secrets/jwt-keys.json, replaced in one step: every state in it can be left for later and gone on from.
"""

import dataclasses
import json
import secrets

from .console import Trouble
from .instance import write_file

# Between two rotations there is one key. Otherwise there are two, and the state says what is being done with them.
STEADY = "steady"
INTRODUCING = "introducing"  # a new key is given to all replicas; the former one signs
SWITCHING = "switching"      # every replica accepts both; the new one is made the signing key
RETIRING = "retiring"        # the new one signs everywhere; tokens of the former may still be alive
FINISHING = "finishing"      # the former is taken away from all replicas
STATES = {STEADY: 1, INTRODUCING: 2, SWITCHING: 2, RETIRING: 2, FINISHING: 1}

FIRST = 1


@dataclasses.dataclass(frozen=True)
class Keys:
    state: str = STEADY
    signing: int = FIRST
    other: int = 0    # the second key that is accepted: the new one while INTRODUCING, else the former; 0: none
    last: int = FIRST  # the highest kid ever given
    retired_at: float = 0  # RETIRING: when the last token of the former can have been made, seconds since 1970

    @property
    def alive(self):
        return [kid for kid in (self.signing, self.other) if kid]

    def introduced(self):
        return Keys(INTRODUCING, self.signing, self.last + 1, self.last + 1)

    def switched(self):
        return Keys(SWITCHING, self.other, self.signing, self.last)

    def retired(self, now):
        return Keys(RETIRING, self.signing, self.other, self.last, now)

    def finishing(self):
        return Keys(FINISHING, self.signing, 0, self.last)

    def steady(self):
        return Keys(STEADY, self.signing, 0, self.last)


def load(instance):
    path = _state_file(instance)
    if not path.exists() and not list(path.parent.glob("jwt-[0-9]*")):
        return Keys()
    try:
        keys = Keys(**json.loads(path.read_text()))
        assert len(keys.alive) == STATES[keys.state] and FIRST <= max(keys.alive) <= keys.last
        return keys
    except (OSError, ValueError, TypeError, KeyError, AssertionError):
        raise Trouble(f"{path} does not say which key signs: restore it from a backup, or end all access tokens with a "
                      "new key by deleting it and the files jwt* beside it, then ./mercat up")


def create(instance):
    """On every `up`: the first key of a new instance; else that nothing is lost."""
    keys = load(instance)
    if not _state_file(instance).exists():
        make(instance, FIRST)
        save(instance, keys)
    for kid in keys.alive:
        if not key_file(instance, kid).exists():
            raise Trouble(f"{key_file(instance, kid)} is missing, the key with kid {kid}: restore it from a backup")


def make(instance, kid):
    """Before the state names it. One that is there was made by a run that was interrupted, and nobody has it yet."""
    if not key_file(instance, kid).exists():
        # No newline at the end: the programs take the file's bytes as they are.
        write_file(key_file(instance, kid), secrets.token_hex(32), durable=True)


def save(instance, keys):
    write_file(_state_file(instance), json.dumps(dataclasses.asdict(keys), indent=2) + "\n", durable=True)


def read(instance, kid):
    return key_file(instance, kid).read_text()


def key_file(instance, kid):
    return instance.dir / "secrets" / ("jwt" if kid == FIRST else f"jwt-{kid}")


def forget_others(instance, keys):
    """Deletes the keys that no replica knows any more."""
    for path in (instance.dir / "secrets").glob("jwt*"):
        kid = FIRST if path.name == "jwt" else path.name.removeprefix("jwt-")
        if str(kid).isdigit() and int(kid) not in keys.alive:
            path.unlink()


def environment(instance, signs):
    """What a service is told. `signs`: it makes tokens, so the signing key comes first. To all others both keys are
    alike; for them the order is that of age, so that a change of the signing key restarts only who signs."""
    keys = load(instance)
    first, *second = keys.alive if signs else sorted(keys.alive)
    told = {"MERCAT_JWT_KID": first, "MERCAT_JWT_SECRET_FILE": key_file(instance, first)}
    for kid in second:
        told |= {"MERCAT_JWT_PREVIOUS_KID": kid, "MERCAT_JWT_PREVIOUS_SECRET_FILE": key_file(instance, kid)}
    return told


def _state_file(instance):
    return instance.dir / "secrets" / "jwt-keys.json"
