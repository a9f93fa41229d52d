"""The audit log: appending durably one by one and in groups, signing, checking, proving, and finding a page.

One by one, beside a bare loop of the same inserts and commits by `sqlite3` in the same run. RECORDS in the environment
for another size than 300,000; the promise is for ten million, which takes half an hour and 10 GB in build/.
"""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Final

from bench.farm import BUILD
from bench.figures import Figure
from core import schema
from core.clock import SystemClock
from core.database import Database, sqlite_url
from core.events import Event
from security.audit import Actor, Filter, find, proofs, record, verify
from security.audit.models import AuditKey
from security.audit.recording import Happening, record_all
from security.audit.signing import SigningKey, sign_new

RECORDS: Final = int(os.environ.get("RECORDS", "300000"))
SINGLE: Final = 1000
GROUP: Final = 1000
MOST_SINGLE_US: Final = 1000.0
MOST_GROUP_US: Final = 50.0
MOST_VERIFY_US: Final = 10.0
MOST_PROOF_MS: Final = 50.0
MOST_SEARCH_MS: Final = 1000.0
KEY: Final = SigningKey("guanjin.audit/bench", bytes(32))
CLOCK: Final = SystemClock()
COLUMNS: Final = 14


def measure(rounds: int) -> list[Figure]:
    folder = BUILD / "audit"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    database = Database(sqlite_url(folder / "guanjin.db"))
    schema.upgrade(database)
    with database.write() as session:
        session.add(AuditKey(verifier=str(KEY.verifier), created=CLOCK.now()))
    happenings = _happenings()
    ours, bare = [], []
    for number in range(rounds):
        ours.append(_spent(lambda: _append_singly(database, islice(happenings, SINGLE))) / SINGLE)
        bare.append(_spent(lambda: _append_bare(folder / f"bare-{number}.db")) / SINGLE)  # noqa: B023  # called at once
    one, other = _both(ours), _both(bare)
    groups = [_append_group(database, list(islice(happenings, GROUP))) for _ in range(max(1, RECORDS // GROUP))]
    signed = _spent(lambda: _sign(database))
    count = _count(database)
    with database.read() as session:
        checked = _spent(lambda: verify(session))
    found = [
        Figure("audit", "append one by one", one[0], "us/record", MOST_SINGLE_US),
        Figure("audit", "bare sqlite3", other[0], "us/record"),
        Figure("audit", "ratio", one[0] / other[0], ""),
        Figure("audit", "append one by one, by the clock", 1e6 / one[1], "records/s"),
        Figure("audit", "bare sqlite3, by the clock", 1e6 / other[1], "records/s"),
        Figure("audit", f"append in groups of {GROUP}", _both(groups)[0], "us/record", MOST_GROUP_US),
        Figure("audit", "sign", signed[0] / count, "us/record"),
        Figure("audit", f"check {count} records", checked[0] / count, "us/record", MOST_VERIFY_US),
        Figure("audit", "prove a record", _prove(database, count), "ms", MOST_PROOF_MS),
        *(Figure("audit", f"find {name}", ms, "ms", MOST_SEARCH_MS) for name, ms in _search(database, count)),
    ]
    database.close()
    shutil.rmtree(folder)
    return found


class _Spent(tuple[float, float]):
    """Microseconds of the processor, and by the clock."""

    __slots__ = ()

    def __truediv__(self, count: int) -> "_Spent":
        return _Spent((self[0] / count, self[1] / count))


def _spent(work: Callable[[], object]) -> _Spent:
    cpu, clock = time.process_time(), time.perf_counter()
    work()
    return _Spent(((time.process_time() - cpu) * 1e6, (time.perf_counter() - clock) * 1e6))


def _both(spent: list[_Spent]) -> tuple[float, float]:
    return median(one[0] for one in spent), median(one[1] for one in spent)


def _happenings() -> Iterator[Happening]:
    """What a county records: many persons and devices, events of very different frequency."""
    number = 0
    while True:
        number += 1
        rare = number % 100_003 == 0
        event = Event.ROLE_GRANTED if rare else (Event.OBJECT_CHANGED, Event.LOGIN_SUCCEEDED)[number % 2]
        actor = Actor(f"person{number % 211}", "person", number % 211, f"10.1.{number % 7}.{number % 199}")
        yield Happening(
            event,
            actor,
            f"device:SW-{number * 7919 % 6007:05d}",
            "refused" if rare else "ok",
            before={"room": "一号机房", "unit": number % 600},
            after={"room": "二号机房", "unit": number % 600},
        )


def _append_singly(database: Database, happenings: Iterator[Happening]) -> None:
    for one in happenings:
        with database.write() as session:
            record(session, one.event, one.actor, subject=one.subject, before=one.before, after=one.after)


def _append_bare(path: Path) -> None:
    """The least that a durable record can cost: as many columns, begin, insert, commit."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    columns = ", ".join(f"c{number}" for number in range(COLUMNS))
    connection.execute(f"CREATE TABLE record ({columns})")
    statement = f"INSERT INTO record VALUES ({', '.join('?' * COLUMNS)})"  # noqa: S608  # no value in it
    for number in range(SINGLE):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(statement, [f"{number:030d}"] * COLUMNS)
        connection.execute("COMMIT")
    connection.close()


def _append_group(database: Database, happenings: list[Happening]) -> _Spent:
    def work() -> None:
        with database.write() as session:
            record_all(session, happenings)

    return _spent(work) / GROUP


def _sign(database: Database) -> None:
    while sign_new(database, KEY, CLOCK):
        pass


def _count(database: Database) -> int:
    with database.read() as session:
        return find(session, limit=1).records[0].sequence


def _prove(database: Database, count: int) -> float:
    """The slowest of some, by the clock."""
    with database.read() as session:
        places = [1 + place * (count - 1) // 20 for place in range(21)]
        return max(_spent(lambda: proofs.prove_record(session, place))[1] for place in places) / 1000  # noqa: B023


def _search(database: Database, count: int) -> Iterator[tuple[str, float]]:
    """By the clock, the first page and one from the middle."""
    with database.read() as session:
        newest = find(session, limit=1).records[0].at
    searches = {
        "the newest": Filter(),
        "a rare event": Filter(event=Event.ROLE_GRANTED),
        "a common event": Filter(event=Event.OBJECT_CHANGED),
        "a refusal": Filter(result="refused"),
        "what never was": Filter(result="failed"),
        "a device": Filter(subject="device:SW-00042"),
        "devices by a beginning": Filter(subject="device:SW-"),
        "a person on a device": Filter(actor="person7", subject="device:SW-00042"),
        "a person by address": Filter(actor="person", address="10.1.3.", event="inventory:"),
        "an hour": Filter(since=newest - timedelta(hours=1), until=newest - timedelta(seconds=1)),
        "a person in a minute": Filter(since=newest - timedelta(minutes=1), actor="person7"),
    }
    for name, wanted in searches.items():
        slowest = 0.0
        for before in (None, count // 2):
            with database.read() as session:
                slowest = max(slowest, _spent(lambda: find(session, wanted, before=before))[1] / 1000)  # noqa: B023
        yield name, slowest
