"""Whose an account is. Separation of duties is about persons: one with two accounts must not hold two keys.

The personnel number (工号) tells persons apart. Where there is none the display name stands for the person, so that
namesakes are taken for one until both have a number: too strict is the safe side.
"""

import re
import unicodedata

from sqlalchemy import ColumnElement, and_, not_, or_

from security.errors import PersonnelNumberError
from security.models import Account

_NUMBER = re.compile(r"[\w.-]{1,40}")
_BY_NUMBER = "number:"
_BY_NAME = "name:"


def person_of(number: str, display_name: str) -> str:
    """The value of `Account.person`. Raises PersonnelNumberError."""
    plain = unicodedata.normalize("NFKC", number).strip().casefold()
    if not plain:
        return _BY_NAME + display_name
    if not _NUMBER.fullmatch(plain):
        raise PersonnelNumberError(number=plain[:40])
    return _BY_NUMBER + plain


def number_of(account: Account) -> str:
    """Empty where the account has none."""
    return account.person.removeprefix(_BY_NUMBER) if account.person.startswith(_BY_NUMBER) else ""


def same_person(one: Account, other: Account) -> bool:
    if one.person == other.person:
        return True
    return one.display_name == other.display_name and not (number_of(one) and number_of(other))


def of_the_same_person(account: Account) -> ColumnElement[bool]:
    """The condition of `same_person` in a query, without the account itself."""
    namesake = Account.display_name == account.display_name
    if number_of(account):
        namesake = and_(namesake, not_(Account.person.startswith(_BY_NUMBER)))
    return and_(Account.id != account.id, or_(Account.person == account.person, namesake))
