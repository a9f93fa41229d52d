"""What the tables of the inventory have in common."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Enum, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, mapped_column, validates
from sqlalchemy.types import TypeDecorator

from core.database import Json
from inventory.pinyin import initials

NAME = String(120)
CODE = String(64)
PLACE = String(240)
KIND = 24


def choice(kind: type[StrEnum], name: str) -> Enum:
    """A column of one vocabulary: text with a check constraint, so that a new word is a plain migration."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=KIND,
        values_callable=lambda words: [word.value for word in words],
    )


class Tags(TypeDecorator[tuple[str, ...]]):
    """标签 as sorted text, `|核心|双电源|`, so that a filter is one LIKE on both databases; none is empty text."""

    impl = String(480)
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str:
        del dialect
        return f"|{'|'.join(sorted(value))}|" if value else ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        del dialect
        return tuple(value.strip("|").split("|")) if value else ()


class Row:
    """What every row has: a number that is never used twice, and notes."""

    __table_args__: Any = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    notes: Mapped[str] = mapped_column(Text, default="")


class Entry(Row):
    """What the ledger lists: with tags, and values of the office's own fields."""

    tags: Mapped[tuple[str, ...]] = mapped_column(Tags, default=())
    custom: Mapped[dict[str, str]] = mapped_column(Json, default=dict)  # by the field's name, as the ledger shows it


class Spoken:
    """A name that people look up by its initials: `zwzx` finds 政务中心."""

    initials: Mapped[str] = mapped_column(NAME, default="")

    @validates("name")
    def _spell(self, _: str, name: str) -> str:
        self.initials = initials(name)
        return name


class Maintained:
    """挂牌: alarms are held back until a moment that is always given; see `inventory.maintenance`."""

    maintenance_since: Mapped[datetime | None]
    maintenance_until: Mapped[datetime | None] = mapped_column(index=True)
    maintenance_note: Mapped[str] = mapped_column(Text, default="")
    maintenance_by: Mapped[str] = mapped_column(NAME, default="")

    def in_maintenance(self, now: datetime) -> bool:
        return self.maintenance_until is not None and now < self.maintenance_until
