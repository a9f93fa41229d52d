"""What an uploaded ledger, or the files of another system, would change: explained where asked, then confirmed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from flask import make_response, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from core.errors import GuanjinError
from core.i18n import N_
from inventory.changes import drafts
from inventory.changes.entries import Entry, Group, counts
from inventory.changes.errors import DraftStaleError
from inventory.changes.headings import Said, from_rows
from inventory.errors import LedgerError
from inventory.foreign.errors import ForeignError
from inventory.foreign.keeping import notices_from_rows
from inventory.foreign.words import ANY, Topic, meanings, told_words
from inventory.kinds import ObjectKind
from inventory.labels import label
from inventory.ledger.columns import Layout
from inventory.ledger.headings import HeadingRead, KnownBy, SheetHeadings
from inventory.ledger.layout import layout_of
from inventory.models import ImportDraft
from security.roles import Permission
from web import forms, numbers
from web.access import everywhere, requires
from web.failures import explained
from web.i18n import gettext
from web.notices import redirect_with
from web.objects.cells import headings, spoken
from web.pages.imports import blueprint
from web.state import actor, console

PAGE: Final = 100
# The choice of a heading that nobody has said anything of; no field has this name.
UNSAID: Final = "?"
GROUPS: Final = {
    Group.WRONG: N_("Wrong"),
    Group.NEW: N_("New"),
    Group.CHANGED: N_("Different"),
    Group.SAME: N_("Same"),
}
TOPICS: Final = {
    Topic.ROLE: N_("role"),
    Topic.CARRIER: N_("carrier"),
    Topic.LINE: N_("type of a line"),
    Topic.LEVEL: N_("level of a region"),
    Topic.PLATFORM: N_("platform"),
}


@dataclass(frozen=True)
class AskedWord:
    """A word of another system, what it was said to mean, and what it may."""

    topic: Topic
    word: str
    meaning: str
    choices: Sequence[tuple[str, str]]

    @property
    def name(self) -> str:
        """Of its select; it says which word is meant, also when another one was explained in the meantime."""
        return f"{self.topic}:{self.word}"

    @property
    def about(self) -> str:
        return gettext(TOPICS[self.topic])

    @property
    def any(self) -> bool:
        return self.word == ANY


@blueprint.get("/<int:number>")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def show(number: int) -> AnyResponse:
    return _preview(number)


@blueprint.post("/<int:number>")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def confirm(number: int) -> AnyResponse:
    seen, now = forms.text("seen", limit=64), console().clock.now()
    with console().database.read() as session:
        reading = drafts.reading_of_draft(session, number, actor().name, now=now)
    try:
        with console().database.write() as session:
            done = drafts.confirm(session, number, seen, actor(), reading, now=now)
    except DraftStaleError as error:
        _look_again(number)
        return _preview(number, error)
    if done.change_set is None:
        return redirect_with("ledger_same", url_for("imports.index"), name=done.file.name)
    there = url_for("inventory.change_set", number=done.change_set)
    return redirect_with("ledger_imported", there, name=done.file.name)


@blueprint.post("/<int:number>/headings")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def choose_headings(number: int) -> AnyResponse:
    """Each select stands for one heading of one kind; which one, the draft knows."""
    now = console().clock.now()
    try:
        with console().database.write() as session:
            said = _said(drafts.draft_of(session, number, actor().name, now=now))
            drafts.choose_headings(session, number, said, actor(), now=now)
    except LedgerError as error:
        return _preview(number, error)
    _look_again(number)
    return redirect_with("headings_remembered", url_for("imports.show", number=number))


@blueprint.post("/<int:number>/words")
@requires(Permission.MANAGE_INVENTORY)
@everywhere
def say_words(number: int) -> AnyResponse:
    """Each select stands for one word, as its name says."""
    now = console().clock.now()
    try:
        with console().database.write() as session:
            asked = _words(drafts.draft_of(session, number, actor().name, now=now))
            said = {one.name: request.form.get(one.name, one.meaning) for one in asked}
            words = [f"{name}={meaning}" for name, meaning in said.items() if meaning]
            drafts.say_words(session, number, words, actor().name, now=now)
    except ForeignError as error:
        return _preview(number, error)
    _look_again(number)
    return redirect_with("words_said", url_for("imports.show", number=number))


def _look_again(number: int) -> None:
    now = console().clock.now()
    with console().database.read() as session:
        found = drafts.preview_again(session, number, actor().name, now=now)
    with console().database.write() as session:
        drafts.look_again(session, number, actor().name, found, now=now)


def _said(draft: ImportDraft) -> Said:
    said: dict[ObjectKind, dict[str, str | None]] = {}
    for number, sheet in enumerate(from_rows(draft.headings)):
        for place, found in enumerate(sheet.read):
            chosen = request.form.get(f"{number}-{place}")
            if chosen is not None:
                said.setdefault(sheet.kind, {})[found.written] = None if chosen == UNSAID else chosen
    return said


def _words(draft: ImportDraft) -> list[AskedWord]:
    """Those that were explained, and those that have to be."""
    said = [(one.topic, one.word, str(one.meaning)) for one in told_words(draft.words)]
    asked = [(Topic(topic), word, "") for topic, word in draft.unclear]
    return [AskedWord(*one, _choices(one[0])) for one in (*said, *asked)]


def _choices(topic: Topic) -> list[tuple[str, str]]:
    return [(str(word), label(word, gettext) if isinstance(word, StrEnum) else word) for word in meanings(topic)]


def _preview(number: int, error: GuanjinError | None = None) -> AnyResponse:
    with console().database.read() as session:
        draft = drafts.draft_of(session, number, actor().name, now=console().clock.now())
        page = _page(session, draft, error)
    return make_response(page, error.category.http_status if error else 200)


def _page(session: Session, draft: ImportDraft, error: GuanjinError | None) -> str:
    sums, layout = counts(draft.entries), layout_of(session)
    group = next((one for one in Group if one == request.args.get("group")), None)
    group = group or next((one for one in Group if sums[one]), Group.SAME)
    found = [entry for entry in draft.entries if entry["group"] == group]
    last = max(1, -(-len(found) // PAGE))
    page = min(max(1, numbers.asked("page") or 1), last)
    return render_template(
        "import_preview.html",
        draft=draft,
        system=label(draft.system, gettext) if draft.system else "",
        words=_words(draft),
        notices=list(_notices(draft)),
        asked=[(one, rows) for one in enumerate(from_rows(draft.headings)) if (rows := _asked(one[1]))],
        unknown=any(read.known_by is KnownBy.NOTHING for one in from_rows(draft.headings) for read in one.read),
        unsaid=UNSAID,
        columns=headings(layout),
        sheets={kind: sheet.columns for kind, sheet in layout.items()},
        groups=GROUPS,
        sums=sums,
        group=group,
        rows=[_shown(entry, layout) for entry in found[(page - 1) * PAGE : page * PAGE]],
        page=page,
        last=last,
        failure=explained(error) if error else None,
    )


def _notices(draft: ImportDraft) -> Iterator[str]:
    return (gettext(notice.text) % notice.facts for notice in notices_from_rows(draft.notices))


def _asked(sheet: SheetHeadings) -> list[tuple[int, HeadingRead]]:
    """Those of which there is something to be said: a heading of the template keeps its meaning."""
    return [pair for pair in enumerate(sheet.read) if pair[1].known_by is not KnownBy.TEMPLATE]


def _shown(entry: Entry, layout: Layout) -> Entry:
    """In the reader's language."""
    if entry["group"] == Group.WRONG:
        return {**entry, "expected": gettext(entry["expected"]) % entry["facts"]}
    kind = ObjectKind(entry["kind"])
    called, known = headings(layout), {column.field: column for column in layout[kind].columns}
    fields = [
        (called[kind, field], spoken(known[field], old), spoken(known[field], new))
        if field in known  # an office's own field may have been taken away since
        else (field, old, new)
        for field, old, new in entry["fields"]
    ]
    return {**entry, "kind": label(kind, gettext), "fields": fields}
