from dataclasses import replace

import pytest

from security.ferry import approver_key, statement
from security.ferry.errors import ApproverKeyDamagedError, MalformedError, PinLengthError, PinWrongError
from security.ferry.levels import Level
from security.ferry.statement import Binding, Decision, SignedStatement, Statement
from tests.security.ferry.conftest import PIN, Keys

BOUND = Binding("11" * 16, "22" * 16, Level.INTERNAL, "li", "33" * 32, "44" * 32, "55" * 32, "66" * 32, "77" * 32)
GIVEN = Statement(BOUND, Decision.APPROVE, "zhang", "security_officer", 1, 2, "88" * 16)


def test_a_statement_reads_back_and_its_signature_holds(keys: Keys) -> None:
    signed = approver_key.sign(keys.approver, PIN, GIVEN)
    assert signed.statement == GIVEN
    assert statement.decode_all(statement.encode_all((signed,))) == (signed,)
    assert approver_key.holds(keys.approver.public, signed)


@pytest.mark.parametrize(
    "other",
    [
        replace(GIVEN, approver="li"),
        replace(GIVEN, role="unit_admin"),
        replace(GIVEN, not_after=3),
        replace(GIVEN, nonce="99" * 16),
        replace(GIVEN, decision=Decision.REJECT),
        *(replace(GIVEN, binding=replace(BOUND, **{name: "00" * 32})) for name in ("root", "policy", "inspection")),
        replace(GIVEN, binding=replace(BOUND, level=Level.PUBLIC)),
        replace(GIVEN, binding=replace(BOUND, submitter="wang")),
    ],
)
def test_a_signature_serves_no_other_statement(keys: Keys, other: Statement) -> None:
    signed = approver_key.sign(keys.approver, PIN, GIVEN)
    assert not approver_key.holds(keys.approver.public, SignedStatement(other.encode(), signed.signature))
    assert not approver_key.holds(b"\0" * 32, signed)


def test_the_key_opens_with_its_own_pin_for_its_own_person_only(keys: Keys) -> None:
    with pytest.raises(PinWrongError):
        approver_key.sign(keys.approver, "000000", GIVEN)
    with pytest.raises(PinWrongError):
        approver_key.sign(replace(keys.approver, person="li"), PIN, GIVEN)
    with pytest.raises(PinLengthError):
        approver_key.create("zhang", "12345")


@pytest.mark.parametrize("cost", [b"\xff\xff\xff\xff\x03\x04", b"\0\0\0\0\0\0", b"\0\1\0\0\xff\x04", b"\0\1"])
def test_an_altered_key_cannot_take_the_memory_of_the_machine(keys: Keys, cost: bytes) -> None:
    altered = replace(keys.approver, locked=cost + keys.approver.locked[len(cost) :] if len(cost) > 2 else cost)
    with pytest.raises(ApproverKeyDamagedError):
        approver_key.sign(altered, PIN, GIVEN)


def test_a_statement_with_an_unknown_field_or_decision_is_refused() -> None:
    text = GIVEN.encode().decode()
    for changed in (text.replace('"v":1', '"v":2'), text.replace('"approve"', '"aprove"'), text[:-1] + ',"z":1}'):
        with pytest.raises(MalformedError):
            statement.decode(changed.encode())
