"""Connections to the upstream: how they are opened, kept and closed."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import subprocess
from typing import TYPE_CHECKING

import pytest

from crossorigin.gateway import pool
from crossorigin.gateway.answers import Answered
from crossorigin.gateway.connection import Connection
from crossorigin.gateway.pool import Pool
from crossorigin.gateway.upstream import parse_upstream
from proxies import say, serve_bytes
from servers import TIME_OUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def make_certificate(folder: Path, name: str) -> Path:
    """Make a certificate that nobody has signed but itself, with its key."""
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", f"subjectAltName=DNS:{name}", "-keyout", "key.pem", "-out", "certificate.pem"]
    subprocess.run([*command, *names], cwd=folder, check=True, capture_output=True, timeout=60)
    return folder


@contextlib.contextmanager
def serve_tls(certificate: Path, answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Serve as ``serve_bytes`` does, behind TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "certificate.pem", certificate / "key.pem")

    def shake_hands(connection: socket.socket) -> None:
        with contextlib.suppress(ssl.SSLError), context.wrap_socket(connection, server_side=True) as wrapped:
            wrapped.recv(65536)
            answer(wrapped)

    with serve_bytes(shake_hands, reads_head=False) as port:
        yield port


async def ask(found: Pool) -> tuple[int, bytes]:
    connection = await found.take()
    connection.ask(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", is_head=False)
    await connection.read_head()
    body = await connection.read_body()
    found.give_back(connection)
    return connection.status, body


def ask_once(url: str, seconds: float = 10.0) -> tuple[int, bytes]:
    async def run() -> tuple[int, bytes]:
        found = Pool(parse_upstream(url), seconds)
        try:
            return await ask(found)
        finally:
            found.close()

    return asyncio.run(run())


def test_a_certificate_must_be_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``SSL_CERT_FILE`` names those that are."""
    certificate = make_certificate(tmp_path, "localhost")
    with serve_tls(certificate, say(OK)) as port:
        with pytest.raises(Answered, match="certificate cannot be verified") as caught:
            ask_once(f"https://localhost:{port}")
        assert caught.value.status == 502
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "certificate.pem"))
        assert ask_once(f"https://localhost:{port}") == (200, b"ok")


def test_a_certificate_must_be_for_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = make_certificate(tmp_path, "other.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "certificate.pem"))
    with serve_tls(certificate, say(OK)) as port, pytest.raises(Answered, match="certificate cannot be verified"):
        ask_once(f"https://localhost:{port}")


def test_a_server_without_tls() -> None:
    with (
        serve_bytes(say(OK), reads_head=False) as port,
        pytest.raises(Answered, match="does not speak TLS") as caught,
    ):
        ask_once(f"https://127.0.0.1:{port}")
    assert caught.value.status == 502


def test_a_server_that_does_not_take_connections() -> None:
    """The client is told after a while, and sooner where it would not wait that long."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listening, contextlib.ExitStack() as stack:
        for _ in range(3):
            # Why: what is not accepted fills the queue.
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                waiting.connect(listening.getsockname())
        with pytest.raises(Answered, match="too long to take the connection") as caught:
            ask_once(f"http://127.0.0.1:{listening.getsockname()[1]}", 0.3)
    assert caught.value.status == 504


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_that_is_not_there(host: str) -> None:
    """Also one whose name has several addresses."""
    with serve_bytes(say(b"")) as port:
        pass
    with pytest.raises(Answered, match="refused the connection: is it running") as caught:
        ask_once(f"http://{host}:{port}")
    assert caught.value.status == 502


def test_a_name_that_leads_nowhere() -> None:
    with pytest.raises(Answered, match="cannot be reached") as caught:
        ask_once(f"http://{'a' * 70}.localhost:1")
    assert caught.value.status == 502


def test_connections_are_kept_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that was used last is used first; each is closed when nobody has needed it for long."""
    monkeypatch.setattr(pool, "_SECONDS_KEPT", 0.4)
    closed: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        connection.sendall(OK)
        while data := connection.recv(65536):
            connection.sendall(OK)
        closed.append(data)

    async def run(port: int) -> None:
        found = Pool(parse_upstream(f"http://127.0.0.1:{port}"), 10.0)
        first, second = await found.take(), await found.take()
        for connection in (first, second):
            connection.ask(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", is_head=False)
            await connection.read_head()
            await connection.read_body()
        found.give_back(first)
        await asyncio.sleep(0.2)
        found.give_back(second)
        assert await found.take() is second
        found.give_back(second)
        ended = [asyncio.get_running_loop().create_future() for _ in range(2)]
        for connection, end in zip((first, second), ended, strict=True):
            monkeypatch.setattr(connection, "connection_lost", end.set_result)
        await asyncio.wait_for(ended[0], TIME_OUT)
        assert not ended[1].done()
        await asyncio.wait_for(ended[1], TIME_OUT)
        third = await found.take()
        assert third not in {first, second}
        third.close()
        found.close()

    with serve_bytes(answer) as port:
        asyncio.run(run(port))


def test_a_connection_that_is_too_old_is_not_used() -> None:
    """Also where nobody has had the time to close it; and one on which something came is none."""
    closed: list[str] = []

    class Known(Connection):
        is_reusable = True

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

        def close(self) -> None:
            closed.append(self.name)

    async def run() -> None:
        found = Pool(parse_upstream("http://127.0.0.1:1"), 10.0)
        old, gone, good = Known("old"), Known("gone"), Known("good")
        found.give_back(old)
        old.idle_since -= 100.0
        found.give_back(good)
        found.give_back(gone)
        gone.is_closed = True
        assert await found.take() is good
        with pytest.raises(Answered):
            await found.take()

    asyncio.run(run())
    assert closed == ["gone", "old"]
