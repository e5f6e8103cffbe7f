"""Plans: what a program that runs elsewhere compares and answers."""

from __future__ import annotations

import re
import warnings

import pytest
from hypothesis import given

import strategies
from crossorigin import Policy, PolicyWarning, Rule, Ruleset, decide
from crossorigin.dialects._plans import FORM_OF_ORIGIN, METHOD, NAMES, ORIGIN, Plan, make_strictest, plan_rules
from crossorigin.messages import Request
from crossorigin.standard.headers import ALLOW_HEADERS, ALLOW_METHODS, ALLOW_ORIGIN

APP = "https://app.example"


def _plan(policy: Policy) -> Plan:
    return plan_rules(Ruleset([Rule(["/*"], policy)]))[0]


def test_the_most_specific_comes_first() -> None:
    """Whole paths, then prefixes from the longest on; neighbours of one policy stand together."""
    first, second = Policy(allow_origins=[APP]), Policy()
    rules = Ruleset([Rule(["/a/*", "/b", "/a/b/*", "/c"], first), Rule(["/*", "/a/b"], second)])
    found = [(plan.paths, plan.prefixes, plan.policy is first) for plan in plan_rules(rules)]
    assert found == [
        (("/b", "/c"), (), True),
        (("/a/b",), (), False),
        ((), ("/a/b", "/a"), True),
        ((), ("",), False),
    ]


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"allow_origins": "*"}, {"allowed": None, "is_static": True, "denied": ((), ())}),
        ({"allow_origins": [APP], "dangerously_allow_null_origin": True}, {"allowed": ((APP, "null"), ())}),
        (
            {"allow_origins": [APP, "http://*.example.com:*"], "deny_origins": ["http://a.example.com"]},
            {
                "allowed": ((APP,), (r"http://(?:[a-z0-9_-]+\.)+example\.com(?::[1-9][0-9]{0,4})?",)),
                "denied": (("http://a.example.com",), ()),
            },
        ),
        ({"allow_origin_regex": re.compile("https://A", re.IGNORECASE)}, {"allowed": ((), ("(?i:https://A)",))}),
        ({"allow_origins": "*", "origin_validator": bool}, {"allowed": ((), ())}),
        ({"allow_headers": "*", "deny_headers": ["X-A"]}, {"header_names": None, "denied_names": ("x-a",)}),
        (
            {"allow_headers": ["X-A", "X-B"], "deny_headers": ["X-A", "accept-language"]},
            {"header_names": ("accept", "content-language", "content-type", "x-b"), "denied_names": ()},
        ),
        ({"allow_methods": "*"}, {"methods": None}),
        ({"allow_methods": ["GET", "PATCH"]}, {"methods": ("GET", "PATCH")}),
    ],
)
def test_what_is_compared(options: dict[str, object], wanted: dict[str, object]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PolicyWarning)
        plan = _plan(Policy(**options))  # type: ignore[arg-type]  # a table of options
    assert {name: getattr(plan, name) for name in wanted} == wanted


def test_placeholders() -> None:
    """They stand where an answer repeats what was asked, and can be in no request."""
    plan = _plan(Policy(allow_origins=[APP], allow_methods="*", allow_headers="*"))
    answer = dict(plan.preflight)
    assert (answer[ALLOW_ORIGIN], answer[ALLOW_METHODS], answer[ALLOW_HEADERS]) == (ORIGIN, METHOD, NAMES)
    assert dict(plan.actual)[ALLOW_ORIGIN] == ORIGIN


@pytest.mark.parametrize(
    ("own", "wanted"),
    [
        ([None, None], None),
        ([None, ["a.example"]], ["a.example"]),
        ([["a.example", "b.example"], ["b.example", "*.example"]], ["b.example"]),
        ([["a.example"], ["b.example"]], []),
    ],
)
def test_names_of_the_server_where_rules_differ(own: list[list[str] | None], wanted: list[str] | None) -> None:
    """The strictest policy knows the names that no rule denies."""
    found = make_strictest([Policy(own_hosts=names, enforce="all", error_status=400 + len(own)) for names in own])
    assert found == Policy(own_hosts=wanted, enforce="all", error_status=402)


def _matches(plan: Plan, origin: str) -> bool:
    is_tuple = re.fullmatch(FORM_OF_ORIGIN, origin) is not None

    def holds(texts: tuple[str, ...], regexes: tuple[str, ...]) -> bool:
        return origin in texts or (is_tuple and any(re.fullmatch(regex, origin) for regex in regexes))

    is_allowed = (is_tuple or origin == "null") if plan.allowed is None else holds(*plan.allowed)
    return plan.is_static or (is_allowed and not holds(*plan.denied))


@given(strategies.policies, strategies.wire_origins)
def test_a_program_that_compares_so_allows_what_is_allowed(policy: Policy, origin: str) -> None:
    """For origins of a length and with a port that there are."""
    request = Request("GET", "https://api.example/", [("Origin", origin)])
    allowed = any(reason.id != "method-not-allowed" for reason in decide(policy, request).reasons)
    port = origin.rpartition(":")[2]
    if len(origin) <= 512 and not (port.isdigit() and int(port) > 65535):
        assert _matches(_plan(policy), origin) is not allowed
