"""A device's configuration as the tree that it is: lines, and views (sections) with lines of their own.

`put` and `undo` follow the rules that the platforms share: some commands have one value (a new one replaces it), some
take a list of numbers that is merged (`vlan batch`), all others stand beside each other.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

Path = tuple[str, ...]


@dataclass(frozen=True)
class Grammar:
    """How a platform's configuration behaves, in words rather than code."""

    single: tuple[str, ...]  # beginnings of the commands that have one value
    lists: tuple[str, ...]  # beginnings of the commands that take a list of numbers
    undo: str  # "undo" or "no"
    views: tuple[str, ...]  # beginnings of the commands that open a view
    inner_views: tuple[str, ...] = ()  # those that open a view inside a view

    def key(self, line: str) -> str:
        """What identifies a line: a line with the same key is replaced."""
        return next((start for start in (*self.lists, *self.single) if begins(line, start)), line)

    def opens_view(self, line: str, *, inner: bool = False) -> bool:
        return (
            any(begins(line, start) for start in (self.inner_views if inner else self.views)) and self.key(line) == line
        )


@dataclass
class Node:
    line: str
    children: "list[Node]" = field(default_factory=list)

    def find(self, line: str) -> "Node | None":
        return next((child for child in self.children if child.line == line), None)


class Configuration:
    def __init__(self, grammar: Grammar, text: str) -> None:
        self.grammar = grammar
        self.root = Node("")
        for path in _paths(text):
            self._node(path)

    def section(self, path: Path) -> Node | None:
        node: Node | None = self.root
        for line in path:
            node = node.find(line) if node else None
        return node

    def open(self, path: Path) -> None:
        self._node(path)

    def put(self, path: Path, line: str) -> None:
        node, key = self._node(path), self.grammar.key(line)
        for at, child in enumerate(node.children):
            if self.grammar.key(child.line) == key:
                node.children[at] = Node(self._merged(key, child.line, line), child.children)
                return
        node.children.insert(_place(node, line), Node(line))

    def undo(self, path: Path, words: str) -> bool:
        """Take back what begins with these words; False when there is nothing of the kind."""
        node, key = self._node(path), self.grammar.key(words)
        for at, child in enumerate(node.children):
            if key in self.grammar.lists and begins(child.line, key):
                left = numbers(child.line) - numbers(words)
                node.children[at : at + 1] = [Node(f"{key} {spans(left)}")] if left and numbers(words) else []
                return True
            if begins(child.line, words):
                del node.children[at]
                return True
        return False

    def value(self, path: Path, key: str) -> str | None:
        """What follows a command's words, None where the command is absent."""
        section = self.section(path)
        lines = (child.line for child in section.children) if section else ()
        return next((line[len(key) :].strip() for line in lines if begins(line, key)), None)

    def text(self, separator: str, margin: str = "") -> str:
        """The running configuration; top-level lines of one command stand together, views apart."""
        out: list[str] = []
        before = ""
        for child in self.root.children:
            word, view = child.line.split()[0], self.grammar.opens_view(child.line)
            if view or word != before:
                out.append(separator)
            out += [("" if view else margin) + line for line in _lines(child, 0)]
            before = "" if view else word
        return "\n".join([*out, separator])

    def _node(self, path: Path) -> Node:
        node = self.root
        for line in path:
            child = node.find(line)
            if child is None:
                child = Node(line)
                node.children.insert(_place(node, line), child)
            node = child
        return node

    def _merged(self, key: str, old: str, new: str) -> str:
        return f"{key} {spans(numbers(old) | numbers(new))}" if key in self.grammar.lists else new


def numbers(line: str) -> set[int]:
    """10 to 12 20 / 10-12,20: the numbers that a list names."""
    found: set[int] = set()
    for first, last in re.findall(r"(\d+)(?:\s*(?:to|-)\s*(\d+))?", line):
        found.update(range(int(first), int(last or first) + 1))
    return found


def spans(values: Iterable[int]) -> str:
    ordered = sorted(values)
    out: list[str] = []
    while ordered:
        size = next((n for n in range(1, len(ordered)) if ordered[n] != ordered[0] + n), len(ordered))
        out.append(str(ordered[0]) if size == 1 else f"{ordered[0]} to {ordered[size - 1]}")
        ordered = ordered[size:]
    return " ".join(out)


def begins(line: str, words: str) -> bool:
    return line == words or line.startswith(words + " ")


def _place(node: Node, line: str) -> int:
    """After the last line that begins with the same word, else at the end."""
    word = line.split(maxsplit=1)[0]
    alike = [at for at, child in enumerate(node.children) if child.line.split()[0] == word]
    return alike[-1] + 1 if alike else len(node.children)


def _lines(node: Node, depth: int) -> Iterator[str]:
    yield " " * depth + node.line
    for child in node.children:
        yield from _lines(child, depth + 1)


def _paths(text: str) -> Iterator[Path]:
    """Each line of an indented text with the lines that it stands under."""
    open_lines: list[str] = []
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line in {"#", "!"}:
            continue
        depth = len(raw) - len(raw.lstrip())
        open_lines = [*open_lines[:depth], line]
        yield tuple(open_lines)
