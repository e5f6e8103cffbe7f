"""Upstreams that say what no server should: nothing of it is taken for another answer, and no page is left waiting."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from proxies import APP, CHUNK, Proxy, open_socket, say, serve_bytes, serve_proxy
from servers import Answer, ask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HEAD = b"HTTP/1.1 200 OK\r\n"
TWO = b"Content-Length: 2\r\n\r\nok"
EVIL = HEAD + b"Content-Length: 4\r\n\r\nevil"
ORIGIN = ("Origin", APP)


class Scripted:
    """An upstream that answers as each test likes, and the proxy in front of it."""

    def __init__(self) -> None:
        self.answer: Callable[[socket.socket], None] = say(b"")
        self.connections: list[socket.socket] = []
        self.proxy: Proxy

    def __call__(self, connection: socket.socket) -> None:
        self.connections.append(connection)
        self.answer(connection)

    def ask(self, answer: Callable[[socket.socket], None], method: str = "GET") -> tuple[Answer, Answer]:
        """Ask twice, as long as the upstream keeps the connection."""
        self.answer = answer
        return ask(self.proxy.port, method, "/p", [ORIGIN]), ask(self.proxy.port, method, "/q", [ORIGIN])


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripted]:
    found = Scripted()
    with serve_bytes(found) as port, serve_proxy(tmp_path_factory.mktemp("proxy"), port, seconds=2.0) as found.proxy:
        yield found


@pytest.fixture
def scripted(upstream: Scripted) -> Iterator[Scripted]:
    """Close what a test has left open, so that the next one has connections of its own."""
    yield upstream
    for connection in upstream.connections:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    upstream.connections.clear()


UNREADABLE = {
    "two ends": HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 2\r\nContent-Length: 1\r\n\r\nok",
    "a negative length": HEAD + b"Content-Length: -1\r\n\r\nok",
    "a length that is too long": HEAD + b"Content-Length: 18446744073709551617\r\n\r\nok",
    "another coding": HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "an unknown coding": HEAD + b"Transfer-Encoding: x\r\n\r\nok",
    "chunks in HTTP/1.0": b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    "HTTP/0.9": b"ok",
    "HTTP/2.0": b"HTTP/2.0 200 OK\r\n" + TWO,
    "line feeds alone": b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
    "a line feed in a value": HEAD + b"X: a\nSet-Cookie: a=b\r\n" + TWO,
    "a carriage return in a value": HEAD + b"X: a\rSet-Cookie: a=b\r\n" + TWO,
    "a null in a value": HEAD + b"X: a\0\r\n" + TWO,
    "a folded line": HEAD + b"X: a\r\n Access-Control-Allow-Origin: *\r\n" + TWO,
    "a space before the colon": HEAD + b"X : a\r\n" + TWO,
    "a name that is none": HEAD + b"X(a): a\r\n" + TWO,
    "no name": HEAD + b": a\r\n" + TWO,
    "another protocol": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nraw",
    "another protocol unasked": b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + HEAD + TWO,
    "nothing but an interim answer": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
    "no status": b"HTTP/1.1 000 No\r\n" + TWO,
    "a status of two digits": b"HTTP/1.1 20 No\r\n" + TWO,
    "a status of no class": b"HTTP/1.1 600 No\r\n" + TWO,
    "a request": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "many headers": HEAD + b"X: a\r\n" * 20_000 + TWO,
    "a long header": HEAD + b"X: " + b"a" * 100_000 + b"\r\n" + TWO,
    "a header without an end": HEAD + b"X: " + b"a" * 1_000_000,
    "many words": b"HTTP/1.1 200 " + b"a" * 100_000 + b"\r\n" + TWO,
}


@pytest.mark.parametrize("said", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_is_not_one_answer_is_none(scripted: Scripted, said: bytes, method: str) -> None:
    """The page gets a 502 that it can read, and nothing of what was said."""
    for answer in scripted.ask(say(said), method):
        assert (answer.status, answer.cors["access-control-allow-origin"]) == (502, APP)
        assert {name for name, _ in answer.headers if not name.startswith("access-control-")} == {
            "content-type",
            "content-length",
            "vary",
        }


def answer_and_wait(*said: bytes) -> Callable[[socket.socket], None]:
    """Return what says one thing to each request on a connection."""

    def answer(connection: socket.socket) -> None:
        for part in said:
            connection.sendall(part)
            if not connection.recv(65536):
                return

    return answer


SPOILT = {
    "another answer": HEAD + TWO + EVIL,
    "more than was announced": HEAD + TWO + b"evil",
    "a body beside 204": b"HTTP/1.1 204 No Content\r\n\r\n" + EVIL,
    "a body beside 304": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 78\r\n\r\n" + EVIL,
    "more after the last chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n" + EVIL,
    "an end to the connection": HEAD + b"Connection: close\r\n" + TWO + EVIL,
}


@pytest.mark.parametrize("said", SPOILT.values(), ids=SPOILT)
def test_what_comes_unasked_is_no_answer_to_the_next_request(scripted: Scripted, said: bytes) -> None:
    """The connection is given up."""
    for answer in scripted.ask(answer_and_wait(said, EVIL)):
        assert b"evil" not in answer.body
        assert answer.status in {200, 204, 304}


@pytest.mark.parametrize("said", [HEAD + TWO, HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"])
def test_a_body_beside_head_is_none(scripted: Scripted, said: bytes) -> None:
    """Also where it comes after the headers."""

    def answer(connection: socket.socket) -> None:
        head, end, body = said.partition(b"\r\n\r\n")
        connection.sendall(head + end)
        time.sleep(0.1)
        with contextlib.suppress(OSError):
            connection.sendall(body + EVIL)

    for found in scripted.ask(answer, "HEAD"):
        assert (found.status, found.body) == (200, b"")


def test_what_comes_late_is_no_answer(tmp_path: Path) -> None:
    """Bytes on a connection on which nothing is under way end it."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(HEAD + TWO)
        time.sleep(0.1)
        with contextlib.suppress(OSError):
            connection.sendall(EVIL)
            connection.recv(65536)

    with serve_bytes(answer) as port, serve_proxy(tmp_path, port) as proxy:
        assert ask(proxy.port, "GET").body == b"ok"
        time.sleep(0.3)
        assert ask(proxy.port, "GET").body == b"ok"


def test_interim_answers_and_trailers_do_not_go_on(scripted: Scripted) -> None:
    """No header of theirs, and of the upstream's CORS headers none."""
    said = (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nX-Interim: a\r\n\r\n"
        + HEAD
        + b"access-control-allow-ORIGIN: *\r\nAccess-Control-Anything: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        + b"2;a=b\r\nok\r\n0\r\nX-Trailer: a\r\nAccess-Control-Allow-Origin: *\r\n\r\n"
    )
    for answer in scripted.ask(answer_and_wait(said, said)):
        assert (answer.status, answer.body) == (200, b"ok")
        assert {name for name, _ in answer.headers} == {
            "access-control-allow-origin",
            "access-control-allow-credentials",
            "vary",
            "transfer-encoding",
        }
        assert answer.cors["access-control-allow-origin"] == APP


@pytest.mark.parametrize("said", [HEAD + b"\r\nok", b"HTTP/1.0 200 OK\r\n\r\nok"])
def test_a_body_may_end_with_the_connection(scripted: Scripted, said: bytes) -> None:
    for answer in scripted.ask(say(said)):
        assert (answer.status, answer.body) == (200, b"ok")


def test_what_connection_names_does_not_go_back(scripted: Scripted) -> None:
    said = HEAD + b"Connection: keep-alive, X-A, Content-Length\r\nX-A: b\r\nKeep-Alive: timeout=9\r\n" + TWO
    for answer in scripted.ask(answer_and_wait(said, said)):
        assert answer.body == b"ok"
        assert not {"x-a", "keep-alive", "connection"} & {name for name, _ in answer.headers}


BROKEN = {
    "an unreadable chunk": b"Transfer-Encoding: chunked\r\n\r\n4\r\npartX\r\n0\r\n\r\n",
    "a long extension": b"Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n2;" + b"a" * 300_000,
    "long trailers": b"Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n0\r\n" + b"X: a\r\n" * 40_000 + b"\r\n",
    "no end": b"Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n",
}


@pytest.mark.parametrize("said", BROKEN.values(), ids=BROKEN)
def test_what_goes_wrong_in_a_body_shows(scripted: Scripted, said: bytes) -> None:
    """The client's connection ends before the body does."""
    scripted.answer = say(HEAD + said)
    data = scripted.proxy.send_raw(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert data.startswith(b"HTTP/1.1 200 OK")
    assert not data.endswith(b"0\r\n\r\n")


def test_an_upstream_that_drips_its_headers(tmp_path: Path) -> None:
    """However much comes, the head of an answer has one deadline."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(HEAD)
        while True:
            connection.sendall(b"X: a\r\n")
            time.sleep(0.1)

    with serve_bytes(drip) as port, serve_proxy(tmp_path, port, seconds=0.5) as proxy:
        answer = ask(proxy.port, "GET", "/p", [ORIGIN])
    assert (answer.status, answer.cors["access-control-allow-origin"]) == (504, APP)


def test_an_upstream_that_does_not_take_the_body(tmp_path: Path) -> None:
    """The client is told, and its body is not kept in memory."""

    def refuse_to_read(connection: socket.socket) -> None:
        time.sleep(1.5)
        connection.sendall(b"")

    with (
        serve_bytes(refuse_to_read) as port,
        serve_proxy(tmp_path, port, seconds=0.5) as proxy,
        proxy.connect() as connection,
    ):
        connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1073741824\r\n\r\n")
        connection.settimeout(0.2)
        sent = 0
        with contextlib.suppress(TimeoutError):
            while sent < 1024:
                connection.sendall(CHUNK)
                sent += 1
        connection.settimeout(5)
        assert connection.recv(65536).startswith(b"HTTP/1.1 504 ")
    assert sent < 1024


FRAMES = {
    "an unknown opcode": (b"\x83\x00", 1002),
    "reserved bits": (b"\xf1\x00", 1002),
    "a masked frame": (b"\x81\x81abcdX", 1002),
    "text that is none": (b"\x81\x01\xff", 1007),
    "a long ping": (b"\x89\x7e\x00\xff" + b"a" * 255, 1002),
    "a message that is too long": (b"\x82\x7f\x00\x00\x00\x01\x00\x00\x00\x00", 1009),
    "a part of nothing": (b"\x80\x00", 1002),
    "a code that is none": (b"\x88\x02\x03\xed", 1002),
    "a good end": (b"\x88\x02\x03\xe9", 1001),
    "an end without a code": (b"\x88\x00", 1000),
}


class Websockets:
    """An upstream that accepts WebSockets and goes on as each test likes, and the port of the proxy in front of it."""

    answer: Callable[[ServerConnection], None]
    port: int

    def __call__(self, connection: ServerConnection) -> None:
        self.answer(connection)


@pytest.fixture(scope="module")
def websockets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Websockets]:
    found = Websockets()
    with serve(found, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        with serve_proxy(tmp_path_factory.mktemp("proxy"), server.socket.getsockname()[1]) as proxy:
            found.port = proxy.port
            yield found
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("frame", "code"), FRAMES.values(), ids=FRAMES)
def test_what_is_no_message_ends_a_websocket(websockets: Websockets, frame: bytes, code: int) -> None:
    """The page is told by the code that says why."""

    def say_raw(connection: ServerConnection) -> None:
        connection.socket.sendall(frame)
        with contextlib.suppress(ConnectionClosed):
            connection.recv()

    websockets.answer = say_raw
    with open_socket(websockets.port) as client, pytest.raises(ConnectionClosed) as caught:
        client.recv(timeout=5)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == code
