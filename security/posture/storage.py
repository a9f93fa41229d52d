"""The database: its schema, its integrity, and the way to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from core import schema
from core.i18n import N_
from security.posture.check import Check, Installation
from security.posture.finding import Finding, Severity


@dataclass(frozen=True)
class Schema:
    found: str | None
    needed: str


def look_at_schema(site: Installation) -> Schema:
    return Schema(schema.current(site.database), schema.head())


def judge_schema(found: Schema) -> Iterator[Finding]:
    if found.found != found.needed:
        yield Finding(
            "storage.schema",
            Severity.CRITICAL,
            found.found or "-",
            N_("the database has schema %(subject)s, this program needs %(needed)s; most checks were left out"),
            N_("make a backup, then run `guanjin database upgrade`"),
            {"needed": found.needed},
        )


def look_at_integrity(site: Installation) -> str | None:
    """SQLite's own judgement of its file; reads all of it."""
    if not site.full or site.database.dialect != "sqlite":
        return None
    with site.database.read() as session:
        return str(session.execute(text("PRAGMA quick_check(1)")).scalar_one())


def judge_integrity(answer: str) -> Iterator[Finding]:
    if answer != "ok":
        yield Finding(
            "storage.damaged",
            Severity.CRITICAL,
            "SQLite",
            N_("the database file is damaged: %(reason)s"),
            N_("keep the file as it is, and restore the newest backup beside it"),
            {"reason": answer[:200]},
        )


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server as this connection sees it. `host` is empty for a socket file on this machine."""

    host: str
    encrypted: bool
    superuser: bool
    settings: dict[str, str]


def look_at_server(site: Installation) -> Server | None:
    if site.database.dialect != "postgresql":
        return None
    wanted = ("fsync", "full_page_writes", "synchronous_commit")
    with site.database.read() as session:
        encrypted = session.execute(text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")).scalar()
        superuser = session.execute(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")).scalar()
        settings = {name: str(session.execute(text(f"SHOW {name}")).scalar_one()) for name in wanted}
    host = str(site.database.url.query.get("host") or site.database.url.host or "")
    return Server("" if host.startswith("/") else host, bool(encrypted), bool(superuser), settings)


def judge_server(server: Server) -> Iterator[Finding]:
    if server.host not in {"", "localhost", "127.0.0.1", "::1"} and not server.encrypted:
        yield Finding(
            "storage.clear",
            Severity.CRITICAL,
            server.host,
            N_("everything that the database %(subject)s holds crosses the network in the clear"),
            N_("set up TLS on the server and add sslmode=verify-full to storage.database_url"),
        )
    if server.superuser:
        yield Finding(
            "storage.superuser",
            Severity.WARNING,
            server.host or "PostgreSQL",
            N_("the program's database user may do everything on the server"),
            N_("give it a user of its own that owns this one database"),
        )
    for name, value in server.settings.items():
        if value == "off":
            yield Finding(
                "storage.durability",
                Severity.CRITICAL,
                name,
                N_("%(subject)s is off on the database server: a power cut may lose what was already answered for"),
                N_("turn it on in postgresql.conf"),
            )


CHECKS: Final = (
    Check("schema", N_("schema of the database"), look_at_schema, judge_schema, needs_schema=False),
    Check("integrity", N_("integrity of the database file"), look_at_integrity, judge_integrity, needs_schema=False),
    Check("database-server", N_("database server"), look_at_server, judge_server),
)
