"""Ten real routers, the real command line, the real console and a real Prometheus."""

import json
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest

from tests.console import Console, add_account, set_up
from tests.installation import Installation, until
from tests.lab import system
from tests.lab.frr import FrrLab, Router
from tests.prometheus import Prometheus

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

COUNT = 10
HEADINGS = "名称,角色,厂商,平台,管理地址,SNMP凭据,SSH凭据"


@dataclass
class County:
    lab: FrrLab
    site: Installation
    prometheus: Prometheus
    console: Console

    def devices(self) -> dict[str, dict[str, str]]:
        return {found["name"]: found for found in self.site.json("health", "list")}

    def row(self, router: Router) -> str:
        """The router's row in the console's list of devices."""
        rows = re.findall(r"<tr.*?</tr>", self.console.page("/devices"), re.DOTALL)
        (found,) = [row for row in rows if f">{router.name}<" in row]
        return str(found)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    folder = tmp_path_factory.mktemp("county")
    polling = {"interval_s": 5, "icmp_interval_s": 5, "survey_interval_s": 60}
    with FrrLab(COUNT) as lab, Installation(folder / "site", polling=polling, site={"language": "en"}) as site:
        _bring_in(site, lab)
        site.up()
        set_up(site)
        add_account(site, "wang", "network_admin", "operator")
        console = Console(site.url)
        console.log_in("wang")
        with Prometheus(folder / "prometheus", site.port) as prometheus:
            yield County(lab, site, prometheus, console)


def _bring_in(site: Installation, lab: FrrLab) -> None:
    router = lab.routers[0]
    login = {"username": router.username, "password": router.password}
    site.guanjin("credential", "set", "change", "lab-ssh", "--kind", "ssh-password", "--stdin", stdin=json.dumps(login))
    lines = [HEADINGS]
    for one in lab.routers:
        secret = json.dumps({"community": one.community})
        site.guanjin("credential", "set", "monitor", one.name, "--kind", "snmp-v2c", "--stdin", stdin=secret)
        lines.append(f"{one.name},路由器,FRRouting,frr,{one.address},{one.name},lab-ssh")
    path = site.folder / "台账.csv"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8-sig")
    site.guanjin("inventory", "import", str(path), "--kind", "device")
    assert site.json("inventory", "list", "devices")["total"] == 0
    site.guanjin("inventory", "import", str(path), "--kind", "device", "--apply")


def test_all_routers_are_discovered_and_polled(county: County) -> None:
    def all_up() -> bool:
        found = county.devices()
        return len(found) == COUNT and all(one["reachability"] == "up" for one in found.values())

    until(all_up, "ten routers are up")
    ports = county.site.json("health", "show", "r5")["ports"]
    assert {"mgmt", "north", "south"} <= {port["name"] for port in ports}


def test_a_neighbours_address_is_located_at_a_router(county: County) -> None:
    """What a router knows of its neighbour's address is what the kernel of its namespace knows."""
    router = county.lab.routers[4]
    known = system.run("ip", "-n", router.namespace, "-4", "neigh", "show", "dev", "south").split()
    address, mac = known[0], known[known.index("lladdr") + 1]

    def located() -> bool:
        with suppress(AssertionError):  # it is not found at first, and the command says so
            found = county.site.json("health", "locate", address)
            return any((one["mac"], one["port"]) == (mac, "south") for one in found)
        return False

    until(located, "the neighbour is located", 100)


def test_a_real_prometheus_scrapes_all_of_them(county: County) -> None:
    def scraped() -> bool:
        found = county.prometheus.query('count by (device) (ifHCInOctets{ifName="mgmt"})')
        return len(found) == COUNT

    until(scraped, "Prometheus holds the counters of ten routers")
    assert county.prometheus.query("up")[0]["value"][1] == "1"
    assert len(county.prometheus.query("probe_success == 1")) == COUNT


def test_every_router_has_a_graph(county: County) -> None:
    numbers = re.findall(r'href="/devices/(\d+)"', county.console.page("/devices"))
    assert len(set(numbers)) == COUNT

    def drawn() -> bool:
        return all(_has_points(county.console.page(f"/data/devices/{number}")) for number in set(numbers))

    until(drawn, "a point in each graph", 100)


def _has_points(text: str) -> bool:
    return any(value is not None for value in json.loads(text)["values"]["rtt_avg_ms"])


def test_every_router_is_backed_up_over_ssh(county: County) -> None:
    county.site.guanjin("config", "backup")

    def filed() -> bool:
        found = county.site.json("config", "list")
        return len(found) == COUNT and all(one["versions"] == 1 for one in found)

    until(filed, "ten versions are on file")
    router = county.lab.routers[2]
    assert f"hostname {router.name}" in county.site.guanjin("config", "show", router.name)
    router.vtysh("configure terminal", "ip route 203.0.113.0/24 Null0")
    county.site.guanjin("config", "backup", router.name)
    until(lambda: len(county.site.json("config", "list", router.name)) == 2, "the change is the second version")
    assert "+ip route 203.0.113.0/24 Null0" in county.site.guanjin("config", "diff", router.name)


def test_a_cut_link_shows_in_the_console_within_fifteen_seconds(county: County) -> None:
    router = county.lab.routers[4]
    assert "normal" in county.row(router).lower()
    county.lab.cut(router)
    cut = time.monotonic()
    try:
        until(lambda: "unreachable" in county.row(router).lower(), "the console shows the cut", 15)
        assert time.monotonic() - cut <= 15
    finally:
        county.lab.mend(router)
    until(lambda: county.devices()[router.name]["reachability"] == "up", "the mended router is up again")
