"""The sample as Excel files, for those who want to see what an import looks like.

`python -m demo.county.workbook` writes both again; a test compares them with the data.
"""

from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from demo.county.extranet import EXTRANET
from demo.county.intranet import INTRANET
from demo.county.ledger import Sample
from inventory.kinds import ObjectKind
from inventory.ledger.columns import Sheet
from inventory.ledger.sheets import SHEETS

FOLDER = Path(__file__).resolve().parent.parent
FILES = {FOLDER / "county.xlsx": EXTRANET, FOLDER / "intranet.xlsx": INTRANET}
WIDEST = 40


def rows(sample: Sample, sheet: Sheet) -> list[list[str]]:
    """Headings, then one line a row, as text in each column's own format."""
    kinds: dict[ObjectKind, tuple[object, ...]] = {
        ObjectKind.REGION: sample.regions,
        ObjectKind.SITE: sample.sites,
        ObjectKind.UNIT: sample.units,
        ObjectKind.CONTACT: sample.contacts,
        ObjectKind.ROOM: sample.rooms,
        ObjectKind.DEVICE: sample.devices,
        ObjectKind.LINE: sample.lines,
        ObjectKind.SYSTEM: sample.systems,
    }
    heading = [column.heading for column in sheet.columns]
    return [
        heading,
        *(
            [column.format.show(getattr(row, column.field, column.default)) for column in sheet.columns]
            for row in kinds.get(sheet.kind, ())
        ),
    ]


def workbook(sample: Sample) -> Workbook:
    book = Workbook()
    if book.active is not None:
        book.remove(book.active)
    for sheet in SHEETS:
        page = book.create_sheet(sheet.title)
        lines = rows(sample, sheet)
        for line in lines:
            page.append([cell or None for cell in line])
        for number, column in enumerate(zip(*lines, strict=True), 1):
            page.column_dimensions[get_column_letter(number)].width = min(WIDEST, 2 + max(map(_width, column)))
            page.cell(1, number).font = Font(bold=True)
        page.freeze_panes = "A2"
    return book


def _width(text: str) -> int:
    return sum(1 if character.isascii() else 2 for character in text)


if __name__ == "__main__":
    for path, sample in FILES.items():
        workbook(sample).save(path)
