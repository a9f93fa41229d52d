"""A real Prometheus that scrapes one address of ours."""

import json
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.installation import free_port, until

CONFIG = """
global:
  scrape_interval: 2s
scrape_configs:
  - job_name: guanjin
    honor_labels: true
    static_configs:
      - targets: ["127.0.0.1:{port}"]
"""


class Prometheus:
    """`with Prometheus(folder, port) as prometheus: prometheus.query("up")`."""

    def __init__(self, folder: Path, scraped_port: int = 0, *, config: str = "", past: str = "") -> None:
        """Scrapes our whole page at a port, or what a configuration says; `past` is OpenMetrics with times."""
        self._folder = folder
        self._port = free_port()
        self._config = config or CONFIG.format(port=scraped_port)
        self._past = past
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True)
        (self._folder / "prometheus.yml").write_text(self._config, encoding="utf-8")
        if self._past:
            self._fill()
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    "/usr/bin/prometheus",
                    f"--config.file={self._folder}/prometheus.yml",
                    f"--storage.tsdb.path={self._folder}/data",
                    f"--web.listen-address=127.0.0.1:{self._port}",
                ],
                stdout=log,
                stderr=log,
            )
        until(self._ready, "Prometheus is ready")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def _fill(self) -> None:
        source = self._folder / "past.txt"
        source.write_text(self._past, encoding="utf-8")
        command = ["/usr/bin/promtool", "tsdb", "create-blocks-from", "openmetrics", str(source)]
        subprocess.run([*command, str(self._folder / "data")], check=True, capture_output=True)

    def query(self, expression: str) -> list[dict[str, Any]]:
        """An instant query: [{"metric": {...}, "value": [time, text]}]."""
        answer = self._get("/api/v1/query?" + urllib.parse.urlencode({"query": expression}))
        assert answer["status"] == "success", answer
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    def targets(self) -> list[dict[str, Any]] | None:
        """What is scraped; None before anything was discovered, kept or not."""
        found = self._get("/api/v1/targets")["data"]
        discovered = found["activeTargets"] + found["droppedTargets"]
        return list(found["activeTargets"]) if discovered else None

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/-/ready", timeout=2):
                return True
        except OSError:
            return False

    def _get(self, path: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}{path}", timeout=10) as answer:
            return json.load(answer)
