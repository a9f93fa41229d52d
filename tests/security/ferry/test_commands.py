"""`guanjin ferry` as it is typed: two installations set each other up, a transfer crosses, the receipt comes back."""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

import guanjin
from core.commandline import run
from core.database import Database, sqlite_url
from core.jobs import REGISTRY
from core.settings import load
from security.audit import Actor
from security.ferry import services
from security.ferry.site import open_ferry
from security.vault import Keyring, Realm
from tests.core.jobs.working import until, working
from tests.security.ferry.world import APPROVERS, PIN, Given

pytestmark = pytest.mark.slow


class Installation:
    def __init__(self, folder: Path, zone: str, medium: Path) -> None:
        self.folder = folder
        self.environ = {
            "GUANJIN_LANGUAGE": "en",
            "GUANJIN_STORAGE_DATA": str(folder),
            "GUANJIN_SITE_ZONE": zone,
            "GUANJIN_FERRY_MEDIA": str(medium),
        }
        self.run("init")

    def run(self, *arguments: str, code: int = 0, typed: str = "") -> str:
        """In this process: what a command prints, and the exit code that it must have."""
        printed, said = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed), redirect_stderr(said):
            patch.setattr(sys, "stdin", io.StringIO(typed))
            for name, value in self.environ.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as left:
                run(guanjin.cli, arguments)
        assert left.value.code == code, said.getvalue()
        return printed.getvalue().strip()

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json"))

    def ferry(self, *arguments: str, code: int = 0, typed: str = "") -> str:
        return self.run("ferry", *arguments, code=code, typed=typed)

    def work(self, condition: str, state: str) -> None:
        """A worker, until the newest transfer or bundle has come to a state."""
        settings = load(environ=self.environ)
        database = Database(sqlite_url(self.folder / "guanjin.db"))
        ferry = open_ferry(settings, keyring=Keyring.load(self.folder, [Realm.FERRY]))

        def arrived() -> bool:
            with database.read() as session:
                rows = services.find_transfers(session) if condition == "outgoing" else services.find_incoming(session)
                return [row.state for row in rows][:1] == [state]

        with working(database, REGISTRY, services=Given(ferry)):
            until(arrived, 30)
        database.close()

    def approve(self, uid: str, person: str) -> None:
        """In the console; there is no command for it."""
        settings = load(environ=self.environ)
        database = Database(sqlite_url(self.folder / "guanjin.db"))
        actor = Actor(person, "person")
        services.give_approval(database, open_ferry(settings), uid, pin=PIN, roles=[APPROVERS[person]], actor=actor)
        database.close()


def test_a_transfer_crosses_by_the_command_line(tmp_path: Path) -> None:
    medium = tmp_path / "disc"
    medium.mkdir()
    near = Installation(tmp_path / "near", "extranet", medium)
    far = Installation(tmp_path / "far", "intranet", medium)
    near.ferry("key", "show", code=2)
    for site, name in ((near, "外网中心"), (far, "内网中心")):
        site.ferry("init", name)
    far.ferry("init", "another", code=1)
    for person in ("zhang", "wang"):
        near.ferry("key", "approver", person, "--role", APPROVERS[person], "--pin-stdin", typed=f"{PIN}\n")
    for site, other, file in ((near, far, "near.card"), (far, near, "far.card")):
        fingerprint = site.ferry("key", "export", str(tmp_path / file))
        assert fingerprint == site.json("ferry", "key", "show")["fingerprint"]
        other.ferry("peer", "pin", str(tmp_path / file), "--fingerprint", fingerprint.replace("a", "b"), code=3)
        other.ferry("peer", "pin", str(tmp_path / file), typed="y\n")
    near.ferry("link", "add", "北线", "--to", "内网中心", "--carrier", "sftp", code=3)
    near.ferry("link", "add", "北线", "--to", "内网中心", "--ceiling", "秘密", code=3)
    near.ferry("link", "add", "北线", "--to", "内网中心")
    far.ferry("link", "add", "北线", "--from", "外网中心")
    assert near.json("ferry", "link", "list")[0]["ceiling"] == "内部"

    document = tmp_path / "台账.txt"
    document.write_text("专线台账\n", encoding="utf-8")
    options = ("--link", "北线", "--purpose", "报送", "--to", "信息中心")
    near.ferry("submit", str(document), *options, "--level", "机密", code=3)
    uid = near.ferry("submit", str(document), *options, "--level", "内部")
    near.work("outgoing", "review")
    for person in ("zhang", "wang"):
        near.approve(uid, person)
    near.work("outgoing", "handed_off")
    assert near.json("ferry", "show", uid)["sequence"] == 1

    [bundle] = medium.rglob("*.fry")
    assert far.json("ferry", "verify", str(bundle))["sender"] == "外网中心"
    spoiled = tmp_path / "spoiled.fry"
    spoiled.write_bytes(bundle.read_bytes()[:-1] + b"\0\0")
    far.ferry("verify", str(spoiled), code=4)
    [number] = far.json("ferry", "receive")["incoming"]
    assert far.json("ferry", "receive")["incoming"] == []
    far.work("incoming", "releasable")
    far.ferry("collect", str(number), str(tmp_path), code=3)
    code = far.ferry("release", str(number))
    assert code == far.json("ferry", "receipt", str(number))["code"]
    (tmp_path / "out").mkdir()
    far.ferry("collect", str(number), str(tmp_path / "out"))
    assert (tmp_path / "out" / "台账.txt").read_bytes() == document.read_bytes()
    near.ferry("receipt", uid, "AAAA-BBBB-CCCC", code=3)
    assert near.ferry("receipt", uid, code) == "closed"
    assert [row["state"] for row in near.json("ferry", "list")["outgoing"]] == ["closed"]
    assert far.json("ferry", "gaps") == []
    assert "北线" in far.ferry("list")
    assert "approvals: zhang" in far.ferry("show", str(number))
