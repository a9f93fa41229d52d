"""Why a change of the inventory was not made."""

from typing import Final

from core.errors import Category
from core.i18n import N_, Translate, untranslated
from inventory.errors import InventoryError
from inventory.kinds import ObjectKind
from inventory.labels import label
from inventory.ledger.values import Problem

SHOWN: Final = 10


class EditError(InventoryError):
    code = "inventory.edit"


class EditWrongError(EditError):
    """`problems` are the fields, each with what was expected."""

    problems: tuple[Problem, ...]

    code = "inventory.edit_wrong"
    category = Category.USAGE
    message = N_("%(count)s fields of %(kind)s %(name)s are wrong; nothing was written")
    hint = N_("each field says what was expected")


class EditConflictError(EditError):
    """`seen` is what the form was made from: `history.of_object(..., since=seen)` is what the other one changed."""

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
    """`dependents` are pairs of kind and name, `logins` people whose grants are limited to it.

    `unseen` counts dependents that are out of the person's reach, and so are not named.
    """

    code = "inventory.in_use"
    category = Category.CONFLICT
    message = N_("%(kind)s %(name)s cannot be deleted: %(count)s others hang on it: %(hanging)s")
    hint = N_("delete or move those first; a device out of service is better set to retired than deleted")

    kind: ObjectKind
    name: str
    dependents: tuple[tuple[ObjectKind, str], ...]
    logins: tuple[str, ...]
    unseen: int

    def render(self, translate: Translate = untranslated) -> str:
        hanging = [f"{label(kind, translate)} {name}" for kind, name in self.dependents]
        hanging += [f"{translate(N_('grant of'))} {login}" for login in self.logins]
        count = len(hanging) + self.unseen
        shown = "、".join(hanging[:SHOWN]) + ("…" if count > len(hanging[:SHOWN]) else "")
        facts = {"kind": label(self.kind, translate), "name": self.name, "count": count, "hanging": shown}
        return translate(self.message) % facts


class RecordedError(EditError):
    code = "inventory.recorded"
    category = Category.CONFLICT
    message = N_("%(kind)s %(name)s cannot be deleted: there are records of it that have to be kept")
    hint = N_("set it to retired instead")


class DraftMissingError(EditError):
    code = "inventory.draft_missing"
    category = Category.NOT_FOUND
    message = N_("this preview is not there any more")
    hint = N_("upload the ledger again; a preview is kept for a day, and only the latest")


class DraftStaleError(EditError):
    code = "inventory.draft_stale"
    category = Category.CONFLICT
    message = N_("the inventory has changed since %(file)s was previewed; nothing was written")
    hint = N_("look at the preview again, which now shows the present state, and confirm that")


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
    hint = N_("set back first what was changed since, the newest first")

    number: int
    problems: tuple[Problem, ...]

    def render(self, translate: Translate = untranslated) -> str:
        first = self.problems[0]
        reason = translate(first.expected) % first.facts
        facts = {"number": self.number, "count": len(self.problems), "first": f"{first.where} {first.value}: {reason}"}
        return translate(self.message) % facts
