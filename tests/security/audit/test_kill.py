"""What was acknowledged stays, and what was signed fits it, whenever the program is killed."""

import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from core.database import Database
from security.audit import AuditRecord, stored_tree, verify
from security.audit.models import AuditKey
from tests.security.audit.logs import KEY

ROUNDS = 20
WRITER = """
import sys
from core.database import Database
from core.events import Event
from security.audit import SYSTEM, record
database = Database(sys.argv[1])
while True:
    with database.write() as session:
        sequence = record(session, Event.OBJECT_CHANGED, SYSTEM, subject="device:x").sequence
    print(sequence, flush=True)
"""

SIGNER = """
import sys
from core.clock import SystemClock
from core.database import Database
from core.events import Event
from security.audit import SYSTEM
from security.audit.recording import Happening, record_all
from security.audit.signing import sign_new
from tests.security.audit.logs import KEY
database, clock = Database(sys.argv[1]), SystemClock()
while True:
    with database.write() as session:
        record_all(session, [Happening(Event.OBJECT_CHANGED, SYSTEM, "device:x")] * 90)
    print(sign_new(database, KEY, clock).size, flush=True)
"""


@pytest.mark.slow
def test_a_signer_that_is_killed_leaves_a_tree_that_the_next_one_goes_on_with(database_url: str) -> None:
    """Tiles grow by more than one in each round, and a checkpoint that was told of is kept."""
    random = Random(20261125)  # noqa: S311  # repeatable on purpose
    database = Database(database_url)
    with database.write() as session:
        session.add(AuditKey(verifier=str(KEY.verifier), created=datetime.now(UTC)))
    told: set[int] = set()
    for _ in range(ROUNDS):
        told |= write_until_killed(database_url, random.uniform(0.0, 0.25), SIGNER)
    with database.read() as session:
        found = verify(session, keys=[KEY.verifier])
        kept = set(stored_tree.notes(session))
    database.close()
    assert found.broken is None
    assert told <= kept


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


def write_until_killed(url: str, seconds: float, program: str = WRITER) -> set[int]:
    """What the writer said before it died, beginning to count when it writes."""
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", program, url], cwd=root, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(root)}
    ) as writer:
        assert writer.stdout is not None
        first = writer.stdout.readline()
        time.sleep(seconds)  # the moment of death is what varies here, nothing is waited for
        writer.kill()
        rest = writer.stdout.read()
    lines = (first + rest).splitlines(keepends=True)
    return {int(line) for line in lines if line.endswith("\n")}
