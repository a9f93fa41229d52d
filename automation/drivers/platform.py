"""What the product has to know about a platform's command line, as values."""

import re
from dataclasses import dataclass
from typing import Any

from netmiko.base_connection import BaseConnection
from netmiko.exceptions import ReadException

REFUSAL = re.compile(r"^(?:\s*\^$|Error:|% ?(?:Unrecognized|Unknown|Invalid|Incomplete|Ambiguous))", re.MULTILINE)


@dataclass(frozen=True)
class Platform:
    """One vendor's command line.

    `prompt` is a template with `{name}`; it is anchored, because every looser pattern also matches lines inside a
    configuration. `secrets` each have a group `secret`. `volatile` lines change without anybody changing anything.
    """

    name: str
    connection: type[BaseConnection]
    show_running: str
    prompt: str
    end_marker: re.Pattern[str]
    hostname: re.Pattern[str]
    secrets: tuple[re.Pattern[str], ...]
    volatile: tuple[re.Pattern[str], ...] = ()
    preamble: tuple[re.Pattern[str], ...] = ()
    pager: str = "---- More ----"
    refusal: re.Pattern[str] = REFUSAL

    def prompt_of(self, base_prompt: str) -> str:
        return self.prompt.format(name=re.escape(base_prompt))


class Hurried(BaseConnection):
    """Waits for nothing that will not come: no question about modes on leaving, no read from a closed channel."""

    def read_channel(self) -> str:
        """What has arrived; ReadException when the device has hung up (netmiko would wait for its time-out)."""
        text = super().read_channel()
        channel: Any = self.remote_conn
        if not text and channel is not None and (channel.closed or channel.eof_received) and not channel.recv_ready():
            raise ReadException("the device closed the session")
        return text

    def cleanup(self, command: str = "") -> None:
        """Closing the channel ends the session as well."""
        del command

    def open_with(self, key_policy: Any) -> None:
        """Connect under a host key policy of ours (netmiko itself accepts any key or only known_hosts)."""
        self.key_policy = key_policy
        self._open()
