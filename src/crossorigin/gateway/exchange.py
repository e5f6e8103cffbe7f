"""One HTTP exchange: the request streamed to the upstream, its answer streamed back, with an end to every wait."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
from yarl import URL

from crossorigin.gateway.answers import NOTE, Answered, BrokenAnswerError
from crossorigin.gateway.lines import (
    CONTENT_LENGTH,
    TRANSFER_ENCODING,
    BadHeaderError,
    find_values,
    make_request_lines,
    make_response_lines,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from crossorigin.gateway.lines import Trip
    from crossorigin.integrations._scope import Receive, Scope, Send

#: How long a client may be gone before that is looked for.
_SECONDS_UNWATCHED = 1.0

_STATUSES = range(200, 600)


class Waiting:
    """What an exchange waits for, for how long, and whose fault it is when that does not come."""

    def __init__(self, timeout: asyncio.Timeout, seconds: float) -> None:
        self._timeout = timeout
        self._seconds = seconds
        self._now = asyncio.get_running_loop().time
        self._is_answered = False
        self.is_client = False
        self.is_gone = False

    def wait_for_upstream(self) -> None:
        """Begin to wait for the upstream; as long as it takes, if its answer has begun.

        Why: a stream of events may be silent for hours.
        """
        self._set(is_client=False, when=None if self._is_answered else self._now() + self._seconds)

    def wait_for_client(self) -> None:
        """Begin to wait for the client."""
        self._set(is_client=True, when=self._now() + self._seconds)

    def begin_answer(self) -> None:
        """Note that the answer has begun."""
        self._is_answered = True
        if not self.is_client:
            self.wait_for_upstream()

    def leave(self) -> None:
        """End every wait: the client is gone."""
        self.is_gone = True
        self._set(is_client=True, when=self._now())

    def _set(self, *, is_client: bool, when: float | None) -> None:
        # Why: what was over before cannot be prolonged; the exchange is about to learn of it.
        if not self._timeout.expired():
            self.is_client = is_client
            self._timeout.reschedule(when)


class _Body:
    """The request's body, which can be read once."""

    def __init__(self, receive: Receive, waiting: Waiting) -> None:
        self._receive = receive
        self._waiting = waiting
        self._is_read = False
        self.completed = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield what the client sends, as it comes."""
        if self._is_read:
            # Why: the client library sends a request again whose connection was closed, and the body is gone.
            raise aiohttp.ClientConnectionError
        self._is_read = True
        while not self.completed.is_set():
            self._waiting.wait_for_client()
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._waiting.leave()
                raise aiohttp.ClientConnectionError
            if not message.get("more_body", False):
                self.completed.set()
            self._waiting.wait_for_upstream()
            if data := message.get("body", b""):
                yield data


class Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, trip: Trip, seconds: float) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._trip = trip
        self._seconds = seconds
        self._has_started = False
        self._body: _Body | None = None

    async def run(self, session: aiohttp.ClientSession) -> None:
        """Forward the request, and the answer back.

        :raises Answered: there is none; nothing was sent to the client.
        :raises BrokenAnswerError: it broke off.
        """
        waiting: Waiting | None = None
        watch: list[asyncio.Task[None]] = []
        try:
            async with asyncio.timeout(self._seconds) as timeout:
                waiting = Waiting(timeout, self._seconds)
                starter = asyncio.get_running_loop().call_later(_SECONDS_UNWATCHED, self._watch, waiting, watch)
                try:
                    await self._forward(session, waiting)
                finally:
                    starter.cancel()
        except (TimeoutError, aiohttp.ClientError, BadHeaderError) as error:
            if waiting is not None and waiting.is_gone:
                self._scope[NOTE] = (None, "the client has left")
                return
            raise self._judge(error, is_client=waiting is not None and waiting.is_client) from error
        finally:
            for task in watch:
                task.cancel()

    async def _forward(self, session: aiohttp.ClientSession, waiting: Waiting) -> None:
        lines: list[tuple[bytes, bytes]] = self._scope["headers"]
        if find_values(lines, TRANSFER_ENCODING) or any(value != b"0" for value in find_values(lines, CONTENT_LENGTH)):
            self._body = _Body(self._receive, waiting)
        async with session.request(
            self._scope["method"],
            make_url(self._scope, self._trip),
            headers=make_request_lines(self._scope, self._trip),
            data=self._body,
            allow_redirects=False,
        ) as response:
            if response.status not in _STATUSES:
                text = f"The upstream answered with the status {response.status}, which is none."
                raise Answered(502, text)
            headers = make_response_lines(response.raw_headers, self._scope, self._trip, response.status)
            waiting.begin_answer()
            self._has_started = True
            await self._send({"type": "http.response.start", "status": response.status, "headers": headers})
            await self._stream(response.content)

    async def _stream(self, content: aiohttp.StreamReader) -> None:
        """Send the body on as it comes, no faster than the client takes it."""
        while True:
            data = await content.readany()
            is_last = content.at_eof()
            await self._send({"type": "http.response.body", "body": data, "more_body": not is_last})
            if is_last:
                return

    def _watch(self, waiting: Waiting, tasks: list[asyncio.Task[None]]) -> None:
        """Look whether the client is still there.

        Why not from the start: most exchanges are over by now, and a task for each would cost them a tenth.
        """

        async def watch() -> None:
            if self._body is not None:
                await self._body.completed.wait()
            while (await self._receive())["type"] != "http.disconnect":
                pass
            waiting.leave()

        tasks.append(asyncio.get_running_loop().create_task(watch()))

    def _judge(self, error: Exception, *, is_client: bool) -> Exception:
        """Return what a failure means for the client."""
        text = explain_failure(error)
        if is_client and isinstance(error, TimeoutError):
            text = "The client took too long to send the body of its request."
            return BrokenAnswerError(text) if self._has_started else Answered(408, text)
        if self._has_started:
            return BrokenAnswerError(f"The answer broke off. {text}")
        return Answered(find_status(error), text)


def make_url(scope: Scope, trip: Trip) -> URL:
    """Return where a request goes: its own target, as it was written, on the upstream.

    :raises Answered: the target is no path, so that it could name another host.
    """
    raw: bytes = scope["raw_path"]
    query: bytes = scope["query_string"]
    if not raw.startswith(b"/"):
        raise Answered(400, "The target of the request is no path.")
    target = raw + b"?" + query if query else raw
    return URL(trip.upstream.origin + target.decode("latin-1"), encoded=True)


def find_status(error: Exception) -> int:
    """Return the status that says whose failure it is."""
    if isinstance(error, BadHeaderError):
        return error.status
    return 504 if isinstance(error, TimeoutError) else 502


def explain_failure(error: Exception) -> str:
    """Say in a sentence why there is no answer of the upstream."""
    if isinstance(error, BadHeaderError):
        return str(error)
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
        return "The upstream's certificate cannot be verified."
    if isinstance(error, aiohttp.ClientConnectorError):
        refused = isinstance(error.os_error, ConnectionRefusedError)
        how = "refused the connection: is it running?" if refused else "cannot be reached."
        return f"The upstream {how}"
    if isinstance(error, TimeoutError):
        return "The upstream took too long to answer."
    if isinstance(error, aiohttp.ClientResponseError):
        return "The upstream's answer is no HTTP that could be read."
    return "The upstream closed the connection before its answer was complete."
