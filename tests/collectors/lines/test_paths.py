"""Which failures are traced, how many at a time, and what is kept; the traces themselves: tests/collectors/icmp."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path as Folder

import pytest
from sqlalchemy import select

from collectors.desk import Desk
from collectors.errors import PathUnavailableError
from collectors.history import HistoryWriter
from collectors.icmp import Hop, Path
from collectors.lines import paths as paths_module
from collectors.lines.paths import Paths, traceable, worth_keeping
from collectors.models import LineCondition, LineState, OutageRecord, SubjectKind
from collectors.store import Outage, OutageKey, Store
from core.database import Database
from tests.collectors.county import NOW
from tests.collectors.test_desk import line_row, outage

FAR = "192.0.2.9"
DOWN, DEGRADED, UNKNOWN = LineCondition.DOWN, LineCondition.DEGRADED, LineCondition.UNKNOWN


def far(number: int = 9) -> str:
    return f"192.0.2.{number}"


@pytest.mark.parametrize(
    ("state", "cause", "over", "expected"),
    [
        (DOWN, "end_b_unreachable", False, True),
        (DEGRADED, "loss", False, True),
        (DEGRADED, "end_a_unreachable", False, False),
        (UNKNOWN, "both_ends_unreachable", False, False),
        (DOWN, "end_b_unreachable", True, False),
    ],
)
def test_the_way_is_kept_with_a_failure_and_with_loss(
    state: LineCondition,
    cause: str,
    over: bool,  # noqa: FBT001
    expected: bool,  # noqa: FBT001
) -> None:
    found = Outage(SubjectKind.LINE, 5, "", state, NOW, 0.0, cause, in_maintenance=False, over=over)
    assert worth_keeping(found) is expected


def test_there_is_no_way_on_the_loopback() -> None:
    assert traceable(FAR)
    assert not traceable("127.0.0.9")
    assert not traceable("::1")


@pytest.fixture
async def desk(database: Database, tmp_path: Folder) -> AsyncIterator[Desk]:
    desk = Desk(Store(database), HistoryWriter(tmp_path / "history", keep_days=1, keep_bytes=10**8))
    yield desk
    await desk.close(NOW)


async def down(desk: Desk, line: int = 5) -> OutageKey:
    found = outage(0, line=line)
    await desk.change(LineState, line_row(DOWN, line), [found])
    return found.key


def kept(database: Database, line: int = 5) -> object:
    with database.read() as session:
        return session.scalar(select(OutageRecord.path).where(OutageRecord.subject_id == line))


async def until_idle(paths: Paths) -> None:
    await asyncio.gather(*(task for _, task in paths._traces.values()))
    await asyncio.gather(*paths._keeping)


class Router:
    """A tracer that finds what it is told to find, when it is told to go on."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.under_way = self.most = 0
        self.go_on = asyncio.Event()
        self.error: PathUnavailableError | None = None

    async def trace(self, address: str) -> Path:
        self.asked.append(address)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await self.go_on.wait()
        self.under_way -= 1
        if self.error:
            raise self.error
        hops = (Hop(1, "192.0.2.1", 0.4), Hop(2), Hop(3, "192.0.2.3", 1.5, refused=True))
        return Path(address, "icmp", hops, reached=False)


async def test_the_trace_that_began_with_the_loss_is_kept_with_the_outage(desk: Desk, database: Database) -> None:
    router = Router()
    paths = Paths(desk, router.trace)
    paths.lost(far())
    await asyncio.sleep(0)
    assert router.asked == [FAR]
    paths.keep(await down(desk), far())
    router.go_on.set()
    await until_idle(paths)
    assert router.asked == [FAR], "once"
    assert kept(database) == {
        "target": FAR,
        "method": "icmp",
        "reached": False,
        "hops": [
            {"number": 1, "address": "192.0.2.1", "rtt_ms": 0.4, "refused": False},
            {"number": 2, "address": None, "rtt_ms": None, "refused": False},
            {"number": 3, "address": "192.0.2.3", "rtt_ms": 1.5, "refused": True},
        ],
    }


async def test_an_address_that_loses_again_at_once_is_not_traced_again(desk: Desk) -> None:
    router = Router()
    router.go_on.set()
    paths = Paths(desk, router.trace)
    for _ in range(3):
        paths.lost(far(9))
        await until_idle(paths)
    assert router.asked == [FAR]


async def test_an_old_trace_does_not_serve_for_a_new_outage(
    desk: Desk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    router = Router()
    router.go_on.set()
    paths = Paths(desk, router.trace)
    paths.lost(far())
    await until_idle(paths)
    later = time.monotonic() + paths_module.RECENT_S
    monkeypatch.setattr(paths_module.time, "monotonic", lambda: later)
    paths.keep(await down(desk), far())
    await until_idle(paths)
    assert router.asked == [FAR, FAR]


async def test_a_kernel_that_does_not_permit_it_is_named(desk: Desk, database: Database) -> None:
    router = Router()
    router.go_on.set()
    router.error = PathUnavailableError(reason="Operation not permitted")
    paths = Paths(desk, router.trace)
    paths.keep(await down(desk), far())
    await until_idle(paths)
    assert kept(database) == {
        "target": FAR,
        "error": "collectors.path_unavailable",
        "facts": {"reason": "Operation not permitted"},
    }


async def test_a_few_are_traced_at_a_time_and_the_surplus_is_left_out(
    desk: Desk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths_module, "MOST_WAITING", 10)
    router = Router()
    paths = Paths(desk, router.trace)
    for line in range(1, 13):
        paths.keep(await down(desk, line), far(line))
    router.go_on.set()
    await until_idle(paths)
    assert router.most == paths_module.AT_ONCE
    assert [line for line in range(1, 13) if kept(database, line) is None] == [11, 12]


async def test_a_trace_that_is_under_way_does_not_hold_up_the_end(desk: Desk, database: Database) -> None:
    paths = Paths(desk, Router().trace)
    paths.keep(await down(desk), far())
    await asyncio.wait_for(paths.close(), 5)
    assert kept(database) is None
