"""Which role's token opens what: every operation against every role, by asking; one that nobody listed fails."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from security.roles import Permission, Role
from security.tokens.permissions import FOR_TOKENS
from tests.web.api.conftest import Program, paths
from web.access import undeclared
from web.api.application import OPERATIONS
from web.headers import HEADERS

R = Role
EVERYBODY = frozenset(Role)
WATCHING = frozenset({R.NETWORK_ADMIN, R.OPERATOR, R.SECURITY_OFFICER, R.SYSTEM_ADMIN, R.UNIT_ADMIN})
CONFIGS = frozenset({R.NETWORK_ADMIN, R.OPERATOR})
JOBS = frozenset({R.NETWORK_ADMIN, R.OPERATOR, R.SYSTEM_ADMIN})
ACCOUNTS = frozenset({R.SYSTEM_ADMIN, R.SECURITY_ADMIN})
LEDGER = frozenset({R.SECURITY_OFFICER, R.MEDIA_OPERATOR})
EXPECTED: dict[str, frozenset[Role]] = {
    "list_devices": WATCHING,
    "show_device": WATCHING,
    "list_ports": WATCHING,
    "show_port": WATCHING,
    "list_sensors": WATCHING,
    "list_device_outages": WATCHING,
    "show_device_history": WATCHING,
    "show_port_history": WATCHING,
    "list_lines": WATCHING,
    "show_line": WATCHING,
    "list_line_outages": WATCHING,
    "show_availability": WATCHING,
    "show_utilisation": WATCHING,
    "show_line_history": WATCHING,
    "list_units": WATCHING,
    "show_unit": WATCHING,
    "list_sites": WATCHING,
    "show_site": WATCHING,
    "list_rooms": WATCHING,
    "show_room": WATCHING,
    "list_objects": WATCHING,
    "show_object": WATCHING,
    "create_object": frozenset({R.NETWORK_ADMIN}),
    "change_object": frozenset({R.NETWORK_ADMIN}),
    "delete_object": frozenset({R.NETWORK_ADMIN}),
    "list_links": WATCHING,
    "create_link": frozenset({R.NETWORK_ADMIN}),
    "delete_link": frozenset({R.NETWORK_ADMIN}),
    "show_device_impact": WATCHING,
    "show_port_impact": WATCHING,
    "show_line_impact": WATCHING,
    "show_uplink": WATCHING,
    "search": WATCHING,
    "mark_device": CONFIGS,
    "unmark_device": CONFIGS,
    "mark_line": CONFIGS,
    "unmark_line": CONFIGS,
    "list_versions": CONFIGS,
    "show_version": CONFIGS,
    "back_up": CONFIGS,
    "list_jobs": JOBS,
    "show_job": JOBS,
    "cancel_job": frozenset({R.OPERATOR, R.SYSTEM_ADMIN}),
    "retry_job": frozenset({R.OPERATOR, R.SYSTEM_ADMIN}),
    "list_transfers": LEDGER,
    "show_transfer": LEDGER,
    "read_audit": frozenset({R.AUDIT_ADMIN}),
    "list_accounts": ACCOUNTS,
    "show_account": ACCOUNTS,
    "list_tokens": EVERYBODY,
    "show_current_token": EVERYBODY,
    "revoke_current_token": EVERYBODY,
    "show_specification": EVERYBODY,
}
# Where a token can be had at all: the others hold nothing that a token may carry.
WITH_TOKENS = [role for role in Role if role not in {R.SUBMITTER, R.DEPARTMENT_APPROVER, R.RECEIVER}]


def test_every_operation_is_listed_and_every_route_is_an_operation(client: FlaskClient) -> None:
    rules = [rule for rule in client.application.url_map.iter_rules() if rule.rule.startswith("/api")]
    assert {rule.endpoint for rule in rules} == {f"api.{name}" for name in EXPECTED}
    assert {one.name for one in OPERATIONS} == set(EXPECTED)
    assert not undeclared(client.application)


@pytest.mark.parametrize("role", WITH_TOKENS)
def test_a_token_opens_what_the_table_says_and_nothing_else(program: Callable[..., Program], role: Role) -> None:
    asking = program(role)
    for name, method, path in paths():
        answer = asking.ask(path, method, json={"minutes": 1} if name.startswith("mark") else None)
        refused = answer.status_code == 403
        assert refused == (role not in EXPECTED[name]), f"{method} {path}: {answer.text}"
        assert answer.status_code < 500, answer.text
        assert HEADERS.items() <= dict(answer.headers).items(), path
        assert answer.headers["Cache-Control"] == "no-store"
        if refused:
            assert answer.json
            assert answer.json["code"] == "api.permission"
            assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("permission", sorted(FOR_TOKENS))
def test_a_token_with_one_permission_opens_nothing_that_needs_another(
    program: Callable[..., Program], permission: Permission
) -> None:
    role = next(role for role in Role if permission in person_may(role))
    asking = program(role, only=frozenset({permission}))
    needed = {one.name: one.permissions for one in OPERATIONS}
    for name, method, path in paths():
        answer = asking.ask(path, method, json={"minutes": 1} if name.startswith("mark") else None)
        welcome = not needed[name] or permission in needed[name]
        assert (answer.status_code != 403) == welcome, f"{method} {path}"


def test_every_permission_of_tokens_opens_something() -> None:
    assert {permission for one in OPERATIONS for permission in one.permissions} == FOR_TOKENS


def person_may(role: Role) -> frozenset[Permission]:
    from security.roles import permissions_of

    return permissions_of([role])
