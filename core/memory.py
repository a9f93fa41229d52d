"""Memory that holds keys stays in this process: no core dump, no debugger of the same user, no /proc/PID/mem."""

import ctypes
import resource

PR_SET_DUMPABLE = 4


def keep_private() -> None:
    """For this process and, as to core dumps, for all that it starts (prctl(2), setrlimit(2)).

    A program that it executes may be looked into again: the kernel resets that at every exec.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
