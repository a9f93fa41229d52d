"""Is this text a whole running configuration? A question asked without trusting the transport.

A truncated or foreign text filed as a good backup is the worst fault that config backup can have: it is noticed on
the day it is needed. Every check here has been earned by a library that returned such a text without an error.
"""

from automation.drivers.platform import Platform
from automation.errors import IncompleteConfigError
from core.i18n import N_

# A configuration seldom loses half of itself between two backups; when it truly did, a person says so.
SMALLEST_SHARE = 0.5


def tidy(text: str, platform: Platform) -> str:
    """Line ends as LF, no trailing blanks, without the device's remarks before the configuration."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    while lines and (not lines[0] or any(pattern.match(lines[0]) for pattern in platform.preamble)):
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join([*lines, ""])


def require_complete(
    text: str, platform: Platform, *, device: str, base_prompt: str, last_size: int | None = None
) -> None:
    """Raise IncompleteConfigError with the reason. `text` is tidied; `base_prompt` is the name the session showed."""
    reason = fault(text, platform, base_prompt, last_size)
    if reason is not None:
        raise IncompleteConfigError(device=device, reason=reason)


def fault(text: str, platform: Platform, base_prompt: str, last_size: int | None = None) -> str | None:
    """The first reason why this is no whole configuration; None when it is one."""
    lines = text.splitlines()
    names = [match["name"] for match in platform.hostname.finditer(text)]
    checks = (
        (not lines, N_("it is empty")),
        (platform.pager in text, N_("the device's pager interrupted it")),
        (platform.refusal.search(text), N_("the device answered with an error message")),
        (not lines or not platform.end_marker.match(lines[-1]), N_("its end is missing")),
        (not names, N_("the line with the device's name is missing")),
        (base_prompt not in names, N_("it carries another device's name than the session's prompt")),
        (
            last_size and len(text.encode()) < last_size * SMALLEST_SHARE,
            N_("it is less than half as long as the last version"),
        ),
    )
    return next((reason for failed, reason in checks if failed), None)
