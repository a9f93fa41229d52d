"""Signed logs to be tampered with, and the ways of doing it, in the database and in an export."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from core import schema
from core.clock import SystemClock
from core.database import Database, sqlite_url
from core.events import Event
from security.audit import SYSTEM, Actor
from security.audit.chain import GENESIS, link
from security.audit.checkpoint import Checkpoint
from security.audit.models import AuditKey
from security.audit.recording import Happening, record_all
from security.audit.signing import SigningKey, sign_new
from security.audit.tree import Frontier, leaf_hash

KEY = SigningKey("guanjin.audit/0123456789abcdef", bytes(range(32)))
THIEF = SigningKey(KEY.origin, bytes(32))
PARTS = (40, 7, 300, 1, 52)
RECORDS = sum(PARTS)
Lines = list[dict[str, Any]]


def signed_log(path: Path) -> Database:
    """400 records under five checkpoints."""
    database = Database(sqlite_url(path))
    schema.upgrade(database)
    with database.write() as session:
        session.add(AuditKey(verifier=str(KEY.verifier), created=datetime.now(UTC)))
    for part, count in enumerate(PARTS):
        with database.write() as session:
            record_all(session, [_happening(part, number) for number in range(count)])
        sign_new(database, KEY, SystemClock())
    return database


def _happening(part: int, number: int) -> Happening:
    actor = Actor("张伟", "person", number, "10.0.0.1") if number % 3 else SYSTEM
    before = {"room": "一号机房"} if number % 2 else None
    return Happening(Event.OBJECT_CHANGED, actor, f"device:{part}-{number}", before=before, after={"n": number})


def records_of(lines: Lines) -> Lines:
    return [line for line in lines if "sequence" in line]


def relink(lines: Lines) -> None:
    """Numbers and hashes anew over what stands there now, as an intruder who knows the format would do it."""
    previous = GENESIS
    for number, line in enumerate(records_of(lines), 1):
        line["sequence"], line["previous"] = number, previous
        content = {name: value for name, value in line.items() if name not in {"previous", "hash"}}
        line["hash"] = previous = link(previous, content)


def resign(lines: Lines, key: SigningKey) -> None:
    """Every checkpoint anew, over what stands there now, by another key."""
    frontier = Frontier()
    for line in lines:
        if "sequence" in line:
            frontier = frontier.extended([leaf_hash(bytes.fromhex(line["hash"]))])
        elif "checkpoint" in line:
            line["checkpoint"] = Checkpoint(key.origin, frontier.size, frontier.root).signed(key.private)


def edit(lines: Lines, random: Random) -> None:
    line = random.choice(records_of(lines))
    name = random.choice(sorted(line))
    old = line[name]
    line[name] = random.choice([value for value in (None, 7, "x", "2026", "", True, [], f"{old}!") if value != old])


def swap_letters(lines: Lines, random: Random) -> None:
    line = random.choice(records_of(lines))
    line["hash"] = line["hash"].replace(line["hash"][0], "0" if line["hash"][0] != "0" else "1")


def delete(lines: Lines, random: Random) -> None:
    del lines[lines.index(random.choice(records_of(lines)))]


def insert(lines: Lines, random: Random) -> None:
    place = random.randrange(1, len(lines))
    lines.insert(place, dict(random.choice(records_of(lines))))


def reorder(lines: Lines, random: Random) -> None:
    one, other = random.sample(range(1, len(lines)), 2)
    if lines[one] != lines[other]:
        lines[one], lines[other] = lines[other], lines[one]


def truncate(lines: Lines, random: Random) -> None:
    """With whatever checkpoint stands there: it shows only against the one that was kept."""
    del lines[random.randrange(1, len(lines) - 1) :]


def rewrite(lines: Lines, random: Random) -> None:
    """Content edited, or a record removed, and the whole chain computed anew."""
    line = random.choice(records_of(lines))
    if random.random() < 0.5:
        line["subject"] += "!"
    else:
        lines.remove(line)
    relink(lines)


def fork(lines: Lines, random: Random) -> None:
    """Another end from some record on, without the checkpoints that would tell."""
    place = lines.index(random.choice(records_of(lines)))
    lines[place]["actor_name"] += "?"
    lines[place:] = [line for line in lines[place:] if "checkpoint" not in line]
    relink(lines)


def exchange_key(lines: Lines, random: Random) -> None:
    """A rewritten log whose every checkpoint is signed by the intruder, under a key that the export names."""
    random.choice(records_of(lines))["subject"] += "!"
    relink(lines)
    resign(lines, THIEF)
    lines[0]["keys"] = [str(THIEF.verifier)]


def damage_checkpoint(lines: Lines, random: Random) -> None:
    line = random.choice([line for line in lines if "checkpoint" in line])
    place = random.randrange(len(line["checkpoint"]) - 1)
    letter = "A" if line["checkpoint"][place] != "A" else "B"
    line["checkpoint"] = line["checkpoint"][:place] + letter + line["checkpoint"][place + 1 :]


TAMPERINGS: tuple[Callable[[Lines, Random], None], ...] = (
    edit, swap_letters, delete, insert, reorder, truncate, rewrite, fork, exchange_key, damage_checkpoint,
)  # fmt: skip


def dump(lines: Lines) -> str:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
