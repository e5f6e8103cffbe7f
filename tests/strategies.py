"""Hypothesis: origins, policies and requests that are likely to meet each other."""

from __future__ import annotations

import re
import warnings
from typing import Any

from hypothesis import strategies as st

from crossorigin import Policy, PolicyError, PolicyWarning
from crossorigin.browser import Call
from crossorigin.messages import Request
from crossorigin.policy.habits import Habits

LABELS = ("a", "b", "app", "app-1", "example", "evil", "localhost", "x_y")
schemes = st.sampled_from(("https", "http", "tauri"))
hosts = st.one_of(
    st.lists(st.sampled_from(LABELS), min_size=1, max_size=4).map(".".join),
    st.sampled_from(("127.0.0.1", "[::1]", "localhost", "xn--exmple-cua.com")),
)
ports = st.sampled_from(("", "", ":8080", ":1", ":65535"))
origins = st.builds("{}://{}{}".format, schemes, hosts, ports)
patterns = st.builds(
    "{}://{}{}".format,
    schemes,
    st.sampled_from(("*.example.com", "*.example", "app-*.example.com", "*-1.b.example", "a.x*.b.c", "localhost")),
    st.sampled_from(("", ":8080", ":*")),
)

#: What may stand in an Origin header: often right, sometimes nearly, sometimes an attack.
wire_origins = st.one_of(
    origins,
    origins.flatmap(
        lambda value: st.sampled_from(
            (
                f"{value}/",
                value.upper(),
                f"{value}.evil.com",
                f"{value},{value}",
                f" {value}",
                f"{value}\0",
                f"x{value}",
            )
        )
    ),
    st.sampled_from(("null", "", "*", "https://", "file://", f"https://{'a' * 600}")),
    st.text(st.characters(max_codepoint=255), max_size=20),
)
methods = st.sampled_from(
    ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "patch", "OPTIONS", "PURGE", "TRACE", "", "a b"]
)
names = st.sampled_from(("content-type", "authorization", "x-test", "X-TEST", "accept", "range", "", " ", "a b", "é"))
name_lists = st.lists(names, max_size=5).map(",".join)


def _lists(items: st.SearchStrategy[str], *, any_too: bool = True) -> st.SearchStrategy[Any]:
    lists = st.lists(items, max_size=3)
    return st.one_of(lists, st.just("*")) if any_too else lists


settings = st.fixed_dictionaries(
    {},
    optional={
        "allow_origins": st.one_of(_lists(origins), _lists(patterns), _lists(st.one_of(origins, patterns))),
        "allow_origin_regex": st.sampled_from((r"https://[a-z.]+\.example", r"http://.*", None)),
        "allow_methods": _lists(st.sampled_from(("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "PURGE"))),
        "allow_headers": _lists(st.sampled_from(("Authorization", "X-Test", "Range"))),
        "allow_credentials": st.booleans(),
        "expose_headers": _lists(st.sampled_from(("X-Total", "ETag"))),
        "max_age": st.sampled_from((None, 0, 5, 600, 86400)),
        "deny_origins": _lists(st.one_of(origins, patterns), any_too=False),
        "deny_headers": _lists(st.sampled_from(("X-Test", "Accept")), any_too=False),
        "require_origin": st.booleans(),
        "enforce": st.sampled_from(("browser", "unsafe-methods", "all")),
        "own_hosts": st.sampled_from((None, (), ("api.example",), ("*.example",))),
        "preflight_status": st.sampled_from((200, 204)),
        "error_status": st.sampled_from((400, 403)),
        "error_messages": st.sampled_from(({}, {"origin-not-allowed": "no"})),
        "allow_private_network": st.booleans(),
        "debug": st.booleans(),
        "dangerously_allow_any_origin_with_credentials": st.booleans(),
        "dangerously_allow_null_origin": st.booleans(),
        "dangerously_allow_public_suffix_subdomains": st.just(True),
    },
)


def _make(options: dict[str, Any]) -> Policy | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PolicyWarning)
        try:
            return Policy(**options)
        except PolicyError:
            return None


policies = settings.map(_make).filter(lambda policy: policy is not None)


def _list_asked(_policy: Policy, asked: Any) -> str:
    return asked if isinstance(asked, str) else ", ".join(asked)


def _write_json(_policy: Policy, kind: str, reasons: Any) -> str:
    return f'"{kind}: {reasons[0].id}"'


habits = st.builds(
    Habits,
    echoes=st.booleans(),
    bare=st.sampled_from(("any", "silent", "first")),
    varies=st.booleans(),
    vary=st.sampled_from(("Origin", "origin")),
    preflight_vary=st.sampled_from(("Origin", "Origin, Access-Control-Request-Method")),
    list_methods=st.sampled_from((None, _list_asked)),
    list_names=st.sampled_from((None, _list_asked)),
    refuses=st.booleans(),
    refusal_status=st.sampled_from((None, 400)),
    handshake_status=st.sampled_from((None, 401)),
    judges_all=st.booleans(),
    body=st.sampled_from(("", "OK")),
    content_type=st.sampled_from(("text/plain; charset=utf-8", "application/json")),
    write_refusal=st.sampled_from((None, _write_json)),
    refuses_private=st.booleans(),
    tells_private=st.booleans(),
    folds_methods=st.booleans(),
    texts=st.sampled_from((frozenset(), frozenset({"testserver"}))),
    names=st.sampled_from(((), (re.compile("x-.*"),))),
)
#: Policies that are answered in the way of some other package.
foreign_policies = st.builds(Policy.with_habits, policies, habits)

headers = st.one_of(
    st.tuples(st.just("Origin"), wire_origins),
    st.tuples(st.just("Access-Control-Request-Method"), methods),
    st.tuples(st.just("Access-Control-Request-Headers"), name_lists),
    st.tuples(st.just("Access-Control-Request-Private-Network"), st.just("true")),
    st.tuples(st.just("Host"), st.sampled_from(("api.example", "api.example:8080", "localhost"))),
    st.tuples(st.just("Sec-Fetch-Site"), st.sampled_from(("same-origin", "same-site", "cross-site", "none"))),
)
paths = st.sampled_from(("/", "/items", "/public/a", "/public/../items", "/public%2fa", "/a//b", "/public"))
requests = st.builds(Request, methods, paths.map("https://api.example{}".format), st.lists(headers, max_size=6))
preflights = st.builds(
    lambda origin, method, asked, more: Request(
        "OPTIONS",
        "https://api.example/items",
        [
            ("Origin", origin),
            ("Access-Control-Request-Method", method),
            *([] if asked is None else [("Access-Control-Request-Headers", asked)]),
            *more,
        ],
    ),
    wire_origins,
    methods,
    st.one_of(st.none(), name_lists),
    st.lists(headers, max_size=1),
)

#: What a script may set: what needs no preflight, what nearly needs none, and what is the browser's alone.
script_headers = st.lists(
    st.tuples(
        st.sampled_from(
            (
                "Accept",
                "Accept-Language",
                "Authorization",
                "Content-Language",
                "Content-Type",
                "Cookie",
                "Range",
                "X-Test",
                "x-test",
                "X-Other",
            )
        ),
        st.sampled_from(("", "a", "text/plain", "application/json", "bytes=0-9", "bytes=9-0", "en", "a:b", "a" * 129)),
    ),
    max_size=4,
)
calls = st.builds(
    Call,
    page_origin=st.one_of(origins, st.sampled_from(("null", "https://api.example"))),
    url=st.sampled_from(("https://api.example/items", "https://api.example/public/a?b")),
    method=st.sampled_from(("GET", "HEAD", "POST", "PUT", "put", "DELETE", "PATCH", "patch", "OPTIONS", "PURGE")),
    headers=script_headers,
    credentials=st.sampled_from(("omit", "same-origin", "include")),
    body=st.sampled_from((None, "", "a", b"{}")),
)
#: Calls whose method or header may have the name that stands for every name where a server lists it.
starred_calls = st.builds(
    lambda call, method, headers: Call(call.page_origin, call.url, method, headers, call.credentials, call.body),
    calls,
    st.sampled_from(("GET", "PUT", "*")),
    st.sampled_from(((), (("*", "1"),), (("*", "1"), ("X-Test", "1")))),
)
