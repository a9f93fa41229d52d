"""Office Open XML packages (ECMA-376 part 2): what kind, which parts, what may act.

Every part is either read (XML), known to be a picture, or listed here as harmless; a part that is none of these was
not inspected, and so blocks.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from security.ferry.inspection import pictures, xmlparts, ziplist
from security.ferry.inspection.findings import Blocked, Buffer

CONTENT_TYPES = "[Content_Types].xml"
_TYPES_LIMIT = 4 * 1024 * 1024
_ENTRIES_TO_LOOK = 65_535
_FAMILY = "application/vnd.openxmlformats-officedocument."
_MAIN = {
    _FAMILY + "wordprocessingml.document.main+xml": "docx",
    _FAMILY + "spreadsheetml.sheet.main+xml": "xlsx",
    _FAMILY + "presentationml.presentation.main+xml": "pptx",
}
_ACTIVE_TYPES = ("macro", "vba", "activex", "oleobject", "package/2006/embeddedpackage")
_PRINTER = _FAMILY + "spreadsheetml.printerSettings"
_PRINTER_BYTES = 256 * 1024
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"\xd7\xcd\xc6\x9a", b"\1\0\0\0",
             b"RIFF", b"\1\0\x09\0")  # fmt: skip
_NESTED = (".docx", ".xlsx", ".pptx")


@dataclass(frozen=True)
class Types:
    """The package's content types: by part name, and by extension where a part has none of its own."""

    parts: dict[str, str]
    extensions: dict[str, str]

    def of(self, name: str) -> str:
        return self.parts.get("/" + name) or self.extensions.get(name.rsplit(".", 1)[-1].lower(), "")


def kind(data: Buffer) -> str:
    """docx, xlsx or pptx by the main part's content type; zip for an archive that is no package."""
    entries = ziplist.entries(data, most=_ENTRIES_TO_LOOK)
    listing = next((entry for entry in entries if entry.name == CONTENT_TYPES), None)
    if listing is None:
        return "zip"
    types = read_types(data, listing)
    found = [_MAIN[kind] for kind in types.parts.values() if kind in _MAIN]
    if len(found) == 1:
        return found[0]
    if any("macroenabled" in kind.lower() for kind in types.parts.values()):
        raise Blocked("active.part", name="macroEnabled")
    raise Blocked("type.unknown")


def read_types(data: Buffer, listing: ziplist.Entry) -> Types:
    if listing.size > _TYPES_LIMIT:
        raise Blocked("structure.damaged", member=listing.name)
    part = xmlparts.parse(ziplist.read(data, listing), keep=frozenset({"Override", "Default"}))
    overrides = [item for name, item in part.elements if name == "Override"]
    defaults = [item for name, item in part.elements if name == "Default"]
    return Types(
        {item.get("PartName", ""): item.get("ContentType", "") for item in overrides},
        {item.get("Extension", "").lower(): item.get("ContentType", "") for item in defaults},
    )


def nested(entry: ziplist.Entry) -> bool:
    """An embedded document, such as the workbook behind a chart: inspected like a file of its own."""
    return "/embeddings/" in entry.name and entry.name.lower().endswith(_NESTED)


def check_parts(data: Buffer, entries: tuple[ziplist.Entry, ...]) -> Iterator[str]:
    """Check every part but embedded documents for what can act, and yield the text of those that have any."""
    listing = next(entry for entry in entries if entry.name == CONTENT_TYPES)
    types = read_types(data, listing)
    for entry in entries:
        if entry.folder or nested(entry):
            continue
        content_type = types.of(entry.name).lower()
        if any(word in content_type for word in _ACTIVE_TYPES):
            raise Blocked("active.part", name=entry.name)
        yield from _check_part(data, entry, content_type)


def _check_part(data: Buffer, entry: ziplist.Entry, content_type: str) -> Iterator[str]:
    name, content = entry.name.lower(), ziplist.read(data, entry)
    if name.endswith(".rels"):
        part = xmlparts.parse(content, keep=frozenset({"Relationship"}))
        xmlparts.check_relationships(part)
    elif content_type.endswith("xml") or name.endswith((".xml", ".vml", ".svg")):
        yield from xmlparts.parse(content).blocks
    elif content.startswith(_PICTURES):
        _check_picture(content)
    elif not _harmless(content, content_type):
        raise Blocked("archive.part_not_inspected", member=entry.name)


def _check_picture(content: bytes) -> None:
    if content.startswith(pictures.PNG):
        pictures.check_png(content)
    elif content.startswith(pictures.JPEG):
        pictures.check_jpeg(content)


def _harmless(content: bytes, content_type: str) -> bool:
    """Empty, or the printer settings that spreadsheet programs leave in every workbook that was printed once."""
    return not content or (content_type == _PRINTER.lower() and len(content) <= _PRINTER_BYTES)
