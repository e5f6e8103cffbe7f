"""An ASGI app in this process as a network, its lifespan included.

Spec: https://asgi.readthedocs.io/en/latest/specs/www.html
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import unquote_to_bytes, urlsplit

from crossorigin.messages import Response
from crossorigin.probe import MAX_BODY, TIME_OUT, NoAnswerError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
    from types import TracebackType

    from crossorigin.messages import Request

    Message = MutableMapping[str, Any]
    ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]

_VERSIONS = {"version": "3.0", "spec_version": "2.4"}
_SERVER_ERROR = 500
#: Seconds in which an event loop that does not stand still does what it is told.
_BEAT = 2.0
_Result = TypeVar("_Result")


class ASGINetwork:
    """Ask an ASGI app, between its start-up and its shut-down, as a server does.

    The app runs on an event loop in a thread of its own, so it makes no difference whether the caller has a loop.
    An app that raises before its answer begins has answered 500, as with a server; what it raised is in ``errors``.
    One that keeps the loop for itself, or does not let itself be cancelled, is left alone in the end.
    Use it in a ``with`` block: the lifespan begins and ends with that.

    :param time_out: seconds for the start-up, for each answer, and for the shut-down.
    """

    def __init__(self, app: ASGIApp, *, time_out: float = TIME_OUT, max_body: int = MAX_BODY) -> None:
        self.app = app
        self.time_out = time_out
        self.max_body = max_body
        self.errors: list[BaseException] = []
        self._state: dict[str, Any] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lifespan = _Lifespan(app, self._state, time_out)

    def __call__(self, request: Request) -> Response:
        """Make one exchange.

        :raises NoAnswerError: the app has not begun to answer in time, or has ended without an answer.
        """
        return self._run(self._exchange(request))

    async def _exchange(self, request: Request) -> Response:
        exchange = _Exchange(request, self.max_body)
        scope = _make_scope(request, self._state)
        task = asyncio.ensure_future(_call(self.app, scope, exchange.receive, exchange.send))
        task.add_done_callback(lambda _: exchange.is_over.set())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(exchange.is_over.wait(), self.time_out)
        is_late = not exchange.is_over.is_set()
        exchange.is_over.set()
        if not task.done() and not is_late:
            # Why: an app may have work to do after its answer, and may clean up when the client goes.
            await asyncio.wait({task}, timeout=self.time_out if exchange.is_complete else 1.0)
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=self.time_out)
        error = task.exception() if task.done() and not task.cancelled() else None
        if error is not None:
            self.errors.append(error)
        if exchange.status is not None:
            return Response(exchange.status, exchange.headers, bytes(exchange.body))
        if error is not None:
            return Response(_SERVER_ERROR, [])
        what = f"the app has not answered within {self.time_out:g} seconds" if is_late else "the app ended unanswered"
        raise NoAnswerError("time-out" if is_late else "closed", request.url, what, "Look where it waits, or returns")

    def _run(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        if self._loop is None:
            work.close()
            text = "an ASGINetwork is used in a with block"
            raise RuntimeError(text)
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        while True:
            with contextlib.suppress(TimeoutError):
                return future.result(self.time_out)
            if future.done():
                return future.result()
            if not self._is_running(self._loop):
                what = "the app keeps the event loop for itself"
                raise NoAnswerError("time-out", "app", what, "Look where it waits without await")

    def _is_running(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Tell whether the loop still does what it is told."""
        beat = threading.Event()
        loop.call_soon_threadsafe(beat.set)
        return beat.wait(_BEAT)

    def __enter__(self) -> Self:
        """Start the app up.

        :raises NoAnswerError: its start-up failed.
        """
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=_serve, args=(self._loop,), name="crossorigin-asgi", daemon=True)
        self._thread.start()
        try:
            self._run(self._lifespan.start())
        except BaseException:
            self._stop(self._loop)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Shut the app down."""
        if self._loop is not None:
            try:
                if self._is_running(self._loop):
                    self._run(self._lifespan.stop())
            finally:
                self._stop(self._loop)

    def _stop(self, loop: asyncio.AbstractEventLoop) -> None:
        # Why: an app that keeps the loop cannot be stopped; its thread ends with the process.
        with contextlib.suppress(NoAnswerError):
            if self._is_running(loop):
                self._run(_cancel_all(self.time_out))
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join(_BEAT)
        self._loop = None


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    """Run a loop until it is stopped, be it long after nobody waits for it."""
    try:
        loop.run_forever()
    finally:
        loop.close()


async def _call(app: ASGIApp, scope: Message, receive: Any, send: Any) -> None:  # noqa: ANN401 (ASGI's)
    """Call the app; one that ends the process has raised, because it would end the loop alone."""
    try:
        await app(scope, receive, send)
    except SystemExit as error:
        text = f"it ended the process with {error.code}"
        raise RuntimeError(text) from error


async def _cancel_all(time_out: float) -> None:
    """End what the app has left running."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others, timeout=time_out)
    await asyncio.get_running_loop().shutdown_asyncgens()
    await asyncio.get_running_loop().shutdown_default_executor()


def _make_scope(request: Request, state: dict[str, Any]) -> dict[str, Any]:
    parts = urlsplit(request.url)
    raw = (parts.path or "/").encode("ascii", "backslashreplace")
    return {
        "type": "http",
        "asgi": dict(_VERSIONS),
        "http_version": "1.1",
        "method": request.method,
        "scheme": parts.scheme,
        "path": unquote_to_bytes(raw).decode("utf-8", "replace"),
        "raw_path": raw,
        "query_string": parts.query.encode("ascii", "backslashreplace"),
        "root_path": "",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in request.headers],
        "client": ("127.0.0.1", 49152),
        "server": (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)),
        "state": dict(state),
        "extensions": {},
    }


class _Exchange:
    """The messages of one request."""

    def __init__(self, request: Request, max_body: int) -> None:
        self._request = request
        self._max_body = max_body
        self._is_received = False
        self.is_over = asyncio.Event()
        self.is_complete = False
        self.status: int | None = None
        self.headers: list[tuple[str, str]] = []
        self.body = bytearray()

    async def receive(self) -> Message:
        """Give the whole body at once, and then nothing until the client goes."""
        if not self._is_received:
            self._is_received = True
            return {"type": "http.request", "body": self._request.body, "more_body": False}
        await self.is_over.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take the answer; a body longer than the limit ends the exchange."""
        # Why: an app that sends without end must not keep the loop from noticing that the time is over.
        await asyncio.sleep(0)
        kind = message["type"]
        if kind == "http.response.start" and self.status is None:
            self.status = message["status"]
            lines = message.get("headers", ())
            self.headers = [(bytes(name).decode("latin-1"), bytes(value).decode("latin-1")) for name, value in lines]
        elif kind == "http.response.body" and self.status is not None:
            # Why: an answer to HEAD has no body on the wire, whatever the app sends.
            if not self.is_over.is_set() and self._request.method != "HEAD":
                self.body += message.get("body", b"")
            self.is_complete = self.is_complete or not message.get("more_body", False)
            if self.is_complete or len(self.body) > self._max_body:
                del self.body[self._max_body :]
                self.is_over.set()
        else:
            text = f"the app sent {kind} at the wrong time"
            raise RuntimeError(text)


class _Lifespan:
    """The start-up and the shut-down of one app.

    Spec: https://asgi.readthedocs.io/en/latest/specs/lifespan.html
    """

    def __init__(self, app: ASGIApp, state: dict[str, Any], time_out: float) -> None:
        self._app = app
        self._state = state
        self._time_out = time_out
        self._inbox: asyncio.Queue[Message] = asyncio.Queue()
        self._said = asyncio.Event()
        self._failure: str | None = None
        self._has_answered = False
        self._task: asyncio.Future[None] | None = None

    async def start(self) -> None:
        """Start up; an app that knows no lifespan is started as it is."""
        scope = {"type": "lifespan", "asgi": dict(_VERSIONS), "state": self._state}
        self._task = asyncio.ensure_future(_call(self._app, scope, self._inbox.get, self._send))
        self._task.add_done_callback(lambda _: self._said.set())
        await self._say("lifespan.startup")
        if self._failure is not None:
            what = f"the app's start-up failed: {self._failure}" if self._failure else "the app's start-up failed"
            raise NoAnswerError("not-started", "app", what, "Mend its lifespan")

    async def stop(self) -> None:
        """Shut down what has been started up."""
        if self._task is not None and not self._task.done() and self._has_answered:
            await self._say("lifespan.shutdown")
            await asyncio.wait({self._task}, timeout=self._time_out)

    async def _say(self, kind: str) -> None:
        self._said.clear()
        if self._task is not None and self._task.done():
            return
        await self._inbox.put({"type": kind})
        try:
            await asyncio.wait_for(self._said.wait(), self._time_out)
        except TimeoutError:
            self._failure = f"no word within {self._time_out:g} seconds"
        if self._task is not None and self._task.done() and not self._task.cancelled():
            # Why: an app that raises has no lifespan, unless it had begun one; servers see it so.
            self._task.exception()

    async def _send(self, message: Message) -> None:
        self._has_answered = True
        if message["type"].endswith(".failed"):
            self._failure = str(message.get("message", ""))
        self._said.set()
