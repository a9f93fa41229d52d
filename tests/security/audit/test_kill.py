"""A record that was acknowledged stays, whenever the machine's program is killed."""

import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from core.database import Database
from security.audit import AuditRecord, verify

ROUNDS = 20
WRITER = """
import sys
from core.database import Database
from core.events import Event
from security.audit import SYSTEM, record
database = Database(sys.argv[1])
while True:
    with database.write() as session:
        sequence = record(session, Event.DEVICE_CHANGED, SYSTEM, subject="device:x").sequence
    print(sequence, flush=True)
"""


@pytest.mark.slow
def test_no_acknowledged_record_is_lost_to_kill_9(database_url: str) -> None:
    random = Random(20261123)  # noqa: S311  # repeatable on purpose
    acknowledged: set[int] = set()
    for _ in range(ROUNDS):
        acknowledged |= write_until_killed(database_url, random.uniform(0.0, 0.25))
    database = Database(database_url)
    with database.read() as session:
        kept = set(session.scalars(select(AuditRecord.sequence)))
        found = verify(session)
    database.close()
    assert len(acknowledged) > ROUNDS
    assert acknowledged <= kept
    assert len(kept - acknowledged) <= ROUNDS  # committed, and killed before it could say so
    assert (found.broken, found.records) == (None, len(kept))


def write_until_killed(url: str, seconds: float) -> set[int]:
    """What the writer said before it died, beginning to count when it writes."""
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, url], cwd=root, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(root)}
    ) as writer:
        assert writer.stdout is not None
        first = writer.stdout.readline()
        time.sleep(seconds)  # the moment of death is what varies here, nothing is waited for
        writer.kill()
        rest = writer.stdout.read()
    lines = (first + rest).splitlines(keepends=True)
    return {int(line) for line in lines if line.endswith("\n")}
