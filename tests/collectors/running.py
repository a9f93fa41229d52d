"""A poller in the test's own event loop, with its agents beside it."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from collectors.poller.process import Poller
from collectors.snmp.wire import Oid, Tag, VarBind, parse_oid
from core.clock import Clock, SystemClock
from core.database import Database
from core.settings import PollingSettings, Settings, StorageSettings
from inventory.models import Device
from security.audit import SYSTEM
from security.vault import Keyring, Kind, Realm, Vault
from security.vault.keyfiles import create_keys

Found = TypeVar("Found")
CREDENTIAL = "site"


class WallClock(SystemClock):
    """One that a person sets while the poller runs."""

    def __init__(self) -> None:
        self.wrong = timedelta()

    def now(self) -> datetime:
        return super().now() + self.wrong


@dataclass(frozen=True)
class Place:
    """Where a poller works."""

    database: Database
    settings: Settings
    keyring: Keyring

    @classmethod
    def make(cls, database: Database, folder: Path, **polling: object) -> "Place":
        """Quick: intervals below those that a person may set."""
        quick: dict[str, object] = {
            "interval_s": 1,
            "icmp_interval_s": 1,
            "line_interval_s": 1,
            "timeout_s": 0.2,
            "retries": 1,
        }
        settings = Settings.model_construct(
            storage=StorageSettings(data=folder), polling=PollingSettings.model_construct(**(quick | polling))
        )
        create_keys(folder)
        keyring = Keyring.load(folder, [Realm.MONITOR])
        with database.write() as session:
            secret = {"community": "public"}
            Vault(keyring).put(session, Realm.MONITOR, CREDENTIAL, secret, actor=SYSTEM, kind=Kind.SNMP_V2C)
        return cls(database, settings, keyring)

    def give_credentials(self) -> None:
        with self.database.write() as session:
            for device in session.scalars(select(Device)):
                device.snmp_credential = CREDENTIAL

    @asynccontextmanager
    async def poller(self, clock: Clock | None = None) -> AsyncIterator[Poller]:
        stop = threading.Event()
        poller = Poller(self.settings, self.database, self.keyring, clock or SystemClock())
        task = asyncio.create_task(poller.run(stop))
        try:
            yield poller
        finally:
            stop.set()
            await asyncio.wait_for(task, 10)

    async def until(self, question: Callable[[Session], Found], seconds: float = 15.0) -> Found:
        """The first answer that is true; the last one when none is in time."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while True:
            found = await asyncio.to_thread(self._ask, question)
            if found or loop.time() > deadline:
                return found
            await asyncio.sleep(0.05)

    def _ask(self, question: Callable[[Session], Found]) -> Found:
        with self.database.read() as session:
            return question(session)


def oid(text: str, index: int) -> Oid:
    return (*parse_oid(text), index)


def switch(
    name: str, ports: dict[int, str], *, octets: int = 0, uptime: int = 12_345, down: frozenset[int] = frozenset()
) -> list[VarBind]:
    """A small switch's system and IF-MIB, by ifIndex and name."""
    system = [
        VarBind(parse_oid("1.3.6.1.2.1.1.1.0"), Tag.OCTET_STRING, b"a switch"),
        VarBind(parse_oid("1.3.6.1.2.1.1.2.0"), Tag.OBJECT_IDENTIFIER, parse_oid("1.3.6.1.4.1.99999.1")),
        VarBind(parse_oid("1.3.6.1.2.1.1.3.0"), Tag.TIME_TICKS, uptime),
        VarBind(parse_oid("1.3.6.1.2.1.1.5.0"), Tag.OCTET_STRING, name.encode()),
        VarBind(parse_oid("1.3.6.1.2.1.2.1.0"), Tag.INTEGER, len(ports)),
    ]
    return system + [cell for index, port in ports.items() for cell in _port(index, port, octets, index in down)]


def _port(index: int, name: str, octets: int, down: bool) -> list[VarBind]:  # noqa: FBT001
    table, wide = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
    mac = bytes.fromhex("00005e0053") + bytes([sum(name.encode()) % 256])
    return [
        VarBind(oid(f"{table}.2", index), Tag.OCTET_STRING, name.encode()),
        VarBind(oid(f"{table}.3", index), Tag.INTEGER, 6),
        VarBind(oid(f"{table}.5", index), Tag.GAUGE32, 1_000_000_000),
        VarBind(oid(f"{table}.6", index), Tag.OCTET_STRING, mac),
        VarBind(oid(f"{table}.7", index), Tag.INTEGER, 1),
        VarBind(oid(f"{table}.8", index), Tag.INTEGER, 2 if down else 1),
        *(VarBind(oid(f"{table}.{column}", index), Tag.COUNTER32, 0) for column in (13, 14, 19, 20)),
        VarBind(oid(f"{wide}.1", index), Tag.OCTET_STRING, name.encode()),
        *(VarBind(oid(f"{wide}.{column}", index), Tag.COUNTER64, octets) for column in (6, 7, 10, 11)),
        VarBind(oid(f"{wide}.15", index), Tag.GAUGE32, 1000),
        VarBind(oid(f"{wide}.18", index), Tag.OCTET_STRING, b"to " + name.encode()),
    ]
