from collections.abc import Iterable
from itertools import chain, combinations

import pytest

from core.i18n import ROOT, read_catalogue
from security.roles import THREE_ADMINISTRATORS, Permission, Role, conflict, permissions_of

OPERATING = frozenset(
    {
        Permission.MANAGE_INVENTORY,
        Permission.RUN_BACKUP,
        Permission.MARK_MAINTENANCE,
        Permission.MANAGE_JOBS,
        Permission.MANAGE_CREDENTIALS,
        Permission.MANAGE_ACCOUNTS,
        Permission.OPERATE_MEDIA,
    }
)


def allowed_sets() -> Iterable[tuple[Role, ...]]:
    """Every combination of roles that one person may hold."""
    every = chain.from_iterable(combinations(Role, size) for size in range(len(Role) + 1))
    return [roles for roles in every if conflict(roles) is None]


@pytest.mark.parametrize("pair", list(combinations(THREE_ADMINISTRATORS, 2)))
def test_the_three_administrators_exclude_one_another(pair: tuple[Role, Role]) -> None:
    assert conflict(pair) == pair
    assert conflict([*reversed(pair), Role.SUBMITTER]) is not None


def test_nobody_can_become_a_superuser_by_collecting_roles() -> None:
    for roles in allowed_sets():
        may = permissions_of(roles)
        assert may < frozenset(Permission)
        if Permission.GRANT_ROLES in may:
            assert not may & OPERATING, roles
        if Permission.READ_AUDIT in may:
            assert may == {Permission.READ_AUDIT, Permission.CONFIRM_AUDIT_REMOVAL}, roles


def test_only_the_security_administrator_grants_roles() -> None:
    assert [role for role in Role if Permission.GRANT_ROLES in permissions_of([role])] == [Role.SECURITY_ADMIN]


def test_every_permission_is_held_by_some_role() -> None:
    assert permissions_of(Role) == frozenset(Permission)


def test_no_role_holds_nothing_and_no_roles_hold_nothing() -> None:
    assert all(permissions_of([role]) for role in Role)
    assert permissions_of([]) == frozenset()


def test_every_role_and_permission_is_named_in_chinese() -> None:
    chinese = read_catalogue(ROOT / "security" / "translations" / "zh.po")
    for named in (*Role, *Permission):
        message = chinese.get(named.label)
        assert message is not None, named
        assert message.string, named
