"""Clients that take their time, or send too much."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import pytest

from crossorigin.gateway import guard
from proxies import Proxy, read_all, serve_proxy, upstream, wait_until
from servers import ask, serve_asgi

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = b"GET /items HTTP/1.1\r\nHost: localhost\r\n"
WHOLE = HEAD + b"\r\n"


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with (
        pytest.MonkeyPatch.context() as patch,
        serve_asgi(upstream) as port,
        serve_proxy(tmp_path_factory.mktemp("proxy"), port) as found,
    ):
        patch.setattr(guard, "SECONDS_FOR_HEADERS", 0.5)
        yield found


TOO_LARGE = [
    HEAD + b"X: " + b"a" * 100_000 + b"\r\n\r\n",
    HEAD + b"X: " + b"a" * 100_000,
    HEAD + b"X: a\r\n" * 20_000 + b"\r\n",
    b"GET /" + b"a" * 100_000,
    HEAD + b"X" * 100_000,
    b"POST /items HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"a" * 100_000,
    b"POST /items HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " + b"a" * 100_000,
    b"POST /items HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: a\r\n" * 20_000,
]


@pytest.mark.parametrize("data", TOO_LARGE, ids=[str(number) for number in range(len(TOO_LARGE))])
def test_large_headers_are_refused(proxy: Proxy, data: bytes) -> None:
    """Also those that never end, and what stands around the parts of a body."""
    assert proxy.send_raw(data).startswith(b"HTTP/1.1 431 ")
    assert ask(proxy.port, "GET").status == 200


def test_headers_of_a_usual_size_pass(proxy: Proxy) -> None:
    """30 KB of cookies go on to the upstream."""
    assert ask(proxy.port, "GET", "/items", [("Cookie", "a" * 30_000)]).status == 200


def test_a_trailer_is_no_header(proxy: Proxy) -> None:
    """It cannot add an origin or a host after the policy has judged."""
    head = b"POST /items HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    data = proxy.send_raw(head + b"1\r\na\r\n0\r\nOrigin: https://app.example\r\nHost: evil.example\r\n\r\n")
    assert data.startswith(b"HTTP/1.1 200 ")
    assert b"app.example" not in data


@pytest.mark.parametrize(
    ("begin", "drip", "said"),
    [
        (b"", b"", b""),
        (b"GET /items HTTP/1.1\r\n", b"X: a\r\n", b"HTTP/1.1 408 "),
        (b"", b"\r\n", b""),
        (WHOLE, b"\r\n", b""),
        (WHOLE + HEAD, b"X: a\r\n", b"HTTP/1.1 408 "),
    ],
)
def test_a_client_that_drips_is_given_up(proxy: Proxy, begin: bytes, drip: bytes, said: bytes) -> None:
    """However much comes: the whole of the headers has one deadline."""
    began = time.monotonic()
    with proxy.connect() as connection:
        connection.sendall(begin)
        connection.settimeout(0.1)
        found = b""
        is_open = True
        while is_open:
            assert time.monotonic() - began < 10
            try:
                if drip:
                    connection.sendall(drip)
                part = connection.recv(65536)
                found += part
                is_open = bool(part)
            except TimeoutError:
                pass
            except OSError:
                is_open = False
    assert WHOLE not in begin or b"200 OK" in found
    assert said in found


def test_no_part_of_an_answer_waits_for_the_one_before(proxy: Proxy) -> None:
    """A client that acknowledges late gets the body with the headers."""
    with proxy.connect() as connection:
        connection.sendall(HEAD)
        wait_until(lambda: proxy.server.server_state.connections)
        for one in proxy.server.server_state.connections:
            opened = one.transport.get_extra_info("socket")
            assert opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_two_requests_at_once_are_both_answered(proxy: Proxy) -> None:
    """Pipelining works, and the second one's headers have their deadline."""
    last = HEAD + b"Connection: close\r\n\r\n"
    with proxy.connect() as connection:
        connection.sendall(WHOLE + last)
        assert read_all(connection).count(b"HTTP/1.1 200 OK") == 2


def test_nothing_is_left_of_a_client_that_goes(proxy: Proxy) -> None:
    for data in (b"", b"GET", WHOLE[:-2], b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\na"):
        with proxy.connect() as connection:
            connection.sendall(data)
    wait_until(lambda: ask(proxy.port, "GET").status == 200)
