"""Probe recorded agents with the real command, and have the recordings' own judge say how much was found.

    make corpus CORPUS=DIR        DIR/snmprec/NAME.snmprec, DIR/expected/NAME.json, DIR/score.py

The recordings belong to others and never enter this project. snmpsim serves them: by the system's Python, because it
keeps its indexes in dbm, and as an unprivileged user, because it refuses to be root. What it needs of this
environment is made readable to that user by copying. Exit code 1 when a fact is found less often than it must be.
"""

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from collectors.snmp import Engine, Target

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("snmpsim", "pysnmp", "pyasn1")
PATIENCE_S = 180
USER, GROUP = "nobody", "nogroup"
# The mean over devices that each fact has to reach, where the recordings have it; and the share of sensors that may
# match nothing, because numbers that are not there are worse than none.
NEEDED = dict.fromkeys(("sys", "ports_present", "ports_speed", "ports_oper", "ports_admin"), 0.99)
GRADED = (
    dict.fromkeys(("processors", "mempools", "storage", "neighbours"), 0.90)
    | dict.fromkeys(("sensors_environment", "sensors_electrical"), 0.85)
    | dict.fromkeys(("serial_lenient", "version_lenient"), 0.75)
    | {"sensors_state": 0.70}
)
MOST_UNMATCHED = 0.15
# The light responder of snmpsim 1.2.2 calls pysnmp 7.1, and its own controller, by names that both have given up.
START = """
from pysnmp.carrier.asyncio.dispatch import AsyncioDispatcher
from pysnmp.proto import api
from snmpsim.controller import MibInstrumController
api.protoModules = api.PROTOCOL_MODULES
def serve(next_flag):
    return lambda self, var_binds: self._data_file.process_var_binds(var_binds, nextFlag=next_flag, setFlag=False)
MibInstrumController.readVars, MibInstrumController.readNextVars = serve(False), serve(True)
AsyncioDispatcher.registerRecvCbFun = AsyncioDispatcher.register_recv_callback
from snmpsim.commands.responder_lite import main
main()
"""


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def simulator(recordings: Path) -> Iterator[int]:
    """The port at which every recording answers, its file name being the community."""
    with tempfile.TemporaryDirectory(prefix="guanjin-corpus-") as name:
        place = Path(name)
        shutil.copytree(recordings, place / "data", copy_function=shutil.copyfile)
        _copy_packages(place / "lib")
        for part in ("cache", "log"):
            (place / part).mkdir()
        _hand_over(place)
        port = free_port()
        with (place / "log" / "stderr").open("wb") as log:
            server = subprocess.Popen(_command(place, port), env=_environment(place), stderr=log, stdout=log)
        try:
            _wait(port, server, place / "log" / "stderr", next(recordings.glob("*.snmprec")).stem)
            yield port
        finally:
            server.terminate()
            server.wait(10)


def _copy_packages(destination: Path) -> None:
    site = Path(next(path for path in sys.path if path.endswith("site-packages")))
    for package in PACKAGES:
        shutil.copytree(site / package, destination / package)
    # snmpsim names pysmi's version in its help text and does not depend on it otherwise.
    (destination / "pysmi.py").write_text('__version__ = "absent"\n')


def _hand_over(place: Path) -> None:
    for path in (place, *place.rglob("*")):
        if os.getuid() == 0:
            shutil.chown(path, USER, GROUP)
        path.chmod(0o755 if path.is_dir() else 0o644)


def _command(place: Path, port: int) -> list[str]:
    command = [
        "/usr/bin/python3",
        "-W",
        "ignore",
        "-c",
        START,
        f"--data-dir={place / 'data'}",
        f"--cache-dir={place / 'cache'}",
    ]
    command += [f"--agent-udpv4-endpoint=127.0.0.1:{port}", "--log-level=error", "--logging-method=null"]
    return [*command, f"--process-user={USER}", f"--process-group={GROUP}"] if os.getuid() == 0 else command


def _environment(place: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(place / "lib"), "HOME": str(place)}


async def _answers(port: int, community: str) -> bool:
    async with Engine() as engine:
        target = Target("127.0.0.1", port, community=community.encode(), timeout_s=0.5, retries=0)
        return await engine.session(target).alive()


def _wait(port: int, server: subprocess.Popen[bytes], log: Path, community: str) -> None:
    """Indexing the recordings takes it a while."""
    deadline = time.monotonic() + PATIENCE_S
    while server.poll() is None and time.monotonic() < deadline:
        if asyncio.run(_answers(port, community)):
            return
    raise RuntimeError(log.read_text()[-2000:])


def _probe(port: int, community: str, timeout: str) -> list[str]:
    target = f"127.0.0.1:{port}"
    return [
        sys.executable,
        "guanjin.py",
        "snmp",
        "probe",
        target,
        "--community",
        community,
        "--timeout",
        timeout,
        "--json",
    ]


async def probe_all(port: int, names: list[str], results: Path, wait_s: float) -> list[str]:
    """Writes NAME.json for each; returns what went wrong."""
    wrong: list[str] = []
    free = asyncio.Semaphore(2)

    async def one(name: str) -> None:
        async with free:
            process = await asyncio.create_subprocess_exec(
                *_probe(port, name, str(wait_s)), stdout=-1, stderr=-1, cwd=ROOT
            )
            out, err = await process.communicate()
        if process.returncode == 0:
            (results / f"{name}.json").write_bytes(out)
        else:
            wrong.append(f"{name}: exit code {process.returncode}\n{err.decode()[-600:]}")

    await asyncio.gather(*(one(name) for name in names))
    return wrong


def judge(corpus: Path, results: Path, details: Path) -> tuple[str, Mapping[str, float]]:
    """The judge's table, and the mean over devices of each fact."""
    command = [sys.executable, str(corpus / "score.py"), str(corpus / "expected"), str(results), "--json", str(details)]
    table = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    shares: dict[str, list[float]] = {}
    for device in json.loads(details.read_text()).values():
        for fact, (hit, total) in device["scores"].items():
            shares.setdefault(fact, []).append(hit / total)
    return table, {fact: sum(parts) / len(parts) for fact, parts in shares.items()}


def unmatched(results: Path, details: Path) -> float:
    """The share of all sensors that the judge knows nothing of."""
    judged = json.loads(details.read_text())
    found = sum(len(json.loads(path.read_text()).get("sensors", ())) for path in results.glob("*.json"))
    extra = sum(device.get("precision_info", {}).get("extra_sensors", 0) for device in judged.values())
    return extra / found if found else 0.0


def too_low(shares: Mapping[str, float], extra: float) -> list[str]:
    """What was missed, in words."""
    needed = NEEDED | {fact: share for fact, share in GRADED.items() if fact in shares}
    missed = [
        f"too low: {fact} {shares.get(fact, 0):.2%}" for fact, share in needed.items() if shares.get(fact, 0) < share
    ]
    return missed + ([f"too many sensors that match nothing: {extra:.2%}"] if extra > MOST_UNMATCHED else [])


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("corpus", type=Path)
    options.add_argument("--results", type=Path, help="keep NAME.json files and the judge's details here")
    options.add_argument("--wait", type=float, default=4.0, help="seconds to wait for an answer")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        results = chosen.results or Path(scratch)
        results.mkdir(parents=True, exist_ok=True)
        names = sorted(path.stem for path in (chosen.corpus / "snmprec").glob("*.snmprec"))
        with simulator(chosen.corpus / "snmprec") as port:
            wrong = asyncio.run(probe_all(port, names, results, chosen.wait))
        details = results.with_suffix(".scores")
        table, shares = judge(chosen.corpus, results, details)
        extra = unmatched(results, details)
    missed = too_low(shares, extra)
    print(table, f"sensors that match nothing: {extra:.1%}", *wrong, *missed, sep="\n")  # noqa: T201  # a command
    return 1 if missed or wrong else 0


if __name__ == "__main__":
    sys.exit(main())
