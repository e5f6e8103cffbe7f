"""The app behind an edge, and in the model: what every app of a target answers, whatever its language.

Every method is answered with 200, ``ok``, ``X-Ran: yes`` and two headers of its own. What is at a path that ends in
``/vary`` depends on ``Accept``, too; at ``/own`` it sends CORS headers of the app's own, as a careless one does; at
``/broken`` it is answered with 500.
"""

from __future__ import annotations

import contextlib
import http.server
import threading
from typing import TYPE_CHECKING

from crossorigin.messages import Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterator

EXTRA = {"X-Total": "1", "ETag": '"e"'}
OWN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Allow-Methods": "*",
    "Access-Control-Allow-Headers": "*, Authorization",
    "Access-Control-Expose-Headers": "X-Secret",
}


def answer(request: Request) -> Response:
    """Be the app."""
    path = request.url.partition("?")[0]
    headers = [("Content-Type", "text/plain"), ("X-Ran", "yes"), *EXTRA.items()]
    if path.endswith("/vary"):
        headers.append(("Vary", "Accept"))
    if path.endswith("/own"):
        headers += OWN.items()
    return Response(500 if path.endswith("/broken") else 200, headers, b"ok")


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Why: a head and a body in two packets wait for each other.
    wbufsize = -1

    def handle_one_request(self) -> None:
        """Answer every method alike."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        found = answer(Request(self.command, self.path, []))
        body = b"" if self.command == "HEAD" else found.body
        self.send_response(found.status)
        for name, value in found.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(found.body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_args: object) -> None:
        """Print nothing."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


@contextlib.contextmanager
def serve_upstream() -> Iterator[int]:
    """Serve the app on a free port until the block is left."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
