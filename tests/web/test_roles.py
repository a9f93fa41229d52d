"""Who may open what: every route of the map against every role, by asking; a route that nobody listed fails."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus

import pytest
from werkzeug.routing import Rule

from security.emergency.power import POWERS
from security.factors.kinds import SecondStep
from security.reach import EVERYWHERE, LIMITABLE, Reach
from security.roles import Role
from tests.web.conftest import SESSION, Browser, person
from web.access import BEFORE_SECOND_STEP, PUBLIC
from web.headers import HEADERS

R = Role
EVERYBODY = frozenset(Role)
WATCHING = frozenset({R.NETWORK_ADMIN, R.OPERATOR, R.SECURITY_OFFICER, R.SYSTEM_ADMIN, R.UNIT_ADMIN})
MONITORING = WATCHING - {R.UNIT_ADMIN}
TRANSFERS = frozenset({R.SECURITY_OFFICER, R.MEDIA_OPERATOR})
APPROVING = frozenset({R.SECURITY_OFFICER, R.DEPARTMENT_APPROVER, R.UNIT_ADMIN})
EXPECTED: dict[str, frozenset[Role]] = {
    "session.land": EVERYBODY,
    "session.logout": EVERYBODY,
    "password.change": EVERYBODY,
    "second_factor.show": EVERYBODY,
    "second_factor.by_code": EVERYBODY,
    "second_factor.by_key": EVERYBODY,
    "second_factor.by_certificate": EVERYBODY,
    "own_account.show": EVERYBODY,
    "own_account.end_session": EVERYBODY,
    "own_factors.one_time_codes": EVERYBODY,
    "own_factors.remove_one_time_codes": EVERYBODY,
    "own_factors.add_key": EVERYBODY,
    "own_factors.remove_key": EVERYBODY,
    "own_factors.issue_codes": EVERYBODY,
    "own_signing_key.show": EVERYBODY,
    "own_signing_key.create": EVERYBODY,
    "own_signing_key.change_pin": EVERYBODY,
    "own_signing_key.revoke": EVERYBODY,
    "status.strip": EVERYBODY,
    "about.show": EVERYBODY,
    "status.changes": WATCHING,
    "search.find": WATCHING,
    "overview.show": WATCHING,
    "devices.index": WATCHING,
    "devices.show": WATCHING,
    "devices.port": WATCHING,
    "lines.index": WATCHING,
    "lines.show": WATCHING,
    "topology.index": WATCHING,
    "topology.state": frozenset({R.NETWORK_ADMIN}),
    "topology.withdraw": frozenset({R.NETWORK_ADMIN}),
    "topology.map": WATCHING,
    "topology.scene": WATCHING,
    "topology.arrange": frozenset({R.NETWORK_ADMIN}),
    "data.device": WATCHING,
    "data.port": WATCHING,
    "data.line": WATCHING,
    "devices.key_port": frozenset({R.NETWORK_ADMIN}),
    "rooms.index": MONITORING,
    "rooms.show": MONITORING,
    "rounds.show": MONITORING,
    "rounds.create": frozenset({R.NETWORK_ADMIN, R.OPERATOR}),
    "rounds.close": frozenset({R.NETWORK_ADMIN, R.OPERATOR}),
    "visits.index": MONITORING,
    "visits.enter": frozenset({R.NETWORK_ADMIN, R.OPERATOR}),
    "visits.leave": frozenset({R.NETWORK_ADMIN, R.OPERATOR}),
    "checklists.index": frozenset({R.NETWORK_ADMIN}),
    "checklists.create": frozenset({R.NETWORK_ADMIN}),
    "checklists.edit": frozenset({R.NETWORK_ADMIN}),
    "checklists.retire": frozenset({R.NETWORK_ADMIN}),
    "sweeps.index": frozenset({R.NETWORK_ADMIN}),
    "sweeps.allow": frozenset({R.NETWORK_ADMIN}),
    "sweeps.withdraw": frozenset({R.NETWORK_ADMIN}),
    "sweeps.ask": frozenset({R.NETWORK_ADMIN}),
    "sweeps.show": frozenset({R.NETWORK_ADMIN}),
    "sweeps.stop": frozenset({R.NETWORK_ADMIN}),
    "sweeps.accept": frozenset({R.NETWORK_ADMIN}),
    "groups.index": frozenset({R.NETWORK_ADMIN}),
    "groups.create": frozenset({R.NETWORK_ADMIN}),
    "groups.edit": frozenset({R.NETWORK_ADMIN}),
    "groups.delete": frozenset({R.NETWORK_ADMIN}),
    "inventory.index": WATCHING,
    "inventory.listed": WATCHING,
    "inventory.show": WATCHING,
    "inventory.changes_of": WATCHING,
    "inventory.outside": WATCHING,
    "inventory.download": WATCHING,
    "inventory.create": frozenset({R.NETWORK_ADMIN}),
    "inventory.edit": frozenset({R.NETWORK_ADMIN}),
    "inventory.delete": frozenset({R.NETWORK_ADMIN}),
    "inventory.choices": frozenset({R.NETWORK_ADMIN}),
    "inventory.attach": frozenset({R.NETWORK_ADMIN}),
    "inventory.remove": frozenset({R.NETWORK_ADMIN}),
    "inventory.changes": frozenset({R.NETWORK_ADMIN}),
    "inventory.change_set": frozenset({R.NETWORK_ADMIN}),
    "inventory.undo": frozenset({R.NETWORK_ADMIN}),
    "inventory.fields": frozenset({R.NETWORK_ADMIN}),
    "inventory.new_field": frozenset({R.NETWORK_ADMIN}),
    "inventory.field": frozenset({R.NETWORK_ADMIN}),
    "inventory.end_field": frozenset({R.NETWORK_ADMIN}),
    "imports.index": frozenset({R.NETWORK_ADMIN}),
    "imports.upload": frozenset({R.NETWORK_ADMIN}),
    "imports.show": frozenset({R.NETWORK_ADMIN}),
    "imports.confirm": frozenset({R.NETWORK_ADMIN}),
    "imports.choose_headings": frozenset({R.NETWORK_ADMIN}),
    "imports.forget_heading": frozenset({R.NETWORK_ADMIN}),
    "imports.say_words": frozenset({R.NETWORK_ADMIN}),
    "imports.empty": frozenset({R.NETWORK_ADMIN}),
    "imports.written": frozenset({R.NETWORK_ADMIN}),
    "maintenance.mark": frozenset({R.NETWORK_ADMIN, R.OPERATOR}),
    "maintenance.unmark": frozenset({R.NETWORK_ADMIN, R.OPERATOR}),
    "configs.index": frozenset({R.NETWORK_ADMIN, R.OPERATOR}),
    "configs.history": frozenset({R.NETWORK_ADMIN, R.OPERATOR}),
    "configs.text": frozenset({R.NETWORK_ADMIN, R.OPERATOR}),
    "configs.back_up": frozenset({R.NETWORK_ADMIN, R.OPERATOR}),
    "jobs.index": frozenset({R.NETWORK_ADMIN, R.OPERATOR, R.SYSTEM_ADMIN}),
    "jobs.show": frozenset({R.NETWORK_ADMIN, R.OPERATOR, R.SYSTEM_ADMIN}),
    "jobs.cancel": frozenset({R.OPERATOR, R.SYSTEM_ADMIN}),
    "jobs.retry": frozenset({R.OPERATOR, R.SYSTEM_ADMIN}),
    "jobs.resolve": frozenset({R.OPERATOR, R.SYSTEM_ADMIN}),
    "transfers.index": frozenset({R.SUBMITTER, R.RECEIVER}),
    "transfers.submit": frozenset({R.SUBMITTER}),
    "transfers.withdraw": frozenset({R.SUBMITTER}),
    "transfers.show": TRANSFERS | APPROVING | {R.SUBMITTER},
    "transfers.file": TRANSFERS | APPROVING | {R.SUBMITTER},
    "approvals.index": APPROVING,
    "approvals.approve": APPROVING,
    "approvals.reject": APPROVING,
    "media.index": frozenset({R.MEDIA_OPERATOR}),
    "media.look": frozenset({R.MEDIA_OPERATOR}),
    "media.carry": frozenset({R.MEDIA_OPERATOR}),
    "media.receipt": frozenset({R.MEDIA_OPERATOR}),
    "incoming.show": TRANSFERS | {R.RECEIVER},
    "incoming.release": frozenset({R.SECURITY_OFFICER}),
    "incoming.hold": frozenset({R.SECURITY_OFFICER}),
    "incoming.collect": frozenset({R.RECEIVER}),
    "ledger.index": TRANSFERS,
    "audit.index": frozenset({R.AUDIT_ADMIN}),
    "audit.proof": frozenset({R.AUDIT_ADMIN}),
    "witness.show": frozenset({R.AUDIT_ADMIN}),
    "witness.download": frozenset({R.AUDIT_ADMIN}),
    "archives.index": frozenset({R.AUDIT_ADMIN, R.SECURITY_ADMIN}),
    "archives.file": frozenset({R.AUDIT_ADMIN}),
    "archives.ask": frozenset({R.SECURITY_ADMIN}),
    "archives.confirm": frozenset({R.AUDIT_ADMIN}),
    "accounts.index": frozenset({R.SYSTEM_ADMIN, R.SECURITY_ADMIN}),
    "accounts.show": frozenset({R.SYSTEM_ADMIN, R.SECURITY_ADMIN}),
    "accounts.create": frozenset({R.SYSTEM_ADMIN}),
    "accounts.disable": frozenset({R.SYSTEM_ADMIN}),
    "accounts.enable": frozenset({R.SYSTEM_ADMIN}),
    "accounts.password": frozenset({R.SYSTEM_ADMIN}),
    "accounts.end_session": frozenset({R.SYSTEM_ADMIN}),
    "sessions.index": frozenset({R.SYSTEM_ADMIN}),
    "account_access.addresses": frozenset({R.SYSTEM_ADMIN}),
    "account_access.directory": frozenset({R.SYSTEM_ADMIN}),
    "account_access.add_certificate": frozenset({R.SYSTEM_ADMIN}),
    "account_access.revoke_certificate": frozenset({R.SYSTEM_ADMIN}),
    "account_access.reset_factors": frozenset({R.SYSTEM_ADMIN}),
    "accounts.grant": frozenset({R.SECURITY_ADMIN}),
    "accounts.revoke": frozenset({R.SECURITY_ADMIN}),
    "grants.index": frozenset({R.SYSTEM_ADMIN, R.SECURITY_ADMIN}),
    "grants.confirm": frozenset({R.SYSTEM_ADMIN, R.SECURITY_ADMIN}),
    "grants.refuse": frozenset({R.SYSTEM_ADMIN, R.SECURITY_ADMIN}),
    "grants.withdraw": frozenset({R.SECURITY_ADMIN}),
    "signing_keys.index": frozenset({R.SECURITY_ADMIN}),
    "signing_keys.revoke": frozenset({R.SECURITY_ADMIN}),
    "emergency.show": EVERYBODY,
    "emergency.enter": EVERYBODY,
    "emergency.end": EVERYBODY,
    "emergency.make_half": frozenset({R.SYSTEM_ADMIN, R.SECURITY_ADMIN}),
    "check.show": frozenset({R.SYSTEM_ADMIN, R.SECURITY_ADMIN}),
    "credentials.index": frozenset({R.SYSTEM_ADMIN}),
    "credentials.create": frozenset({R.SYSTEM_ADMIN}),
    "credentials.delete": frozenset({R.SYSTEM_ADMIN}),
    "tokens.index": EVERYBODY,
    "tokens.create": EVERYBODY,
    "tokens.revoke": EVERYBODY,
    "tokens.every": frozenset({R.SYSTEM_ADMIN}),
    "tokens.revoke_any": frozenset({R.SYSTEM_ADMIN}),
    "reference.show": EVERYBODY,
    "reference.errors": EVERYBODY,
    "reference.specification": EVERYBODY,
}
# What concerns everything, and so is not there for the holder of a limited grant.
UNLIMITED = frozenset(
    {
        *("groups.index", "groups.create", "groups.edit", "groups.delete"),
        "topology.arrange",
        *("checklists.index", "checklists.create", "checklists.edit", "checklists.retire"),
        *(
            "sweeps.index",
            "sweeps.allow",
            "sweeps.withdraw",
            "sweeps.ask",
            "sweeps.show",
            "sweeps.stop",
            "sweeps.accept",
        ),
        *("inventory.changes", "inventory.change_set", "inventory.undo"),
        *("imports.upload", "imports.show", "imports.confirm", "imports.choose_headings", "imports.forget_heading"),
        "imports.say_words",
        *("inventory.fields", "inventory.new_field", "inventory.field", "inventory.end_field"),
    }
)
# The API knows no browser; tests/web/api/test_roles.py has its matrix.
API = "api."
ARGUMENTS = {"kind": "devices", "number": 9999, "uid": "0" * 32, "port": 9999, "position": 0, "version": 1}


def test_every_route_is_listed(browse: Callable[..., Browser]) -> None:
    rules = browse().client.application.url_map.iter_rules()
    pages = {rule.endpoint for rule in rules if not rule.endpoint.startswith(API)}
    assert pages - PUBLIC == set(EXPECTED)


def test_what_is_public_is_short(browse: Callable[..., Browser]) -> None:
    assert {rule.endpoint for rule in browse().client.application.url_map.iter_rules()} >= PUBLIC
    assert len(PUBLIC) <= 11


@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_what_the_table_says_and_nothing_else(browse: Callable[..., Browser], role: Role) -> None:
    browser = browse(person(role))
    for rule in browser.client.application.url_map.iter_rules():
        if rule.endpoint in PUBLIC or rule.endpoint.startswith(API):
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            refused = "<code>web.permission</code>" in ask(browser, rule, method)
            assert refused == (role not in EXPECTED[rule.endpoint]), f"{method} {rule.endpoint}"


def test_emergency_power_opens_network_administration_and_nothing_else(browse: Callable[..., Browser]) -> None:
    """Never the audit log, accounts, grants, credentials or the ferry; nor what decides how far others reach."""
    bearer = replace(person(), permissions=POWERS, reaches=dict.fromkeys(POWERS, EVERYWHERE))
    browser = browse(bearer)
    for rule in browser.client.application.url_map.iter_rules():
        if rule.endpoint in PUBLIC or rule.endpoint.startswith(API):
            continue
        ledger = EXPECTED[rule.endpoint] == {R.NETWORK_ADMIN}
        may = EXPECTED[rule.endpoint] & {R.NETWORK_ADMIN, R.OPERATOR} and not ledger
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            refused = "<code>web.permission</code>" in ask(browser, rule, method)
            assert refused != bool(may), f"{method} {rule.endpoint}"


@pytest.mark.parametrize("role", sorted(LIMITABLE))
def test_a_limited_role_opens_the_same_pages_but_those_that_need_everything(
    browse: Callable[..., Browser], role: Role
) -> None:
    browser = browse(person(role, limits={role: Reach.to(units=[1])}))
    for rule in browser.client.application.url_map.iter_rules():
        if rule.endpoint in PUBLIC or rule.endpoint.startswith(API):
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            text = ask(browser, rule, method)
            assert ("<code>web.permission</code>" in text) == (role not in EXPECTED[rule.endpoint]), (
                f"{method} {rule.endpoint}"
            )
            if rule.endpoint in UNLIMITED and role in EXPECTED[rule.endpoint]:
                assert "web.not_found" in text


@pytest.mark.parametrize("step", [SecondStep.PROVE, SecondStep.ENROL])
def test_a_password_alone_gets_403_on_every_privileged_route(browse: Callable[..., Browser], step: SecondStep) -> None:
    """Even were its permissions not empty: the guard asks for the second step before it asks for those."""
    browser = browse(replace(person(*Role), second_step=step))
    reached = set()
    for rule in browser.client.application.url_map.iter_rules():
        if rule.endpoint in PUBLIC or rule.endpoint.startswith(API):
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if "<code>factors.due</code>" not in ask(browser, rule, method):
                reached.add(rule.endpoint)
    assert reached == (BEFORE_SECOND_STEP[step] - PUBLIC) | {"session.land"}
    assert not {endpoint for endpoint in reached if EXPECTED[endpoint] != EVERYBODY}


def test_without_a_role_only_ones_own_password_is_reached(browse: Callable[..., Browser]) -> None:
    browser = browse(person())
    assert browser.get("/").headers["Location"] == "/about"
    assert browser.get("/password").status_code == 200
    assert browser.get("/overview").status_code == 403


def test_the_menu_shows_what_the_person_may_open(browse: Callable[..., Browser]) -> None:
    text = browse(person(Role.AUDIT_ADMIN)).get("/audit").text
    assert 'href="/audit"' in text
    assert 'href="/devices"' not in text
    assert 'role="search"' not in text


def ask(browser: Browser, rule: Rule, method: str) -> str:
    adapter = browser.client.application.url_map.bind("localhost")
    values = {name: ARGUMENTS.get(name, 1) for name in rule.arguments}
    path = adapter.build(rule.endpoint, values, method=method)
    browser.client.set_cookie(browser.cookie, SESSION)  # the log-out is among the routes
    answer = browser.get(path) if method == "GET" else browser.post(path)
    assert answer.status_code != 500, f"{method} {path}"
    assert HEADERS.items() <= dict(answer.headers).items(), f"{method} {path}"
    assert answer.headers["Cache-Control"] == "no-store", f"{method} {path}"
    return answer.text if answer.status_code >= HTTPStatus.BAD_REQUEST else ""
