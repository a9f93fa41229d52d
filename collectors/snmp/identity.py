"""What kind of thing a device is: the texts that a profile's rules find, and which rule found them."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from collectors.snmp.facts import Identity, SystemFacts
from collectors.snmp.finding import is_any
from collectors.snmp.present import get_present
from collectors.snmp.reading import text
from collectors.snmp.references import Reference
from collectors.snmp.schema import Profile, TextRule
from collectors.snmp.session import Session
from collectors.snmp.walk import walk_table
from collectors.snmp.wire import Oid, Value

Texts = dict[Reference, dict[Oid, Value]]
FIELDS: Final = ("hardware", "version", "serial")
MOST_ROWS: Final = 2000


async def identify(session: Session, chain: Sequence[Profile], system: SystemFacts) -> Identity:
    """By the first profile of the chain, and where that says nothing, by those it extends."""
    profile = chain[0]
    rules = {field: [named for each in chain for named in _rules(each, field)] for field in FIELDS}
    texts = await _texts(session, [rule for several in rules.values() for _, rule in several])
    found = {field: _first_text(several, texts, system) for field, several in rules.items()}
    return Identity(
        profile=profile.name,
        platform=profile.platform,
        vendor=profile.vendor or _vendor(chain),
        uncertain=profile.uncertain,
        rules={field: name for field, (name, told) in found.items() if told},
        **{field: told for field, (_, told) in found.items()},
    )


def _rules(profile: Profile, field: str) -> Iterator[tuple[str, TextRule]]:
    """With their places, as a person finds them in the file."""
    for place, rule in enumerate(getattr(profile.identity, field), start=1):
        yield f"{profile.name}: identity.{field}[{place}]", rule


def _vendor(chain: Sequence[Profile]) -> str:
    return next((profile.vendor for profile in chain if profile.vendor), "")


async def _texts(session: Session, rules: Sequence[TextRule]) -> Texts:
    """By object, the values of its rows (a single object's row is empty)."""
    asked = {each for rule in rules for each in (rule.oid, *rule.only) if each is not None}
    columns = {each.oid: each for each in asked if not each.single}
    table = await walk_table(session, sorted(columns), most=MOST_ROWS)
    present = await get_present(session, sorted(each.oid for each in asked if each.single))
    texts: Texts = {each: {(): present[each.oid]} if each.oid in present else {} for each in asked if each.single}
    for column, rows in table.columns.items():
        texts[columns[column]] = {index: varbind.value for index, varbind in rows.items()}
    return texts


def _first_text(rules: Sequence[tuple[str, TextRule]], texts: Texts, system: SystemFacts) -> tuple[str, str]:
    for name, rule in rules:
        for candidate in _candidates(rule, texts, system):
            found = re.search(rule.pattern, candidate) if rule.pattern else None
            chosen = candidate if not rule.pattern else (found.group(found.lastindex or 0) if found else "")
            if chosen.strip():
                return name, chosen.strip()
    return "", ""


def _candidates(rule: TextRule, texts: Texts, system: SystemFacts) -> list[str]:
    if rule.oid is None:
        return [system.descr]
    return [
        text(value)
        for index, value in texts[rule.oid].items()
        if all(is_any(texts[each].get(index), values) for each, values in rule.only.items())
    ]
