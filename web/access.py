"""Default deny: a page answers only to whom it says it answers.

Every view either stands in `PUBLIC`, or is marked with the permission that it needs (`requires`), or says that being
signed in is enough (`signed_in`). A view with none of these is refused to everybody, and a test finds it.
"""

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from flask import Flask, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from core.events import Event
from security import audit
from security.roles import Permission
from security.sessions import SignedIn
from web.errors import PageMissingError, PermissionMissingError
from web.state import actor, console, principal

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = frozenset(
    {
        "static",
        "favicon.icon",
        "preferences.choose",
        "session.login",
        "setup.begin",
        "metrics.scrape",
        "metrics.one_device",
        "metrics.discovery",
        "health.alive",
    }
)
# What an account may reach whose password has expired or was set by someone else.
BEFORE_PASSWORD_CHANGE = PUBLIC | {"password.change", "session.logout"}
MARK = "guanjin_permissions"
UNLIMITED = "guanjin_unlimited"
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


def permissions_of(view: Callable[..., Any]) -> frozenset[str] | None:
    """None where a view declares nothing."""
    found: frozenset[str] | None = getattr(view, MARK, None)
    return found


def guard() -> Response | None:
    """Runs before every request."""
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
    if g.principal.must_change_password and endpoint not in BEFORE_PASSWORD_CHANGE:
        return redirect(url_for("password.change"), 303)
    _check(endpoint)
    return None


def _check(endpoint: str) -> None:
    needed = permissions_of(current_app.view_functions[endpoint])
    if needed is None:
        raise PermissionMissingError(permission=endpoint)
    if needed and not needed & g.principal.permissions:
        _refuse(", ".join(sorted(needed)))
    if not _reaches(current_app.view_functions[endpoint], needed, g.principal):
        raise PageMissingError(path=request.path)


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
    return console().identify(token, LIVE_HEADER not in request.headers)


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
