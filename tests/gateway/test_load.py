"""Many exchanges, one after another and at once: none is lost, and nothing is left of them."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import aiohttp

from proxies import (
    APP,
    CHUNK,
    POLICY,
    find_port,
    open_socket,
    read_all,
    run_proxy,
    say,
    serve_bytes,
    serve_proxy,
    upstream,
    wait_until,
)
from servers import TIME_OUT, ask, serve_asgi

if TYPE_CHECKING:
    from collections.abc import Iterator

SEQUENTIAL = 10_000
MESSAGES = 2_000
AT_ONCE = 200
EACH = 5
MEGABYTE = 1024 * 1024


class Running(NamedTuple):
    """The command in a process of its own, whose files and memory are counted."""

    port: int
    process: int

    def count_open_files(self) -> int:
        return len(os.listdir(f"/proc/{self.process}/fd"))  # noqa: PTH208 (a number, not paths)

    def read_peak(self) -> int:
        """Return the most memory that it has had, in bytes."""
        lines = Path(f"/proc/{self.process}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=TIME_OUT)


@contextlib.contextmanager
def running(folder: Path, port: int) -> Iterator[Running]:
    """Run the command, until it has answered a request by itself, so that all that stays open is open."""
    policy = folder / "cors.toml"
    policy.write_text(POLICY)
    with run_proxy(f"http://127.0.0.1:{port}", "--policy", str(policy), "--quiet") as (process, told):
        assert ask(find_port(told), "GET", headers=[("Host", "unknown.example")]).status == 421
        yield Running(find_port(told), process.pid)


def test_ten_thousand_exchanges_one_after_another(tmp_path: Path) -> None:
    """Each has its own answer, and open files do not grow."""
    request = b"GET /items?%d HTTP/1.1\r\nHost: localhost\r\nOrigin: https://app.example\r\n\r\n"
    before = 0
    with (
        serve_asgi(upstream) as port,
        running(tmp_path, port) as proxy,
        proxy.connect() as connection,
        connection.makefile("rb") as answers,
    ):
        for number in range(SEQUENTIAL):
            connection.sendall(request % number)
            assert answers.readline() == b"HTTP/1.1 200 OK\r\n"
            headers = {}
            while (line := answers.readline()) != b"\r\n":
                name, _, value = line.partition(b": ")
                assert name not in headers
                headers[name] = value.strip()
            assert headers[b"access-control-allow-origin"] == APP.encode()
            assert b'"query": "%d"' % number in answers.read(int(headers[b"content-length"]))
            before = before or proxy.count_open_files()
        assert proxy.count_open_files() <= before


def test_two_thousand_messages_one_after_another(tmp_path: Path) -> None:
    """Each is answered on one WebSocket, in its turn, and open files do not grow."""
    with serve_asgi(upstream) as port, running(tmp_path, port) as proxy, open_socket(proxy.port) as client:
        client.send("first")
        client.recv()
        before = proxy.count_open_files()
        for number in range(MESSAGES):
            client.send(str(number))
            assert client.recv() == f"{len(str(number))} {number}"
        assert proxy.count_open_files() <= before


def test_two_hundred_exchanges_at_once(tmp_path: Path) -> None:
    """HTTP with bodies and WebSockets, half and half; each gets what belongs to it, and no connection is left."""

    async def post(session: aiohttp.ClientSession, number: int) -> None:
        for turn in range(EACH):
            body = f"{number}-{turn}".encode() * 1000
            async with session.post(f"/items?{number}", data=body, headers={"Origin": APP}) as answer:
                told = await answer.json(content_type=None)
                assert answer.headers["access-control-allow-origin"] == APP
            assert (told["query"], told["sha256"]) == (str(number), hashlib.sha256(body).hexdigest())

    async def talk(session: aiohttp.ClientSession, number: int) -> None:
        async with session.ws_connect("/chat", origin=APP) as client:
            for turn in range(EACH):
                text = f"{number}-{turn}"
                await client.send_str(text)
                assert await client.receive_str() == f"{len(text)} {text}"

    async def run(base: str) -> None:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(base, connector=connector) as session, asyncio.TaskGroup() as group:
            for number in range(AT_ONCE):
                group.create_task((talk if number % 2 else post)(session, number))

    with serve_asgi(upstream) as port, running(tmp_path, port) as proxy:
        before = proxy.count_open_files()
        asyncio.run(run(f"http://127.0.0.1:{proxy.port}"))
        # Why: the pool keeps connections to the upstream for some seconds.
        wait_until(lambda: proxy.count_open_files() <= before)


def test_large_bodies_pass_in_flat_memory(tmp_path: Path) -> None:
    """256 MB there and back, and the proxy needs less than 32 MB more than before."""
    chunks = 4096
    total = chunks * len(CHUNK)
    received: list[int] = []

    def swallow(connection: socket.socket) -> None:
        length = 0
        while length < total:
            length += len(connection.recv(MEGABYTE))
        received.append(length)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % total)
        for _ in range(chunks):
            connection.sendall(CHUNK)

    with serve_bytes(swallow) as port, running(tmp_path, port) as proxy, proxy.connect() as connection:
        before = proxy.read_peak()
        connection.sendall(b"PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % total)
        for _ in range(chunks):
            connection.sendall(CHUNK)
        data = connection.recv(65536)
        left = total - len(data.partition(b"\r\n\r\n")[2])
        while left:
            left -= len(connection.recv(MEGABYTE))
        assert received == [total]
        assert proxy.read_peak() - before < 32 * MEGABYTE


def test_killed_upstreams_leave_nothing(tmp_path: Path) -> None:
    """A hundred answers that break off, and no connection is left."""
    part = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"
    with serve_bytes(say(part)) as port, running(tmp_path, port) as proxy:
        before = proxy.count_open_files()
        for _ in range(100):
            with proxy.connect() as connection:
                connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                data = read_all(connection)
            assert data.endswith(b"\r\n\r\nabc") or not data.partition(b"\r\n\r\n")[2]
        wait_until(lambda: proxy.count_open_files() <= before)


def test_a_body_waits_for_an_upstream_that_is_reached_late(tmp_path: Path) -> None:
    """Nothing of it is lost: a system whose queue is full lets a connection wait for seconds."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening, contextlib.ExitStack() as stack:
        port = listening.getsockname()[1]
        # Why: the queue takes one more than it is long, and what comes then is asked again after a second.
        for _ in range(2):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        seen: list[bytes] = []

        def serve() -> None:
            time.sleep(2.5)
            while b"hello" not in b"".join(seen):
                connection, _ = listening.accept()
                connection.settimeout(2)
                with connection, contextlib.suppress(OSError):
                    while b"hello" not in b"".join(seen) and (part := connection.recv(65536)):
                        seen.append(part)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with serve_proxy(tmp_path, port, seconds=10.0) as proxy, proxy.connect() as client:
            client.settimeout(20)
            client.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 5\r\n\r\n")
            time.sleep(1.5)
            client.sendall(b"hello")
            assert client.recv(65536).startswith(b"HTTP/1.1 200 OK")
        thread.join(10)
