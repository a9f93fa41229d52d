"""Putting the API into the application."""

from flask import Flask, Response
from werkzeug.routing import IntegerConverter

from core.settings import Settings
from web.api import entrance, limits, resources
from web.api.operations import OPERATIONS, Operation, blueprint
from web.api.paths import is_api

__all__ = ["OPERATIONS", "Operation", "install", "resources"]


class Number(IntegerConverter):
    """A number that is too large is refused by the operation: refused here, werkzeug would answer 405 for a path that
    has another method.
    """

    regex = r"[0-9]{1,19}"


def install(app: Flask, settings: Settings) -> None:
    """Its entrance stands before the console's guard, which leaves the API alone."""
    app.url_map.converters["number"] = Number
    app.extensions[limits.EXTENSION] = limits.Limits.of(settings.api)
    app.before_request(entrance.admit)
    app.after_request(_announce)
    app.register_blueprint(blueprint)


def _announce(response: Response) -> Response:
    if is_api():
        limits.announce(response)
        response.headers.add("Vary", "Accept-Language")
    return response
