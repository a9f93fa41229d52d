"""Reading what a form sent: present, not too long, one of the allowed; named in the reader's words when it is not."""

from collections.abc import Iterable

from flask import request

from core.i18n import N_
from web.errors import BadRequestError, FieldMissingError
from web.i18n import gettext

LABELS = {
    "note": N_("the reason"),
    "reason": N_("the reason"),
    "hours": N_("the duration"),
    "login": N_("the log-in name"),
    "name": N_("the name"),
    "password": N_("the password"),
    "purpose": N_("the purpose"),
    "pin": N_("the PIN"),
    "new_pin": N_("the new PIN"),
    "repeat_pin": N_("the new PIN, once more"),
    "code": N_("the code"),
    "files": N_("the files"),
    "seen": N_("the preview"),
    "key": N_("the key"),
    "certificate": N_("the certificate"),
    "answer": N_("the security key's answer"),
    "token": N_("the token"),
    "current": N_("the current password"),
    "new": N_("the new password"),
    "repeat": N_("the new password, once more"),
    "link": N_("the link"),
    "port": N_("the port"),
    "device": N_("the device"),
    "far_device": N_("the device at the far end"),
    "far_port": N_("the port at the far end"),
    "recipients": N_("the receivers"),
    "half": N_("the half"),
    "prefix": N_("the range"),
    "items": N_("the items"),
    "every_days": N_("the rhythm"),
    "due_on": N_("the deadline"),
    "remedy": N_("what was done"),
    "organisation": N_("the organisation"),
    "escort": N_("the escort"),
    "entered_at": N_("the time of coming"),
    "left_at": N_("the time of leaving"),
}
LIMIT = 1000


def label(name: str) -> str:
    """What a field is called, in the reader's language."""
    return gettext(LABELS.get(name, name))


def text(name: str, *, limit: int = LIMIT, required: bool = True) -> str:
    value = request.form.get(name, "").strip()[:limit]
    if required and not value:
        raise FieldMissingError(field=label(name))
    return value


def secret(name: str, *, required: bool = True) -> str:
    """As typed: blanks belong to a password."""
    value = request.form.get(name, "")
    if required and not value:
        raise FieldMissingError(field=label(name))
    return value


def choice(name: str, allowed: Iterable[str]) -> str:
    value = request.form.get(name, "")
    if value not in set(allowed):
        raise BadRequestError(reason=f"{name}={value[:40]}")
    return value


def choices(name: str, allowed: Iterable[str]) -> list[str]:
    values, known = request.form.getlist(name), set(allowed)
    for value in values:
        if value not in known:
            raise BadRequestError(reason=f"{name}={value[:40]}")
    return values
