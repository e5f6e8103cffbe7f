"""One run: a server, a page server, and headless Chromium, which loops over the table and reports.

Everything that is started is ended by its own process id, however the run ends. No driver is needed: the
browser opens a page, and the page sends its report to its own origin.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import queue
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import crossorigin
from engines import api
from engines.browsers import ENGINES, ended, open_browser, read_end, start
from engines.pages import find_page
from engines.row import Row, Seen, fill
from engines.table import ROWS

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from engines.served import Served

HERE = Path(__file__).parent

#: Seconds: for a slow machine that does other things as well.
_UNTIL_READY = 60.0
_UNTIL_REPORT = 120.0


class Report(NamedTuple):
    """What came of a run: what the page says of each row, and what the server has seen for it."""

    results: dict[int, dict[str, Any]]
    seen: dict[int, list[Seen]]
    runs: dict[int, int]
    api_port: int
    page_port: int


class RunError(Exception):
    """The run came to no report."""


def run(server: Served, chromium: str, folder: Path) -> Report:
    """Run the table against one kind of server.

    :raises RunError: something did not start, or there was no report in time.
    """
    rows = {number: row for number, row in enumerate(ROWS) if server.find_expected(row)}
    with contextlib.ExitStack() as stack:
        pages = stack.enter_context(serve_pages())
        page_port = pages.server_port
        api_port = stack.enter_context(_serve_api(server, page_port, folder))
        written = [_write_row(number, row, page_port, api_port) for number, row in rows.items()]
        results = ask_browser(pages, written, chromium, folder)
        records = json.loads(_get(api_port, "/records"))
    seen = {int(number): [Seen(*one) for one in found] for number, found in records["seen"].items()}
    runs = {int(number): count for number, count in records["runs"].items()}
    return Report(results, seen, runs, api_port, page_port)


def ask_browser(pages: _Pages, rows: list[dict[str, Any]], chromium: str, folder: Path) -> dict[int, dict[str, Any]]:
    """Let the browser make the calls of rows, and return what its page says of each.

    :raises RunError: there was no report in time.
    """
    pages.rows = rows
    with open_browser(ENGINES[0], chromium, f"http://127.0.0.1:{pages.server_port}/", folder) as process:
        report = _wait_for_report(pages.reports, process, folder)
    return {int(number): result for number, result in report["results"].items()}


def _write_row(number: int, row: Row, page_port: int, api_port: int) -> dict[str, Any]:
    """Return a row in the form in which the page reads it."""
    calls = []
    for call in row.calls:
        wanted = {name: getattr(call, name) for name in ("method", "credentials", "body", "mode")}
        calls.append({**wanted, "headers": dict(call.headers), "url": f"{call.api}/p/{number}{call.path}"})
    written: dict[str, Any] = fill({"id": number, "page": row.calls[-1].page, "calls": calls}, page_port, api_port)
    return written


class _Pages(ThreadingHTTPServer):
    """The origins of the pages: one server under many names."""

    rows: list[dict[str, Any]]
    reports: queue.Queue[dict[str, Any]]

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _PageHandler)
        self.rows = []
        self.reports = queue.Queue()

    def handle_error(self, *_: object) -> None:
        """Say nothing: a browser that is ended leaves connections behind."""


class _PageHandler(BaseHTTPRequestHandler):
    timeout = _UNTIL_READY

    def do_GET(self) -> None:
        pages = cast("_Pages", self.server)
        if page := find_page(self.path):
            self._answer(*page)
        elif self.path == "/rows":
            # Why: the page asks again when it has run them, and ends when there are no more.
            rows, pages.rows = pages.rows, []
            self._answer("application/json", json.dumps(rows).encode())
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        cast("_Pages", self.server).reports.put(json.loads(body))
        self._answer("text/plain", b"")

    def _answer(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def serve_pages() -> Iterator[_Pages]:
    """Serve the pages until the block is left."""
    with _Pages() as pages:
        thread = threading.Thread(target=pages.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield pages
        finally:
            pages.shutdown()
            thread.join()


@contextlib.contextmanager
def _serve_api(server: Served, page_port: int, folder: Path) -> Iterator[int]:
    """Start a server on a free port, wait until it answers, and end it at last."""
    log = folder / "server.log"
    # Why: the socket is bound here and handed down, so that nobody can take the port in between.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        command = [sys.executable, "-m", *server.command.format(fd=listener.fileno()).split()]
        # Why: the server must run the very package that the tests import, installed or not.
        path = os.pathsep.join([str(HERE.parent), str(Path(crossorigin.__file__).parents[1])])
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("GUNICORN", "UVICORN"))}
        environ = {**inherited, "PYTHONPATH": path, api.PAGE_PORT: str(page_port)}
        process = start(command, log, environ, folder, pass_fds=[listener.fileno()])
    with ended(process):
        deadline = time.monotonic() + _UNTIL_READY
        while True:
            try:
                _get(port, "/frame")
                break
            except (OSError, http.client.HTTPException) as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    message = f"{server.name} did not start:\n{read_end(log)}"
                    raise RunError(message) from error
                time.sleep(0.05)
        yield port


def _wait_for_report(
    reports: queue.Queue[dict[str, Any]], process: subprocess.Popen[bytes], folder: Path
) -> dict[str, Any]:
    deadline = time.monotonic() + _UNTIL_REPORT
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(queue.Empty):
            return reports.get(timeout=0.2)
    ended = "the browser has ended" if process.poll() is not None else f"{_UNTIL_REPORT:.0f} s have passed"
    message = f"{ended}, and there is no report from the page:\n{read_end(folder / 'chromium.log')}"
    raise RunError(message)


def _get(port: int, path: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_UNTIL_READY)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()
