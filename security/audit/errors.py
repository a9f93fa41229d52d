"""What the audit log refuses, and why. Beside `security.errors`, which has those of recording and verifying."""

from core.errors import Category
from core.i18n import N_
from security.errors import SecurityError


class AuditError(SecurityError):
    code = "audit.error"


class SigningRefusedError(AuditError):
    code = "audit.signing_refused"
    category = Category.INTEGRITY
    message = N_("no checkpoint is signed: the audit log is not what was signed last, from record %(sequence)s on")
    hint = N_("run `guanjin audit verify`, and keep the database as it is for the investigation")


class NotCheckpointError(AuditError):
    code = "audit.not_checkpoint"
    category = Category.USAGE
    message = N_("%(path)s holds no checkpoint of this log that its key has signed")
    hint = N_("a file with whole checkpoints is needed, such as `guanjin audit checkpoint` prints them")


class VerifierKeyError(AuditError):
    code = "audit.verifier_key"
    category = Category.USAGE
    message = N_("%(text)s is not a verifier key")
    hint = N_("`guanjin audit key` prints it: name+eight digits+letters")


class SegmentWrongError(AuditError):
    code = "audit.segment_wrong"
    category = Category.INTEGRITY
    message = N_("records %(first)s to %(last)s are not archived: they are not the ones that were signed")
    hint = N_("run `guanjin audit verify`, and keep the database as it is for the investigation")


class SegmentNotFoundError(AuditError):
    code = "audit.segment_not_found"
    category = Category.NOT_FOUND
    message = N_("no segment of the archive ends with record %(last)s")


class SegmentFileError(AuditError):
    code = "audit.segment_file"
    category = Category.INTEGRITY
    message = N_("the archive's file %(file)s is missing or is not the one that was written")
    hint = N_("restore it from a backup; its records stay in the database until it is there")


class RemovalTooEarlyError(AuditError):
    code = "audit.removal_too_early"
    category = Category.REFUSED
    message = N_("records up to %(latest)s have to be kept for %(days)s days")


class RemovalOrderError(AuditError):
    code = "audit.removal_order"
    category = Category.CONFLICT
    message = N_("an older segment is still in the database; archived records go from the oldest on")


class RemovalStateError(AuditError):
    code = "audit.removal_state"
    category = Category.CONFLICT
    message = N_("the removal of this segment was not asked for, or is confirmed already")


class SamePersonError(AuditError):
    code = "audit.same_person"
    category = Category.REFUSED
    message = N_("%(person)s has asked for the removal; another person has to confirm it")


class WitnessUnreachableError(AuditError):
    code = "audit.witness_unreachable"
    category = Category.UNREACHABLE
    message = N_("the log server %(host)s, port %(port)s cannot be used: %(reason)s")
    hint = N_("the audit log keeps what it has not got; it is sent as soon as the server is there again")


class NoCheckpointError(AuditError):
    code = "audit.no_checkpoint"
    category = Category.NOT_FOUND
    message = N_("no checkpoint covers record %(sequence)s yet")
    hint = N_("the worker signs one every 10 seconds; `guanjin up` starts it")


class RecordNotFoundError(AuditError):
    code = "audit.record_not_found"
    category = Category.NOT_FOUND
    message = N_("there is no record %(sequence)s in the audit log")
