"""A target: a dialect, and how the real server is started with texts that were written in it."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import subprocess
import sysconfig
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from crossorigin.messages import Response
from crossorigin.standard.url import parse_url
from processes import accepts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from crossorigin.messages import Request
    from stacks.calls import Probe

TIME_OUT = 20
#: Seconds that a program has to start, on a machine that does other things as well, and to end.
_START_UP = 60.0
_UNTIL_ENDED = 10.0

#: Ask the server that has the text of this number.
Ask = "Callable[[int, Request], Response]"


class Target(NamedTuple):
    """A real server.

    ``programs`` are what must be on this machine: names to be looked up, or paths. ``serve`` starts the server with
    texts, each for the port of the same place, and gives a function ``ask(number, request)``; it may serve them all on
    other ports, or in one process, as long as each is used exactly as it is written. ``at_once`` is how many it takes.
    ``is_deaf_to`` tells what the server cannot take, whatever its configuration: that is not asked.
    ``removes`` tells whether the CORS headers of the app behind are removed, as a whole server and a program do.
    ``varies_preflights`` tells whether answers to preflights, which no cache keeps, say that they depend on the origin.
    """

    name: str
    dialect: str
    programs: tuple[str, ...]
    serve: Callable[
        [Sequence[str], Sequence[int]], contextlib.AbstractContextManager[Callable[[int, Request], Response]]
    ]
    at_once: int = 200
    removes: bool = True
    varies_preflights: bool = True
    is_deaf_to: Callable[[Probe], bool] = lambda _: False

    def require(self) -> None:
        """Skip the test, by name, where a program is missing; with CI=true that is a failure."""
        missing = [one for one in self.programs if not (shutil.which(one) or Path(one).exists())]
        if missing and os.environ.get("CI") == "true":
            pytest.fail(f"{self.name} needs {', '.join(missing)}")
        if missing:
            pytest.skip(f"{self.name} needs {', '.join(missing)}")


def find_program(name: str) -> str:
    """Return a program that is installed beside this Python, as wheels bring some; else its name."""
    beside = Path(sysconfig.get_path("scripts")) / name
    return str(beside) if beside.exists() else name


def ask_port(port: int, request: Request, more: Sequence[tuple[str, str]] = ()) -> Response:
    """Send a request to a port of this machine, whatever its URL names; its header lines are sent as they are."""
    url = parse_url(request.url)
    assert url
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIME_OUT)
    names = {name.lower() for name, _ in request.headers}
    with contextlib.closing(connection):
        connection.putrequest(request.method, url.target, skip_host="host" in names, skip_accept_encoding=True)
        for name, value in [*request.headers, *more]:
            connection.putheader(name, value.encode("latin-1"))
        if request.body and "content-length" not in names:
            connection.putheader("Content-Length", str(len(request.body)))
        connection.endheaders(request.body or None)
        response = connection.getresponse()
        return Response(response.status, response.getheaders(), response.read())


def ask_at(ports: Sequence[int]) -> Callable[[int, Request], Response]:
    """Return the function that asks the port of each number."""
    return lambda number, request: ask_port(ports[number], request)


@contextlib.contextmanager
def run_programs(
    commands: Sequence[Sequence[str]],
    ports: Sequence[int],
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[None]:
    """Run each command until the block is left, when its port takes connections; end it with its whole group.

    :raises AssertionError: one has not started; says what it printed.
    """
    with contextlib.ExitStack() as stack:
        processes = []
        for command in commands:
            output = stack.enter_context(tempfile.TemporaryFile())
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )
            stack.callback(_end, process)
            processes.append((process, output))
        for (process, output), port in zip(processes, ports, strict=True):
            end = time.monotonic() + _START_UP
            while not accepts(port):
                if process.poll() is not None or time.monotonic() > end:
                    output.seek(0)
                    message = f"{process.args!r} has not started:\n{output.read().decode(errors='replace')}"
                    raise AssertionError(message)
                time.sleep(0.02)
        yield


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program and all that it has started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_UNTIL_ENDED)
            return
