"""Values of the office's own fields (自定义字段) inside a query: one by its field's name, or all of an object at once.

SQLite does not find a key by its path where the text of the JSON has it escaped, as ours has, but `json_each` reads it.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, Numeric, String, case, cast, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from inventory.ledger.columns import Column
from inventory.ledger.formats import Number, OneOf

Custom = InstrumentedAttribute[dict[str, str]]
DIGITS: Final = r"^-?[0-9]+([.][0-9]+)?$"


class _OneValue(FunctionElement[str]):
    """Of a row's `custom` and the name of a field; NULL where the row has no value of it."""

    type = String()
    inherit_cache = True


class _AllValues(FunctionElement[str]):
    """Of a row's `custom`, apart from each other by a line's end; NULL where there is none."""

    type = String()
    inherit_cache = True


@compiles(_OneValue, "sqlite")
def _one_sqlite(element: _OneValue, compiler: SQLCompiler, **kw: Any) -> str:
    custom, name = (compiler.process(part, **kw) for part in element.clauses)
    return f"(SELECT value FROM json_each({custom}) WHERE key = {name})"  # noqa: S608  # both are compiled here


@compiles(_OneValue, "postgresql")
def _one_postgresql(element: _OneValue, compiler: SQLCompiler, **kw: Any) -> str:
    custom, name = (compiler.process(part, **kw) for part in element.clauses)
    return f"({custom} ->> {name})"


@compiles(_AllValues, "sqlite")
def _all_sqlite(element: _AllValues, compiler: SQLCompiler, **kw: Any) -> str:
    custom = compiler.process(element.clauses, **kw)
    read = f"SELECT group_concat(value, char(10)) FROM json_each({custom})"  # noqa: S608
    return f"CASE WHEN {custom} <> '{{}}' THEN ({read}) END"  # most objects have none, and reading JSON takes time


@compiles(_AllValues, "postgresql")
def _all_postgresql(element: _AllValues, compiler: SQLCompiler, **kw: Any) -> str:
    custom = compiler.process(element.clauses, **kw)
    return f"(SELECT string_agg(value, chr(10)) FROM jsonb_each_text({custom}))"  # noqa: S608


def one(custom: Custom, name: str) -> ColumnElement[str]:
    return _OneValue(custom, literal(name, String()))


def every(custom: Custom) -> ColumnElement[str]:
    """To be searched as one text."""
    return _AllValues(custom)


def order(custom: Custom, column: Column) -> ColumnElement[Any]:
    """What a list is sorted by: numbers by size, the words of a choice as they are declared.

    What does not fit the format, because it was written under another one, has no place and comes last.
    """
    text = one(custom, column.custom or "")
    match column.format:
        case Number():
            return case((text.regexp_match(DIGITS), cast(text, Numeric)))
        case OneOf(words=words):
            return case({word: place for place, word in enumerate(words)}, value=text)
        case _:
            return text
