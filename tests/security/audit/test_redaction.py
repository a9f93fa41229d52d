import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.audit.redaction import REDACTED, is_secret, to_json


@pytest.mark.parametrize(
    "key",
    [
        "password", "Password", "new_password", "passwd", "snmp_community", "communities", "readCommunity", "apiKey",
        "sshkey", "private_key", "key", "keys", "pin", "PIN", "setup-token", "authPassword", "client secret", "psk",
        "密码", "登录口令", "团体字", "AUTHKEY", "session_cookie",
    ],
)  # fmt: skip
def test_a_secret_is_known_by_its_key(key: str) -> None:
    assert is_secret(key)


@pytest.mark.parametrize(
    "key",
    [
        "keyboard", "monkey_count", "key_id", "key_fingerprint", "public_key", "password_length", "pinned", "spin",
        "bypass_reason", "snmp_credential", "name", "单位",
    ],
)  # fmt: skip
def test_what_is_said_about_a_secret_stays_readable(key: str) -> None:
    assert not is_secret(key)


SECRET = "Zx9-planted-Zx9"
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4) | st.frozensets(st.text())
    ),
    max_leaves=20,
)


def plant(value: Any, key: str) -> Any:
    """The same value with a secret under `key` in every mapping of it."""
    if isinstance(value, dict):
        return {name: plant(member, key) for name, member in value.items()} | {key: [SECRET, {"x": SECRET}]}
    if isinstance(value, list):
        return [plant(member, key) for member in value]
    return value


@given(values, st.sampled_from(["password", "Community", "apiKey", "x_token"]))
def test_no_secret_survives_at_any_depth(value: Any, key: str) -> None:
    text = to_json({"outer": plant(value, key), key: SECRET})
    assert text is not None
    assert SECRET not in text
    assert REDACTED in text
    json.loads(text, parse_constant=pytest.fail)
    text.encode()


def test_any_object_can_be_described() -> None:
    text = to_json({"at": datetime(2026, 1, 1, tzinfo=UTC), "path": Path("/x"), "raw": b"\x00\x01", "bad": "\ud800"})
    assert text == '{"at":"2026-01-01 00:00:00+00:00","bad":"?","path":"/x","raw":"<2 bytes>"}'


def test_a_switch_is_no_secret() -> None:
    assert to_json({"must_change_password": True, "token": None}) == '{"must_change_password":true,"token":null}'


def test_a_bottomless_or_endless_value_ends() -> None:
    loop: dict[str, Any] = {}
    loop["self"] = loop
    assert len(to_json([loop, "x" * 10_000_000]) or "") < 3000
