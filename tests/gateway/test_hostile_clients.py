"""Clients that want the upstream to see another request than was judged, or to keep a connection for ever."""

from __future__ import annotations

import contextlib
import functools
import posixpath
import socket
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from websockets.exceptions import InvalidStatus

from crossorigin.gateway import guard, serving
from proxies import APP, CHUNK, Proxy, open_socket, read_all, say, serve_bytes, serve_proxy, serve_recorded, wait_until
from servers import ask, ask_preflight

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crossorigin.gateway.upstream import Address

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
HOST = b"Host: localhost\r\n"
GET = b"GET /p HTTP/1.1\r\n" + HOST
POST = b"POST /p HTTP/1.1\r\n" + HOST
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\n" + HOST + b"\r\n"
HANDSHAKE = b"Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

Recorded = tuple[Proxy, list[bytearray]]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    """Give the proxy in front of an upstream whose bytes can be read."""
    with (
        serve_recorded(OK) as (port, seen),
        serve_proxy(tmp_path_factory.mktemp("proxy"), port, seconds=2.0) as proxy,
    ):
        yield proxy, seen


def exchange(proxy: Proxy, data: bytes) -> bytes:
    """Send bytes and the end; return all that comes."""
    with proxy.connect() as connection, contextlib.suppress(ConnectionResetError):
        connection.sendall(data)
        connection.settimeout(5)
        return read_all(connection)
    return b""


FAULTY = {
    "two ends": (POST + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "two ends, turned": (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n", 400),
    "two lengths": (POST + b"Content-Length: 0\r\nContent-Length: 44\r\n\r\n", 400),
    "the same length twice": (POST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
    "a list of lengths": (POST + b"Content-Length: 0, 0\r\n\r\n", 400),
    "a length with a sign": (POST + b"Content-Length: +0\r\n\r\n", 400),
    "a hexadecimal length": (POST + b"Content-Length: 0x0\r\n\r\n", 400),
    "a length that is too long": (POST + b"Content-Length: 99999999999999999999999\r\n\r\n", 400),
    "no length": (POST + b"Content-Length: \r\n\r\n", 400),
    "a space before the colon": (POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400),
    "a vertical tab": (POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", 400),
    "quoted": (POST + b'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n', 400),
    "another coding": (POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400),
    "chunked twice": (POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "chunked, then identity": (POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400),
    "gzip, then chunked": (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    "chunks in HTTP/1.0": (
        b"POST /p HTTP/1.0\r\nConnection: keep-alive\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "a folded line": (GET + b"X: a\r\n b\r\n\r\n", 400),
    "a folded coding": (POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400),
    "a folded first line": (b"GET /p HTTP/1.1\r\n X: a\r\n" + HOST + b"\r\n", 400),
    "line feeds alone": (b"GET /p HTTP/1.1\nHost: localhost\n\n", 400),
    "a line feed in a value": (GET + b"X: a\nContent-Length: 44\r\n\r\n", 400),
    "a carriage return in a value": (GET + b"X: a\rContent-Length: 44\r\n\r\n", 400),
    "a null in a value": (GET + b"X: a\0b\r\n\r\n", 400),
    "a space in a name": (GET + b"X Y: a\r\n\r\n", 400),
    "a line without a colon": (GET + b"X\r\n\r\n", 400),
    "no name": (GET + b": a\r\n\r\n", 400),
    "a line feed in a chunk's extension": (CHUNKED + b"0;a\nb\r\n\r\n", 400),
    "a carriage return in a chunk's extension": (CHUNKED + b"0;a\rb\r\n\r\n", 400),
    "a line feed after a chunk's size": (CHUNKED + b"0\n\n", 400),
    "a chunk's size with a sign": (CHUNKED + b"+0\r\n\r\n", 400),
    "a chunk that is longer than its size": (CHUNKED + b"3\r\nabcd\r\n0\r\n\r\n", 400),
    "a chunk's size that is too long": (CHUNKED + b"fffffffffffffffff0\r\n\r\n", 400),
    "a length among the trailers": (CHUNKED + b"0\r\nContent-Length: 44\r\n\r\n", 400),
    "HTTP/0.9": (b"GET /p\r\n\r\n", 505),
    "HTTP/2.0": (b"GET /p HTTP/2.0\r\n" + HOST + b"\r\n", 505),
    "an unknown version": (b"GET /p HTTP/1.2\r\n" + HOST + b"\r\n", 400),
    "another protocol": (
        GET + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n\r\n",
        200,
    ),
    "another protocol after a body": (
        POST + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n\r\nabc",
        200,
    ),
    "a tunnel": (b"CONNECT /p HTTP/1.1\r\n" + HOST + b"\r\n", 405),
    "a handshake without a version": (GET + b"Connection: Upgrade\r\n" + HANDSHAKE + b"\r\n", 400),
    "a handshake of another version": (
        GET + b"Connection: Upgrade\r\nSec-WebSocket-Version: 777\r\n" + HANDSHAKE + b"\r\n",
        400,
    ),
    "a handshake with a body": (
        POST + b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nContent-Length: 3\r\n" + HANDSHAKE + b"\r\nabc",
        400,
    ),
}


@pytest.mark.parametrize(("data", "status"), FAULTY.values(), ids=FAULTY)
def test_no_request_is_smuggled(recorded: Recorded, data: bytes, status: int) -> None:
    """What one side could read as an end, and the other not, is refused, and ends the connection."""
    proxy, seen = recorded
    answer = exchange(proxy, data + SMUGGLED)
    assert answer.startswith(b"HTTP/1.1 %d " % status), answer
    assert answer.count(b"HTTP/1.1 ") == 1
    assert not any(b"smuggled" in come for come in seen)


def _has_come(proxy: Proxy, seen: list[bytearray], data: bytes, expected: bytes) -> bool:
    """Send a request, and tell whether one of its kind has come whole."""
    assert b"HTTP/1.1 200 OK" in exchange(proxy, data)
    return any(come.endswith(expected) for come in seen)


def test_what_is_framed_anew_is_framed_once(recorded: Recorded) -> None:
    """The upstream learns of one end, in one notation, whatever the client's was."""
    proxy, seen = recorded
    rows = [
        (POST + b"Content-Length: 0003\r\nConnection: close\r\n\r\nabc", b"content-length: 3\r\n\r\nabc"),
        (
            POST + b"Transfer-Encoding: CHUNKED\r\nConnection: close\r\n\r\n3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\n",
            b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        ),
        (POST + b"Transfer_Encoding: chunked\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc", b"\r\n\r\nabc"),
        (POST + b"Expect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc", b"\r\n\r\nabc"),
    ]
    for data, expected in rows:
        # Why: this upstream answers before it has read a body, and what is not sent by then need not be sent.
        wait_until(functools.partial(_has_come, proxy, seen, data, expected))
        assert not any(b"expect" in come for come in seen)


LIES = {
    "X-Forwarded-For": "192.0.2.66",
    "X-Forwarded_For": "192.0.2.66",
    "Forwarded": "for=192.0.2.66",
    "X-Real-IP": "192.0.2.66",
    "X_REAL_IP": "192.0.2.66",
    "True-Client-IP": "192.0.2.66",
    "CF-Connecting-IP": "192.0.2.66",
    "X-Original-URL": "/lie",
    "X-Rewrite-URL": "/lie",
    "X-Forwarded-Prefix": "/lie",
    "X-Forwarded-Host": "evil.example",
    "Proxy": "http://evil.example",
}


def test_lies_do_not_go_on(recorded: Recorded) -> None:
    """Nothing that a client says of where it is, or of another target, reaches the upstream."""
    proxy, seen = recorded
    before = sum(map(len, seen))
    assert ask(proxy.port, "GET", "/p", [*LIES.items()]).status == 200
    new = b"".join(seen)
    assert sum(map(len, seen)) > before
    assert not any(lie in new for lie in (b"192.0.2.66", b"/lie", b"evil.example"))


@pytest.mark.parametrize("name", ["Origin", "Host", "Cookie", "Authorization", "Content-Length", "X-Forwarded-For"])
def test_connection_cannot_take_headers_away(recorded: Recorded, name: str) -> None:
    """What the policy has seen, the upstream sees."""
    proxy, _ = recorded
    answer = ask(proxy.port, "GET", "/p", [("Origin", APP), ("Connection", f"keep-alive, {name}")])
    assert (answer.status, answer.cors["access-control-allow-origin"]) == (400, APP)
    assert ask(proxy.port, "GET", "/p", [("Connection", "TE, close"), ("TE", "trailers")]).status == 200


@pytest.mark.parametrize("host", ["%6cocalhost", "evil.example:80@localhost", "localhost, evil.example", "localhost#"])
def test_a_host_in_disguise_is_none(recorded: Recorded, host: str) -> None:
    proxy, _ = recorded
    assert ask(proxy.port, "GET", "/p", [("Host", host)]).status == 421


@pytest.mark.parametrize("target", [b"/p#/../q", b"/p?a#b", b"http://evil.example/p"])
def test_a_target_goes_where_it_was_judged(recorded: Recorded, target: bytes) -> None:
    """No fragment goes on, and no host."""
    proxy, seen = recorded
    answer = exchange(proxy, b"GET %b HTTP/1.1\r\n" % target + HOST + b"Connection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert not any(b"#" in come or b"evil.example" in come for come in seen)


PUBLIC = 'allow_origins = "*"\n'
RULES = f'[[rule]]\npaths = ["/*"]\nallow_origins = ["{APP}"]\n[[rule]]\npaths = ["/public/*"]\n{PUBLIC}'
PATHS = [
    "/public/../private",
    "/public/%2e%2e/private",
    "/public/..%2fprivate",
    "/public/..%5cprivate",
    "/public/..\\private",
    "/public/.%2e/private",
    "/public/..;/private",
    "/public/..;a=b/private",
    "/public/%252e%252e/private",
    "//public/../private",
    "/public//../../private",
    "/public%2f..%2fprivate",
    "/public/./../private",
    "/x/../public/../private",
]


def list_readings(path: str) -> set[str]:
    """Return where routers may take a path to be: decoded or not, twice, with other slashes, without parameters."""
    found = {path}
    for _ in range(3):
        found |= {unquote(one) for one in found} | {one.replace("\\", "/") for one in found}
        found |= {"/".join(part.partition(";")[0] for part in one.split("/")) for one in found}
    return {posixpath.normpath("/" + one.lstrip("/")) for one in found}


def test_no_path_is_judged_as_another(tmp_path: Path) -> None:
    """A path that some server takes for a private one is not served as a public one; a plain one is."""
    with (
        serve_recorded(OK) as (port, _),
        serve_proxy(tmp_path, port, policy=RULES) as proxy,
    ):
        assert ask(proxy.port, "GET", "/public/a", [("Origin", "https://any.example")]).cors != {"vary": "Origin"}
        for path in PATHS:
            assert "/private" in list_readings(path)
            answer = ask(proxy.port, "GET", path, [("Origin", "https://any.example")])
            assert "access-control-allow-origin" not in answer.cors, path
            assert ask_preflight(proxy.port, "https://any.example", path=path).status == 403


def test_a_handshake_that_overtakes_an_answer(recorded: Recorded) -> None:
    """The connection is not handed over while an answer is due on it."""
    proxy, _ = recorded
    handshake = GET + b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" + HANDSHAKE + b"\r\n"
    answer = exchange(proxy, GET + b"\r\n" + handshake)
    assert b"101" not in answer
    assert answer.count(b"HTTP/1.1 ") <= 1


def test_what_follows_pipelined_requests(recorded: Recorded) -> None:
    """Of what cannot be read behind them, nobody gets a wrong answer."""
    proxy, _ = recorded
    answer = exchange(proxy, (GET + b"\r\n") * 3 + b"nonsense\r\n\r\n")
    assert not answer.replace(b"HTTP/1.1 200 OK", b"").count(b"HTTP/1.1")
    assert ask(proxy.port, "GET").status == 200


def test_a_websocket_of_a_refused_origin_does_not_reach_the_upstream(recorded: Recorded) -> None:
    proxy, seen = recorded
    for origin in ("https://evil.example", "null", f"{APP}.evil.example", f"{APP}, https://evil.example"):
        with pytest.raises(InvalidStatus) as caught:
            open_socket(proxy.port, "/chat-of-evil", origin=origin)
        assert caught.value.response.status_code == 403
    assert not any(b"chat-of-evil" in come for come in seen)


def test_a_client_that_takes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It keeps no connection, to the upstream neither."""
    monkeypatch.setattr(guard, "SECONDS_TO_TAKE", 0.3)
    ended: list[bool] = []

    def send_much(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 268435456\r\n\r\n")
            while True:
                connection.sendall(CHUNK)
        ended.append(True)

    with (
        serve_bytes(send_much) as port,
        serve_proxy(tmp_path, port) as proxy,
        proxy.connect() as connection,
    ):
        connection.sendall(GET + b"\r\n")
        wait_until(lambda: ended)


def test_a_client_that_does_not_take_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that is about to close waits a while for that, and not for ever."""
    monkeypatch.setattr(serving, "TICKS_TO_TAKE", 5)

    def listen_narrowly(address: Address) -> socket.socket:
        listening = serving.listen(address)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        return listening

    monkeypatch.setattr("proxies.listen", listen_narrowly)
    whole = b"HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n" + b"x" * 50_000
    with serve_bytes(say(whole)) as port, serve_proxy(tmp_path, port) as proxy, socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", proxy.port))
        connection.sendall(GET + b"Connection: close\r\n\r\n")
        wait_until(lambda: any(one.transport.is_closing() for one in proxy.server.server_state.connections))
        wait_until(lambda: not proxy.server.server_state.connections)
