"""MariaDB of an instance: a server of our own with a schema and a user per service.

Schemas, users and grants are written to an init file that the server reads at every start, so that they heal by
themselves; the root password is set there too, before the first connection is accepted.
"""

import os
import socket
import subprocess

from . import credentials
from .console import Trouble, last_lines
from .instance import write_file
from .supervisor import Program

# On its own schema. The last four are for migrations, which a service runs at its start (docs/adr/0018). No DROP: nothing
# a service does takes a table away or empties it, and a user who was taken over must not be able to.
GRANTS = "SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, REFERENCES"


def socket_path(instance):
    return instance.socket("mariadb.sock")


def prepare(instance):
    _write_config(instance)
    _write_init_file(instance)
    data, temporary = instance.data("mariadb"), _temporary(instance)
    temporary.mkdir(parents=True, exist_ok=True)
    if not (data / "mysql").exists():
        made = subprocess.run(
            ["/usr/bin/mariadb-install-db", "--no-defaults", f"--datadir={data}", "--skip-test-db",
             "--auth-root-authentication-method=normal", *(["--user=root"] if os.getuid() == 0 else [])],
            env=os.environ | {"TMPDIR": str(temporary)},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if made.returncode != 0:
            raise Trouble(f"mariadb-install-db failed:\n{made.stdout[-1500:]}")


def program(instance):
    return Program(
        name="mariadb",
        command=["/usr/sbin/mariadbd", f"--defaults-file={instance.conf('mariadb.cnf')}"],
        directory=instance.dir / "run",
        stop_wait=60,
    )


def is_up(instance):
    """The server greets: it sends its handshake (protocol 10) only once the init file is done."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(socket_path(instance)))
            greeting = connection.recv(64)
    except OSError:
        return False
    return len(greeting) > 4 and greeting[4] == 10


def hint(instance):
    return last_lines(instance.log("mariadb"))


def _temporary(instance):
    """Of its own: a server that starts deletes all temporary tables it finds there, those of another server too."""
    return instance.data("mariadb-tmp")


def _write_config(instance):
    settings = {
        "datadir": instance.data("mariadb"),
        "tmpdir": _temporary(instance),
        "socket": socket_path(instance),
        "pid-file": instance.dir / "run" / "mariadb.pid",
        "port": instance.port("mariadb"),
        "bind-address": "127.0.0.1",
        "init-file": instance.dir / "secrets" / "mariadb-init.sql",
        "character-set-server": "utf8mb4",
        "collation-server": "utf8mb4_unicode_ci",
        "max_connections": 200,
        "innodb_flush_log_at_trx_commit": 1,  # a commit that was answered survives a power cut
        "innodb_buffer_pool_size": "256M",
        "innodb_log_file_size": "48M",
        "performance_schema": "OFF",
    }
    if os.getuid() == 0:
        settings["user"] = "root"
    lines = ["[mariadbd]", "skip-name-resolve"] + [f"{key} = {value}" for key, value in settings.items()]
    write_file(instance.conf("mariadb.cnf"), "\n".join(lines) + "\n")


def _write_init_file(instance):
    root = credentials.read(instance, "db-root")
    lines = [
        f"CREATE OR REPLACE USER 'root'@'127.0.0.1' IDENTIFIED BY '{root}';",
        "GRANT ALL PRIVILEGES ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;",
        f"ALTER USER 'root'@'localhost' IDENTIFIED BY '{root}';",
        "DELETE FROM mysql.global_priv WHERE User = '' OR (User = 'root' AND Host NOT IN ('localhost', '127.0.0.1'));",
    ]
    for service, schema in credentials.DATABASES.items():
        password = credentials.read(instance, f"db-{service}")
        lines.append(f"CREATE DATABASE IF NOT EXISTS {schema} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;")
        for host in ("localhost", "127.0.0.1"):
            lines.append(f"CREATE OR REPLACE USER '{service}'@'{host}' IDENTIFIED BY '{password}';")
            lines.append(f"GRANT {GRANTS} ON {schema}.* TO '{service}'@'{host}';")
    lines.append("FLUSH PRIVILEGES;")
    write_file(instance.dir / "secrets" / "mariadb-init.sql", "\n".join(lines) + "\n")
