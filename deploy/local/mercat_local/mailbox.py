"""The development mailbox: Debian's aiosmtpd writes every mail into a Maildir, and `mercat mail` reads it."""

import datetime
import email
import email.policy
import email.utils
import json
import socket

from .supervisor import Program


def program(instance):
    return Program(
        name="mailbox",
        command=["/usr/bin/python3", "-m", "aiosmtpd", "-n", "-u", "-l", f"127.0.0.1:{instance.port('smtp')}",
                 "-c", "aiosmtpd.handlers.Mailbox", _maildir(instance)],
        directory=instance.dir / "run",
    )


def is_up(instance):
    try:
        with socket.create_connection(("127.0.0.1", instance.port("smtp")), timeout=2) as connection:
            return connection.recv(3) == b"220"
    except OSError:
        return False


def mails(instance, address=None):
    """Every mail as {to, from, subject, messageId, text, html, date}, oldest first; only those to `address`, if given.

    `to` has the bare addresses of the To header, joined by ", "; `date` is RFC 3339 in UTC.
    """
    files = [path for folder in ("new", "cur") for path in (_maildir(instance) / folder).glob("*")]
    found = [_read(path) for path in sorted(files, key=lambda path: (path.stat().st_mtime_ns, path.name))]
    if address is None:
        return [mail for mail, _ in found]
    return [mail for mail, recipients in found if address.casefold() in recipients]


def as_json(mail):
    return json.dumps(mail, ensure_ascii=False)


def as_text(mail):
    head = "".join(f"{name + ':':<12}{mail[key]}\n" for name, key in
                   [("Date", "date"), ("From", "from"), ("To", "to"), ("Subject", "subject"),
                    ("Message-ID", "messageId")])
    return f"{head}\n{mail['text'] or mail['html'] or ''}".rstrip() + "\n" + "-" * 72


def _maildir(instance):
    return instance.dir / "mail" / "inbox"


def _read(path):
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    to = [address for _, address in email.utils.getaddresses(message.get_all("To", []))]
    envelope = [address for _, address in email.utils.getaddresses(message.get_all("X-RcptTo", []))]
    mail = {
        "to": ", ".join(to or envelope),
        "from": str(message.get("From", "")),
        "subject": str(message.get("Subject", "")),
        "messageId": str(message.get("Message-ID", "")).strip(),
        "text": _part(message, "plain"),
        "html": _part(message, "html"),
        "date": _date(message),
    }
    return mail, {address.casefold() for address in to + envelope}


def _part(message, kind):
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return None
    try:
        return part.get_content()
    except LookupError:  # a charset nobody knows
        return part.get_payload(decode=True).decode("utf-8", errors="replace")


def _date(message):
    try:
        date = email.utils.parsedate_to_datetime(str(message["Date"]))
    except (TypeError, ValueError):
        return None
    return date.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
