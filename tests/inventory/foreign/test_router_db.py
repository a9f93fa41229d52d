"""Oxidized's and RANCID's router.db: no column is taken for another one, and no password is shown."""

import pytest

from inventory.foreign.errors import DelimiterError, ForeignDamagedError
from inventory.kinds import DeviceRole, ForeignSystem, ObjectKind
from tests.inventory.foreign.bringing import previewed, sample, values, written, wrong

CONFIG = "source:\n  default: csv\n  csv:\n    delimiter: {delimiter}\n    map: {{name: 0, model: 1, group: 2}}\n"


def test_the_configuration_says_which_column_is_what() -> None:
    devices = values(sample("oxidized", "role:*=firewall"), ObjectKind.DEVICE)
    assert devices["QL-CORE-01"] == {
        "name": "QL-CORE-01",
        "address": "10.30.0.1",
        "platform": "huawei_vrp",
        "ssh_port": 2222,
        "role": DeviceRole.CORE_SWITCH,
        "tags": ("core",),
    }
    assert devices["QL-CG-SW-01"]["platform"] == "h3c_comware"
    assert devices["ql-fw.qinglan.example"]["role"] is DeviceRole.FIREWALL


def test_passwords_of_lines_and_configuration_are_counted_and_not_shown() -> None:
    for language in ("en", "zh"):
        shown = "\n".join(previewed(sample("oxidized"), language))
        assert "s3cret" not in shown
    assert "router.db：7 个凭据未导入" in shown
    assert "config：4 个凭据未导入" in shown


def test_without_a_role_the_preview_says_how_to_give_one() -> None:
    lines = previewed(sample("oxidized"))
    assert any("no role" in line and "QL-CG-SW-01" in line for line in lines)
    assert any(
        line.startswith("--word 'role:*=...' says it for every device that has none: core_switch") for line in lines
    )
    assert lines[-1] == "wrong: 2"


def test_without_a_configuration_it_is_name_and_model_as_oxidized_has_it() -> None:
    reading = written(ForeignSystem.OXIDIZED, {"router.db": "10.0.0.1:vrp\n\n# x:y\n  # z:y\nsw-2:procurve\n"})
    devices = values(reading, ObjectKind.DEVICE)
    assert {name: row["platform"] for name, row in devices.items()} == {"10.0.0.1": "huawei_vrp", "sw-2": "procurve"}


@pytest.mark.parametrize("line", ["sw-1;vrp;admin;hunter2", "sw-1:hunter2:vrp", "sw-1,hunter2", "sw 1 hunter2:vrp"])
def test_a_column_that_may_be_a_password_is_never_shown_nor_taken(line: str) -> None:
    reading = written(ForeignSystem.OXIDIZED, {"router.db": line})
    assert wrong(reading) == [("router.db:1", "")]
    assert "hunter2" not in "\n".join(previewed(reading))


def test_columns_without_a_name_count_as_credentials() -> None:
    reading = written(ForeignSystem.OXIDIZED, {"router.db": "10.0.0.1:vrp:admin:hunter2"})
    assert any(line.startswith("router.db: 2 credentials were left out") for line in previewed(reading))


@pytest.mark.parametrize(
    ("written_as", "used"), [("/:/", ":"), ('"|"', "|"), (r"!ruby/regexp /\|/", "|"), ('"\\t"', "\t")]
)
def test_a_delimiter_is_one_character_plain_or_as_rubys_regexp(written_as: str, used: str) -> None:
    files = {"config": CONFIG.format(delimiter=written_as), "router.db": used.join(["sw-1", "vrp", "access"])}
    assert values(written(ForeignSystem.OXIDIZED, files), ObjectKind.DEVICE)["sw-1"]["role"] is DeviceRole.ACCESS_SWITCH


def test_a_pattern_is_not_run_over_the_file() -> None:
    files = {"config": CONFIG.format(delimiter="!ruby/regexp /(a+)+$/"), "router.db": "a" * 100}
    with pytest.raises(DelimiterError):
        written(ForeignSystem.OXIDIZED, files)


def test_an_encrypted_list_is_refused_by_name() -> None:
    with pytest.raises(ForeignDamagedError):
        written(ForeignSystem.OXIDIZED, {"router.db": "-----BEGIN PGP MESSAGE-----\nabc\n"})


def test_rancids_devices_are_taken_and_those_that_are_down_are_told_of() -> None:
    reading = sample("rancid", "role:*=router")
    devices = values(reading, ObjectKind.DEVICE)
    assert devices["10.30.0.1"]["platform"] == "huawei_vrp"
    assert devices["ql-br.qinglan.example"]["notes"] == "到市里的边界"
    assert "1 devices are marked down and were left out: 10.30.7.1" in previewed(reading)


def test_rancids_old_form_has_colons() -> None:
    reading = written(ForeignSystem.RANCID, {"router.db": "sw-1:huawei:up\nsw-2:h3c:up:note: x\n"})
    assert values(reading, ObjectKind.DEVICE)["sw-2"]["notes"] == "note: x"


@pytest.mark.parametrize("line", ["sw-1;huawei", "sw-1;huawei;hunter2", "sw-1 hunter2;huawei;up", "sw-1;hunter 2;up"])
def test_a_line_that_is_none_of_rancids_is_named_and_not_shown(line: str) -> None:
    reading = written(ForeignSystem.RANCID, {"router.db": f"# head\n{line}\n"})
    assert wrong(reading) == [("router.db:2", "")]
    assert "hunter" not in "\n".join(previewed(reading))
