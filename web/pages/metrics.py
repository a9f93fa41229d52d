"""Prometheus's door. Open to this machine without a log-in, and to nobody else: a scraper elsewhere needs a proxy here.

The address is that of the connection, or what the one trusted proxy says; see `web.server`.
"""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from collectors.exposition import CONTENT_TYPE
from collectors.scrape import read_metrics
from web.errors import ScrapeRefusedError
from web.server_address import is_loopback
from web.state import console

blueprint = Blueprint("metrics", __name__)


@blueprint.get("/metrics")
def scrape() -> Response:
    if not is_loopback(request.remote_addr or ""):
        raise ScrapeRefusedError(address=request.remote_addr)
    return Response(read_metrics(console().settings), content_type=CONTENT_TYPE)
