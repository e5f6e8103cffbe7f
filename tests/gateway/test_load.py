"""Many exchanges, one after another and at once: none is lost, and nothing is left of them."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest

from proxies import APP, CHUNK, Proxy, say, serve_bytes, serve_proxy, upstream, wait_until
from servers import serve_asgi

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

SEQUENTIAL = 10_000
AT_ONCE = 200
EACH = 5
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """Serve one proxy for all, patient enough for a machine on which much else runs."""
    with (
        serve_asgi(upstream) as port,
        serve_proxy(tmp_path_factory.mktemp("proxy"), port, seconds=60.0) as found,
    ):
        yield found


def count_open_files() -> int:
    gc.collect()
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 (a number, not paths)


def test_ten_thousand_exchanges_one_after_another(proxy: Proxy) -> None:
    """Each has its own answer, and open files do not grow."""
    request = b"GET /items?%d HTTP/1.1\r\nHost: localhost\r\nOrigin: https://app.example\r\n\r\n"
    before = 0
    with proxy.connect() as connection, connection.makefile("rb") as answers:
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
            before = before or count_open_files()
    assert count_open_files() <= before


def test_two_hundred_exchanges_at_once(proxy: Proxy) -> None:
    """HTTP with bodies and WebSockets, half and half; each gets what belongs to it, and no connection is left."""
    before = count_open_files()

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

    async def run() -> None:
        connector = aiohttp.TCPConnector(limit=0)
        base = f"http://127.0.0.1:{proxy.port}"
        async with aiohttp.ClientSession(base, connector=connector) as session, asyncio.TaskGroup() as group:
            for number in range(AT_ONCE):
                group.create_task((talk if number % 2 else post)(session, number))

    asyncio.run(run())
    # Why: the pool keeps connections to the upstream for some seconds.
    wait_until(lambda: count_open_files() <= before + 2)


def read_peak() -> int:
    """Return the most memory that this process has had, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024


def test_large_bodies_pass_in_flat_memory(tmp_path: Path) -> None:
    """256 MB there and back; sender, proxy and receiver together stay far below that."""
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

    # Why: the peak is that of the process, which may have had more before.
    Path("/proc/self/clear_refs").write_text("5")
    before = read_peak()
    with serve_bytes(swallow) as port, serve_proxy(tmp_path, port) as proxy, proxy.connect() as connection:
        connection.sendall(b"PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % total)
        for _ in range(chunks):
            connection.sendall(CHUNK)
        data = connection.recv(65536)
        left = total - len(data.partition(b"\r\n\r\n")[2])
        while left:
            left -= len(connection.recv(MEGABYTE))
    assert received == [total]
    assert read_peak() - before < 64 * MEGABYTE


def test_killed_upstreams_leave_nothing(tmp_path: Path) -> None:
    """A hundred answers that break off, and no connection is left."""
    with (
        serve_bytes(say(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")) as port,
        serve_proxy(tmp_path, port) as proxy,
    ):
        before = 0
        for _ in range(100):
            data = proxy.send_raw(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert data.endswith(b"\r\n\r\nabc") or not data.partition(b"\r\n\r\n")[2]
            before = before or count_open_files()
        wait_until(lambda: count_open_files() <= before)
