"""Every setting, declared once: name, type, default, help.

Sources, later ones win: the defaults here, `guanjin.toml`, environment variables `GUANJIN_<SECTION>_<FIELD>`. A wrong
value stops the start and is reported with its name, its value and what is allowed; an unknown name is wrong too, so
that a misspelt safety setting is not silently ignored.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from core.database import sqlite_url
from core.errors import Category, GuanjinError
from core.i18n import N_

PREFIX = "GUANJIN_"
# Not settings of the installation: the terminal's language, where the file is, who supervises, who hands over keys.
NOT_SETTINGS = frozenset({"GUANJIN_LANGUAGE", "GUANJIN_CONFIG", "GUANJIN_PARENT", "GUANJIN_KEY_AGENT"})


class SettingError(GuanjinError):
    code = "core.setting"
    category = Category.USAGE
    message = N_("setting %(name)s: %(value)s is not allowed (from %(source)s); expected: %(expected)s")
    hint = N_("`guanjin settings` lists every setting with its meaning")


class SettingsFileError(GuanjinError):
    code = "core.settings_file"
    category = Category.USAGE
    message = N_("%(path)s cannot be read: %(reason)s")
    hint = N_("the file is TOML: [section], then name = value")


class Zone(StrEnum):
    """Which of the isolated networks this instance stands in."""

    EXTRANET = "extranet"
    INTRANET = "intranet"


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise PydanticCustomError("time_zone", N_("a name such as Asia/Shanghai")) from error
    return name


Port = Annotated[int, Field(ge=0, le=65535)]
TimeZone = Annotated[str, AfterValidator(_known_zone)]


def _known_url(address: str) -> str:
    """Empty, or the whole address of an HTTP API; a password has no place in settings."""
    try:
        parts = urlsplit(address)
        sound = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if address and (not sound or "@" in parts.netloc or parts.query or parts.fragment):
        raise PydanticCustomError("address", N_("http://host:port or https://host, without a user name"))
    return address


HttpUrl = Annotated[str, AfterValidator(_known_url)]


class SiteSettings(Section):
    name: str = Field("", description=N_("name of the office, shown on every page"))
    zone: Zone = Field(Zone.EXTRANET, description=N_("network that this instance stands in"))
    language: Literal["zh", "en"] = Field("zh", description=N_("language of the console until a user chooses"))
    timezone: TimeZone = Field("Asia/Shanghai", description=N_("time zone in which times are shown"))
    station_device: str = Field(
        "", description=N_("device at which the management station hangs; empty for the only core switch")
    )


class StorageSettings(Section):
    data: Path = Field(Path("var"), description=N_("folder for everything that is written"))
    database_url: str = Field("", description=N_("PostgreSQL address; empty for SQLite in the data folder"))
    history_days: int = Field(
        2,
        ge=1,
        le=90,
        description=N_("days of one-minute history; five minutes are kept for 7 days, hours of lines for 13 months"),
    )
    history_bytes: int = Field(
        10_000_000_000,
        ge=10_000_000,
        description=N_("most bytes that history may take; the oldest of the finest goes first"),
    )
    reserve_bytes: int = Field(
        64_000_000, ge=0, description=N_("free space below which changes are refused while monitoring goes on")
    )


class WebSettings(Section):
    listen_host: str = Field("127.0.0.1", description=N_("address of the console; other than loopback needs TLS"))
    listen_port: Port = Field(8080, description=N_("port of the console"))
    behind_tls_proxy: bool = Field(
        default=False, description=N_("a reverse proxy on this machine terminates TLS in front of the console")
    )
    client_certificates: bool = Field(
        default=False,
        description=N_("the proxy verifies client certificates and sets X-Client-Verify and X-Client-Certificate"),
    )
    public_host: str = Field("", description=N_("host name in the address that users type, when it is not loopback"))
    threads: int = Field(12, ge=2, le=64, description=N_("threads that answer requests; log-ins hold four at most"))
    upload_bytes: int = Field(2_147_483_648, ge=1024, description=N_("largest upload"))


class PollingSettings(Section):
    interval_s: int = Field(60, ge=5, le=3600, description=N_("seconds between two polls of a device"))
    timeout_s: float = Field(2.0, gt=0, le=30, description=N_("seconds to wait for an SNMP answer"))
    retries: int = Field(2, ge=0, le=5, description=N_("repeats of an unanswered SNMP request"))
    in_flight: int = Field(500, ge=1, le=5000, description=N_("SNMP requests under way at once"))
    icmp: Literal["auto", "off"] = Field("auto", description=N_("ICMP probes: when the kernel permits, or never"))
    icmp_interval_s: int = Field(5, ge=1, le=600, description=N_("seconds between two ICMP probes of an address"))
    line_interval_s: int = Field(
        10, ge=1, le=60, description=N_("seconds between two looks at a line, where the ledger does not say otherwise")
    )
    survey_interval_s: int = Field(
        1800, ge=60, le=86400, description=N_("seconds between two readings of a device's address tables")
    )
    sweep_per_s: int = Field(
        50, ge=1, le=500, description=N_("addresses a second that a sweep for unknown devices asks")
    )
    profiles: Path | None = Field(None, description=N_("folder with additional device profiles"))
    prometheus_url: HttpUrl = Field(
        "", description=N_("address of a Prometheus that scrapes this instance; charts then read its history")
    )


class WorkerSettings(Section):
    threads: int = Field(8, ge=1, le=64, description=N_("jobs under way at once"))
    lease_s: int = Field(30, ge=5, le=600, description=N_("seconds after which a dead worker's job is taken over"))
    poll_s: float = Field(2.0, gt=0, le=60, description=N_("seconds between two looks for work"))
    job_days: int = Field(90, ge=1, le=3650, description=N_("days that ended jobs are kept"))
    backup_cron: str = Field("15 2 * * *", description=N_("when configurations are backed up (cron, local time)"))


class SecuritySettings(Section):
    idle_minutes: int = Field(30, ge=1, le=120, description=N_("minutes without a request after which a session ends"))
    session_hours: int = Field(12, ge=1, le=24, description=N_("hours after which every session ends"))
    lockout_failures: int = Field(5, ge=3, le=10, description=N_("wrong passwords before a lock-out"))
    lockout_minutes: int = Field(15, ge=1, le=1440, description=N_("minutes that a lock-out lasts"))
    password_length: int = Field(12, ge=12, le=64, description=N_("shortest password"))
    profile: Literal["default", "mlps3"] = Field(
        "default",
        description=N_(
            "rules for passwords and sessions; mlps3: three character classes, none of the last 5 passwords, 90 days,"
            " one session at a time, a second factor for privileged roles"
        ),
    )
    second_factor: Literal["profile", "off", "privileged", "everyone"] = Field(
        "profile",
        description=N_("who needs a second factor besides the password; privileged: all but submitters and the like"),
    )
    factor_minutes: int = Field(
        15, ge=1, le=720, description=N_("minutes after which sensitive actions ask for the second factor again")
    )
    audit_days: int = Field(400, ge=180, description=N_("days that audit records are kept; 180 at least by law"))


def _known_directories(addresses: str) -> str:
    for address in addresses.split():
        try:
            parts = urlsplit(address)
            sound = parts.scheme in {"ldap", "ldaps"} and parts.hostname and parts.port != 0
        except ValueError:
            sound = False
        if not sound or parts.path not in {"", "/"} or parts.query or "@" in parts.netloc:
            raise PydanticCustomError("directories", N_("ldaps://host or ldap://host, with blanks between several"))
    return addresses


def _protected_url(address: str) -> str:
    """Secrets go there: plain HTTP does for this very machine alone."""
    parts = urlsplit(address)
    if parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "::1", "localhost"}:
        raise PydanticCustomError("protected", N_("https://host; http:// for a program on this machine only"))
    return address


class DirectorySettings(Section):
    ldap_urls: Annotated[str, AfterValidator(_known_directories)] = Field(
        "", description=N_("LDAP servers, tried in this order; ldap:// is encrypted by StartTLS; empty for none")
    )
    ldap_base: str = Field("", description=N_("where persons stand in the directory, as ou=people,dc=example,dc=cn"))
    ldap_attribute: str = Field(
        "uid", pattern=r"^[A-Za-z][A-Za-z0-9-]*$", description=N_("attribute by which a person is found")
    )
    ldap_bind_dn: str = Field(
        "", description=N_("who asks the directory; its password is in the vault; empty: anonymous")
    )
    ldap_authority: Path | None = Field(
        None, description=N_("file with the authority that signed the LDAP servers' certificates")
    )
    oidc_issuer: Annotated[HttpUrl, AfterValidator(_protected_url)] = Field(
        "", description=N_("address of the OpenID provider; empty for none")
    )
    oidc_client_id: str = Field("", description=N_("name under which the provider knows this installation"))
    oidc_claim: str = Field("sub", description=N_("claim of the provider by which a person is recognised"))
    oidc_authority: Path | None = Field(
        None, description=N_("file with the authority that signed the provider's certificate")
    )
    timeout_s: float = Field(5.0, gt=0, le=30, description=N_("seconds to wait for a directory"))


class VaultSettings(Section):
    source: Literal["file", "passphrase", "credential", "pkcs11"] = Field(
        "file",
        description=N_("what keeps the master keys: a key file, a passphrase, a systemd credential, a PKCS#11 token"),
    )
    cipher: Literal["aes-256-gcm", "sm4-gcm"] = Field(
        "aes-256-gcm", description=N_("cipher of what is sealed from now on; `guanjin vault rotate` moves the rest")
    )
    pkcs11_module: str = Field("", description=N_("the library of the PKCS#11 token"))
    pkcs11_token: str = Field("guanjin", description=N_("label of the PKCS#11 token"))
    pkcs11_key: str = Field("guanjin-vault", description=N_("label of the token's key that seals the master keys"))


class BackupSettings(Section):
    folder: Path | None = Field(None, description=N_("folder for system backups; empty for none by schedule"))
    cron: str = Field("30 3 * * *", description=N_("when the system is backed up (cron, local time)"))
    keep: int = Field(7, ge=1, le=1000, description=N_("system backups that are kept; the oldest goes first"))
    history: bool = Field(default=False, description=N_("whether system backups hold the measurements for charts"))


class AuditSettings(Section):
    syslog_host: str = Field("", description=N_("log server that gets every audit record over TLS; empty for none"))
    syslog_port: Port = Field(6514, description=N_("port of the log server"))
    syslog_name: str = Field("", description=N_("name in the log server's certificate, when it is not the host's"))
    syslog_authority: Path | None = Field(
        None, description=N_("file with the authority that signed the log server's certificate")
    )
    syslog_certificate: Path | None = Field(
        None, description=N_("file with this machine's certificate, where the log server asks for one")
    )
    syslog_key: Path | None = Field(None, description=N_("file with the key of that certificate"))


class ApiSettings(Section):
    token_requests: int = Field(600, ge=10, description=N_("API requests a minute that one token may send"))
    address_requests: int = Field(1200, ge=10, description=N_("API requests a minute that one address may send"))
    address_refusals: int = Field(
        10, ge=3, description=N_("API requests a minute with a wrong token before an address has to wait")
    )


class FerrySettings(Section):
    sandbox: Literal["rlimit", "bubblewrap"] = Field(
        "rlimit", description=N_("how the inspection of foreign files is confined")
    )
    file_bytes: int = Field(2_147_483_648, ge=1024, description=N_("largest file that may be submitted"))
    files: int = Field(200, ge=1, le=2000, description=N_("most files in one transfer"))
    approval_hours: int = Field(72, ge=1, le=720, description=N_("hours after which an undecided transfer expires"))
    media: Path | None = Field(None, description=N_("folder where the medium (disc) is mounted"))
    policy: Path | None = Field(None, description=N_("the ferry's policy file; empty for the one that is shipped"))


class Settings(Section):
    site: SiteSettings = SiteSettings()
    storage: StorageSettings = StorageSettings()
    web: WebSettings = WebSettings()
    polling: PollingSettings = PollingSettings()
    worker: WorkerSettings = WorkerSettings()
    security: SecuritySettings = SecuritySettings()
    directory: DirectorySettings = DirectorySettings()
    vault: VaultSettings = VaultSettings()
    backup: BackupSettings = BackupSettings()
    audit: AuditSettings = AuditSettings()
    api: ApiSettings = ApiSettings()
    ferry: FerrySettings = FerrySettings()

    @property
    def database_url(self) -> str:
        return self.storage.database_url or sqlite_url(self.storage.data / "guanjin.db")


def sections() -> Iterator[tuple[str, type[Section]]]:
    for name, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            yield name, kind


def variable(section: str, field: str) -> str:
    """The environment variable of a setting."""
    return f"{PREFIX}{section}_{field}".upper()


def load(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from the file (the one named, or `guanjin.toml` beside the start if there is one) and the environment.

    Raises SettingsFileError and SettingError.
    """
    path = file_of(path, environ)
    values = _read(path) if path else {}
    source: dict[tuple[str, ...], str] = {}
    known = {variable(name, field): (name, field) for name, kind in sections() for field in kind.model_fields}
    for name, text in sorted(environ.items()):
        if not name.startswith(PREFIX) or name in NOT_SETTINGS:
            continue
        if name not in known:
            raise SettingError(name=name, value=text, source=N_("environment"), expected=_nearest(name, list(known)))
        section, field = known[name]
        values.setdefault(section, {})[field] = text
        source[section, field] = name
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise _explain(error.errors()[0], source, path) from error


def file_of(path: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path | None:
    """The settings file that counts; None where there is none."""
    if path is None and "GUANJIN_CONFIG" in environ:
        return Path(environ["GUANJIN_CONFIG"])
    default = Path("guanjin.toml")
    return default if path is None and default.exists() else path


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsFileError(path=path, reason=error) from error


def _explain(detail: ErrorDetails, source: Mapping[tuple[str, ...], str], path: Path | None) -> SettingError:
    where = tuple(str(part) for part in detail["loc"])
    expected = detail["msg"]
    if detail["type"] == "extra_forbidden":
        kinds = dict(sections())
        names = list(kinds) if len(where) == 1 else list(kinds[where[0]].model_fields)
        expected = _nearest(where[-1], names)
    return SettingError(
        name=".".join(where),
        value=repr(detail["input"]),
        source=source.get(where, str(path or N_("defaults"))),
        expected=expected,
    )


def _nearest(name: str, known: list[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  # only when something is wrong

    return ", ".join(get_close_matches(name, known, n=3, cutoff=0.4) or sorted(known))
