"""How long does the command take to answer ``--help``?

Whole runs of a fresh interpreter, in turn with one that does nothing. The bytecode is compiled before, as an
installer does.
"""  # noqa: D400 (the first line is the question)

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

from _measure import Judged, Table, read_options, report

if TYPE_CHECKING:
    from _measure import Row

RUNS, QUICK_RUNS = 60, 8
MOST_MILLISECONDS = 200.0

PROGRAMS = {
    "nothing": ["-c", "pass"],
    "check --help": ["-m", "crossorigin", "check", "--help"],
    "explain --help": ["-m", "crossorigin", "explain", "--help"],
    "routes --help": ["-m", "crossorigin", "routes", "--help"],
    "proxy --help": ["-m", "crossorigin", "proxy", "--help"],
}


def time_all(runs: int, environ: dict[str, str]) -> dict[str, list[float]]:
    """Return the milliseconds of every run of every program, in turn."""
    took: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for number in range(runs + 1):
        for name, arguments in PROGRAMS.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, *arguments], env=environ, check=True, capture_output=True)
            # Why: the first run compiles.
            if number:
                took[name].append((time.perf_counter() - start) * 1000)
    return took


def main() -> None:
    """Time every program."""
    options = read_options(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        environ.pop("PYTHONDONTWRITEBYTECODE", None)
        took = time_all(QUICK_RUNS if options.quick else RUNS, environ)
    rows: list[Row] = [
        {
            "command": name,
            "fastest ms": min(times),
            "median ms": Judged(statistics.median(times), MOST_MILLISECONDS)
            if name != "nothing"
            else statistics.median(times),
            "slowest ms": max(times),
        }
        for name, times in took.items()
    ]
    report(options, [Table("Whole runs of the command", rows)])


if __name__ == "__main__":
    main()
