"""Thirty real routers, wired as a tree: what the product finds of it, and what it notices when a cable is moved.

Twenty-eight speak LLDP. Two leaves are silent, as many a firewall is: they are found by the addresses at both ends.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.installation import Installation, until
from tests.lab.cabling import Plug, tree
from tests.lab.frr import FrrLab

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]

COUNT = 30
CABLES = tree(COUNT, below=2)
SILENT = (29, 30)
SPARE = Plug(5, "down9")
MOVED, FROM = Plug(26, "up"), Plug(13, "down1")
Ends = frozenset[tuple[str, str]]


@dataclass
class County:
    lab: FrrLab
    site: Installation

    def links(self) -> dict[Ends, dict[str, str]]:
        """Those that are there, by their two ends."""
        listed = self.site.json("inventory", "links")
        ends = ({(one["device"], one["port"]), (one["far_end"], one["far_port"])} for one in listed)
        return {frozenset(pair): one for pair, one in zip(ends, listed, strict=True) if one["state"] == "present"}

    def hit(self, name: str) -> dict[str, str]:
        """The units that feel it when something fails."""
        return {one["name"]: one["effect"] for one in self.site.json("inventory", "impact", name)}


def ends(one: Plug, other: Plug) -> Ends:
    return frozenset({(f"r{one.router}", one.port), (f"r{other.router}", other.port)})


def below(router: int) -> set[int]:
    """Whoever hangs on a router of the tree."""
    own = [lower.router for upper, lower in CABLES if upper.router == router]
    return {*own, *(each for child in own for each in below(child))}


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    folder = tmp_path_factory.mktemp("tree")
    polling = {"interval_s": 5, "icmp_interval_s": 5, "survey_interval_s": 60}
    speaking = [number for number in range(1, COUNT + 1) if number not in SILENT]
    with (
        FrrLab(COUNT, CABLES, spare=[SPARE], lldp=speaking) as lab,
        Installation(folder / "site", polling=polling, site={"language": "en", "station_device": "r1"}) as site,
    ):
        _enter(site, lab)
        for silent in SILENT:
            _talk(lab, silent)
        site.up()
        yield County(lab, site)


def _enter(site: Installation, lab: FrrLab) -> None:
    """Every router belongs to a unit of its own."""
    _import(site, "unit", "名称", [f"u{number}" for number in range(1, COUNT + 1)])
    secret = json.dumps({"community": lab.routers[0].community})
    site.guanjin("credential", "set", "monitor", "lab", "--kind", "snmp-v2c", "--stdin", stdin=secret)
    rows = [
        f"{router.name},路由器,FRRouting,frr,{router.address},lab,u{number}"
        for number, router in enumerate(lab.routers, 1)
    ]
    _import(site, "device", "名称,角色,厂商,平台,管理地址,SNMP凭据,单位", rows)


def _import(site: Installation, kind: str, headings: str, rows: list[str]) -> None:
    path = site.folder / f"{kind}.csv"
    path.write_text("\n".join([headings, *rows, ""]), encoding="utf-8-sig")
    site.guanjin("inventory", "import", str(path), "--kind", kind, "--apply")


def _talk(lab: FrrLab, silent: int) -> None:
    """Something must have been sent over a line before either end has heard of the other."""
    (cable,) = [k for k, (_, lower) in enumerate(CABLES, 1) if lower.router == silent]
    lab.routers[silent - 1].greet(f"198.19.{cable}.1")


def test_the_tree_is_found_exactly(county: County) -> None:
    wanted = {ends(*cable) for cable in CABLES}
    until(lambda: county.links().keys() == wanted, "exactly the tree's links are found", 150)
    by_addresses = {ends(upper, lower) for upper, lower in CABLES if lower.router in SILENT}
    for pair, link in county.links().items():
        assert link["evidence"] == (["addresses"] if pair in by_addresses else ["lldp"])
        assert link["managed"]
    assert {link["standing"] for pair, link in county.links().items() if pair not in by_addresses} == {"agreed"}


def test_the_failure_of_a_router_hits_whoever_hangs_on_it_and_nobody_else(county: County) -> None:
    for failing in (2, 5, 14, 30):
        assert county.hit(f"r{failing}") == {f"u{number}": "cut_off" for number in {failing, *below(failing)}}


def test_a_moved_cable_is_noticed(county: County) -> None:
    """Within two minutes: neither a restart of the poller nor the time of the next survey is waited for."""
    assert "u26" not in county.hit("r5")
    county.lab.panel.move(FROM, to=SPARE)
    moved = ends(SPARE, MOVED)
    until(lambda: moved in county.links(), "the cable is seen at its new port", 150)
    wanted = {ends(*cable) for cable in CABLES if MOVED not in cable} | {moved}
    until(lambda: county.links().keys() == wanted, "and nothing else has changed", 100)
    gone = [one for one in county.site.json("inventory", "links") if one["state"] != "present"]
    assert [(one["state"], {one["device"], one["far_end"]}) for one in gone] == [("moved", {"r13", "r26"})]
    told = county.site.json("audit", "list", "--event", "inventory:links:change")["records"]
    assert any(f"r{FROM.router} {FROM.port}" in text for record in told for text in record["detail"]["moved"])
    assert county.hit("r5")["u26"] == "cut_off"
    assert "u26" not in county.hit("r13")
