"""The archive of the audit log: its segments, and giving up the rows of one, which takes two persons."""

from flask import Blueprint, Response, render_template, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from security.audit import archive
from security.audit.archive import Archive
from security.audit.errors import SegmentNotFoundError
from security.audit.jobs import request_removal
from security.audit.models import AuditSegment
from security.roles import Permission
from web.access import requires
from web.notices import redirect_with
from web.state import actor, console

blueprint = Blueprint("archives", __name__)
LOOKERS = (Permission.READ_AUDIT, Permission.ASK_AUDIT_REMOVAL)


@blueprint.get("/audit/archive")
@requires(*LOOKERS)
def index() -> str:
    place = _archive()
    with console().database.read() as session:
        found = archive.segments(session)
    older = [segment for segment in found if segment.removed is None][:1]
    return render_template(
        "archives.html",
        segments=list(reversed(found)),
        next_to_go=older[0].last if older else None,
        kept_from=place.kept_from,
        days=max(place.keep, archive.FLOOR).days,
    )


@blueprint.get("/audit/archive/<int:last>/file")
@requires(Permission.READ_AUDIT)
def file(last: int) -> Response:
    """To be put away elsewhere before the rows go."""
    place = _archive()
    with console().database.read() as session:
        segment = session.get(AuditSegment, last)
    if segment is None:
        raise SegmentNotFoundError(last=last)
    archive.check_file(place, segment)
    path = (place.folder / segment.file).resolve()
    return send_file(path, mimetype="application/gzip", as_attachment=True, download_name=f"audit-{segment.file}")


@blueprint.post("/audit/archive/<int:last>/ask")
@requires(Permission.ASK_AUDIT_REMOVAL)
def ask(last: int) -> AnyResponse:
    with console().database.write() as session:
        archive.ask_removal(session, _archive(), last, actor=actor())
    return redirect_with("removal_asked", url_for("archives.index"), number=last)


@blueprint.post("/audit/archive/<int:last>/confirm")
@requires(Permission.CONFIRM_AUDIT_REMOVAL)
def confirm(last: int) -> AnyResponse:
    with console().database.write() as session:
        archive.confirm_removal(session, _archive(), last, actor=actor())
        request_removal(session, actor=actor())
    return redirect_with("removal_confirmed", url_for("archives.index"), number=last)


def _archive() -> Archive:
    return archive.of(console().settings, console().clock)
