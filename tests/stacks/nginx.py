"""nginx: one server for each configuration, in the foreground, with its own workers left out."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from crossorigin.browser import Call
from crossorigin.standard.headers import REQUEST_METHOD
from stacks.calls import BASE
from stacks.target import Target, ask_at, run_programs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from crossorigin.messages import Request, Response
    from stacks.calls import Probe

#: Why: a master and a worker for each of many texts take long to start, and do the same as one process.
_ONE_PROCESS = "daemon off; master_process off;"


@contextlib.contextmanager
def _serve(texts: Sequence[str], ports: Sequence[int]) -> Iterator[Callable[[int, Request], Response]]:
    with tempfile.TemporaryDirectory() as folder:
        commands = []
        for number, text in enumerate(texts):
            file = Path(folder) / f"nginx-{number}.conf"
            file.write_text(text, encoding="utf-8")
            commands.append(["nginx", "-c", str(file), "-g", _ONE_PROCESS])
        with run_programs(commands, ports):
            yield ask_at(ports)


def _is_deaf_to(probe: Probe) -> bool:
    """Tell what nginx never sees: a method in small letters, and a header without a value."""
    if isinstance(probe, Call):
        return probe.page_origin == BASE and not probe.method.isupper()
    return REQUEST_METHOD in dict(probe.headers) and not dict(probe.headers)[REQUEST_METHOD]


TARGETS = [Target("nginx", "nginx", ("nginx",), _serve, is_deaf_to=_is_deaf_to)]
