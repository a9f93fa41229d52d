"""What is refused about lists, rounds, findings and the entry register."""

from core.errors import Category
from core.i18n import N_, Translate, untranslated
from inventory.errors import InventoryError


class RoundsError(InventoryError):
    """A reason is a sentence of ours and is translated with the rest."""

    code = "inventory.rounds"
    category = Category.USAGE

    def render(self, translate: Translate = untranslated) -> str:
        shown = {name: translate(str(fact)) if name == "reason" else fact for name, fact in self.facts.items()}
        return translate(self.message) % shown


class ItemError(RoundsError):
    code = "inventory.checklist_item"
    message = N_("line %(line)s of the checklist, %(text)s: %(reason)s")


class AnswerError(RoundsError):
    code = "inventory.round_answer"
    message = N_("%(item)s: %(reason)s")
    hint = N_("nothing was recorded yet; the other answers are still on the form")


class ChecklistNameError(RoundsError):
    code = "inventory.checklist_name"
    message = N_("%(name)r cannot be the name of a checklist")
    hint = N_("1 to %(length)s visible characters")


class ChecklistTakenError(RoundsError):
    code = "inventory.checklist_taken"
    category = Category.CONFLICT
    message = N_("there is already a checklist %(name)s")


class ChecklistNotFoundError(RoundsError):
    code = "inventory.checklist_not_found"
    category = Category.NOT_FOUND
    message = N_("there is no checklist %(number)s for this room")


class RhythmError(RoundsError):
    code = "inventory.checklist_rhythm"
    message = N_("a round every %(days)s days is no rhythm")
    hint = N_("1 to 366 days, or nothing for a checklist that has none")


class FindingNotFoundError(RoundsError):
    code = "inventory.finding_not_found"
    category = Category.NOT_FOUND
    message = N_("there is no open finding %(number)s in this room")


class DeadlineError(RoundsError):
    code = "inventory.finding_deadline"
    message = N_("what was found cannot be put right by %(due)s")
    hint = N_("a day from today on, at most a year from now")


class VisitNotFoundError(RoundsError):
    code = "inventory.visit_not_found"
    category = Category.NOT_FOUND
    message = N_("there is nobody in this room under number %(number)s")


class VisitTimeError(RoundsError):
    code = "inventory.visit_time"
    message = N_("somebody cannot have come or left at %(moment)s")
    hint = N_("a moment of the last seven days, not in the future, and leaving not before coming")
