"""What the product itself makes of the emulated devices: its own sessions, completeness check and redaction."""

import asyncio
from dataclasses import replace

import pytest

from automation.completeness import fault
from automation.drivers import platform_of
from automation.redaction import redact
from automation.session import Endpoint, Login, connect
from demo.county.emulation import devices
from demo.county.extranet import EXTRANET
from demo.devices.fleet import VENDORS, Fleet
from demo.devices.model import Device
from tests.demo.samples import StillClock


def read(fleet: Fleet, device: Device) -> tuple[str | None, str]:
    """What is wrong with the configuration as it was read, and its text without secrets."""
    at, platform = fleet.endpoint(device.name), platform_of(device.name, device.platform)
    session = connect(
        Endpoint(device.name, at.address, at.ssh_port or 0, platform, "county-backup"),
        Login(device.username, device.password),
    )
    try:
        running = session.running_config()
    finally:
        session.close()
    return fault(running.text, platform, running.base_prompt), redact(running.text, platform, b"key")


@pytest.mark.slow
async def test_every_configuration_of_the_county_is_read_whole_and_without_its_secrets() -> None:
    shells = tuple(
        replace(device, snmp_port=0, ssh_port=0, silence=None)
        for device in devices(EXTRANET)
        if VENDORS[device.platform].dialect
    )
    async with Fleet(shells, StillClock()) as fleet:
        for device in shells:
            wrong, text = await asyncio.to_thread(read, fleet, device)
            assert wrong is None, device.name
            assert text.count("<secret:") >= 3
            assert not [mark for mark in ("$1a$", "%^%#", "$h$6$", "$c$3$", "secret 5 $") if mark in text]
