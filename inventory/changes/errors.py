"""Why a change of the inventory was not made."""

from core.errors import Category
from core.i18n import N_
from inventory.errors import InventoryError


class EditError(InventoryError):
    code = "inventory.edit"


class EditWrongError(EditError):
    """`problems` are the fields, each with what was expected."""

    code = "inventory.edit_wrong"
    category = Category.USAGE
    message = N_("%(count)s fields of %(kind)s %(name)s are wrong; nothing was written")
    hint = N_("each field says what was expected")


class EditConflictError(EditError):
    """`differences` are heading, before and after of what the other one changed."""

    code = "inventory.edit_conflict"
    category = Category.CONFLICT
    message = N_("%(kind)s %(name)s was changed by %(actor)s in the meantime")
    hint = N_("look at the difference, then save again or leave it as it is")


class UnknownFieldError(EditError):
    code = "inventory.unknown_field"
    category = Category.USAGE
    message = N_("%(kind)s has no field %(field)s")


class OutOfReachError(EditError):
    code = "inventory.out_of_reach"
    category = Category.REFUSED
    message = N_("%(kind)s %(name)s would then be outside of what you may change")
    hint = N_("choose a unit or a place within your own reach, or ask whoever looks after the whole network")


class InUseError(EditError):
    """`hanging` is shown; `dependents` are pairs of kind and name."""

    code = "inventory.in_use"
    category = Category.CONFLICT
    message = N_("%(kind)s %(name)s cannot be deleted: %(count)s others hang on it: %(hanging)s")
    hint = N_("delete or move those first; a device out of service is better set to retired than deleted")


class RecordedError(EditError):
    code = "inventory.recorded"
    category = Category.CONFLICT
    message = N_("%(kind)s %(name)s cannot be deleted: there are records of it that have to be kept")
    hint = N_("set it to retired instead")


class ChangeSetNotFoundError(EditError):
    code = "inventory.change_set_not_found"
    category = Category.NOT_FOUND
    message = N_("there is no change set %(number)s")


class UndoneError(EditError):
    code = "inventory.undone"
    category = Category.CONFLICT
    message = N_("change set %(number)s was undone already")


class UndoRefusedError(EditError):
    """`problems` are the objects that stand in the way, each with the reason."""

    code = "inventory.undo_refused"
    category = Category.CONFLICT
    message = N_("change set %(number)s cannot be undone: %(count)s objects stand in the way; the first: %(first)s")
    hint = N_("what was changed since has to be set back first, newest change first")
