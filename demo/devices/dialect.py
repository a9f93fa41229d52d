"""A command line as its user meets it, without the wire: a line in, what the device prints out.

A dialect is one session's state (the view it stands in, the page length, a question that waits for its answer). The
platforms differ in words, prompts and errors; those are class attributes and small methods of the vendor's file.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from demo.devices.configuration import Configuration, Grammar, Path, begins
from demo.devices.schedule import draws

if TYPE_CHECKING:
    from demo.devices.machine import Machine

PAGE = 24
ANY_WORD = "*"


@dataclass(frozen=True)
class Reply:
    text: str = ""
    close: bool = False


@dataclass(frozen=True)
class Command:
    """`pattern` is words that may be abbreviated, with `*` for any one word; what is typed after them is the rest."""

    pattern: str
    run: Callable[[str], Reply]
    rest: bool = False  # whether more may follow

    def match(self, line: str) -> str | None:
        """The rest of the line, or None when this is not the command meant."""
        pattern, typed = self.pattern.split(), line.split()
        if len(typed) < len(pattern) or (len(typed) > len(pattern) and not self.rest):
            return None
        pairs = zip(pattern, typed, strict=False)
        if not all(word == ANY_WORD or word.startswith(part.lower()) for word, part in pairs):
            return None
        return " ".join(typed[len(pattern) :])


class Dialect:
    grammar: ClassVar[Grammar]
    name_command: ClassVar[str]
    separator: ClassVar[str]
    more: ClassVar[str]
    erase: ClassVar[str]  # what the device sends to wipe the pager's line
    comment: ClassVar[str]
    newline: ClassVar[str] = "\r\n"
    unknown: ClassVar[str]
    bad_parameter: ClassVar[str]
    creatable: ClassVar[tuple[str, ...]]  # kinds of interface that a command may bring into being
    words: ClassVar[frozenset[str]]  # first words of the commands of the system view
    interface_words: ClassVar[frozenset[str]]

    def __init__(self, machine: "Machine") -> None:
        self.machine = machine
        self.path: Path | None = None  # None outside the configuration, () in the system view
        self.page = PAGE
        self._question: tuple[str, Callable[[str], Reply]] | None = None

    @classmethod
    def show(cls, machine: "Machine") -> str:
        """The running configuration as the device prints it."""
        raise NotImplementedError

    def greeting(self) -> str:
        return ""

    def standing_prompt(self) -> str:
        raise NotImplementedError

    def commands(self) -> Sequence[Command]:
        """In the order in which they are tried."""
        raise NotImplementedError

    @property
    def configuration(self) -> Configuration:
        configuration = self.machine.configuration
        if configuration is None:
            raise RuntimeError(f"{self.machine.device.name} has no command line")
        return configuration

    def prompt(self) -> str:
        return self._question[0] if self._question else self.standing_prompt()

    def execute(self, line: str) -> Reply:
        if self._question:
            _, then = self._question
            self._question = None
            return then(line.strip())
        line = line.strip()
        if not line or line.startswith(self.comment):
            return Reply()
        for command in self.commands():
            rest = command.match(line)
            if rest is not None:
                return command.run(rest)
        return self.configure(line) if self.path is not None else self.refuse(line)

    def ask(self, prompt: str, then: Callable[[str], Reply]) -> Reply:
        self._question = (prompt, then)
        return Reply()

    def refuse(self, line: str, position: int = 0, reason: str = "") -> Reply:
        """The error, with the caret under the word that the device did not understand."""
        width = len(self.standing_prompt()) + len(" ".join(line.split()[:position])) + (1 if position else 0)
        return Reply(f"{' ' * width}^\n{reason or self.unknown}")

    def configure(self, line: str) -> Reply:
        path, line = self.path or (), self._expand(line)
        undo, _, words = line.partition(" ")
        if undo == self.grammar.undo and words:
            return self.take_back(path, words)
        inner = bool(path) and self.grammar.opens_view(line, inner=True)
        if inner or self.grammar.opens_view(line):
            return self.enter(path if inner else (), line)
        allowed = self.interface_words if path and begins(path[0], "interface") else self.words
        if line.split(maxsplit=1)[0] not in allowed and (not path or begins(path[0], "interface")):
            return self.refuse(line)
        self.configuration.put(path, line)
        return Reply()

    def _expand(self, line: str) -> str:
        """The first word in full, when what was typed can mean only one."""
        typed, gap, rest = line.partition(" ")
        known = self.words | self.interface_words | {view.split()[0] for view in self.grammar.views}
        meant = [word for word in known if word.startswith(typed.lower())]
        return f"{meant[0]}{gap}{rest}" if len(meant) == 1 and typed not in known else line

    def take_back(self, path: Path, words: str) -> Reply:
        target = () if self.grammar.opens_view(words) else path
        first = words.split(maxsplit=1)[0]
        if not self.configuration.undo(target, words) and first not in self.words | self.interface_words:
            return self.refuse(f"{self.grammar.undo} {words}", 1)
        return Reply()

    def enter(self, above: Path, line: str) -> Reply:
        if begins(line, "interface"):
            name = self.interface(line.partition(" ")[2])
            if name is None:
                return self.refuse(line, 1, self.bad_parameter)
            line = f"interface {name}"
        self.path = (*above, line)
        self.configuration.open(self.path)
        return Reply()

    def leave(self) -> Reply:
        """One view up; out of the outermost, the session ends."""
        if self.path is None:
            return Reply(close=True)
        self.path = self.path[:-1] if self.path else None
        return Reply()

    def interface(self, typed: str) -> str | None:
        """An interface's full name; spaces and abbreviations (`g0/0/1`) are the user's choice."""
        wanted = re.fullmatch(r"([a-z-]+?)(\d.*)?", typed.replace(" ", "").lower())
        if not wanted:
            return None
        kind, number = wanted[1], wanted[2] or ""
        existing = [node.line.partition(" ")[2] for node in self.configuration.root.children]
        for name in [*(port.name for port in self.machine.device.ports), *existing]:
            found = re.fullmatch(r"([a-z-]+?)(\d.*)?", name.replace(" ", "").lower())
            if found and (found[2] or "") == number and (found[1].startswith(kind) or kind == "ge" == _short(found[1])):
                return name
        return next((f"{made}{number}" for made in self.creatable if number and made.strip().lower() == kind), None)


def _short(kind: str) -> str:
    return {"gigabitethernet": "ge"}.get(kind, kind)


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def cipher(seed: str, length: int) -> str:
    """Looks like the ciphertext in a configuration; the same for the same name, and hides nothing."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=$.-_"
    return "".join(draws(seed).choices(letters, k=length))
