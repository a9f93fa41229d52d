"""What a list costs in a city: 6,000 devices, 200,000 ports, 3,000 lines, 7,000 links, page by page, on both databases.

Every request goes through the whole application, by a test client in the same process, so that what is measured is the
page and not the socket. The peer of the same run is `/health`, which reads one row.
"""

import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any, Final

from flask.testing import FlaskClient
from sqlalchemy import Table, insert, text
from sqlalchemy.orm import Session

from automation.models import BackupState, ConfigText, ConfigVersion
from bench.farm import BUILD
from bench.figures import Figure
from collectors.freshness import POLLER
from collectors.models import DeviceState, LineCondition, LineState, PollerStatus, PortState, PortStatus, Reachability
from core import schema
from core.database import Base, Database, sqlite_url
from core.settings import Settings
from inventory.addresses import place_of
from inventory.kinds import (
    AddressUse,
    AdministrativeLevel,
    Carrier,
    DeviceRole,
    FieldFormat,
    LineKind,
    LinkStanding,
    LinkState,
    ObjectKind,
)
from inventory.models import Address, CustomField, Device, Line, Link, Port, Region, Site, Unit
from inventory.pinyin import initials
from security import accounts, grants, sessions, tokens
from security.accounts import NewAccount
from security.audit import SYSTEM
from security.passwords import HashedPassword
from security.reach import EVERYWHERE
from security.roles import Role, permissions_of
from security.sessions import SignedIn
from security.tokens import NewToken
from security.tokens.permissions import to_choose_from
from tests.postgresql import Cluster
from web.app import create_app
from web.garbage import set_aside

DEVICES: Final = 6000
PORTS_EACH: Final = 34
LINES: Final = 3000
LINKS: Final = 7000
VERSIONS: Final = 20  # of each device's configuration
SEALED: Final = 4000  # octets of one
ADDRESSES: Final = 10_000
COUNTIES: Final = 10
TOWNSHIPS: Final = 150
UNITS: Final = 600
AT_CENTRE: Final = 60  # devices
REQUESTS: Final = 25
MOST_MS: Final = 200.0
MOST_MS_OF_ALL: Final = {"overview": 300.0}  # it tells of everything
AT_ONCE: Final = 5000
PAGES: Final = {
    "devices": (
        "/devices", "/devices?page=60", "/devices?state=down", "/devices?sort=address", "/devices?sort=-cpu",
        "/devices?q=财政&sort=unit", "/devices?role=router&vendor=H3C", "/inventory/devices?q=SW-59",
        "/inventory/devices?sort=-custom.维保单位", "/inventory/devices?custom.网络属性=互联网区",
    ),
    "lines": (
        "/lines", "/lines?page=30", "/lines?q=MSTP&sort=-rtt", "/lines?carrier=mobile&sort=ends", "/inventory/lines",
    ),
    "links": (
        "/topology", "/topology?page=90", "/topology?state=gone", "/topology?q=SW-59&sort=name",
        "/topology?sort=-seen",
        "/topology?device=3000", "/topology?far=managed&standing=one_end",
    ),
    "configurations": (
        "/configs", "/configs?page=60", "/configs?state=failed", "/configs?q=SW-59&sort=device",
        "/configs?sort=-changed",
        "/configs?sort=versions",
    ),
    "other kinds": (
        "/inventory/units", "/inventory/subnets", "/inventory/addresses?q=10.9.1", "/inventory/changes", "/jobs",
    ),
    "one device": ("/devices/3000",),
    "the core switch, where every line ends": ("/devices/1",),
    "one port": ("/devices/3000/ports/101967",),
    "one line": ("/lines/1500",),
    "search": (
        "/search?q=SW-5999", "/search?q=zwzx", "/search?q=GE0/0/7", "/search?q=00e0-fc00-1388", "/search?q=10.1.1.9",
        "/search?q=财政局", "/search?q=10.1.0.0/20", "/search?q=青岚科技",
    ),
    "map": ("/topology/map/scene", "/topology/map/scene?at=region-12", "/topology/map/scene?at=site-1&others=1"),
    "overview": ("/overview",),
    "lists of the API": (
        "/api/v1/devices", "/api/v1/devices?sort=-cpu_percent&limit=200", "/api/v1/devices?q=财政&state=down",
        "/api/v1/lines?sort=name", "/api/v1/topology/links?limit=200", "/api/v1/inventory/devices?limit=200",
    ),
}  # fmt: skip


def measure(rounds: int) -> list[Figure]:
    folder = BUILD / "lists"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    figures = _measured("SQLite", sqlite_url(folder / "guanjin.db"), folder, rounds)
    with Cluster() as cluster, cluster.database() as url:
        return [*figures, *_measured("PostgreSQL", url, folder, rounds)]


def _measured(kind: str, url: str, folder: Path, rounds: int) -> list[Figure]:
    database = Database(url)
    schema.upgrade(database)
    _furnish(database)
    settings = Settings.model_validate(
        {
            "storage": {"data": folder},
            "site": {"station_device": _device(1)["name"]},
            "api": {"token_requests": 100_000, "address_requests": 100_000},
        }
    )
    app = create_app(settings, database, identify=lambda _token, _active: _reader(), is_set_up=lambda: True)
    set_aside()  # as the server does when it starts
    client = app.test_client()
    client.set_cookie(app.extensions["guanjin"].session_cookie, "x")
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {_token(database)}"
    alive = median(_times(client, ["/health"] * rounds))
    figures = []
    for name, paths in PAGES.items():
        times = _times(client, list(paths) * rounds)
        worst = quantiles(times, n=20)[18]
        most = MOST_MS_OF_ALL.get(name, MOST_MS)
        figures.append(Figure("lists", f"{kind}, {name}: 95 of 100 pages within", worst, "ms", most))
        figures.append(Figure("lists", f"{kind}, {name}: median page against /health", median(times) / alive, "times"))
    database.close()
    return figures


def _times(client: FlaskClient, paths: Iterable[str]) -> list[float]:
    """Milliseconds; each address is asked once before, as a process that runs for a day has."""
    wanted = list(paths)
    for path in dict.fromkeys(wanted):
        _ask(client, path)
    return [_ask(client, path) for path in wanted for _ in range(REQUESTS)]


def _ask(client: FlaskClient, path: str) -> float:
    start = perf_counter()
    answer = client.get(path, buffered=True)
    spent = (perf_counter() - start) * 1000
    if answer.status_code not in {200, 303}:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return spent


def _token(database: Database) -> str:
    """Of a program that may read what the reader sees."""
    with database.write() as session:
        new = NewAccount("program", "Program", must_change_password=False)
        account = accounts.create(session, new, HashedPassword("!"), actor=SYSTEM)
        grants.grant(session, account.id, Role.NETWORK_ADMIN, actor=SYSTEM)
        owner = sessions.principal_of(account, session_id=1)
        wanted = NewToken("bench", frozenset(to_choose_from(owner.permissions)))
        return tokens.create(session, owner, wanted, actor=SYSTEM).text


def _reader() -> SignedIn:
    permissions = permissions_of([Role.NETWORK_ADMIN])
    return SignedIn(
        session_id=1,
        account_id=1,
        login="reader",
        display_name="Reader",
        roles=frozenset({Role.NETWORK_ADMIN}),
        permissions=permissions,
        unit_id=None,
        must_change_password=False,
        reaches=dict.fromkeys(permissions, EVERYWHERE),
    )


def _furnish(database: Database) -> None:
    now = datetime.now(UTC)
    with database.write() as session:
        for model, rows in _rows(now):
            _fill(session, model, rows)
        if database.dialect == "postgresql":
            session.execute(text("ANALYZE"))  # as its autovacuum does a minute later


def _fill(session: Session, model: type[Base], rows: Iterator[dict[str, Any]]) -> None:
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101  # of a mapped class
    some: list[dict[str, Any]] = []
    for row in rows:
        some.append(row)
        if len(some) == AT_ONCE:
            session.execute(insert(table), some)
            some = []
    if some:
        session.execute(insert(table), some)


def _rows(now: datetime) -> Iterator[tuple[type[Base], Iterator[dict[str, Any]]]]:
    entry = {"notes": "", "tags": (), "custom": {}}
    mark = {"maintenance_note": "", "maintenance_by": ""}
    yield Region, (_region(n) | entry for n in range(1, COUNTIES + TOWNSHIPS + 2))
    yield Site, (_site(n) | entry for n in range(1, UNITS + 1))
    yield Unit, (_unit(n) | entry for n in range(1, UNITS + 1))
    own = {"choices": [], "help": "", "listed": True, "kind": ObjectKind.DEVICE}
    yield (
        CustomField,
        iter(
            [
                own | {"id": 1, "name": "维保单位", "format": FieldFormat.TEXT},
                own | {"id": 2, "name": "网络属性", "format": FieldFormat.CHOICE, "choices": ["政务外网", "互联网区"]},
            ]
        ),
    )
    yield Device, (entry | _device(n) | mark for n in range(1, DEVICES + 1))
    yield Port, (
        {"id": n, "device_id": (n - 1) // PORTS_EACH + 1, "name": f"GigabitEthernet0/0/{(n - 1) % PORTS_EACH + 1}",
         "alias": "", "is_key": False, "notes": ""}
        for n in range(1, DEVICES * PORTS_EACH + 1)
    )  # fmt: skip
    yield Line, (_line(n) | entry | mark for n in range(1, LINES + 1))
    counts = dict.fromkeys(("ports", "lines", "polls", "failed_polls", "late_polls", "changes"), 0)
    alive = {"name": POLLER, "pid": 1, "started": now, "heartbeat": now, "icmp": "off", "interval_s": 60}
    yield PollerStatus, iter([alive | counts | {"devices": DEVICES, "busy_percent": 0.0}])
    yield DeviceState, (_device_state(n, now) for n in range(1, DEVICES + 1))
    yield LineState, (_line_state(n, now) for n in range(1, LINES + 1))
    yield Link, (_link(n, now) for n in range(1, LINKS + 1))
    yield ConfigText, iter([{"digest": "0" * 64, "data": b""}])
    yield ConfigVersion, (_version(n, number, now) for n in range(1, DEVICES + 1) for number in range(1, VERSIONS + 1))
    yield BackupState, (_backup(n, now) for n in range(1, DEVICES + 1) if n % 9)
    yield Address, (_address(n) | entry for n in range(1, ADDRESSES + 1))
    yield PortState, (_port_state(n, now) for n in range(1, DEVICES * PORTS_EACH + 1))


def _region(n: int) -> dict[str, Any]:
    """The city, its counties, and their townships."""
    if n == 1:
        name, level, parent = "青岚市", AdministrativeLevel.CITY, None
    elif n <= COUNTIES + 1:
        name, level, parent = f"第{n}县", AdministrativeLevel.COUNTY, 1
    else:
        name, level, parent = f"第{n}镇", AdministrativeLevel.TOWNSHIP, n % COUNTIES + 2
    return {"id": n, "name": name, "level": level, "parent_id": parent, "initials": initials(name)}


def _site(n: int) -> dict[str, Any]:
    """The city's own centre first, then one for each unit."""
    name = f"第{n}财政所" if n > 1 else "市政务中心"
    return {"id": n, "name": name, "address": "", "region_id": _township(n), "initials": initials(name)}


def _unit(n: int) -> dict[str, Any]:
    name = f"第{n}财政局"
    return {"id": n, "name": name, "short_name": "", "region_id": _township(n), "initials": initials(name)}


def _township(n: int) -> int:
    return n % TOWNSHIPS + COUNTIES + 2 if n > 1 else 1


def _device(n: int) -> dict[str, Any]:
    address = f"10.{n >> 12}.{(n >> 6) & 63}.{n & 63}"
    return {
        "id": n,
        "name": f"SW-{n:04} 政务中心",
        "initials": initials(f"SW-{n:04} 政务中心"),
        "role": list(DeviceRole)[n % 6],
        "vendor": ("Huawei", "H3C", "Ruijie")[n % 3],
        "model": f"S{5700 + n % 40}",
        "platform": "huawei_vrp",
        "serial": f"210235{n:08}",
        "address": address,
        "place": place_of(address),
        "snmp_credential": "ro",
        "ssh_credential": "",
        "asset_number": "",
        "unit_id": n % UNITS + 1,
        "site_id": n % UNITS + 1 if n > AT_CENTRE else 1,
        "custom": {"维保单位": f"青岚科技{n % 90}部", "网络属性": ("政务外网", "互联网区")[n % 2]} if n % 3 else {},
    }


def _line(n: int) -> dict[str, Any]:
    return {
        "id": n,
        "name": f"中心至第{n}专线",
        "initials": initials(f"中心至第{n}专线"),
        "carrier": list(Carrier)[n % 4],
        "kind": LineKind.MSTP,
        "circuit_number": f"HY{n:05}MSTP",
        "bandwidth_bps": 100_000_000,
        "unit_id": n % UNITS + 1,
        "a_device_id": 1,
        "b_device_id": n + 1,
        "b_address": "",
    }


def _device_state(n: int, now: datetime) -> dict[str, Any]:
    state = Reachability.DOWN if n % 50 == 0 else Reachability.SILENT if n % 70 == 0 else Reachability.UP
    measured = {"cpu_percent": n % 100, "memory_percent": n % 90, "rtt_ms": n % 30 / 10}
    return {"device_id": n, "reachability": state, "since": now, "updated": now, "last_answer": now, **measured}


def _line_state(n: int, now: datetime) -> dict[str, Any]:
    state = LineCondition.DOWN if n % 60 == 0 else LineCondition.UP
    measured = {"rtt_ms": n % 40 / 10, "loss_percent": 0.0, "utilisation_percent": n % 80}
    return {
        "line_id": n,
        "state": state,
        "since": now - timedelta(hours=1),
        "updated": now,
        "watched_since": now,
        **measured,
    }


def _port_state(n: int, now: datetime) -> dict[str, Any]:
    mac = f"00:e0:fc:{n >> 16 & 255:02x}:{n >> 8 & 255:02x}:{n & 255:02x}"
    standing = {"admin": PortStatus.UP, "oper": PortStatus.UP if n % 3 else PortStatus.DOWN}
    told = {"name": f"GigabitEthernet0/0/{(n - 1) % PORTS_EACH + 1}", "alias": "", "mac": mac, "ifindex": n}
    return {"port_id": n, "device_id": (n - 1) // PORTS_EACH + 1, "updated": now, **told, **standing}


def _link(n: int, now: datetime) -> dict[str, Any]:
    """A tree of eight at each switch below the core, and from the 6,000th on a second way for every sixth."""
    lower = (n - 1) % (DEVICES - 1) + 2
    upper = (lower - 2) // 8 + 1 if n < DEVICES else (lower * 7) % DEVICES + 1
    a, b = (upper - 1) * PORTS_EACH + 2 + (lower - 2) % 8, (lower - 1) * PORTS_EACH + (1 if n < DEVICES else 12)
    return {
        "id": n,
        "key": f"{a}={b}",
        "a_device_id": upper,
        "a_port_id": a if n < DEVICES else None,
        "a_port": f"GigabitEthernet0/0/{(a - 1) % PORTS_EACH + 1}",
        "b_device_id": lower,
        "b_port_id": b,
        "b_port": f"GigabitEthernet0/0/{(b - 1) % PORTS_EACH + 1}",
        "b_name": f"SW-{lower:04} 政务中心",
        "candidates": 0,
        "evidence": "lldp",
        "standing": list(LinkStanding)[n % len(LinkStanding)],
        "state": LinkState.GONE if n % 90 == 0 else LinkState.PRESENT,
        "since": now - timedelta(hours=n % 100),
        "seen": now,
        "gone": None,
        "note": "",
    }


def _version(n: int, number: int, now: datetime) -> dict[str, Any]:
    at = now - timedelta(days=VERSIONS - number, minutes=n)
    return {
        "device_id": n,
        "number": number,
        "taken_at": at,
        "seen_at": at,
        "taken_by": "worker",
        "platform": "huawei_vrp",
        "fingerprint": f"{n}-{number}",
        "text_digest": "0" * 64,
        "size_bytes": SEALED,
        "lines": 100,
        "added": 1,
        "removed": 1,
        "sealed": bytes(SEALED),
    }


def _backup(n: int, now: datetime) -> dict[str, Any]:
    failed = n % 40 == 0
    return {
        "device_id": n,
        "attempted_at": now,
        "succeeded_at": None if failed else now - timedelta(hours=n % 30),
        "error_code": "automation.login" if failed else "",
        "error_facts": {},
    }


def _address(n: int) -> dict[str, Any]:
    text = f"10.{9 + (n >> 16)}.{n >> 8 & 255}.{n & 255}"
    return {
        "id": n,
        "name": text,
        "place": place_of(text),
        "use": AddressUse.ASSIGNED,
        "purpose": "",
        "unit_id": n % UNITS + 1,
    }
