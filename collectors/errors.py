"""What can go wrong while watching, and how a stored error code becomes words again.

A device's row keeps the code and the facts of its last failure, not a sentence: the reader's language is not known
when it happens.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import collectors.snmp.errors  # noqa: F401  # their codes are stored, too, and looked up by `explain`
import security.errors  # noqa: F401  # as above
from core.errors import Category, GuanjinError, remembered
from core.i18n import N_, Translate, untranslated


class CollectorError(GuanjinError):
    code: ClassVar[str] = "collectors.error"


class IcmpUnavailableError(CollectorError):
    code = "collectors.icmp_unavailable"
    category = Category.REFUSED
    message = N_("the kernel does not permit ICMP probes to this process: %(reason)s")
    hint = N_(
        "allow the group with `sysctl net.ipv4.ping_group_range='0 2147483647'` or grant the process CAP_NET_RAW;"
        " until then reachability is judged by SNMP and TCP"
    )


class PathUnavailableError(CollectorError):
    code = "collectors.path_unavailable"
    category = Category.REFUSED
    message = N_("the kernel does not permit this process to trace a path: %(reason)s")
    hint = N_("allow the group with `sysctl net.ipv4.ping_group_range='0 2147483647'`, or let the process send UDP")


class NoCredentialError(CollectorError):
    code = "collectors.no_credential"
    category = Category.USAGE
    message = N_(
        "the device names the SNMP credential %(credential)s, which the vault's monitoring realm does not hold"
    )
    hint = N_("store it under System, Credentials, or correct the name in the ledger")


class WrongCredentialError(CollectorError):
    code = "collectors.wrong_credential"
    category = Category.USAGE
    message = N_("the SNMP credential %(credential)s lacks %(field)s")
    hint = N_("store the credential again with all its fields")


class AddressNotUsableError(CollectorError):
    code = "collectors.address"
    category = Category.USAGE
    message = N_("the address %(address)s is not the IP address of one device")
    hint = N_("the ledger needs the address itself: a host name may mean another device tomorrow")


class PollTooLongError(CollectorError):
    """An agent that answers, but so slowly or so endlessly that its turn was ended."""

    code = "collectors.poll_too_long"
    category = Category.UNREACHABLE
    message = N_("the poll did not end within %(seconds)d seconds")
    hint = N_("look at the device's load; `guanjin snmp probe` shows which part is slow")


class UnexpectedError(CollectorError):
    """A fault of the program that a device's answer brought to light; the device pays with its freshness only."""

    code = "collectors.unexpected"
    message = N_("polling failed in an unforeseen way: %(kind)s")
    hint = N_("report it together with the poller's log of this moment")


class PollerAwayError(CollectorError):
    code = "collectors.poller_away"
    category = Category.UNREACHABLE
    message = N_("the poller does not answer on %(path)s: %(reason)s")
    hint = N_("is `guanjin up` running? its log says whether the poller process started")


class SocketPathError(CollectorError):
    code = "collectors.socket_path"
    category = Category.USAGE
    message = N_("setting storage.data: the socket %(path)s has a path of %(length)d bytes; %(limit)d at most")
    hint = N_("choose a shorter data folder")


class TargetUnknownError(CollectorError):
    code = "collectors.target_unknown"
    category = Category.NOT_FOUND
    message = N_("%(target)s is neither name nor address of a watched device")
    hint = N_("only devices of the inventory are asked; /sd lists them")


class ModuleUnknownError(CollectorError):
    code = "collectors.module_unknown"
    category = Category.USAGE
    message = N_("there is no module %(module)s; there are: %(known)s")
    hint = N_("name one of them, or several with commas")


class NotBySnmpError(CollectorError):
    code = "collectors.not_by_snmp"
    category = Category.CONFLICT
    message = N_("the ledger names no SNMP credential for %(device)s")
    hint = N_("name one in the ledger; until then the device is only probed")


class DeviceDownError(CollectorError):
    code = "collectors.device_down"
    category = Category.UNREACHABLE
    message = N_("%(device)s is unreachable at present, so it was not asked")
    hint = N_("it is asked again as soon as it answers a probe")


class ScrapeTooLongError(CollectorError):
    code = "collectors.scrape_too_long"
    category = Category.UNREACHABLE
    message = N_("%(device)s did not answer in full within %(seconds)g seconds")
    hint = N_("give the scrape more time, or look at the device's load")


class HistoryUnavailableError(CollectorError):
    code = "collectors.history_unavailable"
    category = Category.UNREACHABLE
    message = N_("the Prometheus at %(host)s gives no history: %(reason)s")
    hint = N_("look at polling.prometheus_url and at the Prometheus itself")


class UnknownDeviceError(CollectorError):
    code = "collectors.unknown_device"
    category = Category.NOT_FOUND
    message = N_("there is no device %(name)s")
    hint = N_("`guanjin health list` names all devices")


class AddressUnclearError(CollectorError):
    code = "collectors.address_unclear"
    category = Category.USAGE
    message = N_("%(address)s is neither a MAC nor an IP address")
    hint = N_("write 00e0-fc12-3456, 00:e0:fc:12:34:56 or 10.1.2.3")


class NobodyThereError(CollectorError):
    code = "collectors.nobody_there"
    category = Category.NOT_FOUND
    message = N_("no switch or router has learnt %(address)s in the last 30 days")
    hint = N_("address tables are read every half hour (polling.survey_interval_s); not every device has them")


class MonthError(CollectorError):
    code = "collectors.month"
    category = Category.USAGE
    message = N_("%(month)s is not a month")
    hint = N_("write year and month, such as 2026-11")


@dataclass(frozen=True)
class Explanation:
    """An error in a reader's language."""

    code: str
    text: str
    hint: str


def explain(code: str, facts: Mapping[str, object] | None, translate: Translate = untranslated) -> Explanation:
    """The words of a stored error; a code from an older or newer program speaks for itself."""
    error = remembered(code, facts or {})
    if error is None:
        return Explanation(code, code, "")
    try:
        return Explanation(code, error.render(translate), error.render_hint(translate))
    except (KeyError, TypeError, ValueError):
        return Explanation(code, code, "")
