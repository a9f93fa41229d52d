"""The real snmp_exporter of Debian, with the module `if_mib` as its generator makes it.

    with SnmpExporter(folder) as exporter:
        exporter.scrape("127.0.0.1:1161")

Debian ships the program without a configuration, because MIBs may not be redistributed. This one follows the module
`if_mib` of the package's own examples/generator.yml: walk sysUpTime, interfaces and ifXTable; look up ifAlias, ifDescr
and ifName; ifType as EnumAsInfo.
"""

import json
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.installation import free_port, until

PROGRAM = "/usr/bin/prometheus-snmp-exporter"
IF_TABLE = "1.3.6.1.2.1.2.2.1"
IF_X_TABLE = "1.3.6.1.2.1.31.1.1.1"
LOOKUPS = {"ifAlias": f"{IF_X_TABLE}.18", "ifDescr": f"{IF_TABLE}.2", "ifName": f"{IF_X_TABLE}.1"}
SCALARS = [("sysUpTime", "1.3.6.1.2.1.1.3", "gauge"), ("ifNumber", "1.3.6.1.2.1.2.1", "gauge")]
COLUMNS = [
    ("ifIndex", f"{IF_TABLE}.1", "gauge"),
    ("ifType", f"{IF_TABLE}.3", "EnumAsInfo"),
    ("ifMtu", f"{IF_TABLE}.4", "gauge"),
    ("ifSpeed", f"{IF_TABLE}.5", "gauge"),
    ("ifPhysAddress", f"{IF_TABLE}.6", "PhysAddress48"),
    ("ifAdminStatus", f"{IF_TABLE}.7", "gauge"),
    ("ifOperStatus", f"{IF_TABLE}.8", "gauge"),
    ("ifLastChange", f"{IF_TABLE}.9", "gauge"),
    ("ifInOctets", f"{IF_TABLE}.10", "counter"),
    ("ifInUcastPkts", f"{IF_TABLE}.11", "counter"),
    ("ifInNUcastPkts", f"{IF_TABLE}.12", "counter"),
    ("ifInDiscards", f"{IF_TABLE}.13", "counter"),
    ("ifInErrors", f"{IF_TABLE}.14", "counter"),
    ("ifInUnknownProtos", f"{IF_TABLE}.15", "counter"),
    ("ifOutOctets", f"{IF_TABLE}.16", "counter"),
    ("ifOutUcastPkts", f"{IF_TABLE}.17", "counter"),
    ("ifOutNUcastPkts", f"{IF_TABLE}.18", "counter"),
    ("ifOutDiscards", f"{IF_TABLE}.19", "counter"),
    ("ifOutErrors", f"{IF_TABLE}.20", "counter"),
    ("ifOutQLen", f"{IF_TABLE}.21", "gauge"),
    ("ifInMulticastPkts", f"{IF_X_TABLE}.2", "counter"),
    ("ifInBroadcastPkts", f"{IF_X_TABLE}.3", "counter"),
    ("ifOutMulticastPkts", f"{IF_X_TABLE}.4", "counter"),
    ("ifOutBroadcastPkts", f"{IF_X_TABLE}.5", "counter"),
    ("ifHCInOctets", f"{IF_X_TABLE}.6", "counter"),
    ("ifHCInUcastPkts", f"{IF_X_TABLE}.7", "counter"),
    ("ifHCInMulticastPkts", f"{IF_X_TABLE}.8", "counter"),
    ("ifHCInBroadcastPkts", f"{IF_X_TABLE}.9", "counter"),
    ("ifHCOutOctets", f"{IF_X_TABLE}.10", "counter"),
    ("ifHCOutUcastPkts", f"{IF_X_TABLE}.11", "counter"),
    ("ifHCOutMulticastPkts", f"{IF_X_TABLE}.12", "counter"),
    ("ifHCOutBroadcastPkts", f"{IF_X_TABLE}.13", "counter"),
    ("ifLinkUpDownTrapEnable", f"{IF_X_TABLE}.14", "gauge"),
    ("ifHighSpeed", f"{IF_X_TABLE}.15", "gauge"),
    ("ifPromiscuousMode", f"{IF_X_TABLE}.16", "gauge"),
    ("ifConnectorPresent", f"{IF_X_TABLE}.17", "gauge"),
    ("ifCounterDiscontinuityTime", f"{IF_X_TABLE}.19", "gauge"),
]
# Those of IANAifType that the tests meet.
IF_TYPES = {1: "other", 6: "ethernetCsmacd", 24: "softwareLoopback", 53: "propVirtual", 131: "tunnel", 135: "l2vlan"}


def _module() -> dict[str, Any]:
    per_port = {
        "indexes": [{"labelname": "ifIndex", "type": "gauge"}],
        "lookups": [
            {"labels": ["ifIndex"], "labelname": name, "oid": oid, "type": "DisplayString"}
            for name, oid in LOOKUPS.items()
        ],
    }
    scalars = [{"name": name, "oid": oid, "type": kind, "help": name} for name, oid, kind in SCALARS]
    columns = [{"name": name, "oid": oid, "type": kind, "help": name, **per_port} for name, oid, kind in COLUMNS]
    for column in columns:
        if column["type"] == "EnumAsInfo":
            column["enum_values"] = IF_TYPES
    return {
        "walk": ["1.3.6.1.2.1.2", "1.3.6.1.2.1.31.1.1"],
        "get": ["1.3.6.1.2.1.1.3.0"],
        "metrics": [*scalars, *columns],
    }


class SnmpExporter:
    def __init__(self, folder: Path) -> None:
        self._config = folder / "snmp.yml"
        # JSON is YAML, except that the keys of enum_values must be numbers.
        text = json.dumps({"if_mib": _module()})
        self._config.write_text(text.replace(json.dumps(IF_TYPES), str(IF_TYPES).replace("'", '"')), encoding="utf-8")
        self._log = folder / "snmp_exporter.log"
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [PROGRAM, f"--config.file={self._config}", f"--web.listen-address=127.0.0.1:{self._port}"],
                stdout=log,
                stderr=log,
            )
        until(self._answers, "snmp_exporter answers")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(10)

    def scrape(self, target: str) -> str:
        return self._get("/snmp?" + urllib.parse.urlencode({"target": target, "module": "if_mib"}))

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self._log.read_text(encoding="utf-8")
        try:
            return bool(self._get("/metrics"))
        except OSError:
            return False

    def _get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}{path}", timeout=10) as answer:
            body: bytes = answer.read()
            return body.decode()
