"""Reading foreign canonical JSON field by field: every field expected, bounded and typed, none left over."""

from collections.abc import Iterator, Mapping
from typing import Self

from security.ferry.canonical import MAX_INTEGER, Value
from security.ferry.errors import MalformedError
from security.ferry.levels import Level

_MAX_FACTS = 8


class Fields:
    """`part` is the document's name in errors; `done()` refuses fields that nobody asked for."""

    def __init__(self, value: Value, part: str) -> None:
        if not isinstance(value, dict):
            raise MalformedError(part=part, field="")
        self._values: Mapping[str, Value] = value
        self._part = part
        self._left = set(value)

    def _take(self, name: str) -> Value:
        if name not in self._left:
            raise MalformedError(part=self._part, field=name)
        self._left.discard(name)
        return self._values[name]

    def _refuse(self, name: str) -> MalformedError:
        return MalformedError(part=self._part, field=name)

    def text(self, name: str, *, limit: int) -> str:
        value = self._take(name)
        if not isinstance(value, str) or len(value) > limit:
            raise self._refuse(name)
        return value

    def number(self, name: str, *, low: int = 0, high: int = MAX_INTEGER) -> int:
        value = self._take(name)
        if not isinstance(value, int) or not low <= value <= high:
            raise self._refuse(name)
        return value

    def octets(self, name: str, size: int | None = None, *, limit: int = 8192) -> bytes:
        """Bytes as lower-case hexadecimal; of exactly `size`, or at most `limit`."""
        text = self.text(name, limit=2 * (size if size is not None else limit))
        try:
            value = bytes.fromhex(text)
        except ValueError:
            raise self._refuse(name) from None
        if value.hex() != text or (size is not None and len(value) != size):
            raise self._refuse(name)
        return value

    def level(self, name: str) -> Level:
        """By code only: a label or an alias would be a second encoding of the same thing."""
        code = self.text(name, limit=20)
        for level in Level:
            if level.code == code:
                return level
        raise self._refuse(name)

    def listed(self, name: str, *, limit: int) -> list[Value]:
        value = self._take(name)
        if not isinstance(value, list) or len(value) > limit:
            raise self._refuse(name)
        return value

    def texts(self, name: str, *, limit: int, each: int) -> tuple[str, ...]:
        items = self.listed(name, limit=limit)
        texts = tuple(item for item in items if isinstance(item, str) and len(item) <= each)
        if len(texts) != len(items):
            raise self._refuse(name)
        return texts

    def numbers(self, name: str, *, limit: int) -> tuple[int, ...]:
        items = self.listed(name, limit=limit)
        numbers = tuple(item for item in items if isinstance(item, int) and item >= 0)
        if len(numbers) != len(items):
            raise self._refuse(name)
        return numbers

    def facts(self, name: str) -> dict[str, str | int]:
        """A flat object of short texts and numbers."""
        value = self._take(name)
        pairs = value.items() if isinstance(value, dict) else ()
        facts = {key: fact for key, fact in pairs if isinstance(fact, str | int) and not isinstance(fact, bool)}
        if facts != value or len(facts) > _MAX_FACTS:
            raise self._refuse(name)
        return facts

    def parts(self, name: str, *, limit: int) -> Iterator[Self]:
        for item in self.listed(name, limit=limit):
            yield type(self)(item, f"{self._part}.{name}")

    def done(self) -> None:
        if self._left:
            raise self._refuse(min(self._left))
