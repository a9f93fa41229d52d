"""Default deny: a page answers only to whom it says it answers.

Every view either stands in `PUBLIC`, or is marked with the permission that it needs (`requires`), or says that being
signed in is enough (`signed_in`). A view with none of these is refused to everybody, and a test finds it.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from core.events import Event
from security import audit, sessions
from security.addresses import permits
from security.factors.errors import SecondStepDueError
from security.factors.kinds import SecondStep
from security.roles import Permission
from security.sessions import SignedIn
from web.api.paths import is_api
from web.errors import PageMissingError, PermissionMissingError
from web.notices import redirect_with
from web.state import actor, console, principal

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = frozenset(
    {
        "static",
        "favicon.icon",
        "preferences.choose",
        "session.login",
        "provider.begin",
        "provider.back",
        "setup.begin",
        "metrics.scrape",
        "metrics.one_device",
        "metrics.discovery",
        "health.alive",
    }
)
# What an account may reach whose password has expired or was set by someone else.
BEFORE_PASSWORD_CHANGE = PUBLIC | {"password.change", "session.logout"}
# What a session reaches that has proved a password only. Its permissions are empty besides (`security.sessions`).
BEFORE_SECOND_STEP: Mapping[SecondStep, frozenset[str]] = {
    SecondStep.PROVE: PUBLIC
    | {
        "second_factor.show",
        "second_factor.by_code",
        "second_factor.by_key",
        "second_factor.by_certificate",
        "session.logout",
        "status.strip",
    },
    SecondStep.ENROL: BEFORE_PASSWORD_CHANGE
    | {"own_account.show", "own_factors.one_time_codes", "own_factors.add_key", "status.strip"},
}
STEP_PAGE = {SecondStep.PROVE: "second_factor.show", SecondStep.ENROL: "own_account.show"}
MARK = "guanjin_permissions"
UNLIMITED = "guanjin_unlimited"
RECENT = "guanjin_recently_proven"
LIVE_HEADER = "X-Guanjin-Live"


def requires(*permissions: str) -> Callable[[View], View]:
    """Let in whoever holds any of these permissions."""

    def mark(view: View) -> View:
        setattr(view, MARK, frozenset(permissions))
        return view

    return mark


def everywhere(view: View) -> View:
    """Besides, the permission has to reach everything: to the holder of a limited grant the page is not there."""
    setattr(view, UNLIMITED, True)
    return view


def signed_in(view: View) -> View:
    """Let in everybody who is signed in."""
    setattr(view, MARK, frozenset())
    return view


def recently_proven(view: View) -> View:
    """Something that cannot well be undone: who has a second factor proves it again when that is too long ago."""
    setattr(view, RECENT, True)
    return view


def permissions_of(view: Callable[..., Any]) -> frozenset[str] | None:
    """None where a view declares nothing."""
    found: frozenset[str] | None = getattr(view, MARK, None)
    return found


def guard() -> Response | None:
    """Runs before every request; the API has an entrance of its own."""
    return None if is_api() else _guard()


def _guard() -> Response | None:
    g.principal = _identify()
    endpoint = request.endpoint
    if endpoint is None or endpoint == "static":
        return None
    if endpoint not in PUBLIC - {"session.login"} and not console().is_set_up():
        return redirect(url_for("setup.begin"), 303)
    if endpoint in PUBLIC:
        return None
    if g.principal is None:
        return _to_login()
    return _first(endpoint) or _check(endpoint)


def _first(endpoint: str) -> Response | None:
    """What a person has to do before anything else: prove a second factor, choose a password, set a factor up."""
    person: SignedIn = g.principal
    if person.second_step is not SecondStep.PROVE and person.must_change_password:
        return None if endpoint in BEFORE_PASSWORD_CHANGE else redirect(url_for("password.change"), 303)
    if person.second_step is SecondStep.NONE or endpoint in BEFORE_SECOND_STEP[person.second_step]:
        return None
    if endpoint == "session.land":
        return redirect(url_for(STEP_PAGE[person.second_step]), 303)
    raise SecondStepDueError


def _recent(person: SignedIn) -> bool:
    """A proof from the future means that the clock was set back: it counts no longer."""
    if person.factor is None or person.factor_at is None:
        return True
    age = console().clock.now() - person.factor_at
    return timedelta() <= age < timedelta(minutes=console().settings.security.factor_minutes)


def _prove_again() -> Response:
    """And then back to the page where the button was."""
    came_from = request.path if request.method == "GET" else urlsplit(request.referrer or "/").path
    return redirect_with("prove_again", url_for("second_factor.show", next=came_from))


def _check(endpoint: str) -> Response | None:
    view = current_app.view_functions[endpoint]
    needed = permissions_of(view)
    if needed is None:
        raise PermissionMissingError(permission=endpoint)
    if needed and not needed & g.principal.permissions:
        _refuse(", ".join(sorted(needed)))
    if not _reaches(view, needed, g.principal):
        raise PageMissingError(path=request.path)
    if getattr(view, RECENT, False) and not _recent(g.principal):
        return _prove_again()
    return None


def _reaches(view: Callable[..., Any], needed: frozenset[str], person: SignedIn) -> bool:
    return not getattr(view, UNLIMITED, False) or any(person.reach(Permission(one)).everywhere for one in needed)


def _refuse(permission: str) -> NoReturn:
    """Recorded, because somebody who tries doors is what the log is for (ASVS 16.3.2)."""
    error = PermissionMissingError(permission=permission)
    subject = f"page:{request.method} {request.path}"
    clock = console().clock
    audit.record_refusal(console().database, Event.ACCESS_DENIED, actor(), error, subject=subject, clock=clock)
    raise error


def _identify() -> Any:
    token = request.cookies.get(console().session_cookie)
    if not token or request.endpoint == "static":
        return None
    found = console().identify(token, LIVE_HEADER not in request.headers)
    address = request.remote_addr or ""
    if found is None or permits(found.allowed_addresses, address):
        return found
    with console().database.write() as session:
        sessions.end_elsewhere(session, found, address=address, clock=console().clock)
    return None


def _to_login() -> Response:
    """Back to the page that was asked for, after the log-in; a part that refreshes itself reloads the whole page."""
    if "HX-Request" in request.headers:
        return Response(status=401, headers={"HX-Refresh": "true"})
    wanted = request.full_path.rstrip("?") if request.method == "GET" and request.path != "/" else None
    return redirect(url_for("session.login", next=wanted), 303)


def undeclared(app: Flask) -> list[str]:
    """Endpoints that nobody can reach because nothing says who may."""
    return [name for name, view in app.view_functions.items() if name not in PUBLIC and permissions_of(view) is None]


def allowed(endpoint: str) -> bool:
    """Whether the person of this request may open an endpoint; navigation shows nothing else."""
    view = current_app.view_functions.get(endpoint)
    person = principal()
    if view is None or person is None:
        return False
    needed = permissions_of(view)
    return needed is not None and (not needed or (bool(needed & person.permissions) and _reaches(view, needed, person)))
