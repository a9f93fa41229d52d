"""The table of controls is true: behind every row stands a test that exists."""

import ast
import re
from functools import cache

import pytest

from core.i18n import ROOT

TABLE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8").partition("## What was looked for")[0]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
ROWS = [line for line in TABLE.splitlines() if line.startswith("| ") and not line.startswith(("| control", "| ---"))]


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    found = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(node.name for node in found if node.name.startswith("test_"))


@pytest.mark.parametrize("row", ROWS, ids=[row.split("|")[1].strip() for row in ROWS])
def test_behind_each_control_stands_a_test_that_exists(row: str) -> None:
    named = NAMED.findall(row.rsplit("|", 2)[1])
    assert named
    missing = [f"{path}::{name}" for path, name in named if name not in names_in(path)]
    assert missing == []


def test_the_table_has_the_rows_that_an_assessor_looks_for() -> None:
    assert len(ROWS) > 30
