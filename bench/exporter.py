"""Prometheus' snmp_exporter, asked for what the product polls, and nothing besides.

Two modules. `names` gives the page that the product gives: each port by ifName, ifDescr and ifAlias, which
snmp_exporter walks at every scrape and the product knows from its discovery. `bare` leaves that out: the same objects
on the wire, and a page that says no port's name.
"""

import http.client
import json
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from bench import cpu
from bench.objects import BOARD, COLUMNS, NAMES, SINGLE
from collectors.snmp.wire import Oid, dotted

PROGRAM: Final = Path("/usr/bin/prometheus-snmp-exporter")
ADDRESS: Final = ("127.0.0.1", 19116)
VERSION_2C: Final = {"version": 2, "auth": {"community": "public"}}


def configuration(access: dict[str, Any]) -> str:
    """JSON, which is YAML, too."""
    names = [
        {"labels": ["ifIndex"], "labelname": label, "oid": dotted(oid), "type": "DisplayString"}
        for label, oid in NAMES.items()
    ]
    return json.dumps({"bare": _module(access, [], []), "names": _module(access, list(NAMES.values()), names)})


def _module(access: dict[str, Any], walked: list[Oid], lookups: list[dict[str, Any]]) -> dict[str, Any]:
    ports = [_metric(oid, [{"labelname": "ifIndex", "type": "gauge"}]) | {"lookups": lookups} for oid in COLUMNS]
    board = [_metric(oid, [{"labelname": "entPhysicalIndex", "type": "gauge"}]) for oid in BOARD]
    return {
        "walk": [dotted(oid) for oid in (*COLUMNS, *BOARD, *walked)],
        "get": [dotted(oid) for oid in SINGLE],
        "metrics": ports + board + [_metric(oid[:-1], []) for oid in SINGLE],
        "max_repetitions": 25,
        **access,
    }


def _metric(oid: Oid, indexes: list[dict[str, str]]) -> dict[str, Any]:
    name = "o" + "_".join(map(str, oid[-4:]))
    return {"name": name, "oid": dotted(oid), "type": "gauge", "help": name, "indexes": indexes}


class Exporter:
    """`with Exporter(folder) as exporter:`; `exporter.fetch("names", address, port)` gives the page of one device."""

    def __init__(self, folder: Path, access: dict[str, Any] | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._config = folder / "snmp.yml"
        self._config.write_text(configuration(access or VERSION_2C), encoding="utf-8")
        self._local = threading.local()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [
                PROGRAM,
                f"--config.file={self._config}",
                f"--web.listen-address={ADDRESS[0]}:{ADDRESS[1]}",
                "--log.level=error",
            ]
        )
        deadline = time.monotonic() + 10
        while not self._listens():
            if time.monotonic() > deadline:
                raise RuntimeError("snmp_exporter did not start")
            time.sleep(0.05)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        self._process.wait(10)

    @property
    def cpu_s(self) -> float:
        return cpu.seconds(self._process.pid)

    def fetch(self, module: str, address: str, port: int) -> bytes:
        """A device's page, over a connection that each thread keeps, as Prometheus does."""
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = http.client.HTTPConnection(*ADDRESS, timeout=30)
        connection.request("GET", f"/snmp?target={address}:{port}&module={module}")
        answer = connection.getresponse()
        body: bytes = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"snmp_exporter says {answer.status}: {body[:200]!r}")
        return body

    def _listens(self) -> bool:
        try:
            http.client.HTTPConnection(*ADDRESS, timeout=1).connect()
        except OSError:
            return False
        return True


def spread(jobs: Sequence[Callable[[], object]], threads: int, a_second: float | None = None) -> None:
    """Run the jobs by some threads; at an even pace when one is given, else as fast as it goes."""
    started, numbers = time.monotonic(), count()
    faults: list[BaseException] = []

    def work() -> None:
        while (number := next(numbers)) < len(jobs) and not faults:
            if a_second:
                time.sleep(max(0.0, started + number / a_second - time.monotonic()))
            try:
                jobs[number]()
            except BaseException as error:  # noqa: BLE001  # raised below, in the thread that waits
                faults.append(error)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if faults:
        raise faults[0]
