"""Refusals of the console's own."""

from core.errors import Category, GuanjinError
from core.i18n import N_


class WebError(GuanjinError):
    code = "web.error"


class ListenRefusedError(WebError):
    code = "web.listen"
    category = Category.USAGE
    message = N_("the console will not listen on %(host)s without TLS: passwords would cross the network in the clear")
    hint = N_(
        "leave web.listen_host at 127.0.0.1, or set web.behind_tls_proxy and web.public_host with a TLS proxy in front"
    )


class ListenFailedError(WebError):
    code = "web.listen_failed"
    category = Category.CONFLICT
    message = N_("the console cannot listen on %(host)s, port %(port)s: %(reason)s")
    hint = N_("`ss -ltnp` shows which program has the port; stop that program, or set web.listen_port to a free one")


class PublicHostMissingError(WebError):
    code = "web.public_host"
    category = Category.USAGE
    message = N_("web.behind_tls_proxy is set, but web.public_host does not say under which name users come")
    hint = N_("set web.public_host to the host name in the address that users type")


class PermissionMissingError(WebError):
    code = "web.permission"
    category = Category.REFUSED
    message = N_("your roles do not include this: %(permission)s")
    hint = N_("the security administrator grants roles; no role may do everything")


class FormExpiredError(WebError):
    code = "web.form_expired"
    category = Category.REFUSED
    message = N_("this form was opened in another session or came from another site, so nothing was done")
    hint = N_("go back, load the page again and send the form once more")


class PageMissingError(WebError):
    code = "web.not_found"
    category = Category.NOT_FOUND
    message = N_("there is nothing at %(path)s, or it is not yours to see")
    hint = N_("check the address, or use the search")


class TooLargeError(WebError):
    code = "web.too_large"
    category = Category.USAGE
    message = N_("what was sent is larger than this page takes (%(limit)s bytes)")
    hint = N_("send less at once; web.upload_bytes sets the limit of a transfer")


class BadRequestError(WebError):
    code = "web.bad_request"
    category = Category.USAGE
    message = N_("the request was not understood: %(reason)s")
    hint = N_("go back and try again")


class CharacterRefusedError(WebError):
    code = "web.character"
    category = Category.USAGE
    message = N_("%(field)s contains a character that no text has (U+0000)")
    hint = N_("go back and type it again, instead of pasting it")


class HostRefusedError(WebError):
    code = "web.host"
    category = Category.USAGE
    message = N_("the console does not answer to the name %(host)s")
    hint = N_("use the address that you were given; web.public_host sets the name")


class ScrapeRefusedError(WebError):
    code = "web.scrape"
    category = Category.REFUSED
    message = N_("metrics are given to this machine only, not to %(address)s")
    hint = N_("run Prometheus or a proxy on this machine")


class ScrapesBusyError(WebError):
    code = "web.scrapes_busy"
    category = Category.CONFLICT
    message = N_("too many devices are being asked for Prometheus at this moment")
    hint = N_("scrape less often, or raise web.threads: half of them serve /snmp")


class DiscoveryError(WebError):
    code = "web.discovery"
    message = N_("the inventory cannot be read: %(reason)s")
    hint = N_("Prometheus keeps the targets that it has until this answers again")


class FieldMissingError(WebError):
    code = "web.field_missing"
    category = Category.USAGE
    message = N_("%(field)s was left empty")
    hint = N_("fill in the marked field")


class FieldWrongError(WebError):
    code = "web.field_wrong"
    category = Category.USAGE
    message = N_("%(text)r cannot be %(field)s")
    hint = N_("write %(expected)s")


class RepeatDiffersError(WebError):
    code = "web.repeat_differs"
    category = Category.USAGE
    message = N_("the two entries of the new password are not the same")
    hint = N_("type it again in both fields")


class InternalError(WebError):
    code = "web.internal"
    message = N_("something went wrong inside Guanjin; incident %(incident)s is in the log")
    hint = N_("tell whoever looks after the installation the incident number")
