"""How much a request may send: little, except where files are uploaded, and there only by who may upload."""

from collections.abc import Callable, Mapping

from flask import Flask, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.http import parse_cookie

from inventory import documents
from inventory.foreign import gathering
from security.roles import Permission
from web.state import EXTENSION, Console, console

FORM_BYTES = 1_048_576
ENVELOPE_BYTES = 65_536  # what a form puts around its file
# Where files are sent, by whom. A transfer's size is a setting; the others' are rules of the inventory.
UPLOADING: Mapping[str, Permission] = {
    "transfers.submit": Permission.SUBMIT_TRANSFER,
    "imports.upload": Permission.MANAGE_INVENTORY,
    "inventory.attach": Permission.MANAGE_INVENTORY,
}
MOST_BYTES: Mapping[str, int] = {
    "imports.upload": gathering.MOST_BYTES,
    "inventory.attach": documents.MOST_BYTES,
}


def admit() -> None:
    """Runs before the form is read, after the guard has found the person entitled."""
    endpoint = request.endpoint or ""
    if endpoint in UPLOADING:
        request.max_content_length = _largest(endpoint, console())


def admission(app: Flask) -> Callable[[str, str], int]:
    """The largest body that the server takes for a path, asked before it takes any of it: the disk is not a stranger's
    to fill. The guard asks again when all is there.
    """
    here: Console = app.extensions[EXTENSION]
    with app.test_request_context():
        paths = {url_for(endpoint): endpoint for endpoint in UPLOADING}

    def largest(path: str, cookies: str) -> int:
        if path not in paths:
            return FORM_BYTES
        token = parse_cookie(cookies).get(here.session_cookie)
        try:
            person = here.identify(token, False) if token else None  # noqa: FBT003  # the shape of Identify
        except SQLAlchemyError:
            return FORM_BYTES
        endpoint = paths[path]
        may = person is not None and UPLOADING[endpoint] in person.permissions
        return _largest(endpoint, here) if may else FORM_BYTES

    return largest


def _largest(endpoint: str, here: Console) -> int:
    most = MOST_BYTES.get(endpoint)
    return here.settings.web.upload_bytes if most is None else most + ENVELOPE_BYTES
