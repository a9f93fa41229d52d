"""Makes the two instances known to each other as two offices would: keys, cards carried by hand, one link.

In an office the fingerprints are compared by two persons over the telephone. Here both ends are on this machine.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from core.database import Database
from core.settings import Zone
from demo.cast import PERSONS
from demo.instance import Instance
from demo.preparation import DEMO
from security.ferry import approver_key, card, services
from security.ferry.approver_key import LockedKey
from security.ferry.levels import Level
from security.ferry.links import CarrierKind
from security.ferry.models import FerrySite
from security.ferry.site import Ferry, open_ferry, open_keys
from security.roles import Role
from security.vault import Keyring, Realm

LINK = "外网到内网"
APPROVERS = (Role.DEPARTMENT_APPROVER, Role.SECURITY_OFFICER)


@dataclass(frozen=True)
class Side:
    instance: Instance
    database: Database
    ferry: Ferry

    @classmethod
    def of(cls, instance: Instance, database: Database) -> Self:
        settings = instance.settings()
        keyring = Keyring.load(settings.storage.data, [Realm.FERRY])
        return cls(instance, database, open_ferry(settings, keyring=keyring))

    @property
    def linked(self) -> bool:
        with self.database.read() as session:
            return bool(services.links(session))

    def keys(self, pin: str) -> list[tuple[LockedKey, list[str]]]:
        """One for each approver; slow, because a PIN is short."""
        found = [(person.login, [role.value for role in person.roles if role in APPROVERS])
                 for person in PERSONS[self.instance.zone]]  # fmt: skip
        return [(approver_key.create(login, pin), roles) for login, roles in found if roles]


def exchange(outside: Side, inside: Side, *, pin: str, medium: Path) -> None:
    """Both sides in one go; a start that was interrupted here begins with the side that has no link yet."""
    if outside.linked and inside.linked:
        return
    for side in (outside, inside):
        _introduce(side, pin, _card_of(side, medium))
    for side, other in ((outside, inside), (inside, outside)):
        if not side.linked:
            _trust(side, _card_of(other, medium))


def _card_of(side: Side, medium: Path) -> Path:
    return medium / f"{side.instance.zone}.card"


def _introduce(side: Side, pin: str, path: Path) -> None:
    with side.database.read() as session:
        known = session.get(FerrySite, 1) is not None
    keys = [] if known else side.keys(pin)
    with side.database.write() as session:
        if not known:
            services.initialise(session, side.ferry, side.instance.site, actor=DEMO)
        for key, roles in keys:
            services.add_approver_key(session, side.ferry, key, roles, actor=DEMO)
        written = services.export_card(session, open_keys(session, side.ferry, actor=DEMO, purpose="card"))
    path.write_bytes(written)


def _trust(side: Side, path: Path) -> None:
    given = card.read(path.read_bytes(), str(path))
    with side.database.write() as session:
        peer = services.pin_peer(session, side.ferry, given, given.fingerprint, actor=DEMO)
        services.add_link(
            session,
            side.ferry,
            LINK,
            peer=peer.name,
            outgoing=side.instance.zone is Zone.EXTRANET,
            carrier=CarrierKind.MEDIUM,
            ceiling=Level.INTERNAL,
            actor=DEMO,
        )
