"""Huawei VRP 5: S-series switches, AR routers, USG firewalls."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from collectors.snmp.wire import Tag, parse_oid
from demo.devices import bridge, standard
from demo.devices.configuration import Grammar
from demo.devices.dialect import Command, Dialect, Reply, cipher, word_set
from demo.devices.display import interface_brief, lldp_brief, uptime
from demo.devices.machine import Machine
from demo.devices.model import ETHERNET, LOOPBACK, OTHER, VIRTUAL, Model, PortGroup, Row, Vendor
from demo.devices.schedule import Gauge

ENTITY_STATE = parse_oid("1.3.6.1.4.1.2011.5.25.31.1.1.1.1")  # HUAWEI-ENTITY-EXTENT-MIB hwEntityStateEntry
CHASSIS, BOARD = 67108867, 67108873  # entPhysicalIndex as the S series numbers them
IMAGE = "V200R019C10SPC500"


def _description(product: str, family: str, image: str = IMAGE) -> str:
    return (
        f"{product}\r\nHuawei Versatile Routing Platform Software\r\n"
        f" VRP (R) software,Version 5.170 ({family} {image})\r\n"
        " Copyright (C) 2007-2020 Huawei Technologies Co., Ltd."
    )


VIRTUALS = (
    PortGroup("InLoopBack0", range(1), 0, LOOPBACK, 1),
    PortGroup("NULL0", range(1), 0, OTHER, 2),
    PortGroup("Vlanif100", range(1), 1_000_000_000, VIRTUAL, 4),
)
MODELS = {
    "S5720-28X-SI-AC": Model(
        "S5720-28X-SI-AC", "1.3.6.1.4.1.2011.2.23.398", _description("S5720-28X-SI-AC", "S5720"), IMAGE,
        (*VIRTUALS, PortGroup("GigabitEthernet0/0/{}", range(1, 25), first_index=5),
         PortGroup("XGigabitEthernet0/0/{}", range(1, 5), 10_000_000_000, first_index=29)),
        memory=1_598_029_824,
    ),
    "S7706": Model(
        "S7706", "1.3.6.1.4.1.2011.2.23.92", _description("S7706", "S7700"), IMAGE,
        (*VIRTUALS, PortGroup("GigabitEthernet1/0/{}", range(24), first_index=5),
         PortGroup("XGigabitEthernet2/0/{}", range(4), 10_000_000_000, first_index=29)),
        memory=2_147_483_647,
    ),
    "AR6120": Model(
        "AR6120", "1.3.6.1.4.1.2011.2.224.279", _description("AR6120", "AR6120", "V300R019C10SPC300"),
        "V300R019C10SPC300",
        (*VIRTUALS[:2], PortGroup("GigabitEthernet0/0/{}", range(12), first_index=3)),
        memory=1_073_741_824,
    ),
    "USG6525E": Model(
        "USG6525E", "1.3.6.1.4.1.2011.2.321.6", _description("USG6525E", "USG6500E", "V600R007C20SPC500"),
        "V600R007C20SPC500",
        (*VIRTUALS[:2], PortGroup("GigabitEthernet0/0/{}", range(12), first_index=3)),
        memory=2_147_483_647,
    ),
}  # fmt: skip


def rows(machine: Machine) -> Iterator[Row]:
    yield from standard.system(machine)
    yield from standard.interfaces(machine)
    yield from standard.lldp(machine)
    yield from bridge.bridge(machine)
    yield from bridge.addresses(machine)
    device, model = machine.device, machine.model
    yield from standard.entities(
        [
            standard.Entity(CHASSIS, 3, f"HUAWEI {model.name}", f"HUAWEI {model.name}", 0, device.serial, model.name,
                            f"Version 5.170 {model.version}", "Huawei"),
            standard.Entity(BOARD, 9, "MPU Board", "MPU Board 0", CHASSIS, device.serial, model.name,
                            f"Version 5.170 {model.version}", "Huawei"),
        ]
    )  # fmt: skip
    yield from _state(machine)


def _state(machine: Machine) -> Iterator[Row]:
    """The chassis answers with zeros, which are no readings: a poller has to know the board from the box."""
    name = machine.device.name
    load = Gauge(22, 16, f"{name} cpu")
    memory = Gauge(46, 5, f"{name} memory")
    warmth = Gauge(41, 6, f"{name} temperature")
    for index, real in ((CHASSIS, False), (BOARD, True)):
        cells: standard.Cells = {
            1: (Tag.INTEGER, 4),  # hwEntityAdminStatus unlocked
            2: (Tag.INTEGER, 3 if real else 1),  # hwEntityOperStatus
            5: (Tag.INTEGER, standard.reading(load) if real else 0),
            6: (Tag.INTEGER, 95 if real else 0),
            7: (Tag.INTEGER, standard.reading(memory) if real else 0),
            8: (Tag.INTEGER, 95 if real else 0),
            9: (Tag.INTEGER, machine.model.memory if real else 0),
            11: (Tag.INTEGER, standard.reading(warmth) if real else 0),
            12: (Tag.INTEGER, 68 if real else 0),
        }
        for column, (tag, source) in cells.items():
            yield (*ENTITY_STATE, column, index), tag, source


def boot(machine: Machine) -> str:
    device = machine.device
    vlanif = any(port.name == "Vlanif100" for port in device.ports)
    lines = [f"sysname {device.name}"]
    lines += ["vlan batch 10 20 100"] if vlanif else []
    lines += ["lldp enable", "stp mode rstp" if vlanif else "dhcp enable"]
    lines += _access(machine)
    for port in device.ports:
        lines += _interface(port.name, port.description, port.kind, device.address, routed=not vlanif)
        lines += [" shutdown"] if port.kind == ETHERNET and not port.plugged and port.index % 9 == 0 else []
    lines += [
        "ip route-static 0.0.0.0 0.0.0.0 172.30.0.1",
        "snmp-agent",
        f"snmp-agent community read cipher %^%#{cipher(device.name + ' community', 44)}%^%#",
        "snmp-agent sys-info version v2c v3",
        "stelnet server enable",
        "ssh user guanjin",
        "ssh user guanjin authentication-type password",
        "ssh user guanjin service-type stelnet",
        "ntp-service unicast-server 172.30.0.2",
        "info-center loghost 172.30.0.3",
        "user-interface con 0",
        " authentication-mode aaa",
        "user-interface vty 0 4",
        " authentication-mode aaa",
        " idle-timeout 5 0",
        " protocol inbound ssh",
    ]
    return "\n".join(lines)


def _access(machine: Machine) -> list[str]:
    name = machine.device.name
    users = ((machine.device.username, 15), ("monitor", 1))
    lines = ["aaa", " authentication-scheme default"]
    for user, level in users:
        secret = cipher(f"{name} {user}", 60)
        lines += [
            f" local-user {user} password irreversible-cipher $1a${secret}$",
            f" local-user {user} privilege level {level}",
            f" local-user {user} service-type ssh",
        ]
    return lines


def _interface(name: str, description: str, kind: int, address: str, *, routed: bool) -> list[str]:
    lines = [f"interface {name}"] if name != "InLoopBack0" else []
    if not lines:
        return []
    lines += [f" description {description}"] if description else []
    if kind == VIRTUAL:
        lines += [f" ip address 172.30.{address.rpartition('.')[2]}.254 255.255.255.0"]
    elif kind == ETHERNET and not routed:
        trunk = bool(description) and "XG" not in name
        lines += [" port link-type trunk", " port trunk allow-pass vlan 10 20 100"] if trunk else [
            " port link-type access", " port default vlan 10",
        ]  # fmt: skip
    return lines


class Vrp(Dialect):
    grammar = Grammar(
        single=(
            "sysname", "description", "port link-type", "port default vlan", "ip address", "stp mode", "idle-timeout",
            "authentication-mode", "protocol inbound", "snmp-agent sys-info version", "shutdown", "mtu", "speed",
        ),
        lists=("vlan batch", "port trunk allow-pass vlan"),
        undo="undo",
        views=("interface", "aaa", "acl", "user-interface", "ospf", "bgp", "vlan", "ip vpn-instance"),
        inner_views=("area", "domain"),
    )  # fmt: skip
    name_command = "sysname"
    separator = "#"
    comment = "#"
    more = "  ---- More ----"
    erase = "\x1b[42D" + " " * 42 + "\x1b[42D"
    unknown = "Error: Unrecognized command found at '^' position."
    bad_parameter = "Error: Wrong parameter found at '^' position."
    creatable = ("Vlanif", "LoopBack", "Eth-Trunk", "Tunnel0/0/")
    words = word_set(
        "sysname vlan acl ip ospf bgp snmp-agent ntp-service stelnet ssh info-center lldp stp clock dns dhcp "
        "header firewall security-policy nat traffic telnet http rsa authentication loopback-detect"
    )
    interface_words = word_set(
        "description ip port shutdown speed duplex negotiation stp lldp traffic-filter dhcp ospf mtu "
        "eth-trunk broadcast-suppression loopback-detect authentication nat firewall"
    )
    answers: ClassVar[dict[str, bool]] = {"y": True, "yes": True, "n": False, "no": False}

    @classmethod
    def show(cls, machine: Machine) -> str:
        body = machine.configuration.text(cls.separator) if machine.configuration else ""
        return f"!Software Version {machine.model.version}\n{body}\nreturn"

    def greeting(self) -> str:
        return (
            "Info: The max number of VTY users is 5, and the number\r\n"
            "      of current VTY users on line is 1.\r\n"
            f"      The current login time is {self.machine.clock.now():%Y-%m-%d %H:%M:%S}+00:00.\r\n"
        )

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
            Command("display this", lambda _: Reply(self._this())),
            Command("display version", lambda _: Reply(self._version())),
            Command("display interface brief", lambda _: Reply(interface_brief(self.machine))),
            Command("display lldp neighbor brief", lambda _: Reply(lldp_brief(self.machine))),
            Command("display clock", lambda _: Reply(f"{self.machine.clock.now():%Y-%m-%d %H:%M:%S}+00:00")),
            Command("save force", lambda _: self._save("y")),
            Command("save", lambda _: self.ask(f"{self._warning()}[Y/N]:", self._save)),
            Command("quit", lambda _: self.leave()),
        ]
        if self.path is not None:
            return [*shared, Command("return", lambda _: self._return())]
        return [
            *shared,
            Command("screen-length", self._screen_length, rest=True),
            Command("system-view", lambda _: self._system_view()),
        ]

    def _label(self, line: str) -> str:
        words = line.split()
        if words[0] == "interface":
            return "".join(words[1:])
        if words[0] == "user-interface":
            return f"ui-{''.join(words[1:3])}{''.join('-' + word for word in words[3:])}"
        if words[0] in {"ospf", "bgp", "acl", "area"}:
            return "-".join(word for word in words if word != "number")
        return "".join(words)

    def _system_view(self) -> Reply:
        self.path = ()
        return Reply("Enter system view, return user view with Ctrl+Z.")

    def _return(self) -> Reply:
        self.path = None
        return Reply()

    def _screen_length(self, rest: str) -> Reply:
        words = rest.split()
        if len(words) != 2 or words[1] != "temporary" or not words[0].isdigit():  # noqa: PLR2004  # `N temporary`
            return self.refuse(f"screen-length {rest}", 1, self.bad_parameter)
        self.page = int(words[0])
        return Reply("Info: The configuration takes effect on the current user terminal interface only.")

    def _warning(self) -> str:
        return "The current configuration will be written to the device.\r\nAre you sure to continue?"

    def _save(self, answer: str) -> Reply:
        sure = self.answers.get(answer.lower())
        if sure is None:
            question = "Error: Please choose 'YES' or 'NO' first before pressing 'Enter'. [Y/N]:"
            return self.ask(question, self._save)
        if not sure:
            return Reply()
        self.machine.saved = self.show(self.machine)
        return Reply("Now saving the current configuration to the slot 0.\nSave the configuration successfully.")

    def _one_interface(self, rest: str) -> Reply:
        name = self.interface(rest) if rest else None
        if name is None:
            return self.refuse(f"display current-configuration interface {rest}", 3, self.bad_parameter)
        section = self.configuration.section((f"interface {name}",))
        lines = [f" {child.line}" for child in section.children] if section else []
        return Reply("\n".join([self.separator, f"interface {name}", *lines, self.separator, "return"]))

    def _this(self) -> str:
        section = self.configuration.section(self.path or ())
        lines = [f" {child.line}" for child in section.children] if section and self.path else []
        return "\n".join([self.separator, *(self.path or ())[-1:], *lines, self.separator, "return"])

    def _version(self) -> str:
        model = self.machine.model
        head = model.description.partition("\n")[2].replace("\r", "")
        return f"{head}\nHUAWEI {model.name} uptime is {uptime(self.machine)}"


VENDOR = Vendor("huawei_vrp", MODELS, rows, boot, Vrp)
