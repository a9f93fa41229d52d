"""NetBox's lists, of version 4 and of version 3."""

import pytest

from inventory.foreign.netbox.devices import Mounting
from inventory.kinds import (
    AddressUse,
    AdministrativeLevel,
    Carrier,
    ContactRole,
    DeviceRole,
    ForeignSystem,
    LifeCycle,
    LineKind,
    ObjectKind,
)
from inventory.ledger.plan import Action
from tests.inventory.foreign.bringing import previewed, sample, values, written, wrong

DEVICE = {
    "id": 1,
    "url": "https://n/api/dcim/devices/1/",
    "name": "SW-1",
    "role": {"slug": "access"},
    "device_type": {"id": 1, "model": "S5735"},
}
SITE = {"id": 1, "url": "https://n/api/dcim/sites/1/", "name": "县政务中心"}


def test_a_whole_county_of_version_4_is_taken_without_a_wrong_value() -> None:
    lines = previewed(sample("netbox4"))
    assert lines[-1] == "wrong: 0"
    counts = dict(line.split(": new ") for line in lines if ": new " in line)
    assert {kind: int(count.split()[0]) for kind, count in counts.items()} == {
        "region": 3, "site": 2, "unit": 2, "contact": 1, "machine room": 3, "rack": 3, "device": 3, "line": 1,
        "VLAN": 3, "subnet": 2, "IP address": 3,
    }  # fmt: skip


def test_a_device_has_its_place_and_everything_that_netbox_says_of_it() -> None:
    assert values(sample("netbox4"), ObjectKind.DEVICE)["QL-CORE-01"] == {
        "name": "QL-CORE-01",
        "role": DeviceRole.CORE_SWITCH,
        "address": "10.30.0.1",
        "vendor": "华为",
        "model": "S12700E-4",
        "platform": "huawei_vrp",
        "serial": "2102350ABC",
        "asset_number": "ZC-2021-0007",
        "unit": "县数据局",
        "life_cycle": LifeCycle.SERVICE,
        "notes": "双主控",
        "site": "县政务中心",
        "room": "县政务中心/中心机房",
        "rack": "A01",
        "rack_position": 20,
        "rack_units": 10,
        "tags": ("双电源",),
    }


def test_regions_have_the_level_that_their_name_says_and_their_code() -> None:
    regions = values(sample("netbox4"), ObjectKind.REGION)
    assert regions["城关镇"]["level"] is AdministrativeLevel.TOWNSHIP
    assert regions["城关镇"]["parent"] == "青岚县"
    assert (regions["城关镇"]["code"], "code" in regions["龙泉乡"]) == ("430481100", False)


def test_a_circuit_becomes_a_line_with_both_ends_from_its_cables() -> None:
    line = values(sample("netbox4"), ObjectKind.LINE)["衡CT20240117"]
    assert (line["carrier"], line["kind"], line["bandwidth_bps"]) == (Carrier.TELECOM, LineKind.MSTP, 100_000_000)
    assert (line["a_device"], line["a_port"]) == ("QL-CORE-01", "10GE1/0/1")
    assert (line["b_device"], line["b_port"], line["b_address"]) == ("QL-CG-SW-01", "GE1/0/28", "城关镇政府")


def test_addresses_vlans_and_prefixes_hang_together() -> None:
    reading = sample("netbox4")
    assert set(values(reading, ObjectKind.VLAN)) == {"政务办公", "视频会议 (110)", "视频会议 (100)"}
    prefix = values(reading, ObjectKind.SUBNET)["10.30.0.0/24"]
    assert (prefix["vlan"], prefix["site"], prefix["purpose"]) == ("政务办公", "县政务中心", "设备管理")
    addresses = values(reading, ObjectKind.ADDRESS)
    assert addresses["10.30.0.1"]["device"] == "QL-CORE-01"
    assert [addresses[name]["use"] for name in ("10.30.0.200", "10.30.0.9")] == [
        AddressUse.DYNAMIC,
        AddressUse.RESERVED,
    ]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "sites.json: left out, because nothing here holds it: latitude (1), longitude (1), time_zone (1)"),
        ("en", "1 devices have no name and were left out (model): S5130S-28S"),
        ("en", "1 contacts belong to no tenant and were left out: 李娜"),
        ("en", "1 circuits are planned or given up and were left out: 衡CT20230009"),
        ("en", "1 devices in the rear of a rack keep the rack, not the rack unit: QL-CG-SW-01"),
        ("zh", "sites.json：以下内容本系统没有对应项，未导入：latitude (1), longitude (1), time_zone (1)"),
        ("zh", "1 台设备没有名称，未导入（型号）：S5130S-28S"),
    ],
)
def test_what_is_left_out_is_told_in_both_languages(language: str, said: str) -> None:
    assert said in previewed(sample("netbox4"), language)


def test_what_configures_a_device_is_named_and_never_shown() -> None:
    shown = "\n".join(previewed(sample("netbox4")))
    assert "config_context (1)" in shown
    assert "s3cret" not in shown


def test_version_3_says_the_same_under_other_names() -> None:
    reading = sample("netbox3")
    device = values(reading, ObjectKind.DEVICE)["QL-SW-07"]
    assert (device["role"], device["life_cycle"]) == (DeviceRole.AGGREGATION_SWITCH, LifeCycle.PLANNED)
    assert values(reading, ObjectKind.CONTACT)["张敏"]["role"] is ContactRole.LEADER
    line = values(reading, ObjectKind.LINE)["CM-0031"]
    assert (line["carrier"], line["kind"]) == (Carrier.MOBILE, LineKind.DARK_FIBRE)
    assert (line["a_device"], line["bandwidth_bps"]) == ("QL-SW-07", 10**9)
    assert values(reading, ObjectKind.SUBNET)["10.30.0.0/24"]["site"] == "县政务中心"
    assert previewed(reading)[-1] == "wrong: 0"


def test_a_role_that_means_nothing_here_is_asked_for_once_and_can_be_told() -> None:
    rows = [{**DEVICE, "id": number, "name": f"SW-{number}", "role": {"slug": "leaf"}} for number in (1, 2)]
    reading = written(ForeignSystem.NETBOX, {"devices.json": rows})
    assert wrong(reading) == [("devices.json#/0/role", "leaf")]
    assert any(line.startswith("--word 'role:leaf=...'") for line in previewed(reading))
    told = written(ForeignSystem.NETBOX, {"devices.json": rows}, "role:leaf=接入交换机")
    assert {row["role"] for row in values(told, ObjectKind.DEVICE).values()} == {DeviceRole.ACCESS_SWITCH}


def test_half_an_export_is_told_of() -> None:
    page = {"count": 312, "next": "https://n/api/dcim/sites/?offset=50", "results": [SITE]}
    said = "dcim/sites: only 1 of 312 records are here; the rest is on further pages of the API"
    assert said in previewed(written(ForeignSystem.NETBOX, {"sites.json": page}))
    pages = [{"count": 2, "results": [{**SITE, "id": number, "name": f"s{number}"}]} for number in (1, 2)]
    whole = previewed(written(ForeignSystem.NETBOX, {"dcim_sites-0.json": pages[0], "dcim_sites-1.json": pages[1]}))
    assert not any("further pages" in line for line in whole)


def test_a_wrong_value_is_named_by_file_pointer_and_field() -> None:
    device = {**DEVICE, "serial": "x" * 65}
    reading = written(ForeignSystem.NETBOX, {"devices.json": {"count": 1, "results": [device]}})
    assert [str(problem.where) for problem in reading.problems] == ["devices.json#/results/0/serial"]


def test_a_record_without_its_name_is_wrong_and_not_passed_over() -> None:
    reading = written(
        ForeignSystem.NETBOX, {"sites.json": [{**SITE, "name": ""}], "racks.json": [{"id": 1, "name": "A01"}]}
    )
    assert wrong(reading) == [("sites.json#/0", ""), ("racks.json#/0", "")]


def test_a_credential_in_a_field_of_ones_own_is_counted_and_not_shown() -> None:
    site = {**SITE, "custom_fields": {"snmp_community": "hunter2", "楼层数": 5}}
    lines = previewed(written(ForeignSystem.NETBOX, {"sites.json": [site]}))
    assert any(line.startswith("sites.json: 1 credentials were left out") for line in lines)
    assert "sites.json: left out, because nothing here holds it: custom_fields.楼层数 (1)" in lines
    assert "hunter2" not in "\n".join(lines)


def test_a_list_that_nobody_knows_is_told_of_and_left() -> None:
    cables = [{"id": 1, "url": "https://n/api/dcim/cables/1/", "label": "x"}]
    lines = previewed(written(ForeignSystem.NETBOX, {"sites.json": [SITE], "a.json": cables, "b.json": [{"id": 1}]}))
    assert "a.json: 1 records of the list dcim/cables were left out, because nothing here holds them" in lines
    assert "b.json was left out: neither its records nor its name say which list of NetBox it is" in lines


@pytest.mark.parametrize(
    ("mounting", "lowest"),
    [
        (Mounting(20.0, 2.0, rear=False), 20),
        (Mounting(20.0, None, rear=False), 20),
        (Mounting(20.5, 0.5, rear=False), None),
        (Mounting(None, 1.0, rear=False), None),
        (Mounting(20.0, 1.0, rear=True), None),
        (Mounting(10.0, 1.0, rear=False, first_unit=10), 1),
        # A rack of 42 counted from the top: its unit 1 is the 42nd, and two units from 1 on end at the 41st.
        (Mounting(1.0, 1.0, rear=False, rack_height=42, downwards=True), 42),
        (Mounting(1.0, 2.0, rear=False, rack_height=42, downwards=True), 41),
        (Mounting(1.0, 1.0, rear=False, downwards=True), None),
    ],
)
def test_a_place_in_the_rack_is_counted_from_the_bottom(mounting: Mounting, lowest: int | None) -> None:
    assert mounting.lowest() == lowest


def test_the_same_export_again_changes_nothing() -> None:
    from inventory.ledger.plan import requested
    from inventory.ledger.planner import plan
    from tests.inventory.test_planner import EMPTY

    rows = sample("netbox4").rows
    first = plan(rows, EMPTY)
    again = plan(rows, requested(EMPTY, first.changes))
    assert {change.action for change in again.changes} == {Action.SAME}
