"""How the vault's passphrase, or a token's PIN, comes to a command: never by an argument or the environment, which
every process of the user may read.

    --passphrase-fd N        one line a question, from a descriptor that a script has opened
    guanjin-passphrase       a systemd credential
    the terminal             asked without showing it
"""

import os
import sys

import click

from core.commandline import Application
from core.i18n import N_
from security.vault.errors import CredentialMissingError, PassphraseMissingError
from security.vault.wrappers import read_credential

CREDENTIAL = "guanjin-passphrase"
_LONGEST = 4096
_PROMPTS = {"passphrase": N_("passphrase of the vault"), "pkcs11": N_("PIN of the token")}


class AskAtTerminal:
    def __init__(self, application: Application) -> None:
        self._descriptor = application.passphrase_fd
        self._translate = application.translate

    def current(self, source: str) -> str:
        given = self._given()
        return self._asked(_PROMPTS[source], confirm=False) if given is None else given

    def new(self, source: str) -> str:
        """Typed twice at a terminal. A credential is the same for old and new, so it serves a first passphrase only."""
        del source
        given = self._given()
        return self._asked(N_("new passphrase of the vault"), confirm=True) if given is None else given

    def _given(self) -> str | None:
        if self._descriptor is not None:
            return _line(self._descriptor)
        try:
            return read_credential(os.environ, CREDENTIAL).rstrip("\n")
        except CredentialMissingError:
            return None

    def _asked(self, prompt: str, *, confirm: bool) -> str:
        if not sys.stdin.isatty():
            raise PassphraseMissingError
        typed: str = click.prompt(self._translate(prompt), hide_input=True, confirmation_prompt=confirm, err=True)
        return typed


def _line(descriptor: int) -> str:
    """Byte by byte, so that the next question finds the next line. Raises PassphraseMissingError."""
    line = b""
    try:
        while len(line) < _LONGEST and (byte := os.read(descriptor, 1)) not in {b"", b"\n"}:
            line += byte
        text = line.decode()
    except (OSError, UnicodeDecodeError):
        raise PassphraseMissingError from None
    if not text:
        raise PassphraseMissingError
    return text
