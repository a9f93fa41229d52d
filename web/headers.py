"""What browsers are told about every answer: load nothing from elsewhere, run nothing inline, be framed by nobody."""

from flask import request
from werkzeug.wrappers import Response

from web.state import console

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": browsers would then send "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), usb=()",
}
STRICT_TRANSPORT = "max-age=31536000"


def secure(response: Response) -> Response:
    """Runs after every request."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    if console().secure:
        response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
    if request.endpoint != "static":
        # Pages hold what only this person may see; a shared office computer must not keep them.
        response.headers.setdefault("Cache-Control", "no-store")
    return response
