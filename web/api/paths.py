"""Where the API begins."""

from typing import Final

from flask import request

ROOT: Final = "/api/"
PREFIX: Final = "/api/v1"


def is_api() -> bool:
    """Also for addresses below it that do not exist: a program gets no page to read."""
    return request.path.startswith(ROOT)
