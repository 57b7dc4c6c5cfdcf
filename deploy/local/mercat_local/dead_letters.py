"""`mercat dead-letters`: looks at what the consumers could not handle, hands it to them again, or throws it away."""

import argparse
import datetime
import json
import sys

from . import dead_letter_queue
from .console import Trouble, complain, say

HELP = """\
Messages that a service could not handle wait in its dead letter queue, <service>.dead.

  list [service] [--json] [--limit N]   how many, and of each: position, id, type, when it was given up, by which queue,
                                        why, and after how many attempts (the last two from the service's logs)
  show <service> [id]                   properties, headers and body; without id of all (--limit N)
  replay <service> <id>|--all           back into the service's own queue, as it came at first; the service handles it
                                        again unless it has had its effect already
  drop <service> <id>|--all [--yes]     out of the queue, for good; asks first

An id is a message's id, or its position in the list. What is not chosen stays in its order.
"""


def add_to(command):
    """Declares the arguments below the parser of `mercat dead-letters`."""
    command.description, command.usage = HELP, "mercat dead-letters [list|show|replay|drop] ..."
    command.formatter_class = argparse.RawDescriptionHelpFormatter
    actions = command.add_subparsers(dest="action", prog="mercat dead-letters", metavar="list|show|replay|drop",
                                      help=argparse.SUPPRESS)

    def action(name, run):
        made = actions.add_parser(name, allow_abbrev=False)
        made.set_defaults(act=run)
        return made

    listing = action("list", _list)
    listing.add_argument("service", nargs="?", type=_consumer)
    listing.add_argument("--json", action="store_true")
    listing.add_argument("--limit", type=_count, default=100)
    showing = action("show", _show)
    showing.add_argument("service", type=_consumer)
    showing.add_argument("id", nargs="?")
    showing.add_argument("--limit", type=_count, default=20)
    for name, run in (("replay", _replay), ("drop", _drop)):
        acting = action(name, run)
        acting.add_argument("service", type=_consumer)
        chosen = acting.add_mutually_exclusive_group(required=True)
        chosen.add_argument("id", nargs="?")
        chosen.add_argument("--all", action="store_true")
        if name == "drop":
            acting.add_argument("--yes", action="store_true")


def complete(arguments):
    """`list` is what happens when nothing is said."""
    if arguments[:1] == ["dead-letters"] and (len(arguments) == 1 or (
            arguments[1].startswith("-") and arguments[1] not in ("-h", "--help"))):
        return ["dead-letters", "list", *arguments[1:]]
    return arguments


def run(instance, options):
    return options.act(instance, options)


def _list(instance, options):
    with dead_letter_queue.connection(instance) as over:
        for service in [options.service] if options.service else dead_letter_queue.services():
            look = dead_letter_queue.Look(over, service)
            whys = _whys(instance, service) if look.letters else {}
            rows = [_row(letter, whys.get(letter.id, {})) for letter in look.letters[:options.limit]]
            if options.json:
                say(json.dumps({"service": service, "queue": f"{service}.dead", "count": look.waiting,
                                "letters": rows}, ensure_ascii=False))
            else:
                _print_table(service, look.waiting, rows)


def _row(letter, why):
    at = letter.died_at
    return {
        "position": letter.position, "id": letter.id, "type": letter.properties.type or "",
        "deadSince": at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None, "from": letter.death.get("queue"),
        "reason": why.get("reason") or letter.death.get("reason"), "attempts": why.get("attempts"),
    }


def _print_table(service, count, rows):
    say(f"{service}: {count} dead letter{'' if count == 1 else 's'}")
    for row in rows:
        said = [row["reason"] or "put there by hand"]
        if row["attempts"]:
            said.append(f"{row['attempts']} attempt{'' if row['attempts'] == 1 else 's'}")
        say(_printable(f"  {row['position']:>5}  {row['id'] or '(no id)':<36}  {row['type'] or '(no type)':<24}  "
                       f"{row['deadSince'] or '':<20}  {row['from'] or '':<18}  {', '.join(said)}"))
    if count > len(rows):
        say(f"         and {count - len(rows)} more: --limit {count} lists them")


def _show(instance, options):
    with dead_letter_queue.connection(instance) as over:
        look = dead_letter_queue.Look(over, options.service)
        letters = look.find(options.id) if options.id else look.letters[:options.limit]
    whys = _whys(instance, options.service) if letters else {}
    for letter in letters:
        _print_letter(letter, whys.get(letter.id, {}))
    if not letters:
        say(f"no dead letters of {options.service}")
    elif not options.id and look.waiting > len(letters):
        say(f"and {look.waiting - len(letters)} more: --limit {look.waiting} shows them")


def _print_letter(letter, why):
    properties = letter.properties
    lines = [f"#{letter.position}  {letter.id or '(no id)'}"]
    facts = {
        "type": properties.type, "published": _time(properties.timestamp), "by": properties.app_id,
        "dead since": letter.died_at and letter.died_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "from queue": letter.death.get("queue"), "reason": why.get("reason") or letter.death.get("reason"),
        "attempts": why.get("attempts"), "content type": properties.content_type,
        "correlation id": properties.correlation_id, "reply to": properties.reply_to,
    }
    lines += [f"  {name:<16}{value}" for name, value in facts.items() if value]
    for name, value in sorted(letter.headers.items()):
        lines.append(f"  header {name}: {json.dumps(value, ensure_ascii=False, default=str)}")
    lines += ["  body", *(f"    {line}" for line in _pretty(letter.body).split("\n")), ""]
    for line in lines:
        say(_printable(line))


def _replay(instance, options):
    with dead_letter_queue.connection(instance) as over:
        chosen, look = _chosen(over, options)
        for letter in chosen:
            look.replay(letter)
            say(_printable(f"  back in {options.service}.events: {_name(letter)}"))
    say(_summary(chosen, "replayed", look, options))


def _drop(instance, options):
    if not options.yes:
        what = "every dead letter" if options.all else f"dead letter {_printable(options.id)}"
        if not sys.stdin.isatty():
            complain(f"mercat: {what} of {options.service} would be gone for good: say --yes")
            return 2
        if input(f"Drop {what} of {options.service} for good? [y/N] ").strip().lower() not in ("y", "yes"):
            raise Trouble("nothing was dropped")
    with dead_letter_queue.connection(instance) as over:
        chosen, look = _chosen(over, options)
        for letter in chosen:
            look.drop(letter)
    for letter in chosen:
        say(_printable(f"  dropped: {_name(letter)}"))
    say(_summary(chosen, "dropped", look, options))
    return 0


def _chosen(over, options):
    look = dead_letter_queue.Look(over, options.service)
    return (look.letters if options.all else look.find(options.id)), look


def _summary(chosen, verb, look, options):
    left = look.waiting - len(chosen)
    return f"{len(chosen)} dead letter{'' if len(chosen) == 1 else 's'} of {options.service} {verb}, {left} left"


def _name(letter):
    return f"{letter.id or f'(no id, position {letter.position})'}  {letter.properties.type or '(no type)'}"


def _whys(instance, service):
    """What the service said when it gave a message up: {id: its log line}. The broker only knows "rejected"."""
    said = {}
    for path in sorted((instance.dir / "logs").glob(f"{service}-*.log")):
        with open(path, encoding="utf-8", errors="replace") as log:
            for line in log:
                if '"an event goes to the dead letters"' in line:
                    try:
                        entry = json.loads(line)
                    except ValueError:
                        continue
                    if entry.get("time", "") >= said.get(entry.get("event"), {}).get("time", ""):
                        said[entry.get("event")] = entry
    return said


def _pretty(body):
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body.decode("utf-8", "backslashreplace")


def _printable(text):
    """A message is from elsewhere: it must not speak to the terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _time(seconds):
    """A message's timestamp; whoever made the message may have written anything there."""
    try:
        at = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _consumer(text):
    names = dead_letter_queue.services()
    if text not in names:
        raise argparse.ArgumentTypeError(f"{text} has no dead letters: there are {', '.join(names)}")
    return text


def _count(text):
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text}: a whole number from 1 on is needed")
    return int(text)
