"""The inspecting process: given a file that is already open and a request, it answers with one JSON object.

It limits itself before it reads the first byte of the file. Limits cannot be raised again, so they hold for whatever
a hostile file might make this process do.
"""

import json
import mmap
import os
import resource
import sys
from typing import Any

from security.ferry.inspection.findings import Buffer
from security.ferry.inspection.limits import ArchiveBudget
from security.ferry.inspection.pipeline import Pipeline, Result
from security.ferry.levels import Level

_MEMORY = 1 << 30
ANSWER_BYTES = 1 << 20


def main() -> None:
    """File descriptor as the only argument, request on standard input, answer on standard output."""
    descriptor = int(sys.argv[1])
    request = json.loads(sys.stdin.buffer.read(1 << 20))
    size = os.fstat(descriptor).st_size
    _limit(int(request["cpu_s"]), _MEMORY + size)
    result = _inspect(request, descriptor, size)
    sys.stdout.write(json.dumps(_answer(result)))


def _inspect(request: dict[str, Any], descriptor: int, size: int) -> Result:
    pipeline = Pipeline(
        frozenset(request["formats"]), ArchiveBudget(**request["archive"]), Level.of(request["declared"])
    )
    data: Buffer = mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) if size else b""
    return pipeline.run(request["name"], data)


def _limit(cpu_s: int, memory: int) -> None:
    for what, most in (
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, ANSWER_BYTES),
        (resource.RLIMIT_NOFILE, 32),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (bound, bound))


def _answer(result: Result) -> dict[str, Any]:
    return {
        "detected": result.detected.code,
        "kind": result.kind,
        "verdicts": [
            {
                "findings": [
                    {"code": one.code, "facts": one.facts, "where": one.where} for one in verdict.findings[:50]
                ],
                "outcome": verdict.outcome.value,
                "stage": verdict.stage,
            }
            for verdict in result.verdicts
        ],
    }
