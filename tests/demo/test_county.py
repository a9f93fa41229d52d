"""The sample county: its files say what its data say, and its fleet is what its ledger lists."""

import asyncio
import os
import subprocess
from collections import Counter
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from openpyxl import load_workbook

from demo.county import emulation
from demo.county.emulation import devices
from demo.county.extranet import EXTRANET
from demo.county.intranet import INTRANET
from demo.county.ledger import Sample, moved
from demo.county.workbook import FILES, rows
from demo.devices.fleet import VENDORS, Fleet
from inventory.ledger.sheets import SHEETS
from tests.demo.samples import StillClock

SAMPLES = pytest.mark.parametrize("sample", [EXTRANET, INTRANET], ids=["extranet", "intranet"])


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_the_file_holds_what_the_data_say(path: Path) -> None:
    book = load_workbook(path, read_only=True)
    for sheet in SHEETS:
        found = [["" if cell is None else str(cell) for cell in line] for line in book[sheet.title].values]
        assert found == rows(FILES[path], sheet)
    book.close()


@SAMPLES
def test_every_cell_is_read_back_as_what_it_was(sample: Sample) -> None:
    for sheet in SHEETS:
        heading, *lines = rows(sample, sheet)
        assert heading == [column.heading for column in sheet.columns]
        for line in lines:
            for column, cell in zip(sheet.columns, line, strict=True):
                assert not cell or column.format.show(column.format.parse(cell)) == cell


@SAMPLES
def test_no_name_address_or_port_is_given_twice(sample: Sample) -> None:
    for what in (
        [device.name for device in sample.devices],
        [device.address for device in sample.devices],
        [line.name for line in sample.lines],
        [unit.name for unit in sample.units],
        [end for line in sample.lines for end in ((line.a_device, line.a_port), (line.b_device, line.b_port)) if end[0]]
        + [end for cable in sample.cables for end in ((cable.device, cable.port), (cable.other, cable.other_port))],
    ):
        assert [item for item, count in Counter(what).items() if count > 1] == []


@SAMPLES
def test_every_reference_points_to_a_row(sample: Sample) -> None:
    units = {unit.name for unit in sample.units}
    sites = {site.name for site in sample.sites}
    known = {device.name for device in sample.devices}
    assert {device.unit for device in sample.devices} <= units
    assert {device.site for device in sample.devices} <= sites
    assert {line.a_device for line in sample.lines} | {line.b_device for line in sample.lines} <= known | {""}
    assert {line.unit for line in sample.lines} <= units
    lines = {line.name for line in sample.lines}
    for system in sample.systems:
        assert {name for (name,) in system.units} <= units
        assert {name for (name,) in system.lines} <= lines
        assert {name for (name,) in system.devices} <= known


@SAMPLES
def test_devices_stay_on_loopback(sample: Sample) -> None:
    assert all(ip_address(device.address) in ip_network("127.10.0.0/16") for device in sample.devices)


def test_the_county_is_of_the_size_that_the_project_promises() -> None:
    assert len(EXTRANET.devices) == 40
    assert len(EXTRANET.lines) >= 30
    assert {device.platform for device in EXTRANET.devices} == set(VENDORS)
    assert emulation.FAILING_LINE in {line.name for line in EXTRANET.lines}
    assert {emulation.SILENT_DEVICE, emulation.UPS_ON_BATTERY, emulation.EDITED_DEVICE} <= {
        device.name for device in EXTRANET.devices
    }


@SAMPLES
def test_what_one_end_sends_the_other_receives(sample: Sample) -> None:
    by_name = {device.name: {port.name: port for port in device.ports} for device in devices(sample)}
    for line in (line for line in sample.lines if line.b_device):
        a, b = by_name[line.a_device][line.a_port], by_name[line.b_device][line.b_port]
        assert (a.inward, a.outward) == (b.outward, b.inward)
        assert a.outage == b.outage


@pytest.mark.slow
async def test_the_whole_county_starts_and_answers() -> None:
    clock = StillClock()
    clock.forward(-(clock.now().timestamp() % 360) + 100)  # a moment at which nothing is scripted to fail
    network = f"127.{100 + os.getpid() % 100}"
    county = tuple(device for sample in (EXTRANET, INTRANET) for device in devices(moved(sample, network)))
    async with Fleet(county, clock) as fleet:
        for device in county:
            agent = fleet[device.name]
            assert len(agent.view) > 50
        sample = fleet.endpoint("QL-CORE-SW01")
        assert (sample.address, sample.snmp_port, sample.ssh_port) == (f"{network}.1.1", 1161, 2222)
        command = ["snmpget", "-v2c", "-c", county[0].community, "-Oqv", f"{sample.address}:{sample.snmp_port}"]
        done = await asyncio.to_thread(
            subprocess.run, [*command, "1.3.6.1.2.1.1.5.0"], capture_output=True, text=True, check=False
        )
        assert done.stdout.strip().strip('"') == "QL-CORE-SW01"
