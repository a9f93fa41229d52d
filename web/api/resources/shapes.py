"""Pieces of answers that several kinds of things share. Times are RFC 3339 in UTC; units stand in the names."""

from datetime import datetime
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

from collectors.errors import explain
from collectors.models import OutageRecord
from core.i18n import N_
from inventory.models import Maintained
from web.i18n import gettext


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Reference(Answer):
    """Another object, by number and name."""

    id: int
    name: str


class Trouble(Answer):
    """Why something failed, as an error code with its text in the language of the answer."""

    code: str
    detail: str
    hint: str


class Mark(Answer):
    """A maintenance mark (挂牌); it ends by itself."""

    since: datetime | None
    until: datetime
    note: str
    marked_by: str


class Outage(Answer):
    """From when to when; `ended_at` is null while it lasts."""

    id: int
    state: str
    began_at: datetime
    ended_at: datetime | None
    cause: str | None
    in_maintenance: bool = Field(description=N_("whether a maintenance mark was on when it began"))


class Outages(Answer):
    items: list[Outage]


class Named(Protocol):
    id: Any
    name: Any


def reference(thing: Named | None) -> Reference | None:
    return None if thing is None else Reference(id=thing.id, name=thing.name)


def trouble(code: str | None, facts: dict[str, Any] | None) -> Trouble | None:
    if not code:
        return None
    found = explain(code, facts, gettext)
    return Trouble(code=found.code, detail=found.text, hint=found.hint)


def mark_of(thing: Maintained, now: datetime) -> Mark | None:
    if thing.maintenance_until is None or not thing.in_maintenance(now):
        return None
    return Mark(
        since=thing.maintenance_since,
        until=thing.maintenance_until,
        note=thing.maintenance_note,
        marked_by=thing.maintenance_by,
    )


def outage(record: OutageRecord) -> Outage:
    return Outage(
        id=record.id,
        state=record.state,
        began_at=record.began,
        ended_at=record.ended,
        cause=record.cause,
        in_maintenance=record.in_maintenance,
    )
