"""Days and times between a form and the database: people read and write those of the office's own zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from core.i18n import N_
from web import forms
from web.errors import FieldWrongError
from web.i18n import gettext
from web.state import console

# What <input type="datetime-local"> sends and wants to be given.
FIELD = "%Y-%m-%dT%H:%M"


def today() -> date:
    return console().clock.now().astimezone(_zone()).date()


def sent_day(name: str) -> date:
    """A day of a form. Raises FieldMissingError, FieldWrongError."""
    text = forms.text(name, limit=40)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise FieldWrongError(
            field=forms.label(name), text=text, expected=gettext(N_("a day, as 2026-05-31"))
        ) from error


def sent_moment(name: str) -> datetime:
    """A moment of a form, in UTC. Raises FieldMissingError, FieldWrongError."""
    text = forms.text(name, limit=40)
    try:
        return datetime.fromisoformat(text).replace(tzinfo=_zone()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        expected = gettext(N_("a day and a time, as 2026-05-31 14:05"))
        raise FieldWrongError(field=forms.label(name), text=text, expected=expected) from error


def field_value(moment: datetime) -> str:
    return moment.astimezone(_zone()).strftime(FIELD)


def _zone() -> ZoneInfo:
    return ZoneInfo(console().settings.site.timezone)
