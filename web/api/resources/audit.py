"""The audit log, for whoever may read it: a SIEM or a report."""

from datetime import datetime
from typing import Any, Final, Literal

from pydantic import Field

from core.i18n import N_
from security import audit
from security.roles import Permission
from web.api.operations import operation
from web.api.paging import Place, encode, number_after
from web.api.parameters import Line, Moment, Paged
from web.api.resources.shapes import Answer
from web.state import console

TAG: Final = "audit"
ORDER: Final = "-sequence"


class AuditQuery(Paged):
    event: Line = Field("", description=N_("how the event begins, such as security:"))
    actor: Line = Field("", description=N_("how the actor's name begins; tokens are called <login>>token:<number>"))
    subject: Line = Field("", description=N_("how the subject begins, such as device:"))
    address: Line = Field("", description=N_("how the address begins"))
    result: Literal["ok", "refused", "failed"] | None = None
    since: Moment | None = Field(None, description=N_("from this moment on, with its time zone (RFC 3339)"))
    until: Moment | None = Field(None, description=N_("before this moment, with its time zone (RFC 3339)"))


class Record(Answer):
    """The fields are those of docs/audit-format.md."""

    sequence: int
    at: datetime
    event: str
    actor_name: str
    actor_kind: str
    account_id: int | None
    address: str | None
    subject: str
    result: str
    before: Any
    after: Any
    detail: Any
    hash: str


class Records(Answer):
    items: list[Record]
    next: str | None = Field(description=N_("cursor of the next page; null on the last"))


@operation(
    "GET",
    "/audit",
    tag=TAG,
    summary=N_("Read the audit log"),
    description=N_("The newest first; pages stay put while records are added."),
    permissions=(Permission.READ_AUDIT,),
    query=AuditQuery,
    answer=Records,
)
def read_audit(query: AuditQuery) -> Records:
    wanted = audit.Filter(
        since=query.since,
        until=query.until,
        event=query.event,
        actor=query.actor,
        subject=query.subject,
        address=query.address,
        result=query.result,
    )
    with console().database.read() as session:
        page = audit.find(session, wanted, before=number_after(query.cursor, ORDER), limit=query.limit)
        following = None if page.older is None else encode(Place(ORDER, None, page.older))
        return Records(items=[Record.model_validate(one.public()) for one in page.records], next=following)
