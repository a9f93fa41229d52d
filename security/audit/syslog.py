"""Records and checkpoints as syslog messages (RFC 5424) in frames for TLS (RFC 5425). Pure: values in, bytes out.

The text of a message is the line of JSON that the export has, so that what a log server keeps can be checked like an
export, and its checkpoints held against the log.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from security.audit.chain import moment

# Facility 13, "log audit" (RFC 5424, section 6.2.1).
FACILITY = 13
SEVERITY: Mapping[str, int] = {"ok": 5, "refused": 4, "failed": 3}
NOTICE = 5
PROGRAM = "guanjin"
_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
# RFC 5424, section 6: at most so many characters, printable and no blank.
_HOST_LENGTH = 255
_NO_VALUE = "-"
_MOST_SEQUENCE = 2**31 - 1


def of_record(fields: Mapping[str, Any], host: str) -> bytes:
    """`meta sequenceId` (section 7.3) is the record's number as far as it goes; the whole number is in the text."""
    severity = SEVERITY.get(fields["result"], NOTICE)
    number = fields["sequence"]
    data = f'[meta sequenceId="{number}"]' if number <= _MOST_SEQUENCE else _NO_VALUE
    return _message(severity, fields["at"], host, kind="record", data=data, value=fields)


def of_checkpoint(note: str, signed: datetime, host: str) -> bytes:
    at = moment(signed)
    return _message(NOTICE, at, host, kind="checkpoint", data=_NO_VALUE, value={"checkpoint": note})


def framed(message: bytes) -> bytes:
    """Octet counting (RFC 5425, section 4.3)."""
    return b"%d %s" % (len(message), message)


def _message(severity: int, at: str, host: str, *, kind: str, data: str, value: Mapping[str, Any]) -> bytes:
    name = "".join(letter for letter in host if "!" <= letter <= "~")[:_HOST_LENGTH] or _NO_VALUE
    text = json.dumps(dict(value), ensure_ascii=False)
    return f"<{FACILITY * 8 + severity}>1 {at} {name} {PROGRAM} {_NO_VALUE} {kind} {data} {_BOM}{text}".encode()
