"""Recent history for charts: one SQLite file a day, one wide row a minute and subject.

    record.py    what a row of each kind holds, in which unit, and how many values become one
    day.py       one day's file: opening, writing, setting aside when it is damaged
    writer.py    collects a minute's values in memory and writes them in one transaction; retention
    reader.py    `TimeSeriesReader`, and its implementation on the day files

One process writes (the poller), any number read.
"""

from collectors.history.reader import HistoryReader, TimeSeries, TimeSeriesReader
from collectors.history.record import FIELDS, Kind
from collectors.history.writer import HistoryWriter

__all__ = ["FIELDS", "HistoryReader", "HistoryWriter", "Kind", "TimeSeries", "TimeSeriesReader"]
