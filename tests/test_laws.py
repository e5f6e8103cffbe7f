"""What holds for every policy and every request."""

from __future__ import annotations

import asyncio
import warnings
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import strategies
from conformance.doors import ask_asgi, ask_wsgi
from crossorigin import Policy, PolicyWarning, Rule, Ruleset, decide
from crossorigin.integrations import asgi, wsgi
from crossorigin.messages import Request
from crossorigin.origins.origin import read_origin
from crossorigin.policy.habits import STANDARD

any_request = st.one_of(strategies.requests, strategies.preflights)
any_policy = st.one_of(strategies.policies, strategies.foreign_policies)


def _cors_of(headers: Any) -> list[tuple[str, str]]:
    found = [(name.lower(), value) for name, value in headers]
    return sorted(pair for pair in found if pair[0].startswith("access-control-") or pair[0] == "vary")


@given(any_policy, any_request)
@settings(max_examples=1500)
def test_asgi_door_is_decide(policy: Policy, request: Request) -> None:
    """What the ASGI door sends is what decide says, also when it is looked up the second time."""
    decision = decide(policy, request)
    door = asgi.CORSMiddleware(None, policy)  # type: ignore[arg-type]  # ask_asgi puts the app in
    for _ in range(2):
        status, headers, has_run = asyncio.run(ask_asgi(door, request.method, list(request.headers)))
        assert has_run is (decision.status is None)
        assert status == (decision.status or 200)
        assert _cors_of(headers) == _cors_of(decision.headers)


def _joined(headers: Any) -> list[tuple[str, str]]:
    """Join repeated lines as a WSGI server does."""
    joined: dict[str, str] = {}
    for name, value in headers:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return list(joined.items())


@given(any_policy, any_request)
@settings(max_examples=1500)
def test_wsgi_door_is_decide(policy: Policy, request: Request) -> None:
    """What the WSGI door sends is what decide says of the joined lines."""
    decision = decide(policy, Request(request.method, request.url, _joined(request.headers)))
    door = wsgi.CORSMiddleware(None, policy)  # type: ignore[arg-type]  # ask_wsgi puts the app in
    for _ in range(2):
        status, headers, has_run = ask_wsgi(door, request.method, list(request.headers))
        assert has_run is (decision.status is None)
        assert status == (decision.status or 200)
        assert _cors_of(headers) == _cors_of(decision.headers)


@given(strategies.policies, any_request, st.booleans())
@settings(max_examples=1000)
def test_shape_of_a_decision(policy: Policy, request: Request, websocket: bool) -> None:
    """Refused means reasons and no leave; allowed means none; nothing but a checked origin is echoed."""
    decision = decide(policy, request, websocket=websocket)
    answer = dict(decision.headers)
    assert decision.allowed is not bool(decision.reasons)
    assert len(answer) == len(decision.headers)
    assert decision.origin_to_ask is None
    assert "\r" not in str(decision.headers)
    assert "false" not in answer.values()
    allow_origin = answer.get("Access-Control-Allow-Origin")
    if not decision.allowed and not policy.debug and policy.enforce == "browser":
        assert allow_origin is None
    if allow_origin not in {None, "*"}:
        assert [value for name, value in request.headers if name == "Origin"] == [allow_origin]
        assert answer["Vary"] == "Origin"
    if policy.allow_credentials and decision.kind in {"actual", "preflight"} and decision.allowed:
        assert answer["Access-Control-Allow-Credentials"] == "true"
        assert "*" not in answer.values()
    assert all(reason.message and reason.hint for reason in decision.reasons)


@given(strategies.foreign_policies, any_request)
@settings(max_examples=1500)
def test_habits_widen_nothing(policy: Policy, request: Request) -> None:
    """Whatever the habits, an origin that our own would refuse is not told that it may read."""
    own = decide(policy.with_habits(STANDARD), request)
    decision = decide(policy, request)
    answer = dict(decision.headers)
    assert "\r" not in str(decision.headers)
    told = answer.get("Access-Control-Allow-Origin")
    origins = [value for name, value in request.headers if name == "Origin"]
    if origins and told in {*origins, "*"} and origins[0] != "testserver":
        refused = {reason.id for reason in own.reasons}
        assert not refused & {
            "origin-not-allowed",
            "origin-denied",
            "null-origin",
            "multiple-origins",
            "origin-too-long",
        }
        if "malformed-origin" in refused:
            assert policy.regexes or policy.allows_any_origin
            assert read_origin(origins[0].lower()) is None or origins[0] != origins[0].lower()


@given(strategies.settings, strategies.origins, any_request)
@settings(max_examples=500)
def test_adding_an_origin_only_widens(options: dict[str, Any], origin: str, request: Request) -> None:
    """What a policy allows, it still allows with one more origin in its list."""
    listed = options.get("allow_origins", [])
    if listed == "*":
        return
    narrow = strategies._make({**options, "allow_origins": listed})
    wide = strategies._make({**options, "allow_origins": [*listed, origin]})
    if narrow and wide and decide(narrow, request).allowed:
        assert decide(wide, request).allowed


@given(strategies.policies, strategies.policies, any_request)
@settings(max_examples=500)
def test_an_ambiguous_path_widens_nothing(public: Policy, private: Policy, request: Request) -> None:
    """Where a path can be read in two ways, no answer allows more than either rule does."""
    rules = Ruleset([Rule(["/public/*"], public), Rule(["/*"], private)])
    headers = list(request.headers)
    both = decide(rules, Request(request.method, "https://api.example/public/../items", headers))
    each = [decide(policy, Request(request.method, "/", headers)) for policy in (public, private)]
    assert both.allowed is all(decision.allowed for decision in each)
    if both.allowed:
        answers = [dict(decision.headers) for decision in each]
        for name, value in both.headers:
            if name == "Access-Control-Allow-Credentials":
                assert all(answer.get(name) == value for answer in answers)
            if name == "Access-Control-Allow-Origin" and value == "*":
                assert all(answer.get(name) == "*" for answer in answers)
    elif any(decision.status for decision in each if not decision.allowed):
        assert both.status is not None


@given(st.text(), st.text(), st.lists(st.tuples(st.text(), st.text())))
def test_no_text_makes_decide_raise(method: str, url: str, headers: list[tuple[str, str]]) -> None:
    """A request is never an exception, whatever it holds."""
    echoing = Policy(allow_origins="*", deny_origins=["https://a.example"])
    rules = Ruleset([Rule(["/*"], echoing), Rule(["/a"], Policy.dev())])
    for name in ("Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers", "Host"):
        for value in (method, url):
            decide(rules, Request("OPTIONS", url, [("Origin", url), *headers, (name, value)]))
    decide(rules, Request(method, url, headers), websocket=True)


@given(strategies.policies)
def test_settings_round_trip(policy: Policy) -> None:
    """A policy made from a policy's settings is the same policy."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PolicyWarning)
        again = Policy(**policy.settings)
    assert again == policy
    assert hash(again) == hash(policy)
