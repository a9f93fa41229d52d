"""A list is its address: words, filters, order and page stand in the URL, so that it can be kept and sent on.

The rows come from the database, which narrows, sorts and counts them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import request, url_for

from inventory.listing import Page, Wanted
from web import numbers

Row = TypeVar("Row")
PAGE = 50


@dataclass(frozen=True)
class Address:
    """What the address asks for; `filters` holds only names that the page knows."""

    words: str
    filters: Mapping[str, str]
    sort: str
    descending: bool
    page: int

    @property
    def wanted(self) -> Wanted:
        """The same, as the database is asked for it."""
        return Wanted(self.words.split(), self.filters, self.sort, self.descending, self.page, PAGE)

    @property
    def narrowed(self) -> bool:
        return bool(self.words or self.filters)

    def link(self, **changes: object) -> str:
        """The same list with something changed; whatever is changed, it begins at its first page again."""
        order = f"-{self.sort}" if self.descending else self.sort
        values: dict[str, Any] = {"q": self.words, **self.filters, "sort": order, **changes}
        known = {name: value for name, value in values.items() if value}
        return url_for(request.endpoint or "", **(request.view_args or {}), **known)

    def sort_link(self, name: str) -> str:
        return self.link(sort=f"-{name}" if self.sort == name and not self.descending else name)

    def direction(self, name: str) -> str:
        """The value of aria-sort; empty for a column that does not order the list."""
        if self.sort != name:
            return ""
        return "descending" if self.descending else "ascending"


@dataclass(frozen=True)
class Sheet(Generic[Row]):
    """One page of a list."""

    rows: list[Row]
    total: int
    number: int
    address: Address

    @classmethod
    def of(cls, found: Page[Row], address: Address) -> "Sheet[Row]":
        return cls(list(found.items), found.total, found.number, address)

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE + 1 if self.total else 0

    @property
    def last(self) -> int:
        return min(self.total, self.number * PAGE)


@dataclass(frozen=True)
class Asking:
    """What the address of a list may ask for; the rows of its page come from the database, and only those."""

    filters: Sequence[str]
    sorts: Sequence[str]
    default: str

    def asked(self) -> Address:
        wanted = request.args.get("sort", self.default)
        if wanted.lstrip("-") not in self.sorts:
            wanted = self.default
        return Address(
            words=request.args.get("q", "").strip()[:100],
            filters={name: request.args[name] for name in self.filters if request.args.get(name)},
            sort=wanted.lstrip("-"),
            descending=wanted.startswith("-"),
            page=max(1, numbers.asked("page") or 1),
        )
