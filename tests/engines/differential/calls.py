"""Random calls: methods, header names and values around the lines that the standard draws, credentials, bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engines.differential.case import Call, Pairs

if TYPE_CHECKING:
    from random import Random

HOSTS = ("127.0.0.1", "localhost", "a.localhost", "b.localhost")
PAGES = ("http://127.0.0.1:<page>", "http://localhost:<page>", "http://a.localhost:<page>", "null")

CREDENTIALS = ("same-origin", "omit", "include")

_USUAL_METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD")
# Why: CONNECT, TRACE and TRACK are no calls: `fetch` throws before there is a request.
_ODD_METHODS = ("get", "post", "Put", "deLete", "patch", "Patch", "head", "options", "OPTIONS", "CHICKEN", "M-SEARCH")
_ODDER_METHODS = ("$!'+*", "x", "PROPFIND", "QUERY", "GETX", "purge", "*", "0", "A" * 60, "null", "TRACES", "`|~")

_SAFE_TYPES = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "TEXT/plain;charset=utf-8")
_TYPES = (
    "application/json",
    "text/plain; charset=x",
    "multipart/form-data; boundary=a",
    "application/x-www-form-urlencoded ; a=b",
    'text/plain;charset="utf-8"',
    "text/plain, text/plain",
    "text/plain;",
    "text/plain;;",
    "text/plain,",
    ";text/plain",
    "text/plainx",
    "text/ plain",
    "text /plain",
    "text",
    "text/",
    "/",
    "*/*",
    "text/html",
    "",
    "text/plain; a=(b)",
    "text/plain\x0b",
    "text/plain;\xe4=1",
    "text/plain; a=\x7f",
    "text/plain, application/json",
    "application/json, text/plain",
    "text/plain; a:b",
    "text/plain;charset=utf-8;a=b@c",
    "text\\plain",
    "text/plain a;b",
    "text/plain\ta b; c=d",
    "multipart/form-data a;",
    "text/plain (a);b",
    "text/plain a",
)
_RANGES = (
    "bytes=0-",
    "bytes=0-9",
    "bytes=5-9",
    "bytes=-9",
    "bytes=9-5",
    "bytes=5-5",
    "bytes=0",
    "bytes=-",
    "bytes=",
    "bytes",
    "bytes =0-9",
    "bytes= 0-9",
    "bytes=0 -9",
    "bytes=0- 9",
    "bytes=0-9 ,",
    "bytes=\t0-9",
    "Bytes=0-9",
    "BYTES=0-9",
    "bytes=0-9,20-29",
    "bytes=0-9,",
    "bytes=00-09",
    "bytes=0-99999999999999999999999",
    "bytes=18446744073709551616-18446744073709551617",
    "bytes=4294967296-4294967295",
    "items=0-9",
    "bytes=a-b",
    "bytes=+0-9",
    "",
)
_UNSAFE_BYTES = "\"(),:;<=>?@[\\]{}\x01\x08\t\x0b\x0c\x1f\x7f\x80\xe9\xff*-./+!#$%&'^_`|~ aZ09"
_LANGUAGES = ("de", "en-US,en;q=0.5", "*", "de-DE, *;q=0.1", "en_US", "de:at", "d/e", "", "de;q=.1", "a=b", "DE")
_ACCEPTS = ("*/*", "text/html", "application/json, */*;q=0.1", "", "text/html;a=b", "a,b", "image/svg+xml;q=0.9")
_LENGTHS = (1, 63, 64, 126, 127, 128, 129, 130, 200, 256)

CLIENT_HINTS = ("DPR", "Width", "Viewport-Width", "Downlink", "Device-Memory", "RTT", "ECT")

_UNSAFE_NAMES = ("X-Test", "x-a", "X-B", "X-Requested-With", "Authorization", "authorization", "X-API-Key", "if-match")
# Why: Available-Dictionary is not here. It is of compression, and Chromium fails a call with it before it is sent.
_ODD_NAMES = (
    "Cache-Control",
    "Pragma",
    "If-None-Match",
    "If-Modified-Since",
    "User-Agent",
    "Save-Data",
    *CLIENT_HINTS,
    "Last-Event-ID",
    "Upgrade-Insecure-Requests",
    "Content-Encoding",
    "Purpose",
    "X-Purpose",
    "Intervention",
    "Priority",
    "Early-Data",
    "Attribution-Reporting-Support",
    "Access-Control-Allow-Origin",
    "$!'*+.^_`|~",
    "0",
    "X_Under",
    "Sec",
    "Proxy",
    "Service-Worker",
    "*",
    "__proto__",
    "X-" + "n" * 200,
    "Forwarded",
    "Traceparent",
    "Content-Disposition",
    "Content-Location",
    "Access-Control-Expose-Headers",
    "Alt-Used",
    "From",
)
_FORBIDDEN_NAMES = (
    "Cookie",
    "Cookie2",
    "Host",
    "Origin",
    "Referer",
    "Sec-Fetch-Site",
    "sec-x",
    "Proxy-Authorization",
    "proxy-",
    "DNT",
    "Accept-Charset",
    "Accept-Encoding",
    "Connection",
    "Content-Length",
    "Date",
    "Expect",
    "Keep-Alive",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Via",
    "Set-Cookie",
    "Access-Control-Request-Method",
    "Access-Control-Request-Headers",
    "Access-Control-Request-Private-Network",
    "Access-Control-Request-Local-Network",
)
_OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
_OVERRIDE_VALUES = (
    *("PUT", "TRACE", "trace", "GET, TRACK", "GET,connect ,x", '"TRACE"', "TRACES", ""),
    *('"a, TRACE ,b"', 'a"b,TRACE', '"TRACE', "'a,TRACE'", "\x0bTRACE", "a,TRACE\x0c", "TRACE;", ",TRACE,"),
)


def make_call(random: Random, url: str) -> Call:
    """Make a call of one URL."""
    method = make_method(random)
    body, is_bytes = make_body(random, method)
    return Call(url, method, make_headers(random), make_credentials(random), body, is_bytes)


def make_page(random: Random) -> str:
    """Choose the origin of a page."""
    return random.choices(PAGES, (5, 2, 3, 2))[0]


def make_origin(random: Random, page: str) -> str:
    """Choose the origin of a server, now and then that of the page."""
    if page != "null" and random.random() < 0.1:
        return page
    return f"http://{random.choice(HOSTS)}:{random.choices(('<api>', '<other>', '<page>'), (6, 2, 2))[0]}"


def make_credentials(random: Random) -> str:
    """Choose a credentials mode."""
    return random.choices(CREDENTIALS, (4, 2, 4))[0]


def make_method(random: Random) -> str:
    """Choose a method."""
    kind = random.random()
    if kind < 0.75:
        return random.choices(_USUAL_METHODS, (30, 20, 20, 8, 8, 8))[0]
    return random.choice(_ODD_METHODS if kind < 0.95 else _ODDER_METHODS)


def make_body(random: Random, method: str) -> tuple[str | None, bool]:
    """Choose a body; GET and HEAD can have none."""
    if method.upper() in {"GET", "HEAD"} or random.random() < 0.5:
        return None, False
    return random.choice(("", "a=1", '{"a": 1}', "\xe4\xff")), random.random() < 0.5


def make_headers(random: Random) -> Pairs:
    """Choose the headers that a script sets."""
    count = random.choices((0, 1, 2, 3, 6, 15, 40), (35, 30, 20, 10, 5, 2, 1))[0]
    lines = [_make_line(random) for _ in range(count)]
    if random.random() < 0.04:
        lines += _make_total(random)
    return tuple(_pad(random, line) for line in lines)


def _make_line(random: Random) -> tuple[str, str]:
    kind = random.random()
    if kind < 0.3:
        return random.choice(_UNSAFE_NAMES), random.choice(
            ("1", "", "a, b", "Bearer t", "\xe4", "x" * 200, "a\tb", '"')
        )
    if kind < 0.4:
        return random.choice(_ODD_NAMES), random.choice(("1", "on", "x"))
    if kind < 0.5:
        return random.choice(_FORBIDDEN_NAMES), random.choice(("1", "x", "PUT"))
    if kind < 0.53:
        return random.choice(_OVERRIDES), random.choice(_OVERRIDE_VALUES)
    return _make_safelisted(random)


def _make_safelisted(random: Random) -> tuple[str, str]:
    """Make a header whose name is CORS-safelisted, and whose value may or may not be."""
    name = random.choice(("Accept", "Accept-Language", "Content-Language", "Content-Type", "Content-Type", "Range"))
    usual = {
        "Accept": _ACCEPTS,
        "Content-Type": _SAFE_TYPES + _TYPES,
        "Range": _RANGES,
    }.get(name, _LANGUAGES)
    value = random.choice(usual)
    kind = random.random()
    if kind < 0.25:
        length = random.choice(_LENGTHS)
        filler = {"Content-Type": "a", "Range": "9"}.get(name, random.choice("a,"))
        value = (f"{value};a=" if name == "Content-Type" else f"{value}").ljust(length, filler)[:length]
    elif kind < 0.5:
        at = random.randrange(len(value) + 1)
        value = value[:at] + random.choice(_UNSAFE_BYTES) + value[at:]
    return random.choice((name, name, name.lower(), name.upper())), value


def _make_total(random: Random) -> list[tuple[str, str]]:
    """Make safelisted lines, each short enough, which together have about 1,024 bytes."""
    names = ("Accept", "Accept-Language", "Content-Language")
    lines = [(random.choice(names), "a" * 128) for _ in range(7)]
    return [*lines, (random.choice(names), "a" * random.choice((126, 127, 128))), ("Accept", "a")][
        : random.choice((8, 9))
    ]


def _pad(random: Random, line: tuple[str, str]) -> tuple[str, str]:
    """Put whitespace around a value, now and then: `fetch` takes it away."""
    name, value = line
    if random.random() < 0.05:
        value = random.choice((" ", "\t", "\r\n", "  ")) + value + random.choice(("", " ", "\n\t"))
    return name, value
