"""Apache httpd: one server for each configuration, in the foreground."""

from __future__ import annotations

import contextlib
import re
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
            file = Path(folder) / f"apache-{number}.conf"
            file.write_text(text, encoding="utf-8")
            commands.append(["apache2", "-f", str(file), "-D", "FOREGROUND"])
        try:
            with run_programs(commands, ports):
                yield ask_at(ports)
        finally:
            for text in texts:
                for name in re.findall("^ErrorLog (.*)$", text, re.MULTILINE):
                    Path(name).unlink(missing_ok=True)


TARGETS = [Target("apache", "apache", ("apache2",), _serve, at_once=40)]
