"""Tables, several columns at a time.

A GETBULK for all columns of a table costs a real agent a third of what column after column does. Agents break in many
ways here, and one broken table must not cost the others: what came before a fault is kept, and the fault is told.

    GETBULK, all columns --error--> one column at a time --error--> fault
            | silence, though the device lives: half as much at a time, down to one GETNEXT, then fault
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from collectors.snmp.errors import AgentError, EndlessError, NoAnswerError, NotIncreasingError, SnmpError, TooBigError
from collectors.snmp.session import Session
from collectors.snmp.wire import Missing, Oid, VarBind, dotted

MOST_ROWS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Table:
    """`columns[column][index]` is a varbind; an index is what follows the column's name."""

    columns: dict[Oid, dict[Oid, VarBind]]
    faults: tuple[SnmpError, ...] = ()

    @property
    def indexes(self) -> list[Oid]:
        """Of all rows, in lexicographic order."""
        return sorted({index for rows in self.columns.values() for index in rows})


async def walk(session: Session, root: Oid, *, most: int = MOST_ROWS) -> list[VarBind]:
    """Everything below `root`; a fault is raised."""
    table = await walk_table(session, [root], most=most)
    for fault in table.faults:
        raise fault
    return list(table.columns[root].values())


async def walk_table(session: Session, columns: Iterable[Oid], *, most: int = MOST_ROWS) -> Table:
    """All rows of these columns. Raises only when the device as a whole falls silent."""
    walker = _Walker(session, list(columns), most)
    await walker.run()
    return Table(walker.rows, tuple(walker.faults))


@dataclass(slots=True)
class _Walker:
    session: Session
    columns: list[Oid]
    most: int
    rows: dict[Oid, dict[Oid, VarBind]] = field(default_factory=dict)
    cursors: dict[Oid, Oid] = field(default_factory=dict)
    faults: list[SnmpError] = field(default_factory=list)
    width: int = 0

    async def run(self) -> None:
        self.rows = {column: {} for column in self.columns}
        self.cursors = {column: column for column in self.columns}
        self.width = len(self.columns)
        while self.cursors:
            group = list(self.cursors)[: min(self.width, self.session.limits.varbinds)]
            try:
                chains = await successors(self.session, [self.cursors[column] for column in group])
            except (AgentError, NoAnswerError) as error:
                await self._give_up(group, error)
                continue
            for column, chain in zip(group, chains, strict=True):
                self._advance(column, chain)

    async def _give_up(self, group: list[Oid], error: SnmpError) -> None:
        """On the group: its columns one by one, and on a single column for good. On the device: raise."""
        if isinstance(error, NoAnswerError) and not await self.session.alive():
            raise error
        if len(group) > 1:
            self.width = 1
            return
        self._finish(group[0], error)

    def _advance(self, column: Oid, chain: list[VarBind]) -> None:
        rows, cursor, depth = self.rows[column], self.cursors[column], len(column)
        for varbind in chain:
            if varbind.value is Missing.END_OF_MIB_VIEW or varbind.oid[:depth] != column:
                self._finish(column)
                return
            if varbind.oid <= cursor:
                self._finish(column, NotIncreasingError(address=self.session.target.address, oid=dotted(varbind.oid)))
                return
            if len(rows) >= self.most:
                fault = EndlessError(address=self.session.target.address, oid=dotted(column), most=self.most)
                self._finish(column, fault)
                return
            rows[varbind.oid[depth:]] = varbind
            cursor = varbind.oid
        self.cursors[column] = cursor

    def _finish(self, column: Oid, fault: SnmpError | None = None) -> None:
        del self.cursors[column]
        if fault is not None:
            self.faults.append(fault)


async def successors(session: Session, cursors: list[Oid]) -> list[list[VarBind]]:
    """For each cursor what follows it, in order: as many as the device can give in one answer, at least one.

    After silence the session's limits stay as small as what was answered at last, and as they were if nothing was.
    """
    if not session.limits.bulk:
        return [[varbind] for varbind in await session.get_next(cursors)]
    before, hurry = replace(session.limits), False
    while True:
        repetitions = session.limits.repetitions(len(cursors))
        asked = repetitions * len(cursors)
        try:
            answer = await session.get_bulk(cursors, repetitions, hurry=hurry)
        except (NoAnswerError, TooBigError) as error:
            if repetitions == 1:
                session.limits = before
                return await _singly(session, cursors, error)
            if isinstance(error, TooBigError):
                session.limits.refused(asked)
            elif not hurry and not await session.alive():
                raise
            else:
                session.limits.silent(asked)
            hurry = True
        else:
            session.limits.accepted()
            return [answer[place :: len(cursors)] for place in range(len(cursors))]


async def _singly(session: Session, cursors: list[Oid], error: SnmpError) -> list[list[VarBind]]:
    """The last rung: some agents know GETNEXT but choke on GETBULK."""
    if len(cursors) > 1:
        raise error
    chains = [[varbind] for varbind in await session.get_next(cursors)]
    session.limits.bulk = False
    return chains
