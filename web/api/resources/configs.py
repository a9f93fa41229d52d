"""Configurations: versions, their redacted text, and asking for a backup."""

from datetime import datetime
from typing import Final

from pydantic import Field
from sqlalchemy.orm import Session

from automation import models, services
from automation.jobs import request_backup
from core.i18n import N_
from inventory.devices import device
from security.roles import Permission
from web.api.holder import actor, scope
from web.api.operations import NUMBER, SECOND_NUMBER, operation
from web.api.resources.shapes import Answer
from web.state import console

TAG: Final = "configurations"
THE_DEVICE: Final = {"number": N_("number of the device")}
ACCEPTED: Final = 202


class Version(Answer):
    """One state of a configuration, from when it was first seen to when it was last seen."""

    number: int
    taken_at: datetime
    seen_at: datetime
    taken_by: str
    platform: str
    size_bytes: int
    lines: int
    lines_added: int
    lines_removed: int


class Versions(Answer):
    items: list[Version]


class VersionText(Version):
    text: str = Field(description=N_("without secrets: each is replaced by a keyed digest"))


class Requested(Answer):
    job: int = Field(description=N_("number of the job; follow it at /jobs/{number}"))


@operation(
    "GET",
    f"/devices/{NUMBER}/configs",
    tag=TAG,
    summary=N_("The configuration versions of a device"),
    description=N_("The newest first, two hundred at most."),
    permissions=(Permission.READ_CONFIGS,),
    answer=Versions,
    parts=THE_DEVICE,
)
def list_versions(number: int) -> Versions:
    with console().database.read() as session:
        device(session, number, scope())
        found = services.versions(session, number)
        return Versions(items=[Version.model_validate(_facts(one)) for one in found])


@operation(
    "GET",
    f"/devices/{NUMBER}/configs/{SECOND_NUMBER}",
    tag=TAG,
    summary=N_("One configuration version with its text"),
    permissions=(Permission.READ_CONFIGS,),
    answer=VersionText,
    parts={**THE_DEVICE, "second": N_("number of the version")},
)
def show_version(number: int, second: int) -> VersionText:
    with console().database.read() as session:
        thing = device(session, number, scope())
        found = services.version(session, thing, second)
        text = services.redacted(session, thing, second)
        return VersionText.model_validate(_facts(found) | {"text": text})


@operation(
    "POST",
    f"/devices/{NUMBER}/backups",
    tag=TAG,
    summary=N_("Request a backup of a device's configuration"),
    description=N_("The answer comes at once and names the job. A backup that still waits is not doubled."),
    permissions=(Permission.RUN_BACKUP,),
    answer=Requested,
    status=ACCEPTED,
    once=True,
    conflicts=True,
    parts=THE_DEVICE,
)
def back_up(session: Session, number: int) -> Requested:
    return Requested(job=request_backup(session, device(session, number, scope()), actor=actor()))


def _facts(found: models.ConfigVersion) -> dict[str, object]:
    return {
        "number": found.number,
        "taken_at": found.taken_at,
        "seen_at": found.seen_at,
        "taken_by": found.taken_by,
        "platform": found.platform,
        "size_bytes": found.size_bytes,
        "lines": found.lines,
        "lines_added": found.added,
        "lines_removed": found.removed,
    }
