"""What the API refuses by itself. `status` stands where the category's HTTP status is not exact enough."""

from typing import ClassVar

from core.errors import Category
from core.i18n import N_
from web.errors import WebError


class ApiError(WebError):
    code = "api.error"
    category = Category.USAGE
    status: ClassVar[int] = 400


class ParameterError(ApiError):
    code = "api.parameter"
    message = N_("the parameter %(name)s is not right: %(reason)s")
    hint = N_("the API's reference lists every parameter with what it takes")


class BodyError(ApiError):
    code = "api.body"
    message = N_("the body is not right at %(place)s: %(reason)s")
    hint = N_("the API's reference shows the fields of each body")


class FieldsError(ApiError):
    """`fields` says of each field what was expected, in the language of the answer."""

    code = "api.fields"
    category = Category.CONFLICT
    status = 409
    message = N_("%(count)s fields of %(kind)s do not fit; nothing was written")
    hint = N_("`facts.fields` says of each what was expected")


class MediaTypeError(ApiError):
    code = "api.media_type"
    status = 415
    message = N_("the body came as %(given)s; application/json is understood")
    hint = N_("send the header `Content-Type: application/json`")


class MethodError(ApiError):
    code = "api.method"
    status = 405
    message = N_("%(path)s does not take %(method)s")
    hint = N_("it takes %(allowed)s")


class AddressMissingError(ApiError):
    code = "api.not_found"
    category = Category.NOT_FOUND
    status = 404
    message = N_("there is nothing at %(path)s, or it is not for this token to see")
    hint = N_("check the address against the API's reference, and the token's permissions")


class TokenPermissionError(ApiError):
    code = "api.permission"
    category = Category.REFUSED
    status = 403
    message = N_("this token may not do that now; it would need one of: %(permission)s")
    hint = N_("a token does what it was given and what its owner still holds; GET /tokens/current tells")


class CursorError(ApiError):
    """A cursor names a place in a list; one that was not given out here names none."""

    code = "api.cursor"
    category = Category.NOT_FOUND
    status = 404
    message = N_("the cursor leads to no place in this list")
    hint = N_("begin again without a cursor, and keep filters and order while you follow `next`")


class RateLimitedError(ApiError):
    code = "api.rate_limited"
    category = Category.REFUSED
    status = 429
    message = N_("too many requests; again in %(seconds)s seconds")
    hint = N_("spread the requests, or ask whoever looks after the installation to raise the limit in [api]")


class RefusalsLimitedError(ApiError):
    code = "api.refusals_limited"
    category = Category.REFUSED
    status = 429
    message = N_("too many requests from %(address)s with a wrong token; again in %(seconds)s seconds")
    hint = N_("stop the program that uses a wrong or ended token")
