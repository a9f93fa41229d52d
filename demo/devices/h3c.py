"""H3C Comware 7: S-series switches and MSR routers."""

from collections.abc import Iterator, Sequence

from collectors.snmp.wire import Tag, parse_oid
from demo.devices import bridge, standard
from demo.devices.configuration import Grammar
from demo.devices.dialect import Command, Dialect, Reply, cipher, word_set
from demo.devices.display import interface_brief, lldp_brief, uptime
from demo.devices.machine import Machine
from demo.devices.model import ETHERNET, OTHER, VIRTUAL, Model, PortGroup, Row, Vendor
from demo.devices.schedule import Gauge

ENTITY_EXT = parse_oid("1.3.6.1.4.1.25506.2.6.1.1.1.1")  # HH3C-ENTITY-EXT-MIB hh3cEntityExtStateEntry
FAN = parse_oid("1.3.6.1.4.1.25506.8.35.9.1.1.1.2")  # HH3C-LswDEVM-MIB hh3cDevMFanStatus
SUPPLY = parse_oid("1.3.6.1.4.1.25506.8.35.9.1.2.1.2")
CHASSIS, BOARD, SENSOR = 2, 212, 213
NO_READING = 65535
ACTIVE = 1


def _description(product: str, release: str, kind: str) -> str:
    return (
        f"H3C Comware Platform Software, Software Version 7.1.070, Release {release}\r\n"
        f"H3C {product} {kind}\r\nCopyright (c) 2004-2021 New H3C Technologies Co., Ltd. All rights reserved."
    )


VIRTUALS = (PortGroup("NULL0", range(1), 0, OTHER, 261), PortGroup("InLoopBack0", range(1), 0, OTHER, 262))
VLAN = PortGroup("Vlan-interface100", range(1), 1_000_000_000, VIRTUAL, 263)
MODELS = {
    "S5130S-28S-EI": Model(
        "S5130S-28S-EI", "1.3.6.1.4.1.25506.11.1.261", _description("S5130S-28S-EI", "6318P01", "Switch"),
        "7.1.070, Release 6318P01",
        (PortGroup("GigabitEthernet1/0/{}", range(1, 25)),
         PortGroup("Ten-GigabitEthernet1/0/{}", range(25, 29), 10_000_000_000, first_index=25), *VIRTUALS, VLAN),
        memory=1_073_741_824,
    ),
    "S5560X-30F-EI": Model(
        "S5560X-30F-EI", "1.3.6.1.4.1.25506.11.1.187", _description("S5560X-30F-EI", "6615P03", "Switch"),
        "7.1.070, Release 6615P03",
        (PortGroup("GigabitEthernet1/0/{}", range(1, 25)),
         PortGroup("Ten-GigabitEthernet1/0/{}", range(25, 29), 10_000_000_000, first_index=25), *VIRTUALS, VLAN),
        memory=2_147_483_648,
    ),
    "MSR3600-28-X1": Model(
        "MSR3600-28-X1", "1.3.6.1.4.1.25506.11.1.241", _description("MSR3600-28-X1", "6728P22", "Router"),
        "7.1.064, Release 6728P22",
        (PortGroup("GigabitEthernet0/{}", range(12)), *VIRTUALS),
        memory=2_147_483_648,
    ),
}  # fmt: skip


def rows(machine: Machine) -> Iterator[Row]:
    yield from standard.system(machine)
    yield from standard.interfaces(machine)
    yield from standard.lldp(machine)
    yield from bridge.bridge(machine)
    yield from bridge.addresses(machine)
    device, model = machine.device, machine.model
    product = f"H3C {model.name} Software Version {model.version}"
    yield from standard.entities(
        [
            standard.Entity(CHASSIS, 3, product, model.name, 0, device.serial, model.name, model.version, "H3C"),
            standard.Entity(BOARD, 9, f"{model.name} board", "Board", CHASSIS, device.serial, model.name,
                            model.version, "H3C"),
            standard.Entity(SENSOR, 8, "Temperature Sensor", "hotspot 1", BOARD),
        ]
    )  # fmt: skip
    yield from _extension(machine)
    for unit in (1, 2):
        yield (*FAN, unit), Tag.INTEGER, ACTIVE
        yield (*SUPPLY, unit), Tag.INTEGER, ACTIVE


def _extension(machine: Machine) -> Iterator[Row]:
    """Processor and memory belong to the board, the temperature to its sensor; elsewhere stand 0 and 65535."""
    name = machine.device.name
    load, memory = Gauge(18, 12, f"{name} cpu"), Gauge(53, 4, f"{name} memory")
    warmth = Gauge(43, 5, f"{name} temperature")
    for index in (CHASSIS, BOARD, SENSOR):
        cells: standard.Cells = {
            6: (Tag.INTEGER, standard.reading(load) if index == BOARD else 0),
            7: (Tag.INTEGER, 80),
            8: (Tag.INTEGER, standard.reading(memory) if index == BOARD else 0),
            9: (Tag.INTEGER, 85),
            10: (Tag.GAUGE32, machine.model.memory if index == BOARD else 0),
            12: (Tag.INTEGER, standard.reading(warmth) if index == SENSOR else NO_READING),
            13: (Tag.INTEGER, 68 if index == SENSOR else NO_READING),
        }
        for column, (tag, source) in cells.items():
            yield (*ENTITY_EXT, column, index), tag, source


def boot(machine: Machine) -> str:
    device, name = machine.device, machine.device.name
    switch = any(port.kind == VIRTUAL for port in device.ports)
    lines = [f"version {machine.model.version}", f"sysname {name}", "lldp global enable"]
    lines += (
        ["stp global enable", "vlan 1", "vlan 10", " name office", "vlan 100", " name management"] if switch else []
    )
    for port in device.ports:
        if port.kind != OTHER:
            lines += _interface(port.name, port.description, port.kind, device.address, switch=switch)
    lines += [
        "ip route-static 0.0.0.0 0 172.30.0.1",
        "info-center loghost 172.30.0.3",
        "snmp-agent",
        f"snmp-agent community read cipher $c$3${cipher(name + ' community', 40)}",
        "snmp-agent sys-info version v2c v3",
        "ssh server enable",
        "ntp-service enable",
        "ntp-service unicast-server 172.30.0.2",
        "line vty 0 63",
        " authentication-mode scheme",
        " user-role network-admin",
        " idle-timeout 5 0",
    ]
    for user, role in ((device.username, "network-admin"), ("monitor", "network-operator")):
        lines += [
            f"local-user {user} class manage",
            f" password hash $h$6${cipher(name + user, 88)}",
            " service-type ssh",
            f" authorization-attribute user-role {role}",
        ]
    return "\n".join(lines)


def _interface(name: str, description: str, kind: int, address: str, *, switch: bool) -> list[str]:
    lines = [f"interface {name}", *([f" description {description}"] if description else [])]
    if kind == VIRTUAL:
        lines += [f" ip address 172.30.{address.rpartition('.')[2]}.254 255.255.255.0"]
    elif kind == ETHERNET and switch:
        trunk = bool(description)
        lines += [" port link-type trunk", " port trunk permit vlan 1 10 100"] if trunk else [" port access vlan 10"]
    return lines


class Comware(Dialect):
    grammar = Grammar(
        single=(
            "sysname", "version", "description", "port link-type", "port access vlan", "ip address", "name",
            "idle-timeout", "authentication-mode", "snmp-agent sys-info version", "shutdown", "mtu", "speed",
        ),
        lists=("port trunk permit vlan",),
        undo="undo",
        views=("interface", "vlan", "line", "local-user", "acl", "ospf", "bgp", "domain", "role"),
        inner_views=("area",),
    )  # fmt: skip
    name_command = "sysname"
    separator = "#"
    comment = "#"
    more = "---- More ----"
    erase = "\x1b[16D" + " " * 16 + "\x1b[16D"
    unknown = " % Unrecognized command found at '^' position."
    bad_parameter = " % Wrong parameter found at '^' position."
    creatable = ("Vlan-interface", "LoopBack", "Bridge-Aggregation", "Tunnel")
    words = word_set(
        "sysname ip snmp-agent ntp-service ssh info-center lldp stp clock dns dhcp header firewall nat "
        "traffic telnet http https password-control irf loopback-detection version"
    )
    interface_words = word_set(
        "description ip port shutdown speed duplex stp lldp packet-filter dhcp ospf mtu broadcast-suppression "
        "loopback-detection nat arp"
    )

    @classmethod
    def show(cls, machine: Machine) -> str:
        body = machine.configuration.text(cls.separator, margin=" ") if machine.configuration else ""
        return f"{body}\nreturn"

    def greeting(self) -> str:
        bar = "*" * 78
        notice = "* Copyright (c) 2004-2021 New H3C Technologies Co., Ltd. All rights reserved.*"
        return f"\r\n{bar}\r\n{notice}\r\n{bar}\r\n\r\n"

    def standing_prompt(self) -> str:
        name = self.machine.name()
        if self.path is None:
            return f"<{name}>"
        return f"[{'-'.join([name, *map(self._label, self.path)])}]"

    def commands(self) -> Sequence[Command]:
        shared = [
            Command("display current-configuration interface", self._one_interface, rest=True),
            Command("display current-configuration", lambda _: Reply(self.show(self.machine))),
            Command("display saved-configuration", lambda _: Reply(self.machine.saved)),
            Command("display version", lambda _: Reply(self._version())),
            Command("display interface brief", lambda _: Reply(interface_brief(self.machine))),
            Command("display lldp neighbor-information list", lambda _: Reply(lldp_brief(self.machine))),
            Command("display clock", lambda _: Reply(f"{self.machine.clock.now():%H:%M:%S UTC %a %m/%d/%Y}")),
            Command("save force", lambda _: self._saved()),
            Command("save", lambda _: self.ask(self._warning(), self._save)),
            Command("quit", lambda _: self.leave()),
        ]
        if self.path is not None:
            return [*shared, Command("return", lambda _: self._return())]
        return [
            *shared,
            Command("screen-length disable", lambda _: self._pages(0)),
            Command("undo screen-length disable", lambda _: self._pages(24)),
            Command("system-view", lambda _: self._system_view()),
        ]

    def _label(self, line: str) -> str:
        words = line.split()
        if words[0] == "interface":
            return "".join(words[1:])
        if words[0] == "vlan":
            return "".join(words)
        return "-".join(words[:1] + words[1:2] if words[0] == "local-user" else words)

    def _system_view(self) -> Reply:
        self.path = ()
        return Reply("System View: return to User View with Ctrl+Z.")

    def _return(self) -> Reply:
        self.path = None
        return Reply()

    def _pages(self, length: int) -> Reply:
        self.page = length
        return Reply()

    def _warning(self) -> str:
        return "The current configuration will be written to the device. Are you sure? [Y/N]:"

    def _save(self, answer: str) -> Reply:
        if answer.lower() != "y":
            return Reply()
        question = (
            "Please input the file name(*.cfg)[flash:/startup.cfg]\r\n"
            "(To leave the existing filename unchanged, press the enter key):"
        )
        return self.ask(question, self._file)

    def _file(self, name: str) -> Reply:
        return self.ask(f"flash:/{name or 'startup.cfg'} exists, overwrite? [Y/N]:", self._overwrite)

    def _overwrite(self, answer: str) -> Reply:
        return self._saved() if answer.lower() == "y" else Reply()

    def _saved(self) -> Reply:
        self.machine.saved = self.show(self.machine)
        return Reply(
            "Validating file. Please wait...\nSaved the current configuration to mainboard device successfully."
        )

    def _one_interface(self, rest: str) -> Reply:
        name = self.interface(rest) if rest else None
        if name is None:
            return self.refuse(f"display current-configuration interface {rest}", 3, self.bad_parameter)
        section = self.configuration.section((f"interface {name}",))
        lines = [f" {child.line}" for child in section.children] if section else []
        return Reply("\n".join([self.separator, f"interface {name}", *lines, self.separator, "return"]))

    def _version(self) -> str:
        model = self.machine.model
        return (
            f"H3C Comware Software, Version {model.version}\n"
            "Copyright (c) 2004-2021 New H3C Technologies Co., Ltd. All rights reserved.\n"
            f"H3C {model.name} uptime is {uptime(self.machine)}\nLast reboot reason : User reboot"
        )


VENDOR = Vendor("h3c_comware", MODELS, rows, boot, Comware)
