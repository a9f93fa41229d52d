"""What an agent that refuses a message says: a counter's name in a Report (RFC 3414 section 3.2, RFC 3412 7.1)."""

from typing import Final

from collectors.snmp.errors import (
    OutOfTimeError,
    ReportedError,
    UndecryptableError,
    UnknownContextError,
    UnknownReportError,
    UnknownUserError,
    UnsupportedLevelError,
    WrongPasswordError,
)
from collectors.snmp.usm.user import User
from collectors.snmp.wire import Oid, dotted

USM_STATS: Final[Oid] = (1, 3, 6, 1, 6, 3, 15, 1, 1)
UNSUPPORTED_LEVELS, NOT_IN_TIME, UNKNOWN_USERS, UNKNOWN_ENGINES, WRONG_DIGESTS, DECRYPTION_ERRORS = (
    (*USM_STATS, number, 0) for number in range(1, 7)
)
UNKNOWN_CONTEXTS: Final[Oid] = (1, 3, 6, 1, 6, 3, 12, 1, 5, 0)
ERRORS: Final[dict[Oid, type[ReportedError]]] = {
    UNSUPPORTED_LEVELS: UnsupportedLevelError,
    NOT_IN_TIME: OutOfTimeError,
    UNKNOWN_USERS: UnknownUserError,
    WRONG_DIGESTS: WrongPasswordError,
    DECRYPTION_ERRORS: UndecryptableError,
    UNKNOWN_CONTEXTS: UnknownContextError,
}


def error_of(oid: Oid, address: str, user: User) -> ReportedError:
    facts = {"address": address, "user": user.name, "level": user.level.value, "context": user.context}
    kind = ERRORS.get(oid)
    return kind(**facts) if kind else UnknownReportError(address=address, oid=dotted(oid))
