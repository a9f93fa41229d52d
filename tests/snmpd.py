"""A real net-snmp agent on a free port of the loopback, for as long as a `with` block lasts.

    with snmpd("rocommunity public") as agent:
        agent.port, agent.community

snmpd takes its configuration from one temporary file and keeps its state beside it: nothing of this machine's is read.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from collectors.snmp.wire import Message, PduType, Version, encode_message, request

SNMPD = "/usr/sbin/snmpd"
PATIENCE_S = 10
# Not snmpd.conf: under that name the agent keeps its own state, beside it.
CONFIGURATION = "agent.conf"
SYS_UP_TIME = (1, 3, 6, 1, 2, 1, 1, 3, 0)
# Neither MIB files nor ports nor sockets of the system: only the agent and its built-in tables.
QUIET = {"MIBS": "", "PATH": os.environ["PATH"], "SNMP_PERSISTENT_DIR": ""}


@dataclass
class Snmpd:
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    address: str = "127.0.0.1"
    community: str = "public"

    def restart(self) -> None:
        """The same agent at the same port, one start further; returns when it answers."""
        _end(self.process)
        self.process = _run(self.log.parent, self.port)
        if not _answers(self):
            raise RuntimeError(self.log.read_text(errors="replace")[-2000:])

    def ask(self, *command: str) -> str:
        """A net-snmp tool against this agent, numeric output: `ask("snmpbulkwalk", "-Cr10", ".1.3.6.1.2.1.1")`."""
        tool, *rest = command
        options = ["-v2c", "-c", self.community, "-On", "-t", "5"]
        flags = [part for part in rest if part.startswith("-")]
        oids = [part for part in rest if not part.startswith("-")]
        arguments = [tool, *options, *flags, f"{self.address}:{self.port}", *oids]
        return subprocess.run(arguments, check=True, capture_output=True, text=True, env=QUIET).stdout


@contextmanager
def snmpd(*configuration: str) -> Iterator[Snmpd]:
    """`public` may read everything unless the configuration has its own `rocommunity`."""
    lines = list(configuration)
    if not any("community" in line for line in lines):
        lines.append("rocommunity public")
    with tempfile.TemporaryDirectory(prefix="guanjin-snmpd-") as name:
        place = Path(name)
        (place / CONFIGURATION).write_text("\n".join([*lines, ""]))
        agent = _started(place)
        try:
            yield agent
        finally:
            _end(agent.process)


def _started(place: Path) -> Snmpd:
    if shutil.which(SNMPD) is None:
        raise RuntimeError("snmpd is missing: make packages")
    for _ in range(5):
        agent = _launch(place)
        if _answers(agent):
            return agent
        agent.process.kill()
        agent.process.wait()
    raise RuntimeError((place / "log").read_text(errors="replace")[-2000:])


def _launch(place: Path) -> Snmpd:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    return Snmpd(port, _run(place, port), place / "log")


def _run(place: Path, port: int) -> subprocess.Popen[bytes]:
    command = [SNMPD, "-f", "-Lo", "-C", "-c", str(place / CONFIGURATION), f"udp:127.0.0.1:{port}"]
    with (place / "log").open("ab") as log:
        environment = QUIET | {"SNMP_PERSISTENT_DIR": str(place)}
        return subprocess.Popen(command, stdout=log, stderr=log, env=environment)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _answers(agent: Snmpd) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    pdu = request(PduType.GET, 1, [SYS_UP_TIME])
    question = encode_message(Message(Version.V2C, agent.community.encode(), pdu))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.1)
        while agent.process.poll() is None and time.monotonic() < deadline:
            asking.sendto(question, (agent.address, agent.port))
            try:
                asking.recv(4096)
            except TimeoutError:
                continue
            return True
    return False
