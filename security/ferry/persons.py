"""Two accounts of one person are one pair of eyes.

The floor tells approvers apart by the names that stand in their statements, which is all that a receiving bench has.
Where there are accounts, the persons behind them are told apart as well.
"""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from security.ferry.errors import ApproverTwiceError, SelfApprovalError
from security.models import Account
from security.persons import same_person


def check_persons(session: Session, submitter: str, approvers: Iterable[str]) -> None:
    """Raises SelfApprovalError, ApproverTwiceError."""
    names = [submitter, *approvers]
    wanted = select(Account).where(func.lower(Account.login).in_([name.lower() for name in names]))
    known = {account.login.lower(): account for account in session.scalars(wanted)}
    seen: list[Account] = []
    for number, name in enumerate(names):
        account = known.get(name.lower())
        if account is None:
            continue
        for other in seen:
            if other.id != account.id and same_person(other, account):
                is_submitter = number > 0 and other is known.get(submitter.lower())
                raise SelfApprovalError(person=name) if is_submitter else ApproverTwiceError(person=name)
        seen.append(account)
