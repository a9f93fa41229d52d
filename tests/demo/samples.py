"""A handful of devices and a clock that stands where it is put."""

from datetime import UTC, datetime, timedelta

from demo.devices.fleet import VENDORS
from demo.devices.model import Device, Edit, Neighbour, Port
from demo.devices.schedule import Curve, Every

NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai


class StillClock:
    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def forward(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


LINE_OUTAGE = Every(360, 90, NOON.timestamp() - 120)  # down 240 s after noon
SILENCE = Every(600, 120, NOON.timestamp() - 300)  # silent 300 s after noon


def device(platform: str, number: int = 1, model: str = "", **changes: object) -> Device:
    """One device of a platform, its first two ports in use, the first on a line that fails."""
    product = VENDORS[platform].models[model or next(iter(VENDORS[platform].models))]
    ports: list[Port] = []
    for group in product.groups:
        for name, index in group.names():
            ports.append(Port(name, index, kind=group.kind, speed=group.speed, plugged=False))
    used = [at for at, port in enumerate(ports) if port.kind == 6][:2]
    for at, outage in zip(used, (LINE_OUTAGE, None), strict=False):
        ports[at] = Port(
            ports[at].name,
            ports[at].index,
            speed=ports[at].speed,
            description="至石桥镇专线" if outage else "to server",
            inward=Curve(1e6, f"{platform} {at} in"),
            outward=Curve(2e6, f"{platform} {at} out"),
            outage=outage,
        )
    values: dict[str, object] = {
        "name": f"QL-{platform.upper().replace('_', '-')}-{number}",
        "platform": platform,
        "model": product.name,
        "address": f"127.10.250.{number}",
        "serial": f"21023599{number:04}",
        "ports": tuple(ports),
        "neighbours": (Neighbour(ports[used[0]].name, "QL-OTHER", "GigabitEthernet0/0/9", "S5720"),),
        "edit": Edit(ports[used[-1]].name, ("before", "after"), every=3600.0),
        "snmp_port": 0,
        "ssh_port": 0,
    }
    return Device(**{**values, **changes})  # type: ignore[arg-type]
