"""What persons state of links, and what devices tell of the same ports, then and later."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database import Database
from core.events import Event
from inventory.errors import LinkEndError, LinkLoopError, LinkNotFoundError, LinkTakenError, PortNotFoundError
from inventory.kinds import DeviceRole, LinkEvidence, LinkStanding, LinkState
from inventory.models import Device, Link, Port, Unit
from inventory.scope import Scope
from inventory.topology.found import End, FoundLink
from inventory.topology.record import Changed, record_links
from inventory.topology.services import uplinks_of
from inventory.topology.stated import same_cable, with_stated
from inventory.topology.stating import end_of, state_link, stated_at, stated_link, withdraw_link
from security import audit

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
ACTOR = audit.Actor("zhangwei", "person")
MAC, LLDP, STATED = LinkEvidence.MAC_TABLE, LinkEvidence.LLDP, LinkEvidence.STATED


# Pure: links between four devices with three ports each; port 0 is one that the inventory does not know.


def end(device: int, port: int) -> End:
    return End(device, f"SW-{device}", device * 10 + port if port else None, f"GE{port}" if port else "eth-a")


PAIRS = st.tuples(st.integers(1, 4), st.integers(0, 2), st.integers(1, 4), st.integers(0, 2)).filter(
    lambda ends: ends[0] != ends[2]
)


def link(ends: tuple[int, int, int, int], evidence: LinkEvidence, standing: LinkStanding) -> FoundLink:
    return FoundLink(end(*ends[:2]), end(*ends[2:]), frozenset({evidence}), standing, NOW)


TOLD = st.lists(
    st.builds(
        link,
        PAIRS,
        st.sampled_from([LLDP, LinkEvidence.CDP, MAC]),
        st.sampled_from([LinkStanding.AGREED, LinkStanding.ONE_END, LinkStanding.CONFLICTING]),
    ),
    max_size=8,
    unique_by=lambda one: one.key,
)


def apart(statements: list[FoundLink]) -> list[FoundLink]:
    """Of those that name one port, the first."""
    taken: set[str] = set()
    kept = []
    for one in statements:
        if not {one.a.key, one.b.key} & taken:
            taken |= {one.a.key, one.b.key}
            kept.append(one)
    return kept


STATEMENTS = st.lists(st.builds(link, PAIRS, st.just(STATED), st.just(LinkStanding.UNCONFIRMED)), max_size=5).map(apart)


@given(TOLD, STATEMENTS)
def test_a_statement_is_never_dropped_and_nothing_that_is_told_is_lost(
    told: list[FoundLink], stated: list[FoundLink]
) -> None:
    found = with_stated(told, stated)
    by_key = {one.key: one for one in found}
    assert len(by_key) == len(found)
    for statement in stated:
        assert STATED in by_key[statement.key].evidence
    for one in told:
        standing = [other for other in found if one.key == other.key or same_cable(one, other)]
        assert any(one.evidence <= other.evidence for other in standing)


@given(TOLD, STATEMENTS)
def test_no_statement_adds_a_standing_to_what_is_told(told: list[FoundLink], stated: list[FoundLink]) -> None:
    keys = {one.key for one in stated}
    kept = [one for one in with_stated(told, stated) if one.key not in keys]
    assert all(one in told for one in kept)


@given(TOLD, STATEMENTS, st.randoms())
def test_the_order_does_not_matter(told: list[FoundLink], stated: list[FoundLink], random: Random) -> None:
    found = with_stated(told, stated)
    random.shuffle(told)
    random.shuffle(stated)
    assert with_stated(told, stated) == found


@given(TOLD)
def test_where_nobody_states_anything_all_is_as_it_is_told(told: list[FoundLink]) -> None:
    assert with_stated(told, []) == sorted(told, key=lambda one: one.key)


@pytest.mark.parametrize(
    ("told", "evidence", "standing"),
    [
        (None, None, LinkStanding.UNCONFIRMED),
        ((1, 1, 2, 1), LLDP, LinkStanding.ONE_END),
        ((2, 1, 1, 1), LLDP, LinkStanding.ONE_END),
        ((1, 1, 2, 0), LLDP, LinkStanding.ONE_END),
        ((1, 1, 2, 2), LLDP, LinkStanding.CONFLICTING),
        ((1, 1, 3, 1), LLDP, LinkStanding.CONFLICTING),
        ((3, 1, 2, 1), LLDP, LinkStanding.CONFLICTING),
        ((1, 1, 3, 1), MAC, LinkStanding.UNCONFIRMED),
        ((1, 2, 2, 2), LLDP, LinkStanding.UNCONFIRMED),
    ],
    ids=[
        "nobody tells", "the same", "the same from the far end", "a port that the inventory does not know",
        "another port there", "another device", "another device at the far end", "learnt addresses only",
        "a second cable",
    ],
)  # fmt: skip
def test_how_a_statement_stands(
    told: tuple[int, int, int, int] | None, evidence: LinkEvidence | None, standing: LinkStanding
) -> None:
    statement = link((1, 1, 2, 1), STATED, LinkStanding.UNCONFIRMED)
    said = [link(told, evidence, LinkStanding.ONE_END)] if told and evidence else []
    found = {one.key: one for one in with_stated(said, [statement])}
    assert found[statement.key].standing is standing


# In the database: a core switch that speaks LLDP, an access switch, and a server whose ports nobody knows.


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with Session(database.write_engine, expire_on_commit=False) as session:
        unit = Unit(name="民政局")
        session.add_all(
            [
                Device(name="CORE", role=DeviceRole.CORE_SWITCH, ports=[Port(name=f"GE{n}") for n in range(1, 5)]),
                Device(name="SW", role=DeviceRole.ACCESS_SWITCH, unit=unit, ports=[Port(name="GE1"), Port(name="GE2")]),
                Device(name="SRV", role=DeviceRole.SERVER, unit=unit),
            ]
        )
        session.flush()
        yield session
        session.rollback()


def named(session: Session, name: str) -> Device:
    return session.scalars(select(Device).where(Device.name == name)).one()


def at(session: Session, name: str, port: str) -> End:
    return end_of(named(session, name), port)


def state(session: Session, *ends: str) -> Link:
    a, b = at(session, *ends[:2]), at(session, *ends[2:])
    return state_link(session, a, b, note="2026-11 现场核对", actor=ACTOR, now=NOW)


def tell(session: Session, *told: tuple[End, End], when: datetime = LATER, evidence: LinkEvidence = LLDP) -> Changed:
    found = [FoundLink(a, b, frozenset({evidence}), LinkStanding.ONE_END, when) for a, b in told]
    return record_links(session, found, when, audit.SYSTEM)


def links(session: Session) -> dict[str, tuple[str, LinkStanding, LinkState]]:
    rows = session.scalars(select(Link)).all()
    return {row.key: (row.evidence, row.standing, row.state) for row in rows}


def events(session: Session) -> list[str]:
    found = audit.find(session, audit.Filter(event="inventory:link")).records
    return [record.event for record in reversed(found)]


def test_what_nobody_tells_stands_unconfirmed_and_is_recorded_once(session: Session) -> None:
    found = state(session, "SRV", "eth0", "SW", "gigabitethernet2")
    assert (found.evidence, found.standing, found.state) == ("stated", LinkStanding.UNCONFIRMED, LinkState.PRESENT)
    assert {found.a_port, found.b_port} == {"eth0", "GE2"}
    assert (found.stated_by, found.stated_at, found.note) == ("zhangwei", NOW, "2026-11 现场核对")
    assert events(session) == [Event.LINK_STATED]


def test_a_look_at_the_devices_leaves_it_alone_and_records_nothing(session: Session) -> None:
    state(session, "SRV", "eth0", "SW", "GE2")
    before = links(session)
    assert not tell(session)
    assert not tell(session, when=LATER + timedelta(days=400))
    assert links(session) == before
    assert events(session) == [Event.LINK_STATED]


def test_it_is_a_way_like_any_other(session: Session) -> None:
    state(session, "CORE", "GE1", "SW", "GE1")
    state(session, "SW", "GE2", "SRV", "eth0")
    server = named(session, "SRV").id
    assert uplinks_of(session, [server])[server].reaches


def test_who_tells_the_same_adds_evidence_and_takes_it_along_when_silent(session: Session) -> None:
    state(session, "CORE", "GE1", "SW", "GE1")
    changed = tell(session, (at(session, "SW", "GE1"), at(session, "CORE", "GE1")))
    assert not changed
    assert list(links(session).values()) == [("lldp,stated", LinkStanding.ONE_END, LinkState.PRESENT)]
    assert not tell(session)
    assert list(links(session).values()) == [("stated", LinkStanding.UNCONFIRMED, LinkState.PRESENT)]


def test_who_names_another_neighbour_contradicts_it_and_both_are_kept(session: Session) -> None:
    stated = state(session, "CORE", "GE1", "SW", "GE1").key
    changed = tell(session, (at(session, "CORE", "GE1"), End(None, "carrier-olt", None, "0/1")))
    found = links(session)
    assert found.pop(stated) == ("stated", LinkStanding.CONFLICTING, LinkState.PRESENT)
    assert list(found.values()) == [("lldp", LinkStanding.ONE_END, LinkState.PRESENT)]
    assert (len(changed.new), len(changed.moved)) == (1, 0)
    tell(session)
    assert links(session)[stated] == ("stated", LinkStanding.UNCONFIRMED, LinkState.PRESENT)


def test_a_cable_that_devices_told_of_already_is_not_told_twice(session: Session) -> None:
    """MAC tables know the device at the other end, and not its port."""
    told = (at(session, "CORE", "GE1"), End(named(session, "SW").id, "SW", None, ""))
    tell(session, told, when=NOW, evidence=MAC)
    state(session, "CORE", "GE1", "SW", "GE1")
    assert list(links(session).values()) == [("mac_table,stated", LinkStanding.ONE_END, LinkState.PRESENT)]
    assert not tell(session, told, evidence=MAC)
    link = session.scalars(select(Link)).one()
    assert link.b_port_id is not None
    withdraw_link(session, link, actor=ACTOR)
    assert not tell(session, told, evidence=MAC)
    assert list(links(session).values()) == [("mac_table", LinkStanding.ONE_END, LinkState.PRESENT)]
    assert (link.note, link.stated_by, link.stated_at) == ("", None, None)


def test_a_contradiction_that_is_there_already_shows_at_once(session: Session) -> None:
    tell(session, (at(session, "CORE", "GE1"), End(None, "carrier-olt", None, "0/1")), when=NOW)
    assert state(session, "CORE", "GE1", "SW", "GE1").standing is LinkStanding.CONFLICTING


def test_what_is_withdrawn_is_gone_when_nobody_else_tells_of_it(session: Session) -> None:
    link = state(session, "CORE", "GE1", "SW", "GE1")
    assert withdraw_link(session, link, actor=ACTOR) == "CORE GE1 = SW GE1"
    assert links(session) == {}
    assert events(session) == [Event.LINK_STATED, Event.LINK_WITHDRAWN]


def test_a_device_that_is_renamed_is_called_so_and_its_link_is_the_same(session: Session) -> None:
    link = state(session, "CORE", "GE1", "SW", "GE1")
    named(session, "SW").name = "SW-A"
    named(session, "CORE").name = "CORE-A"
    session.flush()
    assert not tell(session)
    assert [(row.id, row.a_device.name, row.b_name) for row in session.scalars(select(Link))] == [
        (link.id, "CORE-A", "SW-A")
    ]


def test_a_port_is_stated_once(session: Session) -> None:
    state(session, "CORE", "GE1", "SW", "GE1")
    for ends in (("CORE", "Gi1", "SRV", "eth0"), ("SW", "GE1", "CORE", "GE1")):
        with pytest.raises(LinkTakenError):
            state(session, *ends)


def test_what_cannot_be_a_link_is_refused(session: Session) -> None:
    with pytest.raises(LinkLoopError):
        state(session, "CORE", "GE1", "CORE", "GE2")
    with pytest.raises(PortNotFoundError):
        at(session, "CORE", "GE9")
    for port in ("", "  ", "eth\t0", "x" * 121):
        with pytest.raises(LinkEndError):
            at(session, "SRV", port)


def test_a_statement_is_found_by_its_port_and_by_its_number_within_a_reach(session: Session) -> None:
    link = state(session, "CORE", "GE1", "SW", "GE1")
    assert stated_at(session, named(session, "SW"), "gi1") is link
    assert stated_link(session, link.id) is link
    unit = named(session, "SW").unit_id or 0
    for missing in (
        lambda: stated_at(session, named(session, "SW"), "GE2"),
        lambda: stated_link(session, link.id + 1),
        lambda: stated_link(session, link.id, Scope.units([unit])),
    ):
        with pytest.raises(LinkNotFoundError):
            missing()
