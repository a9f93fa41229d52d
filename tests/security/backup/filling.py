"""Something in every table, of every kind of value: the county of the console's tests, and made-up rows elsewhere."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    Enum,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core import schema
from core.database import Database, UtcDateTime
from inventory.kinds import AdministrativeLevel
from inventory.models import Region
from inventory.models.base import Tags
from tests.web import county

AT = datetime(2026, 11, 23, 8, 0, 0, 123, tzinfo=UTC)
JSON_VALUE = {"县": ["a", 1, 2.5, 3.0, 1e16, None, True, {"b": "YQ=="}], "\u2028": '"\\'}


def fill(database: Database) -> int:
    """How many tables hold rows now; the few whose checks refuse made-up rows stay empty."""
    with database.write() as session:
        county.fill(session, AT)
        later_parent(session)
        connection = session.connection()
        tables = schema.known_tables()
        for table in tables:
            if not table.name.startswith("audit_") and not connection.scalar(select(func.count()).select_from(table)):
                made_up(connection, table)
        return sum(bool(connection.scalar(select(func.count()).select_from(table))) for table in tables)


def later_parent(session: Session) -> None:
    """A row that points to one with a higher number, which a restore in order meets too early."""
    child, parent = (Region(name=name, level=AdministrativeLevel.VILLAGE) for name in "早晚")
    session.add_all([child, parent])
    session.flush()
    first, last = sorted((child.id, parent.id))
    session.execute(update(Region).where(Region.id == first).values(parent_id=last))


def made_up(connection: Connection, table: Table) -> None:
    for number in (1, 2):
        row = {column.name: value(connection, column, number) for column in table.columns}
        try:
            with connection.begin_nested():
                connection.execute(insert(table), row)
        except IntegrityError:
            return


def value(connection: Connection, column: Column[Any], number: int) -> Any:
    for key in column.foreign_keys:
        there = connection.execute(select(key.column).order_by(key.column).offset(number - 1).limit(1)).scalar()
        if there is not None:
            return there
    kind = column.type
    if isinstance(kind, Enum):
        return kind.enums[0] if kind.enum_class is None else next(iter(kind.enum_class))
    made: dict[type[Any], Any] = {
        UtcDateTime: AT,
        Date: date(2026, 2, 28),
        JSON: JSON_VALUE,
        Boolean: number == 1,
        LargeBinary: bytes([0, 255, number]),
        Float: 0.1 * number,
        Tags: (f"标签{number}", "核心"),
        Integer: number,
    }
    for type_, given in made.items():
        if isinstance(kind, type_):
            return given
    assert isinstance(kind, String), kind
    return f"字{number}"[: kind.length]
