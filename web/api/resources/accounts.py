"""Accounts and their roles, to be read."""

from datetime import datetime
from typing import Final

from pydantic import Field

from core.i18n import N_
from security import accounts
from security.models import Account as Row
from security.roles import Permission, Role
from web.api.operations import NUMBER, operation
from web.api.paging import Place, encode, number_after
from web.api.parameters import Flag, Paged
from web.api.resources.shapes import Answer
from web.state import console

TAG: Final = "accounts"
ORDER: Final = "id"


class AccountQuery(Paged):
    role: Role | None = None
    disabled: Flag | None = None


class Account(Answer):
    id: int
    login: str
    display_name: str
    disabled: bool
    roles: list[Role]
    unit_id: int | None
    created_at: datetime
    last_login_at: datetime | None


class Accounts(Answer):
    items: list[Account]
    next: str | None = Field(description=N_("cursor of the next page; null on the last"))


@operation(
    "GET",
    "/accounts",
    tag=TAG,
    summary=N_("List accounts"),
    permissions=(Permission.VIEW_ACCOUNTS,),
    query=AccountQuery,
    answer=Accounts,
)
def list_accounts(query: AccountQuery) -> Accounts:
    with console().database.read() as session:
        found = [row for row in accounts.every(session, role=query.role) if query.disabled in {None, row.disabled}]
        after = number_after(query.cursor, ORDER) or 0
        rest = sorted((row for row in found if row.id > after), key=lambda row: row.id)
        following = encode(Place(ORDER, None, rest[query.limit - 1].id)) if len(rest) > query.limit else None
        return Accounts(items=[_account(row) for row in rest[: query.limit]], next=following)


@operation(
    "GET",
    f"/accounts/{NUMBER}",
    tag=TAG,
    summary=N_("One account"),
    permissions=(Permission.VIEW_ACCOUNTS,),
    answer=Account,
    parts={"number": N_("number of the account")},
)
def show_account(number: int) -> Account:
    with console().database.read() as session:
        return _account(accounts.get(session, number))


def _account(row: Row) -> Account:
    return Account(
        id=row.id,
        login=row.login,
        display_name=row.display_name,
        disabled=row.disabled,
        roles=sorted(row.roles),
        unit_id=row.unit_id,
        created_at=row.created,
        last_login_at=row.last_login,
    )
