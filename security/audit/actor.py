"""Who did it. Every service that changes something takes an Actor, so that nothing happens anonymously."""

import os
import pwd
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Actor:
    """A person (`account_id` when logged in; `console:<user>` at the machine's own terminal) or the program itself."""

    name: str
    kind: Literal["person", "system"]
    account_id: int | None = None
    address: str | None = None


SYSTEM = Actor("system", "system")


def console_actor() -> Actor:
    """Whoever types at the machine's own terminal: known to the operating system, not to this program."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under a number without a name
        name = f"uid-{os.getuid()}"
    behind = os.environ.get("SUDO_USER")
    return Actor(f"console:{behind}>{name}" if behind else f"console:{name}", "person")
