"""Prometheus's doors: everything (`/metrics`), one device asked now (`/snmp`), and which devices there are (`/sd`).

Open to this machine without a log-in, and to nobody else: a scraper elsewhere needs a proxy here. The address is that
of the connection, or what the one trusted proxy says; see `web.server`. Refusals are plain text: nobody looks at them
in a browser.
"""

import functools
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from threading import BoundedSemaphore
from typing import Final, cast

from flask import Blueprint, current_app, jsonify, request
from flask.blueprints import BlueprintSetupState
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from collectors.metrics.exposition import CONTENT_TYPE
from collectors.metrics.scrape import TIMEOUT_S, Query, open_page
from core.errors import GuanjinError
from inventory.handover.prometheus import target_groups
from web.errors import DiscoveryError, ScrapeRefusedError, ScrapesBusyError
from web.i18n import gettext
from web.server_address import is_loopback
from web.state import EXTENSION, Console, console

TIMEOUT_HEADER: Final = "X-Prometheus-Scrape-Timeout-Seconds"
# An answer that says why must be there before the scraper gives up.
OFFSET_S: Final = 0.5
# How much later than the poller's own limit the socket gives up.
GRACE_S: Final = 5.0
UNAVAILABLE: Final = 503
SLOTS: Final = "guanjin_scrapes"

View = Callable[[], Response]
blueprint = Blueprint("metrics", __name__)


@blueprint.record
def _make_slots(state: BlueprintSetupState) -> None:
    """Devices that are slow to answer may hold half of the threads; the other half is for people."""
    settings = cast("Console", state.app.extensions[EXTENSION]).settings
    state.app.extensions[SLOTS] = BoundedSemaphore(max(1, settings.web.threads // 2))


def for_this_machine(view: View) -> View:
    @functools.wraps(view)
    def guarded() -> Response:
        try:
            if not is_loopback(request.remote_addr or ""):
                raise ScrapeRefusedError(address=request.remote_addr)
            return view()
        except (DiscoveryError, ScrapesBusyError) as error:
            return _refusal(error, UNAVAILABLE)
        except GuanjinError as error:
            return _refusal(error, error.category.http_status)

    return guarded


def _refusal(error: GuanjinError, status: int) -> Response:
    text = f"{error.render(gettext)} [{error.code}]\n{error.render_hint(gettext)}\n"
    return Response(text, status, content_type="text/plain; charset=utf-8")


@blueprint.get("/metrics")
@for_this_machine
def scrape() -> Response:
    return _passed_on("/metrics", {}, TIMEOUT_S)


@blueprint.get("/snmp")
@for_this_machine
def one_device() -> Response:
    seconds = _patience(request.headers.get(TIMEOUT_HEADER, ""))
    query = {name: request.args[name] for name in ("target", "module") if name in request.args}
    with _slot():
        return _passed_on("/snmp", query | {"timeout": str(seconds)}, seconds + GRACE_S)


@blueprint.get("/sd")
@for_this_machine
def discovery() -> Response:
    """Prometheus keeps its targets when this fails, and drops them all when this is empty."""
    if not console().is_set_up():
        raise DiscoveryError(reason=gettext("the set-up is not finished"))
    try:
        with console().database.read() as session:
            groups = target_groups(session)
    except SQLAlchemyError as error:
        raise DiscoveryError(reason=type(error).__name__) from error
    return jsonify([asdict(group) for group in groups])


def _passed_on(path: str, query: Query, timeout_s: float) -> Response:
    page = open_page(console().settings, path, query, timeout_s=timeout_s)
    response = Response(page.pieces, content_type=CONTENT_TYPE, headers={"Content-Length": str(page.length)})
    response.call_on_close(page.close)
    return response


@contextmanager
def _slot() -> Iterator[None]:
    slots = cast("BoundedSemaphore", current_app.extensions[SLOTS])
    if not slots.acquire(blocking=False):
        raise ScrapesBusyError
    try:
        yield
    finally:
        slots.release()


def _patience(text: str) -> float:
    """How long the scraper waits, less what the answer needs to be told."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not math.isfinite(seconds) or seconds <= 0:
        seconds = TIMEOUT_S
    return max(seconds - OFFSET_S, seconds / 2)
