"""How much a request may send: little, except where files are uploaded, and there only by who may upload."""

from collections.abc import Callable

from flask import Flask, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.http import parse_cookie

from security.roles import Permission
from web.state import EXTENSION, Console, console

FORM_BYTES = 1_048_576
UPLOADING = {"transfers.submit": Permission.SUBMIT_TRANSFER, "imports.upload": Permission.MANAGE_INVENTORY}


def admit() -> None:
    """Runs before the form is read, after the guard has found the person entitled."""
    if request.endpoint in UPLOADING:
        request.max_content_length = console().settings.web.upload_bytes


def admission(app: Flask) -> Callable[[str, str], int]:
    """The largest body that the server takes for a path, asked before it takes any of it: the disk is not a stranger's
    to fill. The guard asks again when all is there.
    """
    here: Console = app.extensions[EXTENSION]
    with app.test_request_context():
        paths = {url_for(endpoint): permission for endpoint, permission in UPLOADING.items()}

    def largest(path: str, cookies: str) -> int:
        if path not in paths:
            return FORM_BYTES
        token = parse_cookie(cookies).get(here.session_cookie)
        try:
            person = here.identify(token, False) if token else None  # noqa: FBT003  # the shape of Identify
        except SQLAlchemyError:
            return FORM_BYTES
        may = person is not None and paths[path] in person.permissions
        return here.settings.web.upload_bytes if may else FORM_BYTES

    return largest
