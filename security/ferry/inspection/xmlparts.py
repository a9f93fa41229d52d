"""Parts of office documents, read with a real XML parser and no document type definitions.

Stripping tags with patterns misses character references, split runs and odd encodings; a parser does not. Without a
DTD there are no entities to expand and nothing outside to fetch.
"""

import re
from dataclasses import dataclass, field
from xml.parsers import expat

from security.ferry.inspection.findings import Blocked

_PIECE = 1 << 16
_MAX_DEPTH = 256
# Elements after which a new block of text begins: paragraphs, shared strings, cells, comments, headers.
_BLOCKS = frozenset({"p", "si", "is", "c", "v", "f", "comment", "text", "oddHeader", "oddFooter", "evenHeader",
                     "evenFooter", "firstHeader", "firstFooter", "definedName"})  # fmt: skip
_ACTIVE = frozenset({"control", "oleObject", "ddeLink", "oleLink", "externalBook", "altChunk", "webPublishItem",
                     "connection", "OLEObject", "ocx", "OleLink", "DdeLink", "macrosheet", "dialogsheet"})  # fmt: skip
_ACTIVE_KINDS = frozenset({"vbaproject", "oleobject", "attachedtemplate", "control", "afchunk", "activexcontrolbinary"})
_FIELD = re.compile(r"DDE(?:AUTO)?\s|INCLUDETEXT|INCLUDEPICTURE|(?<!HYPER)LINK\s+\w+\.", re.IGNORECASE)
_FUNCTION = re.compile(r"\b(DDE|CALL|REGISTER(?:\.ID)?|WEBSERVICE|RTD|EXEC)\s*\(|^\s*[^!()]*\|[^!()]*!", re.IGNORECASE)
_SAFE_TARGET = re.compile(r"(?:https?|mailto):", re.IGNORECASE)


@dataclass
class Part:
    """What was found in one part: text blocks (attribute values too), and the elements that were asked for."""

    blocks: list[str] = field(default_factory=list)
    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)


def parse(content: bytes, *, keep: frozenset[str] = frozenset()) -> Part:
    """Read a part. Elements whose local name is in `keep` are returned with their attributes."""
    reader = _Reader(keep)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.refuse_dtd
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.CommentHandler = reader.text
    try:
        for start in range(0, len(content), _PIECE):
            parser.Parse(content[start : start + _PIECE], False)  # noqa: FBT003  # the interface has no keyword
        parser.Parse(b"", True)  # noqa: FBT003  # as above
    except (expat.ExpatError, LookupError, ValueError):
        raise Blocked("structure.bad_xml") from None
    reader.finish()
    return reader.part


def check_relationships(part: Part) -> None:
    """Nothing is fetched from outside on opening; a link to click may lead to the web or to a mailbox only."""
    for _, attributes in part.elements:
        kind = attributes.get("Type", "").rsplit("/", 1)[-1]
        target = attributes.get("Target", "")
        if kind.casefold() in _ACTIVE_KINDS:
            raise Blocked("active.part", name=kind)
        if attributes.get("TargetMode") == "External" and not (kind == "hyperlink" and _SAFE_TARGET.match(target)):
            raise Blocked("active.external", name=kind)


class _Reader:
    def __init__(self, keep: frozenset[str]) -> None:
        self.part = Part()
        self._keep = keep
        self._text: list[str] = []
        self._fields: list[str] = []
        self._path: list[str] = []

    def refuse_dtd(self, *_: object) -> None:
        raise Blocked("structure.dtd")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rsplit(" ", 1)[-1]
        self._path.append(local)
        if len(self._path) > _MAX_DEPTH:
            raise Blocked("structure.bad_xml")
        if local in _ACTIVE:
            raise Blocked("active.part", name=local)
        if local in self._keep:
            self.part.elements.append((local, dict(attributes)))
        for attribute, value in attributes.items():
            if attribute.rsplit(" ", 1)[-1] == "instr":
                self._check_field(value)
            if not value.isascii():
                self.part.blocks.append(value)

    def end(self, _: str) -> None:
        local = self._path.pop()
        if local == "f" and _FUNCTION.search("".join(self._text)):
            raise Blocked("active.formula")
        if local in _BLOCKS:
            self._flush()

    def text(self, data: str) -> None:
        self._text.append(data)
        if self._path and self._path[-1] == "instrText":
            self._fields.append(data)

    def finish(self) -> None:
        """Field instructions are judged joined: a field may be split over runs and paragraphs."""
        self._check_field("".join(self._fields))
        self._flush()

    def _flush(self) -> None:
        if self._text:
            self.part.blocks.append("".join(self._text))
            self._text.clear()

    @staticmethod
    def _check_field(instruction: str) -> None:
        if _FIELD.search(instruction):
            raise Blocked("active.field")
