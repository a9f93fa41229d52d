"""How much a request may send: little, except where files are submitted."""

from flask import request

from web.state import console

UPLOADING = frozenset({"transfers.submit"})


def admit() -> None:
    """Runs before the form is read, after the guard has found the person entitled."""
    if request.endpoint in UPLOADING:
        request.max_content_length = console().settings.web.upload_bytes
