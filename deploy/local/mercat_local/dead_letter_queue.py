"""What waits in a service's dead letter queue, held for the time of a look and given back in its order.

A look is a consumer that acknowledges only what is taken out. Closing its connection gives the rest back to the front of
the queue in the order it had; basic.nack would put it to the end (RabbitMQ 3.10, quorum queues). A crash does the same
as closing, so nothing is lost, and a replayed message is acknowledged only after the broker has confirmed its copy.
"""

import contextlib
import dataclasses
import datetime
import json
import time

from . import credentials, rabbitmq
from .console import Trouble
from .instance import ROOT

# Of one look. The broker needs some 5 kB for each message in hand: with 65,000 of them a memory alarm stopped every
# publisher of the shop.
MOST_HELD = 10_000
QUIET = 0.15
PATIENCE = 10


@dataclasses.dataclass(frozen=True)
class Letter:
    position: int  # from 1, the oldest
    channel: object
    tag: int
    properties: object
    body: bytes

    @property
    def id(self):
        return self.properties.message_id or ""

    @property
    def headers(self):
        return self.properties.headers or {}

    @property
    def death(self):
        """The latest one; empty when somebody put the message into the dead letter queue by hand."""
        deaths = self.headers.get("x-death")
        return deaths[0] if isinstance(deaths, list) and deaths and isinstance(deaths[0], dict) else {}

    @property
    def died_at(self):
        at = self.death.get("time")
        return at.replace(tzinfo=datetime.timezone.utc) if isinstance(at, datetime.datetime) else None


def services():
    """Those with a dead letter queue."""
    topology = json.loads((ROOT / "deploy" / "rabbitmq" / "definitions.json.in").read_text(encoding="utf-8"))
    return sorted(queue["name"].removesuffix(".dead") for queue in topology["queues"]
                  if queue["name"].endswith(".dead"))


def pika():
    """The AMQP client, asked for only by what needs it."""
    try:
        import pika as client
    except ImportError:
        raise Trouble("Debian's python3-pika is missing: ./mercat install brings it") from None
    return client


@contextlib.contextmanager
def connection(instance):
    client = pika()
    made = None
    try:
        made = client.BlockingConnection(client.ConnectionParameters(
            host="127.0.0.1", port=instance.port("amqp"), virtual_host=rabbitmq.VHOST,
            credentials=client.PlainCredentials(rabbitmq.ADMIN, credentials.read(instance, "amqp-admin")),
            heartbeat=0, socket_timeout=5, stack_timeout=10, blocked_connection_timeout=10,
            client_properties={"connection_name": "mercat dead-letters"}))
        yield made
        made.close()  # returns when the broker has seen all that was sent
    except client.exceptions.ChannelClosedByBroker as error:
        raise Trouble(f"the broker says: {error.reply_text}" + (
            " (./mercat up brings the topology up to date)" if error.reply_code == 404 else "")) from None
    except client.exceptions.ConnectionBlockedTimeout:
        raise Trouble("the broker takes no messages now (a memory or disk alarm): try again later") from None
    except client.exceptions.AMQPError as error:
        raise Trouble(f"the broker on port {instance.port('amqp')} does not answer ({str(error) or type(error).__name__}): "
                      "`./mercat status` and `./mercat logs rabbitmq` say more") from None
    finally:
        if made is not None and made.is_open:
            made.close()


class Look:
    """A dead letter queue, until the connection closes.

    Always all of it: what is given back stands before what was never taken, but behind what was given back earlier and
    not taken since, so that a look at the first ten would move them to the end.
    """

    def __init__(self, over, service):
        self.service = service
        self.letters = []
        self._over = over
        self._channel = over.channel()
        self._probe = over.channel()
        self._publishing = None
        self._heard = time.monotonic()
        counted = self._count()
        if counted or not self._is_taken():
            self._collect()
        self.waiting = len(self.letters)
        if len(self.letters) >= MOST_HELD:
            self.waiting = max(counted, len(self.letters))

    def _count(self):
        """Another look, the mailer's own for one, holds the messages for a moment: its end is waited for."""
        began = time.monotonic()
        while True:
            found = self._channel.queue_declare(f"{self.service}.dead", passive=True).method
            if found.consumer_count == 0:
                return found.message_count
            if time.monotonic() - began > PATIENCE:
                raise Trouble(f"somebody else is looking at {self.service}.dead: try again later")
            time.sleep(0.05)

    def _collect(self):
        self._channel.basic_qos(prefetch_count=MOST_HELD)
        self._channel.basic_consume(f"{self.service}.dead", self._take)
        nothing_left = False
        while len(self.letters) < MOST_HELD:
            self._over.process_data_events(time_limit=0.05)
            if time.monotonic() - self._heard < QUIET:
                continue
            if nothing_left:
                return
            nothing_left = self._is_taken()

    def _is_taken(self):
        """Whether nothing waits any more. A busy queue's own count may be 0; an empty basic.get is the truth."""
        method, properties, body = self._probe.basic_get(f"{self.service}.dead")
        if method is not None:
            self._take(self._probe, method, properties, body)
            return False
        self._heard = time.monotonic()
        return True

    def _take(self, channel, method, properties, body):
        self._heard = time.monotonic()
        self.letters.append(Letter(len(self.letters) + 1, channel, method.delivery_tag, properties, body))

    def find(self, which):
        """The letters with this id, or, when none has it, the one at this position."""
        found = [letter for letter in self.letters if letter.id == which]
        if not found and which.isdigit():
            found = [letter for letter in self.letters if letter.position == int(which)]
        if not found:
            raise Trouble(f"no dead letter of {self.service} has the id or the position {which}: "
                          f"`./mercat dead-letters list {self.service}` lists them")
        return found

    def drop(self, letter):
        letter.channel.basic_ack(letter.tag)

    def replay(self, letter):
        """Back into the service's own queue, and only there; then out of the dead letters."""
        client = pika()
        if self._publishing is None:
            self._publishing = self._over.channel()
            self._publishing.confirm_delivery()
        queue = f"{self.service}.events"
        try:
            self._publishing.basic_publish("", queue, letter.body, _as_at_first(letter.properties), mandatory=True)
        except client.exceptions.UnroutableError:
            raise Trouble(f"there is no queue {queue}: `./mercat up` brings the topology up to date") from None
        except client.exceptions.NackError:
            raise Trouble(f"the broker refused the message for {queue} (the queue is full?): it stays a dead "
                          "letter") from None
        self.drop(letter)


def _as_at_first(properties):
    """The properties without what the broker added on the message's way."""
    kept = {name: value for name, value in (properties.headers or {}).items() if not name.startswith("x-")}
    return pika().BasicProperties(
        message_id=properties.message_id, type=properties.type, timestamp=properties.timestamp,
        app_id=properties.app_id, content_type=properties.content_type, content_encoding=properties.content_encoding,
        correlation_id=properties.correlation_id, priority=properties.priority, headers=kept or None, delivery_mode=2)
