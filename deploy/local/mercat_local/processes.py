"""Finds the processes of an instance by a mark of ours, never by their name.

Every program inherits the variable MARK with the instance's directory. nginx overwrites its environment in memory, so
its processes are known by their executable and by their working directory, which is inside the instance.
"""

import os
import signal
import socket
import time

MARK = "LOCAL_STACK_INSTANCE"


def sanitizer_options():
    """The one thing of the caller's environment that reaches the services: no MERCAT_* of his, no proxy."""
    return {key: value for key, value in os.environ.items() if key.endswith("SAN_OPTIONS")}


def of_instance(instance):
    wanted = f"{MARK}={instance.dir}".encode()
    nginx_home = str(instance.data("nginx")) + "/"
    found = []
    for pid in _all_pids():
        if pid == os.getpid() or _is_zombie(pid):
            continue
        if wanted in _read(pid, "environ").split(b"\0") or _nginx_below(pid, nginx_home):
            found.append(pid)
    return found


def nginx_in(directory):
    """Masters and workers of nginx that were started in this directory."""
    return [pid for pid in _all_pids() if _nginx_below(pid, f"{directory}/") and not _is_zombie(pid)]


def end(pids, patience):
    """SIGTERM, then, for what is left after `patience` seconds, SIGKILL."""
    _signal(pids, signal.SIGTERM)
    left = _wait_gone(pids, patience)
    _signal(left, signal.SIGKILL)
    return _wait_gone(left, 5)


def describe(pid):
    command = _read(pid, "cmdline").replace(b"\0", b" ").decode(errors="replace").strip()
    return f"process {pid} ({command[:80]})" if command else f"process {pid}"


def resident_bytes(pid):
    for line in _read(pid, "status").splitlines():
        if line.startswith(b"VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def port_is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            return True  # below 1024: whoever binds it is told better what he may not
        except OSError:
            return False
    return True


def listener_of(port):
    """The process that listens on a TCP port, or None when it cannot be told (another user's)."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            with open(table) as lines:
                rows = [line.split() for line in lines][1:]
        except OSError:
            continue
        inodes |= {row[9] for row in rows if row[3] == "0A" and int(row[1].rsplit(":", 1)[1], 16) == port}
    wanted = {f"socket:[{inode}]" for inode in inodes}
    for pid in _all_pids():
        try:
            if any(os.readlink(entry.path) in wanted for entry in os.scandir(f"/proc/{pid}/fd")):
                return pid
        except OSError:
            continue
    return None


def _all_pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _read(pid, name):
    try:
        with open(f"/proc/{pid}/{name}", "rb") as file:
            return file.read()
    except OSError:
        return b""


def _is_zombie(pid):
    return _read(pid, "stat").rpartition(b")")[2][1:2] in (b"Z", b"")


def _nginx_below(pid, directory):
    try:
        executable = os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)")
        home = os.readlink(f"/proc/{pid}/cwd").removesuffix(" (deleted)")
    except OSError:
        return False
    return os.path.basename(executable) == "nginx" and (home + "/").startswith(directory)


def _signal(pids, number):
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def _wait_gone(pids, patience):
    deadline = time.monotonic() + patience
    while True:
        pids = [pid for pid in pids if os.path.exists(f"/proc/{pid}") and not _is_zombie(pid)]
        if not pids or time.monotonic() > deadline:
            return pids
        time.sleep(0.05)
