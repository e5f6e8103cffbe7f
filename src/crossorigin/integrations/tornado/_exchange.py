"""One request to Tornado: given to the app, or answered when it has been read."""

from __future__ import annotations

from functools import partial
from http.client import responses
from typing import TYPE_CHECKING

from tornado.httputil import HTTPHeaders, HTTPMessageDelegate, ResponseStartLine

from crossorigin.integrations._native import Found, Incoming

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Awaitable, Callable

    from tornado.httputil import HTTPConnection, RequestStartLine

    from crossorigin.decision.table import Answer
    from crossorigin.integrations._native import NativeLayer, Pair

    StartLine = RequestStartLine | ResponseStartLine
    Begin = Callable[[], Awaitable[None] | None]


class Exchange(HTTPMessageDelegate):
    """One request: given to the app, or answered when it has been read."""

    _own: Answer[str] | None = None

    def __init__(self, layer: NativeLayer, inner: HTTPMessageDelegate, connection: HTTPConnection) -> None:
        self._layer = layer
        self._inner = inner
        self._connection = connection

    def headers_received(self, start_line: StartLine, headers: HTTPHeaders) -> Awaitable[None] | None:
        method, target = str(start_line[0]), str(start_line[1])
        incoming = Incoming(method, target, headers.get_list, lambda: [*headers.get_all()])
        found = self._layer.look_up(incoming, vars(self._connection))
        begin = partial(self._inner.headers_received, start_line, headers)
        return self._decide(found, incoming, begin) if isinstance(found, Found) else self._go_on(found, begin)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        return self._inner.data_received(chunk) if self._own is None else None

    def finish(self) -> None:
        if self._own is None:
            self._inner.finish()
            return
        status, headers, body = self._own
        line = ResponseStartLine("HTTP/1.1", status, responses.get(status, "Refused"))
        self._connection.write_headers(line, _make_headers(headers), body)
        self._connection.finish()

    def on_connection_close(self) -> None:
        if self._own is None:
            self._inner.on_connection_close()

    async def _decide(self, found: Found, incoming: Incoming, begin: Begin) -> None:
        going = self._go_on(await self._layer.decide(found, incoming), begin)
        if going is not None:
            await going

    def _go_on(self, answer: Answer[str] | None, begin: Begin) -> Awaitable[None] | None:
        if answer and answer[0]:
            self._own = answer
            return None
        if answer:
            self._put_on(answer[1])
        return begin()

    def _put_on(self, ours: list[Pair]) -> None:
        """Have the headers written on the response, whoever makes it."""
        # Why: a connection serves one request, and all that answers it ends here, after the handler is done.
        write = self._connection.write_headers

        def write_headers(start_line: StartLine, headers: HTTPHeaders, chunk: bytes | None = None) -> Future[None]:
            return write(start_line, _make_headers(self._layer.merge(headers.get_all(), ours)), chunk)

        self._connection.write_headers = write_headers  # type: ignore[method-assign]


def _make_headers(pairs: list[Pair]) -> HTTPHeaders:
    headers = HTTPHeaders()
    for name, value in pairs:
        headers.add(name, value)
    return headers
