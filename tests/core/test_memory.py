import os
import subprocess
import sys
from pathlib import Path

from core.i18n import ROOT

LOOKED_AT = """
import os, resource, sys
from core.memory import keep_private
keep_private()
print(resource.getrlimit(resource.RLIMIT_CORE), flush=True)
sys.stdin.read(1)
os.abort()
"""


def test_a_process_with_keys_leaves_no_core_and_shows_its_memory_to_nobody(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LOOKED_AT]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "(0, 0)\n"
        # The kernel gives what is under /proc of such a process to root, whoever runs it (proc(5)).
        assert Path(f"/proc/{process.pid}/mem").stat().st_uid == 0
        assert not dumpable(process.pid)
        process.communicate("x")
    assert process.returncode < 0
    assert list(tmp_path.iterdir()) == []


def dumpable(pid: int) -> bool:
    """Whether another process of an ordinary user who owns it may look: tried as that user."""
    reading = f"import os; os.setuid(65534); open('/proc/{pid}/mem', 'rb')"
    done = subprocess.run([sys.executable, "-c", reading], check=False, capture_output=True, text=True)
    assert "PermissionError" in done.stderr, done.stderr
    return done.returncode == 0
