"""Who is plugged in: the forwarding table (BRIDGE-MIB, Q-BRIDGE-MIB) and the address table (IP-MIB) of a switch.

Office computers behind the ports that go to no other device; the same ones every time.
"""

import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from collectors.snmp.wire import Oid, Tag, parse_oid
from demo.devices.machine import Machine
from demo.devices.model import ETHERNET, Port, Row
from demo.devices.standard import mac

BRIDGE: Final = parse_oid("1.3.6.1.2.1.17")
BASE_PORT: Final[Oid] = (*BRIDGE, 1, 4, 1, 2)
FORWARDING: Final[Oid] = (*BRIDGE, 7, 1, 2, 2, 1)
PHYSICAL_ADDRESS: Final = parse_oid("1.3.6.1.2.1.4.35.1.4")
LEARNT: Final = 3
IPV4: Final = 1
OFFICE_VLAN: Final = 100
MOST: Final = 3


class Computer(NamedTuple):
    port: Port
    mac: bytes
    address: tuple[int, int, int, int]


def computers(machine: Machine) -> list[Computer]:
    """One to three a port, as the name of the device has it; none behind a line or a cable to another device."""
    device = machine.device
    found: list[Computer] = []
    towards_devices = {neighbour.port for neighbour in device.neighbours}
    net = zlib.crc32(device.name.encode()) % 250 + 1
    for port in device.ports:
        if port.kind == ETHERNET and port.plugged and not port.description and port.name not in towards_devices:
            count = zlib.crc32(f"{device.name} {port.name}".encode()) % MOST + 1
            found += [
                Computer(port, mac(f"{device.name} {port.name} PC", number), (172, 20, net, len(found) + number + 10))
                for number in range(count)
            ]
    return found


def bridge(machine: Machine) -> Iterator[Row]:
    for port in machine.device.ports:
        if port.kind == ETHERNET:
            yield (*BASE_PORT, port.index), Tag.INTEGER, port.index
    for computer in computers(machine):
        index = (OFFICE_VLAN, *computer.mac)
        yield (*FORWARDING, 2, *index), Tag.INTEGER, computer.port.index
        yield (*FORWARDING, 3, *index), Tag.INTEGER, LEARNT


def addresses(machine: Machine) -> Iterator[Row]:
    for computer in computers(machine):
        index = (computer.port.index, IPV4, len(computer.address), *computer.address)
        yield (*PHYSICAL_ADDRESS, *index), Tag.OCTET_STRING, computer.mac
