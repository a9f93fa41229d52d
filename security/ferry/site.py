"""What the ferry's services need besides a session: this site's store, policy, sandbox, medium, vault and clock."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy.orm import Session

from core import settings as core_settings
from core.clock import Clock, SystemClock
from security.audit import Actor
from security.ferry import policy
from security.ferry.carriers.medium import MediumCarrier
from security.ferry.errors import MediumUnusableError, NotInitialisedError
from security.ferry.inspection.sandbox import Sandbox
from security.ferry.keys import SigningPrivate, SigningPublic, WrappingPrivate, WrappingPublic
from security.ferry.levels import Zone
from security.ferry.links import Side
from security.ferry.models import FerryPeer, FerrySite
from security.ferry.policy import Policy
from security.ferry.store import ObjectStore
from security.vault import Keyring, Realm, Vault

KEY_NAME = "ferry-site"
_ZONES = {core_settings.Zone.EXTRANET: Zone.UNCLASSIFIED, core_settings.Zone.INTRANET: Zone.CLASSIFIED}


@dataclass(frozen=True)
class Ferry:
    """Made once a process. `vault` is None where the process holds no key of the ferry realm, as in the console."""

    store: ObjectStore
    policy: Policy
    zone: Zone
    approval_hours: int
    max_files: int
    max_file_bytes: int
    clock: Clock
    medium: Path | None = None
    confine: Literal["rlimit", "bubblewrap"] = "rlimit"
    vault: Vault | None = None

    @property
    def sandbox(self) -> Sandbox:
        """Raises SandboxMissingError; nothing is inspected without the sandbox that the settings ask for."""
        return Sandbox(self.confine)

    def carrier(self, link_uid: str) -> MediumCarrier:
        """The medium's folder of a link: named by the link's id, so that two directions never mix."""
        if self.medium is None:
            raise MediumUnusableError(path="-", problem="ferry.media")
        return MediumCarrier(self.medium / f"ferry-{link_uid}")


def open_ferry(
    settings: core_settings.Settings, *, clock: Clock | None = None, keyring: Keyring | None = None
) -> Ferry:
    """The ferry of an installation. Raises PolicyUnreadableError."""
    given = settings.ferry
    return Ferry(
        store=ObjectStore(settings.storage.data / "ferry" / "objects"),
        policy=policy.load(given.policy),
        zone=_ZONES[settings.site.zone],
        approval_hours=given.approval_hours,
        max_files=given.files,
        max_file_bytes=given.file_bytes,
        medium=given.media,
        confine=given.sandbox,
        vault=Vault(keyring, cipher=settings.vault.cipher) if keyring else None,
        clock=clock or SystemClock(),
    )


def site(session: Session) -> FerrySite:
    """Raises NotInitialisedError."""
    found = session.get(FerrySite, 1)
    if found is None:
        raise NotInitialisedError
    return found


def side(session: Session) -> Side:
    found = site(session)
    return Side(found.name, Zone(found.zone))


def signing_public(row: FerrySite | FerryPeer) -> SigningPublic:
    return SigningPublic(row.ed25519, row.mldsa65)


def wrapping_public(row: FerrySite | FerryPeer) -> WrappingPublic:
    return WrappingPublic(row.x25519, row.mlkem768)


@dataclass(frozen=True, repr=False)
class SiteKeys:
    """This site's private keys, taken from the vault for one seal or one receipt."""

    signing: SigningPrivate
    wrapping: WrappingPrivate


def store_keys(session: Session, vault: Vault, keys: SiteKeys, *, actor: Actor) -> None:
    secret = {
        "ed25519": keys.signing.ed25519.hex(),
        "mldsa65": keys.signing.mldsa65.hex(),
        "x25519": keys.wrapping.x25519.hex(),
        "mlkem768": keys.wrapping.mlkem768.hex(),
    }
    vault.put(session, Realm.FERRY, KEY_NAME, secret, actor=actor)


def open_keys(session: Session, ferry: Ferry, *, actor: Actor, purpose: str) -> SiteKeys:
    """Recorded by the vault, so the session must be a writing one."""
    vault = ferry.vault or Vault(Keyring())
    secret = vault.open(session, Realm.FERRY, KEY_NAME, actor=actor, purpose=purpose)
    return SiteKeys(
        SigningPrivate(bytes.fromhex(secret["ed25519"]), bytes.fromhex(secret["mldsa65"])),
        WrappingPrivate(bytes.fromhex(secret["x25519"]), bytes.fromhex(secret["mlkem768"])),
    )
