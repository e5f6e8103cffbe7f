"""JSONP through the proxy: what becomes a script, what is told to the upstream, and what is refused."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

import pytest

from crossorigin import Policy, PolicyError
from crossorigin.gateway import jsonp
from crossorigin.integrations.aiohttp import setup
from crossorigin.integrations.asgi import CORSMiddleware
from crossorigin.integrations.fastrapi import CORSMiddleware as FastrapiMiddleware
from crossorigin.integrations.wsgi import CORSMiddleware as WsgiMiddleware
from crossorigin.ruleset import Rule, Ruleset, parse_ruleset
from proxies import serve_bytes, serve_proxy, serve_recorded, wait_until
from servers import Answer, ask

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

    from proxies import Proxy

POLICY = """
[[rule]]
paths = ["/*"]
allow_origins = ["https://app.example"]
allow_credentials = true
[[rule]]
paths = ["/public/*"]
jsonp = "callback"
allow_origins = "*"
"""
JSON = b'{"a": ["\xe2\x80\xa8", "</script>", 1.50]}'


def make_answer(
    body: bytes = JSON, kind: bytes = b"application/json", status: bytes = b"200 OK", more: bytes = b""
) -> bytes:
    lines = b"Content-Length: %d\r\nContent-Type: %b\r\n%b" % (len(body), kind, more)
    return b"HTTP/1.1 %b\r\n%b\r\n%b" % (status, lines, body)


class Scripted:
    """The proxy, in front of an upstream that answers as each test likes, and remembers what it was asked."""

    proxy: Proxy
    answer: bytes = b""

    def __init__(self) -> None:
        self.asked: list[bytes] = []

    def __call__(self, connection: socket.socket) -> None:
        connection.sendall(self.answer)

    def ask(self, target: str, *headers: tuple[str, str], method: str = "GET") -> Answer:
        return ask(self.proxy.port, method, target, headers)


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripted]:
    found = Scripted()
    with (
        serve_bytes(found) as port,
        serve_proxy(tmp_path_factory.mktemp("proxy"), port, policy=POLICY, seconds=1.0) as found.proxy,
    ):
        yield found


def test_json_becomes_a_script(scripted: Scripted) -> None:
    """It calls the function if there is one; of the upstream's headers, those stay that say how long it may be kept."""
    more = b"Set-Cookie: a=b\r\nX-Total: 1\r\nETag: c\r\nCache-Control: max-age=5\r\nDate: now\r\nConnection: close\r\n"
    scripted.answer = make_answer(more=more)
    answer = scripted.ask("/public/a?callback=angular.callbacks._0")
    call = "angular.callbacks._0"
    assert answer.status == 200
    assert answer.body.decode() == (
        f'/**/ typeof {call} === \'function\' && {call}({{"a": ["\\u2028", "</script>", 1.50]}});'
    )
    assert dict(answer.headers) == {
        "content-type": "text/javascript; charset=utf-8",
        "x-content-type-options": "nosniff",
        "content-disposition": 'attachment; filename="jsonp.js"',
        "cross-origin-resource-policy": "cross-origin",
        "content-length": str(len(answer.body)),
        "cache-control": "max-age=5",
        "date": "now",
        "access-control-allow-origin": "*",
    }


def test_the_upstream_is_asked_without_credentials(tmp_path: Path) -> None:
    """And without the callback, and for the whole answer, as it is."""
    headers = {
        "Cookie": "secret=1",
        "Authorization": "Basic secret",
        "Accept-Encoding": "gzip",
        "If-None-Match": '"a"',
        "Range": "bytes=0-1",
        "X-Other": "b",
    }
    with serve_recorded(make_answer()) as (port, seen), serve_proxy(tmp_path, port, policy=POLICY) as proxy:
        for query in ("callback=f&a=1&b=%26", "a=1&b=%26&callback=f", "a=1&%63allback=f&b=%26"):
            assert ask(proxy.port, "GET", f"/public/x?{query}", [*headers.items()]).body.startswith(b"/**/ ")
        assert ask(proxy.port, "GET", "/public/y?callback=f").status == 200
    told = b"".join(seen)
    assert told.count(b"GET /public/x?a=1&b=%26 HTTP/1.1\r\n") == 3
    assert told.count(b"GET /public/y HTTP/1.1\r\n") == 1
    assert told.count(b"x-other: b") == 3
    assert not any(name.lower().encode() in told for name in headers if name != "X-Other")


@pytest.mark.parametrize(
    ("target", "method"),
    [
        ("/public/a", "GET"),
        ("/public/a?callbacks=f", "GET"),
        ("/private/a?callback=f", "GET"),
        ("/public/../private?callback=f", "GET"),
        ("/public%2f..%2fprivate?callback=f", "GET"),
        ("/public/a?callback=f", "POST"),
        ("/public/a?callback=f", "HEAD"),
        ("/public/a?callback=f", "PUT"),
    ],
)
def test_everything_else_is_forwarded_as_it_is(scripted: Scripted, target: str, method: str) -> None:
    """Another path, also one that only looks like it, another method, or no callback."""
    scripted.answer = make_answer(more=b"Connection: close\r\n")
    answer = scripted.ask(target, method=method)
    assert (answer.status, answer.body) == (200, b"" if method == "HEAD" else JSON)
    assert dict(answer.headers)["content-type"] == "application/json"


CALLBACKS = [
    "",
    "1",
    "a-b",
    "a b",
    "a()",
    "alert(1)//",
    "a;b",
    "a[0]",
    "a['b']",
    "a..b",
    ".a",
    "a.",
    "a.1",
    "a\n",
    "a\u2028",
    "\u00e9",
    "\u212aa",
    "<script>",
    "*/a/*",
    "a" * 65,
    "this",
    "delete",
    "eval",
    "new.target",
    "import",
    "function",
    "\\u0061",
    "%61",
    "CWS\x07\x0e",
]


@pytest.mark.parametrize("callback", CALLBACKS)
def test_a_callback_is_a_plain_name(scripted: Scripted, callback: str) -> None:
    """Anything else could be a program, and the upstream is not asked."""
    scripted.answer = b""
    answer = scripted.ask(f"/public/a?callback={quote_plus(callback)}")
    assert answer.status == 400
    assert b"callback is no name of a function" in answer.body


@pytest.mark.parametrize("callback", ["a", "_", "$", "jQuery123_456", "a.b.c", "news", "a.delete", "a" * 64])
def test_callbacks(scripted: Scripted, callback: str) -> None:
    scripted.answer = make_answer(b"null", more=b"Connection: close\r\n")
    body = scripted.ask(f"/public/a?callback={quote_plus(callback)}").body.decode()
    assert body == f"/**/ typeof {callback} === 'function' && {callback}(null);"


def test_two_callbacks_are_none(scripted: Scripted) -> None:
    assert scripted.ask("/public/a?callback=a&callback=b").status == 400
    assert scripted.ask("/public/a?callback=a&call%62ack=b").status == 400


def test_only_a_script_element_may_load_it(scripted: Scripted) -> None:
    """A worker that is made of it would run for the whole site."""
    scripted.answer = make_answer(more=b"Connection: close\r\n")
    target = "/public/a?callback=importScripts"
    for destination, status in (("script", 200), ("serviceworker", 400), ("worker", 400), ("document", 400)):
        assert scripted.ask(target, ("Sec-Fetch-Dest", destination)).status == status


LONG = json.dumps("a" * jsonp.MAX_ANSWER).encode()
UNFIT = {
    "no JSON": (make_answer(b"a"), 502, "no JSON"),
    "nothing": (make_answer(b""), 502, "no JSON"),
    "two": (make_answer(b"1 2"), 502, "no JSON"),
    "a number that is none": (make_answer(b"NaN"), 502, "no JSON"),
    "not UTF-8": (make_answer(b'"\xff"'), 502, "no JSON"),
    "a prototype": (make_answer(b'{"a": {"__proto__": 1}}'), 502, "no JSON"),
    "a prototype in disguise": (make_answer(b'{"\\u005f_proto__": 1}'), 502, "no JSON"),
    "deep": (make_answer(b"[" * 200_000), 502, "no JSON"),
    "too long": (make_answer(LONG), 502, "longer than 1048576 bytes"),
    "HTML": (make_answer(kind=b"text/html"), 502, "not application/json"),
    "a script": (make_answer(kind=b"text/javascript"), 502, "not application/json"),
    "another charset": (make_answer(kind=b"application/json; charset=utf-7"), 502, "not application/json"),
    "compressed": (make_answer(more=b"Content-Encoding: gzip\r\n"), 502, "not application/json"),
    "not found": (make_answer(status=b"404 Not Found"), 404, "status 404"),
    "gone wrong": (make_answer(status=b"500 Oh"), 500, "status 500"),
    "elsewhere": (make_answer(status=b"302 Found", more=b"Location: /\r\n"), 502, "status 302"),
    "in part": (make_answer(status=b"206 Partial Content"), 502, "status 206"),
    "broken off": (make_answer()[:-1], 502, "broke off"),
    "without an end": (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n1",
        502,
        "broke",
    ),
    "no answer": (b"", 502, "closed the connection"),
}


@pytest.mark.parametrize(("said", "status", "text"), UNFIT.values(), ids=UNFIT)
def test_what_cannot_be_a_script(scripted: Scripted, said: bytes, status: int, text: str) -> None:
    """The answer says why, and is none."""
    scripted.answer = said
    answer = scripted.ask("/public/a?callback=f")
    assert (answer.status, dict(answer.headers)["content-type"]) == (status, "text/plain; charset=utf-8")
    assert text in answer.body.decode()


@pytest.mark.parametrize(
    "kind", [b"application/problem+json", b"APPLICATION/JSON;charset=UTF-8", b'application/json; charset="utf-8" ']
)
def test_kinds_of_json(scripted: Scripted, kind: bytes) -> None:
    """A mark of the byte order is no part of it."""
    scripted.answer = make_answer(b"\xef\xbb\xbf[1]", kind, more=b"Connection: close\r\n")
    assert scripted.ask("/public/a?callback=f").body.endswith(b" f([1]);")


def test_an_answer_that_takes_too_long(tmp_path: Path) -> None:
    """Also one that has begun."""

    def begin(connection: socket.socket) -> None:
        connection.sendall(make_answer()[:-1])
        connection.recv(1)

    with serve_bytes(begin) as port, serve_proxy(tmp_path, port, policy=POLICY, seconds=0.3) as proxy:
        assert ask(proxy.port, "GET", "/public/a?callback=f").status == 504


def test_a_client_that_leaves(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The upstream is not kept busy for nobody."""
    left: list[bytes] = []

    def wait(connection: socket.socket) -> None:
        left.append(connection.recv(1))

    with serve_bytes(wait) as port, serve_proxy(tmp_path, port, policy=POLICY) as proxy:
        with proxy.connect() as connection:
            connection.sendall(b"GET /public/a?callback=f HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wait_until(lambda: "the client has left" in caplog.text)
    assert left == [b""]


def test_a_reload_puts_it_in_force(scripted: Scripted) -> None:
    gateway = scripted.proxy.gateway
    scripted.answer = make_answer(more=b"Connection: close\r\n")
    with contextlib.ExitStack() as stack:
        stack.callback(gateway.put_in_force, parse_ruleset(POLICY))
        gateway.put_in_force(parse_ruleset(POLICY.replace('"callback"', '"cb"')))
        assert scripted.ask("/public/a?cb=f").body.startswith(b"/**/ ")
        assert scripted.ask("/public/a?callback=f").body == JSON


@pytest.mark.parametrize("door", [CORSMiddleware, WsgiMiddleware, setup])
def test_nothing_else_honours_it(door: object) -> None:
    """Whoever gives such a rule to another door is told where it works."""
    app: list[object] = []
    with pytest.raises(PolicyError) as caught:
        door(app, parse_ruleset(POLICY))  # type: ignore[operator]
    assert [mistake.reason for mistake in caught.value.mistakes] == ["jsonp-outside-the-proxy"]
    assert "Leave jsonp out of the rule for /public/*, or serve the app with crossorigin proxy" in str(caught.value)


def test_fastrapi_does_not_either() -> None:
    with pytest.raises(PolicyError, match="jsonp"):
        FastrapiMiddleware(policy=Ruleset([Rule(["/*"], Policy(allow_origins="*"), jsonp="callback")]))
