"""Own and vendored files, under a path that changes with their content, so that browsers may keep them for ever."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, send_from_directory, url_for
from werkzeug.wrappers import Response

FOLDER = Path(__file__).parent / "static"
SERVED = frozenset({".css", ".js", ".svg"})
YEAR = 31_536_000


@cache
def version() -> str:
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def serve(edition: str, name: str) -> Response:
    response = send_from_directory(FOLDER, name)
    if edition == version() and Path(name).suffix in SERVED:
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    else:
        response.headers["Cache-Control"] = "no-cache"
    return response


def asset(name: str) -> str:
    return url_for("static", edition=version(), name=name)


def install(app: Flask) -> None:
    app.add_url_rule("/static/<edition>/<path:name>", "static", serve)
    app.jinja_env.globals["asset"] = asset
