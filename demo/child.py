"""Starts a program that ends with its parent: `python -m demo.child PARENT COMMAND...`.

A killed demonstration must not leave its instances behind. The kernel's promise survives the exec, and the program
that follows needs to know nothing about it.
"""

import os
import sys

from core.supervisor import die_with_parent

if __name__ == "__main__":
    die_with_parent(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606  # exactly what we were asked to run
