"""What can go wrong between a management station and an agent.

`code` is stable; the facts name the device by address, never by anything that only this process knows.
"""

from typing import ClassVar

from core.errors import Category, GuanjinError
from core.i18n import N_


class SnmpError(GuanjinError):
    code: ClassVar[str] = "snmp.error"
    category: ClassVar[Category] = Category.FAILED


class WireError(SnmpError):
    """Bytes that are not an SNMP message, or a value that cannot become one."""

    code = "snmp.malformed"
    category = Category.INTEGRITY
    message = N_("malformed SNMP message: %(reason)s")


class AddressError(SnmpError):
    code = "snmp.address"
    category = Category.USAGE
    message = N_("%(address)s is not an IP address")
    hint = N_("resolve a host name before it becomes a target")


class NoAnswerError(SnmpError):
    """Silence. The agent, the way to it, the community and an access list all look the same from here."""

    code = "snmp.no_answer"
    category = Category.UNREACHABLE
    message = N_("%(address)s port %(port)s does not answer SNMP")
    hint = N_(
        "check the address, the community (a wrong one gets no answer), the device's access list and the firewall"
    )


class SendFailedError(SnmpError):
    code = "snmp.send_failed"
    category = Category.UNREACHABLE
    message = N_("cannot send to %(address)s port %(port)s: %(reason)s")
    hint = N_("check this machine's routes and network interfaces")


class AgentError(SnmpError):
    """The agent answered with an error-status; `status` is its number, `index` the place of the culprit (1 = first)."""

    code = "snmp.agent_error"
    message = N_("%(address)s answers with error-status %(status)s at variable %(index)s")


class TooBigError(AgentError):
    """RFC 3416 section 4.2.1: the answer would not fit the agent's messages."""

    code = "snmp.too_big"
    message = N_("%(address)s cannot fit its answer into one message")


class NoSuchNameError(AgentError):
    """What version 1 says where version 2 has exceptions (RFC 1157 section 4.1.2)."""

    code = "snmp.no_such_name"
    message = N_("%(address)s does not have variable %(index)s of the request")


class NotIncreasingError(SnmpError):
    """Following it would never end (RFC 3416 section 4.2.2 demands lexicographic order)."""

    code = "snmp.not_increasing"
    message = N_("%(address)s walks in circles at %(oid)s")
    hint = N_("report it to the vendor; what came before the fault was kept")


class EndlessError(SnmpError):
    code = "snmp.endless"
    message = N_("the table at %(oid)s of %(address)s has more than %(most)s rows")
    hint = N_("what came before the limit was kept")


class ProfileError(SnmpError):
    code = "snmp.profile"
    category = Category.USAGE
    message = N_("profile %(path)s is not usable at %(place)s: %(reason)s")
    hint = N_("docs/profiles.md describes what a profile may say")


class HostError(SnmpError):
    code = "snmp.host"
    category = Category.UNREACHABLE
    message = N_("%(host)s has no address: %(reason)s")
    hint = N_("check the spelling, or give an IP address")
