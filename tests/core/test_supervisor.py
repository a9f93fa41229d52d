import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.errors import Category
from core.supervisor import (
    LONGEST_DELAY_S,
    REFUSED,
    STOPPING,
    AlreadyRunningError,
    FolderUnusableError,
    Supervisor,
    is_final,
    only_one,
    restart_delay,
    stop_on_signals,
)
from tests.processes import is_running

NOTES_ITSELF = "import os,sys,time; open(sys.argv[1],'a').write(f'{os.getpid()}\\n'); time.sleep(600)"


def _until(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        threading.Event().wait(0.02)


def _pids(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().split()] if path.exists() else []


@contextmanager
def _running(supervisor: Supervisor) -> Iterator[None]:
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    try:
        yield
    finally:
        supervisor.stop.set()
        thread.join()


def test_the_delay_grows_and_is_bounded() -> None:
    delays = [restart_delay(deaths) for deaths in range(40)]
    assert delays[0] == 0
    assert delays == sorted(delays)
    assert delays[-1] == LONGEST_DELAY_S


def test_a_killed_process_comes_back_and_all_end_together(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    supervisor = Supervisor(
        {"sample": [sys.executable, "-c", NOTES_ITSELF, str(notes)]}, SystemClock(), dict(os.environ)
    )
    with _running(supervisor):
        _until(lambda: len(_pids(notes)) == 1)
        os.kill(_pids(notes)[0], signal.SIGKILL)
        _until(lambda: len(_pids(notes)) == 2)
    assert not any(is_running(pid) for pid in _pids(notes))


def test_children_do_not_outlive_a_killed_supervisor(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    child = f"import os; from core.supervisor import die_with_parent; die_with_parent(os.getppid()); {NOTES_ITSELF}"
    program = textwrap.dedent(f"""
        import os, sys
        from core.clock import SystemClock
        from core.supervisor import Supervisor
        Supervisor({{"child": [sys.executable, "-c", {child!r}, {str(notes)!r}]}}, SystemClock(), os.environ).run()
    """)
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=Path(__file__).parents[2])
    _until(lambda: _pids(notes))
    parent.kill()
    parent.wait()
    _until(lambda: not is_running(_pids(notes)[0]))


def test_a_data_folder_has_one_supervisor(tmp_path: Path) -> None:
    with only_one(tmp_path / "run"), pytest.raises(AlreadyRunningError), only_one(tmp_path / "run"):
        pass
    with only_one(tmp_path / "run"):
        pass


@pytest.mark.parametrize("category", list(Category))
def test_a_refusal_to_start_is_final_and_a_crash_is_not(category: Category) -> None:
    assert is_final(REFUSED + category.exit_code, was_healthy=False)
    assert not is_final(category.exit_code, was_healthy=False)


@pytest.mark.parametrize("category", list(Category))
def test_what_ran_well_is_only_stopped_for_the_integrity_of_the_data(category: Category) -> None:
    assert is_final(REFUSED + category.exit_code, was_healthy=True) is (category is Category.INTEGRITY)


@pytest.mark.parametrize("code", [0, 1, -9, -15, REFUSED, 120, 255])
def test_no_other_end_of_a_process_is_taken_for_a_refusal(code: int) -> None:
    assert not is_final(code, was_healthy=False)


def test_a_child_that_refuses_to_start_ends_all_with_its_exit_code(tmp_path: Path) -> None:
    notes = tmp_path / "pids"
    commands = {
        "well": [sys.executable, "-c", NOTES_ITSELF, str(notes)],
        "refusing": [sys.executable, "-c", f"import sys; sys.exit({REFUSED + 4})"],
    }
    assert Supervisor(commands, SystemClock(), dict(os.environ)).run() == 4
    assert not any(is_running(pid) for pid in _pids(notes))


def test_a_process_waits_for_the_end_of_its_predecessor(tmp_path: Path) -> None:
    holds = "import sys; from pathlib import Path; from core.supervisor import only_one\n"
    holds += "with only_one(Path(sys.argv[1]), 'web'): print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", holds, str(tmp_path)]
    with subprocess.Popen(
        command, cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as predecessor:
        assert predecessor.stdout is not None
        assert predecessor.stdout.readline() == b"held\n"
        with only_one(tmp_path, "poller"), pytest.raises(AlreadyRunningError), only_one(tmp_path, "web"):
            pass
        threading.Timer(0.3, predecessor.kill).start()
        with only_one(tmp_path, "web", wait_s=20):
            pass


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderUnusableError, match="Not a directory"), only_one(tmp_path / "file" / "run"):
        pass


def test_a_signal_in_the_middle_of_waiting_ends_the_waiting() -> None:
    """`wait()` holds the event's lock for a moment; a handler that wanted it then would wait for ever."""
    stop, before = threading.Event(), {number: signal.getsignal(number) for number in STOPPING}
    try:
        stop_on_signals(stop)
        with stop._cond:  # type: ignore[attr-defined]  # as `wait` does
            signal.raise_signal(signal.SIGTERM)
        assert stop.wait(20)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
