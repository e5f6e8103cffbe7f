"""Header lines on their way through."""

from __future__ import annotations

from typing import Any

import pytest

from crossorigin.gateway.answers import Answered
from crossorigin.gateway.lines import Trip, make_request_lines, make_response_lines
from crossorigin.gateway.upstream import Upstream

UPSTREAM = Upstream("http://127.0.0.1:3000", "127.0.0.1:3000", "127.0.0.1", 3000)
TOLD = {
    b"host": b"127.0.0.1:3000",
    b"x-forwarded-for": b"192.0.2.1",
    b"x-forwarded-proto": b"http",
    b"x-forwarded-host": b"localhost:8000",
    b"via": b"1.1 crossorigin",
}

Lines = list[tuple[bytes, bytes]]


def make_scope(*lines: tuple[bytes, bytes], **more: Any) -> dict[str, Any]:
    headers = [(b"host", b"localhost:8000"), *lines]
    return {
        "type": "http",
        "scheme": "http",
        "client": ("192.0.2.1", 5),
        "http_version": "1.1",
        "headers": headers,
    } | more


@pytest.mark.parametrize(
    "line",
    [
        (b"connection", b"close"),
        (b"keep-alive", b"timeout=5"),
        (b"proxy-authorization", b"Basic eDp5"),
        (b"proxy-connection", b"keep-alive"),
        (b"te", b"trailers"),
        (b"trailer", b"X-Sum"),
        (b"transfer-encoding", b"chunked"),
        (b"upgrade", b"h2c"),
        (b"expect", b"100-continue"),
        (b"sec-websocket-key", b"a"),
        (b"forwarded", b"for=127.0.0.1"),
        (b"x-forwarded-for", b"127.0.0.1"),
        (b"x-forwarded-proto", b"https"),
        (b"x-forwarded-host", b"evil.example"),
        (b"x-forwarded-port", b"1"),
        (b"x_forwarded_for", b"127.0.0.1"),
        (b"x-real-ip", b"127.0.0.1"),
        (b"x_real_ip", b"127.0.0.1"),
    ],
)
def test_what_does_not_go_on(line: tuple[bytes, bytes]) -> None:
    """What is of the connection, and what a client says of where it is."""
    assert make_request_lines(make_scope(line), Trip(UPSTREAM)) == [*TOLD.items()]


def test_what_connection_names_does_not_go_on() -> None:
    scope = make_scope((b"connection", b"close, X-One"), (b"connection", b"x-two"), (b"x-one", b"1"), (b"x-two", b"2"))
    assert make_request_lines(scope, Trip(UPSTREAM)) == [*TOLD.items()]


def test_everything_else_goes_on() -> None:
    """In its order, with repeats, as bytes, whatever they mean."""
    lines = [(b"cookie", b"a=1"), (b"origin", b"https://app.example"), (b"x_y", b"\xff"), (b"cookie", b"b=2")]
    found = make_request_lines(make_scope(*lines), Trip(UPSTREAM))
    assert found == [*lines, *TOLD.items()]


def test_a_trusted_proxy_is_believed() -> None:
    """Addresses are added to, the rest is kept; without a word of it, the proxy says what it sees."""
    lines = [
        (b"x-forwarded-for", b"198.51.100.7"),
        (b"x-forwarded-proto", b"https"),
        (b"x-forwarded-host", b"api.example"),
        (b"x-forwarded-port", b"443"),
        (b"forwarded", b"for=198.51.100.7"),
        (b"via", b"1.1 edge"),
    ]
    found = dict(make_request_lines(make_scope(*lines), Trip(UPSTREAM, trusts_forwarded=True)))
    assert found == TOLD | {
        b"x-forwarded-for": b"198.51.100.7, 192.0.2.1",
        b"x-forwarded-proto": b"https",
        b"x-forwarded-host": b"api.example",
        b"x-forwarded-port": b"443",
        b"forwarded": b"for=198.51.100.7",
        b"via": b"1.1 edge, 1.1 crossorigin",
    }
    assert dict(make_request_lines(make_scope(), Trip(UPSTREAM, trusts_forwarded=True))) == TOLD


def test_a_client_without_an_address_and_tls() -> None:
    scope = make_scope(client=None, scheme="wss", http_version="1.0")
    told = {b"x-forwarded-for": b"unknown", b"x-forwarded-proto": b"https", b"via": b"1.0 crossorigin"}
    assert dict(make_request_lines(scope, Trip(UPSTREAM))) == TOLD | told


@pytest.mark.parametrize("value", [b"a\rb", b"a\nb", b"a\x00b", b"a\x7f"])
def test_a_request_that_no_client_may_send(value: bytes) -> None:
    """Nothing that a server could take for the end of a line goes on."""
    with pytest.raises(Answered) as caught:
        make_request_lines(make_scope((b"x", value)), Trip(UPSTREAM))
    assert caught.value.status == 400


@pytest.mark.parametrize(
    "name", [b"Origin", b"host", b"cookie", b"authorization", b"content-length", b"X-Forwarded-For", b"x_real_ip"]
)
def test_connection_names_what_is_not_of_the_connection(name: bytes) -> None:
    """Whoever does that wants the server behind to miss what the policy has seen."""
    with pytest.raises(Answered) as caught:
        make_request_lines(make_scope((b"connection", b"close, " + name)), Trip(UPSTREAM, trusts_forwarded=True))
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("raw", "status", "expected"),
    [
        ([(b"connection", b"close, X-A"), (b"x-a", b"1"), (b"keep-alive", b"5")], 200, []),
        ([(b"transfer-encoding", b"chunked"), (b"content-length", b"5")], 200, []),
        ([(b"content-length", b"5")], 304, []),
        (
            [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=\xff")],
            200,
            [(b"set-cookie", b"a=1"), (b"set-cookie", b"b=\xff")],
        ),
        ([(b"location", b"HTTP://127.0.0.1:3000/a")], 302, [(b"location", b"http://localhost:8000/a")]),
        ([(b"location", b"http://127.0.0.1:30001/a")], 302, [(b"location", b"http://127.0.0.1:30001/a")]),
    ],
)
def test_answers(raw: Lines, status: int, expected: Lines) -> None:
    """Bytes are passed as they are."""
    assert make_response_lines(raw, make_scope(), Trip(UPSTREAM), status) == expected


@pytest.mark.parametrize("line", [(b"X", b"a\x00"), (b"X", b"a\nb"), (b"X Y", b"a"), (b"", b"a")])
def test_answers_that_no_server_may_send(line: tuple[bytes, bytes]) -> None:
    with pytest.raises(Answered) as caught:
        make_response_lines([line], make_scope(), Trip(UPSTREAM), 200)
    assert caught.value.status == 502
