import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.drivers import PLATFORMS
from automation.redaction import fingerprint, redact

KEY = b"k" * 32
LINES = {
    "huawei_vrp": [
        " local-user admin password irreversible-cipher $1a$S3cr3t$x",
        " snmp-agent community read cipher %^%#S3cr3t-x%^%#",
        "snmp-agent community read S3cr3t",
        " ospf authentication-mode md5 1 cipher S3cr3t",
        " pre-shared-key S3cr3t",
    ],
    "h3c_comware": [
        " password hash $h$6$S3cr3t==",
        " snmp-agent community read simple S3cr3t",
        "snmp-agent community write S3cr3t",
        " radius key cipher $c$3$S3cr3t",
    ],
    "ruijie_rgos": [
        "enable secret 5 $1$S3cr3t$",
        "username admin password 7 S3cr3t",
        "snmp-server community S3cr3t ro",
        "tacacs-server key 7 S3cr3t",
    ],
    "frr": ["password S3cr3t", " neighbor 10.0.0.1 password S3cr3t", " ip ospf message-digest-key 1 md5 S3cr3t"],
}


@pytest.mark.parametrize(("platform", "line"), [(name, line) for name, lines in LINES.items() for line in lines])
def test_no_secret_is_left(platform: str, line: str) -> None:
    redacted = redact(line, PLATFORMS[platform], KEY)
    assert "S3cr3t" not in redacted
    assert "<secret:" in redacted
    assert redact(redacted, PLATFORMS[platform], KEY) == redacted


@given(st.text(alphabet="abcdefgh123", min_size=1), st.text(alphabet="abcdefgh123", min_size=1))
def test_a_changed_secret_shows_and_an_unchanged_one_does_not(one: str, other: str) -> None:
    platform = PLATFORMS["frr"]
    assert (redact(f"password {one}", platform, KEY) == redact(f"password {other}", platform, KEY)) == (one == other)


def test_a_secret_cannot_be_guessed_without_the_key() -> None:
    platform = PLATFORMS["frr"]
    assert redact("password admin", platform, KEY) != redact("password admin", platform, b"x" * 32)


def test_what_nobody_changed_does_not_make_a_version() -> None:
    platform = PLATFORMS["huawei_vrp"]
    text = "!Last configuration was updated at 2026-11-23 08:00:00+08:00 by admin\nsysname a\nreturn\n"
    later = text.replace("08:00:00", "09:30:00")
    assert fingerprint(text, platform, KEY) == fingerprint(later, platform, KEY)
    assert fingerprint(text, platform, KEY) != fingerprint(text.replace("sysname a", "sysname b"), platform, KEY)
