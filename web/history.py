"""Where a page's history comes from: Prometheus where one is configured, else what was recorded here."""

import logging
from collections.abc import Mapping
from datetime import datetime

from collectors.errors import HistoryUnavailableError
from collectors.history import HistoryReader, Kind, TimeSeries
from collectors.history.prometheus import PrometheusReader
from collectors.metrics.scraped_names import scraped_labels
from web.i18n import gettext
from web.state import console

log = logging.getLogger(__name__)


class PageReader:
    """While Prometheus fails, what was recorded here is read, and `note` says so."""

    def __init__(self) -> None:
        self.note = ""

    def read(self, kind: Kind, subject_id: int, begin: datetime, end: datetime, *, points: int = 500) -> TimeSeries:
        settings = console().settings
        if settings.polling.prometheus_url:
            reader = PrometheusReader(settings.polling.prometheus_url, settings.polling.interval_s, _labels)
            try:
                return reader.read(kind, subject_id, begin, end, points=points)
            except HistoryUnavailableError as error:
                log.warning("%s", error)
                self.note = gettext("From this machine's own history: %(cause)s") % {"cause": error.render(gettext)}
        return HistoryReader(settings.storage.data / "history").read(kind, subject_id, begin, end, points=points)


def _labels(kind: Kind, number: int) -> Mapping[str, str] | None:
    with console().database.read() as session:
        return scraped_labels(session, kind, number)
