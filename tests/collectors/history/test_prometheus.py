"""Charts from a real Prometheus, with a past that the test wrote; and from things that are none."""

import http.server
import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collectors.errors import HistoryUnavailableError
from collectors.history import FIELDS, Kind, TimeSeries
from collectors.history import prometheus as module
from collectors.history.expressions import PEAKS, VALUES
from collectors.history.prometheus import PrometheusReader
from tests.prometheus import Prometheus

NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=3)
BEGIN = NOW - timedelta(hours=6)
DEVICE = 'core "1" \\ 核心 $w'
LABELS: Mapping[Kind, Mapping[str, str]] = {
    Kind.PORT: {"device": DEVICE, "ifName": "GE1/0/1"},
    Kind.DEVICE: {"device": DEVICE},
    Kind.LINE: {"line": "中心-新华村"},
}
SILENCE = range(150, 180)  # minutes in which nothing was scraped
RESET, BURST = 60, 200


def past() -> str:
    """A scrape a minute: 80 kbit/s in, a restart in the second hour, a busy minute in the fourth."""
    quoted = DEVICE.replace("\\", "\\\\").replace('"', '\\"')
    port = f'{{device="{quoted}",ifName="GE1/0/1",ifIndex="7"}}'
    octets, lines = 1e15, {name: [] for name in ("ifHCInOctets", "ifHCOutOctets", "ifInErrors")}
    gauges: dict[str, list[str]] = {}
    for minute in range(361):
        at = int(BEGIN.timestamp()) + 60 * minute
        octets = 0 if minute == RESET else octets + (60_000_000 if minute == BURST else 600_000)
        if minute in SILENCE:
            continue
        counters = {"ifHCInOctets": octets, "ifHCOutOctets": 2 * octets, "ifInErrors": 6 * minute}
        for name, value in counters.items():
            lines[name].append(f"{name}_total{port} {value} {at}")
        for name, labels, value in _gauges(minute, quoted, port):
            gauges.setdefault(name, []).append(f"{name}{labels} {value} {at}")
    text = [line for name, some in lines.items() for line in (f"# TYPE {name} counter", *some)]
    text += [line for name, some in gauges.items() for line in (f"# TYPE {name} gauge", *some)]
    return "\n".join([*text, "# EOF\n"]).replace("_total{", "{").replace(" counter", " gauge")


def _gauges(minute: int, quoted: str, port: str) -> Iterator[tuple[str, str, float]]:
    device, line = f'{{device="{quoted}"}}', '{line="中心-新华村"}'
    answered = minute % 10 != 9
    yield "ifHighSpeed", port, 1
    yield "ifAdminStatus", port, 1
    yield "ifOperStatus", port, 2
    yield "guanjin_device_temperature_celsius", device, -7
    yield "guanjin_device_cpu_percent", device, 90 if minute == BURST else 10
    yield "probe_success", device, int(answered)
    rtt = f'{{device="{quoted}",phase="rtt"}}'
    yield "probe_icmp_duration_seconds", rtt, 0.004 if answered else 0
    yield "guanjin_line_up", line, int(minute != BURST)
    yield "guanjin_line_loss_ratio", line, 0.25
    yield "guanjin_line_rtt_seconds", line, 0.03 if minute == BURST else 0.01
    yield "guanjin_line_receive_bits_per_second", line, 5e6


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    with Prometheus(tmp_path_factory.mktemp("tsdb") / "prometheus", 9, past=past()) as found:
        yield found


def read(prometheus: Prometheus, kind: Kind, *, points: int = 400, hours: int = 6) -> TimeSeries:
    reader = PrometheusReader(prometheus.url, 60, lambda kind, _: LABELS[kind])
    return reader.read(kind, 7, NOW - timedelta(hours=hours), NOW, points=points)


@pytest.mark.slow
def test_a_port_has_rates_over_a_restart_and_gaps_where_nothing_was_scraped(prometheus: Prometheus) -> None:
    found = read(prometheus, Kind.PORT)
    assert found.step_s == 60
    assert len(found.times) == 360
    rates = found.values["in_bps"]
    assert rates[20] == pytest.approx(80_000)
    assert all(rate is None or 0 <= rate <= 8_000_000 * 1.01 for rate in rates)
    assert rates[160:178] == [None] * 18
    assert found.values["out_bps"][20] == pytest.approx(160_000)
    assert found.values["utilisation_percent"][20] == pytest.approx(16)
    assert found.values["in_errors"][20] == pytest.approx(0.1)
    assert found.values["status"][20] == 18
    assert set(found.values["out_discards"]) == {None}


@pytest.mark.slow
def test_over_a_longer_time_the_busy_minutes_stay_as_peaks(prometheus: Prometheus) -> None:
    found = read(prometheus, Kind.PORT, points=6)
    assert found.step_s == 3600
    means, peaks = found.values["in_bps"], found.peaks["in_bps"]
    assert means[5] == pytest.approx(80_000, rel=0.01)
    assert means[3] == pytest.approx(80_000 + 8 * 59_400_000 / 3600, rel=0.05)
    assert peaks[3] is not None
    assert peaks[3] > 5 * (means[3] or 0)
    assert peaks[5] == pytest.approx(80_000, rel=0.01)
    assert found.peaks["utilisation_percent"][3] == 100


@pytest.mark.slow
def test_devices_and_lines_have_what_their_charts_show(prometheus: Prometheus) -> None:
    device = read(prometheus, Kind.DEVICE, points=6)
    assert device.values["cpu_percent"][0] == pytest.approx(10)
    assert device.peaks["cpu_percent"][3] == 90
    assert device.values["temperature_c"][0] == -7
    assert device.values["loss_percent"][0] == pytest.approx(10, abs=0.5)
    assert device.peaks["loss_percent"][0] == 100
    assert device.values["rtt_avg_ms"][0] == pytest.approx(4)
    assert device.values["rtt_max_ms"][0] == pytest.approx(4)
    line = read(prometheus, Kind.LINE, points=6)
    assert line.values["up"][2:5] == [1, 0, 1]
    assert line.values["loss_percent"][0] == pytest.approx(25)
    assert line.values["rtt_max_ms"][3] == pytest.approx(30)
    assert line.values["in_bps"][0] == 5_000_000
    assert line.peaks["in_bps"][0] == 5_000_000


@pytest.mark.slow
@pytest.mark.parametrize("kind", Kind)
def test_a_year_and_an_unknown_subject_are_answered_too(prometheus: Prometheus, kind: Kind) -> None:
    year = read(prometheus, kind, hours=8760)
    assert len(year.times) <= 400
    assert any(value is not None for values in year.values.values() for value in values)
    nobody = PrometheusReader(prometheus.url, 60, lambda *_: None).read(kind, 8, BEGIN, NOW)
    assert {value for values in nobody.values.values() for value in values} == {None}


def test_every_expression_is_of_a_field_and_every_peak_has_its_value() -> None:
    for kind in Kind:
        fields = {field.name: field for field in FIELDS[kind]}
        assert set(VALUES[kind]) <= set(fields)
        assert set(PEAKS[kind]) <= set(VALUES[kind])
        assert all(fields[name].peak for name in PEAKS[kind])


Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


def whole(status: int, body: bytes, **headers: str) -> Answer:
    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def trickling(handler: http.server.BaseHTTPRequestHandler) -> None:
    """One octet after the other, as long as somebody listens."""
    handler.send_response(200)
    handler.end_headers()
    try:
        while not handler.server.stopped.wait(0.05):  # type: ignore[attr-defined]
            handler.wfile.write(b" ")
            handler.wfile.flush()
    except OSError:
        return


@contextmanager
def server(answer: Answer) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            answer(self)

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as found:
        found.stopped = threading.Event()  # type: ignore[attr-defined]
        thread = threading.Thread(target=found.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{found.server_port}", asked
        found.stopped.set()  # type: ignore[attr-defined]
        found.shutdown()
        thread.join()


def answered(result: object) -> bytes:
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}}).encode()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (whole(200, b"<html>log in</html>"), "not Prometheus's"),
        (whole(200, b'{"status": "success"}'), "not Prometheus's"),
        (whole(200, b"[]"), "not Prometheus's"),
        (whole(200, answered([{"metric": {}, "values": []}])), "not Prometheus's"),
        (whole(200, answered([{"metric": {"guanjin_field": "in_bps"}, "values": [[1, None]]}])), "not Prometheus's"),
        (whole(422, b'{"status": "error", "error": "too many samples"}'), "too many samples"),
        (whole(503, b"starting"), "status 503"),
        (whole(302, b"", Location="http://127.0.0.1:1/"), "status 302"),
        (whole(200, b"{" + b" " * 4096), "too large"),
        (trickling, "timed out"),
        (whole(200, b"{", **{"Content-Length": "100"}), "not Prometheus's"),
    ],
)
def test_whatever_else_is_there_is_told_and_breaks_nothing(
    answer: Answer, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 4000)
    with server(answer) as (url, _), pytest.raises(HistoryUnavailableError) as caught:
        PrometheusReader(url, 60, lambda kind, _: LABELS[kind], timeout_s=0.3).read(Kind.PORT, 7, BEGIN, NOW)
    assert reason in str(caught.value)


def test_nobody_there_is_told(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(HistoryUnavailableError) as caught:
            PrometheusReader(url, 60, lambda kind, _: LABELS[kind]).read(Kind.PORT, 7, BEGIN, NOW)
    assert "refused" in str(caught.value)


def test_nonsense_is_a_gap_and_the_path_of_the_address_is_kept() -> None:
    start = int(BEGIN.timestamp()) + 60
    samples = [[start, "NaN"], [start + 60, "-5"], [start + 120, "9e15"], [start + 180, "7"], [start + 9**9, "1"]]
    fields = ["in_bps", "unheard_of", "unheard_of" + module.FIELD]
    body = answered([{"metric": {"guanjin_field": name}, "values": samples} for name in fields])
    with server(whole(200, body)) as (url, asked):
        reader = PrometheusReader(f"{url}/select/0/prometheus/", 60, lambda kind, _: LABELS[kind])
        found = reader.read(Kind.PORT, 7, BEGIN, BEGIN + timedelta(minutes=5))
    assert found.values["in_bps"] == [None, None, None, 7.0, None]
    assert asked[0].startswith("/select/0/prometheus/api/v1/query_range?query=")
