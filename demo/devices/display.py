"""The tables that `display interface brief` and its kin print, alike enough on all platforms to be made once."""

from demo.devices.machine import Machine
from demo.devices.model import ETHERNET, Port


def uptime(machine: Machine) -> str:
    t = machine.time()
    minutes = int(t - machine.booted(t)) // 60
    weeks, minutes = divmod(minutes, 7 * 24 * 60)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    return f"{weeks} weeks, {days} days, {hours} hours, {minutes} minutes"


def status(machine: Machine, port: Port, t: float) -> str:
    if not machine.enabled(port):
        return "*down"
    return "up" if machine.carries(port, t) else "down"


def interface_brief(machine: Machine) -> str:
    t = machine.time()
    head = [
        "PHY: Physical",
        "*down: administratively down",
        "InUti/OutUti: input utility/output utility",
        f"{'Interface':<28}{'PHY':<7}{'Protocol':<9}{'InUti':>7}{'OutUti':>8}",
    ]
    return "\n".join([*head, *(_brief(machine, port, t) for port in machine.device.ports)])


def _brief(machine: Machine, port: Port, t: float) -> str:
    state = status(machine, port, t)
    rates = (curve.rate(t) * 8 / port.speed if curve and port.speed and state == "up" else 0.0
             for curve in (port.inward, port.outward))  # fmt: skip
    inward, outward = (f"{rate:.2%}" for rate in rates)
    return f"{port.name:<28}{state:<7}{state.lstrip('*'):<9}{inward:>7}{outward:>8}"


def lldp_brief(machine: Machine) -> str:
    t = machine.time()
    ports = {port.name: port for port in machine.device.ports if port.kind == ETHERNET}
    lines = [f"{'Local Intf':<26}{'Neighbor Dev':<24}{'Neighbor Intf':<26}Exptime(s)"]
    for at, neighbour in enumerate(machine.device.neighbours):
        if machine.carries(ports[neighbour.port], t):
            left = 91 + int(t + at * 7) % 30
            lines.append(f"{neighbour.port:<26}{neighbour.device:<24}{neighbour.device_port:<26}{left}")
    return "\n".join(lines)
