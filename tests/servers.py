"""Real servers on free loopback ports, and requests on the wire, for the tests of integrations."""

from __future__ import annotations

import contextlib
import http.client
import socketserver
import threading
import wsgiref.simple_server
from typing import TYPE_CHECKING, Any, NamedTuple

import uvicorn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Pairs = list[tuple[str, str]]
TIME_OUT = 20


class Answer(NamedTuple):
    """What came over the wire; ``cors`` are the CORS headers and ``Vary``, by their names in lower case."""

    status: int
    headers: Pairs
    body: bytes

    @property
    def cors(self) -> dict[str, str]:
        found = [(name.lower(), value) for name, value in self.headers]
        kept = [(name, value) for name, value in found if name.startswith("access-control-") or name == "vary"]
        assert len(kept) == len(dict(kept)), f"a header is doubled: {kept}"
        return dict(kept)


def ask(port: int, method: str, path: str = "/items", headers: Sequence[tuple[str, str]] = ()) -> Answer:
    """Send one request, its header lines as they are given, and read the whole answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIME_OUT)
    with contextlib.closing(connection):
        connection.putrequest(
            method, path, skip_host=any(name == "Host" for name, _ in headers), skip_accept_encoding=True
        )
        for name, value in headers:
            connection.putheader(name, value.encode("latin-1"))
        connection.endheaders()
        response = connection.getresponse()
        return Answer(response.status, response.getheaders(), response.read())


def ask_preflight(
    port: int, origin: str, method: str = "GET", names: str | None = None, path: str = "/items"
) -> Answer:
    """Send a CORS-preflight request."""
    headers = [("Origin", origin), ("Access-Control-Request-Method", method)]
    headers += [("Access-Control-Request-Headers", names)] if names is not None else []
    return ask(port, "OPTIONS", path, headers)


@contextlib.contextmanager
def serve_asgi(app: Any) -> Iterator[int]:
    """Serve an ASGI app with uvicorn in a thread; give the port."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_level="critical", ws="websockets-sansio", lifespan="auto"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
            assert thread.is_alive(), "the server has not started"
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(TIME_OUT)
        assert not thread.is_alive()


class _ThreadingServer(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    daemon_threads = True


class _Handler(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def serve_wsgi(app: Any) -> Iterator[int]:
    """Serve a WSGI app with the standard library's server in threads; give the port."""
    with wsgiref.simple_server.make_server("127.0.0.1", 0, app, _ThreadingServer, _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join(TIME_OUT)
