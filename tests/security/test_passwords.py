import contextlib
import statistics
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.i18n import ROOT
from security import passwords
from security.common_passwords import is_common
from security.errors import (
    PasswordClassesError,
    PasswordCommonError,
    PasswordLengthError,
    PasswordNameError,
    PasswordReusedError,
    PasswordsBusyError,
    SecurityError,
)
from security.passwords import Cost, PasswordPolicy, classes_of, verify
from security.turnstile import Turnstile
from tests.installation import until

POLICY = PasswordPolicy(12)


def test_a_password_opens_what_it_closed_and_nothing_else(cheap: None) -> None:
    hashed = POLICY.accept("marble-otter-lantern", login="zhangwei")
    assert verify(hashed.phc, "marble-otter-lantern")
    assert not verify(hashed.phc, "marble-otter-lanterN")
    assert not verify(None, "marble-otter-lantern")
    assert not verify("$argon2id$nonsense", "marble-otter-lantern")


def test_the_hash_says_how_it_was_made_and_is_salted(cheap: None) -> None:
    first, second = (POLICY.accept("marble-otter-lantern", login="z").phc for _ in range(2))
    assert first.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert first != second


def test_a_hash_is_not_shown(cheap: None) -> None:
    assert "argon2" not in repr(POLICY.accept("marble-otter-lantern", login="z"))


def test_full_width_typing_gives_the_same_password(cheap: None) -> None:
    hashed = POLICY.accept("湘江１２３-ｏｔｔｅｒ-橘子洲", login="z")
    assert verify(hashed.phc, "湘江123-otter-橘子洲")


@pytest.mark.parametrize("text", ["", "short-otter", "x" * 129])
def test_length_is_bounded_on_both_sides(text: str) -> None:
    with pytest.raises(PasswordLengthError):
        POLICY.check(text, login="zhangwei")


@pytest.mark.parametrize(
    "text",
    [
        "Admin@123456", "qwertyuiop12", "Huawei@2026!", "P@ssw0rd2025!!", "P@$$w0rd!!2025", "aaaaaaaaaaaa",
        "abcabcabcabc", "123456789012", "1qaz@WSX3edc", "Welcome@12345", "19900101abcd", "woaini5201314",
        "政务外网管理员密码2026", "ab12ab12ab12", "Guanjin-2026-admin",
    ],
)  # fmt: skip
def test_what_is_guessed_first_is_refused(text: str) -> None:
    with pytest.raises(PasswordCommonError):
        POLICY.check(text, login="zhangwei")


@pytest.mark.parametrize("text", ["zhangwei-zhangwei", "ZhangWei2026!!!", "zhangwei.001.002"])
def test_the_login_name_is_no_password(text: str) -> None:
    with pytest.raises(PasswordNameError):
        POLICY.check(text, login="zhangwei")


@pytest.mark.parametrize("text", ["correct horse battery staple", "Xk7-mple-Quarz", "湘江北去橘子洲头看万山红遍"])
def test_a_good_password_needs_no_special_classes(text: str) -> None:
    POLICY.check(text, login="zhangwei")


@pytest.mark.parametrize(
    ("text", "classes"),
    [("湘江北去", 1), ("abc", 1), ("abcDEF", 2), ("abcDEF123", 3), ("ａＢ１＃", 4)],
)
def test_classes_are_counted(text: str, classes: int) -> None:
    assert classes_of(text) == classes


@given(
    st.text("abcdefghijk"),
    st.text("ABCDEFGHIJK"),
    st.text("0123456789"),
    st.text("-_.湘江"),
    st.integers(1, 4),
    st.randoms(use_true_random=False),
)
def test_the_policy_asks_for_so_many_classes_wherever_they_stand(
    small: str, capital: str, digit: str, other: str, asked: int, random: Random
) -> None:
    letters = list(small + capital + digit + other)
    random.shuffle(letters)
    try:
        PasswordPolicy(12, asked).check("".join(letters), login="zhangwei")
    except PasswordClassesError:
        refused = True
    except (PasswordLengthError, PasswordCommonError):
        return
    else:
        refused = False
    assert refused == (sum(map(bool, (small, capital, digit, other))) < asked)


def test_a_former_password_is_refused_however_it_is_typed(cheap: None) -> None:
    former = [POLICY.accept(text, login="z").phc for text in ("marble-otter-lantern", "copper-heron-window")]
    with pytest.raises(PasswordReusedError):
        POLICY.accept("ｃｏｐｐｅｒ-heron-window", login="z", former=former)
    POLICY.accept("copper-heron-windoW", login="z", former=former)


@given(st.text(max_size=140), st.text(max_size=20))
def test_the_policy_answers_for_any_text(text: str, login: str) -> None:
    with contextlib.suppress(SecurityError):
        POLICY.check(text, login=login)
        assert len(text) >= 4  # a compatibility form may be longer than what was typed; hence not 12


@given(st.lists(st.sampled_from(["admin", "123456", "2026", "password", "qwerty", "!", "888888", "abc"]), min_size=1))
def test_familiar_pieces_in_any_order_are_familiar(pieces: list[str]) -> None:
    assert is_common("".join(pieces))


def test_at_most_two_hashes_are_computed_at_once_and_two_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two are inside and stay there, two wait; whoever comes then is told at once, and nobody's thread is held."""
    inside = threading.Semaphore(0)
    leave = threading.Event()

    class Slow:
        @staticmethod
        def verify_phc_encoded(*_: object) -> None:
            inside.release()
            assert leave.wait(30)

    monkeypatch.setattr(passwords, "Argon2id", Slow)
    with ThreadPoolExecutor(4) as pool:
        working = [pool.submit(verify, "x", "y") for _ in range(2)]
        assert all(inside.acquire(timeout=30) for _ in range(2))
        waiting = [pool.submit(verify, "x", "y") for _ in range(2)]
        until(lambda: passwords._turnstile.full, "two stand in front")
        with pytest.raises(PasswordsBusyError):
            verify("x", "y")
        assert not inside.acquire(blocking=False), "a third hash was begun"
        leave.set()
        assert all(each.result(30) for each in working + waiting)
    assert verify("x", "y"), "the places are free again"


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    turnstile = Turnstile(1, 1, patience_s=0.01)
    with turnstile, pytest.raises(PasswordsBusyError), turnstile:
        pass
    with turnstile:
        assert not turnstile.full, "who went away left the place free"


def test_real_hashes_have_the_recommended_cost() -> None:
    # Memory and passes of RFC 9106, section 4, second choice; in one lane (`security.stretching`).
    assert Cost(memory_kib=65536, iterations=3, lanes=1) == passwords.COST


@pytest.mark.slow
def test_log_ins_at_the_same_moment_all_come_to_an_end() -> None:
    """In a process of its own, because a deadlock within OpenSSL cannot be ended otherwise."""
    program = """
import threading
from security.ferry import approver_key
from security.passwords import verify
OLD = "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
work = [lambda: verify(None, "x"), lambda: verify(OLD, "x"), lambda: approver_key.create("li", "246810")]
threads = [threading.Thread(target=one) for one in work * 2]  # more would be sent away
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("all came to an end")
"""
    done = subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT, capture_output=True, timeout=100)
    assert done.stdout == b"all came to an end\n"


@pytest.mark.slow
def test_an_unknown_name_takes_as_long_as_a_wrong_password() -> None:
    stored = POLICY.accept("marble-otter-lantern", login="z").phc

    def took(against: str | None) -> float:
        start = time.perf_counter()
        verify(against, "another-otter-lantern")
        return time.perf_counter() - start

    pairs = [(took(stored), took(None)) for _ in range(9)]
    known, unknown = (statistics.median(column) for column in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2
    assert min(known, unknown) > 0.02
