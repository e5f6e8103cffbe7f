"""The proxy in a thread, an upstream that tells what it got, and upstreams that say what no server should."""

from __future__ import annotations

import contextlib
import hashlib
import json
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from crossorigin.gateway.app import Gateway, Settings
from crossorigin.gateway.lines import Trip
from crossorigin.gateway.reload import PolicyFile
from crossorigin.gateway.serving import Server, listen, make_server
from crossorigin.gateway.upstream import Address, KnownHosts, parse_upstream
from servers import TIME_OUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

APP = "https://app.example"
POLICY = f'allow_origins = ["{APP}"]\nallow_methods = ["GET", "PUT"]\nallow_credentials = true\n'
CHUNK = b"x" * 65536


class Proxy:
    """A running proxy."""

    def __init__(self, port: int, gateway: Gateway, policy: Path, server: Server) -> None:
        self.port = port
        self.gateway = gateway
        self.policy = policy
        self.server = server

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=TIME_OUT)

    def send_raw(self, data: bytes) -> bytes:
        """Send bytes; return all that comes until the proxy closes."""
        with self.connect() as connection:
            connection.sendall(data)
            return read_all(connection)


def open_socket(
    port: int, path: str = "/chat", *, origin: str | None = APP, protocols: tuple[str, ...] = ()
) -> ClientConnection:
    """Open a WebSocket."""
    url = f"ws://127.0.0.1:{port}{path}"
    names = [Subprotocol(name) for name in protocols]
    return connect(url, origin=None if origin is None else Origin(origin), subprotocols=names or None, max_size=None)


def read_all(connection: socket.socket) -> bytes:
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


@contextlib.contextmanager
def serve_proxy(
    folder: Path,
    upstream: int,
    *,
    policy: str = POLICY,
    seconds: float = 20.0,
    trusts_forwarded: bool = False,
    hosts: tuple[str, ...] = (),
) -> Iterator[Proxy]:
    """Serve the proxy in a thread, until the block is left."""
    file = folder / "cors.toml"
    file.write_text(policy)
    trip = Trip(parse_upstream(f"http://127.0.0.1:{upstream}"), trusts_forwarded)
    gateway = Gateway(Settings(trip, KnownHosts([*hosts]), seconds), PolicyFile(str(file)))
    server = make_server(gateway)
    with listen(Address("127.0.0.1", 0)) as opened:
        port = opened.getsockname()[1]
        thread = threading.Thread(target=server.run, args=([opened],), daemon=True)
        thread.start()
        try:
            while not server.started:
                thread.join(0.01)
                assert thread.is_alive(), "the proxy has not started"
            yield Proxy(port, gateway, file, server)
        finally:
            server.should_exit = True
            thread.join(TIME_OUT)
            assert not thread.is_alive()
            assert not server.server_state.connections
            assert not server.server_state.tasks


@contextlib.contextmanager
def run_proxy(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """Run the command with ``--json`` on a free port until the block is left; give what it says first."""
    command = [sys.executable, "-m", "crossorigin", "proxy", *arguments, "--listen", "127.0.0.1:0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def find_port(told: dict[str, Any]) -> int:
    return int(told["url"].rpartition(":")[2])


@contextlib.contextmanager
def serve_bytes(answer: Callable[[socket.socket], None], *, reads_head: bool = True) -> Iterator[int]:
    """Give each connection, when its headers have come, to a function that answers as it likes; give the port."""
    stopped = threading.Event()
    threads: list[threading.Thread] = []

    def serve(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(TIME_OUT)
            data = b""
            # Why one byte at a time: what follows the headers is for the function.
            while reads_head and not data.endswith(b"\r\n\r\n") and (part := connection.recv(1)):
                data += part
            if data or not reads_head:
                answer(connection)

    def accept() -> None:
        while not stopped.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = listening.accept()
                threads.append(threading.Thread(target=serve, args=(connection,), daemon=True))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        acceptor = threading.Thread(target=accept, daemon=True)
        acceptor.start()
        try:
            yield listening.getsockname()[1]
        finally:
            stopped.set()
            acceptor.join(TIME_OUT)
            for thread in threads:
                thread.join(TIME_OUT)
                assert not thread.is_alive()


def say(data: bytes) -> Callable[[socket.socket], None]:
    """Return what answers with bytes and closes."""
    return lambda connection: connection.sendall(data)


async def upstream(scope: Any, receive: Any, send: Any) -> None:
    """Tell what came; under some paths, do something else."""
    if scope["type"] == "lifespan":
        return
    if scope["type"] == "websocket":
        await _talk(scope, receive, send)
        return
    path: str = scope["path"]
    if path.startswith("/status/"):
        status = int(path.rpartition("/")[2])
        await _answer(send, status, b"" if status in {204, 304} else b"said by the upstream")
    elif path == "/stream":
        await _stream(send, int(scope["query_string"] or 2))
    elif path == "/events":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"data: 1\n\n", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass
        SEEN.append("the client of /events has left")
    elif path == "/silence":
        while (await receive())["type"] != "http.disconnect":
            pass
        SEEN.append("the client of /silence has left")
    elif path == "/redirect":
        where = scope["query_string"]
        await send({"type": "http.response.start", "status": 302, "headers": [(b"location", where)]})
        await send({"type": "http.response.body", "body": b""})
    else:
        await _tell(scope, receive, send)


#: What upstreams have seen that no answer tells.
SEEN: list[str] = []


async def _answer(send: Any, status: int, body: bytes, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
    length = [] if status in {204, 304} else [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*length, *headers]})
    await send({"type": "http.response.body", "body": body})


async def _stream(send: Any, chunks: int) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    for _ in range(chunks):
        await send({"type": "http.response.body", "body": CHUNK, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _tell(scope: Any, receive: Any, send: Any) -> None:
    digest, length, more = hashlib.sha256(), 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            SEEN.append("the client has left in its body")
            return
        digest.update(message["body"])
        length += len(message["body"])
        more = message["more_body"]
    told = {
        "method": scope["method"],
        "target": scope["raw_path"].decode(),
        "query": scope["query_string"].decode(),
        "headers": [[name.decode(), value.decode()] for name, value in scope["headers"]],
        "length": length,
        "sha256": digest.hexdigest(),
    }
    inner = ((b"access-control-allow-origin", b"*"), (b"x-powered-by", b"upstream"))
    await _answer(send, 200, json.dumps(told).encode(), inner)


async def _talk(scope: Any, receive: Any, send: Any) -> None:
    """Echo, each message with its length in front; "bye" closes with 4001, and "die" in the middle of a message."""
    await receive()
    if scope["path"] == "/refused":
        await send({"type": "websocket.close", "code": 1008})
        return
    await send({"type": "websocket.accept", "subprotocol": (scope["subprotocols"] or [None])[-1]})
    while (message := await receive())["type"] == "websocket.receive":
        if (text := message.get("text")) is None:
            await send({"type": "websocket.send", "bytes": message["bytes"]})
        elif text == "bye":
            await send({"type": "websocket.close", "code": 4001, "reason": "said bye"})
        elif text == "headers":
            told = {name.decode(): value.decode() for name, value in scope["headers"]}
            await send({"type": "websocket.send", "text": json.dumps(told)})
        else:
            await send({"type": "websocket.send", "text": f"{len(text)} {text}"})
    SEEN.append(f"WebSocket closed with {message.get('code')}")


def wait_for(text: str) -> None:
    """Wait until an upstream has seen something."""
    wait_until(lambda: text in SEEN)


def wait_until(is_so: Callable[[], object]) -> None:
    end = time.monotonic() + TIME_OUT
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)


@contextlib.contextmanager
def serve_recorded(answer: bytes) -> Iterator[tuple[int, list[bytearray]]]:
    """Answer every request head alike; give the port, and what has come on each connection."""
    seen: list[bytearray] = []

    def serve(connection: socket.socket) -> None:
        come = bytearray()
        seen.append(come)
        with connection, contextlib.suppress(OSError):
            connection.settimeout(TIME_OUT)
            while part := connection.recv(65536):
                come += part
                connection.sendall(answer * part.count(b"\r\nvia: "))

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listening.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=accept, daemon=True).start()
        try:
            yield listening.getsockname()[1], seen
        finally:
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
