"""What a reader did not take, counted by name; the preview tells it, and of credentials only how many there were."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from core.i18n import N_
from inventory.ledger.text import clean
from inventory.ledger.values import Notice

MOST_NAMES: Final = 40
SHOWN: Final = 60
SECRET: Final = re.compile(
    r"pass(?:wd|word|phrase|$)|pwd|secret|communit|token|credential|(?:auth|crypto|priv)_?(?:pass|key|name)"
    r"|^(?:api|private|ssh|enable)_?(?:key|pass)?$|^user(?:name)?$|^login$",
    re.IGNORECASE,
)


def is_secret(name: str) -> bool:
    """Whether what another system keeps under this name opens something; the name of an account counts."""
    return SECRET.search(name.rpartition(".")[2]) is not None


@dataclass
class Leftovers:
    """By file: how many values of each name, and how many credentials."""

    fields: dict[str, Counter[str]] = field(default_factory=dict)
    secrets: Counter[str] = field(default_factory=Counter)

    def field(self, file: str, name: str) -> None:
        """One value that has no place here; `name` is the other system's word for it."""
        if is_secret(name):
            self.secrets[file] += 1
        else:
            self.fields.setdefault(file, Counter())[clean(name)[:SHOWN]] += 1

    def secret(self, file: str) -> None:
        self.secrets[file] += 1

    def notices(self) -> Iterator[Notice]:
        for file, count in sorted(self.secrets.items()):
            yield Notice(
                N_(
                    "%(file)s: %(count)s credentials were left out; none was kept or shown (credentials belong in the "
                    "vault)"
                ),
                {"file": file, "count": count},
            )
        for file, names in sorted(self.fields.items()):
            yield Notice(
                N_("%(file)s: left out, because nothing here holds it: %(names)s"),
                {"file": file, "names": _listed(names)},
            )


def _listed(names: Counter[str]) -> str:
    shown = [f"{name} ({count})" for name, count in sorted(names.items())]
    return ", ".join(shown[:MOST_NAMES]) + (", ..." if len(shown) > MOST_NAMES else "")
