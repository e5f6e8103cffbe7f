"""HTTP through the proxy, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import hashlib
import http.client
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from crossorigin.gateway.answers import NOTE
from crossorigin.gateway.exchange import Clock, Exchange
from crossorigin.gateway.lines import Trip
from crossorigin.gateway.pool import Pool
from crossorigin.gateway.upstream import parse_upstream
from proxies import (
    APP,
    CHUNK,
    POLICY,
    SEEN,
    Proxy,
    read_all,
    say,
    serve_bytes,
    serve_proxy,
    upstream,
    wait_for,
    wait_until,
)
from servers import TIME_OUT, ask, ask_preflight, serve_asgi

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

    from crossorigin.gateway.connection import Connection

ORIGIN = ("Origin", APP)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with serve_asgi(upstream) as port, serve_proxy(tmp_path_factory.mktemp("proxy"), port) as found:
        yield found


def tell(body: bytes) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(body)
    return told


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "QUERY", "OPTIONS"])
def test_method_target_and_answer_arrive_as_they_were_sent(proxy: Proxy, method: str) -> None:
    """The target is not decoded, normalised or encoded anew."""
    answer = ask(proxy.port, method, "/a%2Fb/../c%20d;e?q=%41&q=é".replace("é", "%C3%A9"), [ORIGIN])
    told = tell(answer.body)
    assert answer.status == 200
    assert (told["method"], told["target"], told["query"]) == (method, "/a%2Fb/../c%20d;e", "q=%41&q=%C3%A9")
    assert dict(answer.headers)["x-powered-by"] == "upstream"


def test_the_policy_answers(proxy: Proxy) -> None:
    """The upstream's own CORS headers are removed, and preflights do not reach it."""
    assert ask(proxy.port, "GET", "/items", [ORIGIN]).cors["access-control-allow-origin"] == APP
    assert ask(proxy.port, "GET", "/items", [("Origin", "https://evil.example")]).cors == {"vary": "Origin"}
    assert ask(proxy.port, "GET").cors == {"vary": "Origin"}
    assert ask_preflight(proxy.port, APP, "PUT").status == 204
    assert ask_preflight(proxy.port, APP, "DELETE").status == 403


@pytest.mark.parametrize("status", [200, 204, 302, 304, 401, 404, 418, 500, 503, 599])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_every_status_passes_with_the_headers(proxy: Proxy, status: int, method: str) -> None:
    answer = ask(proxy.port, method, f"/status/{status}", [ORIGIN])
    assert answer.status == status
    assert answer.cors["access-control-allow-origin"] == APP
    assert answer.body == (b"" if method == "HEAD" or status in {204, 304} else b"said by the upstream")


def test_no_redirect_is_followed_and_those_to_the_upstream_lead_to_the_proxy(tmp_path: Path) -> None:
    """Another host's address passes as it is, also where it begins like the upstream's."""
    with serve_asgi(upstream) as port, serve_proxy(tmp_path, port) as proxy:
        own = f"http://127.0.0.1:{proxy.port}"
        rows = [
            (f"http://127.0.0.1:{port}/items?a=1", f"{own}/items?a=1"),
            (f"http://127.0.0.1:{port}//evil.example/", f"{own}//evil.example/"),
            (f"http://127.0.0.1:{port}", own),
            (f"http://127.0.0.1:{port}0/items", f"http://127.0.0.1:{port}0/items"),
            (f"http://127.0.0.1:{port}.evil.example/", f"http://127.0.0.1:{port}.evil.example/"),
            ("/items/", "/items/"),
            ("https://other.example/", "https://other.example/"),
        ]
        for sent, expected in rows:
            answer = ask(proxy.port, "GET", f"/redirect?{sent}", [ORIGIN])
            assert (answer.status, dict(answer.headers)["location"]) == (302, expected)


@pytest.mark.parametrize("is_chunked", [True, False])
def test_bodies_arrive_whole(proxy: Proxy, *, is_chunked: bool) -> None:
    """With a length and in chunks."""
    body = bytes(range(256)) * 20_000
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=TIME_OUT)
    with contextlib.closing(connection):
        parts = iter([body[:1], body[1:100_000], body[100_000:]])
        if is_chunked:
            connection.request(
                "POST", "/items", body=parts, encode_chunked=True, headers={"Transfer-Encoding": "chunked"}
            )
        else:
            connection.request("PUT", "/items", body=body)
        told = tell(connection.getresponse().read())
    assert (told["length"], told["sha256"]) == (len(body), hashlib.sha256(body).hexdigest())
    lengths = [value for name, value in told["headers"] if name == "content-length"]
    assert lengths == ([] if is_chunked else [str(len(body))])


def test_a_compressed_body_stays_compressed(tmp_path: Path) -> None:
    """What the upstream encoded is the client's to decode."""
    body = gzip.compress(b"tea" * 1000)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    with serve_bytes(say(head + body)) as port, serve_proxy(tmp_path, port) as proxy:
        answer = ask(proxy.port, "GET", "/", [("Accept-Encoding", "gzip")])
    assert (answer.body, dict(answer.headers)["content-encoding"]) == (body, "gzip")


def test_a_stream_begins_before_it_ends(proxy: Proxy) -> None:
    """Events arrive as they are sent; when the client leaves, the upstream learns of it."""
    SEEN.clear()
    with proxy.connect() as connection:
        connection.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        data = b""
        while b"data: 1" not in data:
            data += connection.recv(4096)
    wait_for("the client of /events has left")


def test_a_client_that_leaves_before_the_answer(proxy: Proxy, caplog: pytest.LogCaptureFixture) -> None:
    """The upstream is not kept busy for nobody."""
    SEEN.clear()
    caplog.set_level("INFO", "crossorigin.gateway")
    with proxy.connect() as connection:
        connection.sendall(b"GET /silence HTTP/1.1\r\nHost: localhost\r\n\r\n")
    wait_for("the client of /silence has left")
    wait_until(lambda: "GET /silence no status" in caplog.text)
    assert "the client has left" in caplog.text


def test_a_client_that_leaves_in_its_body(proxy: Proxy) -> None:
    """The upstream does not take a part for the whole."""
    SEEN.clear()
    with proxy.connect() as connection:
        connection.sendall(b"POST /items HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc")
        time.sleep(0.2)
    wait_for("the client has left in its body")


def test_expect_continue_is_answered_by_the_proxy(proxy: Proxy) -> None:
    head = b"POST /items HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n"
    with proxy.connect() as connection:
        connection.sendall(head + b"Connection: close\r\n\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
        connection.sendall(b"tea")
        answer = read_all(connection)
    told = tell(answer.partition(b"\r\n\r\n")[2])
    assert told["length"] == 3
    assert "expect" not in dict(told["headers"])


def test_connections_to_the_upstream_are_kept(tmp_path: Path) -> None:
    """Ten requests one after another take one connection."""
    taken: list[int] = []

    def answer(connection: socket.socket) -> None:
        taken.append(1)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        while data := connection.recv(65536):
            assert data.endswith(b"\r\n\r\n")
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    with serve_bytes(answer) as port, serve_proxy(tmp_path, port) as proxy:
        assert [ask(proxy.port, "GET").status for _ in range(10)] == [200] * 10
    assert taken == [1]


HEAD = b"HTTP/1.1 200 OK\r\n"
BROKEN: list[tuple[bytes, str]] = [
    (b"", "closed the connection"),
    (b"nonsense\r\n\r\n", "no HTTP that could be read"),
    (b"HTTP/1.1 200 OK\r\nContent-Le", "closed the connection"),
    (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "101"),
    (b"HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n", "999"),
    (HEAD + b"X-Long: " + b"a" * 200_000 + b"\r\nContent-Length: 0\r\n\r\n", "too large"),
    (HEAD + b"X-Bad: a\x01b\r\nContent-Length: 0\r\n\r\n", "malformed"),
]


@pytest.mark.parametrize(("said", "text"), BROKEN, ids=[str(number) for number in range(len(BROKEN))])
def test_what_is_no_answer_becomes_a_502_that_the_page_can_read(tmp_path: Path, said: bytes, text: str) -> None:
    with serve_bytes(say(said)) as port, serve_proxy(tmp_path, port) as proxy:
        answer = ask(proxy.port, "GET", "/items", [ORIGIN])
    assert (answer.status, answer.cors["access-control-allow-origin"]) == (502, APP)
    assert text in answer.body.decode() or (text == "malformed" and "no HTTP that" in answer.body.decode())


def test_an_upstream_that_is_not_there(tmp_path: Path) -> None:
    with serve_bytes(say(b"")) as port:
        pass
    with serve_proxy(tmp_path, port) as proxy:
        answer = ask(proxy.port, "GET", "/items", [ORIGIN])
        preflight = ask_preflight(proxy.port, APP, "PUT")
    assert (answer.status, answer.cors["access-control-allow-origin"]) == (502, APP)
    assert answer.body == b"The upstream refused the connection: is it running?\n"
    assert preflight.status == 204


def test_an_upstream_that_says_nothing(tmp_path: Path) -> None:
    """After the time that was set, there is a 504 that the page can read."""
    with serve_asgi(upstream) as port, serve_proxy(tmp_path, port, seconds=0.3) as proxy:
        answer = ask(proxy.port, "GET", "/silence", [ORIGIN])
    assert (answer.status, answer.cors["access-control-allow-origin"]) == (504, APP)
    assert answer.body == b"The upstream took too long to answer.\n"


def test_a_client_that_drips_its_body(tmp_path: Path) -> None:
    """It gets a 408 and its connection to the upstream is given up; a stream may take as long as it likes."""
    with serve_asgi(upstream) as port, serve_proxy(tmp_path, port, seconds=0.4) as proxy:
        data = proxy.send_raw(
            b"POST /items HTTP/1.1\r\nHost: localhost\r\nOrigin: https://app.example\r\nConnection: close\r\n"
            b"Content-Length: 9\r\n\r\nabc"
        )
        assert data.startswith(b"HTTP/1.1 408 ")
        assert b"access-control-allow-origin: https://app.example" in data
        with proxy.connect() as connection:
            connection.sendall(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            begun = connection.recv(4096)
            connection.settimeout(1.0)
            rest = [connection.recv(4096)] if b"data: 1" not in begun else []
            with pytest.raises(TimeoutError):
                connection.recv(4096)
            assert b"data: 1" in begun + b"".join(rest)


@pytest.mark.parametrize(
    "how", [b"Content-Length: 100\r\n\r\npart", b"Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n"]
)
@pytest.mark.parametrize("level", ["INFO", "WARNING"])
def test_an_upstream_that_dies_in_its_body(
    tmp_path: Path, how: bytes, level: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The client sees that the answer is not whole, the log says so, also a quiet one, and the proxy serves on."""
    caplog.set_level(level, "crossorigin.gateway")
    with serve_bytes(say(HEAD + how)) as port, serve_proxy(tmp_path, port) as proxy:
        with pytest.raises(http.client.IncompleteRead) as caught:
            ask(proxy.port, "GET", "/items", [ORIGIN])
        assert caught.value.partial in {b"part", b""}
        with pytest.raises(http.client.IncompleteRead):
            ask(proxy.port, "GET", "/items", [ORIGIN])
    said = [text for name, _, text in caplog.record_tuples if name == "crossorigin.gateway"]
    assert sum("The answer broke off. The upstream closed the connection before" in text for text in said) == 2


def test_a_stale_connection_does_not_send_a_body_twice(tmp_path: Path) -> None:
    """An upstream that closes a kept connection gets no half request; the page gets a 502 or the answer."""
    count: list[int] = []

    def answer(connection: socket.socket) -> None:
        count.append(1)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        connection.recv(65536)

    with serve_bytes(answer) as port, serve_proxy(tmp_path, port) as proxy:
        assert ask(proxy.port, "GET").status == 200
        data = proxy.send_raw(b"PUT / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 3\r\n\r\ntea")
        assert data.startswith(b"HTTP/1.1 502 ")
        assert ask(proxy.port, "GET").status == 200


@pytest.mark.parametrize(("method", "status"), [("GET", 200), ("HEAD", 200), ("DELETE", 502)])
def test_a_safe_request_is_sent_again_on_a_fresh_connection(tmp_path: Path, method: str, status: int) -> None:
    """Once, where the upstream has closed a kept connection; whoever changes something is told instead."""
    taken: list[int] = []

    def answer(connection: socket.socket) -> None:
        taken.append(1)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" if method != "HEAD" else HEAD + b"\r\n")
        connection.recv(65536)

    with serve_bytes(answer) as port, serve_proxy(tmp_path, port) as proxy:
        assert ask(proxy.port, "GET" if method != "HEAD" else method).status == 200
        assert ask(proxy.port, method).status == status
    assert len(taken) == (2 if status == 200 else 1)


def test_an_answer_before_the_body_is_read(tmp_path: Path) -> None:
    """An upstream may refuse a body that it has not read."""
    refusal = b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno!"
    with serve_bytes(say(refusal)) as port, serve_proxy(tmp_path, port) as proxy, proxy.connect() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc")
        assert connection.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_a_slow_reader_holds_nothing_in_memory(tmp_path: Path) -> None:
    """The upstream is not read faster than the client reads."""
    sent: list[int] = []

    def answer(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"Content-Length: 268435456\r\n\r\n")
        connection.settimeout(1.0)
        with contextlib.suppress(TimeoutError):
            for _ in range(4096):
                connection.sendall(CHUNK)
                sent.append(len(CHUNK))

    with serve_bytes(answer) as port, serve_proxy(tmp_path, port) as proxy, proxy.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wait_until(lambda: sent)
        time.sleep(1.5)
        assert sum(sent) < 64 * 1024 * 1024


def test_the_policy_may_refuse_before_the_upstream_is_asked(tmp_path: Path) -> None:
    policy = f'{POLICY}enforce = "all"\n'
    with serve_asgi(upstream) as port, serve_proxy(tmp_path, port, policy=policy) as proxy:
        assert ask(proxy.port, "GET", "/items", [("Origin", "https://evil.example")]).status == 403
        assert ask(proxy.port, "GET", "/items", [ORIGIN]).status == 200


def test_whoever_pauses_gets_the_rest(tmp_path: Path) -> None:
    """A client that reads late, and an upstream that does, make the other side wait, and lose nothing."""
    body = bytes(range(256)) * 40_000
    come: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        time.sleep(0.3)
        data = b""
        while len(data) < len(body):
            data += connection.recv(1_000_000)
        come.append(data)
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    with serve_bytes(answer) as port, serve_proxy(tmp_path, port) as proxy, proxy.connect() as connection:
        lines = b"Host: localhost\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
        connection.sendall(b"PUT / HTTP/1.1\r\n" + lines + body)
        time.sleep(0.3)
        data = read_all(connection)
    assert come == [body]
    assert data.partition(b"\r\n\r\n")[2] == body


def test_a_client_that_leaves_while_the_upstream_is_called(proxy: Proxy) -> None:
    """Nothing is sent then."""
    sent: list[bytes] = []
    scope = {"method": "GET", "raw_path": b"/", "query_string": b"", "headers": [(b"host", b"localhost")]}

    async def run() -> None:
        left = asyncio.Event()

        async def receive() -> Any:
            return {"type": "http.disconnect"} if left.is_set() else {"type": "http.request"}

        async def send(message: Any) -> None:
            sent.append(message)

        class Calling(Pool):
            async def take(self, *, is_fresh: bool = False) -> Connection:
                left.set()
                exchange.look(clock.loop.time() + 1.0)
                await asyncio.sleep(0.05)
                return await super().take(is_fresh=is_fresh)

        clock, pool = Clock(20.0), Calling(trip.upstream, 20.0)
        exchange = Exchange(scope, receive, send, trip, clock)
        await exchange.run(pool)
        pool.close()

    trip = Trip(parse_upstream(f"http://127.0.0.1:{proxy.port}"))
    asyncio.run(run())
    assert not sent
    assert scope[NOTE] == (None, "the client has left")
