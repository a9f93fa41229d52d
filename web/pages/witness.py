"""What holds the audit log to what it says: its key, its newest checkpoint, and how far each witness has come."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Response, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from security.audit import checkpoint, stored_tree
from security.audit.checkpoint import Checkpoint
from security.audit.errors import NoCheckpointError
from security.audit.forwarding import NAME
from security.audit.models import AuditCheckpoint, AuditRecord, AuditWitness
from security.audit.signing import pending
from security.roles import Permission
from web.access import requires
from web.checkpoints import code
from web.state import console

blueprint = Blueprint("witness", __name__)
# A checkpoint is due after ten seconds; a record without one for so long means that nobody signs.
OVERDUE = timedelta(minutes=2)


@dataclass(frozen=True)
class Signing:
    """`waiting` records have no checkpoint yet; `overdue` where the oldest of them should have one."""

    newest: AuditCheckpoint | None
    claim: Checkpoint | None
    waiting: int
    overdue: bool


@blueprint.get("/audit/witnesses")
@requires(Permission.READ_AUDIT)
def show() -> str:
    with console().database.read() as session:
        found = signing(session)
        return render_template(
            "witness.html",
            signing=found,
            keys=stored_tree.keys(session),
            picture=code(found.newest.note) if found.newest else "",
            server=console().settings.audit.syslog_host,
            server_port=console().settings.audit.syslog_port,
            sent=session.get(AuditWitness, NAME),
            last=(found.claim.size if found.claim else 0) + found.waiting,
        )


@blueprint.get("/audit/checkpoint")
@requires(Permission.READ_AUDIT)
def download() -> Response:
    """The newest checkpoint, to be kept outside this machine."""
    with console().database.read() as session:
        note = stored_tree.newest_note(session)
    claim = checkpoint.read(note) if note else None
    if note is None or claim is None:
        raise NoCheckpointError(sequence=1)
    name = f"audit-checkpoint-{claim.size}.txt"
    return Response(note, mimetype="text/plain", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def signing(session: Session) -> Signing:
    newest = session.scalars(select(AuditCheckpoint).order_by(AuditCheckpoint.size.desc()).limit(1)).one_or_none()
    claim = checkpoint.read(newest.note) if newest else None
    waiting = pending(session)
    first = session.get(AuditRecord, (newest.size if newest else 0) + 1) if waiting else None
    overdue = first is not None and first.at < console().clock.now() - OVERDUE
    return Signing(newest, claim, waiting, overdue)
