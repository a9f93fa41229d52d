"""The directories that the settings name, with their secrets from the vault's realm `identity`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from core.clock import Clock
from core.database import Database
from core.settings import Settings
from security.directory.errors import DirectoryMissingError
from security.directory.kinds import Source
from security.directory.ldap import LdapDirectory, Server
from security.directory.provider import Provider
from security.errors import SecretNotFoundError
from security.vault import Realm, Vault

LDAP_SECRET: Final = "directory-ldap"  # noqa: S105  # the name of a secret
OIDC_SECRET: Final = "directory-oidc"  # noqa: S105  # likewise
FIELD: Final = "password"


class PasswordDirectory(Protocol):
    """Who else can say whether a password is somebody's."""

    def holds(self, name: str, password: str) -> bool: ...


@dataclass(frozen=True)
class Directories:
    """None where the settings name none."""

    ldap: PasswordDirectory | None = None
    oidc: Provider | None = None

    def passwords(self, source: Source) -> PasswordDirectory:
        """Raises DirectoryMissingError, also for a provider, to which nobody types a password here."""
        if source is Source.LDAP and self.ldap is not None:
            return self.ldap
        raise DirectoryMissingError(source=source)


def open_directories(settings: Settings, database: Database, vault: Vault, clock: Clock) -> Directories:
    wanted = settings.directory
    ldap = oidc = None
    if wanted.ldap_urls:
        ldap = LdapDirectory(
            servers=tuple(Server.of(url) for url in wanted.ldap_urls.split()),
            base=wanted.ldap_base,
            attribute=wanted.ldap_attribute,
            bind_dn=wanted.ldap_bind_dn,
            authority=wanted.ldap_authority,
            timeout_s=wanted.timeout_s,
            secret=secret_of(database, vault, LDAP_SECRET),
        )
    if wanted.oidc_issuer:
        oidc = Provider(
            issuer=wanted.oidc_issuer,
            client_id=wanted.oidc_client_id,
            authority=wanted.oidc_authority,
            timeout_s=wanted.timeout_s,
            clock=clock,
            secret=secret_of(database, vault, OIDC_SECRET, missing=""),
        )
    return Directories(ldap, oidc)


def secret_of(database: Database, vault: Vault, name: str, missing: str | None = None) -> Callable[[], str]:
    """Read when it is needed, so that a new one counts at once. `missing` stands for one that was never stored.

    Raises what opening a secret raises.
    """

    def read() -> str:
        with database.read() as session:
            try:
                return vault.open(session, Realm.IDENTITY, name)[FIELD]
            except SecretNotFoundError:
                if missing is None:
                    raise
                return missing

    return read
