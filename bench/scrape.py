"""A scrape of one million series: from the poller's metrics server, over its socket, to a client that only reads.

`prometheus_client` renders a tenth of it beside, which is what the usual way would cost.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from bench.figures import Figure
from bench.objects import COLUMNS
from collectors.metrics.exposition import FAMILIES, Columns, Exposition, label_text
from collectors.metrics.scrape import Query, ScrapeServer

DEVICES: Final = 2000
PORTS: Final = 50
SERIES: Final = 1_000_000
MOST_S: Final = 0.1
READER: Final = """
import socket, sys
reading = socket.socket(socket.AF_UNIX)
reading.connect(sys.argv[1])
reading.sendall(b"GET /metrics HTTP/1.0\\r\\n\\r\\n")
buffer = bytearray(1 << 20)
print(sum(iter(lambda: reading.recv_into(buffer), 0)))
"""


def measure(rounds: int) -> list[Figure]:
    exposition = Exposition()
    names = [family.name for family in FAMILIES if family.name.startswith("if")][: SERIES // (DEVICES * PORTS)]
    for device in range(DEVICES):
        columns = Columns([label_text(_labels(device, port)) for port in range(PORTS)])
        values = [123_456_789 * port + device for port in range(PORTS)]
        exposition.put(device, {name: columns.chunk(name, values) for name in names})
    costs, size = asyncio.run(_scrapes(exposition, rounds))
    usual = min(_usual() for _ in range(rounds)) * (SERIES / PORTS / len(COLUMNS) / (DEVICES // 20))
    return [
        Figure("scrape", "series", len(names) * DEVICES * PORTS, ""),
        Figure("scrape", "page", size / 1e6, "MB"),
        Figure("scrape", "guanjin", median(costs), "s", MOST_S),
        Figure("scrape", "prometheus_client, of as many", usual, "s"),
        Figure("scrape", "ratio", median(costs) / usual, ""),
    ]


def _labels(device: int, port: int) -> dict[str, str]:
    name = f"GigabitEthernet0/0/{port}"
    own = {"device": f"SW-{device:05}", "instance": f"10.1.{device // 256}.{device % 256}"}
    return own | {"ifIndex": str(port), "ifName": name, "ifDescr": name, "ifAlias": f"unit {port}"}


async def _scrapes(exposition: Exposition, rounds: int) -> tuple[list[float], int]:
    costs, size = [], 0
    path = Path(tempfile.mkdtemp(prefix="gj.")) / "poller.sock"

    async def page(_: Query) -> list[bytes]:
        return list(exposition.pages())

    server = ScrapeServer(path, {"/metrics": page})
    await server.start()
    for _ in range(rounds):
        before = time.process_time()
        reader = await asyncio.create_subprocess_exec(
            "python3", "-c", READER, str(path), stdout=asyncio.subprocess.PIPE
        )
        said, _ = await reader.communicate()
        costs.append(time.process_time() - before)
        size = int(said)
    await server.stop()
    return costs, size


class _Usual:
    """A hundred devices, as the textbook collects them."""

    def collect(self) -> Iterator[Metric]:
        for column in range(len(COLUMNS)):
            family = GaugeMetricFamily(f"column_{column}", "help", labels=list(_labels(0, 0)))
            for device in range(DEVICES // 20):
                for port in range(PORTS):
                    family.add_metric(list(_labels(device, port).values()), 123_456_789 * port + device)
            yield family


def _usual() -> float:
    registry = CollectorRegistry()
    registry.register(_Usual())
    before = time.process_time()
    generate_latest(registry)
    return time.process_time() - before
