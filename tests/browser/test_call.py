"""A call as it reaches the standard's fetch: what a script asks for, and what of it is left."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import Any

import pytest

from crossorigin.browser import Call

PAGE, API = "https://app.example", "https://api.example/items"


def _call(**options: Any) -> Call:
    return Call(**{"page_origin": PAGE, "url": API, **options})


def test_defaults_are_those_of_fetch() -> None:
    """``fetch(url)`` is a GET without headers and body, with the credentials of the same origin."""
    call = _call()
    assert (call.method, call.headers, call.credentials, call.body) == ("GET", (), "same-origin", None)


@pytest.mark.parametrize(
    ("method", "sent"),
    [
        ("get", "GET"),
        ("Post", "POST"),
        ("put", "PUT"),
        ("delete", "DELETE"),
        ("options", "OPTIONS"),
        ("head", "HEAD"),
        ("patch", "patch"),
        ("PATCH", "PATCH"),
        ("egg", "egg"),
    ],
)
def test_methods_are_normalized(method: str, sent: str) -> None:
    """Six methods are written in upper case, whatever the script wrote; ``patch`` is not among them."""
    assert _call(method=method).method == sent


@pytest.mark.parametrize(
    ("sentence", "headers", "left"),
    [
        ("nothing", [], ()),
        ("kept as it is written", [("X-Test", "1")], (("X-Test", "1"),)),
        ("whitespace around a value", [("X-Test", " \t1\r\n ")], (("X-Test", "1"),)),
        ("a cookie", [("Cookie", "a=b")], ()),
        ("what begins with Sec-", [("sec-fetch-site", "same-origin")], ()),
        ("what begins with Proxy-", [("Proxy-Authorization", "x")], ()),
        ("an origin", [("ORIGIN", "https://evil.example")], ()),
        ("another method", [("X-HTTP-Method-Override", "PUT")], (("X-HTTP-Method-Override", "PUT"),)),
        ("a forbidden other method", [("X-HTTP-Method-Override", "TRACE")], ()),
        ("one among others", [("X-Method-Override", "GET, track")], ()),
        ("in a quoted string", [("X-HTTP-Method", '"TRACE"')], (("X-HTTP-Method", '"TRACE"'),)),
        ("twice", [("X-A", "1"), ("x-a", "2")], (("X-A", "1, 2"),)),
        ("twice, once forbidden", [("X-HTTP-Method", "TRACE"), ("x-http-method", "PUT")], (("x-http-method", "PUT"),)),
        ("an empty value", [("X-A", ""), ("X-A", "")], (("X-A", ", "),)),
        ("bytes", [("X-A", "\xff")], (("X-A", "\xff"),)),
    ],
)
def test_headers_are_filled_in(sentence: str, headers: Any, left: Any) -> None:
    """Forbidden request-headers are dropped, values are normalized, repeated names are combined."""
    assert _call(headers=headers).headers == left, sentence


@pytest.mark.parametrize(
    ("options", "headers", "content"),
    [
        ({"method": "POST", "body": "é"}, (("Content-Type", "text/plain;charset=UTF-8"),), b"\xc3\xa9"),
        ({"method": "POST", "body": ""}, (("Content-Type", "text/plain;charset=UTF-8"),), b""),
        ({"method": "POST", "body": b"\xff"}, (), b"\xff"),
        ({"method": "POST", "body": "{}", "headers": [("content-type", "a/b")]}, (("content-type", "a/b"),), b"{}"),
        ({"method": "POST", "body": "a\ud800"}, (("Content-Type", "text/plain;charset=UTF-8"),), b"a\xef\xbf\xbd"),
        ({"method": "POST"}, (), b""),
        ({"method": "GET", "body": "a"}, (), b""),
        ({"method": "head", "body": "a"}, (), b""),
    ],
)
def test_a_text_brings_its_type(options: Any, headers: Any, content: bytes) -> None:
    """A text is sent in UTF-8 and says so, unless the script says something else; GET and HEAD have no body."""
    call = _call(**options)
    assert (call.headers, call.content) == (headers, content)
    assert call.body is None or options["body"] == call.body


@pytest.mark.parametrize(
    "origin",
    ["null", "https://app.example", "http://localhost:3000", "http://[::1]:80" + "80", "tauri://localhost", "app://a"],
)
def test_page_origins(origin: str) -> None:
    """A page's origin is serialized, opaque, or one of an app or extension."""
    assert _call(page_origin=origin).page_origin == origin


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"method": "TRACE"}, "no browser sends TRACE"),
        ({"method": "connect"}, "no browser sends connect"),
        ({"method": "a b"}, "write a name such as GET"),
        ({"method": ""}, "write a name such as GET"),
        ({"url": "/items"}, "write it whole"),
        ({"url": "ftp://api.example/"}, "not an http(s) URL"),
        ({"url": "https://a b/"}, "not an http(s) URL"),
        ({"url": "https://user:pass@api.example/"}, "send an Authorization header"),
        ({"page_origin": "https://app.example/"}, 'write "https://app.example"'),
        ({"page_origin": "https://APP.example"}, 'write "https://app.example"'),
        ({"page_origin": "https://app.example:443"}, 'write "https://app.example"'),
        ({"page_origin": "app.example"}, "scheme://host[:port]"),
        ({"page_origin": "https://"}, "scheme://host[:port]"),
        ({"page_origin": "tauri://localhost/"}, "scheme://host[:port]"),
        ({"page_origin": "tauri://\u65e5"}, "scheme://host[:port]"),
        ({"page_origin": "tauri://a\x1b[2J"}, "scheme://host[:port]"),
        ({"page_origin": ""}, "scheme://host[:port]"),
        ({"headers": [("X A", "1")]}, "is not the name of a header"),
        ({"headers": [("X-A", "a\nb")]}, "a line break"),
        ({"headers": [("X-A", "\u0100")]}, "a letter that is no byte"),
        ({"credentials": "includes"}, "write one of omit, same-origin, include"),
    ],
)
def test_what_a_browser_throws_for(options: Any, words: str) -> None:
    """What no script could do is a mistake, and the message says what to write."""
    with pytest.raises(ValueError, match=re.escape(words)):
        _call(**options)


def test_urls_are_parsed() -> None:
    """The URL is the one that the browser would go to."""
    assert _call(url="HTTPS://API.example:443/a/../b c").url == "https://api.example/b%20c"


def test_a_call_can_be_changed() -> None:
    """What is changed goes the same way again, and what has been made of the rest stays."""
    call = _call(method="POST", body="a")
    assert replace(call, method="put") == _call(method="PUT", body="a")
    assert replace(call, method="GET", headers=()) == _call()


def test_a_name_that_is_set_very_often_takes_no_time() -> None:
    """The values are put together once."""
    begun = time.process_time()
    assert len(_call(headers=[("X-A", "a" * 100)] * 30_000).headers[0][1]) == 3_060_000 - 2
    assert time.process_time() - begun < 10
