"""What the kernel tells of other processes."""

from pathlib import Path


def is_running(pid: int) -> bool:
    """Whether a process does anything still; one that has ended and waits for its parent to notice does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in {"Z", "X"}
