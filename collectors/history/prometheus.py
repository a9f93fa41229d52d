"""History from a Prometheus that scrapes this installation, or from anything that speaks its query API.

All of a chart is one question: each field's expression, told apart by a label. A Prometheus is somebody else's
program: it may be slow, gone, full of other series or of nonsense, and then the error says so and nothing else breaks.
"""

import http.client
import json
import math
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final

from collectors.errors import HistoryUnavailableError
from collectors.history.expressions import FIELD, PEAKS, VALUES
from collectors.history.reader import TimeSeries
from collectors.history.record import FIELDS, MINUTE_S, Kind
from collectors.metrics.exposition import label_text
from collectors.rates import FASTEST_BPS

TIMEOUT_S: Final = 5.0
MOST_BYTES: Final = 8 << 20
PIECE: Final = 1 << 16
OK: Final = 200
# A rate needs two samples, and a scrape may be missed.
SCRAPES: Final = 4

Labels = Callable[[Kind, int], Mapping[str, str] | None]


class PrometheusReader:
    """`url` is where the API lives; `labels` say under which names a subject is scraped, None if it is unknown."""

    def __init__(self, url: str, interval_s: int, labels: Labels, *, timeout_s: float = TIMEOUT_S) -> None:
        self._url = urllib.parse.urlsplit(url)
        self._window_s = max(MINUTE_S, SCRAPES * interval_s)
        self._labels = labels
        self._timeout_s = timeout_s

    def read(self, kind: Kind, subject_id: int, begin: datetime, end: datetime, *, points: int = 500) -> TimeSeries:
        """Raises HistoryUnavailableError."""
        first = int(begin.timestamp()) // MINUTE_S * MINUTE_S
        seconds = max(0, math.ceil(end.timestamp()) - first)
        step = max(1, math.ceil(seconds / MINUTE_S / max(1, points))) * MINUTE_S
        times = list(range(first, first + seconds, step))
        found = TimeSeries(
            step,
            times,
            {field.name: [None] * len(times) for field in FIELDS[kind]},
            {field.name: [None] * len(times) for field in FIELDS[kind] if field.peak},
        )
        labels = self._labels(kind, subject_id)
        if labels and times:
            self._fill(found, self._query(kind, labels, step))
        return found

    def _query(self, kind: Kind, labels: Mapping[str, str], step: int) -> str:
        places = {
            "$w": f"{max(step, self._window_s)}s",
            "$i": f"{self._window_s}s",
            "$r": f"{max(MINUTE_S, step // MINUTE_S)}s",
            "$s": label_text(labels)[1:-1],  # last: a name may look like one of these marks
        }
        several = dict(VALUES[kind])
        if step > self._window_s:
            several |= {name + FIELD: text for name, text in PEAKS[kind].items()}
        return " or ".join(
            f'label_replace({_placed(text, places)}, "{FIELD}", "{name}", "", "")' for name, text in several.items()
        )

    def _fill(self, found: TimeSeries, query: str) -> None:
        """An expression looks back from its moment: a step's value is asked for at the step's end."""
        first = found.times[0] + found.step_s
        last = found.times[-1] + found.step_s
        for name, samples in self._ask({"query": query, "start": first, "end": last, "step": found.step_s}):
            column = found.peaks.get(name.removesuffix(FIELD)) if name.endswith(FIELD) else found.values.get(name)
            for moment, value in samples:
                place = round((moment - first) / found.step_s)
                if column is not None and 0 <= place < len(column) and _credible(name, value):
                    column[place] = value

    def _ask(self, question: Mapping[str, object]) -> Iterator[tuple[str, list[tuple[float, float]]]]:
        try:
            answer = json.loads(self._get("/api/v1/query_range?" + urllib.parse.urlencode(question)))
            if answer["status"] != "success":
                raise self._error(str(answer.get("error", answer["status"])))
            for series in answer["data"]["result"]:
                yield series["metric"][FIELD], [(float(at), float(text)) for at, text in series["values"]]
        except (OSError, http.client.HTTPException) as error:
            raise self._error(str(error) or type(error).__name__) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._error("an answer that is not Prometheus's") from error

    def _get(self, path: str) -> bytes:
        """No redirection is followed and no proxy asked: the host is the one that was configured."""
        kind = http.client.HTTPSConnection if self._url.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._url.hostname or "", self._url.port, timeout=self._timeout_s)
        until = time.monotonic() + self._timeout_s
        try:
            connection.request("GET", self._url.path.rstrip("/") + path, headers={"Accept": "application/json"})
            with connection.getresponse() as response:
                return self._body(response, until)
        finally:
            connection.close()

    def _body(self, response: http.client.HTTPResponse, until: float) -> bytes:
        body = bytearray()
        while piece := response.read1(PIECE):
            body += piece
            if len(body) > MOST_BYTES:
                raise self._error("the answer is too large")
            if time.monotonic() > until:
                raise TimeoutError("timed out")
        if response.status != OK and not body.startswith(b"{"):
            raise self._error(f"status {response.status}")
        return bytes(body)

    def _error(self, reason: str) -> HistoryUnavailableError:
        return HistoryUnavailableError(host=self._url.netloc, reason=reason)


def _placed(text: str, places: Mapping[str, str]) -> str:
    for mark, value in places.items():
        text = text.replace(mark, value)
    return text


def _credible(name: str, value: float) -> bool:
    """A counter that went back and forth makes rates that no port can have; nothing but cold is below zero."""
    least = -math.inf if name.startswith("temperature") else 0
    most = FASTEST_BPS if name.startswith(("in_", "out_")) else math.inf
    return math.isfinite(value) and least <= value <= most
