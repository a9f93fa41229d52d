"""The application factory: everything is passed in, nothing is read from the surroundings."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Flask

from core.clock import Clock, SystemClock
from core.database import Database
from core.settings import Settings
from security import sessions, setup
from security.directory.opening import open_directories
from security.ferry.site import open_ferry
from security.sessions import SignedIn
from security.vault import Keyring, Vault
from web import (
    access,
    assets,
    characters,
    checkpoints,
    csrf,
    emergency,
    failures,
    formats,
    headers,
    i18n,
    labels,
    navigation,
    notices,
    numbers,
    poller,
    preferences,
    states,
    uploads,
    waiting,
)
from web.api import application
from web.ferry import FERRY
from web.objects import kinds
from web.pages import PAGES
from web.state import EXTENSION, Console, Identify, console, principal

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def create_app(
    settings: Settings,
    database: Database,
    *,
    clock: Clock | None = None,
    identify: Identify | None = None,
    is_set_up: Callable[[], bool] | None = None,
    keyring: Keyring | None = None,
) -> Flask:
    """`keyring` holds the realm `identity` and no other. `identify` and `is_set_up` ask the database unless a test says
    otherwise.
    """
    app = Flask("web", static_folder=None)
    clock = clock or SystemClock()
    vault = Vault(keyring or Keyring(), clock, cipher=settings.vault.cipher)
    app.extensions[EXTENSION] = Console(
        settings,
        database,
        clock,
        identify or _by_session(settings, database, clock),
        is_set_up or _asked_once(database),
        vault,
        open_directories(settings, database, vault, clock),
    )
    app.extensions[FERRY] = open_ferry(settings, clock=clock)
    app.config.update(
        TRUSTED_HOSTS=trusted_hosts(settings),
        MAX_CONTENT_LENGTH=uploads.FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=uploads.FORM_BYTES,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for part in (numbers, kinds, i18n, formats, assets, labels, states, failures, checkpoints):
        part.install(app)
    app.context_processor(partial(_page_context, settings))
    application.install(app, settings)
    app.before_request(access.guard)
    app.before_request(uploads.admit)
    app.before_request(characters.refuse)
    app.before_request(csrf.protect)
    # Flask runs these in reverse order.
    app.after_request(headers.secure)
    app.after_request(csrf.remember_visitor)
    app.after_request(notices.forget_shown)
    for page in PAGES:
        app.register_blueprint(page)
    return app


def _by_session(settings: Settings, database: Database, clock: Clock) -> Identify:
    def identify(token: str, active: bool) -> SignedIn | None:  # noqa: FBT001  # the shape of Identify
        return sessions.identify(database, token, active=active, settings=settings.security, clock=clock)

    return identify


def _asked_once(database: Database) -> Callable[[], bool]:
    """An installation that is set up stays so."""
    done = False

    def is_set_up() -> bool:
        nonlocal done
        if not done:
            with database.read() as session:
                done = setup.is_set_up(session)
        return done

    return is_set_up


def trusted_hosts(settings: Settings) -> list[str]:
    """Names under which the console answers: another name in the Host header is somebody's trick."""
    hosts = [*LOOPBACK, settings.web.listen_host, settings.web.public_host]
    return sorted({host for host in hosts if host})


def _page_context(settings: Settings) -> dict[str, Any]:
    return {
        "site": settings.site,
        "now": console().clock.now,
        "person": principal(),
        "language": i18n.language(),
        "theme": preferences.theme(),
        "address_here": preferences.address_here,
        "menu": navigation.menu,
        "poller_health": poller.of_request,
        "emergency_opened": emergency.opened,
        "counts": waiting.counts,
        "waiting_count": waiting.total,
        "allowed": access.allowed,
        "csrf_token": csrf.token,
        "notice": notices.pending,
    }
