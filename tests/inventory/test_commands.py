"""`guanjin inventory` as it is typed: its output, its exit codes, its two languages."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from core import schema
from core.commandline import Application, run
from core.database import Database, sqlite_url
from core.events import Event
from inventory import custom_fields
from inventory.commands import inventory
from inventory.custom_fields import Draft
from inventory.kinds import FieldFormat, ObjectKind
from inventory.models import Device, Port, Site
from security.audit import SYSTEM, AuditRecord
from tests.inventory.sheets import COUNTY, workbook

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def guanjin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command against a new installation; gives exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GUANJIN_LANGUAGE", "en")
    monkeypatch.setenv("GUANJIN_STORAGE_DATA", str(tmp_path))
    database = Database(sqlite_url(tmp_path / "guanjin.db"))
    schema.upgrade(database)
    database.close()
    (tmp_path / "county.xlsx").write_bytes(workbook(COUNTY).content)

    def typed(*arguments: str) -> tuple[int, str, str]:
        application = Application()
        monkeypatch.setitem(inventory.context_settings, "obj", application)
        with pytest.raises(SystemExit) as left:
            run(inventory, arguments)
        application.close()
        shown = capsys.readouterr()
        assert isinstance(left.value.code, int)
        return left.value.code, shown.out, shown.err

    return typed


def test_an_import_is_first_a_preview(guanjin: Run) -> None:
    code, out, err = guanjin("import", "county.xlsx")
    assert code == 0
    assert "device: new 2  changed 0  same 0" in out
    assert "hint: nothing was written yet" in err
    assert json.loads(guanjin("list", "devices", "--json")[1])["total"] == 0


def test_an_applied_import_is_there_and_can_be_listed_searched_and_shown(guanjin: Run) -> None:
    code, _, err = guanjin("import", "county.xlsx", "--apply")
    assert code == 0
    assert err.startswith("county.xlsx is imported\n")
    listed = json.loads(guanjin("list", "devices", "--search", "10.0.0.1/24", "--json")[1])
    assert [device["name"] for device in listed["items"]] == ["CORE-01"]
    assert "100M" in guanjin("list", "lines", "--sort", "-name")[1]
    (shown,) = json.loads(guanjin("show", "CORE-01", "--json")[1])
    assert shown["systems_hit"] == ["行政审批"]
    assert shown["role"] == "core_switch"
    assert "page 1 of 2, 2 rows" in guanjin("list", "units", "--size", "1")[2]


def test_show_speaks_the_readers_language(guanjin: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    guanjin("import", "county.xlsx", "--apply")
    monkeypatch.setenv("GUANJIN_LANGUAGE", "zh")
    for name, word in {"CORE-01": "核心交换机", "城关专线": "100M", "电子政务办": "王伟"}.items():
        code, out, _ = guanjin("show", name)
        assert code == 0
        assert word in out


@pytest.mark.parametrize(
    ("kind", "names", "also"),
    [
        ("regions", {"青岚县", "城关镇", "龙泉乡", "新华村"}, "430481100"),
        ("sites", {"行政中心", "新华村部"}, "人民路1号"),
        ("units", {"电子政务办", "城关镇人民政府"}, "政务办"),
        ("contacts", {"王伟"}, "13800138000"),
        ("rooms", {"中心机房"}, "3F"),
        ("racks", {"A01"}, "行政中心/中心机房"),
        ("devices", {"CORE-01", "SW-02"}, "core switch"),
        ("lines", {"城关专线", "城关备线"}, "100M"),
        ("systems", {"行政审批"}, "电子政务办"),
        ("vlans", {"政务办公"}, "10"),
        ("subnets", {"10.0.0.0/24"}, "政务办公"),
        ("addresses", {"10.0.0.1", "10.0.0.9"}, "kept free"),
    ],
)
def test_every_kind_is_listed_and_shown(guanjin: Run, kind: str, names: set[str], also: str) -> None:
    guanjin("import", "county.xlsx", "--apply")
    listed = json.loads(guanjin("list", kind, "--json")[1])["items"]
    assert {one["name"] for one in listed} == names
    assert also in guanjin("list", kind)[1]
    for name in names:
        shown = json.loads(guanjin("show", name, "--json")[1])
        assert {one["name"] for one in shown} == {name}
        assert guanjin("show", name)[0] == 0


def test_show_takes_a_path_and_tells_what_hangs_on_it(guanjin: Run) -> None:
    guanjin("import", "county.xlsx", "--apply")
    assert len(json.loads(guanjin("show", "中心机房", "--json")[1])) == 2
    (room,) = json.loads(guanjin("show", "行政中心/中心机房", "--json")[1])
    assert (room["object"], room["racks"], room["devices"]) == ("room", ["A01"], ["CORE-01"])
    assert "Racks" in guanjin("show", "行政中心/中心机房")[1]


def test_own_fields_are_listed_sorted_and_shown(guanjin: Run, tmp_path: Path) -> None:
    guanjin("import", "county.xlsx", "--apply")
    database = Database(sqlite_url(tmp_path / "guanjin.db"))
    with database.write() as session:
        custom_fields.add(session, ObjectKind.DEVICE, Draft("单价", FieldFormat.NUMBER), actor=SYSTEM)
        custom_fields.add(session, ObjectKind.SITE, Draft("产权", FieldFormat.TEXT), actor=SYSTEM)
        for name, price in (("CORE-01", "9"), ("SW-02", "10")):
            session.scalars(select(Device).where(Device.name == name)).one().custom = {"单价": price}
        session.scalars(select(Site).where(Site.name == "行政中心")).one().custom = {"产权": "自有"}
    database.close()
    listed = json.loads(guanjin("list", "devices", "--sort", "-custom.单价", "--json")[1])["items"]
    assert [(one["name"], one["custom"]) for one in listed] == [("SW-02", {"单价": "10"}), ("CORE-01", {"单价": "9"})]
    assert "自有" in guanjin("show", "行政中心")[1]


def test_find_looks_everywhere(guanjin: Run) -> None:
    guanjin("import", "county.xlsx", "--apply")
    hits = json.loads(guanjin("find", "10.0.0.0/24", "--json")[1])
    assert {(one["kind"], one["name"], one["exact"]) for one in hits} >= {
        ("subnet", "10.0.0.0/24", True), ("device", "SW-02", False), ("address", "10.0.0.9", False),
    }  # fmt: skip
    assert "王伟" in guanjin("find", "13800138000")[1]
    code, _, err = guanjin("find", "nowhere")
    assert (code, "[inventory.nothing_named]" in err) == (2, True)


def test_a_wrong_cell_fails_the_import_and_changes_nothing(guanjin: Run, tmp_path: Path) -> None:
    rows = [["名称", "角色"], ["SW-1", "烤面包机"]]
    (tmp_path / "wrong.xlsx").write_bytes(workbook({"设备": rows}).content)
    for arguments in (["wrong.xlsx"], ["wrong.xlsx", "--apply"]):
        code, out, err = guanjin("import", *arguments)
        assert code == 1
        assert out.startswith("设备!B2: 烤面包机 - expected: one of 核心交换机、")
        assert "[inventory.ledger_wrong]" in err
    shown = json.loads(guanjin("import", "wrong.xlsx", "--apply", "--json")[1])
    assert (shown["applied"], shown["wrong"][0]["cell"]) == (False, "设备!B2")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["import", "gone.xlsx"], 2, "inventory.ledger_missing"),
        (["show", "gone"], 2, "inventory.nothing_named"),
        (["list", "devices", "--sort", "colour"], 2, "it can be sorted by: name, role"),
        (["list", "toasters"], 2, "toasters"),
    ],
)
def test_what_cannot_be_done_says_why(guanjin: Run, arguments: list[str], code: int, said: str) -> None:
    left, out, err = guanjin(*arguments)
    assert (left, out) == (code, "")
    assert said in err


def test_a_port_is_made_a_key_port_however_its_name_is_spelt_and_the_log_says_by_whom(guanjin: Run) -> None:
    guanjin("import", "county.xlsx", "--apply")
    ports = json.loads(guanjin("show", "CORE-01", "--json")[1])[0]["ports"]
    assert guanjin("key-port", "CORE-01", ports[0].lower()) == (0, "", f"CORE-01 {ports[0]} is a key port\n")
    assert _keys() == ([ports[0]], 1)
    guanjin("key-port", "CORE-01", ports[0])
    assert _keys() == ([ports[0]], 1), "what is already so is not recorded again"
    guanjin("key-port", "CORE-01", ports[0], "--off")
    assert _keys() == ([], 2)
    code, _, err = guanjin("key-port", "CORE-01", "GE9/9/9")
    assert (code, "the device CORE-01 has no port GE9/9/9" in err) == (2, True)


def test_a_link_is_stated_shown_and_withdrawn_by_one_of_its_ports(guanjin: Run) -> None:
    guanjin("import", "county.xlsx", "--apply")
    devices = {one["name"]: one["ports"] for one in json.loads(guanjin("show", "CORE-01", "--json")[1])}
    port = devices["CORE-01"][0]
    other = next(
        one["name"] for one in json.loads(guanjin("list", "devices", "--json")[1])["items"] if one["name"] != "CORE-01"
    )
    far = next(iter(json.loads(guanjin("show", other, "--json")[1])[0]["ports"]), "eth0")
    assert guanjin("link", "add", "CORE-01", port.lower(), other, far, "--note", "现场核对")[0] == 0
    (link,) = json.loads(guanjin("links", "--json")[1])
    assert (link["evidence"], link["standing"], link["note"]) == (["stated"], "unconfirmed", "现场核对")
    code, _, err = guanjin("link", "add", "CORE-01", port, other, far)
    assert (code, "inventory.link_taken" in err) == (1, True)
    assert guanjin("link", "remove", other, far)[0] == 0
    assert json.loads(guanjin("links", "--json")[1]) == []
    assert guanjin("link", "remove", other, far)[0] == 2


def _keys() -> tuple[list[str], int]:
    database = Application().database
    with database.read() as session:
        ports = session.scalars(select(Port.name).where(Port.is_key)).all()
        records = session.scalars(select(AuditRecord).where(AuditRecord.event == Event.PORT_CHANGED)).all()
    database.close()
    return list(ports), len(records)


def test_an_import_is_listed_as_a_change_and_undone(guanjin: Run) -> None:
    assert "undo 1" in guanjin("import", "county.xlsx", "--apply")[2]
    (change,) = json.loads(guanjin("changes", "--json")[1])["items"]
    assert (change["id"], change["origin"], change["subject"], change["undone_by"]) == (
        1,
        "ledger",
        "county.xlsx",
        None,
    )
    assert "change set 1 is undone; that is change set 2" in guanjin("undo", "1")[2]
    assert json.loads(guanjin("list", "devices", "--json")[1])["total"] == 0
    assert "county.xlsx" in guanjin("changes")[1]
    code, _, err = guanjin("undo", "1")
    assert (code, "inventory.undone" in err) == (1, True)


SAMPLES = Path(__file__).parent / "foreign" / "samples"


def test_another_system_is_recognised_previewed_and_brought_in(guanjin: Run) -> None:
    code, out, err = guanjin("import", str(SAMPLES / "netbox4"))
    assert (code, "device: new 3  changed 0  same 0" in out) == (0, True)
    assert "devices.json: left out, because nothing here holds it: config_context (1)" in out
    assert "nothing was written yet" in err
    assert guanjin("import", str(SAMPLES / "netbox4"), "--apply")[0] == 0
    assert json.loads(guanjin("list", "devices", "--json")[1])["total"] == 3


def test_what_is_unknown_is_asked_for_and_told(guanjin: Run) -> None:
    files = [str(SAMPLES / "rancid" / "router.db")]
    code, out, _ = guanjin("import", "--from", "rancid", *files, "--json")
    assert code == 1
    assert [one["cell"] for one in json.loads(out)["wrong"]] == ["router.db:2", "router.db:3", "router.db:4"]
    (unclear,) = json.loads(out)["unclear"]
    assert (unclear["topic"], unclear["word"]) == ("role", "*")
    assert "access_switch" in unclear["meanings"]
    code, out, _ = guanjin(
        "import", "--from", "rancid", *files, "--word", "role:*=路由器", "--kind", "device", "--apply"
    )
    assert (code, "device: new 3" in out) == (0, True)


def test_what_an_import_was_told_of_words_holds_for_the_next_one_unless_it_begins_anew(guanjin: Run) -> None:
    files = ("import", str(SAMPLES / "librenms" / "devices.json"))
    assert guanjin(*files, "--word", "role:network=router")[0] == 0
    assert guanjin(*files)[0] == 1, "a preview remembers nothing"
    assert guanjin(*files, "--word", "role:network=router", "--apply")[0] == 0
    code, out, err = guanjin(*files)
    assert (code, "device: new 0  changed 0" in out) == (0, True)
    assert "said with an earlier import, and left out by --anew: 'role:network=router'" in err
    code, out, err = guanjin(*files, "--word", "role:network=firewall")
    assert (code, "device: new 0  changed 0" in out, "earlier import" in err) == (0, False, False)
    code, _, err = guanjin(*files, "--anew")
    assert (code, "earlier import" in err) == (1, False)


def test_what_is_said_of_all_other_words_holds_for_one_import(guanjin: Run) -> None:
    files = ("import", "--from", "rancid", str(SAMPLES / "rancid" / "router.db"), "--kind", "device")
    assert guanjin(*files, "--word", "role:*=router", "--apply")[0] == 0
    code, out, err = guanjin(*files)
    assert (code, "device: new 0  changed 0  same 3" in out, "earlier import" in err) == (0, True, False)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["import", str(SAMPLES / "oxidized" / "router.db")], "inventory.foreign_unclear"),
        (["import", "--from", "netbox", str(SAMPLES / "rancid")], "inventory.foreign_empty"),
        (["import", "county.xlsx", "--word", "role:a=router"], "inventory.foreign_word_for_ledger"),
        (["import", str(SAMPLES / "rancid"), "--word", "a=b"], "inventory.foreign_word"),
        (["import", "gone.json"], "inventory.foreign_missing"),
    ],
)
def test_files_that_cannot_be_brought_in_say_why(guanjin: Run, arguments: list[str], said: str) -> None:
    code, out, err = guanjin(*arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_the_inventory_is_handed_to_another_program(guanjin: Run, tmp_path: Path) -> None:
    guanjin("import", "county.xlsx", "--apply")
    code, _, err = guanjin("hand-over", "--to", "nornir", "given")
    assert (code, err.splitlines()[0]) == (0, "given/hosts.yaml is written")
    assert {path.name for path in (tmp_path / "given").iterdir()} == {"hosts.yaml", "groups.yaml", "defaults.yaml"}
    assert "inventory.handover_folder" in guanjin("hand-over", "--to", "ansible", "/proc/nowhere")[2]


def test_who_is_hit_and_which_links_there_are_is_told_as_text_and_json(guanjin: Run) -> None:
    guanjin("import", "county.xlsx", "--apply")
    hit = json.loads(guanjin("impact", "CORE-01", "--json")[1])
    assert {one["effect"] for one in hit} <= {"cut_off", "partly_cut_off", "less_redundant", "unknown"}
    assert hit
    assert hit[0]["name"] in guanjin("impact", "CORE-01")[1]
    assert json.loads(guanjin("links", "--device", "CORE-01", "--json")[1]) == []
    assert guanjin("impact", "NOBODY")[0] != 0
    assert guanjin("impact", "CORE-01", "--port", "GE9/9/9")[0] != 0
