"""HAProxy: one process for each configuration."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from stacks.target import Target, ask_at, run_programs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from crossorigin.messages import Request, Response


@contextlib.contextmanager
def _serve(texts: Sequence[str], ports: Sequence[int]) -> Iterator[Callable[[int, Request], Response]]:
    with tempfile.TemporaryDirectory() as folder:
        commands = []
        for number, text in enumerate(texts):
            file = Path(folder) / f"haproxy-{number}.cfg"
            file.write_text(text, encoding="utf-8")
            # Why: each reserves memory for as many connections as the machine allows.
            commands.append(["haproxy", "-db", "-n", "64", "-f", str(file)])
        with run_programs(commands, ports):
            yield ask_at(ports)


TARGETS = [Target("haproxy", "haproxy", ("haproxy",), _serve, at_once=40)]
