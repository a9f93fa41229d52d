"""The judge of recorded agents, on a recording of our own: what it serves, probes, and how it ends."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.collectors.snmp.corpus import GRADED, NEEDED, ROOT, too_low

RECORDING = """\
1.3.6.1.2.1.1.1.0|4|H3C Comware Platform Software, Software Version 7.1.070, Release 2612P02
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.25506.1.1
1.3.6.1.2.1.1.3.0|67|12345
1.3.6.1.2.1.1.5.0|4|county-core
1.3.6.1.2.1.2.2.1.2.1|4|GigabitEthernet1/0/1
1.3.6.1.2.1.2.2.1.5.1|66|1000000000
1.3.6.1.2.1.2.2.1.7.1|2|1
1.3.6.1.2.1.2.2.1.8.1|2|2
"""
# Grades what the real judge grades, in the shape in which it writes it.
JUDGE = """\
import json, sys
expected, results, _, out = sys.argv[1:]
wanted = json.load(open(expected + "/switch.json"))
try:
    found = json.load(open(results + "/switch.json"))
except FileNotFoundError:
    found = {"ports": []}
scores = {"sys": [int(found.get("sysName") == wanted["sysName"]), 1]}
keys = {"present": "ifIndex", "speed": "ifSpeed_bps", "oper": "ifOperStatus", "admin": "ifAdminStatus"}
for fact, key in keys.items():
    scores["ports_" + fact] = [sum(port[key] == wanted[key] for port in found["ports"]), 1]
json.dump({"switch": {"scores": scores}}, open(out, "w"))
print("judged")
"""


@pytest.mark.slow
@pytest.mark.parametrize(("oper", "code"), [("down", 0), ("up", 1)])
def test_a_recording_is_served_probed_and_judged(tmp_path: Path, oper: str, code: int) -> None:
    for folder in ("snmprec", "expected"):
        (tmp_path / folder).mkdir()
    (tmp_path / "snmprec" / "switch.snmprec").write_text(RECORDING)
    facts = {"sysName": "county-core", "ifIndex": 1, "ifSpeed_bps": 1_000_000_000, "ifAdminStatus": "up"}
    (tmp_path / "expected" / "switch.json").write_text(json.dumps(facts | {"ifOperStatus": oper}))
    (tmp_path / "score.py").write_text(JUDGE)
    command = [sys.executable, "-m", "tests.collectors.snmp.corpus", str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == code, ended.stderr
    assert "judged" in ended.stdout
    assert ("too low: ports_oper" in ended.stdout) is bool(code)


def test_each_grade_has_its_mark_and_sensors_that_are_not_there_count_against() -> None:
    good = dict.fromkeys(NEEDED | GRADED, 1.0)
    assert too_low(good, 0.15) == []
    assert too_low(good | {"processors": 0.89}, 0.0) == ["too low: processors 89.00%"]
    assert too_low(good, 0.16) == ["too many sensors that match nothing: 16.00%"]
    assert too_low(dict.fromkeys(NEEDED, 1.0), 0.0) == []
    assert len(too_low({}, 0.0)) == len(NEEDED)
