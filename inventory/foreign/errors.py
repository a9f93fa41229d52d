"""Files of other systems that cannot be read as a whole; a single wrong value is a Problem of the preview instead."""

from core.errors import Category
from core.i18n import N_
from inventory.errors import InventoryError


class ForeignError(InventoryError):
    code = "inventory.foreign"
    category = Category.USAGE


class ForeignMissingError(ForeignError):
    code = "inventory.foreign_missing"
    message = N_("%(file)s cannot be opened: %(detail)s")


class ForeignEmptyError(ForeignError):
    code = "inventory.foreign_empty"
    message = N_("%(file)s has nothing in it that %(system)s writes")
    hint = N_("docs/moving-in.md says which files to take from each system")


class ForeignUnclearError(ForeignError):
    code = "inventory.foreign_unclear"
    message = N_("%(file)s does not tell which system wrote it")
    hint = N_("say which system it was (at the terminal by --from), one of: %(known)s")


class ForeignDamagedError(ForeignError):
    """`detail` is what the file should have been; it never quotes the file, for a password may stand there."""

    code = "inventory.foreign_damaged"
    message = N_("%(file)s cannot be read: %(detail)s")
    hint = N_("take the file from the other system again")


class ForeignTooLargeError(ForeignError):
    code = "inventory.foreign_too_large"
    message = N_("%(file)s is too large: more than %(limit)s bytes unpacked")
    hint = N_("bring it in in parts: one site, or one list after the other")


class ForeignTooManyError(ForeignError):
    code = "inventory.foreign_too_many"
    message = N_("%(file)s holds more than %(limit)s entries")
    hint = N_("bring it in in parts: one site, or one list after the other")


class ForeignAliasError(ForeignError):
    """An alias may stand for a billion values; none of these systems writes any."""

    code = "inventory.foreign_alias"
    message = N_("%(file)s repeats a value by an alias (line %(line)s)")
    hint = N_("write the value out where it is needed; aliases (*name) are not read")


class ForeignRepeatedError(ForeignError):
    code = "inventory.foreign_repeated"
    message = N_("%(file)s says the same name twice (line %(line)s)")
    hint = N_("only one of the two can be meant: remove the other")


class ForeignTypeError(ForeignError):
    code = "inventory.foreign_type"
    message = N_("%(file)s holds a value of a type that is not read (line %(line)s)")
    hint = N_("only text, lists and mappings are read; remove the tag (!...) before the value")


class WordError(ForeignError):
    code = "inventory.foreign_word"
    message = N_("--word %(text)s says nothing that can be understood")
    hint = N_("write it as role:access=access_switch; before the colon: %(topics)s; behind the =: %(meanings)s")


class WordForLedgerError(ForeignError):
    code = "inventory.foreign_word_for_ledger"
    message = N_("--word says what a word of another system means; %(file)s is a ledger")
    hint = N_("leave it out; a ledger's words are those of docs/glossary.md")


class DelimiterError(ForeignError):
    code = "inventory.foreign_delimiter"
    message = N_("%(file)s separates its columns by %(delimiter)s, which is not understood")
    hint = N_("one character is, plain or as /:/; save router.db with one and say so in the configuration")
