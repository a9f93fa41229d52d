"""The OpenAPI 3.1 document, made from the declared operations: pydantic's schemas are JSON Schema 2020-12, as its are.

A library that declares routes for Flask would bring a subclass of the application, an error format of its own and a
bundle of user interfaces from elsewhere; what remains to be done here is this file.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from core.i18n import N_, Translate, untranslated
from core.version import VERSION
from web.api.operations import NO_CONTENT, Operation
from web.api.parameters import JSON, LARGEST_NUMBER, Nothing
from web.api.paths import PREFIX
from web.api.problems import MEDIA_TYPE, TITLES, Problem
from web.api.repeats import HEADER, PATTERN
from web.objects.kinds import KINDS

OPENAPI: Final = "3.1.0"
SCHEME: Final = "token"
REFERENCES: Final = "#/components/schemas/{model}"
TAGS: Final = {
    "devices": N_("Devices"),
    "lines": N_("Lines"),
    "inventory": N_("Inventory"),
    "places": N_("Units, sites and rooms"),
    "topology": N_("Topology"),
    "maintenance": N_("Maintenance marks"),
    "configurations": N_("Configurations"),
    "jobs": N_("Jobs"),
    "history": N_("History"),
    "search": N_("Search"),
    "transfers": N_("Ferry ledger"),
    "audit": N_("Audit log"),
    "accounts": N_("Accounts"),
    "tokens": N_("API tokens"),
    "specification": N_("This document"),
}
ABOUT: Final = N_(
    "Every request brings an API token in the header Authorization: Bearer. Times are RFC 3339 in UTC, units stand in "
    "the names. Lists are read page by page with the cursor of the page before. Refusals are problem documents "
    "(RFC 9457) with a stable code. Texts are in the language that Accept-Language asks for, zh or en."
)
_VARIABLE: Final = re.compile(r"<(\w+)(?:\([^)]*\))?:(\w+)>")
_RATE: Final = {
    "RateLimit": {"$ref": "#/components/headers/RateLimit"},
    "RateLimit-Policy": {"$ref": "#/components/headers/RateLimit-Policy"},
}


def document(operations: Iterable[Operation], translate: Translate = untranslated) -> dict[str, Any]:
    listed = list(operations)
    schemas, paths = _schemas(listed), dict[str, dict[str, Any]]()
    for one in listed:
        paths.setdefault(address(one), {})[one.method.lower()] = _operation(one, schemas, translate)
    return {
        "openapi": OPENAPI,
        "info": {
            "title": translate(N_("Guanjin API")),
            "version": VERSION,
            "description": translate(ABOUT),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": PREFIX}],
        "security": [{SCHEME: []}],
        "tags": [{"name": name, "description": translate(label)} for name, label in TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": {name: _described(schema, translate) for name, schema in schemas.items()},
            "securitySchemes": {
                SCHEME: {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "gj_...",
                    "description": translate(N_("made by a person on the page My tokens")),
                }
            },
            "headers": _headers(translate),
            "responses": {str(status): _problem(status, translate) for status in TITLES},
        },
    }


def address(found: Operation) -> str:
    """`/devices/{number}`."""
    return _VARIABLE.sub(r"{\2}", found.path)


def refusals(found: Operation) -> tuple[int, ...]:
    """The statuses with which an operation may refuse."""
    asked = {400, 401, 403, 429, 500}
    if found.parts or "cursor" in found.query.model_fields:
        asked.add(404)
    if found.body is not None:
        asked |= {413, 415}
    if found.conflicts or found.once:
        asked.add(409)
    if found.changes:
        asked.add(422)
    return tuple(sorted(asked))


def _schemas(operations: list[Operation]) -> dict[str, Any]:
    answers: list[type[BaseModel]] = [Problem, *(one.answer for one in operations if one.answer)]
    sent: list[type[BaseModel]] = [kind for one in operations for kind in (one.query, one.body) if kind]
    wanted: list[tuple[type[BaseModel], Any]] = [(kind, "serialization") for kind in dict.fromkeys(answers)]
    wanted += [(kind, "validation") for kind in dict.fromkeys(sent) if kind is not Nothing]
    _, found = models_json_schema(wanted, ref_template=REFERENCES)
    schemas: dict[str, Any] = found["$defs"]
    return schemas


def _operation(found: Operation, schemas: Mapping[str, Any], translate: Translate) -> dict[str, Any]:
    told: dict[str, Any] = {"operationId": found.name, "tags": [found.tag], "summary": translate(found.summary)}
    if text := " ".join(filter(None, (translate(found.description) if found.description else "", _needs(found)))):
        told["description"] = text
    told["parameters"] = [*_path(found, translate), *_query(found, schemas, translate), *_key(found, translate)]
    if found.body is not None:
        schema = {"$ref": REFERENCES.format(model=found.body.__name__)}
        told["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    told["responses"] = {str(found.status): _success(found, translate)}
    if not found.changes:
        told["responses"]["304"] = {"description": translate(N_("nothing changed since"))}
    told["responses"] |= {str(status): {"$ref": f"#/components/responses/{status}"} for status in refusals(found)}
    return told


def _needs(found: Operation) -> str:
    """Which permissions open it; their names are the same in every language."""
    return f"({' | '.join(sorted(found.permissions))})" if found.permissions else ""


def _path(found: Operation, translate: Translate) -> list[dict[str, Any]]:
    schemas: dict[str, dict[str, Any]] = {
        "number": {"type": "integer", "minimum": 1, "maximum": LARGEST_NUMBER},
        "string": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "kind": {"type": "string", "enum": list(KINDS)},
    }
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": translate(found.parts[name]),
            "schema": schemas[kind],
        }
        for kind, name in _VARIABLE.findall(found.path)
    ]


def _query(found: Operation, schemas: Mapping[str, Any], translate: Translate) -> list[dict[str, Any]]:
    if found.query is Nothing:
        return []
    model = schemas[found.query.__name__]
    told = []
    for name, schema in model["properties"].items():
        one = {"name": name, "in": "query", "required": name in model.get("required", ()), "schema": _flat(schema)}
        if text := schema.get("description"):
            one["description"] = translate(text)
        told.append(one)
    return told


def _flat(schema: Mapping[str, Any]) -> dict[str, Any]:
    """An address knows no null: a parameter is there or not."""
    plain = {name: value for name, value in schema.items() if name not in {"title", "description", "anyOf"}}
    if plain.get("default", ...) is None:
        del plain["default"]
    kinds = [kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"]
    return plain | (kinds[0] if kinds else {})


def _key(found: Operation, translate: Translate) -> list[dict[str, Any]]:
    if not found.once:
        return []
    text = N_("a fresh random text for each thing that is to be done once; a repeated request gets the first answer")
    schema = {"type": "string", "pattern": PATTERN}
    return [{"name": HEADER, "in": "header", "required": False, "description": translate(text), "schema": schema}]


def _success(found: Operation, translate: Translate) -> dict[str, Any]:
    told: dict[str, Any] = {"description": translate(N_("done")), "headers": dict(_RATE)}
    if found.status == NO_CONTENT or found.answer is None:
        return told
    told["content"] = {JSON: {"schema": {"$ref": REFERENCES.format(model=found.answer.__name__)}}}
    if not found.changes:
        told["headers"]["ETag"] = {"$ref": "#/components/headers/ETag"}
    return told


def _problem(status: int, translate: Translate) -> dict[str, Any]:
    headers: dict[str, Any] = dict(_RATE)
    for name, on in (("WWW-Authenticate", 401), ("Retry-After", 429), ("Allow", 405)):
        if status == on:
            headers[name] = {"$ref": f"#/components/headers/{name}"}
    schema = {"$ref": REFERENCES.format(model=Problem.__name__)}
    return {
        "description": translate(TITLES[status]),
        "headers": headers,
        "content": {MEDIA_TYPE: {"schema": schema}},
    }


def _headers(translate: Translate) -> dict[str, Any]:
    texts = {
        "RateLimit": N_(
            "requests that are left, and seconds until all are back (draft-ietf-httpapi-ratelimit-headers)"
        ),
        "RateLimit-Policy": N_("requests that are allowed in a number of seconds"),
        "ETag": N_("send it as If-None-Match to get 304 while nothing changed"),
        "WWW-Authenticate": N_("what is wrong with the token (RFC 6750)"),
        "Retry-After": N_("seconds to wait"),
        "Allow": N_("the methods that are understood"),
    }
    required = {"WWW-Authenticate", "Retry-After", "Allow"}
    kinds = {"Retry-After": {"type": "integer", "minimum": 1}}
    return {
        name: {
            "description": translate(text),
            "required": name in required,
            "schema": kinds.get(name, {"type": "string"}),
        }
        for name, text in texts.items()
    }


def _described(schema: Any, translate: Translate) -> Any:
    """Descriptions of fields are msgids; docstrings of models are for readers of the code, and titles say nothing."""
    if isinstance(schema, list):
        return [_described(part, translate) for part in schema]
    if not isinstance(schema, dict):
        return schema
    told = {name: _described(part, translate) for name, part in schema.items() if not _idle(name, part)}
    if "properties" in told:
        told.pop("description", None)
    elif isinstance(told.get("description"), str):
        told["description"] = translate(told["description"])
    return told


def _idle(name: str, part: Any) -> bool:
    return name == "title" and isinstance(part, str)
