"""WebSockets through the proxy, over real sockets."""

from __future__ import annotations

import json
import socket
import threading
from typing import TYPE_CHECKING

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.sync.server import ServerConnection, serve
from websockets.typing import Origin

from proxies import APP, SEEN, Proxy, open_socket, say, serve_bytes, serve_proxy, upstream, wait_for
from servers import TIME_OUT, serve_asgi

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with serve_asgi(upstream) as port, serve_proxy(tmp_path_factory.mktemp("proxy"), port) as found:
        yield found


def test_messages_go_both_ways(proxy: Proxy) -> None:
    """Text and bytes, short and long, in their order."""
    with open_socket(proxy.port) as client:
        for length in (0, 1, 125, 126, 65_536, 1_000_000):
            client.send("é" * length)
            assert client.recv() == f"{length} {'é' * length}"
            client.send(b"\xff" * length)
            assert client.recv() == b"\xff" * length
        for number in range(100):
            client.send(str(number))
        assert [client.recv() for _ in range(100)] == [f"{len(str(number))} {number}" for number in range(100)]


def test_the_subprotocol_is_the_upstreams_choice(proxy: Proxy) -> None:
    with open_socket(proxy.port, protocols=("a", "b")) as client:
        assert client.subprotocol == "b"


def test_the_upstream_learns_who_calls(proxy: Proxy) -> None:
    with open_socket(proxy.port) as client:
        client.send("headers")
        told = json.loads(client.recv())
    assert told["origin"] == APP
    assert told["x-forwarded-for"] == "127.0.0.1"
    assert told["x-forwarded-host"] == f"127.0.0.1:{proxy.port}"


@pytest.mark.parametrize(
    ("origin", "is_let_in"), [(APP, True), (None, True), ("https://evil.example", False), ("null", False)]
)
def test_the_policy_judges_handshakes(proxy: Proxy, origin: str | None, *, is_let_in: bool) -> None:
    if is_let_in:
        with open_socket(proxy.port, origin=origin) as client:
            client.send("a")
            assert client.recv() == "1 a"
    else:
        with pytest.raises(InvalidStatus) as caught:
            open_socket(proxy.port, origin=origin)
        assert caught.value.response.status_code == 403


def test_an_unknown_host_is_refused(proxy: Proxy) -> None:
    """A page whose name leads here is same-origin for the policy."""
    with socket.create_connection(("127.0.0.1", proxy.port)) as stream, pytest.raises(InvalidStatus) as caught:
        connect("ws://evil.example/chat", sock=stream, origin=Origin("http://evil.example"))
    assert caught.value.response.status_code == 421


def test_either_side_may_close(proxy: Proxy) -> None:
    """The other side learns of it, with the code and the reason."""
    SEEN.clear()
    with open_socket(proxy.port) as client:
        client.send("bye")
        with pytest.raises(ConnectionClosed) as caught:
            client.recv()
        assert caught.value.rcvd is not None
        assert (caught.value.rcvd.code, caught.value.rcvd.reason) == (4001, "said bye")
    with open_socket(proxy.port) as client:
        client.close(4002, "enough")
    wait_for("WebSocket closed with 4002")
    client = open_socket(proxy.port)
    client.socket.shutdown(socket.SHUT_RDWR)
    client.close_socket()
    wait_for("WebSocket closed with 1000")


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", 401),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 502),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 502),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", 502),
        (b"nonsense\r\n\r\n", 502),
        (b"", 502),
    ],
)
def test_an_upstream_that_does_not_accept(tmp_path: Path, said: bytes, status: int) -> None:
    """The client gets the status of the refusal, or 502; no redirect is followed."""
    with serve_bytes(say(said)) as port, serve_proxy(tmp_path, port) as proxy, pytest.raises(InvalidStatus) as caught:
        open_socket(proxy.port)
    assert caught.value.response.status_code == status


def test_an_upstream_that_is_silent(tmp_path: Path) -> None:
    def wait(connection: socket.socket) -> None:
        connection.recv(1)

    with (
        serve_bytes(wait) as port,
        serve_proxy(tmp_path, port, seconds=0.3) as proxy,
        pytest.raises(InvalidStatus) as caught,
    ):
        open_socket(proxy.port)
    assert caught.value.response.status_code == 504


def test_an_upstream_that_dies(tmp_path: Path) -> None:
    """The client is told by a code that nobody takes for a good end."""

    def die(connection: ServerConnection) -> None:
        connection.recv()
        connection.socket.shutdown(socket.SHUT_RDWR)

    with serve(die, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        with serve_proxy(tmp_path, server.socket.getsockname()[1]) as proxy, open_socket(proxy.port) as client:
            client.send("a")
            with pytest.raises(ConnectionClosed) as caught:
                client.recv()
        server.shutdown()
        thread.join()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1014


def test_a_message_that_is_too_long(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    """The upstream's end is told to the client, and the other way round."""
    monkeypatch.setattr("crossorigin.gateway.bridge.MAX_MESSAGE", 1000)
    with open_socket(proxy.port) as client:
        client.send("a" * 2000)
        with pytest.raises(ConnectionClosed) as caught:
            client.recv()
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1009


def test_what_cannot_be_sent_to_the_upstream(monkeypatch: pytest.MonkeyPatch, proxy: Proxy) -> None:
    """A failure on the way there ends both sides."""

    async def fail(*_: object) -> None:
        raise ConnectionResetError

    monkeypatch.setattr("websockets.asyncio.client.ClientConnection.send", fail)
    with open_socket(proxy.port) as client:
        client.send("a")
        with pytest.raises(ConnectionClosed):
            client.recv(timeout=TIME_OUT)


def test_large_headers_of_a_handshake(proxy: Proxy) -> None:
    """They are refused by the status that says so, and nothing breaks."""
    for size in (10_000, 100_000):
        data = proxy.send_raw(
            b"GET /chat HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX: %b\r\n\r\n" % (b"a" * size)
        )
        assert data.startswith(b"HTTP/1.1 4")
    with open_socket(proxy.port) as client:
        client.send("a")
        assert client.recv() == "1 a"
