"""Any bytes give rows or a refusal, and never a traceback; so do values of any shape in the right places."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.i18n import translator
from inventory.foreign.errors import ForeignError
from inventory.foreign.gathering import Source, Sources
from inventory.foreign.systems import System, certain, read_foreign
from inventory.ledger.sheets import SHEET_OF
from tests.inventory.foreign.bringing import SAMPLES, previewed

FILES = {
    System.NETBOX: ("devices.json", "sites.json", "circuits.json", "contact-assignments.json", "prefixes.json"),
    System.LIBRENMS: ("devices.json", "devices.csv"),
    System.OXIDIZED: ("router.db", "config"),
    System.RANCID: ("router.db",),
    System.NORNIR: ("hosts.yaml", "groups.yaml", "defaults.yaml"),
}
NAMES = [
    "id", "name", "url", "results", "devices", "count", "role", "device_role", "slug", "site", "parent", "location",
    "rack", "position", "face", "status", "value", "device_type", "model", "u_height", "primary_ip", "address",
    "cid", "provider", "type", "termination_a", "link_peers", "device", "commit_rate", "prefix", "scope_type",
    "scope", "vlan", "vid", "contact", "object", "object_id", "object_type", "tags", "custom_fields", "hostname",
    "sysName", "ip", "os", "location", "disabled", "groups", "data", "platform", "port", "source", "csv", "map",
    "delimiter", "vars_map",
]  # fmt: skip
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["10.0.0.1/24", "fe80::1%1/64", "城关镇", "access", "/:/", "-", "1", "dcim.site"])
)
SHAPES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=8),
    max_leaves=40,
)


def read_and_show(system: System, files: dict[str, bytes]) -> None:
    sources = Sources("any", tuple(Source(name, content) for name, content in files.items()))
    certain(sources)
    with contextlib.suppress(ForeignError):
        previewed(read_foreign(sources, system, SHEET_OF), "zh")


@pytest.mark.parametrize("system", System)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_any_bytes(system: System, data: st.DataObject) -> None:
    read_and_show(system, {name: data.draw(st.binary(max_size=200)) for name in FILES[system]})


@pytest.mark.parametrize("system", System)
@given(data=st.data())
@settings(max_examples=120, deadline=None)
def test_any_shape(system: System, data: st.DataObject) -> None:
    """JSON is YAML, too."""
    files = {}
    for name in FILES[system]:
        shape: Any = data.draw(SHAPES)
        if system is System.NETBOX:
            shape = [shape] if isinstance(shape, dict) else shape
        files[name] = json.dumps(shape, ensure_ascii=data.draw(st.booleans())).encode("utf-8", "surrogatepass")
    read_and_show(system, files)


@pytest.mark.parametrize("name", ["netbox4", "librenms", "oxidized", "rancid", "nornir"])
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_sample_with_damaged_bytes(name: str, data: st.DataObject) -> None:
    files = {path.name: path.read_bytes() for path in sorted((SAMPLES / name).iterdir())}
    hit = data.draw(st.sampled_from(sorted(files)))
    start = data.draw(st.integers(0, len(files[hit])))
    files[hit] = (
        files[hit][:start] + data.draw(st.binary(max_size=8)) + files[hit][start + data.draw(st.integers(0, 20)) :]
    )
    read_and_show(System(name.rstrip("4")), files)


def test_every_refusal_speaks_both_languages() -> None:
    names = ("file", "detail", "system", "known", "limit", "line", "text", "topics", "meanings", "delimiter")
    facts: dict[str, object] = dict.fromkeys(names, "x")
    for error in ForeignError.__subclasses__():
        assert error(**facts).render(translator("zh")) != error(**facts).render()
