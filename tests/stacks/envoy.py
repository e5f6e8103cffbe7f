"""Envoy: one process for each configuration."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from crossorigin.browser import Call
from crossorigin.standard.headers import CONTENT_TYPE
from stacks.target import Target, ask_at, find_program, run_programs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from crossorigin.messages import Request, Response
    from stacks.calls import Probe

#: One worker, no admin, and nothing on the disk that another process could meet.
_OPTIONS = ("--concurrency", "1", "--disable-hot-restart", "--log-level", "error")

_ENVOY = find_program("envoy")


@contextlib.contextmanager
def _serve(texts: Sequence[str], ports: Sequence[int]) -> Iterator[Callable[[int, Request], Response]]:
    with tempfile.TemporaryDirectory() as folder:
        commands = []
        for number, text in enumerate(texts):
            file = Path(folder) / f"envoy-{number}.yaml"
            file.write_text(text, encoding="utf-8")
            commands.append([_ENVOY, *_OPTIONS, "-c", str(file)])
        with run_programs(commands, ports):
            yield ask_at(ports)


def _is_deaf_to(probe: Probe) -> bool:
    """Tell what Envoy answers by itself with 400: a QUERY that does not say what its content is."""
    headers = probe.header_list if isinstance(probe, Call) else probe.headers
    return probe.method == "QUERY" and CONTENT_TYPE.lower() not in {name.lower() for name, _ in headers}


TARGETS = [Target("envoy", "envoy", (_ENVOY,), _serve, at_once=10, is_deaf_to=_is_deaf_to)]
