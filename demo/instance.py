"""The two instances of the demonstration: where they keep their data, and the settings that they are started with."""

import json
import secrets
import socket
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from core.settings import Settings, Zone, load
from demo.county import extranet, intranet
from demo.county.ledger import NETWORK, Sample, moved
from demo.county.workbook import workbook
from demo.errors import AddressTakenError
from inventory.kinds import DeviceRole
from security.ferry import pins
from security.ferry.errors import PinTrivialError

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "demo"
HOST = "127.0.0.1"
PORTS = (8080, 8081)


@dataclass(frozen=True)
class Instance:
    zone: Zone
    site: str
    port: int
    sample: Sample
    ledger: Path
    folder: Path

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def station(self) -> str:
        """The device at which the management station hangs: of two core switches, the first."""
        return next(one.name for one in self.sample.devices if one.role is DeviceRole.CORE_SWITCH)

    @property
    def config(self) -> Path:
        return self.folder / "guanjin.toml"

    @property
    def log(self) -> Path:
        return self.folder / "guanjin.log"

    def settings(self) -> Settings:
        return load(self.config, {})


def instances(folder: Path, ports: tuple[int, int], network: str = NETWORK) -> tuple[Instance, Instance]:
    """Each imports the ledger that ships with the project, or one of its own where the addresses are others."""
    here = Path(__file__).resolve().parent
    outside = Instance(
        Zone.EXTRANET, "青岚县电子政务外网", ports[0], extranet.EXTRANET, here / "county.xlsx", folder / "extranet"
    )
    inside = Instance(
        Zone.INTRANET, "青岚县电子政务内网", ports[1], intranet.INTRANET, here / "intranet.xlsx", folder / "intranet"
    )
    if network == NETWORK:
        return outside, inside
    return _moved(outside, network), _moved(inside, network)


def _moved(instance: Instance, network: str) -> Instance:
    sample = moved(instance.sample, network)
    ledger = instance.folder / instance.ledger.name
    instance.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    workbook(sample).save(ledger)
    return replace(instance, sample=sample, ledger=ledger)


def disc(folder: Path) -> Path:
    """The folder that stands for the disc carried between the networks."""
    return folder / "disc"


def write_settings(instance: Instance, medium: Path) -> None:
    """Faster than an office would poll, so that a visitor sees things move.

    ICMP is off: every emulated device is this machine itself, whose kernel answers a ping for the silent one too.
    """
    instance.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    sections: dict[str, dict[str, str | int | float]] = {
        "site": {"name": instance.site, "zone": instance.zone.value, "station_device": instance.station},
        "storage": {"data": str(instance.folder)},
        "web": {"listen_host": HOST, "listen_port": instance.port},
        "polling": {"interval_s": 10, "timeout_s": 1.0, "retries": 1, "icmp": "off"},
        "worker": {"backup_cron": "*/2 * * * *", "poll_s": 1.0},
        "ferry": {"media": str(medium)},
    }
    lines: list[str] = []
    for section, fields in sections.items():
        lines += [
            f"[{section}]",
            *(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items()),
        ]
    instance.config.write_text("\n".join([*lines, ""]), encoding="utf-8")


def require_free(instance: Instance) -> None:
    """Raises AddressTakenError; said before anything is started, because then it is still clear what to do."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, instance.port))
        except OSError as error:
            raise AddressTakenError(address=HOST, port=instance.port) from error


@dataclass(frozen=True)
class Secrets:
    """One password for every account of the demonstration and one PIN for every approver; made at the first start."""

    password: str
    pin: str


def secrets_of(folder: Path) -> Secrets:
    path = folder / "accounts.json"
    if path.exists():
        return Secrets(**json.loads(path.read_text(encoding="utf-8")))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    letters = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
    groups = ("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3))
    made = Secrets(f"Demo-{'-'.join(groups)}", _pin())
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(made)), encoding="utf-8")
    return made


def _pin() -> str:
    """Six digits that are not among the few that a signing key refuses."""
    while True:
        pin = f"{secrets.randbelow(900_000) + 100_000}"
        with suppress(PinTrivialError):
            pins.check(pin, person="")
            return pin
