"""What history keeps of a value is the value."""

import json

import pytest

from inventory.ledger.columns import Sheet
from inventory.ledger.sheets import SHEETS
from inventory.ledger.stored import decode, encode
from tests.inventory.test_planner import COUNTY_STATE


@pytest.mark.parametrize("sheet", SHEETS, ids=[sheet.kind.value for sheet in SHEETS])
def test_every_value_comes_back_from_json(sheet: Sheet) -> None:
    rows = COUNTY_STATE[sheet.kind].values()
    assert rows
    for values in rows:
        for column in sheet.columns:
            stored = json.loads(json.dumps(encode(values[column.field]), ensure_ascii=False))
            assert decode(column, stored) == values[column.field]
