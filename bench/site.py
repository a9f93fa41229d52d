"""An installation of the product whose inventory is the farm's devices, and its poller process."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from bench import cpu
from collectors.metrics.scrape import read_metrics
from collectors.models import DeviceState
from core.database import Database
from core.settings import load
from inventory.kinds import DeviceRole
from inventory.models import Device
from security.audit import SYSTEM
from security.vault import Keyring, Kind, Realm, Vault

ROOT: Final = Path(__file__).resolve().parent.parent
CREDENTIAL: Final = "site"


class Site:
    """`with Site(addresses, port, interval_s=60) as site:` its poller runs inside the block."""

    def __init__(self, addresses: Iterable[str], port: int, *, interval_s: int, icmp_interval_s: int = 5) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="gj."))
        self._config = self._folder / "guanjin.toml"
        self._config.write_text(
            f'[storage]\ndata = "{self._folder}/var"\n'
            f"[polling]\ninterval_s = {interval_s}\nicmp_interval_s = {icmp_interval_s}\n",
            encoding="utf-8",
        )
        self.settings = load(self._config, {})
        self._run("init")
        self.database = Database(self.settings.database_url)
        self._fill(addresses, port)

    def __enter__(self) -> Self:
        """A poller that ends with this process, however that ends."""
        environment = {**os.environ, "GUANJIN_PARENT": str(os.getpid())}
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [*self._command, "process", "poller"], stderr=log, cwd=self._folder, env=environment
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        self._process.wait(60)
        self.database.close()
        shutil.rmtree(self._folder)

    @property
    def cpu_s(self) -> float:
        return cpu.seconds(self._process.pid)

    @property
    def peak_bytes(self) -> int:
        return cpu.peak_bytes(self._process.pid)

    def numbers(self) -> dict[str, float]:
        """The poller's own metrics, without their common beginning."""
        page = read_metrics(self.settings, timeout_s=60).rpartition(b"# HELP guanjin_line")[2]
        own = page[page.index(b"# HELP guanjin_poller") :].decode()
        return {
            sample.name.removeprefix("guanjin_poller_").removesuffix("_total"): sample.value
            for family in text_string_to_metric_families(own)
            for sample in family.samples
        }

    def ages_s(self) -> dict[str, float]:
        """By address, the seconds since the device last answered a poll; nothing for those that never did."""
        asked = select(Device.address, DeviceState.last_answer).join(DeviceState, DeviceState.device_id == Device.id)
        with self.database.read() as session:
            now = time.time()
            return {address: now - at.timestamp() for address, at in session.execute(asked) if at and address}

    def until_all_answered(self, count: int, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while len(self.ages_s()) < count:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self._folder / "log").read_text(encoding="utf-8")[-4000:] or "no poller")
            time.sleep(1)

    @property
    def _command(self) -> list[str]:
        return [sys.executable, str(ROOT / "guanjin.py"), "--config", str(self._config)]

    def _run(self, *words: str) -> None:
        subprocess.run([*self._command, *words], check=True, stdout=subprocess.DEVNULL, cwd=self._folder)

    def _fill(self, addresses: Iterable[str], port: int) -> None:
        keyring = Keyring.load(self.settings.storage.data, [Realm.MONITOR])
        with self.database.write() as session:
            secret = {"community": "public"}
            Vault(keyring).put(session, Realm.MONITOR, CREDENTIAL, secret, actor=SYSTEM, kind=Kind.SNMP_V2C)
            session.add_all(
                Device(
                    name=f"SW-{number:05}",
                    role=DeviceRole.ACCESS_SWITCH,
                    address=address,
                    snmp_port=port,
                    snmp_credential=CREDENTIAL,
                )
                for number, address in enumerate(addresses)
            )
