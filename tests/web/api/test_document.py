"""The document: valid, complete, the same as the copy that people review, and told in both languages."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from core.i18n import ROOT, translator
from security.roles import Role
from tests.web.api.conftest import Program
from web import states
from web.api.application import OPERATIONS
from web.api.document import document
from web.api.resources import devices, lines

COPY = Path(ROOT) / "docs" / "openapi.json"


def test_the_copy_in_the_documents_is_true() -> None:
    copy = json.loads(COPY.read_text(encoding="utf-8"))
    assert copy == document(OPERATIONS), "the interface changed: `make openapi`, look at the difference, and commit it"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_document_is_valid_openapi_3_1(language: str) -> None:
    told = document(OPERATIONS, translator(language))
    assert told["openapi"].startswith("3.1")
    assert list(OpenAPIV31SpecValidator(told).iter_errors()) == []


def test_every_route_stands_in_the_document_with_its_methods(client: FlaskClient) -> None:
    told = document(OPERATIONS)["paths"]
    routes = set()
    for rule in client.application.url_map.iter_rules():
        if rule.endpoint.startswith("api."):
            routes |= {
                (method, rule.endpoint.removeprefix("api.")) for method in rule.methods or () if method != "HEAD"
            }
    documented = {(method.upper(), one["operationId"]) for methods in told.values() for method, one in methods.items()}
    assert documented == routes


def test_the_states_are_those_that_the_console_shows() -> None:
    assert devices.DeviceShown.__args__ == tuple(states.DEVICE)  # type: ignore[attr-defined]
    assert devices.PortShown.__args__ == tuple(states.PORT)  # type: ignore[attr-defined]
    assert lines.LineShown.__args__ == tuple(states.LINE)  # type: ignore[attr-defined]


def test_bounds_stand_in_the_document() -> None:
    told = document(OPERATIONS)
    limits = [
        one["schema"]
        for methods in told["paths"].values()
        for operation in methods.values()
        for one in operation["parameters"]
        if one["schema"].get("type") == "integer"
    ]
    assert limits
    assert all({"minimum", "maximum"} <= set(schema) for schema in limits)


def test_programs_get_the_document_in_their_language(program: Callable[..., Program]) -> None:
    asking = program(Role.AUDIT_ADMIN)
    told = asking.get("/openapi.json", headers={"Accept-Language": "zh"}).json
    assert told
    assert told["paths"]["/devices"]["get"]["summary"] == "列出设备"
    assert asking.get("/openapi.json").json == document(OPERATIONS)
