"""One-time codes of an account: setting them up, and spending one.

A code counts once, also when two requests bring it in the same moment, after a restart, and after the clock was set
back: the last step that was used only grows, in one statement (RFC 6238, section 5.2). Where a clock ran ahead and was
put right, codes wait until that moment has come again; recovery codes work meanwhile.
"""

import base64

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from core.clock import Clock
from security.audit import Actor
from security.factors import totp
from security.factors.models import TotpFactor
from security.vault import Realm, Vault


def set_up(
    session: Session, vault: Vault, account_id: int, secret: bytes, code: str, *, actor: Actor, clock: Clock
) -> bool:
    """Keep the secret of an account, when the code shows that the authenticator has it; one kept before goes.

    The code counts as used. Part of a recorded change.
    """
    now = clock.now()
    step = totp.matching_step(secret, code, now)
    if step is None:
        return False
    session.execute(delete(TotpFactor).where(TotpFactor.account_id == account_id))
    session.add(TotpFactor(account_id=account_id, created=now, last_used=now, last_step=step))
    kept = {"secret": base64.b32encode(secret).decode()}
    vault.put(session, Realm.IDENTITY, name_of(account_id), kept, actor=actor)
    session.flush()
    return True


def spend(session: Session, vault: Vault, account_id: int, code: str, *, clock: Clock) -> bool:
    """Whether this is a code of the account that was not used before; it is used by that."""
    factor = session.get(TotpFactor, account_id, populate_existing=True)
    if factor is None:
        return False
    secret = base64.b32decode(vault.open(session, Realm.IDENTITY, name_of(account_id))["secret"])
    step = totp.matching_step(secret, code, clock.now(), after=factor.last_step)
    if step is None:
        return False
    unused = update(TotpFactor).where(TotpFactor.account_id == account_id, TotpFactor.last_step < step)
    spent = session.execute(unused.values(last_step=step, last_used=clock.now()).returning(TotpFactor.account_id))
    return spent.first() is not None


def remove(session: Session, vault: Vault, account_id: int, *, actor: Actor) -> bool:
    """Whether there was one. Needs no key of the vault. Part of a recorded change."""
    factor = session.get(TotpFactor, account_id)
    if factor is None:
        return False
    session.delete(factor)
    vault.delete(session, Realm.IDENTITY, name_of(account_id), actor=actor)
    session.flush()
    return True


def name_of(account_id: int) -> str:
    """The secret's name in the vault."""
    return f"totp/{account_id}"
