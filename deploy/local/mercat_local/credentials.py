"""Secrets of an instance: made on the first `up`, kept in files that only their owner can read, never printed here."""

import base64
import hashlib
import secrets

from . import signing_keys
from .instance import write_file

DATABASES = {
    "customer": "mercat_customer", "products": "mercat_products", "shopping": "mercat_shopping",
    "crm-mailer": "mercat_crm",
}
BROKER_USERS = [*DATABASES, "bff-web", "bff-mobile"]
NAMES = ["db-root", "amqp-admin", "erlang-cookie"]
NAMES += [f"db-{service}" for service in DATABASES] + [f"amqp-{service}" for service in BROKER_USERS]


def create(instance):
    signing_keys.create(instance)
    for name in NAMES:
        if not path(instance, name).exists():
            # No newline at the end: the programs take the file's bytes as they are.
            write_file(path(instance, name), secrets.token_hex(20), durable=True)


def path(instance, name):
    return instance.dir / "secrets" / name


def read(instance, name):
    return path(instance, name).read_text()


def rabbitmq_hash(password):
    """The form of rabbit_password_hashing_sha256: base64(salt + sha256(salt + password)), salt of 4 bytes.

    The salt is made from the password, which is random and long, so that the same secrets give the same file.
    """
    salt = hashlib.sha256(b"salt of " + password.encode()).digest()[:4]
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
