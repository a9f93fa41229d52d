"""docs/metrics.md: its configurations work, in a real Prometheus, as they stand; its names are those of the pages."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from collectors.metrics.exposition import FAMILIES
from collectors.metrics.if_mib import COLUMNS
from collectors.metrics.own import COUNTERS, GAUGES
from core.i18n import ROOT
from tests.console import set_up
from tests.installation import Installation, until
from tests.prometheus import Prometheus
from tests.snmpd import Snmpd, snmpd

DOCUMENT = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
CONFIGURATIONS = re.findall(r"```yaml\n(scrape_configs:\n.*?)```", DOCUMENT, re.DOTALL)
SHARE = re.findall(r"```yaml\n(      - source_labels.*?)```", DOCUMENT, re.DOTALL)[0]
OFTEN = "global: {scrape_interval: 1s, scrape_timeout: 1s}\n"


@dataclass
class County:
    site: Installation
    agent: Snmpd


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    folder = tmp_path_factory.mktemp("metrics")
    with snmpd() as agent, Installation(folder / "site", polling={"interval_s": 5, "icmp_interval_s": 1}) as site:
        secret = json.dumps({"community": agent.community})
        site.guanjin("credential", "set", "monitor", "site", "--kind", "snmp-v2c", "--stdin", stdin=secret)
        path = site.folder / "台账.csv"
        ledger = f"名称,角色,管理地址,SNMP端口,SNMP凭据\n核心路由器,路由器,{agent.address},{agent.port},site\n"
        path.write_text(ledger, encoding="utf-8-sig")
        site.guanjin("inventory", "import", str(path), "--kind", "device", "--apply")
        site.up()
        set_up(site)
        until(lambda: "核心路由器" in site.get("/metrics"), "the device is polled")
        yield County(site, agent)


def configuration(county: County, text: str) -> str:
    assert "127.0.0.1:8080" in text
    urls = text.replace("127.0.0.1:8080", f"127.0.0.1:{county.site.port}")
    return OFTEN + re.sub(r"(http_sd_configs:\n +- url: .*)", r"\1\n        refresh_interval: 1s", urls)


def scraped(county: County, prometheus: Prometheus, expression: str) -> dict[str, str]:
    until(lambda: prometheus.query(expression), f"Prometheus holds {expression}")
    labels: dict[str, str] = prometheus.query(expression)[0]["metric"]
    return labels


@pytest.mark.slow
def test_the_whole_page_is_scraped_with_its_own_labels(county: County) -> None:
    with Prometheus(county.site.folder / "whole", config=configuration(county, CONFIGURATIONS[0])) as prometheus:
        labels = scraped(county, prometheus, 'ifHCInOctets{ifName="lo"}')
        assert (labels["device"], labels["instance"]) == ("核心路由器", f"127.0.0.1:{county.agent.port}")
        assert "exported_instance" not in labels
        assert scraped(county, prometheus, "guanjin_poller_devices == 1")


@pytest.mark.slow
def test_each_device_is_discovered_and_scraped(county: County) -> None:
    with Prometheus(county.site.folder / "each", config=configuration(county, CONFIGURATIONS[1])) as prometheus:
        labels = scraped(county, prometheus, 'ifHCInOctets{ifName="lo"}')
        assert (labels["device"], labels["instance"]) == ("核心路由器", f"127.0.0.1:{county.agent.port}")
        assert scraped(county, prometheus, "guanjin_device_memory_percent")["device"] == "核心路由器"
        assert scraped(county, prometheus, "up == 1")["job"] == "guanjin-snmp"


@pytest.mark.slow
def test_of_four_servers_exactly_one_has_a_device(county: County) -> None:
    last = "      - target_label: __address__"
    found = []
    for shard in range(4):
        rules = SHARE.replace('regex: "0"', f'regex: "{shard}"')
        config = configuration(county, CONFIGURATIONS[1].replace(last, rules + last))
        with Prometheus(county.site.folder / f"shard{shard}", config=config) as prometheus:
            until(lambda: prometheus.targets() is not None, "the targets were discovered")
            found.append(len(prometheus.targets() or []))
    assert sorted(found) == [0, 0, 0, 1]


def test_every_family_of_the_pages_is_in_the_document() -> None:
    of_ports = {*COLUMNS, "sysUpTime", "ifNumber"}
    others = {family.name for family in FAMILIES} - of_ports
    assert {name for name in others if f"`{name}`" not in DOCUMENT} == set()


def test_the_document_names_no_metric_that_is_not_there() -> None:
    known = {family.name for family in FAMILIES} | {f"guanjin_poller_{name}" for name in GAUGES}
    known |= {f"guanjin_poller_{name}_total" for name in COUNTERS}
    named = set(re.findall(r"\b(?:guanjin|snmp_scrape|probe)_[a-z_]+[a-z]\b(?!\*)", DOCUMENT))
    assert named - {"guanjin_poller", "guanjin_poller_snmp"} - known == set()
