"""`python -m bench [NAME ...]`; ROUNDS in the environment for more or fewer than three rounds."""

import os
import subprocess
import sys

from bench import figures, namespace
from bench.farm import BUILD

BENCHES = (
    "poll_v2c", "poll_v3", "pipeline", "county", "city", "dead", "scrape", "icmp", "audit", "login", "ledger", "lists",
)  # fmt: skip


def main(names: list[str]) -> int:
    found = []
    for name in names or BENCHES:
        print(f"{name} ...", file=sys.stderr)
        command = [sys.executable, "-m", "bench.one", name, os.environ.get("ROUNDS", "3")]
        subprocess.run(namespace.inside(command), check=True)
        found += figures.read(BUILD / f"{name}.json")
    print(figures.table(found))
    figures.write(BUILD / "figures.json", found)
    return 0 if all(figure.reached for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
