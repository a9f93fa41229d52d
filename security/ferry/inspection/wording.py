"""Findings in words, for people; the child knows only codes."""

from core.i18n import N_, Translate, untranslated
from security.ferry.inspection.findings import Finding

_TEMPLATES = {
    "type.unknown": N_("the type of the file is not recognised"),
    "type.mismatch": N_("the name says %(claimed)s, the content is %(found)s"),
    "type.program": N_("the file is a program (%(found)s)"),
    "type.not_accepted": N_("files of this type are not accepted: %(found)s"),
    "type.not_allowed": N_("the policy does not allow %(found)s in this direction"),
    "structure.damaged": N_("the file is damaged"),
    "structure.trailing_data": N_("data is hidden behind the end of the file"),
    "structure.hidden_data": N_("data is hidden inside the archive"),
    "structure.polyglot": N_("the file is at the same time a %(found)s"),
    "structure.zip64": N_("archives in zip64 format are not inspected"),
    "structure.too_many_pixels": N_("the picture has more than %(limit)s pixels"),
    "structure.bad_xml": N_("a part of the document is not readable XML"),
    "structure.dtd": N_("the document declares XML entities"),
    "archive.encrypted": N_("the file is encrypted and cannot be inspected"),
    "archive.link": N_("the archive contains a link or a special file: %(member)s"),
    "archive.name": N_("the archive contains a name that leads outside or cannot be read"),
    "archive.duplicate": N_("the archive contains %(member)s twice"),
    "archive.too_many": N_("the archive has %(found)s members, at most %(limit)s are inspected"),
    "archive.too_large": N_("the archive unpacks to more than %(limit)s bytes"),
    "archive.member_too_large": N_("%(member)s unpacks to more than %(limit)s bytes"),
    "archive.too_deep": N_("archives are nested deeper than %(limit)s"),
    "archive.ratio": N_("%(member)s unpacks to more than %(limit)s times its size"),
    "archive.part_not_inspected": N_("the part %(member)s cannot be inspected"),
    "active.part": N_("the document contains macros, controls or embedded objects (%(name)s)"),
    "active.external": N_("the document loads something from outside (%(name)s)"),
    "active.field": N_("the document contains a field that runs or loads something"),
    "active.formula": N_("the workbook contains a formula that runs or loads something"),
    "active.csv_formula": N_("the table contains formulas"),
    "active.pdf": N_("the PDF contains active content (%(name)s)"),
    "active.pdf_stream": N_("the PDF hides objects in a way that cannot be inspected"),
    "marks.classified": N_("a classification mark was found: %(level)s"),
    "marks.above_declared": N_("a mark %(level)s was found, declared was %(declared)s"),
    "marks.not_readable": N_("marks in this file are not readable by machine; the approver must look at every page"),
    "inspection.not_inspected": N_("the file could not be inspected (%(reason)s)"),
}


def render(finding: Finding, translate: Translate = untranslated) -> str:
    """One sentence; an unknown code (a newer peer's report) is shown as it is."""
    template = _TEMPLATES.get(finding.code)
    try:
        return translate(template) % finding.facts if template else finding.code
    except (KeyError, ValueError):
        return finding.code
