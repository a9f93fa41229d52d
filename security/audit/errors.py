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
