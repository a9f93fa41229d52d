"""The cookie that holds the session's token: for this host alone, unreadable to scripts, sent to no other site."""

from werkzeug.wrappers import Response

from web.state import console


def remember(response: Response, token: str | None) -> Response:
    """None where the session keeps the token that it has."""
    if token:
        response.set_cookie(console().session_cookie, token, secure=console().secure, httponly=True, samesite="Strict")
    return response


def forget(response: Response) -> Response:
    response.delete_cookie(console().session_cookie, secure=console().secure, httponly=True, samesite="Strict")
    return response
