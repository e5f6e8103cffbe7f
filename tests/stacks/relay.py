"""A relay between a browser and the targets: what is asked at ``/NUMBER/path`` is asked of that target at ``/path``.

Requests and answers pass as they are, so that one page calls servers of every kind.
"""

from __future__ import annotations

import contextlib
import http.server
import threading
from typing import TYPE_CHECKING

from crossorigin.messages import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

#: What describes one connection, and not the message.
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding"})


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    asks: Sequence[Callable[[Request], Response]]

    def handle_one_request(self) -> None:
        """Relay every method alike."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        _, number, path = self.path.split("/", 2)
        headers = [(name, value) for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP]
        url = f"http://127.0.0.1/{path}"
        found = self.asks[int(number)](Request(self.command, url, headers, body))
        self.send_response_only(found.status)
        for name, value in found.headers:
            if name.lower() not in {*_HOP_BY_HOP, "content-length"}:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(found.body)))
        self.end_headers()
        self.wfile.write(found.body)
        self.wfile.flush()

    def log_message(self, *_args: object) -> None:
        """Print nothing."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


@contextlib.contextmanager
def serve_relay(asks: Sequence[Callable[[Request], Response]]) -> Iterator[int]:
    """Serve the targets on one free port until the block is left."""
    handler = type("_Asking", (_Handler,), {"asks": asks})
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
