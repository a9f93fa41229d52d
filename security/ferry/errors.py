"""Every refusal of the ferry, by name. Facts are keyword arguments; the words are translated at the edge."""

from collections.abc import Mapping
from typing import Any

from core.errors import Category, GuanjinError
from core.i18n import N_


class FerryError(GuanjinError):
    code = "ferry.error"
    category = Category.REFUSED


# The hard floor


class TopSecretError(FerryError):
    code = "ferry.top_secret"
    message = N_("level %(level)s is never accepted on these networks")
    hint = N_("remove the file from this network and report it to the security officer")


class ClassifiedContentError(FerryError):
    code = "ferry.classified_content"
    message = N_("content of level %(level)s does not cross on link %(link)s")
    hint = N_("only unclassified content crosses between networks; no policy can change this")


class AboveCeilingError(FerryError):
    code = "ferry.above_ceiling"
    message = N_("level %(level)s is above the ceiling %(ceiling)s of link %(link)s")
    hint = N_("declare the right level, or use a link with a higher ceiling")


class CarrierForbiddenError(FerryError):
    code = "ferry.carrier_forbidden"
    message = N_("carrier %(carrier)s is not permitted on link %(link)s")
    hint = N_("towards a classified network: medium or diode; out of it: medium only")


class SelfApprovalError(FerryError):
    code = "ferry.self_approval"
    message = N_("%(person)s submitted this transfer and cannot approve it")
    hint = N_("another person has to approve")


class ApproverTwiceError(FerryError):
    code = "ferry.approver_twice"
    message = N_("%(person)s has already decided on this transfer")
    hint = N_("each approval must come from a different person")


class RoleTwiceError(FerryError):
    code = "ferry.role_twice"
    message = N_("the role %(role)s has already approved this transfer")
    hint = N_("each approval must come from a person in a different role")


class ApproverRoleForbiddenError(FerryError):
    code = "ferry.approver_role"
    message = N_("the role %(role)s does not approve transfers")
    hint = N_("the policy names the roles that approve on each direction")


class QuorumMissingError(FerryError):
    code = "ferry.quorum_missing"
    message = N_("%(given)s of %(needed)s approvals are given")
    hint = N_("wait for the missing approvals; time alone never approves")


# Policy


class PolicyUnreadableError(FerryError):
    code = "ferry.policy_unreadable"
    category = Category.USAGE
    message = N_("the ferry policy is not valid: %(field)s = %(value)s")
    hint = N_("compare it with the policy that the product ships; unknown keys are refused too")


class CarrierNotInPolicyError(FerryError):
    code = "ferry.carrier_not_in_policy"
    message = N_("the policy does not allow carrier %(carrier)s on link %(link)s")
    hint = N_("choose a carrier that the policy lists for this direction")


class FormatNotAllowedError(FerryError):
    code = "ferry.format_not_allowed"
    message = N_("%(name)s: the policy does not let files of type %(kind)s cross in this direction")
    hint = N_("save it in an allowed format: %(allowed)s")


class TooMuchError(FerryError):
    code = "ferry.too_much"
    message = N_("%(name)s is over the policy's limit: %(found)s, at most %(limit)s")
    hint = N_("split the transfer")


class NotSubmittableError(FerryError):
    code = "ferry.not_submittable"
    category = Category.USAGE
    message = N_("the transfer cannot be submitted: %(field)s is missing or too long")
    hint = N_("name a purpose, at least one recipient and at least one file")


# Documents and bundles


class NotCanonicalError(FerryError):
    code = "ferry.not_canonical"
    category = Category.INTEGRITY
    message = N_("the %(part)s is not in canonical form")
    hint = N_("the file was damaged or made by something else; ask the sender for a new one")


class MalformedError(FerryError):
    code = "ferry.malformed"
    category = Category.INTEGRITY
    message = N_("the %(part)s is not valid at %(field)s")
    hint = N_("the file was damaged or made by something else; ask the sender for a new one")


class BundleAlteredError(FerryError):
    code = "ferry.bundle_altered"
    category = Category.INTEGRITY
    message = N_("the bundle was altered: %(part)s does not verify")
    hint = N_("keep the medium, tell the security officer, and ask the sender to hand the bundle off again")


class BadSignatureError(FerryError):
    code = "ferry.bad_signature"
    category = Category.INTEGRITY
    message = N_("the bundle's signatures by key %(key)s do not hold")
    hint = N_("keep the medium, tell the security officer, and ask the sender to hand the bundle off again")


class UnknownSenderError(FerryError):
    code = "ferry.unknown_sender"
    message = N_("no pinned site has the signing key %(key)s")
    hint = N_("compare fingerprints with the other side and pin its key with `guanjin ferry peer pin`")


class WrongRecipientError(FerryError):
    code = "ferry.wrong_recipient"
    message = N_("the bundle is not sealed for this site's key %(key)s")
    hint = N_("it was meant for another site, or the sender has pinned an old key of this one")


class UnknownLinkError(FerryError):
    code = "ferry.unknown_link"
    message = N_("the bundle came on a link that this site does not receive on")
    hint = N_("add the link with `guanjin ferry link add`, under the same name as the other side")


class BundleExpiredError(FerryError):
    code = "ferry.bundle_expired"
    message = N_("the bundle's approvals ended at %(not_after)s")
    hint = N_("the sender has to submit a new transfer; check this site's clock if the time looks wrong")


class BundleFromFutureError(FerryError):
    code = "ferry.bundle_from_future"
    message = N_("the bundle was made at %(created)s, which is in the future here")
    hint = N_("compare the clocks of the two sites")


class ReplayedError(FerryError):
    code = "ferry.replayed"
    message = N_("this bundle, or another with sequence number %(sequence)s, was received before")
    hint = N_("destroy the medium as the procedure says; nothing was released a second time")


class ChainBrokenError(FerryError):
    code = "ferry.chain_broken"
    category = Category.INTEGRITY
    message = N_("bundle %(sequence)s does not continue the one before it on this link")
    hint = N_("compare the transfer ledgers of the two sites before anything else is received")


class HashMismatchError(FerryError):
    code = "ferry.hash_mismatch"
    category = Category.INTEGRITY
    message = N_("%(name)s is not the file that was approved")
    hint = N_("the stored bytes changed after submission; tell the security officer and submit anew")


class BadApprovalError(FerryError):
    code = "ferry.bad_approval"
    category = Category.INTEGRITY
    message = N_("the approval of %(person)s does not hold: %(field)s")
    hint = N_("the approval is for other content, has ended, was used before, or its signer is not pinned here")


class PinLengthError(FerryError):
    code = "ferry.pin_length"
    category = Category.USAGE
    message = N_("a signing PIN has %(least)s to %(most)s characters")
    hint = N_("choose one that is not used elsewhere")


class PinTrivialError(FerryError):
    code = "ferry.pin_trivial"
    category = Category.USAGE
    message = N_("this PIN would be among the first to be guessed")
    hint = N_("no row of neighbours, no repetition, no date, no log-in name and no common password")


class PinSameError(FerryError):
    code = "ferry.pin_same"
    category = Category.USAGE
    message = N_("the new PIN is the old one")
    hint = N_("choose another one")


class PinsDifferError(FerryError):
    code = "ferry.pins_differ"
    category = Category.USAGE
    message = N_("the PIN was not typed the same way twice")
    hint = N_("type it again, both times")


class ApproverKeyDamagedError(FerryError):
    code = "ferry.approver_key_damaged"
    category = Category.INTEGRITY
    message = N_("the stored signing key of %(person)s is damaged")
    hint = N_("revoke it and make a new one, under My signing key")


class PinWrongError(FerryError):
    code = "ferry.pin_wrong"
    message = N_("the signing PIN of %(person)s is wrong")
    hint = N_("a forgotten PIN cannot be recovered; make a new signing key and have the other side pin it")


# Store and inspection


class ObjectMissingError(FerryError):
    code = "ferry.object_missing"
    category = Category.INTEGRITY
    message = N_("the stored object %(sha256)s is missing")
    hint = N_("restore the data folder from its backup, or submit the transfer anew")


class ObjectAlteredError(FerryError):
    code = "ferry.object_altered"
    category = Category.INTEGRITY
    message = N_("the stored object %(sha256)s was altered")
    hint = N_("tell the security officer; restore the data folder from its backup")


class SandboxMissingError(FerryError):
    code = "ferry.sandbox_missing"
    category = Category.FAILED
    message = N_("the inspection sandbox %(program)s is missing")
    hint = N_("install it, or set ferry.sandbox to `rlimit` where the machine inspects nothing else")


class TransitionRefusedError(FerryError):
    code = "ferry.transition_refused"
    category = Category.CONFLICT
    message = N_("a transfer that is %(state)s cannot %(event)s")
    hint = N_("look at the transfer again; somebody else may have acted on it")


# Sites, links, transfers


class NotInitialisedError(FerryError):
    code = "ferry.not_initialised"
    category = Category.USAGE
    message = N_("this site has no ferry keys yet")
    hint = N_("run `guanjin ferry init`")


class AlreadyInitialisedError(FerryError):
    code = "ferry.already_initialised"
    category = Category.CONFLICT
    message = N_("this site already has ferry keys, as %(name)s")
    hint = N_("peers have pinned these keys; they are not replaced")


class CardInvalidError(FerryError):
    code = "ferry.card_invalid"
    category = Category.INTEGRITY
    message = N_("%(path)s is not a valid card of a site")
    hint = N_("have the other side export it again with `guanjin ferry key export`")


class FingerprintDiffersError(FerryError):
    code = "ferry.fingerprint_differs"
    message = N_("the fingerprint of %(name)s is not the one that was confirmed")
    hint = N_("compare all sixteen groups with the other side, by a way that an attacker does not control")


class NotFoundError(FerryError):
    code = "ferry.not_found"
    category = Category.NOT_FOUND
    message = N_("there is no %(kind)s %(name)s")
    hint = N_("`guanjin ferry list` shows what there is")


class LinkExistsError(FerryError):
    code = "ferry.link_exists"
    category = Category.CONFLICT
    message = N_("there is already a link %(name)s in this direction")
    hint = N_("choose another name; both sides use the same one")


class NoSigningKeyError(FerryError):
    code = "ferry.no_signing_key"
    message = N_("%(person)s has no signing key for approvals")
    hint = N_("make one under My signing key; the other side has to pin it before an approval counts there")


class SigningKeyExistsError(FerryError):
    code = "ferry.signing_key_exists"
    category = Category.CONFLICT
    message = N_("%(person)s already has a signing key")
    hint = N_("revoke it first; the new one is its successor")


class SigningKeyRevokedError(FerryError):
    code = "ferry.signing_key_revoked"
    category = Category.CONFLICT
    message = N_("this signing key was revoked at %(at)s")
    hint = N_("a revoked key is never used again; make a new one")


class RevocationReasonError(FerryError):
    code = "ferry.revocation_reason"
    category = Category.USAGE
    message = N_("why the key is revoked has to be said, in at most %(most)s characters")
    hint = N_("for example: the PIN became known; the person left the office")


class ApproverRoleNotHeldError(FerryError):
    code = "ferry.approver_role_not_held"
    message = N_("%(person)s does not hold the role %(role)s")
    hint = N_("have the role granted first: one person proposes it, another confirms it")


class PinLockedError(FerryError):
    code = "ferry.pin_locked"
    message = N_("the signing key of %(person)s is locked after %(failures)s wrong PINs")
    hint = N_("wait %(minutes)s minutes")


class PolicyChangedError(FerryError):
    code = "ferry.policy_changed"
    category = Category.CONFLICT
    message = N_("the policy changed since this transfer was inspected")
    hint = N_("it is inspected again by itself, and has to be approved anew")


class NotPermittedError(FerryError):
    code = "ferry.not_permitted"
    message = N_("%(person)s may not do this with the transfer")
    hint = N_("only its submitter withdraws a transfer; approving and rejecting take a role that the policy names")


class TransferExpiredError(FerryError):
    code = "ferry.transfer_expired"
    message = N_("the transfer expired at %(at)s")
    hint = N_("submit it anew; time alone never approves")


class SealBusyError(FerryError):
    code = "ferry.seal_busy"
    category = Category.CONFLICT
    message = N_("another bundle is being sealed on link %(link)s")
    hint = N_("it is tried again by itself")


class ReceiptWrongError(FerryError):
    code = "ferry.receipt_wrong"
    message = N_("the receipt code does not belong to this transfer")
    hint = N_("ask the other side to read it out again; it has twelve characters, without I, L, O and U")


class NotReleasedError(FerryError):
    code = "ferry.not_released"
    message = N_("the transfer has not been released")
    hint = N_("somebody entitled to release has to do so first")


class ContentDiffersError(FerryError):
    code = "ferry.content_differs"
    category = Category.INTEGRITY
    message = N_("%(part)s of the bundle is not what was approved")
    hint = N_("keep the medium and tell the security officers of both sites")


# Carriers


class MediumUnusableError(FerryError):
    code = "ferry.medium_unusable"
    category = Category.UNREACHABLE
    message = N_("the medium %(path)s cannot be used: %(problem)s")
    hint = N_("insert the medium and see that it is mounted and writable; the transfer waits")


class MediumFullError(FerryError):
    code = "ferry.medium_full"
    category = Category.UNREACHABLE
    message = N_("the medium %(path)s has %(free)s bytes free, %(needed)s are needed")
    hint = N_("use an empty medium")


def restore(refusal: Mapping[str, Any]) -> FerryError:
    """The error that was stored with a refused transfer, ready to be rendered in the reader's language."""
    return _BY_CODE.get(refusal["code"], FerryError)(**refusal["facts"])


def stored(error: GuanjinError) -> dict[str, Any]:
    """An error as JSON: its code and its facts."""
    return {"code": error.code, "facts": {name: str(fact) for name, fact in error.facts.items()}}


_BY_CODE = {kind.code: kind for kind in FerryError.__subclasses__()}
