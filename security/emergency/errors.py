"""What sealing and opening emergency access refuse."""

from core.errors import Category
from core.i18n import N_
from security.errors import SecurityError


class EmergencyError(SecurityError):
    code = "emergency.error"
    category = Category.REFUSED


class SealerError(EmergencyError):
    code = "emergency.sealer"
    message = N_("this is for the system and the security administrator")


class SamePersonError(EmergencyError):
    code = "emergency.same_person"
    message = N_("the two halves are for two persons")
    hint = N_("the other half has to be made or entered by somebody else, signed in with the own account")


class NotSealedError(EmergencyError):
    code = "emergency.not_sealed"
    category = Category.CONFLICT
    message = N_("there is no emergency access that could be opened: its halves are not made or already spent")
    hint = N_("the system and the security administrator make one half each on the page of emergency access")


class HalfWrongError(EmergencyError):
    code = "emergency.half_wrong"
    message = N_("this is not the half that is needed")
    hint = N_("type it as on the sheet; each sheet is one half, and the same one does not count twice")


class ReasonMissingError(EmergencyError):
    code = "emergency.reason_missing"
    category = Category.USAGE
    message = N_("emergency access is not opened without a reason")


class BearerError(EmergencyError):
    code = "emergency.bearer"
    message = N_("account %(login)s cannot get emergency access")
    hint = N_("it is disabled, or the person is security or audit administrator; somebody else has to enter first")


class EmergencyOpenError(EmergencyError):
    code = "emergency.open"
    category = Category.CONFLICT
    message = N_("emergency access is open at this moment")
    hint = N_("it is ended first, or ends by itself")


class EmergencyNotOpenError(EmergencyError):
    code = "emergency.not_open"
    category = Category.CONFLICT
    message = N_("emergency access is not open")
