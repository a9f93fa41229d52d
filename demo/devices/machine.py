"""One emulated device while it runs: its configuration, which people change, and its faults, which tests switch."""

from dataclasses import dataclass, field

from core.clock import Clock
from demo.devices.configuration import Configuration
from demo.devices.model import Device, Model, Port, Vendor
from demo.devices.schedule import DAY, ORIGIN, draws
from demo.devices.view import View


@dataclass
class Faults:
    """What can be wrong with a device, for the tests of those who talk to it. Lengths are characters of output."""

    delay: float = 0.0  # seconds before every prompt
    truncate: int | None = None  # each command's output ends there, and the prompt follows
    drop: int | None = None  # the connection ends there
    reset_before_login: bool = False
    refuse_password: bool = False
    silent: bool = False  # neither SNMP nor SSH


@dataclass
class Machine:
    device: Device
    vendor: Vendor
    clock: Clock
    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        self.model: Model = self.vendor.models[self.device.model]
        self.configuration: Configuration | None = None
        if self.vendor.dialect:
            self.configuration = Configuration(self.vendor.dialect.grammar, self.vendor.boot(self))
        self.saved = self.running()
        self._edited = self.edited_text()
        self.view = View(self.vendor.rows(self))

    def time(self) -> float:
        return self.clock.now().timestamp()

    def booted(self, t: float) -> float:
        """When it started: between 60 and 460 days ago, at a time of its own."""
        start = ORIGIN - draws(f"{self.device.name} boot").uniform(60, 460) * DAY
        return t - (t - start) % (460 * DAY)

    def silent(self, t: float) -> bool:
        return self.faults.silent or bool(self.device.silence and self.device.silence.active(t))

    def running(self) -> str:
        if self.configuration is None or self.vendor.dialect is None:
            return ""
        return self.vendor.dialect.show(self)

    def name(self) -> str:
        """The name in the configuration, which somebody may have changed."""
        if self.configuration is None or self.vendor.dialect is None:
            return self.device.name
        return self.configuration.value((), self.vendor.dialect.name_command) or self.device.name

    def description(self, port: Port) -> str:
        if self.configuration is None:
            return port.description
        return self.configuration.value((f"interface {port.name}",), "description") or ""

    def enabled(self, port: Port) -> bool:
        return self.configuration is None or self.configuration.value((f"interface {port.name}",), "shutdown") is None

    def carries(self, port: Port, t: float) -> bool:
        """ifOperStatus: enabled, plugged in, and the line not out."""
        return self.enabled(port) and port.plugged and not (port.outage and port.outage.active(t))

    def edited_text(self) -> str | None:
        return self.device.edit.text(self.time()) if self.device.edit else None

    def tick(self) -> None:
        """Let the somebody of `Edit` work, once for each new text: what an operator changes meanwhile stays."""
        text = self.edited_text()
        if text is None or text == self._edited or self.configuration is None or self.device.edit is None:
            return
        self._edited = text
        self.configuration.put((f"interface {self.device.edit.interface}",), f"description {text}")
