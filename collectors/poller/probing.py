"""The quick question to each device, every few seconds: whether it is there, and whether its lines' ports are up.

Whatever goes wrong with a device ends here and costs nobody else anything.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace

from collectors.device_rows import port_row
from collectors.history import Kind
from collectors.kit import Kit
from collectors.metrics.devices import probe_chunks
from collectors.models import Reachability
from collectors.poller.verdicts import Verdicts
from collectors.watched import Watched

log = logging.getLogger(__name__)


class Probing:
    """`line_ports(device)` are the ports at which lines end and at which it is time to look.

    `turned` tells that one of them went up or down: the poll that follows will find it as it is.
    """

    def __init__(
        self,
        kit: Kit,
        verdicts: Verdicts,
        line_ports: Callable[[int], Iterable[int]],
        turned: Callable[[int], None],
    ) -> None:
        self._asker = kit.asker
        self._desk = kit.desk
        self._exposition = kit.exposition
        self._clock = kit.clock
        self._tally = kit.tally
        self._verdicts = verdicts
        self._line_ports = line_ports
        self._tell_turned = turned

    async def probe(self, watched: Watched) -> None:
        if watched.probing or not watched.target.askable:
            return
        watched.probing = True
        self._tally.probes += 1
        try:
            await self._probe(watched)
        except Exception:
            log.exception("probing %s failed in an unforeseen way", watched.target.name)
        finally:
            watched.probing = False

    async def _probe(self, watched: Watched) -> None:
        moment = self._clock.now()
        signs = await self._asker.signs(watched)
        if watched.reachability is Reachability.DOWN and (signs.icmp or signs.tcp):
            # What its agent did before the outage says nothing; the poll that follows will.
            watched.agent_failed = False
            signs = replace(signs, agent_failed=False)
        await self._verdicts.hear(watched, signs, moment)
        self._show(watched, moment.timestamp())
        if signs.icmp or signs.snmp:
            await self._look_at_line_ports(watched)
        self._verdicts.touched(watched.target.id, moment)

    def _show(self, watched: Watched, seconds: float) -> None:
        target, answers = watched.target, watched.pulse.answers
        probed = self._asker.can_ping(target) and len(answers) > 0
        rtt = answers[-1] if probed else None
        if probed:
            loss = 0.0 if rtt is not None else 100.0
            values = [None, None, None, loss, rtt, rtt, rtt, None]
            self._desk.history.add(Kind.DEVICE, target.id, seconds, values)
        self._exposition.put(("probe", target.id), probe_chunks(target, watched.reachability, rtt, probed=probed))

    async def _look_at_line_ports(self, watched: Watched) -> None:
        """A line's port that goes down must show at once, not at the next poll."""
        if watched.polling:
            return
        wanted = [watched.ports[port] for port in self._line_ports(watched.target.id) if port in watched.ports]
        if not wanted:
            return
        found = await self._asker.statuses(watched, [port.facts.index for port in wanted])
        for port, (admin, oper) in zip(wanted, found, strict=False):
            if (port.admin, port.oper) != (admin, oper):
                now = self._clock.now()
                port.admin, port.oper, port.last_change = admin, oper, now
                name = watched.names[port.facts.index]
                self._desk.put_ports([port_row(watched.target.id, port, name, now)], {}, now)
                self._verdicts.hasten(watched.target.id)
                self._tell_turned(watched.target.id)
