"""The audit log: read by the auditor, changed by nobody."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request, url_for

from core.events import Event
from security import audit
from security.audit.labels import BREACHES, event_label
from security.audit.proofs import prove_record
from security.roles import Permission
from web import numbers, states
from web.access import requires
from web.i18n import gettext
from web.pages.witness import signing
from web.state import console

blueprint = Blueprint("audit", __name__)
# More than this takes longer than a person waits for a page.
VERIFIED_HERE = 300_000
TEXTS = ("event", "actor", "subject", "address")


@blueprint.get("/audit")
@requires(Permission.READ_AUDIT)
def index() -> str:
    asked: dict[str, Any] = {
        name: request.args[name] for name in (*TEXTS, "result", "since", "until") if request.args.get(name)
    }
    with console().database.read() as session:
        page = audit.find(session, _filter(asked), before=numbers.asked("before", largest=numbers.LARGEST))
        state = signing(session)
        records = (state.claim.size if state.claim else 0) + state.waiting
        verification = audit.verify(session) if "verify" in request.args and records <= VERIFIED_HERE else None
    return render_template(
        "audit.html",
        page=page,
        asked=asked,
        older=url_for("audit.index", **asked, before=page.older) if page.older else None,
        newest="before" not in request.args,
        verification=verification,
        too_many=records if "verify" in request.args and verification is None else 0,
        signing=state,
        breaches=BREACHES,
        known_events=sorted(((event.value, gettext(event_label(event))) for event in Event), key=lambda pair: pair[0]),
        results=states.RESULT,
        compact=_compact,
    )


@blueprint.get("/audit/<int:number>/proof")
@requires(Permission.READ_AUDIT)
def proof(number: int) -> Response:
    """For somebody who doubts one record and is not to see the others; JSON, or the short form for print."""
    with console().database.read() as session:
        found = prove_record(session, number)
    as_text = request.args.get("form") == "text"
    body, kind, ending = (
        (found.as_text(), "text/plain", "tlog-proof") if as_text else (found.as_json(), "application/json", "json")
    )
    name = f"audit-record-{number}.{ending}"
    return Response(body, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _filter(asked: dict[str, Any]) -> audit.Filter:
    result: Any = asked.get("result") if asked.get("result") in states.RESULT else None
    texts = {name: asked.get(name, "") for name in TEXTS}
    return audit.Filter(
        since=_day(asked.get("since")), until=_day(asked.get("until"), timedelta(days=1)), result=result, **texts
    )


def _day(text: str | None, plus: timedelta = timedelta()) -> datetime | None:
    """The beginning of a day as the reader's clock has it; what is no date does not narrow."""
    try:
        day = datetime.fromisoformat(text or "").replace(tzinfo=ZoneInfo(console().settings.site.timezone))
        return (day + plus).astimezone(UTC)
    except (ValueError, OverflowError):  # the first and the last day of the calendar have no neighbours
        return None


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value is not None else ""
