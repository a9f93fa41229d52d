"""The ledger: a preview of 5,000 devices against an inventory that has them, beside openpyxl's bare reading of it.

Both read the same workbook in the same round; what is above openpyxl is the ledger's own: cells, headings, references,
rules, what there is, and the differences. Then the same is read out.
"""

import shutil
from collections.abc import Callable
from io import BytesIO
from statistics import median
from time import process_time
from typing import Final

from openpyxl import load_workbook
from sqlalchemy.orm import Session

from bench.farm import BUILD
from bench.figures import Figure
from core import schema
from core.clock import SystemClock
from core.database import Database, sqlite_url
from inventory.changes.entries import entries_of
from inventory.changes.importing import import_ledger, preview
from inventory.kinds import ObjectKind
from inventory.ledger.book import Page, write_book
from inventory.ledger.exporting import Wanted, export
from inventory.ledger.opening import LedgerFile
from inventory.ledger.sheets import SHEET_OF
from security.audit import Actor

ROWS: Final = 5000
MOST_PREVIEW_S: Final = 5.0
CLERK: Final = Actor("bench", "system")


def measure(rounds: int) -> list[Figure]:
    folder = BUILD / "ledger"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    database = Database(sqlite_url(folder / "guanjin.db"))
    schema.upgrade(database)
    with database.write() as session:
        import_ledger(session, _ledger("S5735"), CLERK, now=SystemClock().now())
    file = _ledger("S6730")
    ours, bare, out = [], [], []
    for _ in range(rounds):
        bare.append(_spent(lambda: _read_bare(file)))
        with database.read() as session:
            ours.append(_spent(lambda: _preview(session, file)))
        with database.write() as session:
            out.append(_spent(lambda: export(session, Wanted("out.xlsx", "zh"), CLERK)))
    database.close()
    shutil.rmtree(folder)
    return [
        Figure("ledger", f"preview {ROWS} rows", median(ours), "s", MOST_PREVIEW_S),
        Figure("ledger", "openpyxl reading the same file", median(bare), "s"),
        Figure("ledger", "ratio", median(ours) / median(bare), ""),
        Figure("ledger", f"export {ROWS} rows", median(out), "s"),
    ]


def _ledger(model: str) -> LedgerFile:
    """Units and devices as a city has them; every device has `model`."""
    units = [[f"单位{number:03}"] for number in range(200)]
    devices = [
        [
            f"SW-{n:05}",
            "接入交换机",
            f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}",
            "华为",
            model,
            f"21{n:08}",
            f"单位{n % 200:03}",
        ]
        for n in range(1, ROWS + 1)
    ]
    fields = ("name", "role", "address", "vendor", "model", "serial", "unit")
    pages = [_page(ObjectKind.UNIT, ("name",), units), _page(ObjectKind.DEVICE, fields, devices)]
    return LedgerFile("ledger.xlsx", write_book(pages, "zh"))


def _page(kind: ObjectKind, fields: tuple[str, ...], rows: list[list[str]]) -> Page:
    given = [dict(zip(fields, row, strict=True)) for row in rows]
    return Page(SHEET_OF[kind], [[row.get(column.field) for column in SHEET_OF[kind].columns] for row in given])


def _preview(session: Session, file: LedgerFile) -> None:
    entries = entries_of(preview(session, file).plan)
    if len(entries) != ROWS + 200:
        raise AssertionError(f"{len(entries)} rows")


def _read_bare(file: LedgerFile) -> None:
    book = load_workbook(BytesIO(file.content), read_only=True, data_only=True)
    for sheet in book.worksheets:
        for _ in sheet.iter_rows(values_only=True):
            pass


def _spent(work: Callable[[], object]) -> float:
    """Seconds of the processor."""
    start = process_time()
    work()
    return process_time() - start
