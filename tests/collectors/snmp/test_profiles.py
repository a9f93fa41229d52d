"""Vendor knowledge as data: which file fits, what it makes of a device, and how a wrong file is told."""

import re
import textwrap
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp import Engine, Health, Severity, SystemFacts, discover
from collectors.snmp.errors import ProfileError
from collectors.snmp.profiles import FOLDER, Profiles, checked, read_profiles, shipped
from collectors.snmp.schema import (
    UNITS,
    IdentityRules,
    Match,
    MempoolEntry,
    ProcessorEntry,
    Profile,
    SensorEntry,
    StorageEntry,
    TextRule,
)
from collectors.snmp.wire import Tag, VarBind, parse_oid
from tests.collectors.snmp.agent import UPTIME, Agent

ROOT = Path(__file__).resolve().parents[3]
ENTERPRISES = "1.3.6.1.4.1"
HUAWEI = f"{ENTERPRISES}.2011.5.25.31.1.1"
H3C = f"{ENTERPRISES}.25506.2.6.1.1.1.1"
ENTITY_CLASS, ENTITY_NAME = "1.3.6.1.2.1.47.1.1.1.1.5", "1.3.6.1.2.1.47.1.1.1.1.7"
VRP = (
    "S5720-56C-PWR-EI-AC\r\nHuawei Versatile Routing Platform Software\r\n"
    "VRP (R) software,Version 5.170 (S5720 V200R010C00SPC600)\r\nCopyright (C) 2007 Huawei"
)


def integer(oid: str, value: int) -> VarBind:
    return VarBind(parse_oid(oid), Tag.INTEGER, value)


def octets(oid: str, value: str) -> VarBind:
    return VarBind(parse_oid(oid), Tag.OCTET_STRING, value.encode())


def system(descr: str, object_id: str) -> list[VarBind]:
    return [
        UPTIME,
        octets("1.3.6.1.2.1.1.1.0", descr),
        VarBind(parse_oid("1.3.6.1.2.1.1.2.0"), Tag.OBJECT_IDENTIFIER, parse_oid(object_id)),
    ]


async def found(mib: list[VarBind], profiles: Profiles | None = None) -> Health:
    async with Agent(mib) as agent, Engine() as engine:
        return (await discover(engine.session(agent.target(timeout_s=1)), profiles)).health


def test_the_documentation_names_every_field_and_every_kind() -> None:
    told = (ROOT / "docs" / "profiles.md").read_text(encoding="utf-8")
    parts = (Profile, Match, IdentityRules, TextRule, ProcessorEntry, MempoolEntry, StorageEntry, SensorEntry)
    fields = {field for part in parts for field in part.model_fields}
    assert {field for field in fields if not re.search(rf"`\W*{field}\b", told)} == set()
    assert {kind for kind in UNITS if not re.search(rf"\b{kind}\b", told)} == set()


def told_of(path: Path) -> str:
    """A row of the documentation's table: maker, profiles, and what they give beyond the standard MIBs."""
    profiles = read_profiles(path)
    kinds = {kind for entry in profiles[0].sensors for kind in ({entry.kind} | set(entry.kinds.values()))}
    sections = [name for name, has in (("CPU", "processors"), ("memory", "mempools")) if getattr(profiles[0], has)]
    given = [*sections, *(["disks"] if profiles[0].storage else []), *(kind for kind in UNITS if kind in kinds)]
    makers = ", ".join(dict.fromkeys(profile.vendor for profile in profiles if profile.vendor)) or "any"
    doubt = " (doubtful)" if profiles[0].uncertain else ""
    return f"| {makers} | {', '.join(profile.name for profile in profiles)}{doubt} | {', '.join(given) or '-'} |"


def test_the_documentation_tells_what_each_profile_collects() -> None:
    told = (ROOT / "docs" / "collection.md").read_text(encoding="utf-8").splitlines()
    rows = [
        line for line in told if re.match(r"\| .* \| [a-z0-9_]+(?:, [a-z0-9_]+)*(?: \(doubtful\))? \| .* \|$", line)
    ]
    assert sorted(rows) == sorted(told_of(path) for path in FOLDER.glob("*.toml"))


def test_the_example_of_the_documentation_is_a_profile(tmp_path: Path) -> None:
    told = (ROOT / "docs" / "profiles.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", told, re.DOTALL)
    path = tmp_path / "county_cabinet.toml"
    path.write_text(textwrap.dedent(example))
    (profile,) = read_profiles(path)
    assert (profile.name, len(profile.sensors)) == ("county_cabinet", 2)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_profile_is_usable_and_named_as_its_file(path: Path) -> None:
    first, *copies = read_profiles(path)
    assert first.name == path.stem
    for profile in (first, *copies):
        assert shipped().by_name[profile.name] == profile
        assert set(profile.extends) <= shipped().by_name.keys()


@pytest.mark.parametrize(
    ("object_id", "descr", "expected"),
    [
        ("1.3.6.1.4.1.2011.2.23.291", VRP, "huawei_vrp"),
        ("1.3.6.1.4.1.2011.2.239.1", "Huawei Versatile Routing Platform Software", "huawei_vrp"),
        ("1.3.6.1.4.1.25506.1.244", "Hangzhou H3C Comware Platform Software", "h3c_comware"),
        ("1.3.6.1.4.1.2011.10.1.88", "H3C Switch S3100", "h3c_comware"),
        ("1.3.6.1.4.1.4881.1.1.10.1.863", "Ruijie Full 25G Routing Switch", "ruijie_rgos"),
        ("1.3.6.1.4.1.8072.3.2.10", "Linux gateway 6.1.0", "linux"),
        ("1.3.6.1.2.1.33", "UPS SNMP card", "ups"),
        ("1.3.6.1.4.1.99999", "anything", "generic"),
        ("", "", "generic"),
    ],
)
def test_the_most_specific_profile_is_chosen(object_id: str, descr: str, expected: str) -> None:
    assert shipped().choose(SystemFacts(descr=descr, object_id=object_id)).name == expected


async def test_a_huawei_switch_is_known_by_its_boards() -> None:
    board, card = 67108873, 67108999
    mib = [
        *system(VRP, "1.3.6.1.4.1.2011.2.23.291"),
        octets(f"{ENTITY_NAME}.{board}", "MPU Board 0"),
        octets(f"{ENTITY_NAME}.{card}", "Card 1"),
        octets(f"{ENTERPRISES}.2011.5.25.188.1.1.0", "2102359576DMHC000120"),
        *(integer(f"{HUAWEI}.1.1.{column}.{board}", value) for column, value in ((5, 44), (6, 80), (7, 9), (11, 42))),
        VarBind(parse_oid(f"{HUAWEI}.1.1.9.{board}"), Tag.INTEGER, 1598029824),
        *(integer(f"{HUAWEI}.1.1.{column}.{card}", value) for column, value in ((5, 0), (6, 0), (7, 0), (9, 0))),
        integer(f"{HUAWEI}.1.1.11.{card}", 0),
        integer(f"{HUAWEI}.3.1.8.{card}", 536),
        integer(f"{HUAWEI}.3.1.8.{board}", -290),
        integer(f"{HUAWEI}.10.1.7.1.1", 2),
    ]
    async with Agent(mib) as agent, Engine() as engine:
        discovery = await discover(engine.session(agent.target(timeout_s=1)))
    identity, health = discovery.identity, discovery.health
    assert (identity.platform, identity.vendor) == ("huawei_vrp", "Huawei")
    assert identity.hardware == "S5720-56C-PWR-EI-AC"
    assert identity.version == "V200R010C00SPC600"
    assert identity.serial == "2102359576DMHC000120"
    assert [(each.name, each.usage_percent) for each in health.processors] == [("MPU Board 0", 44)]
    (pool,) = health.mempools
    assert (pool.percent, pool.total_bytes, pool.kind) == (9, 1598029824, "system")
    readings = {(each.kind, each.name): each for each in health.sensors}
    assert readings["temperature", "MPU Board 0"].value == 42
    assert ("temperature", "Card 1") not in readings
    assert readings["dbm", "Card 1 Rx"].value == pytest.approx(-2.708, abs=0.001)
    assert readings["dbm", "MPU Board 0 Rx"].value == -2.9
    fan = readings["state", "Fan"]
    assert (fan.value, fan.state, fan.severity) == (2, "abnormal", Severity.CRITICAL)


async def test_an_h3c_switch_counts_boards_and_not_ports() -> None:
    mib = [
        *system("H3C Comware Software, Version 7.1.070, Release 2612P02", "1.3.6.1.4.1.25506.1.1"),
        *(integer(f"{ENTITY_CLASS}.{row}", kind) for row, kind in ((42, 9), (43, 10), (44, 9))),
        *(octets(f"{ENTITY_NAME}.{row}", f"Board {row}") for row in (42, 43, 44)),
        *(integer(f"{H3C}.6.{row}", value) for row, value in ((42, 6), (43, 6), (44, 0))),
        *(integer(f"{H3C}.8.{row}", 13) for row in (42, 43)),
        *(integer(f"{H3C}.12.{row}", value) for row, value in ((42, 34), (43, 65535))),
    ]
    health = await found(mib)
    assert [each.name for each in health.processors] == ["Board 42"]
    assert [each.percent for each in health.mempools] == [13]
    assert [each.value for each in health.sensors if each.kind == "temperature"] == [34]


async def test_memory_that_linux_gives_back_on_demand_is_not_used() -> None:
    table = "1.3.6.1.2.1.25.2.3.1"
    rows = {1: ("Physical memory", 1000, 900), 6: ("Memory buffers", 1000, 100), 7: ("Cached memory", 300, 300)}
    mib = system("Linux host 6.1.0-30-amd64", "1.3.6.1.4.1.8072.3.2.10")
    for row, (name, size, used) in rows.items():
        mib += [octets(f"{table}.3.{row}", name), integer(f"{table}.4.{row}", 1024)]
        mib += [integer(f"{table}.5.{row}", size), integer(f"{table}.6.{row}", used)]
    pools = {each.kind: each for each in (await found(mib)).mempools}
    assert (pools["system"].percent, pools["system"].used_bytes) == (50, 500 * 1024)
    assert set(pools) == {"system", "buffers", "cached"}


async def test_a_disk_that_overflows_its_mib_has_its_size_all_the_same() -> None:
    table = "1.3.6.1.2.1.25.2.3.1"
    mib = [*system("a host", BOX), octets(f"{table}.3.1", "/data"), integer(f"{table}.4.1", 4096)]
    mib += [VarBind(parse_oid(f"{table}.2.1"), Tag.OBJECT_IDENTIFIER, parse_oid("1.3.6.1.2.1.25.2.1.4"))]
    mib += [integer(f"{table}.5.1", -294967296), integer(f"{table}.6.1", 1000)]
    (disk,) = (await found(mib)).storage
    assert (disk.size_bytes, disk.used_bytes) == (4_000_000_000 * 4096, 1000 * 4096)


async def test_a_ups_tells_its_battery_and_where_the_power_comes_from() -> None:
    ups = "1.3.6.1.2.1.33.1"
    mib = [
        *system("UPS", "1.3.6.1.2.1.33"),
        octets(f"{ups}.1.2.0", "SmartLi 3000"),
        *(integer(f"{ups}.{where}", value) for where, value in (("2.1.0", 2), ("2.4.0", 87), ("2.5.0", 554))),
        integer(f"{ups}.4.1.0", 5),
        *(integer(f"{ups}.4.4.1.5.{phase}", 7 * phase) for phase in (1, 2, 3)),
    ]
    readings = {(each.kind, each.name): each for each in (await found(mib)).sensors}
    assert readings["charge", "Battery"].value == 87
    assert (readings["voltage", "Battery"].value, readings["voltage", "Battery"].unit) == (55.4, "volt")
    assert readings["state", "Output source"].severity is Severity.WARNING
    assert [readings["load", f"Output phase {phase}"].value for phase in (1, 2, 3)] == [7, 14, 21]


async def test_standard_sensors_are_scaled_as_their_mib_says() -> None:
    sensor = "1.3.6.1.2.1.99.1.1.1"
    mib = system("a router", "1.3.6.1.4.1.99999")
    for row, (kind, scale, precision, value) in enumerate(
        ((8, 9, 1, 365), (4, 8, 0, 12100), (10, 9, 0, 4200)), start=1
    ):
        mib += [integer(f"{sensor}.1.{row}", kind), integer(f"{sensor}.2.{row}", scale)]
        mib += [
            integer(f"{sensor}.3.{row}", precision),
            integer(f"{sensor}.4.{row}", value),
            integer(f"{sensor}.5.{row}", 1),
        ]
    mib += [integer(f"{sensor}.1.9", 8), integer(f"{sensor}.4.9", 99), integer(f"{sensor}.5.9", 3)]
    readings = [(each.kind, each.value) for each in (await found(mib)).sensors]
    assert sorted(readings) == [("fanspeed", 4200), ("temperature", 36.5), ("voltage", pytest.approx(12.1))]


async def test_a_section_that_finds_nothing_is_taken_from_the_profile_it_extends() -> None:
    def profile(name: str, usage: str, **more: object) -> Profile:
        return Profile.model_validate({"name": name, "processors": [{"name": name, "usage": usage}]} | more)

    mine = profile("mine", "1.3.6.1.4.1.99999.1", match=[{"object_id": "1.3.6.1.4.1.99999"}])
    generic = profile("generic", "1.3.6.1.4.1.99999.2.0", extends="")
    profiles = Profiles([mine, generic])
    base = system("x", "1.3.6.1.4.1.99999")
    both = [*base, integer("1.3.6.1.4.1.99999.1.1", 10), integer("1.3.6.1.4.1.99999.2.0", 20)]
    assert [each.usage_percent for each in (await found(both, profiles)).processors] == [10]
    other = [*base, integer("1.3.6.1.4.1.99999.2.0", 20)]
    assert [(each.name, each.usage_percent) for each in (await found(other, profiles)).processors] == [("generic", 20)]


def made(name: str = "made", **sections: object) -> Profiles:
    """A profile of our own that extends none, for a box of number 99999."""
    generic = Profile.model_validate({"name": "generic", "extends": ""})
    mine = {"name": name, "extends": "", "match": [{"object_id": "1.3.6.1.4.1.99999"}]}
    return Profiles([generic, Profile.model_validate(mine | sections)])


BOX = "1.3.6.1.4.1.99999"
BASE = system("a box", BOX)


async def test_one_column_of_many_kinds_is_told_apart_by_another() -> None:
    entry = {"name": "Probe", "value": f"{BOX}.2", "kind_by": f"{BOX}.1", "kinds": {1: "temperature", 4: "humidity"}}
    mib = [*BASE, *(integer(f"{BOX}.1.{row}", kind) for row, kind in ((1, 1), (2, 4), (3, 9)))]
    mib += [integer(f"{BOX}.2.{row}", 20 + row) for row in (1, 2, 3)]
    health = await found(mib, made(sensors=[entry]))
    assert [(each.kind, each.name, each.value) for each in health.sensors] == [
        ("temperature", "Probe 1", 21),
        ("humidity", "Probe 2", 22),
    ]


async def test_a_name_may_stand_in_a_table_with_a_shorter_index_and_gets_a_label() -> None:
    entry = {"kind": "dbm", "name": "1.3.6.1.2.1.31.1.1.1.1[1]", "label": "Rx", "value": f"{BOX}.1", "divisor": 100}
    mib = [*BASE, octets("1.3.6.1.2.1.31.1.1.1.1.7", "XGE1/0/7"), integer(f"{BOX}.1.7.2", -523)]
    (sensor,) = (await found(mib, made(sensors=[entry]))).sensors
    assert (sensor.name, sensor.value) == ("XGE1/0/7 Rx", -5.23)


async def test_a_part_of_a_text_is_the_value() -> None:
    lanes = {"kind": "dbm", "name": "Lane 2", "value": f"{BOX}.1", "pattern": r"^[^,]+,\s*([-\d.]+)"}
    usage = {"name": "CPU", "usage": f"{BOX}.2.0", "pattern": r"60 Secs \(\s*([\d.]+)"}
    pool = {"name": "Memory", "percent": f"{BOX}.3.0", "pattern": r"(\d+)%"}
    mib = [*BASE, octets(f"{BOX}.1.1", "-0.43 ,0.01 ,0.30"), octets(f"{BOX}.2.0", "5 Secs (31%) 60 Secs ( 16.7571%)")]
    mib += [octets(f"{BOX}.3.0", "used:42%")]
    health = await found(mib, made(sensors=[lanes], processors=[usage], mempools=[pool]))
    assert [each.value for each in health.sensors] == [0.01]
    assert [each.usage_percent for each in health.processors] == [16.7571]
    assert [each.percent for each in health.mempools] == [42]


async def test_each_row_may_have_its_own_divisor_and_only_some_rows_count() -> None:
    entry = {"kind": "temperature", "value": f"{BOX}.1", "divisor": f"{BOX}.2", "rows": r"1\.\d"}
    mib = [*BASE, *(integer(f"{BOX}.1.{row}", 250) for row in ("1.1", "1.2", "2.1"))]
    mib += [integer(f"{BOX}.2.{row}", by) for row, by in (("1.1", 10), ("1.2", 100), ("2.1", 10))]
    health = await found(mib, made(sensors=[entry]))
    assert [each.value for each in health.sensors] == [25, 2.5]


async def test_what_no_working_sensor_shows_is_no_reading() -> None:
    columns = {"temperature": 1, "humidity": 2, "dbm": 3, "charge": 4}
    entries = [{"kind": kind, "value": f"{BOX}.{column}"} for kind, column in columns.items()]
    values = {1: (32767, -9999, 25), 2: (65535, 40, -1), 3: (2147483647, -40, 0), 4: (255, 100, -1)}
    mib = [*BASE]
    for column, several in values.items():
        mib += [integer(f"{BOX}.{column}.{row}", value) for row, value in enumerate(several, start=1)]
    health = await found(mib, made(sensors=entries))
    assert [(each.kind, each.value) for each in health.sensors] == [
        ("temperature", 25),
        ("humidity", 40),
        ("dbm", -40),
        ("dbm", 0),
        ("charge", 100),
    ]


async def test_a_state_may_be_a_number_or_a_text() -> None:
    numbers = {
        "kind": "state",
        "name": "Fan",
        "value": f"{BOX}.1",
        "states": {"1": ["good", "ok"], "-1": ["out", "unknown"]},
    }
    texts = {
        "kind": "state",
        "name": "HA",
        "value": f"{BOX}.2.0",
        "states": {"Active": ["active", "ok"], "passive": ["passive", "ok"]},
    }
    mib = [*BASE, *(integer(f"{BOX}.1.{row}", value) for row, value in enumerate((1, -1, 7), start=1))]
    health = await found([*mib, octets(f"{BOX}.2.0", "PASSIVE")], made(sensors=[numbers, texts]))
    assert [(each.name, each.value, each.state, each.severity) for each in health.sensors] == [
        ("Fan 1", 1, "good", Severity.OK),
        ("Fan 2", -1, "out", Severity.UNKNOWN),
        ("Fan 3", 7, None, None),
        ("HA", 2, "passive", Severity.OK),
    ]


async def test_a_coarser_object_counts_only_without_the_finer_one_of_the_same_thing() -> None:
    battery = {"kind": "charge", "name": "Battery"}
    entries = [
        battery | {"value": f"{BOX}.1.0", "divisor": 10},
        battery | {"value": f"{BOX}.2.0", "fallback": 1},
        {"kind": "charge", "name": "Spare", "value": f"{BOX}.3.0", "fallback": 1},
    ]
    coarse, fine = [integer(f"{BOX}.2.0", 98), integer(f"{BOX}.3.0", 50)], [integer(f"{BOX}.1.0", 975)]
    profiles = made(sensors=entries)
    assert [each.value for each in (await found([*BASE, *coarse, *fine], profiles)).sensors] == [97.5, 50]
    assert [each.value for each in (await found([*BASE, *coarse], profiles)).sensors] == [98, 50]


async def test_usage_beyond_a_hundred_is_another_object_and_the_next_entry_is_tried() -> None:
    entries = [{"name": "new", "usage": f"{BOX}.1.0"}, {"name": "old", "usage": f"{BOX}.2.0", "fallback": 1}]
    mib = [*BASE, integer(f"{BOX}.1.0", 15234), integer(f"{BOX}.2.0", 7)]
    assert [each.name for each in (await found(mib, made(processors=entries))).processors] == ["old"]


async def test_sensors_of_extended_profiles_add_up_and_the_nearer_profile_has_the_word() -> None:
    def profile(name: str, *extends: str, **values: str) -> Profile:
        sensors = [{"kind": "voltage", "name": which, "value": value} for which, value in values.items()]
        match = [{"object_id": BOX}] if name == "mine" else []
        return Profile.model_validate({"name": name, "extends": list(extends), "match": match, "sensors": sensors})

    profiles = Profiles(
        [
            profile("mine", "near", "far", own=f"{BOX}.1.0"),
            profile("near", shared=f"{BOX}.2.0"),
            profile("far", "mine", again=f"{BOX}.2.0", other=f"{BOX}.3.0"),
            profile("generic"),
        ]
    )
    mib = [*BASE, *(integer(f"{BOX}.{number}.0", number) for number in (1, 2, 3))]
    names = {each.name: each.rule for each in (await found(mib, profiles)).sensors}
    assert names == {"own": "mine: sensors[1]", "shared": "near: sensors[1]", "other": "far: sensors[2]"}


@pytest.mark.parametrize(("camera", "expected"), [(True, "camera"), (False, "generic")])
async def test_what_shows_no_object_identifier_is_known_by_an_object_that_it_has(
    camera: bool,  # noqa: FBT001  # a column of the table
    expected: str,
) -> None:
    match = [{"has": "1.3.6.1.4.1.39165.1"}]
    profiles = Profiles(
        Profile.model_validate(each)
        for each in ({"name": "camera", "match": match}, {"name": "generic", "extends": ""})
    )
    mib = [UPTIME, *([octets("1.3.6.1.4.1.39165.1.1.0", "DS-2CD")] if camera else [])]
    async with Agent(mib) as agent, Engine() as engine:
        discovery = await discover(engine.session(agent.target(timeout_s=1)), profiles)
    assert discovery.identity.profile == expected


async def test_the_rules_that_identified_a_device_are_told() -> None:
    identity = {"hardware": [{"pattern": "router (\\S+)"}, {"pattern": "a (\\S+)"}], "serial": [{"oid": f"{BOX}.1.0"}]}
    async with Agent(BASE) as agent, Engine() as engine:
        discovery = await discover(
            engine.session(agent.target(timeout_s=1)), made(identity=identity, uncertain="hearsay")
        )
    assert discovery.identity.rules == {"hardware": "made: identity.hardware[2]"}
    assert (discovery.identity.hardware, discovery.identity.uncertain) == ("box", "hearsay")


async def test_a_device_with_nothing_to_show_costs_few_questions() -> None:
    """However many columns its profile and the standard MIBs have."""
    for object_id in ("1.3.6.1.4.1.318.1.3.27", "1.3.6.1.4.1.2011.2.23.291", "1.3.6.1.4.1.9.1.1208"):
        async with Agent(system("something", object_id)) as agent, Engine() as engine:
            await discover(engine.session(agent.target(timeout_s=1)))
        assert len(agent.log) <= 20, object_id


def test_no_two_shipped_profiles_claim_the_same_devices() -> None:
    claims = [match for profile in shipped().by_name.values() for match in profile.match]
    assert len({(each.object_id, each.descr, each.has) for each in claims}) == len(claims)


def test_every_state_map_of_a_shipped_profile_knows_a_good_state() -> None:
    odd = {
        f"{profile.name}: {entry.value}"
        for profile in shipped().by_name.values()
        for entry in profile.sensors
        if entry.states and Severity.OK not in {severity for _, severity in entry.states.values()}
    }
    assert not odd


FIELD = (
    "Huawei, H3C, Ruijie, ZTE, FiberHome, Raisecom, BDCOM, DCN, Maipu, Hillstone, Topsec, Sangfor, DPtech, Venustech, "
    "Hikvision, Dahua, TP-Link, Cisco, Juniper, Arista, Fortinet, Palo Alto, HPE, MikroTik, Linux, Microsoft, APC, "
    "Eaton, Vertiv"
)


def test_the_vendors_of_the_field_have_a_profile() -> None:
    assert set(FIELD.split(", ")) <= {profile.vendor for profile in shipped().by_name.values()}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("name = ", "-"),
        ('nam = "x"', "name"),
        ('name = "x"\nspeed = 1', "speed"),
        ('name = "x"\n[[processors]]\nusage = "1.3.6.x"', "processors[1].usage"),
        ('name = "x"\n[[processors]]\nusage = 5', "processors[1].usage"),
        ('name = "x"\n[[match]]\n', "match[1]"),
        ('name = "x"\n[[match]]\ndescr = "("', "match[1].descr"),
        ('name = "x"\n[[mempools]]\nused = "1.3.6"', "mempools[1]"),
        ('name = "x"\n[[storage]]\nsize = "1.3.6"', "storage[1]"),
        ('name = "x"\n[[sensors]]\nkind = "warmth"\nvalue = "1.3.6"', "sensors[1].kind"),
        ('name = "x"\n[[sensors]]\nkind = "state"\nvalue = "1.3.6"', "sensors[1]"),
        ('name = "x"\n[[sensors]]\nkind = "voltage"\nvalue = "1.3.6"\ndivisor = 0', "sensors[1].divisor"),
        ('name = "x"\n[[sensors]]\nkind = "voltage"\nvalue = "1.3.6"\nmultiplier = inf', "sensors[1].multiplier"),
        ('name = "x"\n[[processors]]\nusage = "1.3.6"\ndivisor = 0.0', "processors[1].divisor"),
        ('name = "x"\n[[storage]]\nsize = "1.3.6"\nused = "1.3.7"\nunit = nan', "storage[1].unit"),
        ('name = "x"\n[[sensors]]\nkind = "voltage"\nvalue = "$volts"', "sensors[1].value"),
        ('name = "x"\n[[sensors]]\nvalue = "1.3.6"', "sensors[1]"),
        ('name = "x"\n[[sensors]]\nvalue = "1.3.6"\nkind_by = "1.3.7"', "sensors[1]"),
        ('name = "x"\n[[sensors]]\nkind = "voltage"\nvalue = "1.3.6"\nrows = "("', "sensors[1].rows"),
        (
            'name = "x"\n[[sensors]]\nkind = "voltage"\nvalue = "1.3.6"\nonly = { "fan" = 1 }',
            "sensors[1].only.fan.[key]",
        ),
        ('name = "No Name"', "name"),
        ('name = "x"\nneighbours = ["smoke"]', "neighbours[1]"),
        (
            'name = "x"\n[[sensors]]\nkind = "state"\nvalue = "1.3"\nstates = { 1 = ["a", "bad"] }',
            "sensors[1].states.1[2]",
        ),
    ],
)
def test_a_wrong_profile_is_refused_by_its_place(tmp_path: Path, text: str, place: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(text)
    with pytest.raises(ProfileError) as caught:
        read_profiles(path)
    assert caught.value.facts["place"] == place
    assert caught.value.facts["path"] == "x.toml"


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["$box.1", "=1.3.6", "1.3.6[1]", "fan"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
SHIPPED = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))]


def spoilt(value: Any, junk: Any, choose: Callable[[int], int]) -> Any:
    """The same with one part of it, anywhere, replaced."""
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    if not keys or choose(4) == 0:
        return junk
    chosen = keys[choose(len(keys))]
    if isinstance(value, dict):
        return value | {chosen: spoilt(value[chosen], junk, choose)}
    return [spoilt(each, junk, choose) if place == chosen else each for place, each in enumerate(value)]


@given(st.data(), st.sampled_from(SHIPPED), JUNK)
def test_whatever_stands_in_a_profile_is_a_profile_or_an_error_with_a_place(
    data: st.DataObject, raw: dict[str, Any], junk: Any
) -> None:
    part = data.draw(st.sampled_from(sorted(raw)))
    wrong = raw | {part: spoilt(raw[part], junk, lambda below: data.draw(st.integers(0, below - 1)))}
    try:
        assert all(isinstance(each, Profile) for each in checked(wrong, "x.toml"))
    except ProfileError as error:
        assert error.facts["place"]  # noqa: PT017  # either outcome is right
