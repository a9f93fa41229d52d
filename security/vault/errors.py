"""What the vault refuses about its keys; what it refuses about secrets is in `security.errors`."""

from core.errors import Category
from core.i18n import N_
from security.errors import SecurityError


class MasterUnknownError(SecurityError):
    code = "vault.master_unknown"
    category = Category.INTEGRITY
    message = N_("realm %(realm)s is sealed with the master key %(id)s, which its source does not hold")
    hint = N_(
        "after a restore or a change of the source, start again; otherwise bring back the key from its own backup"
    )


class SourceDiffersError(SecurityError):
    code = "vault.source_differs"
    category = Category.REFUSED
    message = N_("setting vault.source says %(wanted)s, but the master keys in %(path)s are kept by %(found)s")
    hint = N_("move them with `guanjin vault source %(wanted)s`, or correct the setting")


class KeysMissingError(SecurityError):
    code = "vault.keys_missing"
    category = Category.INTEGRITY
    message = N_("there are no master keys in %(path)s")
    hint = N_("restore the folder, or the whole installation with `guanjin backup restore`")


class SealedKeysError(SecurityError):
    code = "vault.sealed_keys"
    category = Category.INTEGRITY
    message = N_("the file of sealed master keys %(path)s cannot be used: %(reason)s")
    hint = N_("restore the file from its own backup")


class KeysDoNotOpenError(SecurityError):
    code = "vault.keys_do_not_open"
    category = Category.REFUSED
    message = N_(
        "the master keys in %(path)s do not open: the %(source)s is not the right one, or the file was altered"
    )


class PassphraseMissingError(SecurityError):
    code = "vault.passphrase_missing"
    category = Category.USAGE
    message = N_("the vault's passphrase is needed, and there is no terminal to ask for it")
    hint = N_("give it by `--passphrase-fd N`, or as the systemd credential guanjin-passphrase; never as an argument")


class PassphraseShortError(SecurityError):
    code = "vault.passphrase_short"
    category = Category.USAGE
    message = N_("the vault's passphrase needs at least %(least)s characters")
    hint = N_("several words that do not belong together are easy to remember and hard to guess")


class CredentialMissingError(SecurityError):
    code = "vault.credential_missing"
    category = Category.INTEGRITY
    message = N_("the systemd credential %(name)s is not there: %(reason)s")
    hint = N_("docs/vault-and-backup.md says how to make it and how the unit loads it")


class TokenError(SecurityError):
    code = "vault.token"
    category = Category.UNREACHABLE
    message = N_("the PKCS#11 token %(token)s cannot be used: %(reason)s")
    hint = N_("check the settings vault.pkcs11_module, pkcs11_token and pkcs11_key, and the token's PIN")


class TokenLibraryError(SecurityError):
    code = "vault.token_library"
    category = Category.USAGE
    message = N_("the library for PKCS#11 is not installed")
    hint = N_("install requirements/hsm.txt")


class KeyAgentError(SecurityError):
    code = "vault.key_agent"
    category = Category.UNREACHABLE
    message = N_("the supervisor did not hand over the master keys: %(reason)s")


class RotationRunningError(SecurityError):
    code = "vault.rotation_running"
    category = Category.CONFLICT
    message = N_("another command is changing the master keys in %(path)s")
    hint = N_("wait until it has ended")


class NoRecipientError(SecurityError):
    code = "vault.no_recipient"
    category = Category.CONFLICT
    message = N_("realm %(realm)s has no public key yet, so nothing can be sealed to it here")
    hint = N_("start the installation once with `guanjin up`")
