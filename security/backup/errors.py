"""What backup and restore refuse, and why."""

from core.errors import Category
from core.i18n import N_
from security.errors import SecurityError


class BackupError(SecurityError):
    code = "backup.error"


class NoRecoveryKeyError(BackupError):
    code = "backup.no_recovery_key"
    category = Category.CONFLICT
    message = N_("there is no recovery key, so nobody could open the backup")
    hint = N_("make one with `guanjin backup key`, and keep it outside this machine")


class RecoveryKeyExistsError(BackupError):
    code = "backup.recovery_key_exists"
    category = Category.CONFLICT
    message = N_("there is already a recovery key (%(id)s)")
    hint = N_("--replace makes another; the old one still opens the backups made until now")


class RecoveryCodeError(BackupError):
    code = "backup.recovery_code"
    category = Category.USAGE
    message = N_("this is not a recovery key: a character is wrong or missing")
    hint = N_("type it as it stands on the sheet; blanks, hyphens and capitals do not matter")


class OtherRecoveryKeyError(BackupError):
    code = "backup.other_recovery_key"
    category = Category.REFUSED
    message = N_("the backup was made for another recovery key (%(id)s)")


class NotABackupError(BackupError):
    code = "backup.not_a_backup"
    category = Category.INTEGRITY
    message = N_("%(path)s is not a whole system backup: %(part)s")
    hint = N_("it may have been cut short or copied in text mode; take another copy")


class VersionUnknownError(BackupError):
    code = "backup.version"
    category = Category.INTEGRITY
    message = N_("%(path)s has format version %(found)s; this program reads version %(known)s")
    hint = N_("use the program version that made the backup, or a newer one")


class SignatureWrongError(BackupError):
    code = "backup.signature"
    category = Category.INTEGRITY
    message = N_("%(path)s was altered, or made by another installation than the recovery key says")
    hint = N_("do not restore it; take another copy, and find out who had access to this one")


class BackupAlteredError(BackupError):
    code = "backup.altered"
    category = Category.INTEGRITY
    message = N_("%(path)s does not open: %(part)s")
    hint = N_("do not restore it; take another copy")


class ContentDiffersError(BackupError):
    code = "backup.content_differs"
    category = Category.INTEGRITY
    message = N_("%(object)s differs from what the backup says of it")
    hint = N_("nothing was restored; take another copy of the backup")


class SchemaOfBackupError(BackupError):
    code = "backup.schema"
    category = Category.CONFLICT
    message = N_("the backup has schema %(found)s (program %(program)s), this program has %(needed)s")
    hint = N_("restore with the program version that made it, then bring it up with `guanjin database upgrade`")


class NotEmptyError(BackupError):
    code = "backup.not_empty"
    category = Category.CONFLICT
    message = N_("%(place)s is not empty, and a restore overwrites nothing")
    hint = N_("name an empty place by storage.data and storage.database_url, or move away what is there")


class UnknownTablesError(BackupError):
    code = "backup.unknown_tables"
    category = Category.INTEGRITY
    message = N_("the database has tables that this program does not know: %(tables)s")
    hint = N_("a backup without them would not be whole; find out where they come from")


class SpaceError(BackupError):
    code = "backup.space"
    category = Category.REFUSED
    message = N_("%(folder)s has %(free)s bytes free; the backup may need %(needed)s and the reserve besides")
    hint = N_("make room, keep fewer backups (backup.keep), or choose another folder")


class FolderMissingError(BackupError):
    code = "backup.folder"
    category = Category.UNREACHABLE
    message = N_("the folder for backups %(folder)s cannot be used: %(reason)s")
    hint = N_("is the disk or the share mounted?")


class TargetExistsError(BackupError):
    code = "backup.target_exists"
    category = Category.CONFLICT
    message = N_("%(path)s is already there, and a backup overwrites nothing")
