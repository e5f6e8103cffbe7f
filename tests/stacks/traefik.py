"""Traefik: one process for each configuration, started as its first comment says."""

from __future__ import annotations

import contextlib
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from crossorigin.messages import Request
from stacks.target import TIME_OUT, Target, ask_at, ask_port, find_program, run_programs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from crossorigin.messages import Response

_UNKNOWN = 404

_TRAEFIK = find_program("traefik")


@contextlib.contextmanager
def _serve(texts: Sequence[str], ports: Sequence[int]) -> Iterator[Callable[[int, Request], Response]]:
    with tempfile.TemporaryDirectory() as folder:
        commands = []
        for number, text in enumerate(texts):
            file = Path(folder) / f"traefik-{number}.yaml"
            file.write_text(text, encoding="utf-8")
            (line,) = [line for line in text.splitlines() if line.startswith("# Start it: ")]
            _, *command = line.removeprefix("# Start it: ").replace("cors.yaml", str(file)).split()
            commands.append([_TRAEFIK, *command, "--global.checkNewVersion=false", "--global.sendAnonymousUsage=false"])
        with run_programs(commands, ports):
            for port in ports:
                _wait_for_routers(port)
            yield ask_at(ports)


def _wait_for_routers(port: int) -> None:
    """Wait until the file has been read: until then everything is answered with 404."""
    end = time.monotonic() + TIME_OUT
    while ask_port(port, Request("GET", "http://localhost/", [("Host", "localhost")])).status == _UNKNOWN:
        assert time.monotonic() < end, "no router is there"
        time.sleep(0.02)


TARGETS = [Target("traefik", "traefik", (_TRAEFIK,), _serve, at_once=20)]
