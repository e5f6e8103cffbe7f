"""Programs that serve on a port given as their one argument, started and ended by the tests."""

from __future__ import annotations

import contextlib
import random
import socket
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_START_UP = 30.0


def find_free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def find_free_ports(count: int) -> list[int]:
    """Find ports that nothing else will be given meanwhile: below those that the system hands out."""
    found: list[int] = []
    while len(found) < count:
        port = random.randint(15_000, 30_000)
        with contextlib.suppress(OSError), socket.socket() as one:
            one.bind(("127.0.0.1", port))
            found += [port] if port not in found else []
    return found


def accepts(port: int) -> bool:
    """Tell whether something listens on a port of this machine."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextlib.contextmanager
def serve_program(program: Path) -> Iterator[int]:
    """Run ``python PROGRAM PORT`` until the block is left; give the port when it takes connections."""
    port = find_free_port()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen([sys.executable, str(program), str(port)], stdout=output, stderr=subprocess.STDOUT)
        try:
            if not _wait(process, port):
                output.seek(0)
                message = f"{program.name} has not started:\n{output.read().decode(errors='replace')}"
                raise AssertionError(message)
            yield port
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def _wait(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until the port takes connections; tell whether it does."""
    end = time.monotonic() + _START_UP
    while time.monotonic() < end:
        if accepts(port):
            return True
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
            return False
    return False
