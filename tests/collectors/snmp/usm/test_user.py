import pytest

from collectors.snmp import Target, Version
from collectors.snmp.errors import UserError
from collectors.snmp.usm.protocols import Authentication, Privacy
from collectors.snmp.usm.user import SecurityLevel, User


def test_the_level_follows_from_what_the_user_has() -> None:
    assert User("u").level is SecurityLevel.NO_AUTH_NO_PRIV
    assert User("u", Authentication.SHA1, "12345678").level is SecurityLevel.AUTH_NO_PRIV
    assert User("u", Authentication.SHA1, "12345678", Privacy.DES, "12345678").level is SecurityLevel.AUTH_PRIV


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("",), "username"),
        (("n" * 33,), "username"),
        (("u", Authentication.MD5, "1234567"), "auth_password"),
        (("u", Authentication.MD5, "12345678", Privacy.DES, "1234567"), "privacy_password"),
        (("u", Authentication.NONE, "", Privacy.DES, "12345678"), "privacy"),
    ],
)
def test_a_user_that_no_agent_could_have_is_refused(arguments: tuple[object, ...], field: str) -> None:
    with pytest.raises(UserError) as caught:
        User(*arguments)  # type: ignore[arg-type]
    assert caught.value.facts["field"] == field


def test_passwords_are_never_printed() -> None:
    user = User("u", Authentication.SHA1, "auth-secret", Privacy.DES, "priv-secret")
    shown = repr(Target("192.0.2.1", version=Version.V3, user=user))
    assert "secret" not in shown


def test_version_3_and_a_user_belong_together() -> None:
    with pytest.raises(UserError):
        Target("192.0.2.1", version=Version.V3)
    with pytest.raises(UserError):
        Target("192.0.2.1", user=User("u"))
