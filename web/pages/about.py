"""What runs here: version, network, and whose work it stands on."""

from importlib.metadata import Distribution, distributions

from flask import Blueprint, render_template

from core import schema
from core.version import VERSION
from web import vendor
from web.access import signed_in
from web.state import console

blueprint = Blueprint("about", __name__)
OURS = "guanjin"


@blueprint.get("/about")
@signed_in
def show() -> str:
    return render_template(
        "about.html",
        product_version=VERSION,
        settings=console().settings,
        dialect=console().database.dialect,
        schema=schema.current(console().database),
        vendored=vendor.packages(),
        installed=sorted(_installed(), key=lambda row: row[0].casefold()),
    )


def _installed() -> set[tuple[str, str, str]]:
    return {
        (found.metadata["Name"], found.version, _licence(found))
        for found in distributions()
        if found.metadata["Name"] and found.metadata["Name"] != OURS
    }


def _licence(found: Distribution) -> str:
    """The expression where there is one, else the classifiers' last words, else the first line of the old field."""
    meta = found.metadata
    if "License-Expression" in meta:
        return str(meta["License-Expression"])
    named = [line.rpartition(" :: ")[2] for line in meta.get_all("Classifier") or [] if line.startswith("License ::")]
    named = [name for name in named if name != "OSI Approved"]
    if named:
        return ", ".join(named)
    old = meta.get_all("License") or ["—"]
    return str(old[0]).strip().splitlines()[0][:60]
