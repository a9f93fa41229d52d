"""What may be said about the vault: where its keys come from, how old they are, what is unfinished. Needs no key."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from security.vault.kinds import Realm
from security.vault.models import DEPOSITED, VaultEscrow, VaultKey, VaultRealm, VaultRotation, VaultSecret


@dataclass(frozen=True)
class RealmStatus:
    """`ciphers` counts secrets by cipher; `deposited` are those that their process has not sealed anew yet; `escrowed`
    says whether a backup would bring the realm back; `unfinished` is the kind of a rotation that was cut off.
    """

    realm: Realm
    master_id: str | None
    master_since: datetime | None
    data_key_since: datetime | None
    secrets: int
    ciphers: dict[str, int]
    deposited: int
    escrowed: bool
    unfinished: str | None


def status(session: Session) -> tuple[RealmStatus, ...]:
    return tuple(_of(session, realm) for realm in Realm)


def _of(session: Session, realm: Realm) -> RealmStatus:
    row, rotation = session.get(VaultRealm, realm.value), session.get(VaultRotation, realm.value)
    newest = select(func.max(VaultKey.created)).where(VaultKey.realm == realm.value, VaultKey.public.is_(None))
    counted = (
        select(VaultSecret.cipher, func.count().label("number"))
        .where(VaultSecret.realm == realm.value)
        .group_by(VaultSecret.cipher)
    )
    ciphers = {row.cipher: row.number for row in session.execute(counted.order_by(VaultSecret.cipher))}
    deposited = ciphers.pop(DEPOSITED, 0)
    escrowed = row is not None and session.get(VaultEscrow, (realm.value, row.master_id)) is not None
    return RealmStatus(
        realm=realm,
        master_id=None if row is None else row.master_id,
        master_since=None if row is None else row.since,
        data_key_since=session.scalar(newest),
        secrets=sum(ciphers.values()) + deposited,
        ciphers=ciphers,
        deposited=deposited,
        escrowed=escrowed,
        unfinished=None if rotation is None else rotation.kind,
    )
