"""A preview in words, for people, and in values, for programs."""

from collections.abc import Iterator
from typing import Any, Final

from core.i18n import N_, Translate, translator
from inventory.changes.importing import Preview
from inventory.foreign.words import ANY
from inventory.labels import label
from inventory.ledger.cells import heading, shown
from inventory.ledger.plan import Action, Change
from inventory.ledger.references import SEPARATOR
from inventory.ledger.values import Problem, Unclear, Value

MOST_LINES: Final = 100
ACTIONS: Final = {Action.NEW: N_("new"), Action.CHANGED: N_("changed"), Action.SAME: N_("same")}


def lines(preview: Preview, language: str) -> Iterator[str]:
    """What is wrong, what changes, what is left out, and the sums."""
    plan, translate = preview.plan, translator(language)
    changed = [change for change in plan.changes if change.action is Action.CHANGED]
    yield from _cut([_wrong(problem, translate) for problem in plan.problems], translate)
    yield from _cut([_changed(change, language) for change in changed], translate)
    yield from _cut([translate(notice.text) % notice.facts for notice in plan.notices], translate)
    yield from _cut([_unclear(one, translate) for one in plan.unclear], translate)
    for name in plan.ignored:
        yield translate(N_("left out: %(name)s")) % {"name": name}
    for kind, counts in plan.counts().items():
        sums = "  ".join(f"{translate(word)} {counts[action]}" for action, word in ACTIONS.items())
        yield f"{label(kind, translate)}: {sums}"
    yield translate(N_("wrong: %(count)s")) % {"count": len(plan.problems)}


def _cut(found: list[str], translate: Translate) -> list[str]:
    if len(found) <= MOST_LINES:
        return found
    more = translate(N_("... and %(count)s more (--json shows all)")) % {"count": len(found) - MOST_LINES}
    return [*found[:MOST_LINES], more]


def _wrong(problem: Problem, translate: Translate) -> str:
    facts = {"where": problem.where, "value": problem.value or "-", "expected": _expected(problem, translate)}
    return translate(N_("%(where)s: %(value)s - expected: %(expected)s")) % facts


def _unclear(one: Unclear, translate: Translate) -> str:
    """Without a role only those devices are wrong that are new here, so that this need not be answered."""
    text = N_("--word '%(topic)s:%(word)s=...' says what the word means: %(meanings)s")
    if one.word == ANY:
        text = N_("--word '%(topic)s:%(word)s=...' says it for every device that has none: %(meanings)s")
    return translate(text) % {"topic": one.topic, "word": one.word, "meanings": ", ".join(one.meanings)}


def _expected(problem: Problem, translate: Translate) -> str:
    return translate(problem.expected) % problem.facts


def _changed(change: Change, language: str) -> str:
    shown = ", ".join(f"{called} {old or '-'} → {new or '-'}" for called, old, new in differences(change, language))
    return f"{change.where} {SEPARATOR.join(change.key)}: {shown}"


def differences(change: Change, language: str) -> Iterator[tuple[str, str, str]]:
    """Heading, old and new of each field that a change touches, as the ledger writes them in this language."""
    for column in change.sheet.columns:
        if column.field in change.fields:
            old, new = change.fields[column.field]
            yield heading(column, language), shown(column, old, language), shown(column, new, language)


def as_json(preview: Preview, translate: Translate) -> dict[str, Any]:
    """Everything; `changes` leaves out rows that stay the same."""
    plan = preview.plan
    return {
        "file": preview.file.name,
        "sha256": preview.file.digest,
        "applied": preview.applied,
        "counts": {kind: {action: counts[action] for action in Action} for kind, counts in plan.counts().items()},
        "wrong": [
            {"cell": str(one.where), "value": one.value, "expected": _expected(one, translate)} for one in plan.problems
        ],
        "changes": [_change_json(one) for one in plan.changes if one.action is not Action.SAME],
        "unclear": [{"topic": one.topic, "word": one.word, "meanings": one.meanings} for one in plan.unclear],
        "ignored": plan.ignored,
        "notices": [translate(notice.text) % notice.facts for notice in plan.notices],
    }


def _change_json(change: Change) -> dict[str, Any]:
    return {
        "cell": str(change.where),
        "kind": change.kind,
        "name": SEPARATOR.join(change.key),
        "action": change.action,
        "fields": {name: {"old": _plain(old), "new": _plain(new)} for name, (old, new) in change.fields.items()},
    }


def _plain(value: Value) -> object:
    if isinstance(value, frozenset):
        return sorted(SEPARATOR.join(key) for key in value)
    return SEPARATOR.join(value) if isinstance(value, tuple) else value
