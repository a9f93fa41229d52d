"""An approval that cannot be moved: a signed statement bound to content, findings, policy, recipients and purpose.

The same statement is checked three times: when it is given, when the bundle is sealed, and by the destination against
the approvers that it has pinned itself. So neither a database administrator nor a taken-over source can approve.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from security.ferry import canonical
from security.ferry.errors import MalformedError
from security.ferry.fields import Fields
from security.ferry.levels import Level
from security.ferry.manifest import Manifest

MAX_BYTES = 4096
MAX_STATEMENTS = 16
_CONTEXT = b"ferry/approval/v1\0"


class Decision(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"


@dataclass(frozen=True)
class Binding:
    """What an approval is about. Two approvals of the same transfer have equal bindings."""

    transfer: str
    link: str
    level: Level
    submitter: str
    root: str
    purpose: str
    recipients: str
    inspection: str
    policy: str


@dataclass(frozen=True)
class Statement:
    """Times are Unix seconds; `nonce` (16 bytes, hexadecimal) makes each statement usable once."""

    binding: Binding
    decision: Decision
    approver: str
    role: str
    issued: int
    not_after: int
    nonce: str

    def encode(self) -> bytes:
        bound = self.binding
        return canonical.encode(
            {
                "approver": self.approver,
                "decision": self.decision.value,
                "inspection": bound.inspection,
                "issued": self.issued,
                "level": bound.level.code,
                "link": bound.link,
                "nonce": self.nonce,
                "not_after": self.not_after,
                "policy": bound.policy,
                "purpose": bound.purpose,
                "recipients": bound.recipients,
                "role": self.role,
                "root": bound.root,
                "submitter": bound.submitter,
                "transfer": bound.transfer,
                "v": 1,
            }
        )

    @property
    def signed_bytes(self) -> bytes:
        return _CONTEXT + self.encode()


@dataclass(frozen=True)
class SignedStatement:
    """The statement's exact bytes and the approver's Ed25519 signature (64 bytes)."""

    text: bytes
    signature: bytes

    @property
    def statement(self) -> Statement:
        return decode(self.text)

    @property
    def signed_bytes(self) -> bytes:
        return _CONTEXT + self.text

    def value(self) -> canonical.Value:
        return {"signature": self.signature.hex(), "statement": self.text.decode()}


def binding(manifest: Manifest, *, inspection: str, policy: str) -> Binding:
    """The binding of a manifest; purpose and recipients enter as hashes, so a statement alone tells nothing of them."""
    return Binding(
        transfer=manifest.transfer,
        link=manifest.link,
        level=manifest.level,
        submitter=manifest.submitter,
        root=manifest.root,
        purpose=_hash(b"ferry/purpose/v1\0", manifest.purpose),
        recipients=_hash(b"ferry/recipients/v1\0", list(manifest.recipients)),
        inspection=inspection,
        policy=policy,
    )


def decode(data: bytes) -> Statement:
    fields = Fields(canonical.decode(data, part="approval", limit=MAX_BYTES), "approval")
    fields.number("v", low=1, high=1)
    statement = Statement(
        binding=Binding(
            transfer=fields.octets("transfer", 16).hex(),
            link=fields.octets("link", 16).hex(),
            level=fields.level("level"),
            submitter=fields.text("submitter", limit=200),
            root=fields.octets("root", 32).hex(),
            purpose=fields.octets("purpose", 32).hex(),
            recipients=fields.octets("recipients", 32).hex(),
            inspection=fields.octets("inspection", 32).hex(),
            policy=fields.octets("policy", 32).hex(),
        ),
        decision=_decision(fields.text("decision", limit=20)),
        approver=fields.text("approver", limit=200),
        role=fields.text("role", limit=64),
        issued=fields.number("issued"),
        not_after=fields.number("not_after"),
        nonce=fields.octets("nonce", 16).hex(),
    )
    fields.done()
    return statement


def encode_all(statements: tuple[SignedStatement, ...]) -> bytes:
    return canonical.encode({"approvals": [signed.value() for signed in statements], "v": 1})


def decode_all(data: bytes) -> tuple[SignedStatement, ...]:
    limit = MAX_STATEMENTS * 3 * MAX_BYTES
    fields = Fields(canonical.decode(data, part="approvals", limit=limit), "approvals")
    fields.number("v", low=1, high=1)
    signed = tuple(_signed(part) for part in fields.parts("approvals", limit=MAX_STATEMENTS))
    fields.done()
    return signed


def _signed(fields: Fields) -> SignedStatement:
    signed = SignedStatement(
        text=fields.text("statement", limit=MAX_BYTES).encode(), signature=fields.octets("signature", 64)
    )
    fields.done()
    return signed


def _hash(context: bytes, value: canonical.Value) -> str:
    return hashlib.sha256(context + canonical.encode(value)).hexdigest()


def _decision(text: str) -> Decision:
    try:
        return Decision(text)
    except ValueError:
        raise MalformedError(part="approval", field="decision") from None
