from hypothesis import given
from hypothesis import strategies as st

from security.reach import EVERYWHERE, LIMITABLE, LIMITS, NOWHERE, Reach, effective, reaches
from security.roles import Permission, Role, permissions_of

numbers = st.frozensets(st.integers(1, 5), max_size=3)
limited = st.builds(Reach, units=numbers, units_below=numbers, sites=numbers, groups=numbers)
any_reach = limited | st.just(EVERYWHERE)


@given(any_reach)
def test_a_reach_comes_back_from_the_database_as_it_went_in(reach: Reach) -> None:
    assert Reach.read(reach.public()) == reach


@given(any_reach, any_reach, any_reach)
def test_two_reaches_together_reach_what_either_does(one: Reach, other: Reach, third: Reach) -> None:
    both = one | other
    assert both == other | one
    assert (both | third) == (one | (other | third))
    assert both.everywhere == (one.everywhere or other.everywhere)
    if not both.everywhere:
        assert all(getattr(both, name) == getattr(one, name) | getattr(other, name) for name in LIMITS)
    assert one | NOWHERE == one
    assert one | EVERYWHERE == EVERYWHERE


def test_what_cannot_be_read_reaches_nothing() -> None:
    assert Reach.read({}) == NOWHERE
    assert Reach.read({"everywhere": "yes"}) == NOWHERE
    assert not NOWHERE
    assert EVERYWHERE


@given(st.lists(st.tuples(st.sampled_from(Role), any_reach)), st.none() | st.integers(1, 5))
def test_a_permission_reaches_as_far_as_the_grants_that_give_it(
    granted: list[tuple[Role, Reach]], unit: int | None
) -> None:
    found = reaches(granted, unit)
    assert set(found) == permissions_of(role for role, _ in granted)
    for permission, reach in found.items():
        parts = [effective(role, part, unit) for role, part in granted if permission in permissions_of([role])]
        assert reach.everywhere == any(part.everywhere for part in parts)
        if not reach.everywhere:
            assert all(getattr(reach, name) == frozenset().union(*(getattr(p, name) for p in parts)) for name in LIMITS)


@given(any_reach, st.none() | st.integers(1, 5))
def test_a_units_administrator_never_reaches_everything(granted: Reach, unit: int | None) -> None:
    found = effective(Role.UNIT_ADMIN, granted, unit)
    assert not found.everywhere
    if granted.everywhere:
        assert found == (NOWHERE if unit is None else Reach.to(units=[unit]))


def test_only_what_is_done_to_something_of_a_unit_can_be_limited() -> None:
    of_objects = {
        Permission.VIEW_MONITORING,
        Permission.VIEW_OWN_UNIT,
        Permission.MARK_MAINTENANCE,
        Permission.MANAGE_INVENTORY,
        Permission.KEEP_ROOMS,
        Permission.READ_CONFIGS,
        Permission.RUN_BACKUP,
        Permission.VIEW_JOBS,
        Permission.MANAGE_JOBS,
        Permission.APPROVE_DEPARTMENT,
    }
    assert permissions_of(LIMITABLE) == of_objects
