"""Signed notes and checkpoints: ours, other logs', and what only looks like one."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from security.audit import checkpoint, note, witness
from security.audit.checkpoint import Checkpoint
from security.audit.note import VerifierKey
from security.audit.tree import EMPTY

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORIGIN = "guanjin.audit/0123456789abcdef"
KEY = VerifierKey(ORIGIN, PRIVATE.public_key().public_bytes_raw())
CLAIM = Checkpoint(ORIGIN, 1234, bytes(range(32)))
SIGNED = CLAIM.signed(PRIVATE)

# A checkpoint of another log, and its key, as its makers published them.
FOREIGN_KEY = "sigsum.org:testonly+8de2c54b+AYzzrIWq3UKJHFrprvJyRMsqVGojEvgAIKrT8q4a9zMU"
FOREIGN = """sigsum.org:testonly
23
HSt6W8ve4/36xAIf04qDOqaKLaKqSOUqKxLNrkK74+g=

— sigsum.org:testonly jeLFS4WQDEeTavbiYArHzCQUPXbQ1Y/V8/dKJlBxqOAY4eLhSh3uWNJ8YXp1vs/zR4SDNHI+6UybLmHmFlg/VSf5OAs=
"""


def test_a_checkpoint_of_another_log_is_read_and_its_signature_holds() -> None:
    key = VerifierKey.parse(FOREIGN_KEY)
    assert key is not None
    found = checkpoint.accept(FOREIGN, [key])
    assert found is not None
    assert (found.origin, found.size, found.root.hex()[:8]) == ("sigsum.org:testonly", 23, "1d2b7a5b")
    assert checkpoint.accept(FOREIGN, [KEY]) is None


def test_what_is_signed_is_accepted_by_its_key_alone() -> None:
    other = VerifierKey(ORIGIN, Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    assert checkpoint.accept(SIGNED, [KEY]) == CLAIM
    assert checkpoint.accept(SIGNED, [other, KEY]) == CLAIM
    assert checkpoint.accept(SIGNED, [other]) is None
    assert checkpoint.accept(SIGNED, []) is None


def test_a_key_speaks_for_its_own_log_only() -> None:
    foreign = Checkpoint("guanjin.audit/other", 5, EMPTY)
    assert checkpoint.accept(note.sign(foreign.text, ORIGIN, PRIVATE), [KEY]) is None


@given(st.integers(0, len(SIGNED) - 1), st.characters())
def test_no_changed_checkpoint_is_accepted_as_another(place: int, letter: str) -> None:
    changed = SIGNED[:place] + letter + SIGNED[place + 1 :]
    assert checkpoint.accept(changed, [KEY]) in (None, CLAIM)
    assert (checkpoint.accept(changed, [KEY]) == CLAIM) == (changed == SIGNED)


@given(st.text())
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert note.parse(text) is None or text.endswith("\n")
    assert VerifierKey.parse(text) is None
    checkpoint.read(text + "\n\n" + SIGNED.rpartition("\n\n")[2])
    assert witness.checkpoints([text, '{"checkpoint":' + text], [KEY]) == []


@pytest.mark.parametrize(
    "line",
    ["x", "a+b+c", str(KEY)[:-1], str(KEY) + "A", "other" + str(KEY), str(KEY).replace("+", " ", 1), "a+00000000+AA=="],
)
def test_a_damaged_verifier_key_is_none(line: str) -> None:
    assert VerifierKey.parse(line) is None


def test_a_verifier_key_is_one_line_and_comes_back() -> None:
    assert VerifierKey.parse(f"{KEY}\n") == KEY


def test_a_checkpoint_is_found_in_whatever_a_witness_writes_around_it() -> None:
    second = Checkpoint(ORIGIN, 2000, EMPTY)
    quoted = second.signed(PRIVATE).replace("\n", "\\n")
    lines = [
        "kept on paper, 2026-11-24",
        *SIGNED.splitlines(keepends=True),
        f'Nov 24 08:00:00 gate guanjin: {{"checkpoint": "{quoted}"}}',
        '{"checkpoint": 7}',
    ]
    assert witness.checkpoints(lines, [KEY]) == [CLAIM, second]


def test_the_short_form_names_size_and_root() -> None:
    assert CLAIM.short == "1234:0001020304050607"
