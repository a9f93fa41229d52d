"""Small honest files of every accepted type, built here byte by byte, and ways to spoil them."""

import io
import struct
import zipfile
import zlib

PNG_END = b"\0\0\0\0IEND\xaeB`\x82"


def png(width: int = 2, height: int = 2) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + b"\0\0\0" * 2 for _ in range(2))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def jpeg() -> bytes:
    def segment(marker: int, body: bytes) -> bytes:
        return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body

    frame = segment(0xC0, b"\x08\0\x08\0\x08\x01\x01\x11\0")
    scan = segment(0xDA, b"\x01\x01\0\0\x3f\0") + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + frame + scan + b"\xff\xd9"


def pdf(extra: bytes = b"") -> bytes:
    body = (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Count 0 >>\nendobj\n"
    )
    return body + extra + b"trailer\n<< /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"


def object_stream(content: bytes, filters: bytes = b"/FlateDecode") -> bytes:
    packed = zlib.compress(content)
    return (
        b"5 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter " + filters + b" /Length 9 >>\nstream\n" + packed
    ) + b"\nendstream\nendobj\n"


def archive(members: dict[str, bytes], *, packed: bool = True) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return sink.getvalue()


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/package/2006/relationships"
T = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def docx(
    body: str = "<w:p><w:r><w:t>情况汇报</w:t></w:r></w:p>",
    parts: dict[str, bytes] | None = None,
    relationships: str = "",
    main: str = WORD,
) -> bytes:
    types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>'
    )
    members = {
        "[Content_Types].xml": types.encode(),
        "_rels/.rels": f'<Relationships xmlns="{R}"/>'.encode(),
        "word/document.xml": f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'.encode(),
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{R}">{relationships}</Relationships>'.encode(),
    }
    return archive(members | (parts or {}))


def linking(kind: str, target: str) -> bytes:
    return docx(relationships=external(kind, target))


def external(kind: str, target: str) -> str:
    return f'<Relationship Id="r1" Type="{T}/{kind}" Target="{target}" TargetMode="External"/>'
