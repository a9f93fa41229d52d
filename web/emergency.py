"""The red bar of emergency access: asked once a request, shown on every page to everybody."""

import logging

from flask import g
from sqlalchemy.exc import SQLAlchemyError

from security import emergency
from security.emergency import Opened
from web.state import console

log = logging.getLogger(__name__)


def opened() -> Opened | None:
    """None also where the database cannot be asked: the page that says so must not fail for that."""
    if "emergency" not in g:
        try:
            with console().database.read() as session:
                g.emergency = emergency.current(session, console().clock.now())
        except SQLAlchemyError:
            log.exception("whether emergency access is open cannot be asked")
            g.emergency = None
    found: Opened | None = g.emergency
    return found
