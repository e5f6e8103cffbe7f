"""``GuardedProtocol``: uvicorn's HTTP protocol, with an end to the waiting for headers and to their size."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from crossorigin.gateway.lines import TRANSFER_ENCODING, VERSIONS, find_values

if TYPE_CHECKING:
    import asyncio

#: For how long a client may send the headers of a request.
SECONDS_FOR_HEADERS = 20.0
#: For how long a client that was refused may read why.
SECONDS_TO_READ = 2.0
#: How long the headers of a request, and whatever is around its body, may be.
MAX_HEADERS = 64 * 1024
#: What is fed at once: of a piece, it is not known where in it the parser has last told something.
_PIECE = 16 * 1024
#: The colon, a space, and the end of the line.
_AROUND_A_LINE = 4


#: How long a client may take nothing of an answer that is being sent.
SECONDS_TO_TAKE = 60.0

_TOO_LARGE = (b"431 Request Header Fields Too Large", b"The headers of the request are too large.")
_UNKNOWN_VERSION = (b"505 HTTP Version Not Supported", b"The proxy speaks HTTP/1.1.")
_FAULTY = (b"400 Bad Request", b"A body in chunks is none of HTTP/1.0.")
_UNREADABLE = (b"400 Bad Request", b"The request is no HTTP that could be read.")
_NO_HANDSHAKE = (b"400 Bad Request", b"The WebSocket handshake cannot be read: a line of it may be too long.")
_LATE_HANDSHAKE = (b"400 Bad Request", b"The WebSocket handshake came before the answer to the request before it.")


class _RefusedError(Exception):
    pass


class GuardedProtocol(HttpToolsProtocol):
    """One connection.

    uvicorn waits for ever for a first request and for headers that drip, and its parser takes headers of any size.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 (uvicorn's)
        super().__init__(*arguments, **options)
        self._deadline: asyncio.TimerHandle | None = None
        self._is_in_headers = False
        self._stall: asyncio.TimerHandle | None = None
        self._why = _UNREADABLE
        self._is_refused = False
        self._size = 0
        #: How much was fed to the parser that it has told nothing of.
        self._untold = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        # Why: asyncio does it only for sockets that name their protocol. A body that follows its headers would wait
        # until the client has acknowledged those, which takes it up to 40 milliseconds.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)
        self._start_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the waiting."""
        self._cancel_deadline()
        self._cancel_stall()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser."""
        for at in range(0, len(data), _PIECE):
            if self._is_refused or self.transport.is_closing() or self.transport.get_protocol() is not self:
                return
            piece = data if len(data) <= _PIECE else data[at : at + _PIECE]
            self._untold += len(piece)
            super().data_received(piece)
            if self._untold > MAX_HEADERS and not self._is_refused:
                self._refuse(*_TOO_LARGE)
        if self._deadline is None and not self._is_refused and self._waits_for_a_request():
            self._start_deadline()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 (uvicorn gives one text for all)
        """Answer what cannot be parsed, and close."""
        self._refuse(*self._why)

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over; refuse a handshake that the WebSocket library does not take.

        uvicorn would wait for ever, because the library says nothing of lines that are too long for it.
        """
        if self._is_answering:
            self._refuse(*_LATE_HANDSHAKE)
            return
        super().handle_websocket_upgrade()
        if not getattr(self.transport.get_protocol(), "handshake_initiated", True):
            self._refuse(*_NO_HANDSHAKE)

    def _refuse(self, status: bytes, text: bytes) -> None:
        """Answer where no app could, and close when the client has had the time to read it.

        Why not at once: a connection that is closed while the client still sends is reset, and its answer lost.
        """
        self._is_refused = True
        self._cancel_deadline()
        if self._is_answering:
            if self.cycle.response_started or self.pipeline:
                self.transport.close()
                return
            # Why: the app must not write after this answer.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        head = b"HTTP/1.1 %b\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n" % status
        self.transport.write(head + b"content-length: %d\r\n\r\n%b" % (len(text), text))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._deadline = self.loop.call_later(SECONDS_TO_READ, self.transport.close)

    @property
    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._is_in_headers = True
        self._size = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header line, or a trailer, as long as they are not too large together."""
        self._untold = 0
        self._size += len(name) + len(value) + _AROUND_A_LINE
        if self._size > MAX_HEADERS:
            self._stop(_TOO_LARGE)
        if self._is_in_headers:
            # Why: a trailer is no header, and the app has the headers already.
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin to serve the request."""
        self._untold = 0
        self._is_in_headers = False
        self._cancel_deadline()
        version = self.parser.get_http_version()
        if version not in VERSIONS:
            self._stop(_UNKNOWN_VERSION)
        if version != VERSIONS[-1] and find_values(self.headers, TRANSFER_ENCODING):
            # "A server or client that receives an HTTP/1.0 message containing a Transfer-Encoding header field MUST
            # treat the message as if the framing is faulty".
            self._stop(_FAULTY)
        super().on_headers_complete()
        if self.parser.should_upgrade() and not self._should_upgrade():
            # Why: the parser reads nothing after a request to go on with another protocol, also if that is declined.
            self.cycle.keep_alive = False

    def _stop(self, why: tuple[bytes, bytes]) -> None:
        """Let the parser read no further."""
        self._why = why
        raise _RefusedError

    def pause_writing(self) -> None:
        """Give a client up that takes nothing for too long."""
        super().pause_writing()
        if self._stall is None:
            self._stall = self.loop.call_later(SECONDS_TO_TAKE, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on."""
        self._cancel_stall()
        super().resume_writing()

    def _cancel_stall(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        self._untold = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End the request."""
        self._untold = 0
        super().on_message_complete()

    def _waits_for_a_request(self) -> bool:
        if self._is_in_headers or self.cycle is None:
            return True
        return self.cycle.response_complete and self.timeout_keep_alive_task is None

    def _start_deadline(self) -> None:
        self._deadline = self.loop.call_later(SECONDS_FOR_HEADERS, self._give_up)

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        """Say that the request took too long, if one had begun, and close."""
        self._deadline = None
        if self._is_in_headers and not self._is_answering:
            self._refuse(b"408 Request Timeout", b"The headers of the request took too long.")
        elif not self._is_answering:
            self.transport.close()
