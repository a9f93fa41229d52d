"""One bench: `python -m bench.one NAME ROUNDS`, inside a network namespace. Its figures go to build/bench/NAME.json."""

import importlib
import sys

from bench import figures, namespace
from bench.farm import BUILD


def main(name: str, rounds: int) -> None:
    namespace.prepare()
    figures.write(BUILD / f"{name}.json", importlib.import_module(f"bench.{name}").measure(rounds))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
