"""A signing key as pages show it."""

from dataclasses import dataclass

from security.ferry import approver_key, card, signing_keys
from security.ferry.models import FerrySigningKey
from security.ferry.site import Ferry
from web import states


@dataclass(frozen=True)
class ShownKey:
    row: FerrySigningKey
    state: states.Shown
    fingerprint: str


def shown(row: FerrySigningKey, ferry: Ferry) -> ShownKey:
    name = "locked" if signing_keys.is_locked(ferry, row) else "in_use"
    state = states.SIGNING_KEY["revoked" if row.revoked_at else name]
    return ShownKey(row, state, card.grouped(approver_key.fingerprint(row.public)))
