"""The search of every page. One exact hit goes straight there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from security.roles import Permission
from web import searching
from web.access import requires
from web.scope import seen
from web.searching import Hit
from web.state import console

blueprint = Blueprint("search", __name__)
SHOWN: Final = 12  # of each kind
SHOWN_OF_ONE: Final = 500


@dataclass(frozen=True)
class Group:
    """Hits of one kind; `count` says with a plus where there may be more than were looked for."""

    kind: searching.HitKind
    label: str
    hits: Sequence[Hit]
    count: str


@blueprint.get("/search")
@requires(Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)
def find() -> Response:
    """Of every kind the first ones; of one kind, if the address names it, as many as a page holds."""
    words, kind = request.args.get("q", "").strip()[:100], request.args.get("kind", "")
    most = SHOWN_OF_ONE if kind else searching.MOST
    with console().database.read() as session:
        hits = searching.find(session, words, seen(), most) if words else []
    exact = [hit for hit in hits if hit.exact]
    if len(exact) == 1 and not kind:
        return redirect(exact[0].link, 303)
    wanted = [hit for hit in hits if not kind or hit.kind == kind]
    page = render_template(
        "search.html", words=words, groups=_groups(wanted, most), total=len(wanted), shown=most if kind else SHOWN
    )
    return make_response(page)


def _groups(hits: Sequence[Hit], most: int) -> list[Group]:
    """The kinds with an exact hit first."""
    of_kind: dict[searching.HitKind, list[Hit]] = {}
    for hit in hits:
        of_kind.setdefault(hit.kind, []).append(hit)
    return [
        Group(kind, searching.label_of(kind), some, f"{most}+" if len(some) >= most else str(len(some)))
        for kind, some in of_kind.items()
    ]
