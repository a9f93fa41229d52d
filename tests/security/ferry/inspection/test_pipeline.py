"""What passes, and what is blocked under which name; the pipeline is called in this process."""

import io
import zipfile

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from security.ferry.inspection.findings import STAGES, Outcome
from security.ferry.inspection.limits import MIB, ArchiveBudget
from security.ferry.inspection.pipeline import Pipeline, Result
from security.ferry.levels import Level
from security.ferry.policy import FORMATS
from tests.security.ferry.inspection import samples

BUDGET = ArchiveBudget(depth=2, members=50, total_bytes=20 * MIB, ratio=100)


def inspect(name: str, data: bytes, declared: Level = Level.INTERNAL) -> Result:
    return Pipeline(FORMATS, BUDGET, declared).run(name, data)


def codes(result: Result) -> list[str]:
    return [
        finding.code for verdict in result.verdicts if verdict.outcome is Outcome.BLOCK for finding in verdict.findings
    ]


def workbook(value: str = "台账") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = value
    sink = io.BytesIO()
    book.save(sink)
    return sink.getvalue()


HONEST = {
    "a.txt": "关于专线的说明\n".encode(),
    "gbk.txt": "关于专线的说明".encode("gb18030"),
    "u16.txt": "专线".encode("utf-16"),
    "empty.txt": b"",
    "a.csv": "名称,带宽\n甲,-3.5\n乙,+86 731\n丙,--\n".encode(),
    "a.png": samples.png(),
    "a.jpg": samples.jpeg(),
    "a.JPEG": samples.jpeg(),
    "a.pdf": samples.pdf(),
    "b.pdf": samples.pdf(b"3 0 obj\n<< /OpenAction [4 0 R /Fit] >>\nendobj\n" + samples.object_stream(b"<< /A 1 >>")),
    "a.docx": samples.docx(),
    "a.xlsx": workbook(),
    "a.zip": samples.archive({"说明.txt": "说明".encode(), "in/b.docx": samples.docx(), "in/c.png": samples.png()}),
    "nested.zip": samples.archive({"one.zip": samples.archive({"two.txt": b"2"})}),
    "MZ.txt": b"MZ is how a program starts, this is text",
}


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_file_passes_every_stage(name: str) -> None:
    result = inspect(name, HONEST[name])
    assert codes(result) == []
    assert [verdict.stage for verdict in result.verdicts] == list(STAGES)
    assert all(verdict.outcome in (Outcome.PASS, Outcome.LOOK) for verdict in result.verdicts)


def test_what_no_machine_can_read_is_left_to_the_approver_by_name() -> None:
    for name in ("a.png", "a.jpg", "a.pdf"):
        assert inspect(name, HONEST[name]).verdicts[-1].outcome is Outcome.LOOK


def with_flag(data: bytes) -> bytes:
    """The encryption flag set in local and central header."""
    changed = bytearray(data)
    changed[6] |= 1
    changed[data.index(b"PK\1\2") + 8] |= 1
    return bytes(changed)


def linked() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as file:
        info = zipfile.ZipInfo("link.txt")
        info.external_attr = 0o120777 << 16
        file.writestr(info, "/etc/passwd")
    return sink.getvalue()


def twice(name: str, other: str) -> bytes:
    return samples.archive({name: b"1", other: b"2"})


BLOCKED = {
    "program named pdf": ("a.pdf", b"MZ\x90\0\3\0\0\0", "type.program"),
    "linux program": ("a.txt", b"\x7fELF\2\1\1\0" + b"\0" * 50, "type.program"),
    "script": ("a.txt", b"#!/bin/sh\n", "type.program"),
    "png named jpg": ("a.jpg", samples.png(), "type.mismatch"),
    "docx named xlsx": ("a.xlsx", samples.docx(), "type.mismatch"),
    "docx named zip": ("a.zip", samples.docx(), "type.mismatch"),
    "no extension": ("report", b"text", "type.mismatch"),
    "double extension": ("a.pdf.exe", samples.pdf(), "type.mismatch"),
    "old office": ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "type.not_accepted"),
    "html as text": ("a.txt", b"<html><script>alert(1)</script>", "type.not_accepted"),
    "binary as text": ("a.txt", b"text\0\1\2", "type.unknown"),
    "garbage": ("a.txt", bytes(range(256)), "type.unknown"),
    "text behind png": ("a.png", samples.png() + b"x", "structure.trailing_data"),
    "zip behind png": ("a.png", samples.png() + samples.archive({"a.txt": b"1"}), "structure.trailing_data"),
    "broken crc": ("a.png", samples.png().replace(b"IDAT", b"IDAU"), "structure.damaged"),
    "endless png": ("a.png", samples.png()[:-12], "structure.damaged"),
    "huge picture": ("a.png", samples.png(60_000, 60_000), "structure.too_many_pixels"),
    "zip behind jpg": ("a.jpg", samples.jpeg() + samples.archive({"a.txt": b"1"}), "structure.trailing_data"),
    "cut jpg": ("a.jpg", samples.jpeg()[:-2], "structure.damaged"),
    "behind pdf": ("a.pdf", samples.pdf() + b"<script>", "structure.trailing_data"),
    "zip behind pdf": ("a.pdf", samples.pdf() + samples.archive({"a.txt": b"1"}) + b"%%EOF", "structure.polyglot"),
    "encrypted pdf": ("a.pdf", samples.pdf(b"9 0 obj << /Encrypt 8 0 R >> endobj\n"), "archive.encrypted"),
    "script in pdf": ("a.pdf", samples.pdf(b"9 0 obj << /S /JavaScript /JS (x) >> endobj\n"), "active.pdf"),
    "escaped name": ("a.pdf", samples.pdf(b"9 0 obj << /S /J#61vaScript >> endobj\n"), "active.pdf"),
    "launch": ("a.pdf", samples.pdf(b"9 0 obj << /S /Launch /F (cmd) >> endobj\n"), "active.pdf"),
    "attachment": ("a.pdf", samples.pdf(b"9 0 obj << /Type /EmbeddedFile >> endobj\n"), "active.pdf"),
    "hidden in stream": ("a.pdf", samples.pdf(samples.object_stream(b"<< /JS (x) >>")), "active.pdf"),
    "odd filter": ("a.pdf", samples.pdf(samples.object_stream(b"1", b"/LZWDecode")), "active.pdf_stream"),
    "indirect filter": ("a.pdf", samples.pdf(samples.object_stream(b"1", b"7 0 R")), "active.pdf_stream"),
    "stream bomb": ("a.pdf", samples.pdf(samples.object_stream(b" " * 21 * MIB)), "archive.too_large"),
    "encrypted zip": ("a.zip", with_flag(samples.archive({"a.txt": b"1"})), "archive.encrypted"),
    "link": ("a.zip", linked(), "archive.link"),
    "outside": ("a.zip", samples.archive({"../a.txt": b"1"}), "archive.name"),
    "absolute": ("a.zip", samples.archive({"/etc/a.txt": b"1"}), "archive.name"),
    "backslash": ("a.zip", samples.archive({"a\\..\\b.txt": b"1"}), "archive.name"),
    "drive": ("a.zip", samples.archive({"c:a.txt": b"1"}), "archive.name"),
    "same name": ("a.zip", twice("a.txt", "A.TXT"), "archive.duplicate"),
    "same name in width": ("a.zip", twice("a.txt", "ａ.txt"), "archive.duplicate"),
    "many": ("a.zip", samples.archive({f"{i}.txt": b"" for i in range(51)}), "archive.too_many"),
    "bomb": ("a.zip", samples.archive({"a.txt": b"a" * 10 * MIB}), "archive.ratio"),
    "large": ("a.zip", samples.archive({"a.txt": bytes(21 * MIB)}, packed=False), "archive.too_large"),
    "deep": (
        "a.zip",
        samples.archive({"b.zip": samples.archive({"c.zip": samples.archive({"d.txt": b"1"})})}),
        "archive.too_deep",
    ),
    "program in zip": ("a.zip", samples.archive({"setup.txt": b"\x7fELF\2\1"}), "type.program"),
    "unknown in zip": ("a.zip", samples.archive({"a.exe": b"text"}), "type.mismatch"),
    "prefixed zip": ("a.zip", b"junk" + samples.archive({"a.txt": b"1"}), "type.unknown"),
    "suffixed zip": ("a.zip", samples.archive({"a.txt": b"1"}) + b"junk", "structure.trailing_data"),
    "macro": ("a.docx", samples.docx(parts={"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}), "archive.part_not_inspected"),
    "macro type": (
        "a.docx",
        samples.docx(main="application/vnd.ms-word.document.macroEnabled.main+xml"),
        "active.part",
    ),
    "template": ("a.docx", samples.linking("attachedTemplate", "http://x/"), "active.part"),
    "remote picture": ("a.docx", samples.linking("image", "http://x/"), "active.external"),
    "file link": ("a.docx", samples.linking("hyperlink", "file:///c:/"), "active.external"),
    "field": (
        "a.docx",
        samples.docx("<w:p><w:instrText>DD</w:instrText></w:p><w:p><w:instrText>EAUTO c:\\x</w:instrText></w:p>"),
        "active.field",
    ),
    "entities": (
        "a.docx",
        samples.docx(parts={"word/x.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        "structure.dtd",
    ),
    "broken xml": ("a.docx", samples.docx(parts={"word/x.xml": b"<a>"}), "structure.bad_xml"),
    "opaque part": ("a.docx", samples.docx(parts={"word/x.bin": b"1234"}), "archive.part_not_inspected"),
    "picture tail": ("a.docx", samples.docx(parts={"word/x.png": samples.png() + b"x"}), "structure.trailing_data"),
    "embedded": (
        "a.docx",
        samples.docx(parts={"word/embeddings/e.docx": samples.docx(parts={"word/x.bin": b"1234"})}),
        "archive.part_not_inspected",
    ),
    "csv formula": ("a.csv", b"a,b\n1,=cmd|' /C calc'!A0\n", "active.csv_formula"),
    "workbook formula": ("a.xlsx", workbook('=WEBSERVICE("http://x/")'), "active.formula"),
    "starred text": ("a.txt", "机密★10年\n关于……".encode(), "marks.classified"),
    "gbk mark": ("a.txt", "秘密★".encode("gb18030"), "marks.classified"),
    "mark in cell": ("a.xlsx", workbook("机 密 ★ 10 年"), "marks.classified"),
    "split runs": (
        "a.docx",
        samples.docx("<w:p><w:r><w:t>机</w:t></w:r><w:r><w:t>密&#9733;</w:t></w:r></w:p>"),
        "marks.classified",
    ),
    "mark in header": (
        "a.docx",
        samples.docx(parts={"word/header1.xml": "<h><p>绝密</p></h>".encode()}),
        "marks.classified",
    ),
    "mark in zip": ("a.zip", samples.archive({"b.txt": "秘密★1年".encode()}), "marks.classified"),
    "mark in name": ("机密★10年.txt", b"text", "marks.classified"),
}  # fmt: skip


@pytest.mark.parametrize("case", BLOCKED)
def test_a_hostile_file_is_blocked_under_its_name(case: str) -> None:
    name, data, code = BLOCKED[case]
    assert code in codes(inspect(name, data))


def test_a_mark_above_the_declared_level_blocks() -> None:
    data = "内部资料\n正文".encode()
    assert codes(inspect("a.txt", data, Level.INTERNAL)) == []
    assert codes(inspect("a.txt", data, Level.PUBLIC)) == ["marks.above_declared"]


def test_a_file_type_outside_the_policy_is_blocked() -> None:
    result = Pipeline(frozenset({"txt"}), BUDGET, Level.INTERNAL).run("a.pdf", samples.pdf())
    assert codes(result) == ["type.not_allowed"]


def test_after_a_block_the_later_stages_say_that_they_did_not_run() -> None:
    outcomes = [verdict.outcome for verdict in inspect("a.png", samples.png() + b"x").verdicts]
    assert outcomes == [Outcome.PASS, Outcome.BLOCK, Outcome.NOT_RUN, Outcome.NOT_RUN, Outcome.NOT_RUN]


def test_entries_that_overlap_or_leave_gaps_are_blocked() -> None:
    honest = samples.archive({"a.txt": b"1" * 100, "b.txt": b"2" * 100}, packed=False)
    cut = honest.index(b"PK\3\4", 1)
    directory = honest.index(b"PK\1\2")
    gap = honest[:cut] + b"hidden" + honest[cut:directory]
    second = honest.index(b"PK\1\2", directory + 1)
    moved = bytearray(gap + honest[directory:])
    place = moved.index(b"PK\1\2", moved.index(b"PK\1\2") + 1)
    moved[place + 42 : place + 46] = (cut + 6).to_bytes(4, "little")
    end = moved.rindex(b"PK\5\6")
    moved[end + 16 : end + 20] = (directory + 6).to_bytes(4, "little")
    assert codes(inspect("a.zip", bytes(moved))) == ["structure.hidden_data"]
    doubled = bytearray(honest)
    doubled[second + 42 : second + 46] = (0).to_bytes(4, "little")
    assert codes(inspect("a.zip", bytes(doubled))) == ["structure.hidden_data"]


FUZZED = sorted(name for name in HONEST if HONEST[name])


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(FUZZED), st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=6), st.data())
def test_a_damaged_file_gets_verdicts_and_never_an_exception(
    name: str, changes: list[tuple[int, int]], data: st.DataObject
) -> None:
    content = bytearray(HONEST[name])
    for place, value in changes:
        content[place % len(content)] = value
    cut = data.draw(st.integers(0, len(content)))
    result = inspect(name, bytes(content[: cut or None]))
    assert [verdict.stage for verdict in result.verdicts] == list(STAGES)


@given(st.binary(max_size=300), st.sampled_from(["a.zip", "a.pdf", "a.png", "a.jpg", "a.docx", "a.txt", "a.csv"]))
def test_any_bytes_get_verdicts_and_never_an_exception(data: bytes, name: str) -> None:
    for head in (b"", b"PK\3\4", b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"):
        inspect(name, head + data)
