from inventory.kinds import DeviceRole, ForeignSystem, ObjectKind, SnmpVersion
from tests.inventory.foreign.bringing import previewed, sample, values, written, wrong

TOLD = "role:network=access_switch"


def test_devices_of_the_api_are_taken_with_address_platform_serial_and_site() -> None:
    reading = sample("librenms/devices.json", TOLD)
    assert values(reading, ObjectKind.DEVICE)["QL-CORE-01"] == {
        "name": "QL-CORE-01",
        "address": "10.30.0.1",
        "role": DeviceRole.ACCESS_SWITCH,
        "platform": "huawei_vrp",
        "model": "S12700E-4",
        "serial": "2102351",
        "snmp_port": 161,
        "snmp_version": SnmpVersion.V2C,
        "site": "县政务中心",
    }
    assert set(values(reading, ObjectKind.SITE)) == {"县政务中心", "城关镇政府"}
    assert previewed(reading)[-1] == "wrong: 0"


def test_devices_that_share_a_factory_name_are_told_apart_by_their_host_names() -> None:
    assert set(values(sample("librenms/devices.json", TOLD), ObjectKind.DEVICE)) == {
        "QL-CORE-01",
        "sw-cg.qinglan.example",
        "10.30.9.1",
        "ql-web",
    }


def test_a_csv_file_says_the_same_and_names_its_lines() -> None:
    assert wrong(sample("librenms/devices.csv")) == [("devices.csv:2 type", "network")]
    told = values(sample("librenms/devices.csv", TOLD), ObjectKind.DEVICE)
    assert told["ql-web"]["role"] is DeviceRole.SERVER
    assert set(told) == set(values(sample("librenms/devices.json", TOLD), ObjectKind.DEVICE))


def test_communities_and_passwords_are_counted_and_not_shown() -> None:
    lines = previewed(sample("librenms/devices.json", TOLD), "zh")
    assert "devices.json：6 个凭据未导入，既未保存也未显示（凭据应放入凭据库）" in lines
    assert "s3cret" not in "\n".join(lines)


def test_disabled_devices_and_polled_values_are_told_of() -> None:
    lines = previewed(sample("librenms/devices.json", TOLD))
    assert "1 devices are disabled and were left out: QL-OLD" in lines
    assert "what LibreNMS polls (versions, states, times) was left out; it is found out here by polling" in lines
    assert "devices.json: left out, because nothing here holds it: lat (4), lng (4)" in lines


def test_a_host_name_is_not_looked_up() -> None:
    devices = [{"hostname": "sw.example", "sysName": "SW-1", "os": "vrp", "type": "server"}]
    reading = written(ForeignSystem.LIBRENMS, {"devices.json": {"devices": devices}})
    assert "address" not in values(reading, ObjectKind.DEVICE)["SW-1"]
    assert any("known by a host name only" in line and "SW-1" in line for line in previewed(reading))
