"""The certificate of the edge: given by the user, or made here: a development authority and a leaf for this machine.

Keys are in secrets/, certificates in conf/. The authority's certificate may be imported into a browser: its name
constraints (RFC 5280, section 4.2.1.10) keep it from vouching for anything but this machine, whoever finds its key.
"""

import os
import subprocess

from .console import Trouble

LEAF_DAYS = 397  # what browsers take: 398 (CA/Browser Forum, Baseline Requirements, section 6.3.2)
RENEW_BEFORE = 30 * 86400
AUTHORITY_DAYS = 3650

AUTHORITY = """\
[req]
distinguished_name = name
x509_extensions = extensions
prompt = no
[name]
CN = Mercat development authority of instance {name}
[extensions]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
nameConstraints = critical, permitted;DNS:localhost, permitted;IP:127.0.0.0/255.0.0.0, permitted;IP:{six}
"""
LEAF = """\
[req]
distinguished_name = name
prompt = no
[name]
CN = localhost
[extensions]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1
"""
ONLY_LOOPBACK = "0:0:0:0:0:0:0:1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"


def is_own(instance):
    """The user's own, from MERCAT_TLS_CERTIFICATE and MERCAT_TLS_KEY."""
    return "MERCAT_TLS_CERTIFICATE" in instance.edge


def certificate(instance):
    return instance.edge.get("MERCAT_TLS_CERTIFICATE") or instance.conf("tls-edge.crt")


def key(instance):
    return instance.edge.get("MERCAT_TLS_KEY") or _secret(instance, "tls-edge.key")


def authority(instance):
    """What a client of this instance trusts; None with a certificate of the user's own."""
    return None if is_own(instance) else instance.conf("tls-authority.crt")


def prepare(instance):
    """Makes what is missing, and anew what ends soon."""
    if is_own(instance):
        return
    crt, authority_key = authority(instance), _secret(instance, "tls-authority.key")
    if not authority_key.exists() or not _lasts(crt):
        # Interrupted after the first of these lines, the next `up` begins here again and mixes nothing old with new.
        for former in (certificate(instance), crt):
            former.unlink(missing_ok=True)
        _make_key(authority_key)
        _openssl("req", "-x509", "-new", "-key", authority_key, "-days", AUTHORITY_DAYS, "-sha256", "-out", crt,
                 "-config", _written(instance, "tls-authority.cnf", AUTHORITY.format(name=instance.name,
                                                                                    six=ONLY_LOOPBACK)))
    if not key(instance).exists() or not _lasts(certificate(instance)):
        _make_key(key(instance))
        asked, form = instance.conf("tls-edge.csr"), _written(instance, "tls-edge.cnf", LEAF)
        _openssl("req", "-new", "-key", key(instance), "-config", form, "-out", asked)
        _openssl("x509", "-req", "-in", asked, "-CA", crt, "-CAkey", authority_key, "-set_serial", _serial(),
                 "-days", LEAF_DAYS, "-sha256", "-extfile", form, "-extensions", "extensions",
                 "-out", certificate(instance))


def _lasts(path):
    return path.exists() and subprocess.run(
        ["/usr/bin/openssl", "x509", "-noout", "-checkend", str(RENEW_BEFORE), "-in", path],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0


def _make_key(path):
    """The file is there, and private, before anything is written to it."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)


def _serial():
    return str(int.from_bytes(os.urandom(16), "big"))


def _secret(instance, name):
    return instance.dir / "secrets" / name


def _written(instance, name, text):
    path = instance.conf(name)
    path.write_text(text)
    return path


def _openssl(*words):
    if not os.access("/usr/bin/openssl", os.X_OK):
        raise Trouble("openssl is not installed: ./mercat install")
    made = subprocess.run(["/usr/bin/openssl", *map(str, words)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    if made.returncode != 0:
        raise Trouble(f"openssl {words[0]} failed:\n{made.stdout.strip()[-1000:]}")
