"""What openpyxl's read-only mode does not tell about a sheet: merged ranges, and formulas saved without a result."""

import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final
from xml.etree.ElementTree import Element, iterparse  # document types were refused, see archive.py

from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

_WORTH_A_LOOK: Final = re.compile(rb"mergeCell|<(?:\w+:)?f[ />]")

Place = tuple[int, int]


@dataclass
class Survey:
    """Places are (row, column), counted from 1; `merged` are first column, first row, last column, last row."""

    unstored: set[Place] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


def survey(content: bytes) -> Survey:
    found = Survey()
    if _WORTH_A_LOOK.search(content):
        for _, element in iterparse(BytesIO(content)):  # noqa: S314  # as above
            _note(found, element)
    return found


def _note(found: Survey, element: Element) -> None:
    tag = element.tag.rpartition("}")[2]
    if tag == "c":
        children = {child.tag.rpartition("}")[2]: child.text for child in element}
        # An empty result is a result only of a formula that gives text (ISO/IEC 29500-1, 18.18.11, t="str").
        stored = children.get("v") or ("v" in children and element.get("t") == "str")
        if "f" in children and not stored and (place := element.get("r")):
            found.unstored.add(coordinate_to_tuple(place))
    elif tag == "mergeCell" and (area := element.get("ref")):
        first_column, first_row, last_column, last_row = range_boundaries(area)
        if first_column and first_row and last_column and last_row:
            found.merged.append((first_column, first_row, last_column, last_row))
    elif tag == "row":
        element.clear()
