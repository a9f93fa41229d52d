"""What is refused about sweeps."""

from collections.abc import Sequence

from collectors.errors import CollectorError
from core.errors import Category
from core.i18n import N_, Translate, untranslated
from inventory.ledger.values import Problem


class SweepError(CollectorError):
    code = "collectors.sweep"
    category = Category.USAGE


class RangeUnusableError(SweepError):
    code = "collectors.sweep_range"
    message = N_("%(text)s is not a range of addresses of devices")
    hint = N_("write the prefix of a subnet, as 10.1.8.0/24")


class RangeTooLargeError(SweepError):
    code = "collectors.sweep_range_size"
    message = N_("%(text)s holds %(found)s addresses, more than the %(most)s that are swept at once")
    hint = N_("allow the parts in which your devices are")


class RangeOverlapsError(SweepError):
    code = "collectors.sweep_range_overlap"
    category = Category.CONFLICT
    message = N_("%(text)s overlaps %(other)s, which is allowed already")
    hint = N_("withdraw that one first, or allow what it leaves out")


class CredentialsError(SweepError):
    code = "collectors.sweep_credentials"
    message = N_("the vault's monitoring realm has no credential %(credential)s for SNMP")
    hint = N_("choose among those that are listed; store others under System, Credentials")


class RangeNotFoundError(SweepError):
    code = "collectors.sweep_range_missing"
    category = Category.NOT_FOUND
    message = N_("the range %(number)s is not allowed, or no longer")


class SweepNotFoundError(SweepError):
    code = "collectors.sweep_missing"
    category = Category.NOT_FOUND
    message = N_("there is no sweep %(number)s")


class NeverSweptError(SweepError):
    code = "collectors.sweep_never"
    category = Category.NOT_FOUND
    message = N_("%(text)s has not been swept yet")


class FindMissingError(SweepError):
    code = "collectors.sweep_find_missing"
    category = Category.NOT_FOUND
    message = N_("nothing answered at %(address)s in this sweep")


class FindUnclearError(SweepError):
    code = "collectors.sweep_find_unclear"
    message = N_("%(text)s does not say what is at which address")
    hint = N_("write ADDRESS=NAME, or ADDRESS=ROLE with a role as access_switch, router or firewall")


class SweepUnderWayError(SweepError):
    code = "collectors.sweep_under_way"
    category = Category.CONFLICT
    message = N_("%(text)s is being swept at this moment")
    hint = N_("wait for its end, or stop it")


class NothingChosenError(SweepError):
    code = "collectors.sweep_nothing"
    message = N_("nothing was chosen that could be taken over")
    hint = N_("choose addresses that are not in the ledger yet")


class TakeOverError(SweepError):
    """`problems` name the address where a ledger's would name the cell."""

    code = "collectors.sweep_take_over"
    message = N_("%(count)s of the devices cannot be taken over as they stand; none was")
    hint = N_("correct what is named, or leave the device out")

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(count=len(problems))
        self.problems = tuple(problems)

    def render(self, translate: Translate = untranslated) -> str:
        told = "; ".join(
            f"{problem.where.sheet}: {problem.value} - {translate(problem.expected) % dict(problem.facts)}"
            for problem in self.problems[:5]
        )
        return f"{super().render(translate)} ({told})"
