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
        "check the address, the community or privacy password (a wrong one gets no answer), the device's access list"
        " and the firewall"
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


class NotAuthorizedError(AgentError):
    """RFC 3416 section 3: the access rules forbid it; of version 3, that is also a level that is too low."""

    code = "snmp.not_authorized"
    message = N_("%(address)s refuses access to variable %(index)s of the request")
    hint = N_("let the device's access rules allow this community or user, at this security level")


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


class AccessMissingError(SnmpError):
    code = "snmp.access_missing"
    category = Category.USAGE
    message = N_("neither a community for version 1 or 2c nor a user for version 3 was given")
    hint = N_("give --community, or --user with --auth-password and --priv-password")


class UserError(SnmpError):
    code = "snmp.user"
    category = Category.USAGE
    message = N_("the SNMPv3 user is not usable: %(field)s, %(reason)s")
    hint = N_("a user has a name, and a password of 8 characters or more for authentication and for privacy each")


class ReportedError(SnmpError):
    """The agent refuses the user's messages (RFC 3414 section 3.2). Most of what it says here it cannot prove."""

    category = Category.UNREACHABLE


class UnknownUserError(ReportedError):
    code = "snmp.unknown_user"
    message = N_("%(address)s does not know the SNMPv3 user %(user)s")
    hint = N_("create the user on the device, or correct its name in the credential")


class WrongPasswordError(ReportedError):
    code = "snmp.wrong_password"
    message = N_("%(address)s does not accept the authentication of the SNMPv3 user %(user)s")
    hint = N_("check the authentication password and protocol on both sides")


class UnsupportedLevelError(ReportedError):
    code = "snmp.unsupported_level"
    message = N_("%(address)s does not grant %(level)s to the SNMPv3 user %(user)s")
    hint = N_("give the user authentication and privacy on the device, or leave out here what it has not")


class UndecryptableError(ReportedError):
    code = "snmp.undecryptable"
    message = N_("%(address)s cannot decrypt the messages of the SNMPv3 user %(user)s")
    hint = N_("check the privacy password and protocol on both sides")


class UnknownContextError(ReportedError):
    code = "snmp.unknown_context"
    message = N_("%(address)s does not have the SNMPv3 context %(context)s")
    hint = N_("leave the context empty unless the device's manual asks for one")


class OutOfTimeError(ReportedError):
    code = "snmp.out_of_time"
    message = N_("%(address)s and this machine do not agree on the time of its SNMP engine")
    hint = N_("the device may have lost its count of starts; restart its SNMP agent")


class UnknownReportError(ReportedError):
    code = "snmp.report"
    message = N_("%(address)s refuses SNMPv3 messages with report %(oid)s")


class RefusedError(SnmpError):
    """An answer that is not what the security level demands; `counter` is where the transport counts it."""

    category = Category.INTEGRITY
    counter: ClassVar[str]


class WrongDigestError(RefusedError):
    code = "snmp.wrong_digest"
    counter = "wrong_digest"
    message = N_("an answer in the name of %(address)s carries a wrong digest")
    hint = N_("someone on the way may be forging answers, or two devices share the address")


class InsecureAnswerError(RefusedError):
    code = "snmp.insecure_answer"
    counter = "insecure"
    message = N_("an answer in the name of %(address)s is not protected as the question was")
    hint = N_("someone on the way may be forging answers, or the agent breaks RFC 3414")


class StaleAnswerError(RefusedError):
    code = "snmp.stale_answer"
    counter = "not_in_time"
    message = N_("an answer in the name of %(address)s lies outside the time window")
    hint = N_("the device restarted and lost its count of starts, or an old answer was sent again")


class WrongEngineError(RefusedError):
    code = "snmp.wrong_engine"
    counter = "wrong_engine"
    message = N_("an answer in the name of %(address)s comes from another SNMP engine")
    hint = N_("two devices may share the address, or the device was replaced")


class GarbledError(RefusedError):
    code = "snmp.garbled"
    counter = "undecryptable"
    message = N_("an authentic answer of %(address)s cannot be decrypted")
    hint = N_("check the privacy password and protocol on both sides")
