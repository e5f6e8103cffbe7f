"""A server that answers any bytes: the pages, and below ``/c/NUMBER/`` what the case of that number scripts.

It listens on three ports of the loopback address, which browsers know by many names: origins enough. It never
closes a connection, because browsers send a request again where one was closed under their hands.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import queue
import threading
import time
from typing import TYPE_CHECKING, Any

from engines.differential.case import Answer, Case, Place, Script, fill_case, read_target
from engines.pages import find_page

if TYPE_CHECKING:
    from collections.abc import Iterator

_BODY_LESS = {204, 304}
_UNTIL_ASKED_AGAIN = 10.0


class Server:
    """What the connections share: the cases that are played, what the page is to run, and what it reports."""

    def __init__(self) -> None:
        self.ports = (0, 0, 0)
        self.scripts: dict[int, Script] = {}
        self.requests = 0
        self.times: dict[int, tuple[float, float]] = {}
        self.transports: set[asyncio.Transport] = set()
        self.reports: queue.Queue[dict[str, Any]] = queue.Queue()
        self._rows: asyncio.Queue[list[dict[str, Any]]] = asyncio.Queue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_ready = threading.Event()
        self._is_over: asyncio.Event | None = None

    def play(self, cases: dict[int, Case]) -> None:
        """Have the page run cases, by their numbers."""
        rows = []
        for number, case in cases.items():
            filled = fill_case(case, self.get_place(number))
            self.scripts[number] = Script(filled)
            calls = [{**call._asdict(), "mode": "cors"} for call in filled.calls]
            rows.append({"id": number, "page": filled.page, "calls": calls})
        assert self._loop
        self._loop.call_soon_threadsafe(self._rows.put_nowait, rows)

    def get_place(self, number: int) -> Place:
        """Return the ports, with the number of a case."""
        return Place(*self.ports, number)

    async def find_rows(self) -> list[dict[str, Any]] | None:
        """Return what the page is to run, or None if it should ask again."""
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(self._rows.get(), _UNTIL_ASKED_AGAIN)
        return None

    async def _serve(self) -> None:
        self._loop, self._is_over = asyncio.get_running_loop(), asyncio.Event()
        servers = [await self._loop.create_server(lambda: _Connection(self), "127.0.0.1", 0) for _ in self.ports]
        page, api, other = (server.sockets[0].getsockname()[1] for server in servers)
        self.ports = (page, api, other)
        self._is_ready.set()
        await self._is_over.wait()
        for server in servers:
            server.close()
        for transport in list(self.transports):
            transport.abort()
        # Why: what is aborted is closed when the loop goes round.
        await asyncio.sleep(0)

    @contextlib.contextmanager
    def run(self) -> Iterator[None]:
        """Serve in a thread until the block is left."""
        thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        thread.start()
        self._is_ready.wait()
        try:
            yield
        finally:
            assert self._loop
            assert self._is_over
            self._loop.call_soon_threadsafe(self._is_over.set)
            thread.join()


class _Connection(asyncio.Protocol):
    """One connection: requests are read by their heads and their ``Content-Length``, and answered in order."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._buffer = b""
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.transports.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._server.transports.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, rest = self._buffer.partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            pairs = [(name, value.strip(" \t")) for name, _, value in (line.partition(":") for line in lines)]
            fields = {name.lower(): value for name, value in pairs}
            length = int(fields.get("content-length", "0"))
            if len(rest) < length:
                return
            self._buffer = rest[length:]
            method, target, _ = first.split(" ", 2)
            self._answer(method, target, pairs, fields.get("host", ""), rest[:length])

    def _answer(self, method: str, target: str, pairs: list[tuple[str, str]], host: str, body: bytes) -> None:
        self._server.requests += 1
        if found := read_target(target):
            script = self._server.scripts.get(found[0])
            now = time.monotonic()
            self._server.times[found[0]] = self._server.times.get(found[0], (now, now))[0], now
            answer = script.answer(method, f"http://{host}{target}", found[1], pairs) if script else Answer(404)
            self._transport.write(_write(method, answer))
        elif target == "/rows":
            task = asyncio.ensure_future(self._answer_rows())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        elif target == "/report":
            self._server.reports.put(json.loads(body))
            self._send("text/plain", b"")
        elif page := find_page(target):
            self._send(*page)
        else:
            self._transport.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    async def _answer_rows(self) -> None:
        self._send("application/json", json.dumps(await self._server.find_rows()).encode())

    def _send(self, kind: str, body: bytes) -> None:
        head = (
            f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nCache-Control: no-store\r\n\r\n"
        )
        self._transport.write(head.encode() + body)


def _write(method: str, answer: Answer) -> bytes:
    lines = [f"{name}:{value}\r\n" for name, value in answer.headers]
    body = "" if method == "HEAD" or answer.status in _BODY_LESS else answer.body
    return "".join([f"HTTP/1.1 {answer.status} Scripted\r\n", *lines, "\r\n", body]).encode("latin-1")
