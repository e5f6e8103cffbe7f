"""Whatever a request holds, it gets a decision, with bounded work, and nothing unchecked comes back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossorigin import Decision, Policy, Rule, Ruleset, decide
from crossorigin.decision.judging import MAX_HEADER_NAMES, MAX_HEADER_NAMES_SIZE
from crossorigin.decision.reading import MAX_HEADER_LINES
from crossorigin.messages import Request
from crossorigin.origins.origin import MAX_ORIGIN, read_origin
from crossorigin.reasons import REASONS
from crossorigin.standard.headers import read_header_names

APP = "https://app.example"


def ask(lines: list[tuple[str, str]], method: str = "OPTIONS", **options: Any) -> Decision:
    return decide(Policy(**{"allow_origins": [APP], **options}), Request(method, "/items", lines))


def ids(decision: Decision) -> list[str]:
    return [reason.id for reason in decision.reasons]


def test_limits() -> None:
    """The limits are those that the reasons name."""
    assert f"{MAX_ORIGIN} bytes" in REASONS["origin-too-long"].message
    assert f"{MAX_HEADER_LINES} header lines" in REASONS["too-many-header-lines"].message
    assert f"{MAX_HEADER_NAMES_SIZE // 1024} KiB" in REASONS["too-many-header-names"].message
    assert f"{MAX_HEADER_NAMES} names" in REASONS["too-many-header-names"].message
    assert (MAX_ORIGIN, MAX_HEADER_LINES, MAX_HEADER_NAMES, MAX_HEADER_NAMES_SIZE) == (512, 256, 64, 4096)


PREFLIGHT = [("Origin", APP), ("Access-Control-Request-Method", "GET")]
NAMES = "Access-Control-Request-Headers"


@pytest.mark.parametrize(
    ("count", "reason"), [(MAX_HEADER_LINES, None), (MAX_HEADER_LINES + 1, "too-many-header-lines")]
)
def test_header_lines(count: int, reason: str | None) -> None:
    """A preflight of more than 256 lines is refused unread; any other request is not judged by its lines."""
    lines = [*PREFLIGHT, *[("X-Test", "")] * (count - len(PREFLIGHT))]
    assert len(lines) == count
    decision = ask(lines)
    assert decision.kind == "preflight"
    assert ids(decision) == ([] if reason is None else [reason])
    assert decision.status == (204 if reason is None else 403)
    assert ask(lines, "GET").allowed
    assert ask([("X-Test", "")] * count).kind == ("not-cors" if reason is None else "preflight")


@pytest.mark.parametrize(
    ("values", "options", "reason"),
    [
        (["accept"], {}, None),
        ([""], {}, None),
        ([",".join(["accept"] * MAX_HEADER_NAMES)], {}, None),
        (["accept"] * MAX_HEADER_NAMES, {}, None),
        ([",".join(["accept"] * (MAX_HEADER_NAMES + 1))], {}, "too-many-header-names"),
        (["accept"] * (MAX_HEADER_NAMES + 1), {}, "too-many-header-names"),
        (["accept"] * 32 + [",".join(["accept"] * 33)], {}, "too-many-header-names"),
        (["," * MAX_HEADER_NAMES], {}, "too-many-header-names"),
        (["x" * MAX_HEADER_NAMES_SIZE], {"allow_headers": "*"}, None),
        (["x" * (MAX_HEADER_NAMES_SIZE + 1)], {"allow_headers": "*"}, "too-many-header-names"),
        (["x" * 2048, "x" * 2048], {"allow_headers": "*"}, "too-many-header-names"),
        (["accept", "x a"], {"allow_headers": "*"}, "malformed-header-names"),
        (["accept\x00"], {"allow_headers": "*"}, "malformed-header-names"),
        (["\xe9"], {"allow_headers": "*"}, "malformed-header-names"),
        (["*"], {"allow_headers": "*"}, "malformed-header-names"),  # echoed, it would stand for all
        (["x-a,*"], {"allow_headers": "*"}, "malformed-header-names"),
        (["x*"], {"allow_headers": "*"}, None),
    ],
)
def test_header_names(values: list[str], options: dict[str, Any], reason: str | None) -> None:
    """More than 64 names, or 4 KiB of them, are refused by size, in one line or in several."""
    decision = ask([*PREFLIGHT, *((NAMES, value) for value in values)], **options)
    assert ids(decision) == ([] if reason is None else [reason])


@pytest.mark.parametrize(
    ("methods", "reason"),
    [
        (["M" * 256], None),
        (["M" * 257], "malformed-method"),
        (["GET", "GET"], "malformed-method"),
        ([""], "malformed-method"),
        (["GET, PUT"], "malformed-method"),
        ([" GET"], "malformed-method"),
        (["GET\r\nX: y"], "malformed-method"),
        (["G\xc9T"], "malformed-method"),
        (["TRACE"], "method-not-allowed"),
        (["*"], "malformed-method"),  # echoed, it would stand for all
        (["*G"], None),
    ],
    ids=ascii,
)
def test_methods(methods: list[str], reason: str | None) -> None:
    """A preflight asks for one method, which is a token of a size that any method has."""
    lines = [("Origin", APP), *(("Access-Control-Request-Method", method) for method in methods)]
    assert ids(ask(lines, allow_methods="*")) == ([] if reason is None else [reason])


LONG = f"{'s' * (MAX_ORIGIN - 14)}://app.example"


@pytest.mark.parametrize("options", [{"allow_origins": "*"}, {"allow_origins": "*", "deny_origins": ["null"]}], ids=str)
@pytest.mark.parametrize(
    ("origins", "reason"),
    [
        ([LONG], None),
        ([f"s{LONG}"], "origin-too-long"),
        (["a" * 1_000_000], "origin-too-long"),
        ([APP, APP], "multiple-origins"),
        ([APP, ""], "multiple-origins"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_origins(origins: list[str], reason: str | None, options: dict[str, Any]) -> None:
    """One origin of at most 512 bytes is looked at, under a policy of ``*``, too."""
    lines = [("Origin", origin) for origin in origins]
    for method in ("GET", "OPTIONS"):
        more = [("Access-Control-Request-Method", "GET")] if method == "OPTIONS" else []
        assert ids(ask([*lines, *more], method, **options)) == ([] if reason is None else [reason])


VALIDATOR: dict[str, Any] = {"origin_validator": bool, "allow_origins": [APP]}
POLICIES = [
    Policy(),
    Policy(allow_origins="*", allow_headers="*", allow_methods="*", expose_headers="*"),
    Policy(
        allow_origins="*",
        allow_methods="*",
        allow_headers="*",
        allow_credentials=True,
        dangerously_allow_any_origin_with_credentials=True,
        dangerously_allow_null_origin=True,
        debug=True,
    ),
    Policy(allow_origins=[APP, "https://*.example.com", "http://localhost:*"], deny_headers=["X-A"], enforce="all"),
    Policy(allow_origin_regex=r"(?s:.*)", own_hosts=["api.example"], websockets="warn", preflight_status=200),
    Policy(allow_origins="*", deny_origins=["https://evil.example"], allow_headers="*", allow_private_network=True),
    Policy(**VALIDATOR, require_origin=True, debug=True, error_status=400),
]
RULES = Ruleset([Rule(["/*"], POLICIES[3]), Rule(["/a/*"], POLICIES[2]), Rule(["/b"], POLICIES[5])])

texts = st.one_of(
    st.text(max_size=40),
    st.text(st.characters(max_codepoint=255), max_size=40),
    st.sampled_from(
        (APP, "null", "https://a.example.com", "http://localhost:1", "GET", "PUT", "x-a,x-b", "*", "true", "")
    ),
    st.builds("{}{}".format, st.just(APP), st.text(max_size=5)),
)
header_names = st.one_of(
    st.sampled_from(
        ("Origin", "origin", NAMES, "Access-Control-Request-Method", "Access-Control-Request-Private-Network")
    ),
    st.sampled_from(("Host", "Sec-Fetch-Site")),
    st.text(max_size=10),
)
requests = st.builds(
    Request,
    st.one_of(st.sampled_from(("GET", "OPTIONS", "OPTIONS", "HEAD", "DELETE")), st.text(max_size=8)),
    st.one_of(st.text(), st.text("/a.;%2f5c\\b?#:").map("/{}".format)),
    st.lists(st.tuples(header_names, texts), max_size=8),
)

#: What a value of a header of ours can be, if it is not an origin: words, in lists.
_WORDS = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
WORDS = re.compile(rf"{_WORDS}(, ?{_WORDS})*|text/plain; charset=utf-8")


@settings(max_examples=600)
@given(st.sampled_from([*POLICIES, RULES]), requests, st.sampled_from((None, True, False)), st.booleans())
def test_any_request(policy: Policy | Ruleset, request: Request, allowed: bool | None, websocket: bool) -> None:
    """Any request gets a decision; what it says comes back only if it is an origin, a method or a list of names."""
    decision = decide(policy, request, origin_allowed=allowed, websocket=websocket)
    assert decision.allowed is not bool(decision.reasons)
    assert all(reason.hint for reason in decision.reasons)
    assert re.fullmatch(r"(CORS: [a-z-]+ request refused: [a-z, -]+\n)?", decision.body)
    names = [name for name, _ in decision.headers]
    assert len(set(names)) == len(names)
    for name, value in decision.headers:
        if name == "Access-Control-Allow-Origin":
            assert value in {"*", "null"} or read_origin(value)
        elif value or name != "Access-Control-Allow-Headers":
            assert WORDS.fullmatch(value)
    if decision.origin_to_ask is not None:
        assert read_origin(decision.origin_to_ask)
        assert not decision.allowed


@given(st.sampled_from(POLICIES), texts, texts, texts)
def test_any_preflight(policy: Policy, origin: str, method: str, asked: str) -> None:
    """A preflight comes back with no name and no method that it did not ask for or the policy does not list."""
    lines = [("Origin", origin), ("Access-Control-Request-Method", method), (NAMES, asked)]
    decision = decide(policy, Request("OPTIONS", "/", lines))
    headers = dict(decision.headers)
    listed = headers.get("Access-Control-Allow-Headers", "").replace(" ", "").split(",")
    assert set(listed) <= {"", *policy.header_names, *(read_header_names(asked.lower()) or [])}
    methods = headers.get("Access-Control-Allow-Methods", "").split(", ")
    assert set(methods) <= {"", method, *policy.allow_methods}
    assert decision.allowed or headers.get("Access-Control-Allow-Origin") is None or policy.debug
