"""Kinds in addresses: /inventory/devices/7."""

from collections.abc import Mapping
from typing import Final

from flask import Flask
from werkzeug.routing import AnyConverter, Map, ValidationError

from inventory.kinds import PLURALS, ObjectKind

SLUGS: Final = PLURALS
KINDS: Final[Mapping[str, ObjectKind]] = {slug: kind for kind, slug in SLUGS.items()}


class KindConverter(AnyConverter):
    """`<kind:kind>` of the inventory's routes."""

    def __init__(self, map: Map) -> None:  # noqa: A002  # werkzeug's own name for it
        super().__init__(map, *KINDS)

    def to_python(self, value: str) -> ObjectKind:
        if value not in KINDS:
            raise ValidationError
        return KINDS[value]

    def to_url(self, value: object) -> str:
        return super().to_url(SLUGS[value] if isinstance(value, ObjectKind) else str(value))


def install(app: Flask) -> None:
    app.url_map.converters["kind"] = KindConverter
    app.jinja_env.filters["kind"] = ObjectKind
