"""Servers that are written by hand, on real sockets: a handler behind ``http.server``, and a small shared cache."""

from __future__ import annotations

import contextlib
import http.server
import threading
from typing import TYPE_CHECKING, Any

from crossorigin.messages import Request, Response, get_values
from servers import TIME_OUT

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    Handler = Callable[[Request], Response]


@contextlib.contextmanager
def serve_handler(find_handler: Callable[[], Handler], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve what the function returns, asked anew for each request; give the port."""

    class Server(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            response = find_handler()(Request(self.command, self.path, list(self.headers.items()), body))
            self.send_response_only(response.status)
            for name, value in response.headers:
                self.send_header(name, value)
            if response.status != 204:
                self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(response.body)

        def __getattr__(self, name: str) -> Any:
            """Answer every method alike."""
            if name.startswith("do_"):
                return self.answer
            raise AttributeError(name)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        server.daemon_threads = True
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join(TIME_OUT)


class SharedCache:
    """A cache in front of a handler: it keeps answers to GET by their URL and what ``Vary`` names.

    Spec: https://www.rfc-editor.org/rfc/rfc9111#name-calculating-cache-keys-with
    """

    def __init__(self, upstream: Handler) -> None:
        self.upstream = upstream
        self.kept: list[tuple[Request, Response]] = []

    def __call__(self, request: Request) -> Response:
        if request.method != "GET":
            return self.upstream(request)
        for before, response in self.kept:
            names = [name.strip() for line in get_values(response.headers, "Vary") for name in line.split(",")]
            is_same = all(get_values(before.headers, name) == get_values(request.headers, name) for name in names)
            if before.url == request.url and is_same:
                return response._replace(headers=[*response.headers, ("Age", "7"), ("X-Cache", "HIT")])
        response = self.upstream(request)
        self.kept.append((request, response))
        return response
