"""Vendor knowledge as data: which file fits, what it makes of a device, and how a wrong file is told."""

from pathlib import Path

import pytest

from collectors.snmp import Engine, Health, Severity, SystemFacts, discover
from collectors.snmp.errors import ProfileError
from collectors.snmp.profiles import FOLDER, Profiles, read_profiles, shipped
from collectors.snmp.schema import Profile
from collectors.snmp.wire import Tag, VarBind, parse_oid
from tests.collectors.snmp.agent import UPTIME, Agent

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
    assert readings["dbm", "Card 1"].value == pytest.approx(-2.708, abs=0.001)
    assert readings["dbm", "MPU Board 0"].value == -2.9
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
        ('name = "x"\n[[sensors]]\nkind = "voltage"\nvalue = "1.3.6"\ndivisor = 0', "sensors[1]"),
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
