"""Changes a running stack: heals it, restarts replicas one after the other, adds and removes replicas.

A replica that gets SIGTERM closes its listening socket and answers what it has; nginx, refused on its port, goes to the
next one. So no reload is needed to restart a replica, and no request fails.
"""

import os
import time

from . import mailbox, mariadb, nginx, processes, rabbitmq, services
from .console import Trouble, say, step, wait_until
from .instance import MOST_REPLICAS
from .supervisor import Supervisor

READY_WITHIN = 60
DEGRADED_AFTER = 15


class Fleet:
    def __init__(self, instance):
        self.instance = instance
        self.supervisor = Supervisor(instance)

    def programs(self, only_servers=False):
        every = [*rabbitmq.programs(self.instance), mariadb.program(self.instance), mailbox.program(self.instance),
                 *nginx.programs(self.instance)]
        if not only_servers:
            every += [services.program(self.instance, replica) for replica in services.all_replicas(self.instance)]
        return every

    def take_up(self, only_servers=False):
        """A supervisor that knows today's programs: those that are gone are stopped, changed ones are reported."""
        self.supervisor.configure(self.programs(only_servers))
        if not self.supervisor.is_alive():
            leftover = processes.of_instance(self.instance)
            if leftover:
                with step(f"Ending {len(leftover)} processes without a supervisor"):
                    processes.end(leftover, 20)
            self.supervisor.launch()
        added, changed, removed = self.supervisor.differences()
        self.supervisor.forget(removed)
        self.supervisor.adopt(added)
        return changed

    def refresh(self, name):
        """Stops a program, takes its present configuration and starts it again."""
        changed = self.supervisor.differences()[1]
        self.supervisor.stop([name])
        if name in changed:
            self.supervisor.forget([name])
            self.supervisor.adopt([name])
        self.supervisor.start(name)

    def wait_ready(self, replica):
        """With all it depends on; after some patience also without, so that an outage does not stop a restart."""
        began = time.monotonic()

        def is_ready():
            serving, says = services.readiness(replica)
            return serving and (says["status"] == "ready" or time.monotonic() - began > DEGRADED_AFTER)

        wait_until(is_ready, READY_WITHIN, f"{replica.name} did not become ready",
                   lambda: services.hint(self.instance, replica))

    def wait_server(self, name):
        """For a server program: until it answers."""
        instance = self.instance
        checks = {
            "mariadb": (lambda: mariadb.is_up(instance), 90, lambda: mariadb.hint(instance)),
            "rabbitmq": (lambda: rabbitmq.is_up(instance), 180, lambda: rabbitmq.hint(instance)),
            "mailbox": (lambda: mailbox.is_up(instance), 15, lambda: ""),
            "nginx-inner": (lambda: nginx.is_up(instance, "inner"), 15, lambda: nginx.hint(instance, "inner")),
            "nginx-edge": (lambda: nginx.is_up(instance, "edge"), 15, lambda: nginx.hint(instance, "edge")),
        }
        if name in checks:
            check, limit, hint = checks[name]
            wait_until(check, limit, f"{name} did not come up", hint)

    def replicas_called(self, name):
        """The replicas of a service, or one replica; none when the name is that of a server."""
        replicas = [replica for replica in services.all_replicas(self.instance)
                    if name in (replica.name, replica.service.name)]
        if not replicas and name not in self.supervisor.states():
            raise Trouble(f"nothing here is called {name}: `./mercat status` lists what runs")
        return replicas

    def restart(self, name):
        """One replica, all replicas of a service one after the other, or one server."""
        replicas = self.replicas_called(name)
        # Whatever changed in overrides.json counts from now on.
        self.supervisor.configure(self.programs())
        for replica in replicas:
            with step(f"restarting {replica.name}"):
                self.refresh(replica.name)
                self.wait_ready(replica)
        if not replicas:
            with step(f"restarting {name}"):
                self.refresh(name)
                self.wait_server(name)

    def stop(self, name, kill):
        """Stops a service, a replica or a server until it is started again; `kill` is kill -9."""
        names = [replica.name for replica in self.replicas_called(name)] or [name]
        with step(f"stopping {', '.join(names)}"):
            if kill:
                self.supervisor.kill(names)
            self.supervisor.stop(names)

    def start(self, name):
        replicas = self.replicas_called(name)
        with step(f"starting {', '.join(replica.name for replica in replicas) or name}"):
            for program in [replica.name for replica in replicas] or [name]:
                self.supervisor.start(program)
            for replica in replicas:
                self.wait_ready(replica)
            self.wait_server(name)

    def stale(self):
        """Replicas whose binary is newer than they are."""
        states = self.supervisor.states()
        return {replica.name for replica in services.all_replicas(self.instance)
                if states[replica.name]["start"] < os.stat(services.binary(self.instance, replica.service)).st_mtime}

    def scale(self, service, count):
        if not 1 <= count <= MOST_REPLICAS:
            raise Trouble(f"{service.name}={count}: between 1 and {MOST_REPLICAS} replicas")
        before = self.instance.replicas(service.name)
        if count == before:
            say(f"  {service.name} has {count} already")
            return
        most = services.replicas(self.instance, service, max(before, count))
        moving = most[min(before, count):]
        if count > before:
            self._grow(service, count, moving)
        else:
            self._shrink(service, count, moving)

    def _grow(self, service, count, new):
        for replica in new:
            check_ports([(replica.port, replica.name), (replica.private_port, replica.name)])
        self.instance.set_replicas(service.name, count)
        try:
            self.supervisor.configure(self.programs())
            self.supervisor.differences()
            for replica in new:
                with step(f"starting {replica.name}"):
                    self.supervisor.adopt([replica.name])
                    self.supervisor.start(replica.name)
                    self.wait_ready(replica)
        except Trouble:
            self.instance.set_replicas(service.name, count - len(new))
            self.take_up()
            raise
        self._publish(service)

    def _shrink(self, service, count, old):
        # Out of nginx first: it tries two replicas at most, and both could be among those that leave.
        self.instance.set_replicas(service.name, count)
        self._publish(service)
        with step(f"draining {', '.join(replica.name for replica in old)}"):
            self.supervisor.stop([replica.name for replica in old])
        self.supervisor.configure(self.programs())
        self.supervisor.differences()
        self.supervisor.forget([replica.name for replica in old])

    def _publish(self, service):
        for which, tier in nginx.TIERS.items():
            if tier == service.tier:
                with step(f"telling nginx-{which}"):
                    nginx.write_upstreams(self.instance, which)
                    nginx.reload(self.instance, which, self.supervisor)


def check_ports(wanted, ours=()):
    """Raises on the first port that somebody else than `ours` holds; `wanted` are pairs of port and its use."""
    for port, purpose in wanted:
        if port and not processes.port_is_free(port):
            holder = processes.listener_of(port)
            if holder in ours:
                continue
            who = processes.describe(holder) if holder else "a process of another user"
            raise Trouble(f"port {port} (for {purpose}) is in use by {who}: end it, or choose other ports with "
                          "MERCAT_EDGE_PORT and MERCAT_EDGE_TLS_PORT (the edge alone) or MERCAT_PORT_BASE (all the "
                          "others)")
