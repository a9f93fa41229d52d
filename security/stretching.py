"""Which computations of Argon2 may run side by side in one process.

OpenSSL computes the lanes of Argon2 in one pool of threads, as many as the machine has processors, that is shared by
all computations of the process. Two computations that each hold a thread and wait for another one wait for ever, and
with them every thread that answers requests (seen with OpenSSL 4.0.3 on two processors). One lane needs no pool.
"""

import threading
from contextlib import AbstractContextManager, nullcontext
from typing import Final

_ONE_AT_A_TIME: Final = threading.Lock()


def alone(lanes: int) -> AbstractContextManager[object]:
    """To be entered around every computation with so many lanes."""
    return nullcontext() if lanes == 1 else _ONE_AT_A_TIME
