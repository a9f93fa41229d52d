"""A measured value beside what it has to reach."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """`most` is what the value may be at most; None where it is there for comparison only."""

    bench: str
    name: str
    value: float
    unit: str
    most: float | None = None

    @property
    def reached(self) -> bool:
        return self.most is None or self.value <= self.most


def write(path: Path, figures: Iterable[Figure]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(figure) for figure in figures], indent=1), encoding="utf-8")


def read(path: Path) -> list[Figure]:
    return [Figure(**values) for values in json.loads(path.read_text(encoding="utf-8"))]


def table(figures: Sequence[Figure]) -> str:
    rows = [("bench", "figure", "measured", "at most", "reached"), *map(_row, figures)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _row(figure: Figure) -> tuple[str, str, str, str, str]:
    value = f"{figure.value:.4g} {figure.unit}".strip()
    if figure.most is None:
        return figure.bench, figure.name, value, "", ""
    return figure.bench, figure.name, value, f"{figure.most:.4g}", "yes" if figure.reached else "NO"
