"""Everything that a stranger can put into the console, found in the code itself: addresses, query names, form fields.

A new page, parameter or field is attacked from the day it exists, because nobody has to list it here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, Rule

from core.i18n import ROOT
from inventory.ledger.sheets import SHEETS
from web.pages import configs, devices, lines, topology

WEB = ROOT / "web"
_ARGUMENT = re.compile(r"""request\.args(?:\.get\(|\[)\s*"(\w+)\"""")
_FIELD = re.compile(r"""forms\.(?:text|secret|choice|choices)\(\s*f?"([^"]+)\"""")
_NAMED = re.compile(r"""\bname="([a-z_-]+)\"""")
# What narrows the lists.
FILTERS = (configs.LIST.filters, devices.LIST.filters, lines.LIST.filters, topology.LIST.filters)
SAFE = frozenset({"HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Door:
    """One method of one address."""

    endpoint: str
    method: str
    path: str


def names() -> tuple[str, ...]:
    """Every name of a query parameter or a form field that code or template speaks of."""
    found = {name for filters in FILTERS for name in filters}
    found |= {"event", "actor", "subject", "address", "result", "since", "until"}
    for path in WEB.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        found |= set(_ARGUMENT.findall(text)) | set(_FIELD.findall(text))
    for path in WEB.glob("templates/**/*.html"):
        found |= set(_NAMED.findall(path.read_text(encoding="utf-8")))
    found |= {column.field for sheet in SHEETS for column in sheet.columns}
    roles = ("system_admin", "security_admin", "audit_admin")
    found |= {name.replace("{role}", role) for name in found if "{role}" in name for role in roles}
    return tuple(sorted(name for name in found if "{" not in name and name != "csrf_token"))


def doors(app: Flask, text: str, number: int = 1) -> Iterator[Door]:
    """Each address with `text` wherever it takes a text and `number` wherever it takes a number."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("api."):
            continue  # takes no form and no cookie: tests/web/api attacks it with what it takes
        for method in sorted((rule.methods or set()) - SAFE):
            values = {name: _value(rule, name, text, number) for name in rule.arguments}
            yield Door(rule.endpoint, method, adapter.build(rule.endpoint, values, method=method))


def _value(rule: Rule, name: str, text: str, number: int) -> object:
    converter = rule._converters[name]
    if isinstance(converter, IntegerConverter):
        return number
    return "devices" if isinstance(converter, AnyConverter) else text
