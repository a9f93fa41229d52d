"""Where the suite keeps what it throws away: in memory where there is room.

It makes some thousands of databases. On a disk, dropping one of PostgreSQL's can take most of a second.
"""

import os
import shutil
from pathlib import Path
from typing import Final

# A folder of everybody's with a short path: that of a socket has 107 bytes at most.
MEMORY: Final = Path("/dev/shm")  # noqa: S108  # what is made in it has a name that nobody can guess
DISK: Final = Path("/tmp")  # noqa: S108
ROOM: Final = 4 * 2**30  # bytes; the suite writes three gigabytes, if every test fails


def scratch() -> Path:
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK | os.X_OK)):
        return DISK
    runs_programs = not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC
    return MEMORY if runs_programs and shutil.disk_usage(MEMORY).free >= ROOM else DISK
