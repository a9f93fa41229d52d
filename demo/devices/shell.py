"""The SSH side of a device: a login, a terminal with echo and paging, and the faults that tests switch on.

Input is read one line at a time and only when the prompt is out, as on a real device: what a hasty client types ahead
is echoed after the prompt, however late that prompt comes.
"""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator

import asyncssh
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from demo.devices.dialect import Dialect
from demo.devices.machine import Machine

BACKSPACE = ("\b", "\x7f")
CTRL_C, CTRL_Z = "\x03", "\x1a"
QUIT_PAGER = {"q", "Q", CTRL_C}
NEWLINES = {"\r", "\n"}

Process = asyncssh.SSHServerProcess[str]


class Dropped(Exception):  # noqa: N818  # no error: the fault that was asked for
    """The connection was cut in the middle of an output."""


class Login(asyncssh.SSHServer):
    """Passwords only, as on the devices."""

    def __init__(self, machine: Machine, connections: set[asyncssh.SSHServerConnection]) -> None:
        self._machine = machine
        self._connections = connections
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        self._connections.add(conn)
        if self._machine.faults.reset_before_login:
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncssh's signature
        if self._connection is not None:
            self._connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:  # noqa: ARG002  # every name must prove itself
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        device = self._machine.device
        right = hmac.compare_digest(f"{device.username} {device.password}".encode(), f"{username} {password}".encode())
        return right and not self._machine.faults.refuse_password


class Terminal:
    """One session's screen and keyboard."""

    def __init__(self, process: Process, machine: Machine, dialect: Dialect) -> None:
        self._process = process
        self._machine = machine
        self._dialect = dialect
        self._keys = self._pressed()

    async def run(self) -> None:
        command = self._process.command
        if command is not None:
            self._dialect.page = 0
            await self._print(self._dialect.execute(command).text)
            return
        self._process.stdout.write(self._dialect.greeting())
        while True:
            await asyncio.sleep(self._machine.faults.delay)
            self._process.stdout.write(self._dialect.prompt())
            line = await self._line()
            if line is None:
                return
            reply = self._dialect.execute(line)
            await self._print(reply.text)
            if reply.close:
                return

    async def _line(self) -> str | None:
        """What was typed up to Enter; None at the end of input."""
        typed = ""
        async for key in self._keys:
            if key in NEWLINES:
                self._process.stdout.write("\r\n")
                return typed
            if key in BACKSPACE:
                self._process.stdout.write("\b \b" if typed else "")
                typed = typed[:-1]
            elif key == CTRL_C:
                self._process.stdout.write("\r\n")
                return ""
            elif key == CTRL_Z:
                self._dialect.path = None
                self._process.stdout.write("\r\n")
                return ""
            elif key.isprintable():
                self._process.stdout.write(key)
                typed += key
        return None

    async def _pressed(self) -> AsyncIterator[str]:
        """Single keys; a line feed right after a carriage return is part of it."""
        before = ""
        while data := await self._process.stdin.read(1024):
            for key in data:
                if not (key == "\n" and before == "\r"):
                    yield key
                before = key

    async def _print(self, text: str) -> None:
        if not text:
            return
        faults = self._machine.faults
        text = text[: faults.truncate] if faults.truncate is not None else text
        if faults.drop is not None and len(text) > faults.drop:
            self._process.stdout.write(_wire(text[: faults.drop]))
            await self._process.stdout.drain()
            raise Dropped
        await self._pages(text.split("\n"))

    async def _pages(self, lines: list[str]) -> None:
        page, at = self._dialect.page, 0
        room = page or len(lines)
        while True:
            self._process.stdout.write("".join(_wire(line) + "\r\n" for line in lines[at : at + room]))
            at += room
            if at >= len(lines):
                return
            self._process.stdout.write(self._dialect.more)
            key = await anext(self._keys, "q")
            self._process.stdout.write(self._dialect.erase)
            if key in QUIT_PAGER:
                return
            room = 1 if key in NEWLINES else page


def _wire(text: str) -> str:
    return text.replace("\r", "").replace("\n", "\r\n")


def host_key(name: str) -> asyncssh.SSHKey:
    """The same for the same name: a client that remembers keys must not be alarmed by the next start."""
    seed = hashlib.sha256(f"guanjin demo host key {name}".encode()).digest()
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return asyncssh.import_private_key(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))


async def serve(machine: Machine, port: int, connections: set[asyncssh.SSHServerConnection]) -> asyncssh.SSHAcceptor:
    kind = machine.vendor.dialect
    if kind is None:
        raise ValueError(f"{machine.device.name} has no command line")

    async def session(process: Process) -> None:
        try:
            await Terminal(process, machine, kind(machine)).run()
        except (Dropped, BrokenPipeError, ConnectionError):
            process.channel.get_connection().abort()
            return
        except asyncssh.TerminalSizeChanged:
            pass
        process.exit(0)

    return await asyncssh.listen(
        machine.device.address,
        port,
        server_factory=lambda: Login(machine, connections),
        process_factory=session,
        server_host_keys=[host_key(machine.device.name)],
        line_editor=False,
        gss_host=None,
        allow_scp=False,
        agent_forwarding=False,
        encoding="utf-8",
        errors="replace",
        reuse_address=True,
    )
