"""Few at once, a few who wait, and whoever comes then is told at once to come again.

For work that is slow on purpose (password hashes) in a process whose threads everybody shares: those who wait hold
threads, too, so their number is bounded as well, and a flood of log-ins never takes the threads of the others.
"""

from threading import BoundedSemaphore
from types import TracebackType

from security.errors import PasswordsBusyError


class Turnstile:
    """`at_once` are inside, `waiting` more stand in front, each for `patience_s` at most."""

    def __init__(self, at_once: int, waiting: int, patience_s: float) -> None:
        self._places = BoundedSemaphore(at_once + waiting)
        self._inside = BoundedSemaphore(at_once)
        self._patience_s = patience_s

    @property
    def full(self) -> bool:
        """Whether who comes now is sent away."""
        if free := self._places.acquire(blocking=False):
            self._places.release()
        return not free

    def __enter__(self) -> None:
        """Raises PasswordsBusyError."""
        if not self._places.acquire(blocking=False):
            raise PasswordsBusyError
        if not self._inside.acquire(timeout=self._patience_s):
            self._places.release()
            raise PasswordsBusyError

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._inside.release()
        self._places.release()
