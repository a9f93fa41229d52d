"""Recent history for charts: SQLite files of days and months, one wide row a subject and minute, five minutes or hour.

    record.py      what a row of each kind holds, in which unit, and how many values become one
    tiers.py       which resolution is kept how long, in which files
    files.py       one file: opening, writing, setting aside when it is damaged
    writer.py      collects a minute's values in memory and writes them in one transaction
    rollup.py      makes the coarser tiers out of the minutes; aggregate.py has the SQL
    retention.py   which files go
    reader.py      `TimeSeriesReader`, and its implementation on the files

One process writes (the poller), any number read.
"""

from collectors.history.reader import HistoryReader, TimeSeries, TimeSeriesReader
from collectors.history.record import FIELDS, Kind
from collectors.history.writer import HistoryWriter

__all__ = ["FIELDS", "HistoryReader", "HistoryWriter", "Kind", "TimeSeries", "TimeSeriesReader"]
