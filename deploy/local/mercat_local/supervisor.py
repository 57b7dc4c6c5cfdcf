"""Drives Debian's supervisord: writes its configuration, starts it as a daemon, talks to it over its Unix socket.

Programs do not start by themselves: `up` starts them in an order that makes sense, and from then on supervisord
restarts whatever ends. A program whose configuration has changed is replaced when it is next restarted.
"""

import contextlib
import dataclasses
import http.client
import os
import pathlib
import resource
import shlex
import signal
import subprocess
import xmlrpc.client

from . import processes
from .console import Trouble, last_lines, wait_until
from .instance import write_file

STOPPED_STATES = {"STOPPED", "EXITED", "FATAL", "UNKNOWN"}
OPEN_FILES = 16384


@dataclasses.dataclass
class Program:
    name: str
    command: list
    directory: pathlib.Path
    environment: dict = dataclasses.field(default_factory=dict)
    stop_signal: str = "TERM"
    stop_wait: int = 20

    def section(self, instance):
        command = shlex.join(str(word) for word in self.command).replace("%", "%%")
        lines = {
            "command": command,
            "directory": str(self.directory).replace("%", "%%"),
            "environment": ",".join(_assignment(*pair) for pair in sorted(self.environment.items())),
            "autostart": "false",
            "autorestart": "true",
            "startsecs": 1,
            "startretries": 1000000,
            "stopsignal": self.stop_signal,
            "stopwaitsecs": self.stop_wait,
            "killasgroup": "true",
            "redirect_stderr": "true",
            "stdout_logfile": str(instance.log(self.name)).replace("%", "%%"),
            "stdout_logfile_maxbytes": "20MB",
            "stdout_logfile_backups": 2,
        }
        return f"[program:{self.name}]\n" + "".join(f"{key}={value}\n" for key, value in lines.items() if value != "")


def _assignment(key, value):
    value = str(value)
    quote = "'" if '"' in value else '"'
    if quote in value or "\n" in value or " ;" in value or " #" in value:
        raise Trouble(f"{key}: supervisord cannot pass a value with both kinds of quotes, a line break, ' ;' or ' #'")
    return f"{key}={quote}{value.replace('%', '%%')}{quote}"


class Supervisor:
    def __init__(self, instance):
        self._instance = instance
        self._socket = instance.socket("supervisor.sock")
        self._config = instance.conf("supervisord.conf")
        self._log = instance.log("supervisord")

    def configure(self, programs):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        files = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
        lines = [
            "[unix_http_server]", f"file={self._socket}", "chmod=0600",
            "[supervisord]", f"logfile={self._log}", "logfile_maxbytes=10MB", "logfile_backups=1",
            f"pidfile={self._instance.dir / 'run' / 'supervisord.pid'}",
            f"childlogdir={self._instance.dir / 'logs'}", f"minfds={files}", f"identifier=mercat-{self._instance.name}",
        ]
        if os.getuid() == 0:
            lines.append("user=root")
        lines += [
            "[rpcinterface:supervisor]",
            "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface",
            "[supervisorctl]", f"serverurl=unix://{self._socket}", "",
        ]
        lines += [program.section(self._instance) for program in programs]
        write_file(self._config, "\n".join(lines))

    def is_alive(self):
        try:
            return self._call("getState")["statecode"] == 1
        except (OSError, http.client.HTTPException, xmlrpc.client.Error, Trouble):
            return False

    def launch(self):
        environment = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "HOME": str(self._instance.dir / "run"),
            processes.MARK: str(self._instance.dir),
        }
        environment |= processes.sanitizer_options()
        started = subprocess.run(
            ["/usr/bin/supervisord", "-c", str(self._config)], env=environment, cwd=self._instance.dir / "run",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if started.returncode != 0:
            raise Trouble(f"supervisord does not start:\n{started.stdout.strip()}")
        wait_until(self.is_alive, 10, "supervisord does not answer", lambda: last_lines(self._log))

    def states(self):
        """name -> {"statename", "pid", "start", "now", "spawnerr", ...} of every program it knows."""
        return {row["name"]: row for row in self._call("getAllProcessInfo")}

    def differences(self):
        """Reads the configuration again: names of programs added, changed and removed since they were taken up."""
        added, changed, removed = self._call("reloadConfig")[0]
        return set(added), set(changed), set(removed)

    def adopt(self, names):
        for name in names:
            self._call("addProcessGroup", name)

    def forget(self, names):
        for name in names:
            self.stop([name])
            self._call("removeProcessGroup", name)

    def start(self, name):
        """Starts what does not run; what supervisord is holding back after failures is started at once."""
        if not self.runs(name):
            self.stop([name])
            self._call("startProcess", name, False)

    def runs(self, name):
        return self.states()[name]["statename"] not in STOPPED_STATES | {"BACKOFF"}

    def stop(self, names):
        """Stops all of them at the same time and waits until the last one is gone."""
        states = self.states()
        names = [name for name in names if name in states and states[name]["statename"] not in STOPPED_STATES]
        for name in names:
            with contextlib.suppress(Trouble):  # it may end by itself in between
                self._call("stopProcess", name, False)

        def all_stopped():
            now = self.states()
            return all(now[name]["statename"] in STOPPED_STATES for name in names)
        wait_until(all_stopped, 60, f"{', '.join(names)} did not stop")

    def kill(self, names):
        """kill -9 without a restart. A program that is frozen first cannot act on the SIGTERM of supervisord."""
        pids = {name: row["pid"] for name, row in self.states().items() if name in names and row["pid"]}
        for name, pid in pids.items():
            os.kill(pid, signal.SIGSTOP)
            self._call("stopProcess", name, False)
            os.kill(pid, signal.SIGKILL)

    def shutdown(self):
        self._call("shutdown")

    def _call(self, method, *arguments):
        try:
            from supervisor.xmlrpc import SupervisorTransport
        except ImportError:
            raise Trouble("supervisor is not installed: ./mercat install")
        transport = SupervisorTransport(None, None, f"unix://{self._socket}")
        try:
            return getattr(xmlrpc.client.ServerProxy("http://localhost", transport=transport).supervisor, method)(
                *arguments)
        except xmlrpc.client.Fault as fault:
            raise Trouble(f"supervisord refuses {method} {' '.join(map(str, arguments))}: {fault.faultString}")
        finally:
            transport.close()
