"""A site's card: its public keys and its approvers', signed by itself, carried to the other side by hand.

The signature shows that the card was not damaged; that it is the right site's is shown only by a person comparing the
fingerprint. It covers everything on the card, approvers too: a new approver means a new card and a new comparison.
"""

import hashlib
from dataclasses import dataclass

from security.ferry import canonical
from security.ferry.errors import CardInvalidError, FerryError
from security.ferry.fields import Fields
from security.ferry.keys import (
    ED25519_BYTES,
    ED25519_SIGNATURE,
    MLDSA_BYTES,
    MLDSA_SIGNATURE,
    MLKEM_BYTES,
    X25519_BYTES,
    SigningPrivate,
    SigningPublic,
    WrappingPublic,
)
from security.ferry.levels import Zone

MAX_BYTES = 256 * 1024
_CONTEXT = b"ferry/card/v1"
_MAX_APPROVERS = 200


@dataclass(frozen=True)
class CardApprover:
    person: str
    roles: tuple[str, ...]
    public: bytes


@dataclass(frozen=True)
class Card:
    name: str
    zone: Zone
    signing: SigningPublic
    wrapping: WrappingPublic
    approvers: tuple[CardApprover, ...]

    def encode(self) -> bytes:
        return canonical.encode(
            {
                "approvers": [
                    {"ed25519": one.public.hex(), "person": one.person, "roles": list(one.roles)}
                    for one in self.approvers
                ],
                "ed25519": self.signing.ed25519.hex(),
                "mldsa65": self.signing.mldsa65.hex(),
                "mlkem768": self.wrapping.mlkem768.hex(),
                "site": self.name,
                "v": 1,
                "x25519": self.wrapping.x25519.hex(),
                "zone": self.zone.value,
            }
        )

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(_CONTEXT + b"\0" + self.encode()).hexdigest()


def grouped(fingerprint: str) -> str:
    """Sixteen groups of four, as people read them to each other."""
    return " ".join(fingerprint[start : start + 4] for start in range(0, len(fingerprint), 4))


def export(card: Card, signing: SigningPrivate) -> bytes:
    """The card as a file: its text, and both signatures over it."""
    text = card.encode()
    ed25519, mldsa65 = signing.sign(text, _CONTEXT)
    return canonical.encode({"card": text.decode(), "ed25519": ed25519.hex(), "mldsa65": mldsa65.hex()})


def read(data: bytes, path: str) -> Card:
    """Raises CardInvalidError for anything but a card that signed itself."""
    try:
        outer = Fields(canonical.decode(data, part="card", limit=MAX_BYTES), "card")
        text = outer.text("card", limit=MAX_BYTES).encode()
        ed25519, mldsa65 = outer.octets("ed25519", ED25519_SIGNATURE), outer.octets("mldsa65", MLDSA_SIGNATURE)
        outer.done()
        card = _parse(text)
    except FerryError as error:
        raise CardInvalidError(path=path) from error
    if not card.signing.verify(text, _CONTEXT, ed25519, mldsa65):
        raise CardInvalidError(path=path)
    return card


def _parse(text: bytes) -> Card:
    fields = Fields(canonical.decode(text, part="card", limit=MAX_BYTES), "card")
    fields.number("v", low=1, high=1)
    card = Card(
        name=fields.text("site", limit=100),
        zone=Zone.CLASSIFIED if fields.text("zone", limit=16) == Zone.CLASSIFIED else Zone.UNCLASSIFIED,
        signing=SigningPublic(fields.octets("ed25519", ED25519_BYTES), fields.octets("mldsa65", MLDSA_BYTES)),
        wrapping=WrappingPublic(fields.octets("x25519", X25519_BYTES), fields.octets("mlkem768", MLKEM_BYTES)),
        approvers=tuple(_approver(part) for part in fields.parts("approvers", limit=_MAX_APPROVERS)),
    )
    fields.done()
    if not card.name or card.encode() != text:
        raise CardInvalidError(path="")
    return card


def _approver(fields: Fields) -> CardApprover:
    approver = CardApprover(
        fields.text("person", limit=100), fields.texts("roles", limit=8, each=64), fields.octets("ed25519", 32)
    )
    fields.done()
    return approver
