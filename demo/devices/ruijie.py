"""Ruijie RGOS: access switches. Its command line is of the other family: modes, `no`, and `end`."""

from collections.abc import Iterator, Sequence

from collectors.snmp.wire import Tag, parse_oid
from demo.devices import bridge, standard
from demo.devices.configuration import Grammar
from demo.devices.dialect import Command, Dialect, Reply, cipher, word_set
from demo.devices.display import interface_brief, lldp_brief, uptime
from demo.devices.machine import Machine
from demo.devices.model import ETHERNET, VIRTUAL, Model, PortGroup, Row, Vendor
from demo.devices.schedule import Gauge

RUIJIE = parse_oid("1.3.6.1.4.1.4881.1.1.10.2")
VERSION = "S29_RGOS 11.4(1)B12P21"
MODELS = {
    "S2910-24GT4XS-E": Model(
        "S2910-24GT4XS-E", "1.3.6.1.4.1.4881.1.1.10.1.401",
        "Ruijie Gigabit Ethernet Switch(S2910-24GT4XS-E) By Ruijie Networks", VERSION,
        (PortGroup("GigabitEthernet 0/{}", range(1, 25)),
         PortGroup("TenGigabitEthernet 0/{}", range(25, 29), 10_000_000_000, first_index=25),
         PortGroup("VLAN 100", range(1), 1_000_000_000, VIRTUAL, 4196)),
        memory=536_870_912,
    ),
}  # fmt: skip


def rows(machine: Machine) -> Iterator[Row]:
    yield from standard.system(machine)
    yield from standard.interfaces(machine)
    yield from standard.lldp(machine)
    yield from bridge.bridge(machine)
    yield from bridge.addresses(machine)
    device, model = machine.device, machine.model
    chassis = standard.Entity(1, 3, model.name, model.name, 0, device.serial, model.name, model.version, "Ruijie")
    yield from standard.entities([chassis])
    yield (*RUIJIE, 1, 1, 2, 0), Tag.OCTET_STRING, standard.text(model.version)
    yield (*RUIJIE, 1, 1, 24, 0), Tag.OCTET_STRING, standard.text(device.serial)
    yield (*RUIJIE, 1, 1, 26, 0), Tag.OCTET_STRING, standard.text(model.name)
    yield from _health(machine)


def _health(machine: Machine) -> Iterator[Row]:
    name, size = machine.device.name, machine.model.memory // 1024
    load, memory = Gauge(15, 9, f"{name} cpu"), Gauge(48, 4, f"{name} memory")
    warmth = Gauge(39, 5, f"{name} temperature")
    yield (*RUIJIE, 1, 1, 16, 0), Tag.INTEGER, standard.reading(warmth)
    yield (*RUIJIE, 1, 1, 18, 1, 2, 1), Tag.INTEGER, 4  # power supply: normal
    yield (*RUIJIE, 1, 1, 21, 1, 2, 1), Tag.INTEGER, 4  # fan: normal
    yield (*RUIJIE, 1, 1, 44, 1, 4, 1, 1, 1), Tag.OCTET_STRING, b"index 1"
    yield (*RUIJIE, 1, 1, 44, 1, 5, 1, 1, 1), Tag.INTEGER, standard.reading(warmth)
    yield (*RUIJIE, 1, 1, 44, 1, 6, 1, 1, 1), Tag.INTEGER, 68
    yield (*RUIJIE, 35, 1, 1, 1, 2, 1), Tag.OCTET_STRING, b"System"
    yield (*RUIJIE, 35, 1, 1, 1, 3, 1), Tag.INTEGER, standard.reading(memory)
    yield (*RUIJIE, 35, 1, 1, 1, 6, 1), Tag.INTEGER, size
    yield (*RUIJIE, 35, 1, 1, 1, 7, 1), Tag.INTEGER, standard.reading(memory, size / 100)
    yield (*RUIJIE, 35, 1, 1, 1, 8, 1), Tag.INTEGER, lambda t: size - int(memory.at(t) * size / 100)
    for scalar in (1, 2, 3):  # 5 seconds, 1 minute, 5 minutes
        yield (*RUIJIE, 36, 1, 1, scalar, 0), Tag.INTEGER, standard.reading(load)


def boot(machine: Machine) -> str:
    device, name = machine.device, machine.device.name
    lines = [f"hostname {name}", "lldp enable", "vlan range 1,10,100"]
    lines += [f"username {device.username} privilege 15 secret 5 $1${cipher(name, 4)}${cipher(name + ' user', 22)}"]
    lines += [f"enable secret 5 $1${cipher(name + ' salt', 4)}${cipher(name + ' enable', 22)}"]
    for port in device.ports:
        lines += [f"interface {port.name}", *([f" description {port.description}"] if port.description else [])]
        if port.kind == ETHERNET:
            lines += [" switchport mode trunk"] if port.description else [" switchport access vlan 10"]
        else:
            lines += [f" ip address 172.30.{device.address.rpartition('.')[2]}.254 255.255.255.0"]
    return "\n".join(
        [
            *lines,
            "ip route 0.0.0.0 0.0.0.0 172.30.0.1",
            f"snmp-server community 7 {cipher(name + ' community', 22)} ro",
            "sntp server 172.30.0.2",
            "logging server 172.30.0.3",
            "enable service ssh-server",
            "line con 0",
            "line vty 0 4",
            " transport input ssh",
            " login local",
        ]
    )


class Rgos(Dialect):
    grammar = Grammar(
        single=(
            "hostname", "description", "switchport mode", "switchport access vlan", "ip address", "enable secret",
            "transport input", "shutdown", "mtu", "speed",
        ),
        lists=(),
        undo="no",
        views=("interface", "line", "vlan", "router ospf", "ip access-list"),
    )  # fmt: skip
    name_command = "hostname"
    separator = "!"
    comment = "!"
    more = " --More-- "
    erase = "\b" * 10 + " " * 10 + "\b" * 10
    unknown = "% Invalid input detected at '^' marker."
    bad_parameter = unknown
    creatable = ("VLAN ", "Loopback ", "AggregatePort ")
    words = word_set(
        "hostname ip snmp-server sntp ntp logging enable username lldp spanning-tree service aaa "
        "radius-server banner clock errdisable storm-control"
    )
    interface_words = word_set(
        "description ip switchport shutdown speed duplex spanning-tree lldp mtu storm-control port-group "
        "medium-type arp rldp"
    )

    @classmethod
    def show(cls, machine: Machine) -> str:
        body = machine.configuration.text(cls.separator) if machine.configuration else ""
        text = f"version {machine.model.version}\n{body}\nend"
        return f"\nBuilding configuration...\nCurrent configuration : {len(text.encode())} bytes\n\n{text}"

    def standing_prompt(self) -> str:
        name = self.machine.name()
        if self.path is None:
            return f"{name}#"
        if not self.path:
            return f"{name}(config)#"
        words = self.path[-1].split()
        if words[0] == "interface":
            return f"{name}(config-if-{' '.join(words[1:])})#"
        return f"{name}(config-{words[0]})#"

    def commands(self) -> Sequence[Command]:
        if self.path is not None:
            return [
                Command("end", lambda _: self._end()),
                Command("exit", lambda _: self.leave()),
                Command("show running-config", lambda _: Reply(self.show(self.machine))),
            ]
        return [
            Command("show running-config", lambda _: Reply(self.show(self.machine))),
            Command("show startup-config", lambda _: Reply(self.machine.saved)),
            Command("show version", lambda _: Reply(self._version())),
            Command("show interfaces status", lambda _: Reply(interface_brief(self.machine))),
            Command("show lldp neighbors", lambda _: Reply(lldp_brief(self.machine))),
            Command("show clock", lambda _: Reply(f"{self.machine.clock.now():%H:%M:%S UTC %a, %b %d, %Y}")),
            Command("terminal length", self._length, rest=True),
            Command("terminal width *", lambda _: Reply()),
            Command("configure terminal", lambda _: self._configure()),
            Command("configure", lambda _: self._configure()),
            Command("enable", lambda _: Reply()),
            Command("write memory", lambda _: self._write()),
            Command("write", lambda _: self._write()),
            Command("exit", lambda _: Reply(close=True)),
            Command("quit", lambda _: Reply(close=True)),
        ]

    def _length(self, rest: str) -> Reply:
        if not rest.isdigit():
            return self.refuse(f"terminal length {rest}", 2)
        self.page = int(rest)
        return Reply()

    def _configure(self) -> Reply:
        self.path = ()
        return Reply("Enter configuration commands, one per line.  End with CNTL/Z.")

    def _end(self) -> Reply:
        self.path = None
        return Reply()

    def _write(self) -> Reply:
        self.machine.saved = self.show(self.machine)
        return Reply("\nBuilding configuration...\n[OK]")

    def _version(self) -> str:
        model = self.machine.model
        return (
            f"System description      : {model.description}\nSystem start time       : {uptime(self.machine)} ago\n"
            f"System software version : {model.version}\nSystem serial number    : {self.machine.device.serial}"
        )


VENDOR = Vendor("ruijie_rgos", MODELS, rows, boot, Rgos)
