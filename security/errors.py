"""What security refuses, and why. One base class, so that an edge can tell these from everything else."""

from core.errors import Category, GuanjinError
from core.i18n import N_, Translate, untranslated
from security.roles import Role


class SecurityError(GuanjinError):
    code = "security.error"

    def render(self, translate: Translate = untranslated) -> str:
        """A role among the facts is named as the reader knows it."""
        named = {name: translate(fact.label) if isinstance(fact, Role) else fact for name, fact in self.facts.items()}
        return translate(self.message) % named


class AuditUnavailableError(SecurityError):
    """Fails closed: where nothing can be recorded, nothing may change."""

    code = "security.audit_unavailable"
    category = Category.INTEGRITY
    message = N_("the audit log has lost its head row, so nothing can be recorded and nothing may change")
    hint = N_("run `guanjin audit verify`, then restore the database from a backup")


class AuditBrokenError(SecurityError):
    code = "security.audit_broken"
    category = Category.INTEGRITY
    message = N_("the audit log is broken at record %(sequence)s: %(breach)s")
    hint = N_("keep the database as it is for the investigation; docs/audit-format.md says what each finding means")


class SecretInputError(SecurityError):
    code = "vault.secret_input"
    category = Category.USAGE
    message = N_("standard input is not a JSON object of texts")
    hint = N_('for example: {"community": "..."}')


class KeyMissingError(SecurityError):
    code = "vault.key_missing"
    category = Category.INTEGRITY
    message = N_("the key of realm %(realm)s is missing: %(path)s")
    hint = N_("restore the file from its own backup; without it the secrets of this realm cannot be opened")


class KeyReadableError(SecurityError):
    code = "vault.key_readable"
    category = Category.REFUSED
    message = N_("the key file %(path)s has mode %(mode)s: others than its owner may read it")
    hint = N_("find out who had access, then `chmod 600` the file")


class KeyFileError(SecurityError):
    code = "vault.key_file"
    category = Category.INTEGRITY
    message = N_("the key file %(path)s cannot be used: %(reason)s")
    hint = N_("restore the file from its own backup")


class RealmClosedError(SecurityError):
    """A process asked for a secret outside its realms: a mistake in the program, or somebody steering it."""

    code = "vault.realm_closed"
    category = Category.REFUSED
    message = N_("this process does not hold the key of realm %(realm)s")


class SecretNotFoundError(SecurityError):
    code = "vault.secret_not_found"
    category = Category.NOT_FOUND
    message = N_("there is no credential %(name)s in realm %(realm)s")
    hint = N_("`guanjin credential list` shows the names, `guanjin credential set` adds one")


class SecretDamagedError(SecurityError):
    code = "vault.secret_damaged"
    category = Category.INTEGRITY
    message = N_("the credential %(name)s in realm %(realm)s does not open: it was altered, moved, or has another key")
    hint = N_("enter it again with `guanjin credential set`, and look into the audit log for who touched the database")


class SecretNameError(SecurityError):
    code = "vault.secret_name"
    category = Category.USAGE
    message = N_("%(name)r cannot be the name of a credential")
    hint = N_("up to %(length)s visible characters, no space at either end")


class SecretIncompleteError(SecurityError):
    code = "vault.secret_incomplete"
    category = Category.USAGE
    message = N_("the fields of credential %(name)s do not fit its kind %(kind)s")
    hint = N_("needed: %(fields)s")


class PasswordLengthError(SecurityError):
    code = "security.password_length"
    category = Category.USAGE
    message = N_("the password needs %(minimum)s to %(longest)s characters")
    hint = N_("several words that do not belong together are easy to remember and hard to guess")


class PasswordCommonError(SecurityError):
    code = "security.password_common"
    category = Category.USAGE
    message = N_("the password is made of words and sequences that are guessed first")
    hint = N_("several words that do not belong together are easy to remember and hard to guess")


class PasswordNameError(SecurityError):
    code = "security.password_name"
    category = Category.USAGE
    message = N_("the password is the login name, or little more than it")
    hint = N_("several words that do not belong together are easy to remember and hard to guess")


class PasswordClassesError(SecurityError):
    code = "security.password_classes"
    category = Category.USAGE
    message = N_("the password needs %(classes)s of these: small letters, capital letters, digits, other characters")
    hint = N_("Chinese characters count as other characters")


class PasswordReusedError(SecurityError):
    code = "security.password_reused"
    category = Category.USAGE
    message = N_("the new password is the present one or one of the last before it")
    hint = N_("choose one that was not in use here before")


class PasswordsBusyError(SecurityError):
    """More people log in at this moment than hashes can be computed."""

    code = "security.passwords_busy"
    category = Category.BUSY
    message = N_("too many passwords are being checked at this moment; nothing was decided about yours")
    hint = N_("try again in a few seconds")


class PasswordWrongError(SecurityError):
    code = "security.password_wrong"
    category = Category.REFUSED
    message = N_("the current password is not right")


class LoginNameError(SecurityError):
    code = "security.login_name"
    category = Category.USAGE
    message = N_("%(login)r cannot be a login name")
    hint = N_("2 to %(length)s letters, digits, dots, hyphens; `system` and `console` are taken")


class DisplayNameError(SecurityError):
    code = "security.display_name"
    category = Category.USAGE
    message = N_("%(name)r cannot be the name of a person")
    hint = N_("1 to %(length)s visible characters")


class AccountExistsError(SecurityError):
    code = "security.account_exists"
    category = Category.CONFLICT
    message = N_("there is already an account %(login)s")


class AccountNotFoundError(SecurityError):
    code = "security.account_not_found"
    category = Category.NOT_FOUND
    message = N_("there is no account %(login)s")
    hint = N_("`guanjin account list` shows all")


class RoleConflictError(SecurityError):
    code = "security.role_conflict"
    category = Category.REFUSED
    message = N_("one person may not be %(role)s and %(other)s: separation of duties (account %(login)s)")
    hint = N_(
        "give the role to somebody else, or revoke the other one first (a disabled account keeps its roles);"
        " two persons of one name need personnel numbers that tell them apart"
    )


class RoleElsewhereError(SecurityError):
    code = "security.role_elsewhere"
    category = Category.REFUSED
    message = N_("the same person already is %(role)s by the account %(login)s")
    hint = N_("one account a person; revoke the role there first")


class PersonnelNumberError(SecurityError):
    code = "security.personnel_number"
    category = Category.USAGE
    message = N_("%(number)r cannot be a personnel number")
    hint = N_("up to 40 letters, digits, dots, hyphens")


class RoleMissingError(SecurityError):
    code = "security.role_missing"
    category = Category.CONFLICT
    message = N_("account %(login)s does not hold the role %(role)s")


class RoleHeldError(SecurityError):
    code = "security.role_held"
    category = Category.CONFLICT
    message = N_("account %(login)s already holds the role %(role)s just so")


class ReachRefusedError(SecurityError):
    code = "security.reach_refused"
    category = Category.USAGE
    message = N_("the role %(role)s cannot be limited to units, sites or device groups")
    hint = N_(
        "only what is done to devices, lines and a department's transfers can;"
        " grant it without a limit, or grant another role"
    )


class ReachEmptyError(SecurityError):
    code = "security.reach_empty"
    category = Category.USAGE
    message = N_("a limited grant of the role %(role)s names no unit, site or device group")
    hint = N_("choose at least one, or grant it without a limit")


class ProposalNotFoundError(SecurityError):
    code = "security.proposal_not_found"
    category = Category.NOT_FOUND
    message = N_("there is no proposal %(number)s")


class ProposalOpenError(SecurityError):
    code = "security.proposal_open"
    category = Category.CONFLICT
    message = N_("a proposal about account %(login)s and the role %(role)s already waits to be confirmed")
    hint = N_("have it confirmed, or withdraw it first")


class ProposalOverError(SecurityError):
    code = "security.proposal_over"
    category = Category.CONFLICT
    message = N_("proposal %(number)s has been decided, withdrawn or has expired")
    hint = N_("propose it again")


class ConfirmerError(SecurityError):
    code = "security.confirmer"
    category = Category.REFUSED
    message = N_("this person may not decide about proposal %(number)s")
    hint = N_(
        "needed is another security administrator, or the system administrator: neither who proposed it nor who is"
        " concerned; what the terminal proposed only a security administrator decides"
    )


class OwnRoleError(SecurityError):
    code = "security.own_role"
    category = Category.REFUSED
    message = N_("nobody grants or revokes their own roles (account %(login)s)")
    hint = N_("ask another security administrator")


class LastAdministratorError(SecurityError):
    code = "security.last_administrator"
    category = Category.REFUSED
    message = N_("account %(login)s is the last %(role)s")
    hint = N_("name a successor first")


class SessionNotFoundError(SecurityError):
    code = "security.session_not_found"
    category = Category.NOT_FOUND
    message = N_("session %(number)s has already ended")


class LoginFailedError(SecurityError):
    """The same for an unknown name, a wrong password and a disabled account."""

    code = "security.login_failed"
    category = Category.REFUSED
    message = N_("the login name or the password is not right")


class LoginLockedError(SecurityError):
    code = "security.login_locked"
    category = Category.REFUSED
    message = N_("too many wrong passwords or codes; try again in %(minutes)s minutes")
    hint = N_("a system administrator can set a new password in the meantime, but the wait remains")


class AddressRangeError(SecurityError):
    code = "security.address_range"
    category = Category.USAGE
    message = N_("%(entry)s is neither an address nor a network")
    hint = N_("for example 10.1.1.9, 10.1.0.0/16 or 2001:db8::/32; a network ends in zeros")


class AddressRangesError(SecurityError):
    code = "security.address_ranges"
    category = Category.USAGE
    message = N_("more than %(most)s networks")
    hint = N_("name larger networks instead of many small ones")


class NotSetUpError(SecurityError):
    code = "security.not_set_up"
    category = Category.CONFLICT
    message = N_("this installation has no accounts yet")
    hint = N_("open the console and enter the set-up token; `guanjin init` prints a new one")


class AlreadySetUpError(SecurityError):
    code = "security.already_set_up"
    category = Category.CONFLICT
    message = N_("this installation is already set up")


class SetupTokenError(SecurityError):
    code = "security.setup_token"
    category = Category.REFUSED
    message = N_("the set-up token is wrong or has expired")
    hint = N_("`guanjin init` prints a new one")


class AdministratorsError(SecurityError):
    code = "security.administrators"
    category = Category.USAGE
    message = N_("the system, security and audit administrator have to be three different persons")
    hint = N_("give each a login name and a display name of their own")
