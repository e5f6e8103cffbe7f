"""The network of a WSGI app: what the app sees, and what of its answer is kept."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any
from wsgiref.validate import validator

import pytest

from crossorigin.integrations.wsgi import CORSMiddleware
from crossorigin.messages import Request
from crossorigin.probe import NoAnswerError
from crossorigin.probe.wsgi import WSGINetwork

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "https://api.example:8443/a%20b/%C3%A9?c=%20"


def test_what_the_app_sees() -> None:
    """The environ is what a server makes of the request, and the answer's lines are kept."""
    seen: dict[str, Any] = {}

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        seen.update(environ)
        seen["body"] = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start_response("201 Created", [("X-B", "1"), ("a", "\xe9"), ("x-b", "2")])
        return [b"o", b"k"]

    with WSGINetwork(app) as network:
        request = Request("PUT", URL, [("Host", "h"), ("X-A", "1"), ("x-a", "2"), ("Content-Type", "t")], b"body")
        assert network(request) == (201, [("X-B", "1"), ("a", "\xe9"), ("x-b", "2")], b"ok")
    wanted = {
        "REQUEST_METHOD": "PUT",
        "PATH_INFO": "/a b/\xc3\xa9",
        "QUERY_STRING": "c=%20",
        "HTTP_X_A": "1,2",
        "HTTP_HOST": "h",
        "CONTENT_TYPE": "t",
        "SERVER_NAME": "api.example",
        "SERVER_PORT": "8443",
        "wsgi.url_scheme": "https",
        "body": b"body",
        "REQUEST_URI": "/a%20b/%C3%A9?c=%20",
    }
    assert {name: seen[name] for name in wanted} == wanted


def test_the_interface_is_kept() -> None:
    """The standard library's validator finds nothing wrong."""

    def app(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"ok"]

    assert WSGINetwork(validator(app))(Request("GET", URL, [("Host", "h")])).body == b"ok"


def test_an_app_that_raises_has_answered_500() -> None:
    def app(_environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("A", "b")])
        raise LookupError("x")

    network = WSGINetwork(app)
    assert network(Request("GET", URL, [])) == (500, [], b"")
    assert [type(error) for error in network.errors] == [LookupError]


def test_an_app_that_is_none() -> None:
    """One that ends the process has raised, and so has one whose headers no server would take."""

    def ends(_environ: Any, _start_response: Any) -> Iterator[bytes]:
        raise SystemExit(0)

    def numbers(_environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Access-Control-Allow-Origin", 1)])
        return iter([b"ok"])

    for app, kind in ((ends, SystemExit), (numbers, TypeError)):
        network = WSGINetwork(app)
        assert network(Request("GET", URL, [])) == (500, [], b"")
        assert [type(error) for error in network.errors] == [kind]


def test_an_error_behind_our_door_carries_the_headers() -> None:
    def app(_environ: Any, _start_response: Any) -> list[bytes]:
        raise LookupError("x")

    network = WSGINetwork(CORSMiddleware(app, allow_origins="*"))
    found = network(Request("GET", URL, [("Origin", "https://app.example")]))
    assert (found.status, found.headers[-1]) == (500, ("Access-Control-Allow-Origin", "*"))


def test_an_app_that_raises_late_has_answered() -> None:
    """A head goes out with the first byte, and cannot be taken back."""

    def app(_environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("A", "b")])
        yield b""
        yield b"ok"
        raise LookupError("x")

    assert WSGINetwork(app)(Request("GET", URL, []))[:2] == (200, [("A", "b")])


def test_no_answer() -> None:
    def app(_environ: Any, _start_response: Any) -> list[bytes]:
        return []

    with pytest.raises(NoAnswerError) as caught:
        WSGINetwork(app)(Request("GET", URL, []))
    assert caught.value.kind == "closed"


def test_bodies() -> None:
    """They are cut at the limit, closed, and have no bytes for HEAD; ``write`` works, too."""
    closed: list[bool] = []

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            while True:
                yield b"x" * 40

        def close(self) -> None:
            closed.append(True)

    def app(_environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])(b"w")
        return Body()

    network = WSGINetwork(app, max_body=100)
    assert network(Request("GET", URL, [])).body == (b"w" + b"x" * 120)[:100]
    assert network(Request("HEAD", URL, [])).body == b""
    assert closed == [True, True]


def test_start_response_twice() -> None:
    """Only with an error in hand, and only before the first byte."""

    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("A", "b")])
        if environ["PATH_INFO"] == "/wrong":
            start_response("500 No", [])
        if environ["PATH_INFO"] == "/late":
            start_response("200 OK", [], (None, LookupError("x"), None))(b"x")
        try:
            int("y")
        except ValueError:
            start_response("503 No", [], sys.exc_info())
        return [b"no"]

    network = WSGINetwork(app)
    assert network(Request("GET", "https://a.example/", [])) == (503, [], b"no")
    assert network(Request("GET", "https://a.example/wrong", [])).status == 500
    assert network(Request("GET", "https://a.example/late", [])).status == 200
    assert [str(error) for error in network.errors] == [
        "start_response was called twice without exc_info",
        "invalid literal for int() with base 10: 'y'",
    ]
