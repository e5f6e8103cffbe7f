"""How much later does a program start that imports crossorigin, and what does that load?

Fresh interpreters, in turn, with and without the import. The bytecode is compiled before, as an installer does.
"""  # noqa: D400 (the first line is the question)

from __future__ import annotations

import json
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
MOST_MILLISECONDS = 30.0

PROGRAMS = {
    "nothing": "",
    "crossorigin": "import crossorigin",
    "the ASGI door": "import crossorigin.integrations.asgi",
    "the WSGI door": "import crossorigin.integrations.wsgi",
}
_LIST_MODULES = "; import json, sys; print(json.dumps(list(sys.modules)))"


def run(program: str, environ: dict[str, str]) -> str:
    """Run a program in a fresh interpreter; return what it prints."""
    command = [sys.executable, "-c", program or "pass"]
    return subprocess.run(command, env=environ, check=True, capture_output=True, text=True).stdout


def time_all(runs: int, environ: dict[str, str]) -> dict[str, list[float]]:
    """Return the milliseconds of every run of every program, in turn."""
    took: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(runs):
        for name, program in PROGRAMS.items():
            start = time.perf_counter()
            run(program, environ)
            took[name].append((time.perf_counter() - start) * 1000)
    return took


def list_modules(program: str, environ: dict[str, str]) -> set[str]:
    """Return the names of all modules that a program has loaded at its end."""
    return set(json.loads(run((program or "pass") + _LIST_MODULES, environ)))


def judge(name: str, more: float) -> float | Judged:
    """Set the target next to the one import that has one."""
    return Judged(more, MOST_MILLISECONDS) if name == "crossorigin" else more


def main() -> None:
    """Time every program, and list what it loads."""
    options = read_options(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        environ = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        environ.pop("PYTHONDONTWRITEBYTECODE", None)
        loaded = {name: list_modules(program, environ) for name, program in PROGRAMS.items()}
        took = time_all(QUICK_RUNS if options.quick else RUNS, environ)
    fastest, median = min(took["nothing"]), statistics.median(took["nothing"])
    rows: list[Row] = []
    for name, times in took.items():
        more = loaded[name] - loaded["nothing"]
        own = {module for module in more if module.partition(".")[0] == "crossorigin"}
        foreign = {module for module in more - own if module.partition(".")[0] not in sys.stdlib_module_names}
        rows.append(
            {
                "import": name,
                "fastest ms": min(times),
                "median ms": statistics.median(times),
                "fastest, more ms": judge(name, min(times) - fastest),
                "median, more ms": judge(name, statistics.median(times) - median),
                "own modules": len(own),
                "standard library's": len(more - own - foreign),
                "others (none)": ", ".join(sorted(foreign)) or "none",
            }
        )
    report(options, [Table("Whole runs of an interpreter", rows)])


if __name__ == "__main__":
    main()
