"""The API's reference for people: made by the server from the declarations, with nothing loaded from elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Blueprint, jsonify, render_template
from werkzeug.wrappers import Response

from core.errors import GuanjinError
from core.i18n import translator
from web.access import signed_in
from web.api import problems
from web.api.application import OPERATIONS
from web.api.document import TAGS, document
from web.i18n import gettext, language

blueprint = Blueprint("reference", __name__)


@dataclass(frozen=True)
class ErrorEntry:
    code: str
    status: int
    message: str
    hint: str


@blueprint.get("/reference")
@signed_in
def show() -> str:
    told = document(OPERATIONS, translator(language()))
    return render_template(
        "reference.html",
        told=told,
        groups=[(tag, gettext(label), list(_operations(told, tag))) for tag, label in TAGS.items()],
        resolve=lambda schema: _resolve(told, schema),
        kind=_kind,
    )


@blueprint.get("/reference/errors")
@signed_in
def errors() -> str:
    listed = sorted(_errors(), key=lambda entry: entry.code)
    areas = groupby(listed, key=lambda entry: entry.code.partition(".")[0])
    return render_template("reference_errors.html", areas=[(area, list(entries)) for area, entries in areas])


@blueprint.get("/reference/openapi.json")
@signed_in
def specification() -> Response:
    """For a person who wants the file; programs get it from the API."""
    return jsonify(document(OPERATIONS, translator(language())))


def _operations(told: dict[str, Any], tag: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                yield method.upper(), path, operation


def _resolve(told: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema behind a reference."""
    found: dict[str, Any] = schema
    if reference := schema.get("$ref"):
        found = told["components"]["schemas"][reference.rpartition("/")[2]]
    return found


def _kind(schema: dict[str, Any]) -> str:
    """`integer`, `Device`, `list of Port`, `string | null`: short enough for a table."""
    if reference := schema.get("$ref"):
        return str(reference.rpartition("/")[2])
    if kinds := schema.get("anyOf"):
        return " | ".join(_kind(kind) for kind in kinds)
    if schema.get("type") == "array":
        return f"[{_kind(schema['items'])}]"
    if words := schema.get("enum"):
        return " | ".join(str(word) for word in words)
    return " ".join(filter(None, (schema.get("type", "any"), schema.get("format", ""), _range(schema))))


def _range(schema: dict[str, Any]) -> str:
    if "minimum" in schema and "maximum" in schema:
        return f"{schema['minimum']}..{schema['maximum']}"
    return f"≤ {schema['maxLength']}" if "maxLength" in schema else ""


def _errors() -> Iterator[ErrorEntry]:
    """Every error that this process knows."""
    kinds: list[type[GuanjinError]] = list(GuanjinError.__subclasses__())
    seen = set()
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
        if kind.message and kind.code not in seen:
            seen.add(kind.code)
            status = problems.status_of_kind(kind)
            yield ErrorEntry(kind.code, status, gettext(kind.message), gettext(kind.hint) if kind.hint else "")
