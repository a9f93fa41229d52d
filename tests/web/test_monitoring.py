"""Overview, devices, lines, ports, charts, search, maintenance: on a county in the tables."""

import re
import socket
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from collectors.history import HistoryWriter, Kind
from collectors.models import PollerStatus, SensorState
from collectors.survey.whereabouts import mac_of
from core.database import Database
from core.settings import PollingSettings, Settings
from inventory.models import Device, Line, Port
from inventory.pinyin import initials
from security.audit import AuditRecord
from security.roles import Role
from tests.web import county
from tests.web.conftest import Browser, StillClock, person

Browse = Callable[..., Browser]


@pytest.fixture
def sample(database: Database, clock: StillClock) -> Database:
    with database.write() as session:
        county.fill(session, clock.now())
    return database


@pytest.fixture
def admin(browse: Browse, sample: Database) -> Browser:
    return browse(person(Role.NETWORK_ADMIN))


def test_the_overview_names_root_causes_with_who_is_hit(admin: Browser) -> None:
    text = admin.get("/overview").text
    attention = text[text.index('id="attention"') : text.index('class="towns"')]
    assert "中心至白沙镇人民政府专线" in attention
    assert "一并失联：" in attention
    assert attention.count("JR-白沙镇人民政府") == 1, "the device behind the line is no problem of its own"
    assert "行政审批系统" in attention
    of_line, of_device = attention[attention.index("专线") :].split("JR-县民政局")
    assert "部分中断" in of_line, "the township's other device hangs on another line"
    assert re.search(r"</i>中断</span>\s+县民政局", of_device)
    assert "JR-县民政局" in attention
    assert "仍未恢复" in text[text.index("近期中断") :]


def test_critical_things_are_counted_in_the_title_and_the_icon(admin: Browser) -> None:
    text = admin.get("/devices").text
    assert re.search(r"<title>\[外网\] \(1\) ", text)
    assert "/favicon/1.svg" in text


def test_a_silent_poller_makes_every_page_red(admin: Browser, clock: StillClock) -> None:
    assert 'class="alarm"' not in admin.get("/about").text
    clock.pass_(minutes=2)
    for path in ("/overview", "/about", "/status"):
        assert "采集进程已 2 分钟没有心跳" in admin.get(path).text


def test_what_is_not_polled_freshly_is_not_called_normal(admin: Browser, sample: Database, clock: StillClock) -> None:
    clock.pass_(minutes=10)
    with sample.write() as session:
        session.get_one(PollerStatus, "poller").heartbeat = clock.now()
    rows = admin.get("/devices?state=up").text
    assert "没有符合条件的设备" in rows
    assert "数据过期" in admin.get("/devices?state=stale").text


def test_a_list_is_its_address(admin: Browser) -> None:
    text = admin.get("/devices?q=人民政府&role=aggregation_switch&sort=-name").text
    names = re.findall(r'title="(JR-[^"]+)" href="/devices', text)
    assert names
    assert names == sorted(names, reverse=True)
    assert all("人民政府" in name for name in names)
    assert 'value="人民政府"' in text
    assert "sort=name" in text


def test_a_second_page_keeps_the_filter(browse: Browse, database: Database, clock: StillClock) -> None:
    with database.write() as session:
        session.add_all(Device(name=f"SW-{n:03d}", role="access_switch", vendor="H3C") for n in range(120))
    browser = browse(person(Role.NETWORK_ADMIN))
    first = browser.get("/devices?vendor=H3C&sort=name").text
    link = re.search(r'rel="next" href="([^"]+)"', first)
    assert link
    second = browser.get(link[1].replace("&amp;", "&")).text
    assert "SW-050" in second
    assert "SW-049" not in second
    assert "第 51 至 100 条，共 120 条" in second
    assert "SW-119" in browser.get("/devices?sort=name&page=99").text


@pytest.mark.parametrize("query", ["sort=nothing", "state=nothing", "page=-3", "page=x", "sort=--name", "role=%01"])
def test_a_strange_address_is_no_error(admin: Browser, query: str) -> None:
    assert admin.get(f"/devices?{query}").status_code == 200
    assert admin.get(f"/lines?{query}").status_code == 200


def test_a_device_shows_ports_lines_and_why_its_poll_failed(admin: Browser, sample: Database) -> None:
    with sample.read() as session:
        number = session.scalars(select(Device.id).where(Device.name == "JR-白沙镇人民政府")).one()
    text = admin.get(f"/devices/{number}").text
    assert "专线中断" in text, "a port that a line ends at is an alarm when it is down"
    assert text.count("未连接") >= 1, "and one that nothing is plugged into is none"
    assert "snmp.timeout" in text
    assert "行政审批系统" in text, "which needs the line that ends here"


def test_a_part_that_has_a_state_shows_the_devices_word_for_it(admin: Browser, sample: Database) -> None:
    with sample.read() as session:
        number = session.scalars(select(SensorState.device_id).where(SensorState.word == "failed")).one()
    row = re.search("<tr>[^<]*<td>.{0,200}风扇 1.*?</tr>", admin.get(f"/devices/{number}").text, re.DOTALL)
    assert row
    assert "故障" in row[0]
    assert "紧急" in row[0]


def test_a_port_is_made_a_key_port_on_its_page(admin: Browser, sample: Database) -> None:
    with sample.read() as session:
        port = session.scalars(select(Port)).first()
        assert port
        where, key = f"/devices/{port.device_id}/ports/{port.id}", f"/devices/{port.device_id}/ports/{port.id}/key"
    assert "小时数据保留 13 个月" in admin.post(key, {"is_key": "yes"}, follow_redirects=True).text
    assert "取消重点端口" in admin.get(where).text
    assert admin.post(f"/devices/{port.device_id + 1}/ports/{port.id}/key", {"is_key": "no"}).status_code == 404
    assert admin.post(key, {"is_key": "perhaps"}).status_code == 400


def test_a_line_shows_its_outages_and_the_availability_that_follows(admin: Browser, sample: Database) -> None:
    with sample.read() as session:
        number = session.scalars(select(Line.id).where(Line.name == "中心至白沙镇人民政府专线")).one()
    text = admin.get(f"/lines/{number}").text
    assert "每 1 秒" in text
    assert "抖动 0.42" in admin.get(f"/lines/{number + 1}").text
    record = text[text.index('id="record"') :]
    assert "00:14:00" in record
    assert "99.675%" in record, "fourteen minutes of the three days for which it was watched"
    assert "该月未监控" in record
    assert "路径止于 10.30.8.1 之后" in record
    assert "无法继续" in record
    assert "仍未恢复" in record


def test_a_line_shows_its_traffic_without_the_highest_twentieth(
    admin: Browser, sample: Database, clock: StillClock
) -> None:
    with sample.read() as session:
        line = session.scalars(select(Line).where(Line.bandwidth_bps == 100_000_000)).first()
    assert line
    folder = admin.client.application.extensions["guanjin"].settings.storage.data / "history"
    writer = HistoryWriter(folder, keep_days=2, keep_bytes=10**9)
    for minute in range(120):
        used = 90_000_000 if minute < 5 else 40_000_000
        moment = (clock.now() - timedelta(minutes=120 - minute)).timestamp()
        writer.add(Kind.LINE, line.id, moment, [1, 0, 1, 1, 1, used, 1_000_000, used / 1_000_000])
    writer.flush(clock.now().timestamp())
    writer.close(clock.now().timestamp())
    text = admin.get(f"/lines/{line.id}").text
    today = text[text.index("95 百分位流量") :]
    assert "40 Mb/s" in today[: today.index("</tr>", today.index("今天"))]
    assert "按5 分钟平均" in today


def test_a_line_of_which_nothing_is_known_yet_has_a_page(admin: Browser, database: Database) -> None:
    with database.write() as session:
        line = Line(name="民宗局专线", carrier="own", kind="pon")
        session.add(line)
    text = admin.get(f"/lines/{line.id}").text
    assert "民宗局专线" in text
    assert "中位数 —" in text


def test_charts_get_numbers_with_gaps(admin: Browser, sample: Database, clock: StillClock) -> None:
    with sample.read() as session:
        port = session.scalars(select(Port).order_by(Port.id)).first()
    assert port
    folder = admin.client.application.extensions["guanjin"].settings.storage.data / "history"
    county.history(folder, {port.device_id: port.id}, clock.now(), hours=1)
    found = admin.get(f"/data/devices/{port.device_id}?hours=6").get_json()
    assert len(found["times"]) == 360
    assert found["values"]["cpu_percent"][0] is None
    assert 20 <= found["values"]["cpu_percent"][-30] <= 50
    assert max(value or 0 for value in admin.get(f"/data/ports/{port.id}").get_json()["values"]["in_bps"]) > 4e7


@pytest.mark.parametrize(("hours", "step"), [(1, 60), (6, 60), (24, 240), (168, 1800), (8760, 79200)])
def test_a_chart_over_a_week_or_a_year_has_means_and_peaks(
    admin: Browser, sample: Database, clock: StillClock, hours: int, step: int
) -> None:
    with sample.read() as session:
        port = session.scalars(select(Port).order_by(Port.id)).first()
    assert port
    folder = admin.client.application.extensions["guanjin"].settings.storage.data / "history"
    county.history(folder, {port.device_id: port.id}, clock.now())
    found = admin.get(f"/data/ports/{port.id}?hours={hours}").get_json()
    assert found["step"] == step
    assert abs(len(found["times"]) * step - hours * 3600) <= 2 * step
    rates = [rate for rate in found["values"]["in_bps"] if rate is not None]
    peaks = [rate for rate in found["peaks"]["in_bps"] if rate is not None]
    assert len(rates) == len(peaks) >= 1
    assert 4e7 <= max(rates) <= max(peaks) < 7e7
    assert step == 60 or max(rates) < max(peaks)


def test_a_unit_administrator_without_a_unit_sees_nothing(browse: Browse, sample: Database) -> None:
    browser = browse(person(Role.UNIT_ADMIN))
    assert "台账中还没有设备" in browser.get("/devices").text
    assert browser.get("/devices/1").status_code == 404


def test_a_device_shows_the_rack_that_it_stands_in(admin: Browser) -> None:
    assert "县政务中心 · A-03" in admin.get("/devices/1").text


def test_a_mark_is_put_on_and_taken_off_with_one_record_each(admin: Browser, sample: Database) -> None:
    answer = admin.post("/devices/1/mark", {"note": "更换电源", "hours": "8"})
    assert answer.headers["Location"] == "/devices/1"
    text = admin.get("/devices/1").text
    assert "已为 HX-核心交换机-01 挂牌。" in text
    assert "更换电源" in text
    assert "已为 HX-核心交换机-01 挂牌。" not in admin.get("/devices/1").text, "a notice is shown once"
    assert admin.post("/devices/1/unmark").status_code == 303
    with sample.read() as session:
        events = session.scalars(select(AuditRecord.event).order_by(AuditRecord.sequence)).all()
    assert list(events) == ["inventory:maintenance:mark", "inventory:maintenance:unmark"]


@pytest.mark.parametrize("form", [{"note": "", "hours": "8"}, {"note": "x", "hours": "9999"}, {"hours": "8"}])
def test_a_mark_needs_a_reason_and_an_end(admin: Browser, form: dict[str, object]) -> None:
    assert admin.post("/lines/1/mark", form).status_code == 400


def test_forgotten_marks_are_pointed_out(admin: Browser) -> None:
    assert "1 个超过三天" in admin.get("/overview").text


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("10.30.0.1/24", "/devices/1"),
        ("HX-核心交换机-01", "/devices/1"),
        ("00E0-FC12-0001", "/devices/1/ports/2"),
        ("00:e0:fc:12:00:01", "/devices/1/ports/2"),
        ("HYQL00000MSTP", "/lines/1"),
        ("10.8.0.1/30", "/devices/1/ports/2"),
    ],
)
def test_one_exact_hit_is_jumped_to(admin: Browser, words: str, where: str) -> None:
    assert admin.get("/search", query_string={"q": words}).headers["Location"] == where


@pytest.mark.parametrize("words", ["A4BB-6D00-0007", "a4:bb:6d:00:00:07", "172.20.1.7", "172.20.1.7/24"])
def test_whoever_is_plugged_in_somewhere_is_found_there(admin: Browser, words: str) -> None:
    where = admin.get("/search", query_string={"q": words}).headers["Location"]
    page = admin.get(where)
    assert "a4:bb:6d:00:00:07" in page.text
    assert "172.20.1.7" in page.text
    device = admin.get(where.partition("/ports")[0])
    assert "PS-0042" in device.text


def test_the_search_names_every_kind_and_leads_to_all_of_one(admin: Browser, sample: Database) -> None:
    with sample.write() as session:
        session.add_all(Device(name=f"政-{n:03d}", role="camera") for n in range(70))
    text = admin.get("/search?q=政").text
    headings = re.findall(r"<h2>(\S+) <span class=\"dim\">([0-9+]+)</span>", text)
    assert dict(headings)["设备"] == "60+"
    assert {"专线", "单位", "地点"} <= {kind for kind, _ in headings}
    assert 'href="/inventory/units/' in text
    assert text.count(">政-0") == 12
    link = re.search(r'href="(/search\?[^"]*kind=device)"', text)
    assert link
    assert admin.get(link[1].replace("&amp;", "&")).text.count(">政-0") == 70
    assert "没有找到" in admin.get("/search?q=政&kind=nonsense").text


def test_pinyin_initials_find_a_name(admin: Browser) -> None:
    assert "中心至县财政局专线" in admin.get("/search?q=xczj").text
    assert initials("县政务中心") == "xzwzx"
    assert initials("GE1/0/1 财政") == "ge101cz"


@pytest.mark.parametrize("text", ["00e0.fc12.3456", "00-E0-FC-12-34-56", "00e0fc123456", " 00e0:fc12:3456 "])
def test_every_notation_of_a_mac_address_is_one_address(text: str) -> None:
    assert mac_of(text) == "00:e0:fc:12:34:56"


@pytest.mark.parametrize("text", ["00e0fc12345", "00e0fc12345g", "", "中文"])
def test_what_is_no_mac_address_is_none(text: str) -> None:
    assert mac_of(text) is None


def test_times_are_those_of_the_site(admin: Browser, clock: StillClock) -> None:
    assert clock.now() + timedelta(hours=8)
    assert "2026-11-23 10:30:00" in admin.get("/status").text


def test_a_year_of_a_port_without_a_line_says_that_it_is_a_week(
    admin: Browser, sample: Database, settings: Settings, clock: StillClock
) -> None:
    with sample.read() as session:
        line = session.scalars(select(Line).where(Line.a_port_id.is_not(None))).first()
        assert line
        ends = [end for row in session.execute(select(Line.a_port_id, Line.b_port_id)) for end in row]
        other = session.scalars(select(Port.id).where(Port.id.not_in([end for end in ends if end]))).first()
    notes = {
        (port, hours): admin.get(f"/data/ports/{port}?hours={hours}").get_json()["note"]
        for port in (line.a_port_id, other)
        for hours in (168, 8760)
    }
    assert "专线所在端口" in notes.pop((other, 8760))
    assert set(notes.values()) == {""}


def test_while_prometheus_fails_charts_show_our_own_history_and_say_so(
    browse: Browse, sample: Database, clock: StillClock, settings: Settings
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        browser = browse(person(Role.NETWORK_ADMIN), polling=PollingSettings(prometheus_url=url))
        county.history(settings.storage.data / "history", {1: 1}, clock.now(), hours=1)
        answer = browser.get("/data/devices/1?hours=1")
    assert answer.status_code == 200
    assert any(answer.json["values"]["cpu_percent"])
    assert url.removeprefix("http://") in answer.json["note"]
    assert "本机" in answer.json["note"]
    assert browse(person(Role.NETWORK_ADMIN)).get("/data/devices/1").json["note"] == ""
