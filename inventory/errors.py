"""What the inventory refuses, and why."""

from enum import StrEnum

from core.errors import Category, GuanjinError
from core.i18n import N_, Translate, untranslated
from inventory.labels import LABELS


class InventoryError(GuanjinError):
    """Facts that are words of a vocabulary are shown by their labels."""

    code = "inventory.error"

    def render(self, translate: Translate = untranslated) -> str:
        shown = {
            name: translate(LABELS[fact]) if isinstance(fact, StrEnum) else fact for name, fact in self.facts.items()
        }
        return translate(self.message) % shown


class NotFoundError(InventoryError):
    """Also raised for what stands outside the reader's scope, so that its existence does not leak."""

    code = "inventory.not_found"
    category = Category.NOT_FOUND
    message = N_("the inventory has no %(kind)s %(name)s")
    hint = N_("`guanjin inventory list devices` shows what there is")


class NothingNamedError(InventoryError):
    code = "inventory.nothing_named"
    category = Category.NOT_FOUND
    message = N_("the inventory has no device, line or unit named %(name)s")
    hint = N_("`guanjin inventory list devices --search TEXT` looks for a part of a name")


class WrittenMeanwhileError(InventoryError):
    code = "inventory.written_meanwhile"
    category = Category.CONFLICT
    message = N_(
        "nothing was written: at the same moment somebody else took a name or number that %(kind)s %(name)s "
        "was to have, or deleted what it refers to"
    )
    hint = N_("look at what there is now, then send it again")


class PortNotFoundError(InventoryError):
    code = "inventory.port_not_found"
    category = Category.NOT_FOUND
    message = N_("the device %(device)s has no port %(port)s")
    hint = N_("`guanjin inventory show DEVICE` lists its ports; those of a new device are known after its first poll")


class UnknownOrderError(InventoryError):
    code = "inventory.unknown_order"
    category = Category.USAGE
    message = N_("a list cannot be sorted by %(name)s")
    hint = N_("it can be sorted by: %(known)s")


class MaintenanceEndError(InventoryError):
    code = "inventory.maintenance_end"
    category = Category.USAGE
    message = N_("a maintenance mark cannot end at %(until)s")
    hint = N_("give a moment in the future, at most %(days)s days from now")


class GroupNotFoundError(InventoryError):
    code = "inventory.group_not_found"
    category = Category.NOT_FOUND
    message = N_("there is no device group %(number)s")


class GroupNameError(InventoryError):
    code = "inventory.group_name"
    category = Category.USAGE
    message = N_("%(name)r cannot be the name of a device group")
    hint = N_("1 to %(length)s visible characters")


class GroupTakenError(InventoryError):
    code = "inventory.group_taken"
    category = Category.CONFLICT
    message = N_("there is already a device group %(name)s")


class GroupInUseError(InventoryError):
    code = "inventory.group_in_use"
    category = Category.CONFLICT
    message = N_("the device group %(name)s limits the grants of %(logins)s")
    hint = N_("have those grants changed first; without the group they would reach nothing")


class DocumentNotFoundError(InventoryError):
    code = "inventory.document_not_found"
    category = Category.NOT_FOUND
    message = N_("there is no document %(number)s")


class DocumentNameError(InventoryError):
    code = "inventory.document_name"
    category = Category.USAGE
    message = N_("%(name)r cannot be the name of a document")
    hint = N_("1 to %(most)s visible characters, without a dot at the beginning")


class DocumentTypeError(InventoryError):
    code = "inventory.document_type"
    category = Category.USAGE
    message = N_("%(name)s is not a file of a known kind, or not what its name says")
    hint = N_("documents are kept as: %(known)s")


class DocumentSizeError(InventoryError):
    code = "inventory.document_size"
    category = Category.USAGE
    message = N_("the document has %(size)s bytes; at most %(most)s are kept")
    hint = N_("make its pictures smaller, or split it")


class DocumentLimitError(InventoryError):
    code = "inventory.document_limit"
    category = Category.CONFLICT
    message = N_("%(name)s has %(most)s documents already")
    hint = N_("remove one that nobody needs any more")


class FieldNotFoundError(InventoryError):
    code = "inventory.field_not_found"
    category = Category.NOT_FOUND
    message = N_("there is no own field %(number)s")


class FieldNameError(InventoryError):
    code = "inventory.field_name"
    category = Category.USAGE
    message = N_("%(name)r cannot be the name of a field")
    hint = N_("1 to %(most)s visible characters, without quotes, dots, slashes and backslashes")


class FieldTakenError(InventoryError):
    code = "inventory.field_taken"
    category = Category.CONFLICT
    message = N_("%(kind)s has a column %(name)s already")
    hint = N_("the ledger's own columns and their other spellings count, too")


class FieldChoicesError(InventoryError):
    code = "inventory.field_choices"
    category = Category.USAGE
    message = N_("a field of one of several words needs %(least)s to %(most)s different words")
    hint = N_("one word a line, each at most %(limit)s characters")


class FieldInUseError(InventoryError):
    code = "inventory.field_in_use"
    category = Category.CONFLICT
    message = N_("%(count)s objects hold a value of the field %(name)s by now")
    hint = N_("look at what would be lost, then confirm once more")


class LedgerError(InventoryError):
    """A file that cannot be read as a whole; a single wrong cell is a Problem of the preview instead."""

    code = "inventory.ledger"
    category = Category.USAGE


class LedgerMissingError(LedgerError):
    code = "inventory.ledger_missing"
    message = N_("%(file)s cannot be opened: %(detail)s")


class LedgerNotAWorkbookError(LedgerError):
    code = "inventory.ledger_not_a_workbook"
    message = N_("%(file)s is not a workbook (.xlsx), whatever its name says")
    hint = N_("open it in the program that wrote it and save it as .xlsx or as .csv")


class LedgerProtectedError(LedgerError):
    code = "inventory.ledger_protected"
    message = N_("%(file)s is protected by a password")
    hint = N_("save a copy without the password and import that")


class LedgerOldFormatError(LedgerError):
    code = "inventory.ledger_old_format"
    message = N_("%(file)s is in the old Excel format (.xls)")
    hint = N_("save it as .xlsx and import that")


class LedgerDamagedError(LedgerError):
    code = "inventory.ledger_damaged"
    message = N_("%(file)s is damaged: %(detail)s")
    hint = N_("open it in Excel or WPS, save it under a new name and import that")


class LedgerTooLargeError(LedgerError):
    code = "inventory.ledger_too_large"
    message = N_("%(file)s is too large: %(found)s bytes unpacked, at most %(limit)s")
    hint = N_("remove pictures and sheets that are no ledger, or split the file")


class LedgerTooFullError(LedgerError):
    code = "inventory.ledger_too_full"
    message = N_("%(file)s holds more cells than a ledger can have (%(member)s)")
    hint = N_("delete the empty rows and columns around the ledger, or split the file")


class LedgerTooLongError(LedgerError):
    code = "inventory.ledger_too_long"
    message = N_("sheet %(sheet)s of %(file)s has more than %(limit)s rows")
    hint = N_("delete the empty rows below the ledger, or split the file")


class LedgerEncodingError(LedgerError):
    code = "inventory.ledger_encoding"
    message = N_("%(file)s is not text in UTF-8 or GB18030: byte %(offset)s fits neither")
    hint = N_("save it as CSV UTF-8, or as .xlsx")


class LedgerUnknownError(LedgerError):
    code = "inventory.ledger_unknown"
    message = N_("%(file)s has no sheet of a known kind; found: %(found)s")
    hint = N_("sheets are named %(known)s")


class LedgerKindError(LedgerError):
    code = "inventory.ledger_kind"
    message = N_("the headings of %(file)s do not tell what it lists")
    hint = N_("say so by --kind, one of: %(known)s")


class LedgerSuffixError(LedgerError):
    code = "inventory.ledger_suffix"
    category = Category.USAGE
    message = N_("%(file)s: a ledger is written with one of these endings: %(known)s")


class LedgerSeveralError(LedgerError):
    code = "inventory.ledger_several"
    category = Category.USAGE
    message = N_("%(count)s ledgers at once")
    hint = N_("bring one in, then the next; or put their sheets into one workbook")


class LedgerOneKindError(LedgerError):
    code = "inventory.ledger_one_kind"
    category = Category.USAGE
    message = N_("%(file)s: a CSV file holds one kind only")
    hint = N_("say which by --kind, one of: %(known)s; or write an .xlsx")


class LedgerHeadingError(LedgerError):
    code = "inventory.ledger_heading"
    category = Category.USAGE
    message = N_("%(said)s=%(meant)s: the ledger has no column %(meant)s")
    hint = N_("`guanjin inventory template FILE.xlsx` shows the columns of every sheet")


class LedgerHeadingOwnError(LedgerError):
    code = "inventory.ledger_heading_own"
    category = Category.USAGE
    message = N_("%(said)s is a heading of the ledger itself and keeps its meaning")
    hint = N_("rename the column in the file")


class LedgerHeadingTwiceError(LedgerError):
    code = "inventory.ledger_heading_twice"
    category = Category.USAGE
    message = N_("%(sheet)s: %(first)s and %(second)s cannot both mean %(meant)s")
    hint = N_("leave one of the two columns out")


class HeadingNotFoundError(InventoryError):
    code = "inventory.heading_not_found"
    category = Category.NOT_FOUND
    message = N_("no meaning is remembered for the heading %(written)s")
    hint = N_("`guanjin inventory headings` lists those that are")


class LedgerReachError(LedgerError):
    code = "inventory.ledger_reach"
    category = Category.REFUSED
    message = N_("this kind belongs to no unit; only who looks after the whole network reads it out")


class LedgerUnwritableError(LedgerError):
    code = "inventory.ledger_unwritable"
    message = N_("%(file)s cannot be written: %(detail)s")


class LedgerWrongError(InventoryError):
    code = "inventory.ledger_wrong"
    message = N_("%(count)s places in %(file)s are wrong; nothing was written")
    hint = N_("correct the cells listed and import again")


class StationUnknownError(InventoryError):
    """Without it nobody can say which side of a failure is cut off."""

    code = "inventory.station_unknown"
    category = Category.USAGE
    message = N_("where the management station hangs is not known")
    hint = N_("name the device by the setting site.station_device; devices that could be meant: %(found)s")


class LinkNotFoundError(InventoryError):
    code = "inventory.link_not_found"
    category = Category.NOT_FOUND
    message = N_("nobody stated a link %(name)s")
    hint = N_("what devices tell is no statement, and goes when they no longer tell it")


class LinkEndError(InventoryError):
    code = "inventory.link_end"
    category = Category.USAGE
    message = N_("%(port)r cannot be the name of a port of %(device)s")
    hint = N_("1 to %(most)s visible characters")


class LinkLoopError(InventoryError):
    code = "inventory.link_loop"
    category = Category.CONFLICT
    message = N_("both ends of the link are on %(device)s")
    hint = N_("a link joins two devices")


class LinkTakenError(InventoryError):
    code = "inventory.link_taken"
    category = Category.CONFLICT
    message = N_("the port %(port)s of %(device)s is stated to be wired already: %(link)s")
    hint = N_("withdraw that link first")
