"""One HTTP exchange: the request streamed to the upstream, its answer streamed back, with an end to every wait."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from crossorigin.gateway.answers import NOTE, Answered, BrokenAnswerError
from crossorigin.gateway.lines import (
    CHUNKED,
    CONTENT_LENGTH,
    TRANSFER_ENCODING,
    find_values,
    make_request_lines,
    make_response_lines,
)

if TYPE_CHECKING:
    from crossorigin.gateway.connection import Connection
    from crossorigin.gateway.lines import Trip
    from crossorigin.gateway.pool import Pool
    from crossorigin.integrations._scope import Receive, Scope, Send

#: How often it is looked whether a wait is over, and whether a client is still there.
_SECONDS_UNWATCHED = 1.0

#: What may be sent again where a kept connection was closed in the meantime.
#: Spec: https://www.rfc-editor.org/rfc/rfc9110#name-safe-methods
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Clock:
    """Looks once in a while at all exchanges that are under way.

    Why one for all: a timer for each would cost them a tenth.

    :param seconds: for how long an exchange waits for either side.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.loop = asyncio.get_running_loop()
        self.exchanges: set[Exchange] = set()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, exchange: Exchange) -> None:
        """Look at an exchange until it is taken out of ``exchanges``."""
        self.exchanges.add(exchange)
        if self._timer is None:
            self._timer = self.loop.call_later(min(_SECONDS_UNWATCHED, self.seconds), self._look)

    def _look(self) -> None:
        self._timer = None
        now = self.loop.time()
        for exchange in tuple(self.exchanges):
            exchange.look(now)
        if self.exchanges:
            self._timer = self.loop.call_later(min(_SECONDS_UNWATCHED, self.seconds), self._look)


class Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, trip: Trip, clock: Clock) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._trip = trip
        self._clock = clock
        self._seconds = clock.seconds
        self._loop = clock.loop
        self._connection: Connection | None = None
        self._listener: asyncio.Task[None] | None = None
        self._deadline: float | None = None
        self._began = self._loop.time()
        self._waits_for_client = False
        self._has_body = self._is_chunked = False
        self._is_sent = True
        self._has_started = False
        self._is_gone = False

    async def run(self, pool: Pool) -> None:
        """Forward the request, and the answer back.

        :raises Answered: there is none; nothing was sent to the client.
        :raises BrokenAnswerError: it broke off.
        """
        head = self._make_head()
        self._wait_for_upstream()
        self._clock.add(self)
        try:
            await self._stream(await self._ask(pool, head))
        except Answered as answered:
            if self._is_gone:
                self._scope[NOTE] = (None, "the client has left")
            elif self._has_started:
                text = answered.text if self._waits_for_client else f"The answer broke off. {answered.text}"
                raise BrokenAnswerError(text) from answered
            else:
                raise
        finally:
            self._clock.exchanges.discard(self)
            if self._listener is not None:
                self._listener.cancel()
            if self._connection is not None:
                if not self._is_sent:
                    self._connection.close()
                pool.give_back(self._connection)

    def _make_head(self) -> bytes:
        """Return the request line and the header lines as they go on."""
        scope = self._scope
        lines = make_request_lines(scope, self._trip)
        if codings := find_values(scope["headers"], TRANSFER_ENCODING):
            if [value.lower() for value in codings] != [CHUNKED]:
                raise Answered(501, "The request has a transfer coding that the proxy cannot undo.")
            self._has_body = self._is_chunked = True
            lines.append((TRANSFER_ENCODING, CHUNKED))
        elif lengths := find_values(scope["headers"], CONTENT_LENGTH):
            self._has_body, self._is_chunked = int(lengths[0]) > 0, False
            lines.append((CONTENT_LENGTH, b"%d" % int(lengths[0])))
        parts = [b"%b %b HTTP/1.1" % (scope["method"].encode(), make_target(scope))]
        parts += [b"%b: %b" % line for line in lines]
        return b"\r\n".join([*parts, b"\r\n"])

    async def _ask(self, pool: Pool, head: bytes) -> Connection:
        """Send the request; return the connection when the head of the answer has come."""
        method, is_again = self._scope["method"], False
        while True:
            self._connection = connection = await pool.take(is_fresh=is_again)
            if self._is_gone:
                raise Answered(502, "The client has left.")
            connection.ask(head, is_head=method == "HEAD")
            if self._has_body:
                self._is_sent = False
                self._listener = self._loop.create_task(self._upload(connection))
            try:
                await connection.read_head()
            except Answered:
                is_stale = connection.uses > 1 and not connection.has_answered and connection.is_closed
                if is_again or not is_stale or self._is_gone or self._has_body or method not in _SAFE:
                    raise
                is_again = True
            else:
                return connection

    async def _stream(self, connection: Connection) -> None:
        """Send the answer back as it comes, no faster than the client takes it."""
        headers = make_response_lines(connection.headers, self._scope, self._trip, connection.status)
        self._has_started = True
        if not self._waits_for_client:
            self._wait_for_upstream()
        await self._send({"type": "http.response.start", "status": connection.status, "headers": headers})
        more = True
        while more:
            data = await connection.read_body()
            more = not connection.is_complete
            await self._send({"type": "http.response.body", "body": data, "more_body": more})

    async def _upload(self, connection: Connection) -> None:
        """Send the request's body, then listen."""
        more = True
        while more:
            self._waits_for_client, self._deadline = True, self._loop.time() + self._seconds
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._leave()
                return
            self._wait_for_upstream()
            more = message.get("more_body", False)
            data: bytes = message.get("body", b"")
            if self._is_chunked:
                data = b"%x\r\n%b\r\n" % (len(data), data) if data else b""
                data = data if more else data + b"0\r\n\r\n"
            if data:
                await connection.write(data)
        self._is_sent = True
        await self._listen()

    async def _listen(self) -> None:
        """Wait until the client leaves."""
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._leave()

    def _leave(self) -> None:
        """End the exchange, for which there is nobody any more."""
        self._is_gone = True
        if self._connection is not None:
            self._connection.fail(Answered(502, "The client has left."))

    def _wait_for_upstream(self) -> None:
        """Begin to wait for the upstream; as long as it takes, if its answer has begun.

        Why: a stream of events may be silent for hours.
        """
        self._waits_for_client = False
        self._deadline = None if self._has_started else self._loop.time() + self._seconds

    def look(self, now: float) -> None:
        """End a wait that is over; look whether the client is still there.

        Why not from the start: most exchanges are over by now, and a task for each would cost them a tenth.
        """
        if self._deadline is not None and now >= self._deadline and self._connection is not None:
            if self._waits_for_client:
                answered = Answered(408, "The client took too long to send the body of its request.")
            else:
                answered = Answered(504, "The upstream took too long to answer.")
            self._connection.fail(answered)
        elif self._listener is None and not self._has_body and now - self._began >= _SECONDS_UNWATCHED / 2:
            # Why not with a body: until the upstream is reached, whoever listened would take it away.
            self._listener = self._loop.create_task(self._listen())


def make_target(scope: Scope) -> bytes:
    """Return the target of a request as it was written.

    :raises Answered: it is no path, so that it could name another host.
    """
    raw: bytes = scope["raw_path"]
    query: bytes = scope["query_string"]
    target = raw + b"?" + query if query else raw
    if not raw.startswith(b"/") or b"#" in target:
        raise Answered(400, "The target of the request is no path.")
    return target
