"""Run all benchmarks, or those that are named."""

import importlib
import os
import sys

NAMES = (
    "engine",
    "language",
    "store",
    "tasks",
    "start",
    "reload",
    "schedules",
    "containers",
    "dbt",
    "topology",
    "console",
)


def main() -> None:
    # An installed package has its bytecode; a machine that forbids to write it would measure the compiler at every start.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for name in sys.argv[1:] or NAMES:
        importlib.import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
