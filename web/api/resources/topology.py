"""What is wired to what, the way to the management station, and who is hit when something fails."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Final

from flask import request
from pydantic import Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.i18n import N_
from inventory.devices import device
from inventory.errors import InventoryError
from inventory.kinds import Effect, LinkEvidence, LinkStanding, LinkState, ObjectKind
from inventory.lines import line
from inventory.models import Device, Line, Link, Port
from inventory.topology.cuts import Element
from inventory.topology.found import End
from inventory.topology.listing import links_after
from inventory.topology.services import impact_of, vertex_of
from inventory.topology.stating import LONGEST_NOTE, LONGEST_PORT, end_of, state_link, stated_link, withdraw_link
from inventory.topology.uplink import Point, way_up
from security.roles import Permission
from web.api.errors import AddressMissingError, FieldsError
from web.api.holder import actor, scope
from web.api.operations import NUMBER, SECOND_NUMBER, operation
from web.api.paging import Place, encode, number_after
from web.api.parameters import LARGEST_NUMBER, ONE_LINE, Body, Id, Paged, Whole
from web.api.resources.shapes import Answer
from web.i18n import gettext
from web.state import console

TAG: Final = "topology"
WATCHING: Final = (Permission.VIEW_MONITORING, Permission.VIEW_OWN_UNIT)
CHANGING: Final = (Permission.MANAGE_INVENTORY,)
CREATED: Final = 201
ORDER: Final = "id"
THE_DEVICE: Final = {"number": N_("number of the device")}
IMPACT: Final = N_("The worst first. The answer is about wiring; refused where the management station is not known.")

DeviceNumber = Annotated[int, Field(ge=1, le=LARGEST_NUMBER), Whole]
PortName = Annotated[str, StringConstraints(pattern=ONE_LINE, min_length=1, max_length=LONGEST_PORT)]
Note = Annotated[str, StringConstraints(pattern=ONE_LINE, max_length=LONGEST_NOTE)]


class LinkQuery(Paged):
    device_id: Id | None = Field(None, description=N_("only links of this device"))
    state: LinkState | None = Field(None, description=N_("whether it is told of now"))
    standing: LinkStanding | None = Field(None, description=N_("how far the ends say the same"))


class LinkEnd(Answer):
    """`device_id` is null for what is not managed, and for a device outside the token's reach."""

    device_id: int | None
    name: str
    port_id: int | None
    port: str


class LinkShown(Answer):
    """`candidates`: how many devices the far end's name fits, where that is several; it is taken for none of them."""

    id: int
    ends: list[LinkEnd] = Field(description=N_("two"))
    evidence: list[LinkEvidence]
    standing: LinkStanding
    state: LinkState
    candidates: int
    since: datetime
    seen_at: datetime
    gone_at: datetime | None
    stated_by: str | None = Field(description=N_("the person who stated it; null where nobody did"))
    stated_at: datetime | None
    note: str


class LinkList(Answer):
    items: list[LinkShown]
    next: str | None = Field(description=N_("cursor of the next page; null on the last"))


class NewLink(Body):
    device_id: DeviceNumber
    port: PortName
    far_device_id: DeviceNumber
    far_port: PortName
    note: Note = Field("", description=N_("from where it is known"))


class Affected(Answer):
    kind: ObjectKind
    id: int
    name: str
    effect: Effect


class Impact(Answer):
    items: list[Affected]


class FailurePoint(Answer):
    """`name` is null outside the token's reach."""

    kind: Element
    id: int
    name: str | None


class Uplink(Answer):
    """`reaches` is false where no known way leads to the management station: then nothing is claimed."""

    station: FailurePoint = Field(description=N_("the device at which the management station hangs"))
    reaches: bool
    points: list[FailurePoint] = Field(description=N_("each can cut the device off alone; the nearest first"))


@operation(
    "GET",
    "/topology/links",
    tag=TAG,
    summary=N_("List links between ports"),
    description=N_("Those with an end in the token's reach, also such as are gone."),
    permissions=WATCHING,
    query=LinkQuery,
    answer=LinkList,
)
def list_links(query: LinkQuery) -> LinkList:
    with console().database.read() as session:
        found = links_after(
            session,
            number_after(query.cursor, ORDER) or 0,
            limit=query.limit + 1,
            scope=scope(),
            device_id=query.device_id,
            state=query.state,
            standing=query.standing,
        )
        rows = found[: query.limit]
        following = encode(Place(ORDER, None, rows[-1].id)) if len(found) > query.limit else None
        return LinkList(items=_links(session, rows), next=following)


@operation(
    "POST",
    "/topology/links",
    tag=TAG,
    summary=N_("State a link between two ports"),
    description=N_("It stays until it is withdrawn; what devices tell is shown beside it."),
    permissions=CHANGING,
    body=NewLink,
    answer=LinkShown,
    status=CREATED,
    once=True,
    conflicts=True,
)
def create_link(session: Session, body: NewLink) -> LinkShown:
    near = _end(session, "", body.device_id, body.port)
    far = _end(session, "far_", body.far_device_id, body.far_port)
    link = state_link(session, near, far, note=body.note, actor=actor(), now=console().clock.now())
    return _links(session, [link])[0]


@operation(
    "DELETE",
    f"/topology/links/{NUMBER}",
    tag=TAG,
    summary=N_("Withdraw a stated link"),
    description=N_("What devices tell of it stays; a link that nobody stated cannot be withdrawn."),
    permissions=CHANGING,
    parts={"number": N_("number of the link")},
)
def delete_link(number: int) -> None:
    with console().database.write() as session:
        withdraw_link(session, stated_link(session, number, scope()), actor=actor())


@operation(
    "GET",
    f"/inventory/devices/{NUMBER}/impact",
    tag=TAG,
    summary=N_("Who is hit when a device fails"),
    description=IMPACT,
    permissions=WATCHING,
    answer=Impact,
    parts=THE_DEVICE,
)
def show_device_impact(number: int) -> Impact:
    with console().database.read() as session:
        return _impact(session, device(session, number, scope()))


@operation(
    "GET",
    f"/inventory/devices/{NUMBER}/ports/{SECOND_NUMBER}/impact",
    tag=TAG,
    summary=N_("Who is hit when a port fails"),
    description=IMPACT,
    permissions=WATCHING,
    answer=Impact,
    parts={**THE_DEVICE, "second": N_("number of the port")},
)
def show_port_impact(number: int, second: int) -> Impact:
    with console().database.read() as session:
        for port in device(session, number, scope()).ports:
            if port.id == second:
                return _impact(session, port)
    raise AddressMissingError(path=request.path)


@operation(
    "GET",
    f"/inventory/lines/{NUMBER}/impact",
    tag=TAG,
    summary=N_("Who is hit when a line fails"),
    description=IMPACT,
    permissions=WATCHING,
    answer=Impact,
    parts={"number": N_("number of the line")},
)
def show_line_impact(number: int) -> Impact:
    with console().database.read() as session:
        return _impact(session, line(session, number, scope()))


@operation(
    "GET",
    f"/inventory/devices/{NUMBER}/uplink",
    tag=TAG,
    summary=N_("The way of a device to the management station"),
    description=N_("With its single points of failure; refused where the management station is not known."),
    permissions=WATCHING,
    answer=Uplink,
    parts=THE_DEVICE,
)
def show_uplink(number: int) -> Uplink:
    with console().database.read() as session:
        found = way_up(session, device(session, number, scope()).id, console().settings.site.station_device, scope())
        points = [_point(point) for point in found.points]
        return Uplink(station=_point(found.station), reaches=found.reaches, points=points)


def _end(session: Session, prefix: str, number: int, port: str) -> End:
    with _by_field(f"{prefix}device_id"):
        found = device(session, number, scope())
    with _by_field(f"{prefix}port"):
        return end_of(found, port)


@contextmanager
def _by_field(name: str) -> Iterator[None]:
    """What a body names and the inventory has not is no missing address."""
    try:
        yield
    except InventoryError as error:
        raise FieldsError(kind="link", fields={name: error.render(gettext)}, count=1) from None


def _impact(session: Session, failing: Device | Port | Line) -> Impact:
    hits = impact_of(session, vertex_of(failing), console().settings.site.station_device, scope())
    return Impact(items=[Affected(kind=hit.kind, id=hit.id, name=hit.name, effect=hit.effect) for hit in hits])


def _point(point: Point) -> FailurePoint:
    return FailurePoint(kind=point.kind, id=point.id, name=point.name)


def _links(session: Session, links: Iterable[Link]) -> list[LinkShown]:
    """Numbers of devices and ports are given where the token reaches them; names are what the cable tells."""
    listed = list(links)
    numbers = {number for one in listed for number in (one.a_device_id, one.b_device_id) if number is not None}
    reached = set(session.scalars(scope().apply(select(Device.id).where(Device.id.in_(numbers)), Device)))

    def end(number: int | None, name: str, port_id: int | None, port: str) -> LinkEnd:
        if number not in reached:
            number, port_id = None, None
        return LinkEnd(device_id=number, name=name, port_id=port_id, port=port)

    return [
        LinkShown(
            id=one.id,
            ends=[
                end(one.a_device_id, one.a_device.name, one.a_port_id, one.a_port),
                end(one.b_device_id, one.b_name, one.b_port_id, one.b_port),
            ],
            evidence=[LinkEvidence(word) for word in one.evidence.split(",")],
            standing=one.standing,
            state=one.state,
            candidates=one.candidates,
            since=one.since,
            seen_at=one.seen,
            gone_at=one.gone,
            stated_by=one.stated_by,
            stated_at=one.stated_at,
            note=one.note,
        )
        for one in listed
    ]
