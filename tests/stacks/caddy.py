"""Caddy: one process for each configuration; the newest release, and the oldest that is supported, Debian's."""

from __future__ import annotations

import contextlib
import functools
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from stacks.target import Target, ask_at, find_program, run_programs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from crossorigin.messages import Request, Response

_NEWEST = find_program("caddy")
_OLDEST = "/usr/bin/caddy"


@contextlib.contextmanager
def _serve(program: str, texts: Sequence[str], ports: Sequence[int]) -> Iterator[Callable[[int, Request], Response]]:
    with tempfile.TemporaryDirectory() as folder:
        commands = []
        for number, text in enumerate(texts):
            file = Path(folder) / f"Caddyfile-{number}"
            file.write_text(text, encoding="utf-8")
            commands.append([program, "run", "--adapter", "caddyfile", "--config", str(file)])
        with run_programs(commands, ports):
            yield ask_at(ports)


TARGETS = [
    Target("caddy", "caddy", (_NEWEST,), functools.partial(_serve, _NEWEST), at_once=10),
    Target("caddy-debian", "caddy", (_OLDEST,), functools.partial(_serve, _OLDEST), at_once=10),
]
