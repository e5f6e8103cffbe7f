"""How much memory does the proxy need for a body of 1 GiB each way, and does it lose any of 10,000 exchanges?

The proxy in a process of its own; the upstream reads all that comes, then sends as much. Then HTTP and WebSocket
exchanges, one after another and on 200 connections at once, each of which must bring back what belongs to it.
"""  # noqa: D400 (the first line is the question)

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
from _measure import Judged, Table, read_options, report
from aiohttp import web
from proxy import ORIGIN, POLICY, find_free_ports, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _measure import Row

MEBIBYTE = 1024 * 1024
BODY, QUICK_BODY = 1024 * MEBIBYTE, 64 * MEBIBYTE
EXCHANGES, QUICK_EXCHANGES = 10_000, 500
CONNECTIONS = 200
MOST_MEMORY = 16.0
CHUNK = b"x" * MEBIBYTE


class Stored:
    """An upstream: it swallows a body and counts it, sends one of the length asked for, and echoes."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.swallowed = 0

    async def swallow(self, request: web.Request) -> web.Response:
        """Count what comes."""
        self.swallowed = 0
        async for part in request.content.iter_any():
            self.swallowed += len(part)
        return web.Response(text=str(self.swallowed))

    async def send(self, request: web.Request) -> web.StreamResponse:
        """Send so many bytes."""
        left = int(request.query_string)
        answer = web.StreamResponse(headers={"Content-Length": str(left)})
        await answer.prepare(request)
        while left:
            part = CHUNK[:left]
            await answer.write(part)
            left -= len(part)
        return answer

    async def echo(self, request: web.Request) -> web.StreamResponse:
        """Send back what comes, by HTTP or on a WebSocket."""
        if request.headers.get("Upgrade") is None:
            return web.Response(body=await request.read())
        answer = web.WebSocketResponse()
        await answer.prepare(request)
        async for message in answer:
            await answer.send_str(message.data)
        return answer

    async def serve(self, ready: threading.Event) -> None:
        """Serve until the process ends."""
        app = web.Application(client_max_size=0)
        app.add_routes([web.put("/", self.swallow), web.get("/", self.send), web.route("*", "/echo", self.echo)])
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        ready.set()
        await asyncio.Event().wait()


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[tuple[Stored, int, int]]:
    """Run the upstream in a thread, and the proxy; give the upstream, and the proxy's port and process."""
    (folder / "cors.toml").write_text(POLICY)
    upstream, port = find_free_ports(2)
    stored, ready = Stored(upstream), threading.Event()
    threading.Thread(target=lambda: asyncio.run(stored.serve(ready)), daemon=True).start()
    ready.wait()
    options = ("--policy", "cors.toml", "--listen", f"127.0.0.1:{port}", "--quiet")
    command = (sys.executable, "-m", "crossorigin", "proxy", f"http://127.0.0.1:{upstream}", *options)
    with running(command, port, folder) as process:
        # Why: what is loaded at the first request is no part of what a body costs.
        asyncio.run(exchange_all(port, 20, 20))
        yield stored, port, process


def read_peak(process: int) -> float:
    """Return the most memory that a process has had, in MB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def upload(connection: socket.socket, length: int) -> int:
    """Send a body; return how much of it the upstream says it got."""
    connection.sendall(b"PUT / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % length)
    for at in range(0, length, MEBIBYTE):
        connection.sendall(CHUNK[: length - at])
    with connection.makefile("rb") as answer:
        return int(answer.read().partition(b"\r\n\r\n")[2])


def download(connection: socket.socket, length: int) -> int:
    """Return how much came of a body."""
    connection.sendall(b"GET /?%d HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % length)
    with connection.makefile("rb") as answer:
        while answer.readline() != b"\r\n":
            pass
        return sum(map(len, iter(lambda: answer.read(MEBIBYTE), b"")))


def measure_bodies(port: int, process: int, length: int) -> list[Row]:
    """Send and fetch a body; tell what is lost of it, and how much memory it took."""
    rows: list[Row] = []
    for name, move in (("to the upstream", upload), ("from the upstream", download)):
        before, began = read_peak(process), time.perf_counter()
        with socket.create_connection(("127.0.0.1", port)) as connection:
            lost = length - move(connection, length)
        seconds = time.perf_counter() - began
        rows.append(
            {
                "body": name,
                "MB": length // MEBIBYTE,
                "lost bytes": lost,
                "MB/s": length / MEBIBYTE / seconds,
                "more memory, MB": Judged(round(read_peak(process) - before, 1), MOST_MEMORY),
            }
        )
    return rows


async def exchange_all(port: int, total: int, connections: int) -> dict[str, int]:
    """Make so many exchanges of each kind; return how many came back wrong or not at all."""
    turns = total // connections
    lost = dict.fromkeys(("HTTP", "WebSocket"), turns * connections)
    headers = {"Origin": ORIGIN}

    async def by_http(session: aiohttp.ClientSession, number: int) -> None:
        for turn in range(turns):
            body = f"{number} {turn}".encode()
            async with session.post("/echo", data=body, headers=headers) as answer:
                is_right = await answer.read() == body and answer.headers["Access-Control-Allow-Origin"] == ORIGIN
            lost["HTTP"] -= is_right

    async def by_websocket(session: aiohttp.ClientSession, number: int) -> None:
        async with session.ws_connect("/echo", headers=headers) as client:
            for turn in range(turns):
                await client.send_str(f"{number} {turn}")
                is_right = await client.receive_str() == f"{number} {turn}"
                lost["WebSocket"] -= is_right

    base = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession(base, connector=aiohttp.TCPConnector(limit=0)) as session:
        for exchange in (by_http, by_websocket):
            async with asyncio.TaskGroup() as group:
                for number in range(connections):
                    group.create_task(exchange(session, number))
    return lost


def measure_exchanges(port: int, total: int) -> list[Row]:
    """Make exchanges one after another, and at once."""
    rows: list[Row] = []
    for connections in (1, CONNECTIONS):
        began = time.perf_counter()
        lost = asyncio.run(exchange_all(port, total, connections))
        seconds = time.perf_counter() - began
        rows.append({"connections": connections, "of each kind": total, "seconds": seconds, **lost_of(lost)})
    return rows


def lost_of(lost: dict[str, int]) -> Row:
    """Return the columns of what is lost."""
    return {f"lost by {kind}": count for kind, count in lost.items()}


def main() -> None:
    """Measure both."""
    options = read_options(__doc__)
    # Why: whoever ends this process shall end the proxy with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    length, total = (QUICK_BODY, QUICK_EXCHANGES) if options.quick else (BODY, EXCHANGES)
    with tempfile.TemporaryDirectory() as name, serving(Path(name)) as (_, port, process):
        tables = [
            Table("bodies", measure_bodies(port, process, length)),
            Table("exchanges", measure_exchanges(port, total)),
        ]
    report(options, tables)


if __name__ == "__main__":
    main()
