"""What goes wrong between here and a directory. None of it is a wrong password, and none is counted as one."""

from core.errors import Category
from core.i18n import N_
from security.errors import SecurityError


class DirectoryError(SecurityError):
    code = "directory.error"


class DirectoryAwayError(DirectoryError):
    code = "directory.away"
    category = Category.UNREACHABLE
    message = N_("the directory that checks this account does not answer: %(reason)s")
    hint = N_("try again later; the administrator finds the cause in the audit log, or with `guanjin directory try`")


class DirectoryTlsError(DirectoryError):
    code = "directory.tls"
    category = Category.INTEGRITY
    message = N_("the directory cannot prove who it is: %(reason)s")
    hint = N_("the administrator compares its certificate with the authority named in the settings")


class DirectoryAnswerError(DirectoryError):
    """An answer that breaks the protocol, or says that our own credentials are not accepted."""

    code = "directory.answer"
    category = Category.INTEGRITY
    message = N_("the directory gave an answer that cannot be used: %(reason)s")
    hint = N_("the administrator finds the cause in the audit log")


class DirectoryMissingError(DirectoryError):
    code = "directory.missing"
    category = Category.REFUSED
    message = N_("this account is checked by a directory (%(source)s) that is not set up here")
    hint = N_("the system administrator sets it up, or gives the account a password of this installation")


class DirectoryPasswordError(DirectoryError):
    code = "directory.password"
    category = Category.REFUSED
    message = N_("the password of this account is kept by the directory (%(source)s), not here")
    hint = N_("change it where the directory says")


class DirectorySubjectError(DirectoryError):
    code = "directory.subject"
    category = Category.USAGE
    message = N_("%(subject)r cannot be the name of a person in the directory")
    hint = N_("1 to 200 visible characters: the login name in LDAP, or what the OpenID provider calls the person")


class DirectorySubjectTakenError(DirectoryError):
    code = "directory.subject_taken"
    category = Category.CONFLICT
    message = N_("the account %(login)s stands for %(subject)s of the directory already")
    hint = N_("one person of the directory has one account")


class DirectoryAdministratorError(DirectoryError):
    code = "directory.administrator"
    category = Category.REFUSED
    message = N_("%(login)s cannot be one of the three administrators and log in by a directory")
    hint = N_("the three administrators have passwords of this installation; whoever runs the directory could be them")


class StrangerError(DirectoryError):
    code = "directory.stranger"
    category = Category.REFUSED
    message = N_("the provider knows you as %(subject)s, which no account here stands for")
    hint = N_("tell the system administrator this name; accounts are made here")


class FlowError(DirectoryError):
    """The way back from the provider does not fit the way there: another browser, too late, or somebody's trick."""

    code = "directory.flow"
    category = Category.REFUSED
    message = N_("this log-in was not begun in this browser, or too long ago")
    hint = N_("begin again on the log-in page")


class ProviderStaleError(DirectoryError):
    """Who has no password to type shows by a fresh log-in that the session is still theirs."""

    code = "directory.stale"
    category = Category.REFUSED
    message = N_("for this you need a log-in that is not older than %(minutes)s minutes")
    hint = N_("sign out, sign in by the office's identity provider again, and come back here")


class ProviderError(DirectoryError):
    code = "directory.provider"
    category = Category.REFUSED
    message = N_("the provider refused the log-in: %(reason)s")
    hint = N_("begin again on the log-in page")
