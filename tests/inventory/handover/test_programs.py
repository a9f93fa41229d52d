"""The files, read by the programs that they are for."""

import json
import subprocess
from pathlib import Path

import pytest
from nornir.core import Nornir
from nornir.core.inventory import Inventory
from nornir.plugins.inventory import SimpleInventory
from sqlalchemy import select

from core.database import Database
from core.events import Event
from inventory.handover.prometheus import target_groups
from inventory.handover.service import HandedOver, Program, hand_over
from inventory.kinds import DeviceRole, LifeCycle
from inventory.models import Device, Site
from inventory.nornir_plugin import GuanjinInventory
from security.audit import Actor, AuditRecord

WANG = Actor("console:wang", "person")
# Names and models that one reader or another takes for something else.
ODD = [
    "no",
    "0o17",
    "1e3",
    "~",
    "2026-01-01",
    "城关镇-接入 1",
    'a"b\\c',
    "{{ 7 * 7 }}",
    "SW[1:3]",
    "10.0.0.9:22",
    "a: b",
]


@pytest.fixture
def county(database: Database) -> Database:
    with database.write() as session:
        site = Site(name="县政务中心")
        for number, name in enumerate(ODD):
            device = Device(name=name, role=DeviceRole.ACCESS_SWITCH, address=f"10.0.0.{number + 1}", model=name)
            device.platform, device.site = ("huawei_vrp", site) if number % 2 else ("", None)
            device.snmp_credential, device.ssh_credential = "county-read", "county-backup"
            session.add(device)
        session.add(Device(name="v6", role=DeviceRole.ROUTER, address="2001:db8::1", snmp_port=1161, ssh_port=2222))
        session.add(Device(name="gone", role=DeviceRole.ROUTER, address="10.9.9.9", life_cycle=LifeCycle.RETIRED))
        session.add(Device(name="unknown", role=DeviceRole.ROUTER))
    return database


def handed(database: Database, program: Program, folder: Path) -> HandedOver:
    with database.write() as session:
        return hand_over(session, program, folder, WANG)


def comparable(found: Inventory) -> dict[str, object]:
    nornir = Nornir(found)
    return {
        name: {
            "own": host.dict(),
            "groups": [group.name for group in host.groups],
            "seen": (host.hostname, host.port, host.platform, host.username, host.password, dict(host.items())),
        }
        for name, host in nornir.inventory.hosts.items()
    }


def test_nornir_loads_what_our_own_plugin_gives(county: Database, tmp_path: Path) -> None:
    handed(county, Program.NORNIR, tmp_path)
    files = {f"{kind}_file": str(tmp_path / f"{name}.yaml") for kind, name in _NORNIR}
    loaded, ours = SimpleInventory(**files).load(), GuanjinInventory(county).load()
    assert comparable(loaded) == comparable(ours)
    assert set(loaded.hosts) == {*ODD, "v6"}
    assert set(loaded.groups) == set(ours.groups)


_NORNIR = (("host", "hosts"), ("group", "groups"), ("defaults", "defaults"))


@pytest.mark.slow
def test_ansible_reads_hosts_groups_and_facts_as_they_are(county: Database, tmp_path: Path) -> None:
    done = handed(county, Program.ANSIBLE, tmp_path)
    assert done.left_out == ["10.0.0.9:22", "SW[1:3]", "a: b", "{{ 7 * 7 }}"]
    asked = subprocess.run(
        ["ansible-inventory", "--inventory", str(tmp_path / "inventory.yaml"), "--list"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"},
    )
    assert asked.stderr == ""
    read = json.loads(asked.stdout)
    facts = read["_meta"]["hostvars"]
    assert set(facts) == {*ODD, "v6"} - set(done.left_out)
    assert facts["0o17"] == {
        "ansible_host": "10.0.0.2",
        "ansible_port": 22,
        "guanjin_model": "0o17",
        "guanjin_platform": "huawei_vrp",
        "guanjin_role": "access_switch",
        "guanjin_site": "县政务中心",
    }
    assert (facts["v6"]["ansible_host"], facts["v6"]["ansible_port"]) == ("2001:db8::1", 2222)
    assert read["role_router"]["hosts"] == ["v6"]
    assert "0o17" in read["platform_huawei_vrp"]["hosts"]


@pytest.mark.slow
def test_ansible_does_not_run_what_stands_in_a_device(database: Database, tmp_path: Path) -> None:
    """A model that is a template stays text, also where a task uses it."""
    with database.write() as session:
        model = "{{ lookup('pipe', 'touch run') }}"
        session.add(Device(name="SW-1", role=DeviceRole.ACCESS_SWITCH, address="10.0.0.1", model=model))
    handed(database, Program.ANSIBLE, tmp_path)
    shown = subprocess.run(
        ["ansible", "all", "-i", "inventory.yaml", "-c", "local", "-m", "debug", "-a", "msg={{ guanjin_model }}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"},
    )
    assert model in shown.stdout
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_prometheus_discovers_what_sd_tells(county: Database, tmp_path: Path) -> None:
    handed(county, Program.PROMETHEUS, tmp_path)
    (tmp_path / "prometheus.yml").write_text(
        "scrape_configs:\n  - job_name: guanjin\n    file_sd_configs:\n      - files: [targets.json]\n"
    )
    asked = subprocess.run(
        ["promtool", "check", "service-discovery", "--timeout=5s", "prometheus.yml", "guanjin"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    found = {one["discoveredLabels"]["__address__"]: one["discoveredLabels"] for one in json.loads(asked.stdout)}
    with county.read() as session:
        told = {group.targets[0]: group.labels for group in target_groups(session)}
    assert set(found) == set(told)
    assert all(told[address].items() <= labels.items() for address, labels in found.items())


@pytest.mark.parametrize("program", Program)
def test_the_same_inventory_gives_the_same_bytes_and_no_credential_but_its_name(
    county: Database, tmp_path: Path, program: Program
) -> None:
    first = handed(county, program, tmp_path / "a")
    handed(county, program, tmp_path / "b")
    for file in first.files:
        content = (tmp_path / "a" / file.name).read_bytes()
        assert content == file.content == (tmp_path / "b" / file.name).read_bytes()
        assert b"password" not in content
        assert b"community" not in content


def test_the_record_names_program_folder_and_digests(county: Database, tmp_path: Path) -> None:
    done = handed(county, Program.PROMETHEUS, tmp_path)
    with county.read() as session:
        (record,) = session.scalars(select(AuditRecord).where(AuditRecord.event == Event.INVENTORY_HANDED_OVER))
    assert record.subject == "program:prometheus"
    assert record.detail == {
        "folder": str(tmp_path),
        "files": {"targets.json": done.files[0].digest},
        "left_out": [],
    }
