"""Files as people and attackers hand them in: bounded, plain, and refused by name."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from inventory.foreign import documents, errors, gathering, yaml_files
from inventory.foreign.documents import json_of, table_of
from inventory.foreign.gathering import Source, gather
from inventory.foreign.systems import certain, foreign_files
from inventory.foreign.words import joined, vocabulary
from inventory.foreign.yaml_files import yaml_of
from inventory.kinds import ForeignSystem
from tests.inventory.foreign.bringing import SAMPLES

BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


def plain(text: str) -> object:
    return yaml_of(Source("hosts.yaml", text.encode())).value


def test_yaml_is_text_lists_and_mappings_with_the_line_of_each_name() -> None:
    found = yaml_of(Source("hosts.yaml", b"a: {port: 0x16, on: no, at: 12:30, none: ~, 7: '~'}\nb:\n- 1e3\n"))
    assert found.value == {"a": {"port": "0x16", "on": "no", "at": "12:30", "none": None, "7": "~"}, "b": ["1e3"]}
    assert found.lines == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("text", "error", "line"),
    [
        (BOMB, errors.ForeignAliasError, 2),
        ("a: 1\nb: 2\na: 3\n", errors.ForeignRepeatedError, 3),
        ("a: !!python/object/apply:os.system [id]\n", errors.ForeignTypeError, 1),
        ("a: 1\n? [b]\n: 2\n", errors.ForeignTypeError, 2),
    ],
)
def test_yaml_that_could_be_more_than_it_looks_is_refused(
    text: str, error: type[errors.ForeignError], line: int
) -> None:
    with pytest.raises(error) as caught:
        plain(text)
    assert (caught.value.file, caught.value.line) == ("hosts.yaml", line)


@pytest.mark.parametrize("text", ["[" * 5000, "a: [1\n", "a: 1\n---\nb: 2\n", "\tx: y", "a: b: c", "%YAML 9\n"])
def test_damaged_yaml_is_refused_without_quoting_it(text: str) -> None:
    with pytest.raises(errors.ForeignDamagedError) as caught:
        plain(f"password: hunter2\n{text}")
    assert "hunter2" not in caught.value.render()


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a": 1', '{"a": NaN}', "1" * 5000, '"\xff"'.encode("latin-1")])
def test_damaged_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(errors.ForeignDamagedError):
        json_of(Source("x.json", text if isinstance(text, bytes) else text.encode()))


def test_json_that_says_a_name_twice_is_refused() -> None:
    with pytest.raises(errors.ForeignRepeatedError):
        json_of(Source("x.json", b'{"name": "a", "name": "b"}'))


def test_a_folder_and_a_zip_of_it_are_the_same(tmp_path: Path) -> None:
    packed = tmp_path / "export.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted((SAMPLES / "netbox4").iterdir()):
            archive.write(path, f"export/{path.name}")
    folder, whole = gather([SAMPLES / "netbox4"]), gather([packed])
    assert (whole.files, whole.digest) == (folder.files, folder.digest)
    assert gather([SAMPLES / "librenms/devices.json"]).digest != folder.digest


def test_what_is_too_much_is_refused_before_it_is_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("devices.json", b" " * (65 * 1024 * 1024))
    (tmp_path / "bomb.zip").write_bytes(buffer.getvalue())
    with pytest.raises(errors.ForeignTooLargeError):
        gather([tmp_path / "bomb.zip"])
    monkeypatch.setattr(gathering, "MOST_BYTES", 10)
    with pytest.raises(errors.ForeignTooLargeError):
        gather([SAMPLES / "rancid"])
    monkeypatch.setattr(gathering, "MOST_FILES", 3)
    monkeypatch.setattr(gathering, "MOST_BYTES", 10**6)
    with pytest.raises(errors.ForeignTooManyError):
        gather([SAMPLES / "netbox4"])


def test_too_many_records_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MOST_RECORDS", 2)
    monkeypatch.setattr(yaml_files, "MOST_VALUES", 2)
    with pytest.raises(errors.ForeignTooManyError):
        table_of(Source("x.csv", b"a\n1\n2\n3\n"))
    with pytest.raises(errors.ForeignTooManyError):
        plain("[1, 2, 3]")


@pytest.mark.parametrize("content", [b"PK\x03\x04broken", b"PK\x03\x04"])
def test_a_broken_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(errors.ForeignDamagedError):
        gather([tmp_path / "x.zip"])


@pytest.mark.parametrize(
    ("name", "system"),
    [
        ("netbox4", ForeignSystem.NETBOX),
        ("netbox3", ForeignSystem.NETBOX),
        ("librenms/devices.json", ForeignSystem.LIBRENMS),
        ("librenms/devices.csv", ForeignSystem.LIBRENMS),
        ("oxidized", ForeignSystem.OXIDIZED),
        ("rancid", ForeignSystem.RANCID),
        ("nornir", ForeignSystem.NORNIR),
        ("oxidized/router.db", None),
    ],
)
def test_a_system_is_known_by_its_files_where_that_is_certain(name: str, system: ForeignSystem | None) -> None:
    assert certain(gather([SAMPLES / name])) is system


def test_a_ledger_is_left_to_the_ledger_and_the_rest_is_asked_for(tmp_path: Path) -> None:
    for name in ("ledger.xlsx", "ledger.csv"):
        (tmp_path / name).write_bytes("名称,角色\n".encode())
        assert foreign_files([tmp_path / name]) is None
    (tmp_path / "router.db").write_text("sw-1:vrp\n")
    with pytest.raises(errors.ForeignUnclearError):
        foreign_files([tmp_path / "router.db"])
    with pytest.raises(errors.ForeignMissingError):
        foreign_files([tmp_path / "gone.json"])


def test_what_is_told_now_stands_in_place_of_what_was_said_of_the_same_word() -> None:
    before, told = ["role:Leaf=router", "role:*=firewall", "carrier:gd=广电"], ["role:leaf=access_switch"]
    assert joined(before, told) == ["role:leaf=access_switch", "role:*=firewall", "carrier:gd=broadnet"]


@pytest.mark.parametrize("text", ["role", "role:x", "colour:x=y", "role:x=toaster", "role:=router", "platform:x=!"])
def test_a_word_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(errors.WordError):
        vocabulary([text])
