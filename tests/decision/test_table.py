"""The rendered answers of one policy: what is looked up, what is kept, and what is left to ``decide``."""

from __future__ import annotations

from typing import Any

import pytest

from crossorigin import Policy, compile, decide  # noqa: A004 (the name users know it by)
from crossorigin.decision import Table, compile_text
from crossorigin.decision.table import MAX_KEY, MAX_KNOWN
from crossorigin.messages import Request

APP, EVIL, SUB = "https://app.example", "https://evil.example", "https://a.example.org"
LIST: dict[str, Any] = {"allow_origins": [APP, "https://*.example.org"], "allow_credentials": True}
VARY = ("Vary", "Origin")


def validate(origin: str) -> bool:
    return origin == APP


def make(**options: Any) -> Table[str]:
    return compile_text(Policy(**{**LIST, **options}))


def refuse(table: Table[str], *key: str | None) -> Any:
    """Decide a request and let the table remember it; of an actual one, the key is the origin."""
    names = ("Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers")
    headers = [(name, value) for name, value in zip(names, key, strict=False) if value is not None]
    decision = decide(table.policy, Request("OPTIONS" if len(key) > 1 else "GET", "/", headers))
    return table.remember(key[0] if len(key) == 1 and key[0] is not None else key, decision)


def test_both_wires() -> None:
    """One table is bytes with names in lower case, as ASGI wants them; the other is text.

    "Header names must be lowercased."

    Spec: https://asgi.readthedocs.io/en/latest/specs/www.html#http-connection-scope
    """
    policy = Policy(**LIST, expose_headers=["X-A"])
    as_bytes, as_text = compile(policy), compile_text(policy)
    assert as_bytes.policy is as_text.policy is policy
    assert as_text.find_actual(APP) == [
        ("Access-Control-Allow-Origin", APP),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Expose-Headers", "X-A"),
        VARY,
    ]
    for origin in [APP, SUB]:
        texts = as_text.find_actual(origin)
        assert texts is not None
        assert as_bytes.find_actual(origin.encode()) == [
            (name.lower().encode(), value.encode()) for name, value in texts
        ]
    answer, text = (
        as_bytes.find_preflight((APP.encode(), b"GET", b"accept")),
        as_text.find_preflight((APP, "GET", "accept")),
    )
    assert answer is not None
    assert text is not None
    assert answer == (text[0], [(name.lower().encode(), value.encode()) for name, value in text[1]], text[2])


@pytest.mark.parametrize(
    ("options", "exact"),
    [
        ({}, {APP}),
        ({"origin_validator": validate}, {APP}),
        ({"require_origin": True}, {APP}),
        ({"deny_origins": [EVIL]}, set()),
        ({"debug": True}, set()),
        ({"enforce": "all"}, set()),
        ({"allow_origins": "*", "allow_credentials": False}, set()),
        ({"allow_origins": []}, set()),
    ],
    ids=str,
)
def test_exact(options: dict[str, Any], exact: set[str]) -> None:
    """The origins that need no look at the rest of the policy are the literals, unless something else counts."""
    assert make(**options).exact == exact
    assert compile(Policy(**{**LIST, **options})).exact == {origin.encode() for origin in exact}


@pytest.mark.parametrize(
    ("options", "bare"),
    [
        ({}, [VARY]),
        ({"enforce": "all"}, [VARY]),
        ({"allow_origins": "*", "allow_credentials": False}, [("Access-Control-Allow-Origin", "*")]),
        ({"require_origin": True}, None),
        ({"debug": True}, None),
    ],
    ids=str,
)
def test_bare(options: dict[str, Any], bare: Any) -> None:
    """A request without an origin gets what ``decide`` says, unless it is to be refused or logged."""
    table = make(**options)
    assert table.bare == bare
    assert bare is None or tuple(bare) == decide(table.policy, Request("GET", "/", [])).headers


ACTUAL = [
    ({}, APP, True),
    ({}, SUB, True),
    ({}, EVIL, False),
    ({}, "null", False),
    ({}, "", False),
    ({"dangerously_allow_null_origin": True}, "null", True),
    ({"deny_origins": [SUB]}, SUB, False),
    ({"deny_origins": [SUB]}, APP, True),
    ({"allow_origin_regex": r"https://evil\.example"}, EVIL, True),
    ({"origin_validator": validate}, EVIL, False),
    ({"origin_validator": validate}, SUB, True),
    ({"allow_origins": "*", "allow_credentials": False}, EVIL, True),
    ({"allow_origins": "*", "allow_credentials": False, "require_origin": True}, EVIL, True),
    ({"debug": True}, APP, False),
    ({"enforce": "all"}, APP, False),
    ({"enforce": "unsafe-methods"}, SUB, False),
]


@pytest.mark.parametrize(("options", "origin", "is_found"), ACTUAL, ids=[f"{row[1]} {row[0]}" for row in ACTUAL])
def test_find_actual(options: dict[str, Any], origin: str, is_found: bool) -> None:
    """An allowed origin is answered as ``decide`` answers it; what is refused, or logged, is left to ``decide``."""
    table = make(**options)
    decision = decide(table.policy, Request("GET", "/", [("Origin", origin)]))
    for _ in range(2):
        found = table.find_actual(origin)
        assert (found is not None) is is_found
        assert found is None or tuple(found) == decision.headers
    assert decision.allowed or not is_found


def test_limits() -> None:
    """What is kept is bounded: not so many answers, and none that depends on so much, that it would be felt."""
    assert (MAX_KNOWN, MAX_KEY) == (4096, 512)


PREFLIGHTS = [
    ({}, (APP, "GET", None), True),
    ({}, (APP, "GET", "accept,content-type"), True),
    ({}, (SUB, "POST", "accept"), True),
    ({}, (EVIL, "GET", None), False),
    ({}, (APP, "PUT", None), False),
    ({}, (APP, "get", None), False),
    ({}, (APP, "GET", "x-a"), False),
    ({}, (APP, "GET", ""), False),  # allowed, but no browser sends it
    ({}, (APP, "GET", "accept, content-type"), False),  # the same
    ({}, (APP, "GET", ",".join(["accept"] * 64)), True),
    ({}, (APP, "GET", ",".join(["accept"] * 65)), False),
    ({}, (None, "GET", None), False),
    ({}, (APP, None, None), False),
    ({}, (), False),
    ({"allow_headers": ["X-A"], "deny_headers": ["Accept"]}, (APP, "GET", "x-a"), True),
    ({"allow_headers": ["X-A"], "deny_headers": ["Accept"]}, (APP, "GET", "x-a,accept"), False),
    ({"allow_headers": "*"}, (APP, "GET", "authorization,x-a"), True),
    ({"allow_headers": "*"}, (APP, "GET", None), True),
    ({"allow_headers": "*"}, (APP, "GET", "X-A"), False),
    ({"allow_headers": "*"}, (APP, "GET", "x-a,"), False),
    ({"allow_headers": "*"}, (APP, "GET", "*"), False),
    ({"allow_headers": "*"}, (APP, "GET", "x-a,*"), False),
    ({"allow_headers": "*"}, (APP, "GET", "x*,*x"), True),
    ({"allow_headers": "*"}, (APP, "GET", "x-a\n"), False),
    ({"allow_headers": "*", "deny_headers": ["X-A"]}, (APP, "GET", "x-b"), False),  # left to decide
    ({"allow_methods": "*"}, (APP, "DELETE", None), True),
    ({"allow_methods": "*"}, (APP, "CHICKEN", None), False),  # the same
    ({"allow_methods": "*"}, (APP, "TRACE", None), False),
    ({"allow_methods": ["CHICKEN"]}, (APP, "CHICKEN", None), True),
    ({"max_age": None, "preflight_status": 200}, (APP, "GET", None), True),
    ({"allow_private_network": True}, (APP, "GET", None), False),
    ({"debug": True}, (APP, "GET", None), False),
    ({"enforce": "all"}, (APP, "GET", None), False),
    ({"allow_origins": "*", "allow_credentials": False}, (EVIL, "GET", "accept"), True),
    ({"allow_origins": "*", "allow_credentials": False}, ("null", "GET", None), True),
    ({"origin_validator": validate}, (EVIL, "GET", None), False),
]


@pytest.mark.parametrize(
    ("options", "key", "is_found"), PREFLIGHTS, ids=[f"{row[1]} {row[0]}"[:90] for row in PREFLIGHTS]
)
def test_find_preflight(options: dict[str, Any], key: tuple[str | None, ...], is_found: bool) -> None:
    """An allowed preflight is answered as ``decide`` answers it; every other one is left to ``decide``."""
    table = make(**options)
    names = ("Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers")
    lines = [(name, value) for name, value in zip(names, key, strict=False) if value is not None]
    decision = decide(table.policy, Request("OPTIONS", "/", lines))
    for _ in range(2):
        found = table.find_preflight(key)
        assert (found is not None) is is_found
        if found is not None:
            assert (found[0], sorted(found[1]), found[2]) == (decision.status, sorted(decision.headers), b"")
            assert decision.allowed


def test_refusals_are_remembered() -> None:
    """A refusal that was decided once is looked up the next time."""
    table = make(error_messages={"origin-not-allowed": "N\u00f3."})
    assert refuse(table, EVIL) == (0, [VARY], b"")
    assert table.find_actual(EVIL) == [VARY]
    status, headers, body = refuse(table, EVIL, "PUT", "x-a")
    assert (status, body) == (403, "N\u00f3.".encode())
    assert headers == [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "4"), VARY]
    assert table.find_preflight((EVIL, "PUT", "x-a")) == (status, headers, body)
    assert table.find_preflight((EVIL, "PUT", None)) is None
    assert table.find_preflight((EVIL, "GET", "x-a")) is None


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({}, (APP,)),  # allowed
        ({}, ()),  # no key
        ({"debug": True}, (EVIL,)),  # each decision is logged
        ({"enforce": "all"}, (EVIL,)),  # the method counts
        ({"origin_validator": validate}, (EVIL,)),  # it may say something else the next time
        ({"origin_validator": validate}, (EVIL, "GET", None)),
        ({"require_origin": True}, (None,)),  # of another kind
    ],
    ids=str,
)
def test_what_is_not_remembered(options: dict[str, Any], key: tuple[str | None, ...]) -> None:
    """A decision that may be another one the next time, or that is to be logged each time, is rendered and not kept."""
    table = make(**options)
    refuse(table, *key)
    assert not table.known


def test_the_kind_of_a_key() -> None:
    """A decision is not kept under a key of another kind."""
    table = make()
    decision = decide(table.policy, Request("GET", "/", [("Origin", EVIL)]))
    table.remember((EVIL, "GET", None), decision)
    assert not table.known


def test_long_keys_are_not_kept() -> None:
    """What depends on more than 512 bytes is decided each time."""
    table = make(allow_headers="*")
    room = MAX_KEY - len(APP) - len("GET")
    assert table.find_preflight((APP, "GET", "x" * room)) is not None
    assert len(table.known) == 1
    table.find_preflight((APP, "GET", "x" * (room + 1)))
    assert len(table.known) == 1
    long = f"https://{'a' * MAX_KEY}"
    refuse(table, long)
    refuse(table, EVIL, "GET", "x a" * MAX_KEY)
    assert table.find_actual(long) is None
    assert len(table.known) == 1


def test_the_refusals_of_other_policies_are_not_remembered() -> None:
    """What another rule's policy refused, for an ambiguous path, says nothing of this one."""
    table = make()
    decision = decide(Policy(), Request("GET", "/", [("Origin", APP)]))
    assert not decision.allowed
    assert table.remember(APP, decision) == (0, [VARY], b"")
    assert not table.known


def test_many_keys_are_forgotten() -> None:
    """So many answers are kept, then all are forgotten: what strangers send does not fill the memory."""
    table = make()
    for number in range(MAX_KNOWN):
        refuse(table, f"https://evil-{number}.example")
    assert len(table.known) == MAX_KNOWN
    assert table.find_actual("https://evil-0.example") == [VARY]
    assert table.find_actual(SUB) is not None
    assert set(table.known) == {SUB}
    assert table.find_actual("https://evil-0.example") is None


def test_the_tables_lists_are_its_own() -> None:
    """What is looked up is the table's own list, so that a door that changes one copies it first."""
    table = make()
    assert table.find_actual(SUB) is table.find_actual(SUB)
    assert table.find_preflight((APP, "GET", None)) is table.find_preflight((APP, "GET", None))
    assert table.bare is not None
    assert table.bare is table.bare
    found = table.find_actual(SUB)
    assert found is not None
    mine = [*found, ("X-Mine", "1")]
    assert table.find_actual(SUB) != mine
