from datetime import timedelta

from collectors.device_rows import booted, device_row, measured_by, sensor_rows
from collectors.icmp.pulse import Pulse
from collectors.models import DeviceState, SensorState
from collectors.snmp import Health, Mempool, Poll, PortTable, Processor, Sensor, Severity, Storage
from collectors.snmp.errors import NoAnswerError
from collectors.store import key_columns, table_of
from collectors.targets import DeviceTarget
from collectors.watched import Watched
from inventory.kinds import SnmpVersion
from tests.collectors.county import NOW

HEALTH = Health(
    processors=(Processor("1", "slot 1", 10.0), Processor("2", "slot 2", 30.0)),
    mempools=(Mempool("1", "buffers", "buffers", 99.0), Mempool("2", "slot 1", "system", 40.0)),
    sensors=(
        Sensor("1", "inlet", "temperature", 31.0, "celsius"),
        Sensor("2", "broken", "temperature", 2000.0, "celsius"),
        Sensor("3", "fan 1", "state", 2.0, "", "failed", Severity.CRITICAL),
        Sensor("3", "fan 1 again", "state", 1.0, "", "normal", Severity.OK),
    ),
    storage=(Storage("1", "/", 1000, 250), Storage("2", "/proc", 0, 0)),
)


def test_load_is_the_mean_memory_the_fullest_and_temperature_the_highest_that_can_be() -> None:
    found = measured_by(Poll(6000, PortTable(), HEALTH), None, NOW)
    assert (found["cpu_percent"], found["memory_percent"], found["temperature_c"]) == (20.0, 40.0, 31.0)
    assert found["booted"] == NOW - timedelta(minutes=1)


def test_a_device_without_readings_has_none() -> None:
    assert set(measured_by(Poll(None, PortTable(), Health()), NOW, NOW).values()) == {None}


def test_the_moment_of_the_last_start_does_not_tremble() -> None:
    first = booted(6000, None, NOW)
    assert booted(12_100, first, NOW + timedelta(minutes=1)) == first
    assert booted(500, first, NOW + timedelta(minutes=1)) == NOW + timedelta(seconds=55)


def test_every_sensor_is_one_row_with_every_column() -> None:
    rows = sensor_rows(7, HEALTH, NOW)
    keys = [tuple(row[name] for name in key_columns(SensorState)) for row in rows]
    assert len(keys) == len(set(keys)) == 9
    assert {frozenset(row) for row in rows} == {frozenset(table_of(SensorState).columns.keys())}
    values = {(row["kind"], row["key"]): (row["value"], row["state"], row["word"]) for row in rows}
    assert values["storage", "1"] == (25.0, None, None)
    assert values["storage", "2"] == (None, None, None)
    assert values["state", "3"] == (1.0, "ok", "normal")


def test_a_devices_row_has_every_column_and_says_why_it_failed() -> None:
    target = DeviceTarget(7, "core", "192.0.2.1", 161, SnmpVersion.V2C, b"public", 22, None)
    pulse = Pulse()
    for answer in (1.0, None, 2.0, 1.5):
        pulse.add(answer)
    watched = Watched(target, NOW, pulse=pulse, fault=NoAnswerError(address="192.0.2.1", port=161))
    row = device_row(watched, NOW)
    assert set(row) == set(table_of(DeviceState).columns.keys())
    assert (row["rtt_ms"], row["loss_percent"]) == (1.5, 25.0)
    assert (row["error_code"], row["error_facts"]) == ("snmp.no_answer", {"address": "192.0.2.1", "port": 161})
