"""``Connection``: one connection to the upstream, whose answers httptools parses, as it does the requests for uvicorn.

Spec: https://www.rfc-editor.org/rfc/rfc9112
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httptools

from crossorigin.gateway.answers import Answered
from crossorigin.gateway.lines import CHUNKED, CONTENT_LENGTH, TRANSFER_ENCODING, VERSIONS, find_values

if TYPE_CHECKING:
    from crossorigin.integrations._scope import Pair

#: How long the headers of an answer, and whatever is around its body, may be.
MAX_HEADERS = 64 * 1024
#: How much of a body is kept before the upstream must wait.
_MOST_KEPT = 128 * 1024
#: The colon, a space, and the end of the line.
_AROUND_A_LINE = 4

_SWITCHED = 101
_INTERIM = range(100, 200)
_STATUSES = range(200, 600)
_WITHOUT_BODY = frozenset({204, 304})

_CLOSED = "The upstream closed the connection before its answer was complete."
_UNREADABLE = "The upstream's answer is no HTTP that could be read."
_TOO_LARGE = "The headers of the upstream's answer are too large."
_NO_STATUS = "The upstream answered with the status {}, which is none."


class _StopParsingError(Exception):
    pass


class Connection(asyncio.Protocol):
    """One exchange after another: ``ask``, ``read_head``, then ``read_body`` until it is complete.

    What arrives unasked spoils the connection: it must not be taken for the answer to another request.
    """

    # Tempting: the client of aiohttp, which does this and more. Measured, it alone took about 100 microseconds of each
    # request, as much as all the rest of the proxy, and what it is too lenient to refuse would be ours to find.

    def __init__(self) -> None:
        self.status = 0
        self.headers: list[Pair] = []
        #: Whether the last exchange is complete, as far as the upstream goes.
        self.is_complete = False
        #: Whether a byte of the answer has come.
        self.has_answered = False
        self.is_closed = False
        self.uses = 0
        self.idle_since = 0.0
        self._transport: asyncio.Transport
        self._parser: httptools.HttpResponseParser | None = None
        self._error: Answered | None = None
        self._chunks: list[bytes] = []
        self._kept = 0
        self._is_head = False
        self._is_interim = False
        self._is_in_headers = True
        self._is_until_close = False
        self._is_spoilt = False
        self._is_reading_paused = False
        self._is_writing_paused = False
        self._size = 0
        #: How much was fed to the parser that it has told nothing of.
        self._untold = 0
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None

    # What an exchange does with it.

    def ask(self, head: bytes, *, is_head: bool) -> None:
        """Begin an exchange. The answer to a HEAD request has no body, whatever its headers say."""
        self._parser = httptools.HttpResponseParser(self)
        self._is_head = is_head
        self._size = self._untold = 0
        self.headers = []
        self.is_complete = self.has_answered = False
        self._is_in_headers, self._is_interim, self._is_until_close = True, False, False
        self.uses += 1
        self._transport.write(head)

    async def read_head(self) -> None:
        """Wait for ``status`` and ``headers``.

        :raises Answered: there is no answer.
        """
        while self._is_in_headers:
            await self._wait()

    async def read_body(self) -> bytes:
        """Return the next part of the body, b"" where there is none any more.

        :raises Answered: the answer broke off.
        """
        while not self._chunks and not self.is_complete:
            await self._wait()
        data = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        self._kept = 0
        if self._is_reading_paused:
            self._is_reading_paused = False
            self._transport.resume_reading()
        return data

    async def write(self, data: bytes) -> None:
        """Send a part of the request's body, no faster than the upstream takes it."""
        if not self.is_closed:
            self._transport.write(data)
        while self._is_writing_paused and not self.is_closed:
            self._writer = asyncio.get_running_loop().create_future()
            await self._writer

    def fail(self, error: Answered) -> None:
        """End the exchange: who waits for the upstream gets the error."""
        self._error = self._error or error
        self.close()
        self._wake()

    def close(self) -> None:
        """Close the connection at once."""
        self._is_spoilt = True
        self._transport.abort()

    @property
    def is_reusable(self) -> bool:
        """Tell whether another exchange may follow.

        Why none after HEAD: servers that send a body all the same would have it taken for the next answer.
        """
        return self.is_complete and not (self.is_closed or self._is_spoilt or self._is_head or self._chunks)

    async def _wait(self) -> None:
        if self._error is not None:
            raise self._error
        self._reader = asyncio.get_running_loop().create_future()
        await self._reader

    def _wake(self) -> None:
        for waiter in (self._reader, self._writer):
            if waiter is not None and not waiter.done():
                waiter.set_result(None)

    # What the transport tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = transport  # type: ignore[assignment]  # of TCP

    def connection_lost(self, exc: Exception | None) -> None:
        """End what is under way: that is a good end only of a body that has no length."""
        self.is_closed = True
        if self._is_until_close and exc is None and self._error is None and not self._is_spoilt:
            self.is_complete = True
        elif not self.is_complete:
            self._error = self._error or Answered(502, _CLOSED)
        self._wake()

    def pause_writing(self) -> None:
        """Let the one who writes wait."""
        self._is_writing_paused = True

    def resume_writing(self) -> None:
        """Let the one who writes go on."""
        self._is_writing_paused = False
        self._wake()

    def data_received(self, data: bytes) -> None:
        """Feed the parser."""
        if self._parser is None or self.is_complete or self._is_spoilt:
            self.close()
            return
        self.has_answered = True
        self._untold += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            # Why: what the parser cannot read, or what one of the methods below has refused and said why.
            self._spoil(_UNREADABLE)
        if self._untold > MAX_HEADERS:
            self._spoil(_TOO_LARGE)
        if self._kept > _MOST_KEPT and not self._is_reading_paused and not self.is_closed:
            self._is_reading_paused = True
            self._transport.pause_reading()
        self._wake()

    def _spoil(self, text: str) -> None:
        """Take nothing more from this connection; an answer that is complete remains one."""
        if self.is_complete:
            self.close()
        else:
            self.fail(Answered(502, text))

    def _refuse(self, text: str) -> None:
        self._spoil(text)
        raise _StopParsingError

    # What the parser tells.

    def on_message_begin(self) -> None:
        """Take a second answer to one request for what it is."""
        if self.is_complete:
            self._refuse(_UNREADABLE)

    def on_status(self, status: bytes) -> None:
        """Take the words beside the status, which say nothing."""
        self._size += len(status)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header line; a trailer is no header, and the client has those already."""
        self._untold = 0
        self._size += len(name) + len(value) + _AROUND_A_LINE
        if self._size > MAX_HEADERS:
            self._refuse(_TOO_LARGE)
        if self._is_in_headers:
            self.headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Take the status, and see where the body will end."""
        self._untold = 0
        assert self._parser is not None
        status, version = self._parser.get_status_code(), self._parser.get_http_version()
        self._is_interim = status in _INTERIM and status != _SWITCHED
        if self._is_interim:
            return
        codings = [value.strip().lower() for value in find_values(self.headers, TRANSFER_ENCODING)]
        if version not in VERSIONS or (codings and version != VERSIONS[-1]):
            # "A server or client that receives an HTTP/1.0 message containing a Transfer-Encoding header field MUST
            # treat the message as if the framing is faulty".
            self._refuse(_UNREADABLE)
        if status not in _STATUSES:
            self._refuse(_NO_STATUS.format(status))
        if codings and codings != [CHUNKED]:
            self._refuse("The upstream's answer has a transfer coding that the proxy cannot undo.")
        has_end = self._is_head or status in _WITHOUT_BODY or codings or find_values(self.headers, CONTENT_LENGTH)
        self._is_until_close = not has_end
        self.status = status
        self._is_in_headers = False
        self.is_complete = self._is_head

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._untold = 0
        if self.is_complete:
            self._refuse(_UNREADABLE)
        self._chunks.append(body)
        self._kept += len(body)

    def on_message_complete(self) -> None:
        """Note that the answer is complete; one that says only that another follows is passed over."""
        self._untold = 0
        if self._is_interim:
            self.headers = []
            self._is_interim = False
            return
        assert self._parser is not None
        self.is_complete = True
        self._is_spoilt = self._is_spoilt or not self._parser.should_keep_alive()
