"""A job that an earlier release left half-done goes on in this one.

`in_flight/` holds, for each release, the rows of such a job as that release wrote them. A file is added at each
release and never changed: where one no longer loads or ends otherwise, an upgrade would strand somebody's jobs.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from core.database import Database
from core.jobs import JobContext, JobId, JobState, Probe, Registry
from core.jobs.models import Job, JobStep
from tests.core.jobs.working import told, wait_for, working

RELEASES = sorted(Path(__file__).with_name("in_flight").glob("*.json"))


def _row(values: Mapping[str, Any]) -> dict[str, Any]:
    moments = {name for name in values if name.endswith(("_at", "_until")) or name in {"not_before", "backoff_from"}}
    return {
        name: datetime.fromisoformat(value) if name in moments and value else value for name, value in values.items()
    }


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.stem)
def test_a_job_half_done_by_an_earlier_release_goes_on_where_its_journal_ends(
    database: Database, registry: Registry, release: Path
) -> None:
    found, did = json.loads(release.read_text()), []

    @registry.job("replayed", version=found["job"]["version"])
    def handler(ctx: JobContext, args: Mapping[str, Any]) -> Any:
        read = ctx.step("read", lambda: did.append("read"))
        ctx.effect("write", lambda: did.append("write"), lambda: did.append("probe") or Probe.DONE)
        ctx.step("verify", lambda: did.append("verify"))
        return {"read": read, "device": args["device"], "attempt": ctx.job.attempt}

    with database.write() as session:
        session.add(Job(**_row(found["job"])))
        session.flush()
        session.add_all(JobStep(job_id=found["job"]["id"], **_row(step)) for step in found["steps"])
    job_id = JobId(found["job"]["id"])
    with working(database, registry, lease_s=0.3):
        job = wait_for(database, job_id, JobState.DONE)
    assert did == ["probe", "verify"]
    assert job.result == {"read": found["steps"][0]["result"], "device": 3, "attempt": found["job"]["attempt"] + 1}
    assert told(database, job_id)[0] == "taken_over"
