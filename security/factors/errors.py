"""What the second step refuses, and why."""

from core.errors import Category
from core.i18n import N_
from security.errors import SecurityError


class FactorError(SecurityError):
    code = "factors.error"


class SecondStepDueError(FactorError):
    code = "factors.due"
    category = Category.REFUSED
    message = N_("the password alone does not open this: a second factor is due")
    hint = N_("prove it, or set it up, on the page that follows the sign-in; the start page leads there")


class CodeWrongError(FactorError):
    """The same for a wrong code, one that was used before, and one whose time is over."""

    code = "factors.code_wrong"
    category = Category.REFUSED
    message = N_("the code is not right, was used before, or is out of date")
    hint = N_("wait for the next code; if none is taken, compare the clock of the phone with that of this server")


class TotpSecretError(FactorError):
    code = "factors.totp_secret"
    category = Category.USAGE
    message = N_("the key on the form is not the one that was shown")
    hint = N_("load the page again and scan the new picture")


class FactorMissingError(FactorError):
    code = "factors.missing"
    category = Category.NOT_FOUND
    message = N_("this account has no such second factor")


class LastFactorError(FactorError):
    code = "factors.last"
    category = Category.REFUSED
    message = N_("this is the last second factor, and your roles need one")
    hint = N_("set up another one first; one-time codes are replaced by setting them up again")


class SecurityKeyRefusedError(FactorError):
    code = "factors.key_refused"
    category = Category.REFUSED
    message = N_("the security key's answer was not accepted: %(reason)s")
    hint = N_("try again; if it stays so, use another factor and ask the system administrator")


class SecurityKeyCopiedError(FactorError):
    """Web Authentication, section 6.1.1: a counter that does not grow is the sign of a second copy of the key."""

    code = "factors.key_copied"
    category = Category.REFUSED
    message = N_("the counter of the security key %(name)s did not grow: there may be a copy of it")
    hint = N_("do not use the key any more; remove it, and tell the security administrator")


class SecurityKeyTakenError(FactorError):
    code = "factors.key_taken"
    category = Category.CONFLICT
    message = N_("this security key is already set up")


class FactorNameError(FactorError):
    code = "factors.name"
    category = Category.USAGE
    message = N_("%(name)r cannot be the name of a security key")
    hint = N_("1 to %(length)s visible characters")


class CertificateUnreadableError(FactorError):
    code = "factors.certificate_unreadable"
    category = Category.USAGE
    message = N_("that is not a certificate in PEM form")
    hint = N_("a PEM file begins with -----BEGIN CERTIFICATE-----; `openssl x509 -in FILE` turns others into it")


class CertificateExpiredError(FactorError):
    code = "factors.certificate_expired"
    category = Category.USAGE
    message = N_("the certificate %(subject)s expired on %(expires)s")


class CertificateTakenError(FactorError):
    code = "factors.certificate_taken"
    category = Category.CONFLICT
    message = N_("this certificate already stands for an account")
    hint = N_("one certificate, one person: revoke it there first")


class CertificateAbsentError(FactorError):
    code = "factors.certificate_absent"
    category = Category.REFUSED
    message = N_("this browser showed no certificate that stands for your account")
    hint = N_("insert the token or import the certificate, close all windows of the browser, and sign in again")
