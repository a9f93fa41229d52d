"""Handing master keys to the processes of `guanjin up`: each gets those of its own realms, and can ask again.

The supervisor alone has opened the source: it knows the passphrase's key, or has the token's session. Each process has
inherited one end of a pair of sockets (never a path that others could open, never an argument or the environment). A
request is 16 random bytes; the answer begins with them, so that what a process that died has left unread is told from
the answer to its successor.
"""

import base64
import json
import os
import socket
import threading
from collections.abc import Callable, Mapping
from selectors import EVENT_READ, DefaultSelector
from types import TracebackType
from typing import Self

from core.errors import GuanjinError, remembered
from security.vault.errors import KeyAgentError
from security.vault.keyring import Keyring, Keys
from security.vault.kinds import Realm

TIMEOUT_S = 30.0
_MARK_BYTES = 16
_LARGEST = 65536


class KeyAgent:
    """The supervisor's side: answers within its `with` block. `descriptors` are the ends that the processes inherit."""

    def __init__(self, load: Callable[[Realm], Keys], realms_of: Mapping[str, tuple[Realm, ...]]) -> None:
        self._load = load
        self._selector = DefaultSelector()
        self._ends: list[socket.socket] = []
        self.descriptors: dict[str, int] = {}
        for name, realms in realms_of.items():
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self._selector.register(ours, EVENT_READ, realms)
            self._ends += [ours, theirs]
            self.descriptors[name] = theirs.fileno()
        self._stopping, self._stop = socket.socketpair()
        self._ends += [self._stopping, self._stop]
        self._selector.register(self._stopping, EVENT_READ, None)
        self._thread = threading.Thread(target=self._serve, name="key-agent", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.send(b".")
        self._thread.join()
        self._selector.close()
        for end in self._ends:
            end.close()

    def _serve(self) -> None:
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    return
                end = key.fileobj
                if isinstance(end, socket.socket):
                    self._answer(end, key.data)

    def _answer(self, end: socket.socket, realms: tuple[Realm, ...]) -> None:
        mark = end.recv(_MARK_BYTES)
        try:
            found = {"keys": {realm.value: _encode(self._load(realm)) for realm in realms}}
        except GuanjinError as error:
            facts = {name: str(fact) for name, fact in error.facts.items()}
            end.send(mark + json.dumps({"code": error.code, "facts": facts}).encode())
        else:
            end.send(mark + json.dumps(found).encode())


def keyring(descriptor: int) -> Keyring:
    """The process's side: its keys, asked for now and whenever one is not known. Raises KeyAgentError, and what the
    supervisor met when it read the source.
    """
    os.set_inheritable(descriptor, False)  # noqa: FBT003  # what this process starts gets no keys

    def again() -> Mapping[Realm, Keys]:
        return _ask(descriptor)

    return Keyring(again(), again)


def _ask(descriptor: int) -> dict[Realm, Keys]:
    mark, end = os.urandom(_MARK_BYTES), socket.socket(fileno=descriptor)
    try:
        end.settimeout(TIMEOUT_S)
        end.send(mark)
        answer = b""
        while answer[:_MARK_BYTES] != mark:
            answer = end.recv(_LARGEST)
            if not answer:
                raise KeyAgentError(reason="closed")
    except OSError as error:
        raise KeyAgentError(reason=error.strerror or str(error)) from None
    finally:
        end.detach()  # the descriptor lives as long as the process
    found = json.loads(answer[_MARK_BYTES:])
    if "code" in found:
        raise remembered(found["code"], found["facts"]) or KeyAgentError(reason=found["code"])
    return {Realm(realm): tuple(map(base64.b64decode, keys)) for realm, keys in found["keys"].items()}


def _encode(keys: Keys) -> list[str]:
    return [base64.b64encode(key).decode() for key in keys]
