"""LDAP messages (RFC 4511) as far as a log-in needs them, made and read by pyasn1's own definition of the protocol.

Values go into the messages as octets, never into the text of a filter: there is nothing to escape and nothing to
inject.
"""

from dataclasses import dataclass
from typing import Any, Final

from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pyasn1_modules import rfc2251

from security.directory.errors import DirectoryAnswerError

VERSION: Final = 3
START_TLS: Final = b"1.3.6.1.4.1.1466.20037"  # RFC 4511, 4.14
NO_ATTRIBUTES: Final = "1.1"  # RFC 4511, 4.5.1.8
SUBTREE: Final = 2
NEVER: Final = 0
SUCCESS: Final = 0
# RFC 4511, appendix A.2: inappropriateAuthentication (an entry without a password), invalidCredentials.
NOT_BY_THIS_PASSWORD: Final = frozenset({48, 49})
NOT_NOW: Final = frozenset({51, 52})  # busy, unavailable
UNASKED: Final = 0  # the number of a notice of disconnection (RFC 4511, 4.4.1)
# Two entries are one too many already.
ENOUGH: Final = 2


@dataclass(frozen=True)
class Answer:
    """`kind` as RFC 4511 calls it (searchResEntry, bindResponse, ...); `code` of a result; `name` of an entry."""

    number: int
    kind: str
    code: int | None = None
    name: str = ""


def bind(number: int, name: str, password: str) -> bytes:
    """Simple authentication. Never with an empty password: that is no log-in but none (RFC 4513, 5.1.2)."""
    if name and not password:
        raise ValueError("an unauthenticated bind")
    request = rfc2251.BindRequest()
    request["version"] = VERSION
    request["name"] = name.encode()
    request["authentication"]["simple"] = password.encode()
    return _message(number, "bindRequest", request)


def search(number: int, base: str, attribute: str, value: str, seconds: int) -> bytes:
    """Entries below `base` whose attribute has exactly this value."""
    wanted = rfc2251.Filter()
    wanted["equalityMatch"]["attributeDesc"] = attribute.encode()
    wanted["equalityMatch"]["assertionValue"] = value.encode()
    request = rfc2251.SearchRequest()
    request["baseObject"] = base.encode()
    request["scope"] = SUBTREE
    request["derefAliases"] = NEVER
    request["sizeLimit"] = ENOUGH
    request["timeLimit"] = seconds
    request["typesOnly"] = False
    request["filter"] = wanted
    request["attributes"].setComponentByPosition(0, NO_ATTRIBUTES)
    return _message(number, "searchRequest", request)


def start_tls(number: int) -> bytes:
    request = rfc2251.ExtendedRequest()
    request["requestName"] = START_TLS
    return _message(number, "extendedReq", request)


def read(octets: bytes) -> Answer:
    """One whole message. Raises DirectoryAnswerError for whatever is none."""
    try:
        message, rest = decoder.decode(octets, asn1Spec=rfc2251.LDAPMessage())
        operation = message["protocolOp"]
        kind, body = str(operation.getName()), operation.getComponent()
        code = int(body["resultCode"]) if "resultCode" in body else None
        name = bytes(body["objectName"]).decode() if kind == "searchResEntry" else ""
        found = Answer(int(message["messageID"]), kind, code, name)
    except (PyAsn1Error, UnicodeDecodeError, ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        raise DirectoryAnswerError(reason=type(error).__name__) from error
    if rest:
        raise DirectoryAnswerError(reason="more than one message")
    return found


def _message(number: int, kind: str, request: Any) -> bytes:
    message = rfc2251.LDAPMessage()
    message["messageID"] = number
    message["protocolOp"][kind] = request
    encoded: bytes = encoder.encode(message)
    return encoded
