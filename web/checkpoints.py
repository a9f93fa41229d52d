"""Checkpoints of the audit log on paper: whoever keeps a print keeps a witness.

The short form is read by people; the code holds the whole signed checkpoint, for a camera and `guanjin audit verify`.
"""

import io

import segno
from flask import Flask
from markupsafe import Markup

from security.audit import stored_tree
from web.state import console


def mark() -> str:
    """Size and beginning of the root of the newest checkpoint; empty where there is none yet."""
    with console().database.read() as session:
        claim = stored_tree.newest(session)
    return claim.short if claim else ""


def code(note: str) -> Markup:
    """A picture that needs no style of its own, so the content security policy lets it be."""
    drawn = io.BytesIO()
    segno.make(note, error="m", boost_error=False).save(
        drawn, kind="svg", scale=3, border=4, xmldecl=False, svgns=False, omitsize=False, svgclass="qr", lineclass=None
    )
    return Markup(drawn.getvalue().decode())  # noqa: S704  # made here, and holds nothing but squares


def install(app: Flask) -> None:
    app.jinja_env.globals["checkpoint_mark"] = mark
