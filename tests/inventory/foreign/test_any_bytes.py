"""Any bytes give rows or a refusal, and never a traceback; so do values of any shape in the right places.

What was taken out of them and kept is understood as if it had just been read.
"""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.i18n import translator
from inventory.foreign.errors import ForeignError
from inventory.foreign.gathering import Source, Sources
from inventory.foreign.keeping import as_bytes, from_bytes
from inventory.foreign.systems import NO_WORDS, certain, gathered_of, read_foreign
from inventory.foreign.understanding import understand
from inventory.kinds import ForeignSystem
from inventory.ledger.sheets import SHEET_OF
from tests.inventory.foreign.bringing import SAMPLES, previewed

FILES = {
    ForeignSystem.NETBOX: ("devices.json", "sites.json", "circuits.json", "contact-assignments.json", "prefixes.json"),
    ForeignSystem.LIBRENMS: ("devices.json", "devices.csv"),
    ForeignSystem.OXIDIZED: ("router.db", "config"),
    ForeignSystem.RANCID: ("router.db",),
    ForeignSystem.NORNIR: ("hosts.yaml", "groups.yaml", "defaults.yaml"),
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


def read_and_show(system: ForeignSystem, files: dict[str, bytes]) -> None:
    sources = Sources("any", tuple(Source(name, content) for name, content in files.items()))
    certain(sources)
    with contextlib.suppress(ForeignError):
        gathered = gathered_of(sources, system, SHEET_OF)
        kept = from_bytes(as_bytes(gathered))
        assert kept == gathered
        reading = understand(kept, SHEET_OF, NO_WORDS)
        assert reading == read_foreign(sources, system, SHEET_OF)
        previewed(reading, "zh")


@pytest.mark.parametrize("system", ForeignSystem)
@given(data=st.data())
@settings(max_examples=60)
def test_any_bytes(system: ForeignSystem, data: st.DataObject) -> None:
    read_and_show(system, {name: data.draw(st.binary(max_size=200)) for name in FILES[system]})


@pytest.mark.parametrize("system", ForeignSystem)
@given(data=st.data())
@settings(max_examples=120)
def test_any_shape(system: ForeignSystem, data: st.DataObject) -> None:
    """JSON is YAML, too."""
    files = {}
    for name in FILES[system]:
        shape: Any = data.draw(SHAPES)
        if system is ForeignSystem.NETBOX:
            shape = [shape] if isinstance(shape, dict) else shape
        files[name] = json.dumps(shape, ensure_ascii=data.draw(st.booleans())).encode("utf-8", "surrogatepass")
    read_and_show(system, files)


@pytest.mark.parametrize("name", ["netbox4", "librenms", "oxidized", "rancid", "nornir"])
@given(data=st.data())
@settings(max_examples=40)
def test_a_sample_with_damaged_bytes(name: str, data: st.DataObject) -> None:
    files = {path.name: path.read_bytes() for path in sorted((SAMPLES / name).iterdir())}
    hit = data.draw(st.sampled_from(sorted(files)))
    start = data.draw(st.integers(0, len(files[hit])))
    files[hit] = (
        files[hit][:start] + data.draw(st.binary(max_size=8)) + files[hit][start + data.draw(st.integers(0, 20)) :]
    )
    read_and_show(ForeignSystem(name.rstrip("4")), files)


def test_every_refusal_speaks_both_languages() -> None:
    names = ("file", "detail", "system", "known", "limit", "line", "text", "topics", "meanings", "delimiter")
    facts: dict[str, object] = dict.fromkeys(names, "x")
    for error in ForeignError.__subclasses__():
        assert error(**facts).render(translator("zh")) != error(**facts).render()
