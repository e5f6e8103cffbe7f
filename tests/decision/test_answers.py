"""The headers and bodies of our answers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossorigin import Policy, decide
from crossorigin.decision.answers import (
    VARY,
    intersect,
    render_actual,
    render_bare,
    render_content,
    render_length,
    render_passed_steps,
    render_preflight,
    write_body,
)
from crossorigin.messages import Request
from crossorigin.policy.habits import Habits
from crossorigin.reasons import NULL_ORIGIN, ORIGIN_DENIED

APP = "https://app.example"
ORIGIN, CREDENTIALS = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
METHODS, NAMES, AGE = "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age"
EXPOSE, PRIVATE = "Access-Control-Expose-Headers", "Access-Control-Allow-Private-Network"
FOUR = "accept, accept-language, content-language, content-type"


def test_bare() -> None:
    """Without an origin there is nothing to say but that another origin may get another answer.

    "if `Access-Control-Allow-Origin` is set to * or a static origin for a particular resource, then configure the
    server to always send `Access-Control-Allow-Origin` [...] and do not use `Vary`."

    Spec: https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches
    """
    assert render_bare(Policy(allow_origins=[APP], expose_headers=["X-A"])) == VARY == (("Vary", "Origin"),)
    assert render_bare(Policy(allow_origins="*")) == ((ORIGIN, "*"),)
    assert render_bare(Policy(allow_origins="*", expose_headers="*")) == ((ORIGIN, "*"), (EXPOSE, "*"))
    assert render_bare(Policy(allow_origins="*", require_origin=True)) == VARY


@pytest.mark.parametrize(
    ("options", "headers"),
    [
        ({}, ((ORIGIN, APP), *VARY)),
        ({"allow_credentials": True}, ((ORIGIN, APP), (CREDENTIALS, "true"), *VARY)),
        ({"expose_headers": ["X-A", "ETag"]}, ((ORIGIN, APP), (EXPOSE, "X-A, ETag"), *VARY)),
        ({"allow_origins": "*"}, ((ORIGIN, "*"),)),
        ({"allow_origins": "*", "expose_headers": ["X-A"]}, ((ORIGIN, "*"), (EXPOSE, "X-A"))),
        ({"allow_origins": "*", "deny_origins": ["null"]}, ((ORIGIN, APP), *VARY)),
    ],
)
def test_actual(options: dict[str, Any], headers: Any) -> None:
    """An allowed origin is written once; credentials are allowed with ``true`` or not at all.

    "Access-Control-Allow-Credentials = %s"true" ; case-sensitive"

    Spec: https://fetch.spec.whatwg.org/#http-new-header-syntax
    """
    assert render_actual(Policy(**options), APP) == headers


@pytest.mark.parametrize(
    ("options", "headers"),
    [
        ({}, ((METHODS, "GET, HEAD, POST"), (NAMES, FOUR), (AGE, "600"), *VARY)),
        ({"allow_methods": ["PUT"]}, ((METHODS, "PUT"), (NAMES, FOUR), (AGE, "600"), *VARY)),
        ({"allow_methods": "*"}, ((METHODS, "DELETE"), (NAMES, FOUR), (AGE, "600"), *VARY)),
        ({"allow_headers": ["X-B"]}, ((METHODS, "GET, HEAD, POST"), (NAMES, f"{FOUR}, x-b"), (AGE, "600"), *VARY)),
        ({"allow_headers": "*"}, ((METHODS, "GET, HEAD, POST"), (NAMES, "x-a,x-b"), (AGE, "600"), *VARY)),
        ({"max_age": 0}, ((METHODS, "GET, HEAD, POST"), (NAMES, FOUR), (AGE, "0"), *VARY)),
        ({"max_age": None}, ((METHODS, "GET, HEAD, POST"), (NAMES, FOUR), *VARY)),
        (
            {"preflight_status": 200, "max_age": None},
            ((METHODS, "GET, HEAD, POST"), (NAMES, FOUR), ("Content-Length", "0"), *VARY),
        ),
        (
            {"allow_private_network": True, "max_age": None},
            ((METHODS, "GET, HEAD, POST"), (NAMES, FOUR), (PRIVATE, "true"), *VARY),
        ),
    ],
)
def test_preflight(options: dict[str, Any], headers: Any) -> None:
    """The lists are the policy's own; what was asked for stands where the policy says ``*``."""
    policy = Policy(allow_origins=[APP], **options)
    assert render_preflight(policy, APP, "DELETE", ["x-a", "x-b"], private=True) == ((ORIGIN, APP), *headers)


def test_preflights_without_names() -> None:
    """A list without a name is not sent."""
    denied = ["Accept", "Accept-Language", "Content-Language", "Content-Type"]
    for policy, asked in [(Policy(deny_headers=denied), ["x-a"]), (Policy(allow_headers="*"), [])]:
        names = [name for name, _ in render_preflight(policy, APP, "GET", asked, private=False)]
        assert names == [ORIGIN, METHODS, AGE, "Vary"]
    assert render_preflight(Policy(allow_origins="*"), APP, "GET", [], private=True)[-1] == (AGE, "600")


def test_passed_steps() -> None:
    """In debug, a refusal has the headers of the steps that passed, so that the browser names the one that did not."""
    policy = Policy(allow_origins=[APP], allow_credentials=True, allow_headers=["X-A"], preflight_status=200)
    length = ("Content-Length", "0")
    assert render_passed_steps(policy, None) == (length, *VARY)
    assert render_passed_steps(policy, APP) == ((ORIGIN, APP), (CREDENTIALS, "true"), length, *VARY)
    assert render_passed_steps(policy, APP, method="PUT", asked=["x-a", "x-b", "accept"]) == (
        (ORIGIN, APP),
        (CREDENTIALS, "true"),
        (METHODS, "PUT"),
        (NAMES, "x-a,accept"),
        length,
        *VARY,
    )


@pytest.mark.parametrize(("status", "length"), [(200, "0"), (204, None), (205, None), (206, "0"), (299, "0")])
def test_length(status: int, length: str | None) -> None:
    """An answer without a body says so, where it may.

    "A server MUST NOT send a Content-Length header field in any response with a status code of 1xx (Informational) or
    204 (No Content)."

    Spec: https://www.rfc-editor.org/rfc/rfc9110#name-content-length
    """
    assert render_length(status) == (() if length is None else (("Content-Length", length),))
    policy = Policy(allow_origins=[APP], preflight_status=status)
    request = Request("OPTIONS", "/", [("Origin", APP), ("Access-Control-Request-Method", "GET")])
    decision = decide(policy, request)
    assert (decision.status, decision.body) == (status, "")
    assert dict(decision.headers).get("Content-Length") == length


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_refusal(body: str) -> None:
    """The length of a refusal is that of its bytes."""
    assert dict(render_content(Policy(), body)) == {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(body.encode())),
    }


@pytest.mark.parametrize(
    ("texts", "body"),
    [
        ({}, "CORS: actual request refused: null-origin, origin-denied\n"),
        ({"missing-origin": "Other."}, "CORS: actual request refused: null-origin, origin-denied\n"),
        ({"null-origin": "One."}, "One."),
        ({"origin-denied": "Two.", "null-origin": "One."}, "One.\nTwo."),
    ],
)
def test_bodies(texts: dict[str, str], body: str) -> None:
    """The owner's texts stand in the order of the reasons; without one, the ids do."""
    assert write_body(Policy(error_messages=texts), "actual", (NULL_ORIGIN, ORIGIN_DENIED)) == body


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        ([], [], []),
        ([(ORIGIN, "*")], [(ORIGIN, "*")], [(ORIGIN, "*")]),
        ([(ORIGIN, "*")], [(ORIGIN, APP), *VARY], [(ORIGIN, APP), *VARY]),
        ([(ORIGIN, APP), (CREDENTIALS, "true"), *VARY], [(ORIGIN, APP), *VARY], [(ORIGIN, APP), *VARY]),
        (
            [(ORIGIN, APP), (CREDENTIALS, "true"), *VARY],
            [(ORIGIN, APP), (CREDENTIALS, "true"), *VARY],
            [(ORIGIN, APP), (CREDENTIALS, "true"), *VARY],
        ),
        ([(ORIGIN, "*")], [*VARY], [*VARY]),
        ([(AGE, "600")], [(AGE, "5")], [(AGE, "5")]),
        ([(AGE, "600")], [], []),
        ([(METHODS, "GET, PUT, POST")], [(METHODS, "PUT, GET")], [(METHODS, "GET, PUT")]),
        ([(METHODS, "PUT")], [(METHODS, "GET")], [(METHODS, "")]),
        ([(NAMES, "accept, x-a")], [(NAMES, "x-a,x-b")], [(NAMES, "x-a")]),
        ([(EXPOSE, "X-A, ETag")], [(EXPOSE, "etag, X-B")], [(EXPOSE, "ETag")]),
        ([(EXPOSE, "*")], [(EXPOSE, "X-B")], [(EXPOSE, "X-B")]),
        ([(EXPOSE, "*")], [(EXPOSE, "*")], [(EXPOSE, "*")]),
        ([(EXPOSE, "X-A")], [], []),
        ([(PRIVATE, "true")], [(PRIVATE, "true")], [(PRIVATE, "true")]),
        ([("Content-Length", "0")], [("Content-Length", "0")], [("Content-Length", "0")]),
    ],
)
def test_intersect(first: Any, second: Any, both: Any) -> None:
    """Of two answers, what both allow, whichever comes first."""
    assert intersect(tuple(first), tuple(second)) == tuple(both)

    def words(headers: Any) -> dict[str, set[str]]:
        return {name: {word.strip().lower() for word in value.split(",")} for name, value in headers}

    assert words(intersect(tuple(second), tuple(first))) == words(both)


def test_an_empty_list_is_not_sent() -> None:
    """Where the package that is replaced lists no method and no name, there is no line for them."""
    silent = Habits(list_methods=lambda _policy, _method: "", list_names=lambda _policy, _asked: "")
    policy = Policy(allow_origins=[APP]).with_habits(silent)
    names = [name for name, _ in render_preflight(policy, APP, "GET", [], private=False)]
    assert ORIGIN in names
    assert not {METHODS, NAMES} & set(names)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"allow_origins": ["https://b.example", APP]}, APP),
        ({"allow_origins": ["https://*.example", "http://localhost:*"]}, None),
        ({"allow_origins": ["https://*.example", "https://z.example"]}, "https://z.example"),
        ({"allow_origins": []}, None),
        ({"allow_origin_regex": "https://a"}, None),
        ({"allow_origins": "*"}, "*"),
        ({"allow_origins": "*", "deny_origins": [APP]}, None),
    ],
    ids=str,
)
def test_what_is_told_without_an_origin(options: dict[str, Any], told: str | None) -> None:
    """A package that always answers names an origin, and a pattern is none."""
    policy = Policy(**options).with_habits(Habits(bare="first"))
    headers = dict(decide(policy, Request("GET", "/", ())).headers)
    assert headers.get("Access-Control-Allow-Origin") == told
    assert ("Vary" in headers) is (told != "*")
