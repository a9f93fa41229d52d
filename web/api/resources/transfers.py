"""The ferry's ledger (摆渡台账), to be read. Deciding about transfers is left to persons."""

from datetime import datetime
from typing import Final

from pydantic import Field
from sqlalchemy.orm import Session

from core.i18n import N_
from security.ferry import services
from security.ferry.errors import NotFoundError
from security.ferry.models import FerryTransfer
from security.ferry.states import Outgoing
from security.roles import Permission
from web.api.errors import CursorError
from web.api.operations import UID, operation
from web.api.paging import Place, decode, encode
from web.api.parameters import Paged
from web.api.resources.shapes import Answer
from web.state import console

TAG: Final = "transfers"
ORDER: Final = "-created_at"


class TransferQuery(Paged):
    state: Outgoing | None = None


class File(Answer):
    position: int
    name: str
    size_bytes: int
    sha256: str


class Approval(Answer):
    role: str
    person: str
    at: datetime


class Transfer(Answer):
    uid: str
    link: str
    state: Outgoing
    level: str
    purpose: str
    recipients: list[str]
    submitter: str
    created_at: datetime
    expires_at: datetime
    changed_at: datetime
    files: list[File]
    approvals: list[Approval]


class Transfers(Answer):
    items: list[Transfer]
    next: str | None = Field(description=N_("cursor of the next page; null on the last"))


@operation(
    "GET",
    "/transfers",
    tag=TAG,
    summary=N_("Read the ferry's ledger"),
    description=N_("What was submitted at this side, the newest first."),
    permissions=(Permission.VIEW_TRANSFERS,),
    query=TransferQuery,
    answer=Transfers,
)
def list_transfers(query: TransferQuery) -> Transfers:
    with console().database.read() as session:
        found = services.find_transfers(
            session,
            states=() if query.state is None else (query.state,),
            before=_last(session, query.cursor),
            limit=query.limit + 1,
        )
        rows = found[: query.limit]
        following = encode(Place(ORDER, rows[-1].uid, rows[-1].id)) if len(found) > query.limit else None
        return Transfers(items=[_transfer(row) for row in rows], next=following)


@operation(
    "GET",
    f"/transfers/{UID}",
    tag=TAG,
    summary=N_("One transfer"),
    permissions=(Permission.VIEW_TRANSFERS,),
    answer=Transfer,
    parts={"uid": N_("number of the transfer, 32 hexadecimal digits")},
)
def show_transfer(uid: str) -> Transfer:
    with console().database.read() as session:
        return _transfer(services.get_transfer(session, uid))


def _last(session: Session, cursor: str | None) -> FerryTransfer | None:
    """The last transfer of the page before. Raises CursorError."""
    if cursor is None:
        return None
    try:
        return services.get_transfer(session, str(decode(cursor, ORDER).value))
    except NotFoundError:
        raise CursorError from None


def _transfer(row: FerryTransfer) -> Transfer:
    return Transfer(
        uid=row.uid,
        link=row.link.name,
        state=Outgoing(row.state),
        level=row.level,
        purpose=row.purpose,
        recipients=[str(name) for name in row.recipients],
        submitter=row.submitter,
        created_at=row.created_at,
        expires_at=row.expires_at,
        changed_at=row.changed_at,
        files=[File(position=one.position, name=one.name, size_bytes=one.size, sha256=one.sha256) for one in row.files],
        approvals=[Approval(role=one.role, person=one.person, at=one.at) for one in row.approvals],
    )
