"""Node: Express with the cors package, and with middleware that is written out."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crossorigin.dialects._javascript import METHODS
from stacks.target import Target, ask_at, run_programs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from crossorigin.messages import Request, Response
    from stacks.calls import Probe

#: The packages that the programs need: their releases, and where they are put.
HERE = Path(__file__).parent / "node"
PACKAGES = HERE / "node_modules"
ENVIRONMENT = {"NODE_PATH": str(PACKAGES), "NODE_ENV": "test"}

_LOCK = HERE / "package-lock.json"
#: What npm writes when it has put everything there.
_DONE = PACKAGES / ".package-lock.json"


def install() -> None:
    """Let npm put the packages there, unless they are; where it cannot, skip, and with CI=true fail."""
    found = _install()
    if found and os.environ.get("CI") == "true":
        pytest.fail(found)
    if found:
        pytest.skip(found)


@functools.cache
def _install() -> str:
    with (HERE / "package.json").open() as file:
        # Why: several runs may share the folder.
        fcntl.flock(file, fcntl.LOCK_EX)
        if _DONE.exists() and _DONE.stat().st_mtime >= _LOCK.stat().st_mtime:
            return ""
        command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode == 0:
            _DONE.touch()
        return f"npm cannot install: {done.stderr[-500:]}" if done.returncode else ""


@contextlib.contextmanager
def serve(
    texts: Sequence[str], ports: Sequence[int], *, release: str = "express"
) -> Iterator[Callable[[int, Request], Response]]:
    """Serve each module under an app of its own, all of them in one process."""
    install()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, text in enumerate(texts):
            (folder / f"{number}.js").write_text(text)
        command = ["node", str(HERE / "serve.js"), release, name, *map(str, ports[: len(texts)])]
        with run_programs([command], ports[:1], folder=HERE, environment=ENVIRONMENT):
            yield ask_at(ports)


def is_unknown(probe: Probe) -> bool:
    """Tell whether Node itself refuses a method, before a program sees it."""
    return probe.method not in METHODS


_NEEDED = ("node", "npm")

TARGETS = [
    Target("express-cors", "express", _NEEDED, serve, removes=False, is_deaf_to=is_unknown),
    Target("express", "express-middleware", _NEEDED, serve, is_deaf_to=is_unknown),
    Target(
        "express-4", "express-middleware", _NEEDED, functools.partial(serve, release="express4"), is_deaf_to=is_unknown
    ),
]
