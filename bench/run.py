"""Ask every question of this folder, each in a process of its own, and keep the figures in ``results/``."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results"
PEERS = ("asgi-cors", "django", "django-cors-headers", "flask", "flask-cors", "starlette", "werkzeug")


def list_questions() -> list[Path]:
    """Return the scripts that answer a question: all but this one and what they share."""
    return sorted(path for path in FOLDER.glob("*.py") if not path.name.startswith("_") and path != Path(__file__))


def describe_machine() -> dict[str, object]:
    """Return what the figures depend on."""
    return {
        "python": sys.version,
        "implementation": platform.python_implementation(),
        "system": platform.platform(),
        "cpu": _read_cpu_model(),
        "cpus": os.cpu_count(),
        "peers": {name: _find_version(name) for name in PEERS},
    }


def _read_cpu_model() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.processor())


def _find_version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def main() -> int:
    """Run all; return 1 if a script has failed. A target that is not met is no failure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a smoke run of some seconds: its figures mean little")
    quick = ["--quick"] if parser.parse_args().quick else []
    RESULTS.mkdir(exist_ok=True)
    machine = describe_machine()
    text = json.dumps(machine, indent=2)
    (RESULTS / "machine.json").write_text(text + "\n", encoding="utf-8")
    print(text, flush=True)
    has_failed = False
    for path in list_questions():
        print(f"\n== {path.name}\n", flush=True)
        # Why: a process each, so that no script's layers, settings or garbage weigh on the next one's figures.
        command = [sys.executable, str(path), "--json", str(RESULTS / f"{path.stem}.json"), *quick]
        has_failed = subprocess.run(command, check=False).returncode != 0 or has_failed
    return int(has_failed)


if __name__ == "__main__":
    sys.exit(main())
