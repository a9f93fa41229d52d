"""Machine rooms in the console: racks, rounds, findings, the entry register, and whose they are."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.database import Database
from inventory.models import Checklist, Finding, Room, Round, Site, Visit
from security.reach import Reach
from security.roles import Role
from tests.web import county
from tests.web.conftest import Browser, StillClock, person

Browse = Callable[..., Browser]
ROUND = "/rooms/1/rounds/new?checklist=1"
PATHS = ("/rooms/1", "/rooms/1/rounds/1", "/rooms/1/visits")


@pytest.fixture
def sample(database: Database, clock: StillClock) -> Database:
    with database.write() as session:
        county.fill(session, clock.now())
        session.add(Room(name="别处机房", site=Site(name="石塘镇机房楼")))
    return database


@pytest.fixture
def operator(browse: Browse, sample: Database) -> Browser:
    return browse(person(Role.OPERATOR))


def test_a_rack_shows_what_stands_in_it_from_the_top(operator: Browser) -> None:
    text = operator.get("/rooms/1").text
    rack = text.partition('class="card rack"')[2].partition("</section>")[0]
    assert rack.count('<th scope="row">') == 42
    assert rack.index('<th scope="row">42') < rack.index('<th scope="row">29') < rack.index("HX-核心交换机-01")
    assert 'rowspan="10" class="ok"' in rack
    assert "FW-出口防火墙-01" in rack.partition("<footer>")[2], "its position is not known"


def test_the_list_says_what_is_due_late_and_inside(operator: Browser) -> None:
    text = operator.get("/rooms").text
    assert "今天应做" in text
    assert "1 项中 1 项逾期" in text
    assert "王工" in text


def test_a_fault_that_is_late_says_so_with_its_round(operator: Browser) -> None:
    assert "逾期" in operator.get("/rooms/1/rounds/1").text


def test_a_round_is_recorded_and_its_faults_are_followed_up(operator: Browser, sample: Database) -> None:
    form = {"verdict-0": "wrong", "note-0": "锁坏", "value-1": "22", "due_on": "2026-12-01", "remarks": "雨天"}
    assert operator.post(ROUND, form).status_code == 303
    page = operator.get("/rooms/1/rounds/2").text
    assert all(word in page for word in ("锁坏", "22", "雨天", "2026-12-01"))
    assert operator.post("/rooms/1/findings/2/close", {"remedy": "换锁"}).status_code == 303
    assert "换锁" in operator.get("/rooms/1/rounds/2").text
    with sample.read() as session:
        assert session.scalars(select(Finding.item).where(Finding.closed_at.is_(None))).all() == ["温度"]


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        ({"value-1": "22", "due_on": "2026-12-01"}, "门锁完好：请选择一个结果"),
        ({"verdict-0": "good", "value-1": "热", "due_on": "2026-12-01"}, "温度：请填数字"),
        ({"verdict-0": "good", "value-1": "31", "due_on": "2026-11-01"}, "整改期限不能是 2026-11-01"),
        ({"verdict-0": "good", "value-1": "22", "due_on": "soon"}, "请填写日期"),
        ({"verdict-0": "good", "value-1": "22"}, "未填写期限"),
    ],
)
def test_a_form_that_cannot_be_recorded_comes_back_filled_in(
    operator: Browser, sample: Database, form: dict[str, object], complaint: str
) -> None:
    answer = operator.post(ROUND, {**form, "remarks": "写了很多"})
    assert 400 <= answer.status_code < 500
    assert complaint in answer.text
    assert "写了很多" in answer.text
    with sample.read() as session:
        assert len(session.scalars(select(Round)).all()) == 1


def test_a_visitor_comes_and_leaves(operator: Browser, sample: Database) -> None:
    form = {
        "name": "李工",
        "organisation": "电信",
        "purpose": "割接",
        "escort": "张伟",
        "entered_at": "2026-11-23T10:00",
    }
    assert operator.post("/rooms/1/visits", form).status_code == 303
    late = operator.post("/rooms/1/visits", {**form, "entered_at": "2026-11-24T10:00", "name": "赵工"})
    assert late.status_code == 400
    assert "赵工" in late.text, "what was typed is not lost"
    leaving = operator.post("/rooms/1/visits/2/leave", {"left_at": "2026-11-23T10:20", "taken": "光模块"})
    assert leaving.status_code == 303
    with sample.read() as session:
        visit = session.get_one(Visit, 2)
        assert (visit.seen_out_by, visit.taken, visit.left_at and visit.left_at.hour) == ("zhangwei", "光模块", 2)


def test_whoever_is_not_written_out_yet_keeps_nobody_at_the_door(operator: Browser) -> None:
    refused = operator.post("/rooms/1/visits/1/leave", {"left_at": "2020-01-01T08:00", "taken": "旧硬盘"})
    assert refused.status_code == 400
    assert "旧硬盘" in refused.text
    entering = refused.text.partition('<form class="pad form wide"')[2].partition(">")[0]
    assert 'action="/rooms/1/visits"' in entering, "the next one who comes is sent to the register"


def test_an_acceptance_is_offered_by_its_own_name(browse: Browse, sample: Database) -> None:
    manager = browse(person(Role.NETWORK_ADMIN))
    assert "开始验收" not in manager.get("/rooms/1").text
    form = {"name": "竣工验收", "purpose": "acceptance", "items": "接地合格", "room": "1"}
    assert manager.post("/checklists/new", form).status_code == 303
    row = next(row for row in manager.get("/rooms/1").text.split("<tr>") if ">竣工验收 <" in row)
    assert "开始验收" in row
    assert "开始巡检" not in row


def test_who_only_looks_finds_no_form(browse: Browse, sample: Database) -> None:
    looking = browse(person(Role.SECURITY_OFFICER))
    for path in PATHS:
        answer = looking.get(path)
        assert answer.status_code == 200
        assert 'method="post"' not in answer.text.partition("<main")[2]


def test_whoever_sees_a_site_sees_its_rooms_and_no_others(browse: Browse, sample: Database) -> None:
    with sample.read() as session:
        here, elsewhere = session.scalars(select(Room.site_id).order_by(Room.id)).all()
    own = browse(person(Role.OPERATOR, limits={Role.OPERATOR: Reach.to(sites=[here])}))
    assert [own.get(path).status_code for path in PATHS] == [200, 200, 200]
    assert own.post("/rooms/1/findings/1/close", {"remedy": "x"}).status_code == 303
    assert "别处机房" not in own.get("/rooms").text
    for reach in (Reach.to(sites=[elsewhere]), Reach.to(units=[1])):
        other = browse(person(Role.OPERATOR, limits={Role.OPERATOR: reach}))
        assert "中心机房" not in other.get("/rooms").text
        assert [other.get(path).status_code for path in (*PATHS, ROUND)] == [404] * 4
        for path in (ROUND, "/rooms/1/findings/1/close", "/rooms/1/visits", "/rooms/1/visits/1/leave"):
            form = {
                "remedy": "x",
                "left_at": "2026-11-23T10:00",
                "due_on": "2026-12-01",
                "entered_at": "2026-11-23T10:00",
            }
            form |= dict.fromkeys(("name", "organisation", "purpose", "escort"), "x")
            assert other.post(path, form).status_code == 404, path


def test_a_round_of_one_room_is_not_read_under_another(operator: Browser) -> None:
    assert operator.get("/rooms/2/rounds/1").status_code == 404
    assert operator.get("/rooms/2/rounds/new?checklist=1").status_code == 404
    assert operator.get("/rooms/1/rounds/new?checklist=x").status_code == 404


def test_a_checklist_begins_with_what_is_usual_and_is_kept_as_typed(browse: Browse, sample: Database) -> None:
    manager = browse(person(Role.NETWORK_ADMIN))
    assert "冷通道温度 [18-27 ℃]" in manager.get("/checklists/new?purpose=round").text
    assert "验收意见：" in manager.get("/checklists/new?purpose=acceptance").text
    wrong = {"name": "月检", "purpose": "round", "items": "温度 [27-18]", "every_days": "30", "room": "1"}
    refused = manager.post("/checklists/new", wrong)
    assert refused.status_code == 400
    assert "温度 [27-18]" in refused.text
    assert manager.post("/checklists/new", {**wrong, "every_days": "每月"}).status_code == 400
    assert manager.post("/checklists/new", {**wrong, "items": "温度 [18-27]"}).status_code == 303
    with sample.read() as session:
        made = session.get_one(Checklist, 2)
        assert (made.every_days, [room.id for room in made.rooms]) == (30, [1])


@pytest.mark.parametrize(("days", "zh", "en"), [(1, "每 1 天", "every day"), (7, "每 7 天", "every 7 days")])
def test_a_number_of_one_reads_as_one(browse: Browse, sample: Database, days: int, zh: str, en: str) -> None:
    with sample.write() as session:
        session.get_one(Checklist, 1).every_days = days
    manager = browse(person(Role.NETWORK_ADMIN))
    assert f"<td>{zh}</td>" in manager.get("/checklists").text
    manager.client.set_cookie("guanjin_language", "en")
    assert f"<td>{en}</td>" in manager.get("/checklists").text
