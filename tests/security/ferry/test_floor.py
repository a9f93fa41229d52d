"""Whatever a policy says, the floor holds; the oracle below is written from the rules, not from the code."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from security.ferry import floor, policy
from security.ferry.errors import (
    ApproverRoleForbiddenError,
    ApproverTwiceError,
    CarrierForbiddenError,
    FerryError,
    PolicyUnreadableError,
    QuorumMissingError,
    RoleTwiceError,
    SelfApprovalError,
)
from security.ferry.floor import Approver
from security.ferry.levels import Level, Zone
from security.ferry.links import CarrierKind, Direction, Link, Side

LINKS = [
    Link("l", Side("a", source), Side("b", destination), carrier, ceiling)
    for source, destination, carrier, ceiling in itertools.product(Zone, Zone, CarrierKind, Level)
]
ROLES = [
    "department_approver",
    "security_officer",
    "security_admin",
    "unit_admin",
    "system_admin",
    "audit_admin",
    "submitter",
    "nobody",
    "",
]
LABELS = ["公开", "内部", "秘密", "机密", "绝密", "工作秘密", "public", "secret", "all", ""]


def toml_list(items: list[str]) -> str:
    return "[" + ", ".join(f'"{item}"' for item in items) + "]"


@st.composite
def direction_tables(draw: st.DrawFn, name: str) -> str:
    lines = [
        f"[direction.{name}]",
        f"carriers = {toml_list(draw(st.lists(st.sampled_from([*CarrierKind, 'air']), max_size=4)))}",
        f'ceiling = "{draw(st.sampled_from(LABELS))}"',
        f"approvals = {toml_list(draw(st.lists(st.sampled_from(ROLES), max_size=4)))}",
        f"formats = {toml_list(draw(st.lists(st.sampled_from([*policy.FORMATS, 'exe']), max_size=3)))}",
        f"max_files = {draw(st.sampled_from([0, 1, 100, -1]))}",
        f"max_file_mib = {draw(st.sampled_from([1, 100, 10**9]))}",
        f"max_total_mib = {draw(st.sampled_from([1, 100]))}",
        f"valid_hours = {draw(st.sampled_from([1, 72, 10**6]))}",
    ]
    lines += draw(
        st.lists(st.sampled_from(["approve_after_hours = 1", "override = true", 'skip = "inspection"']), max_size=1)
    )
    return "\n".join(lines)


@st.composite
def well_formed(draw: st.DrawFn) -> str:
    """Policies that are mostly acceptable, so that the rules behind the parser are reached too."""
    carriers = st.lists(st.sampled_from(list(CarrierKind)), min_size=1, unique=True)
    approvals = st.lists(st.sampled_from(sorted(floor.APPROVER_ROLES)), min_size=2, unique=True)
    text = "version = 1\n[archive]\ndepth=1\nmembers=10\ntotal_mib=1\nratio=10\n"
    for name in Direction:
        text += (
            f"[direction.{name}]\ncarriers={toml_list(draw(carriers))}\nceiling='{draw(st.sampled_from(LABELS))}'\n"
            f"approvals={toml_list(draw(approvals))}\nformats={toml_list(['txt'])}\n"
            "max_files=1\nmax_file_mib=1\nmax_total_mib=1\nvalid_hours=1\n"
        )
    return text


@st.composite
def wild(draw: st.DrawFn) -> str:
    head = "version = 1\n[archive]\ndepth = 2\nmembers = 10\ntotal_mib = 1\nratio = 10\n"
    return head + "\n".join(draw(direction_tables(name)) for name in Direction)


def permitted(link: Link) -> bool:
    """The oracle."""
    if link.carrier.two_way and Zone.CLASSIFIED in (link.source.zone, link.destination.zone):
        return False
    return not (link.source.zone is Zone.CLASSIFIED and link.carrier is not CarrierKind.MEDIUM)


@settings(max_examples=150)
@given(wild() | well_formed() | st.text(max_size=200))
def test_no_policy_text_gets_past_the_floor(text: str) -> None:
    try:
        read = policy.parse(text)
    except PolicyUnreadableError:
        return
    for link in LINKS:
        try:
            rules = read.for_link(link)
        except FerryError:
            continue
        assert permitted(link)
        assert link.ceiling < Level.CONFIDENTIAL
        assert rules.ceiling < Level.CONFIDENTIAL
        assert len(set(rules.approvals)) >= (3 if link.direction is Direction.DOWN else 2)
        assert not {"system_admin", "audit_admin", "submitter"} & set(rules.approvals)
        if link.direction is Direction.DOWN:
            assert rules.formats <= policy.READABLE


@pytest.mark.parametrize("link", LINKS)
def test_classified_content_and_forbidden_carriers_stop_on_every_link(link: Link) -> None:
    for level in (Level.CONFIDENTIAL, Level.SECRET, Level.TOP_SECRET):
        with pytest.raises(FerryError):
            floor.check_level(link, level)
    if not permitted(link):
        with pytest.raises(CarrierForbiddenError):
            floor.check_link(link)


PEOPLE = st.sampled_from(["甲", "乙", "丙", "丁", "Wang", "WANG", "w ang"])
APPROVERS = st.lists(st.builds(Approver, PEOPLE, st.sampled_from(ROLES)), max_size=5)


@given(st.sampled_from(LINKS), PEOPLE, APPROVERS)
def test_no_quorum_without_enough_distinct_people_in_distinct_roles(
    link: Link, submitter: str, approvers: list[Approver]
) -> None:
    try:
        floor.check_quorum(link, submitter, approvers)
    except FerryError:
        return
    people = {approver.person.casefold().replace(" ", "") for approver in approvers}
    assert submitter.casefold().replace(" ", "") not in people
    assert len(people) == len({a.role for a in approvers}) == len(approvers)
    assert len(people) >= (3 if link.direction is Direction.DOWN else 2)


@pytest.mark.parametrize(
    ("approvers", "refusal"),
    [
        ([("ｌｉ", "security_officer")], SelfApprovalError),
        ([("a", "security_officer"), ("A", "department_approver")], ApproverTwiceError),
        ([("a", "security_officer"), ("b", "security_officer")], RoleTwiceError),
        ([("a", "system_admin"), ("b", "security_officer")], ApproverRoleForbiddenError),
        ([("a", "security_officer")], QuorumMissingError),
        ([], QuorumMissingError),
    ],
)
def test_each_break_of_separation_has_its_name(approvers: list[tuple[str, str]], refusal: type[FerryError]) -> None:
    with pytest.raises(refusal):
        floor.check_quorum(LINKS[0], "Li", [Approver(*pair) for pair in approvers])


def test_the_shipped_policy_is_valid_and_its_digest_ignores_comments() -> None:
    text = policy.DEFAULT.read_text(encoding="utf-8")
    read = policy.parse(text)
    assert policy.parse(text + "\n# a remark\n").digest == read.digest
    assert policy.parse(text.replace("ratio = 200", "ratio = 199")).digest != read.digest


@pytest.mark.parametrize("bad", ["approve_after_hours = 48", "version = 2", "[direction.sideways]\n"])
def test_an_unknown_policy_key_is_refused(bad: str) -> None:
    with pytest.raises(PolicyUnreadableError):
        policy.parse(bad + "\n" + policy.DEFAULT.read_text(encoding="utf-8"))


def test_both_sides_compute_the_same_link_id_and_the_reverse_differs() -> None:
    there = Link("x", Side("a", Zone.UNCLASSIFIED), Side("b", Zone.CLASSIFIED), CarrierKind.MEDIUM, Level.INTERNAL)
    back = Link("x", there.destination, there.source, CarrierKind.MEDIUM, Level.PUBLIC)
    assert there.link_id != back.link_id
    other_carrier = Link("x", there.source, there.destination, CarrierKind.DIODE, Level.PUBLIC)
    assert other_carrier.link_id == there.link_id
