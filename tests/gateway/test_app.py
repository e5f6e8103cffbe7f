"""What the proxy refuses by itself: hosts, targets, methods."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from crossorigin.gateway.answers import NOTE, send_text
from crossorigin.gateway.app import Forwarder, Settings
from crossorigin.gateway.jsonp import Parameters
from crossorigin.gateway.lines import Trip
from crossorigin.gateway.upstream import KnownHosts, parse_upstream
from crossorigin.ruleset import Ruleset
from proxies import APP, Proxy, serve_proxy, upstream
from servers import ask, serve_asgi

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("proxy")
    with serve_asgi(upstream) as port, serve_proxy(folder, port, hosts=("api.example",)) as found:
        yield found


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("localhost:8000", 200),
        ("127.0.0.1:1", 200),
        ("[::1]:8000", 200),
        ("app.localhost", 200),
        ("10.1.2.3:8000", 200),
        ("API.example:8000", 200),
        ("evil.example", 421),
        ("evil.example:8000", 421),
        ("localhost.evil.example", 421),
        ("localhost@evil.example", 421),
        ("evil.example/localhost", 421),
        ("", 421),
    ],
)
def test_only_known_hosts_are_served(proxy: Proxy, host: str, status: int) -> None:
    """A page whose name was made to lead here is same-origin, so that no policy refuses it."""
    assert ask(proxy.port, "GET", "/items", [("Host", host)]).status == status
    assert ask(proxy.port, "GET", "/items", [("Host", host)]).status == status


HOSTILE = [
    (b"GET /items HTTP/1.1\r\n", 400),
    (b"GET /items HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n", 400),
    (b"TRACE /items HTTP/1.1\r\nHost: localhost\r\n", 405),
    (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n", 400),
    (b"GET @evil.example/ HTTP/1.1\r\nHost: localhost\r\n", 400),
    (b"GET evil HTTP/1.1\r\nHost: localhost\r\n", 400),
    (b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n", 400),
    (b"GET @evil.example/ HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n", 400),
]


@pytest.mark.parametrize(("head", "status"), HOSTILE)
def test_hostile_requests_are_refused(proxy: Proxy, head: bytes, status: int) -> None:
    """Nothing in a request names another target."""
    data = proxy.send_raw(head + b"Connection: close\r\n\r\n")
    assert data.startswith(b"HTTP/1.1 %d " % status), data


def test_an_absolute_target_is_no_other_target(proxy: Proxy) -> None:
    """It goes to the upstream, as every request does."""
    data = proxy.send_raw(b"GET http://evil.example/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert data.startswith(b"HTTP/1.1 200 ")
    assert b'"target": "/a"' in data


def test_a_refusal_can_be_read_by_the_page(proxy: Proxy) -> None:
    answer = ask(proxy.port, "GET", "/items", [("Host", "new.example"), ("Origin", APP)])
    assert (answer.status, answer.cors["access-control-allow-origin"]) == (421, APP)
    assert b"--host" in answer.body


def test_without_a_lifespan_nothing_is_forwarded() -> None:
    """A server that does not run it is told so."""
    forwarder = Forwarder(Settings(Trip(parse_upstream("http://127.0.0.1:1")), KnownHosts([])), Parameters(Ruleset([])))
    scope = {"type": "http", "method": "GET", "headers": [(b"host", b"localhost")], "raw_path": b"/"}

    async def nothing(*_: object) -> None:
        """Do nothing."""

    with pytest.raises(RuntimeError, match="lifespan"):
        asyncio.run(forwarder(scope, nothing, nothing))  # type: ignore[arg-type]


def test_a_server_that_can_only_close_a_handshake() -> None:
    """The log has the status all the same."""
    sent: list[object] = []

    async def send(message: object) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"type": "websocket"}
    asyncio.run(send_text(scope, send, 421, "no"))
    assert sent == [{"type": "websocket.close", "code": 1008, "reason": ""}]
    assert scope[NOTE] == (421, "no")
