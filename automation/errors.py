"""What can go wrong between us and a device, by name."""

from core.errors import Category, GuanjinError
from core.i18n import N_


class AutomationError(GuanjinError):
    code = "automation.error"


class UnsupportedPlatformError(AutomationError):
    code = "automation.unsupported_platform"
    category = Category.USAGE
    message = N_("%(device)s: there is no driver for platform %(platform)s")
    hint = N_("set the platform in the ledger to one of: %(known)s")


class NoCredentialError(AutomationError):
    code = "automation.no_credential"
    category = Category.USAGE
    message = N_("%(device)s has no SSH address or no SSH credential in the ledger")
    hint = N_("fill in the columns for the management address and the SSH credential, then import the ledger again")


class ConnectError(AutomationError):
    code = "automation.connect"
    category = Category.UNREACHABLE
    message = N_("%(device)s (%(address)s): no SSH session: %(reason)s")
    hint = N_("check that the device is up and that SSH is allowed from this machine")


class LoginRefusedError(AutomationError):
    code = "automation.login_refused"
    category = Category.REFUSED
    message = N_("%(device)s (%(address)s) refused credential %(credential)s")
    hint = N_("store the right user name and password: `guanjin credential set change %(credential)s`")


class HostKeyChangedError(AutomationError):
    code = "automation.host_key_changed"
    category = Category.REFUSED
    message = N_("%(device)s (%(address)s) shows another host key than before: %(found)s instead of %(pinned)s")
    hint = N_(
        "if the device was replaced or its key renewed, run `guanjin config forget-key %(device)s`; "
        "otherwise somebody may be in between"
    )


class ReadError(AutomationError):
    code = "automation.read"
    category = Category.UNREACHABLE
    message = N_("%(device)s stopped answering while its configuration was read: %(reason)s")
    hint = N_("the version on file stays as it is; the backup will be tried again")


class IncompleteConfigError(AutomationError):
    code = "automation.incomplete_config"
    category = Category.INTEGRITY
    message = N_("%(device)s: the configuration received is not complete and was not filed: %(reason)s")
    hint = N_("the last good version stays; look at the line's quality, or read the device by hand")


class VersionMissingError(AutomationError):
    code = "automation.version_missing"
    category = Category.NOT_FOUND
    message = N_("%(device)s has no configuration version %(number)s")
    hint = N_("`guanjin config list %(device)s` shows the versions on file")


class ArchiveDamagedError(AutomationError):
    code = "automation.archive_damaged"
    category = Category.INTEGRITY
    message = N_("version %(number)s of device %(device)s does not open with the archive's key")
    hint = N_("restore the database and the key files from the same backup")
