"""One table of (policy, request, answer), run through every door.

A row's headers are all the CORS headers and the ``Vary`` that the answer must have, and no others.
Labels: *realistic* is what browsers and their users do, *synthetic* covers a rule, *hostile* is an attack.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

APP = "https://app.example"
EVIL = "https://evil.example"
VARY = {"vary": "Origin"}
FOUR = "accept, accept-language, content-language, content-type"


class Row(NamedTuple):
    """One case."""

    label: str
    sentence: str
    policy: dict[str, Any]
    method: str
    headers: list[tuple[str, str]]
    answer: dict[str, str]
    kind: str = "actual"
    reasons: tuple[str, ...] = ()
    status: int | None = None


def _origin(value: str, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [("Host", "api.example"), ("Origin", value), *more]


def _ask(origin: str, method: str, names: str | None = None) -> list[tuple[str, str]]:
    more = [("Access-Control-Request-Headers", names)] if names is not None else []
    return _origin(origin, ("Access-Control-Request-Method", method), *more)


def _allowed(origin: str, **more: str) -> dict[str, str]:
    named = {f"access-control-{key.replace('_', '-')}": value for key, value in more.items()}
    return {"access-control-allow-origin": origin, **named, **VARY}


def _passed(origin: str, methods: str = "GET, HEAD, POST", names: str = FOUR, age: str = "600") -> dict[str, str]:
    return _allowed(origin, allow_methods=methods, allow_headers=names, max_age=age)


def _fault_of(origin: str, more: dict[str, Any]) -> str:
    if origin == "null":
        return "null-origin"
    if origin in more.get("deny_origins", ()):
        return "origin-denied"
    return "origin-not-allowed" if re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]+)?", origin) else "malformed-origin"


LIST = {"allow_origins": [APP]}
CREDENTIALS = {**LIST, "allow_credentials": True}
ANY = {"allow_origins": "*"}
ECHO = {**CREDENTIALS, "allow_origins": "*", "dangerously_allow_any_origin_with_credentials": True}
STAR = {"access-control-allow-origin": "*"}

ACTUAL = [
    Row("realistic", "no Origin: only Vary", LIST, "GET", [("Host", "api.example")], VARY, "not-cors"),
    Row("realistic", "an allowed origin is echoed", LIST, "GET", _origin(APP), _allowed(APP)),
    Row("realistic", "any method: it is not judged here", LIST, "DELETE", _origin(APP), _allowed(APP)),
    Row(
        "realistic",
        "credentials and exposed headers",
        {**CREDENTIALS, "expose_headers": ["X-Total", "ETag"]},
        "GET",
        _origin(APP),
        _allowed(APP, allow_credentials="true", expose_headers="X-Total, ETag"),
    ),
    Row(
        "realistic", "a refused origin gets nothing", LIST, "GET", _origin(EVIL), VARY, reasons=("origin-not-allowed",)
    ),
    Row(
        "realistic",
        "nor does one under credentials",
        CREDENTIALS,
        "POST",
        _origin(EVIL),
        VARY,
        reasons=("origin-not-allowed",),
    ),
    Row("realistic", "* without Origin", ANY, "GET", [], STAR, "not-cors"),
    Row("realistic", "* with any origin", ANY, "GET", _origin(EVIL), STAR),
    Row("realistic", "* with null", ANY, "GET", _origin("null"), STAR),
    Row("synthetic", "* with what is no origin", ANY, "GET", _origin("www.example.com"), STAR),
    Row(
        "synthetic",
        "* exposes",
        {**ANY, "expose_headers": "*"},
        "GET",
        [],
        {**STAR, "access-control-expose-headers": "*"},
        "not-cors",
    ),
    Row("synthetic", "* and deny_origins echo", {**ANY, "deny_origins": [EVIL]}, "GET", _origin(APP), _allowed(APP)),
    Row(
        "synthetic",
        "* and deny_origins echo null",
        {**ANY, "deny_origins": [EVIL]},
        "GET",
        _origin("null"),
        _allowed("null"),
    ),
    Row(
        "synthetic",
        "* and deny_origins refuse",
        {**ANY, "deny_origins": [EVIL]},
        "GET",
        _origin(EVIL),
        VARY,
        reasons=("origin-denied",),
    ),
    Row(
        "synthetic",
        "null can be denied",
        {**ANY, "deny_origins": ["null"]},
        "GET",
        _origin("null"),
        VARY,
        reasons=("origin-denied",),
    ),
    Row("synthetic", "* and deny_origins without Origin", {**ANY, "deny_origins": [EVIL]}, "GET", [], VARY, "not-cors"),
    Row("synthetic", "* and require_origin echo", {**ANY, "require_origin": True}, "GET", _origin(APP), _allowed(APP)),
    Row(
        "synthetic",
        "require_origin refuses a request without",
        {**LIST, "require_origin": True},
        "GET",
        [],
        VARY,
        "not-cors",
        ("missing-origin",),
        403,
    ),
    Row(
        "synthetic",
        "any origin with credentials echoes",
        ECHO,
        "GET",
        _origin(EVIL),
        _allowed(EVIL, allow_credentials="true"),
    ),
    Row("synthetic", "null is refused", LIST, "GET", _origin("null"), VARY, reasons=("null-origin",)),
    Row(
        "synthetic",
        "null can be allowed",
        {**LIST, "dangerously_allow_null_origin": True},
        "GET",
        _origin("null"),
        _allowed("null"),
    ),
    Row(
        "synthetic",
        "a regex matches whole",
        {"allow_origin_regex": r"https://\w+\.example"},
        "GET",
        _origin(APP),
        _allowed(APP),
    ),
    Row(
        "hostile",
        "a regex does not match a prefix",
        {"allow_origin_regex": r"https://\w+\.example"},
        "GET",
        _origin(f"{APP}.evil.example"),
        VARY,
        reasons=("origin-not-allowed",),
    ),
    Row(
        "hostile",
        "a regex is not asked about what is no origin",
        {"allow_origin_regex": "(?s).*"},
        "GET",
        _origin("https://app.example/\\x00"),
        VARY,
        reasons=("malformed-origin",),
    ),
    Row(
        "synthetic", "OPTIONS without a method asked for is no preflight", LIST, "OPTIONS", _origin(APP), _allowed(APP)
    ),
    Row(
        "synthetic",
        "OPTIONS without Origin is no preflight",
        LIST,
        "OPTIONS",
        [("Access-Control-Request-Method", "GET")],
        VARY,
        "not-cors",
    ),
    Row(
        "realistic",
        "the server's own page, by Sec-Fetch-Site",
        LIST,
        "POST",
        _origin(EVIL, ("Sec-Fetch-Site", "same-origin")),
        VARY,
        "not-cors",
    ),
    Row("realistic", "the server's own page, by Host", LIST, "POST", _origin("https://api.example"), VARY, "not-cors"),
    Row(
        "hostile",
        "Sec-Fetch-Site tells, not Host",
        LIST,
        "POST",
        _origin("https://api.example", ("Sec-Fetch-Site", "cross-site")),
        VARY,
        reasons=("origin-not-allowed",),
    ),
    Row(
        "hostile",
        "a rebound name is not the server's own where own_hosts says so",
        {**LIST, "own_hosts": ["api.internal"]},
        "POST",
        _origin("http://api.example", ("Sec-Fetch-Site", "same-origin")),
        VARY,
        reasons=("origin-not-allowed",),
    ),
    Row(
        "hostile",
        "two Origin lines",
        LIST,
        "GET",
        [("Origin", APP), ("Origin", APP)],
        VARY,
        reasons=("multiple-origins",),
    ),
    Row(
        "hostile",
        "two Origin lines under *",
        ANY,
        "GET",
        [("Origin", APP), ("Origin", EVIL)],
        VARY,
        reasons=("multiple-origins",),
    ),
    Row("hostile", "an empty Origin", LIST, "GET", _origin(""), VARY, reasons=("malformed-origin",)),
    Row("hostile", "an Origin with a slash", LIST, "GET", _origin(f"{APP}/"), VARY, reasons=("malformed-origin",)),
    Row(
        "hostile",
        "an Origin in upper case",
        LIST,
        "GET",
        _origin("HTTPS://app.example"),
        VARY,
        reasons=("malformed-origin",),
    ),
    Row("hostile", "a long Origin", LIST, "GET", _origin(f"https://{'a' * 600}"), VARY, reasons=("origin-too-long",)),
    Row(
        "hostile",
        "a long Origin under *",
        ANY,
        "GET",
        _origin(f"https://{'a' * 600}"),
        VARY,
        reasons=("origin-too-long",),
    ),
    Row(
        "hostile",
        "a long Origin that would be echoed",
        ECHO,
        "GET",
        _origin(f"https://{'a' * 600}"),
        VARY,
        reasons=("origin-too-long",),
    ),
    Row(
        "hostile",
        "control bytes that would be echoed",
        ECHO,
        "GET",
        _origin("https://a\x01b"),
        VARY,
        reasons=("malformed-origin",),
    ),
]

ENFORCED = [
    Row(
        "realistic",
        "a refused POST does not reach the app",
        {**LIST, "enforce": "unsafe-methods"},
        "POST",
        _origin(EVIL),
        VARY,
        reasons=("origin-not-allowed",),
        status=403,
    ),
    Row(
        "realistic",
        "a refused GET does",
        {**LIST, "enforce": "unsafe-methods"},
        "GET",
        _origin(EVIL),
        VARY,
        reasons=("origin-not-allowed",),
    ),
    Row(
        "realistic",
        "nor does a GET where all is enforced",
        {**LIST, "enforce": "all", "error_status": 418},
        "GET",
        _origin(EVIL),
        VARY,
        reasons=("origin-not-allowed",),
        status=418,
    ),
    Row("realistic", "an allowed POST does", {**LIST, "enforce": "all"}, "POST", _origin(APP), _allowed(APP)),
    Row("realistic", "no Origin does", {**LIST, "enforce": "all"}, "POST", [], VARY, "not-cors"),
    Row(
        "realistic",
        "the server's own page does",
        {**LIST, "enforce": "all"},
        "POST",
        _origin("https://api.example"),
        VARY,
        "not-cors",
    ),
    Row(
        "synthetic",
        "an allowed origin may read that its method is refused",
        {**LIST, "enforce": "unsafe-methods", "allow_methods": ["GET"]},
        "POST",
        _origin(APP),
        _allowed(APP),
        reasons=("method-not-allowed",),
        status=403,
    ),
    Row(
        "synthetic",
        "an OPTIONS that is no preflight is the app's",
        {**LIST, "enforce": "all", "allow_methods": ["GET"]},
        "OPTIONS",
        _origin(APP),
        _allowed(APP),
    ),
    Row(
        "hostile",
        "a method refused under * does not stay in shared caches",
        {**ANY, "enforce": "all", "allow_methods": ["POST"], "error_status": 404},
        "GET",
        _origin(EVIL),
        {**STAR, **VARY},
        reasons=("method-not-allowed",),
        status=404,
    ),
    Row(
        "synthetic",
        "the server's own page may use any method",
        {"allow_origins": ["https://api.example"], "enforce": "all", "allow_methods": ["GET"]},
        "POST",
        _origin("https://api.example"),
        _allowed("https://api.example"),
        "not-cors",
    ),
]

PREFLIGHT = [
    Row(
        "realistic",
        "allowed",
        LIST,
        "OPTIONS",
        _ask(APP, "POST", "content-type"),
        _passed(APP),
        "preflight",
        status=204,
    ),
    Row("realistic", "allowed without names", LIST, "OPTIONS", _ask(APP, "GET"), _passed(APP), "preflight", status=204),
    Row(
        "realistic",
        "the whole lists are sent, credentials too",
        {**CREDENTIALS, "allow_methods": ["GET", "PUT"], "allow_headers": ["Authorization"]},
        "OPTIONS",
        _ask(APP, "PUT", "authorization"),
        {
            **_passed(APP, "GET, PUT", "accept, accept-language, authorization, content-language, content-type"),
            "access-control-allow-credentials": "true",
        },
        "preflight",
        status=204,
    ),
    Row(
        "realistic",
        "what was asked for where the policy says *",
        {**LIST, "allow_methods": "*", "allow_headers": "*"},
        "OPTIONS",
        _ask(APP, "PURGE", "authorization,x-test"),
        _passed(APP, "PURGE", "authorization,x-test"),
        "preflight",
        status=204,
    ),
    Row(
        "realistic",
        "under * no Vary",
        {**ANY, "max_age": None},
        "OPTIONS",
        _ask(APP, "GET"),
        {**STAR, "access-control-allow-methods": "GET, HEAD, POST", "access-control-allow-headers": FOUR},
        "preflight",
        status=204,
    ),
    Row(
        "synthetic",
        "status 200 and max_age 0",
        {**LIST, "preflight_status": 200, "max_age": 0},
        "OPTIONS",
        _ask(APP, "GET"),
        _passed(APP, age="0"),
        "preflight",
        status=200,
    ),
    Row(
        "synthetic",
        "names in any case, with spaces and empty elements",
        {**LIST, "allow_headers": ["X-Test"]},
        "OPTIONS",
        _ask(APP, "GET", " X-TEST ,, content-type"),
        _passed(APP, names="accept, accept-language, content-language, content-type, x-test"),
        "preflight",
        status=204,
    ),
    Row(
        "synthetic",
        "names in several lines",
        {**LIST, "allow_headers": ["X-Test"]},
        "OPTIONS",
        [*_ask(APP, "GET", "content-type"), ("Access-Control-Request-Headers", "x-test")],
        _passed(APP, names="accept, accept-language, content-language, content-type, x-test"),
        "preflight",
        status=204,
    ),
    Row(
        "realistic",
        "private network is answered where the policy says so",
        {**LIST, "allow_private_network": True},
        "OPTIONS",
        [*_ask(APP, "GET"), ("Access-Control-Request-Private-Network", "true")],
        {**_passed(APP), "access-control-allow-private-network": "true"},
        "preflight",
        status=204,
    ),
    Row(
        "synthetic",
        "private network must be asked for with the word true",
        {**LIST, "allow_private_network": True},
        "OPTIONS",
        [*_ask(APP, "GET"), ("Access-Control-Request-Private-Network", "1")],
        _passed(APP),
        "preflight",
        status=204,
    ),
    Row(
        "realistic",
        "under * with denied names, the safelisted names that were asked for are named",
        {**LIST, "allow_headers": "*", "deny_headers": ["X-Test"]},
        "OPTIONS",
        _ask(APP, "GET", "content-type"),
        _passed(APP, names="content-type"),
        "preflight",
        status=204,
    ),
    Row(
        "realistic",
        "and never by default, nor refused for it",
        LIST,
        "OPTIONS",
        [*_ask(APP, "GET"), ("Access-Control-Request-Private-Network", "true")],
        _passed(APP),
        "preflight",
        status=204,
    ),
    *(
        Row(label, sentence, policy, "OPTIONS", headers, VARY, "preflight", reasons, 403)
        for label, sentence, policy, headers, reasons in (
            ("realistic", "a foreign origin", LIST, _ask(EVIL, "GET"), ("origin-not-allowed",)),
            ("realistic", "a method", LIST, _ask(APP, "PUT"), ("method-not-allowed",)),
            (
                "realistic",
                "patch in lower case",
                {**LIST, "allow_methods": ["PATCH"]},
                _ask(APP, "patch"),
                ("method-not-allowed",),
            ),
            ("realistic", "a header", LIST, _ask(APP, "GET", "authorization"), ("header-not-allowed",)),
            ("realistic", "Range must be listed", LIST, _ask(APP, "GET", "range"), ("header-not-allowed",)),
            (
                "realistic",
                "all three at once",
                LIST,
                _ask(EVIL, "PUT", "x-test"),
                ("origin-not-allowed", "method-not-allowed", "header-not-allowed"),
            ),
            (
                "synthetic",
                "GET where it is not listed",
                {**LIST, "allow_methods": ["PUT"]},
                _ask(APP, "GET"),
                ("method-not-allowed",),
            ),
            (
                "synthetic",
                "a denied header under *",
                {**LIST, "allow_headers": "*", "deny_headers": ["X-Bad"]},
                _ask(APP, "GET", "x-bad,x-good"),
                ("header-not-allowed",),
            ),
            (
                "synthetic",
                "a denied header that is always allowed",
                {**LIST, "deny_headers": ["Content-Type"]},
                _ask(APP, "GET", "content-type"),
                ("header-not-allowed",),
            ),
            (
                "synthetic",
                "a forbidden method under *",
                {**LIST, "allow_methods": "*"},
                _ask(APP, "TRACE"),
                ("method-not-allowed",),
            ),
            (
                "hostile",
                "a * as a name",
                {**LIST, "allow_headers": "*"},
                _ask(APP, "GET", "*"),
                ("malformed-header-names",),
            ),
            ("hostile", "a * as a method", {**LIST, "allow_methods": "*"}, _ask(APP, "*"), ("malformed-method",)),
            (
                "hostile",
                "a method that is none",
                {**LIST, "allow_methods": "*"},
                _ask(APP, "G T"),
                ("malformed-method",),
            ),
            ("hostile", "an empty method", {**LIST, "allow_methods": "*"}, _ask(APP, ""), ("malformed-method",)),
            ("hostile", "a long method", {**LIST, "allow_methods": "*"}, _ask(APP, "A" * 300), ("malformed-method",)),
            (
                "hostile",
                "two methods",
                LIST,
                [*_ask(APP, "GET"), ("Access-Control-Request-Method", "GET")],
                ("malformed-method",),
            ),
            (
                "hostile",
                "names that are none",
                {**LIST, "allow_headers": "*"},
                _ask(APP, "GET", "a b"),
                ("malformed-header-names",),
            ),
            (
                "hostile",
                "line breaks in names",
                {**LIST, "allow_headers": "*"},
                _ask(APP, "GET", "a\r\nb"),
                ("malformed-header-names",),
            ),
            ("hostile", "64 KiB of commas", LIST, _ask(APP, "GET", "," * 65536), ("too-many-header-names",)),
            ("hostile", "4 KiB of commas", LIST, _ask(APP, "GET", "," * 4000), ("too-many-header-names",)),
            (
                "hostile",
                "65 names",
                {**LIST, "allow_headers": "*"},
                _ask(APP, "GET", ",".join("x" * 65)),
                ("too-many-header-names",),
            ),
            (
                "hostile",
                "10,000 names",
                {**LIST, "allow_headers": "*"},
                _ask(APP, "GET", ",".join(f"x{i}" for i in range(10_000))),
                ("too-many-header-names",),
            ),
            ("hostile", "1 MB of white space", LIST, _ask(APP, "GET", " " * 1_000_000), ("too-many-header-names",)),
            ("hostile", "1 MB of method", LIST, _ask(APP, "A" * 1_000_000), ("malformed-method",)),
            ("hostile", "1 MB of Origin", ECHO, _ask(f"https://{'a' * 1_000_000}", "GET"), ("origin-too-long",)),
            ("hostile", "two origins under *", ANY, [("Origin", EVIL), *_ask(APP, "GET")], ("multiple-origins",)),
        )
    ),
    *(
        Row(
            "synthetic",
            f"debug: {sentence}",
            {**policy, "debug": True},
            "OPTIONS",
            headers,
            answer,
            "preflight",
            reasons,
            status,
        )
        for sentence, policy, headers, answer, reasons, status in (
            (
                "the origin fails: nothing but an ok status",
                LIST,
                _ask(EVIL, "PUT"),
                VARY,
                ("origin-not-allowed", "method-not-allowed"),
                204,
            ),
            (
                "the method fails: the origin's headers",
                CREDENTIALS,
                _ask(APP, "PUT"),
                _allowed(APP, allow_credentials="true"),
                ("method-not-allowed",),
                204,
            ),
            (
                "a method that needs no leave fails: no ok status",
                {**LIST, "allow_methods": ["PUT"]},
                _ask(APP, "POST"),
                VARY,
                ("method-not-allowed",),
                403,
            ),
            (
                "a header fails: the names that passed",
                LIST,
                _ask(APP, "GET", "content-type,x-test"),
                _allowed(APP, allow_methods="GET", allow_headers="content-type"),
                ("header-not-allowed",),
                204,
            ),
            ("too many names: no ok status", LIST, _ask(APP, "GET", "," * 4000), VARY, ("too-many-header-names",), 403),
            ("allowed: as ever", LIST, _ask(APP, "GET"), _passed(APP), (), 204),
        )
    ),
]

_MATCHES = [
    ("https://*.example.com", "https://a.example.com"),
    ("https://*.example.com", "https://a.b.c.example.com"),
    ("https://app-*.example.com", "https://app-1_x-y.example.com"),
    ("https://*-app.example.com", "https://pr-12-app.example.com"),
    ("https://www.pr-*-team.example.com", "https://www.pr-7-team.example.com"),
    ("http://localhost:*", "http://localhost"),
    ("http://localhost:*", "http://localhost:1"),
    ("http://localhost:*", "http://localhost:65535"),
    ("http://[::1]:*", "http://[::1]:8080"),
    ("https://*.example.com:*", "https://a.b.example.com:8443"),
    ("https://*.example.com:8443", "https://a.example.com:8443"),
    ("tauri://localhost", "tauri://localhost"),
    ("chrome-extension://abcdefghijklmnop", "chrome-extension://abcdefghijklmnop"),
    ("http://127.0.0.1:*", "http://127.0.0.1:5173"),
    ("https://xn--exmple-cua.com", "https://xn--exmple-cua.com"),
]
_MISMATCHES = [
    ("https://*.example.com", "https://example.com", "origin-not-allowed"),
    ("https://*.example.com", "http://a.example.com", "origin-not-allowed"),
    ("https://*.example.com", "https://a.example.com:8443", "origin-not-allowed"),
    ("https://*.example.com", "https://aexample.com", "origin-not-allowed"),
    ("https://*.example.com", "https://a.example.com.evil.com", "origin-not-allowed"),
    ("https://*.example.com", "https://evil.com/.example.com", "malformed-origin"),
    ("https://*.example.com", "https://evil.com\\.example.com", "malformed-origin"),
    ("https://*.example.com", "https://evil@a.example.com", "malformed-origin"),
    ("https://*.example.com", "https://.example.com", "malformed-origin"),
    ("https://*.example.com", "https://a..example.com", "malformed-origin"),
    ("https://*.example.com", "https://a.example.com.", "malformed-origin"),
    ("https://*.example.com", "https://A.example.com", "malformed-origin"),
    ("https://*.example.com", "https://a_.b!.example.com", "malformed-origin"),
    ("https://*.example.com", "https://a.example.com\t", "malformed-origin"),
    ("https://*.example.com", "https://a.example.com\x00", "malformed-origin"),
    ("https://app-*.example.com", "https://app-.example.com", "origin-not-allowed"),
    ("https://app-*.example.com", "https://app-a.b.example.com", "origin-not-allowed"),
    ("https://app-*.example.com", "https://xapp-a.example.com", "origin-not-allowed"),
    ("https://a-*-b.example.com", "https://a-b.example.com", "origin-not-allowed"),
    ("http://localhost:*", "http://localhost:0", "malformed-origin"),
    ("http://localhost:*", "http://localhost:65536", "malformed-origin"),
    ("http://localhost:*", "http://localhost:080", "malformed-origin"),
    ("http://localhost:*", "http://localhost:", "malformed-origin"),
    ("http://localhost:*", "http://localhost.evil.com", "origin-not-allowed"),
    ("http://localhost:*", "http://localhost:80@evil.com", "malformed-origin"),
    ("http://localhost:*", "https://localhost", "origin-not-allowed"),
]
PATTERNS = [
    Row(
        "synthetic",
        f"{pattern} matches {origin}",
        {"allow_origins": [pattern]},
        "GET",
        _origin(origin),
        _allowed(origin),
    )
    for pattern, origin in _MATCHES
] + [
    Row(
        "hostile",
        f"{pattern} does not match {origin}",
        {"allow_origins": [pattern]},
        "GET",
        _origin(origin),
        VARY,
        reasons=(reason,),
    )
    for pattern, origin, reason in _MISMATCHES
]
PATTERNS_AT_PREFLIGHTS = [
    row._replace(
        sentence=f"at a preflight, {row.sentence}",
        method="OPTIONS",
        headers=[*row.headers, ("Access-Control-Request-Method", "GET")],
        answer=VARY if row.reasons else _passed(row.answer["access-control-allow-origin"]),
        kind="preflight",
        status=403 if row.reasons else 204,
    )
    for row in PATTERNS
]

_METHODS = [
    ("realistic", ["GET", "PUT"], "PUT", True),
    ("realistic", ["GET", "PUT"], "DELETE", False),
    ("realistic", ["PATCH"], "PATCH", True),
    ("realistic", ["PATCH"], "patch", False),
    ("synthetic", ["PURGE", "x-custom"], "x-custom", True),
    ("synthetic", ["PURGE", "x-custom"], "X-CUSTOM", False),
    ("synthetic", ["PUT"], "POST", False),
    ("synthetic", [], "GET", False),
    ("synthetic", ["OPTIONS"], "OPTIONS", True),
    ("synthetic", ["QUERY"], "QUERY", True),
    ("hostile", ["GET"], "get", False),
    ("hostile", ["PUT"], "PU", False),
    ("hostile", ["PUT"], "PUTS", False),
    ("hostile", ["PUT", "DELETE"], "PUT-DELETE", False),
]
METHODS = [
    Row(
        label,
        f"{asked} where the methods are {listed}",
        {**LIST, "allow_methods": listed},
        "OPTIONS",
        _ask(APP, asked),
        _passed(APP, ", ".join(listed)) if is_allowed else VARY,
        "preflight",
        () if is_allowed else ("method-not-allowed",),
        204 if is_allowed else 403,
    )
    for label, listed, asked, is_allowed in _METHODS
]

_NAMES = [
    ("realistic", ["Authorization"], "authorization", True),
    ("realistic", ["Authorization"], "authorization,content-type", True),
    ("realistic", ["X-A"], "authorization", False),
    ("realistic", ["X-A", "X-B"], "x-a, x-b", True),
    ("synthetic", ["X-A"], "X-a", True),
    ("synthetic", ["X-A"], "x-a,x-a,x-a", True),
    ("synthetic", [], "accept,accept-language,content-language,content-type", True),
    ("synthetic", [], "range", False),
    ("synthetic", ["Range"], "range", True),
    ("synthetic", ["X-A"], "x-a,,accept", True),
    ("hostile", ["Authorization"], "authorization2", False),
    ("hostile", ["X-A"], "x-a,x-b", False),
    ("hostile", ["X-A"], "x-aa", False),
    ("hostile", ["X-A-B"], "x-a", False),
]
NAMES = [
    Row(
        label,
        f"{asked} where the headers are {listed}",
        {**LIST, "allow_headers": listed},
        "OPTIONS",
        _ask(APP, "GET", asked),
        _passed(APP, names=", ".join(sorted({*FOUR.split(", "), *(name.lower() for name in listed)})))
        if is_allowed
        else VARY,
        "preflight",
        () if is_allowed else ("header-not-allowed",),
        204 if is_allowed else 403,
    )
    for label, listed, asked, is_allowed in _NAMES
]

_SHARING: list[tuple[str, str, dict[str, Any], bool]] = [
    ("realistic", "https://app.example", {}, True),
    ("realistic", "https://app.example", {"allow_credentials": True}, True),
    ("realistic", "https://www.app.example", {}, False),
    ("realistic", "http://app.example", {}, False),
    ("realistic", "https://app.example:8443", {}, False),
    ("realistic", "https://app.example", {"websockets": "ignore"}, True),
    ("synthetic", "https://app.example", {"max_age": None}, True),
    ("synthetic", "https://app.example", {"deny_origins": ["https://*.app.example"]}, True),
    ("synthetic", "https://app.example", {"deny_origins": ["https://app.example"]}, False),
    ("synthetic", "https://app.example", {"origin_validator": lambda _origin: False}, True),
    ("synthetic", "https://new.example", {"origin_validator": lambda origin: origin == "https://new.example"}, True),
    ("synthetic", "https://new.example", {"origin_validator": lambda _origin: False}, False),
    ("synthetic", "https://pr-7.example", {"allow_origin_regex": r"https://pr-[0-9]+\.example"}, True),
    ("synthetic", "https://pr-7.example.evil", {"allow_origin_regex": r"https://pr-[0-9]+\.example"}, False),
    ("synthetic", "https://a.example", {"allow_origin_regex": [r"https://a\.example", r"https://b\.example"]}, True),
    ("synthetic", "https://c.example", {"allow_origin_regex": [r"https://a\.example", r"https://b\.example"]}, False),
    ("hostile", "https://app.example.evil.example", {}, False),
    ("hostile", "https://app.example,https://evil.example", {}, False),
    ("hostile", "https://app.example https://evil.example", {}, False),
    ("hostile", "app.example", {}, False),
    ("hostile", "//app.example", {}, False),
    ("hostile", "https://app.example#", {}, False),
    ("hostile", "https://APP.example", {}, False),
    ("hostile", "null", {"allow_credentials": True}, False),
]
SHARING = [
    Row(
        label,
        f"{origin} with {', '.join(map(str, more)) or 'one origin'} ({number})",
        {**LIST, **more},
        "GET",
        _origin(origin),
        (
            _allowed(origin, **({"allow_credentials": "true"} if "allow_credentials" in more else {}))
            if is_allowed
            else VARY
        ),
        reasons=() if is_allowed else (_fault_of(origin, more),),
    )
    for number, (label, origin, more, is_allowed) in enumerate(_SHARING)
]

ROWS = [*ACTUAL, *ENFORCED, *PREFLIGHT, *PATTERNS, *PATTERNS_AT_PREFLIGHTS, *METHODS, *NAMES, *SHARING]
