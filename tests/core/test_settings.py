from pathlib import Path

import pytest

from core import settings
from core.settings import SettingError, SettingsFileError, Zone, load


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "guanjin.toml"


def test_nothing_has_to_be_set() -> None:
    assert load(environ={}).web.listen_host == "127.0.0.1"


def test_the_environment_wins_over_the_file(file: Path) -> None:
    file.write_text('[site]\nzone = "intranet"\nname = "甲县"\n', encoding="utf-8")
    found = load(file, {"GUANJIN_SITE_NAME": "乙县"})
    assert (found.site.zone, found.site.name) == (Zone.INTRANET, "乙县")


@pytest.mark.parametrize(
    ("text", "environ", "words"),
    [
        ('[site]\nzone = "internet"', {}, ["site.zone", "internet", "extranet", "intranet"]),
        ("[web]\nlisten_prt = 1", {}, ["web.listen_prt", "listen_port"]),
        ("[wbe]\nx = 1", {}, ["wbe", "web"]),
        ("", {"GUANJIN_WEB_LISTEN_PORT": "99999"}, ["web.listen_port", "99999", "GUANJIN_WEB_LISTEN_PORT", "65535"]),
        ("", {"GUANJIN_WEB_LISTENPORT": "1"}, ["GUANJIN_WEB_LISTENPORT", "GUANJIN_WEB_LISTEN_PORT"]),
        ("[security]\naudit_days = 30", {}, ["security.audit_days", "30", "180"]),
        ("[polling]\nprometheus_url = 'ftp://a'", {}, ["polling.prometheus_url", "ftp://a", "http://host:port"]),
        ("[polling]\nprometheus_url = 'http://u:p@a'", {}, ["polling.prometheus_url", "without a user name"]),
        ("[polling]\nprometheus_url = 'http://a:x/'", {}, ["polling.prometheus_url"]),
        ("[directory]\noidc_issuer = 'http://id.example'", {}, ["directory.oidc_issuer", "this machine only"]),
    ],
)
def test_a_wrong_setting_is_named_with_its_value_and_what_is_allowed(
    file: Path, text: str, environ: dict[str, str], words: list[str]
) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingError) as caught:
        load(file, environ)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("content", [b"[site\n", b"\xff\xfe", None])
def test_an_unreadable_file_is_named(file: Path, content: bytes | None) -> None:
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsFileError) as caught:
        load(file, {})
    assert str(file) in str(caught.value)


def test_every_setting_has_a_help_text() -> None:
    for section, kind in settings.sections():
        for name, field in kind.model_fields.items():
            assert field.description, f"{section}.{name}"
