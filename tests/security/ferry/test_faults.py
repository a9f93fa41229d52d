"""Killed at every place where something becomes durable, then started again: nothing lost, doubled or half released.

A forked child does the work and is killed (SIGKILL) at its n-th crossing, for n = 1, 2, 3 ... until it gets through.
Crossings are the moments before and after each commit, each fsync and each rename. The leases and the journal of the
jobs have a fault suite of their own; here the handlers are called directly.
"""

import os
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from core.database import Database
from core.jobs import JobContext, JobFacts, JobId, Probe
from security.ferry import jobs, models
from security.ferry.bundle.open import verify
from security.ferry.keys import SigningPublic
from security.ferry.receiving import senders
from security.ferry.services import look_at_medium
from security.ferry.states import Incoming, Outgoing
from tests.security.ferry.conftest import World
from tests.security.ferry.world import ADMIN, START, Given, Site, bundles

pytestmark = pytest.mark.slow

FILES = {"台账.txt": "专线台账\n".encode()}
FACTS = JobFacts(JobId(1), "test", 1, "ferry", "test", None, None, 1, 0, START)
MOST = 80


@dataclass
class Context:
    """A job's context without leases: a resumed effect asks its probe first."""

    database: Database
    services: Given
    job: JobFacts = FACTS

    @contextmanager
    def write(self) -> Iterator[Session]:
        with self.database.write() as session:
            yield session

    def check(self) -> None: ...

    def progress(self, done: int, total: int, note: str = "") -> None: ...

    def effect(self, _name: str, do: Callable[[], object], probe: Callable[[], Probe]) -> None:
        if probe() is not Probe.DONE:
            do()


Handler = Callable[[JobContext, Mapping[str, Any]], Any]


def survives(site: Site, handler: Handler, arguments: Mapping[str, Any], kill_at: int = 0) -> bool:
    """Run a handler in a child that is killed at its n-th crossing; whether it got through."""
    child = os.fork()
    if child == 0:
        try:
            database = Database(site.database.url.render_as_string(hide_password=False))
            if kill_at:
                _arm(kill_at)
            handler(Context(database, Given(site.ferry)), arguments)  # type: ignore[arg-type]
        except BaseException as error:  # noqa: BLE001  # the child's end is its exit code
            os.write(2, f"{error!r}\n".encode())
            os._exit(1)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return not os.WIFSIGNALED(status)


def _arm(kill_at: int) -> None:
    """Count crossings in this process, and die at the one that was chosen."""
    left = kill_at

    def cross(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    real_sync, real_replace = os.fsync, Path.replace

    def sync(descriptor: int) -> None:
        cross()
        real_sync(descriptor)
        cross()

    def rename(path: Path, target: Path) -> Path:
        cross()
        moved = real_replace(path, target)
        cross()
        return moved

    os.fsync, Path.replace = sync, rename  # type: ignore[method-assign,assignment]
    event.listen(Session, "before_commit", cross)
    event.listen(Session, "after_commit", cross)


def every_crossing(
    prepare: Callable[[], tuple[Site, Handler, Mapping[str, Any]]], check: Callable[[], object] = lambda: None
) -> int:
    """Kill at crossing 1, 2, 3 ... of a prepared piece of work each, finish it without, until one got through.

    The crossings are the same on both databases; on PostgreSQL every fourth one is enough to see that it agrees.
    """
    number = 1
    while number < MOST:
        site, handler, arguments = prepare()
        if survives(site, handler, arguments, kill_at=number):
            return number - 1
        assert survives(site, handler, arguments)
        check()
        number += 4 if site.database.dialect == "postgresql" else 1
    raise AssertionError("there are more crossings than expected")


def approved(site: Site) -> str:
    uid = site.submit(FILES)
    assert survives(site, jobs.inspect, {"transfer": uid})
    site.approve(uid, "zhang")
    assert site.approve(uid, "wang") == Outgoing.APPROVED
    return uid


def count(site: Site, table: type[models.Base]) -> int:
    with site.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def told(site: Site, name: str) -> int:
    return len([one for one in site.audit(name) if one.event == name])


def test_an_inspection_killed_anywhere_ends_in_one_review(both: World) -> None:
    uids: list[str] = []

    def prepare() -> tuple[Site, Handler, Mapping[str, Any]]:
        uids.append(both.near.submit(FILES))
        return both.near, jobs.inspect, {"transfer": uids[-1]}

    assert every_crossing(prepare) >= 5
    assert {both.near.state(uid) for uid in uids} == {Outgoing.REVIEW}
    assert told(both.near, "ferry:transfer:inspect") == len(uids)


def test_a_seal_killed_anywhere_makes_one_good_bundle(both: World) -> None:
    uids: list[str] = []

    def prepare() -> tuple[Site, Handler, Mapping[str, Any]]:
        uids.append(approved(both.near))
        return both.near, jobs.seal, {"transfer": uids[-1]}

    assert every_crossing(prepare) >= 9
    rows = [both.near.transfer(uid) for uid in uids]
    assert {row.state for row in rows} == {Outgoing.SEALED}
    assert [row.bundle.sequence for row in rows if row.bundle] == list(range(1, len(uids) + 1))
    assert told(both.near, "ferry:transfer:seal") == count(both.near, models.FerryBundle) == len(uids)
    assert count(both.near, models.FerryNonce) == 2 * len(uids)
    previous = bytes(32)
    with both.far.database.read() as session:
        keys: Mapping[bytes, SigningPublic] = senders(session)
    for row in rows:
        assert row.bundle is not None
        assert row.bundle.sha256
        with both.near.ferry.store.open(row.bundle.sha256) as file:
            header = verify(file, row.bundle.size or 0, keys).header
        assert header.previous == previous
        previous = header.digest


def test_a_hand_off_killed_anywhere_leaves_one_whole_bundle_on_the_disc(both: World) -> None:
    uids: list[str] = []

    def prepare() -> tuple[Site, Handler, Mapping[str, Any]]:
        uids.append(approved(both.near))
        assert survives(both.near, jobs.seal, {"transfer": uids[-1]})
        return both.near, jobs.carry, {"transfer": uids[-1]}

    assert every_crossing(prepare) >= 8
    assert {both.near.state(uid) for uid in uids} == {Outgoing.HANDED_OFF}
    assert len(bundles(both.medium)) == len(list(both.medium.rglob("*.ok"))) == len(uids)
    assert told(both.near, "ferry:transfer:hand-off") == len(uids)


def test_a_receipt_of_a_bundle_killed_anywhere_releases_nothing_by_half(both: World, tmp_path: Path) -> None:
    """On SQLite each crossing begins from the same destination, on PostgreSQL with another bundle."""
    numbers: list[int] = []

    def send() -> None:
        uid = approved(both.near)
        for handler in (jobs.seal, jobs.carry):
            assert survives(both.near, handler, {"transfer": uid})

    send()
    path = both.far.database.path
    rewind = snapshot(both.far, path, tmp_path) if path else send

    def prepare() -> tuple[Site, Handler, Mapping[str, Any]]:
        if numbers:
            rewind()
        numbers.extend(look_at_medium(both.far.database, both.far.ferry, actor=ADMIN))
        return both.far, jobs.receive, {"incoming": numbers[-1]}

    assert every_crossing(prepare, lambda: arrived_once(both.far)) >= 18


def arrived_once(far: Site) -> None:
    row = far.incoming()[0]
    assert row.state == Incoming.RELEASABLE
    assert [file.name for file in row.files] == list(FILES)
    for file, content in zip(row.files, FILES.values(), strict=True):
        far.ferry.store.check(file.sha256)
        assert far.ferry.store.size(file.sha256) == len(content)
    for name in ("verify", "open", "pass"):
        assert len([one for one in far.audit(f"ferry:bundle:{name}") if one.subject == f"bundle:{row.uid}"]) == 1
    assert count(far, models.FerryNonce) == 2 * len(far.incoming())


def snapshot(site: Site, path: Path, folder: Path) -> Callable[[], None]:
    """Keep a copy of a site's database file and objects; the function that is returned brings them back."""
    objects, kept = site.ferry.store._root, folder / "kept"
    with sqlite3.connect(path) as source, sqlite3.connect(folder / "kept.db") as target:
        source.backup(target)
    source.close()
    target.close()
    shutil.copytree(objects, kept)

    def rewind() -> None:
        site.database.close()
        for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
            name.unlink(missing_ok=True)
        shutil.copy(folder / "kept.db", path)
        shutil.rmtree(objects)
        shutil.copytree(kept, objects)

    return rewind


def test_leftovers_of_killed_writers_are_swept_and_nothing_that_is_needed(both: World) -> None:
    uid = approved(both.near)
    kill_at = 1
    while not survives(both.near, jobs.seal, {"transfer": uid}, kill_at=kill_at):
        kill_at += 1
    objects = both.near.ferry.store._root
    assert [path for path in objects.rglob("*") if path.is_file()]
    both.near.clock.forward(days=2)
    old = both.near.clock.now().timestamp() - 90_000
    for path in objects.rglob("*"):
        os.utime(path, (old, old))
    from security.ferry import upkeep

    upkeep.sweep(both.near.database, both.near.ferry)
    row = both.near.transfer(uid)
    assert row.bundle
    wanted = {row.bundle.sha256, *(file.sha256 for file in row.files)}
    assert {path.parent.name + path.name for path in objects.rglob("*") if path.is_file()} == wanted
