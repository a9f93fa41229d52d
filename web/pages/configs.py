"""Configurations: how every device's backup stands, its versions, and what changed between two of them.

Only redacted text is shown: the web process could not open the full one.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from automation import services
from automation.difference import Change, DiffLine, Hunk
from automation.jobs import request_backup
from automation.standings import FILTERS, ORDERS, Wanted, find_standings, standing_of
from collectors.errors import explain
from inventory.devices import device
from security.roles import Permission
from web import numbers, states
from web.access import requires
from web.i18n import gettext
from web.listing import PAGE, Address, Asking, Sheet
from web.notices import redirect_with
from web.scope import scope_of
from web.state import actor, console

blueprint = Blueprint("configs", __name__)


LIST = Asking(FILTERS, ORDERS, "state")


@blueprint.get("/configs")
@requires(Permission.READ_CONFIGS)
def index() -> str:
    with console().database.read() as session:
        address = LIST.asked()
        found = find_standings(session, _wanted(address), scope_of(Permission.READ_CONFIGS))
        return render_template(
            "configs.html",
            sheet=Sheet(list(found.items), found.total, found.number, address),
            shown=lambda found: states.BACKUP[found.state],
            backup_states=states.BACKUP,
            why=lambda found: explain(found.error_code, found.error_facts, gettext),
        )


def _wanted(address: Address) -> Wanted:
    return Wanted(
        words=address.words.split(),
        filters=address.filters,
        order=address.sort,
        descending=address.descending,
        page=address.page,
        size=PAGE,
    )


@blueprint.get("/configs/<int:number>")
@requires(Permission.READ_CONFIGS)
def history(number: int) -> str:
    """The versions of a device, and the difference of two: the newest two unless the address says otherwise."""
    with console().database.read() as session:
        thing = device(session, number, scope_of(Permission.READ_CONFIGS))
        versions = services.versions(session, number)
        newest = versions[0].number if versions else 0
        new = _version("new", newest)
        old = _version("old", max(0, new - 1))
        sides = request.args.get("view") == "sides"
        found = services.difference(session, thing, old, new) if versions else None
        return render_template(
            "config_history.html",
            device=thing,
            versions=versions,
            old=old,
            new=new,
            sides=sides,
            difference=found,
            pairs=lambda hunk: list(side_by_side(hunk)),
            standing=standing_of(session, number),
            why=lambda one: explain(one.error_code, one.error_facts, gettext),
            may_back_up=scope_of(Permission.RUN_BACKUP).covers(session, thing),
        )


def _version(name: str, default: int) -> int:
    number = numbers.asked(name)
    return default if number is None else number


@blueprint.get("/configs/<int:number>/<int:version>")
@requires(Permission.READ_CONFIGS)
def text(number: int, version: int) -> str:
    with console().database.read() as session:
        thing = device(session, number, scope_of(Permission.READ_CONFIGS))
        found = services.version(session, thing, version)
        return render_template(
            "config_text.html", device=thing, found=found, text=services.redacted(session, thing, version)
        )


@blueprint.post("/configs/<int:number>/backup")
@requires(Permission.RUN_BACKUP)
def back_up(number: int) -> Response:
    with console().database.write() as session:
        thing = device(session, number, scope_of(Permission.RUN_BACKUP))
        job = request_backup(session, thing, actor=actor())
    return redirect_with("backup_requested", url_for("configs.history", number=number), number=job)


@dataclass(frozen=True)
class Pair:
    """One row of the side-by-side view; a side that has no such line is None."""

    left: DiffLine | None
    right: DiffLine | None


def side_by_side(hunk: Hunk) -> Iterator[Pair]:
    """Removed lines stand beside the added ones that follow them."""
    removed: list[DiffLine] = []
    added: list[DiffLine] = []
    for line in (*hunk.lines, None):
        if line is not None and line.change is Change.REMOVED and not added:
            removed.append(line)
        elif line is not None and line.change is Change.ADDED:
            added.append(line)
        else:
            yield from _paired(removed, added)
            removed, added = [], []
            if line is not None and line.change is Change.REMOVED:
                removed.append(line)
            elif line is not None:
                yield Pair(line, line)


def _paired(removed: list[DiffLine], added: list[DiffLine]) -> Iterator[Pair]:
    for number in range(max(len(removed), len(added))):
        yield Pair(removed[number] if number < len(removed) else None, added[number] if number < len(added) else None)
