"""Requests judged by the rules of their paths, and paths that can be read in two ways."""

from __future__ import annotations

import re
from itertools import permutations
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossorigin import Decision, Policy, Rule, Ruleset, decide
from crossorigin.messages import Request

if TYPE_CHECKING:
    from collections.abc import Callable

APP, EVIL = "https://app.example", "https://evil.example"
VARY = ("Vary", "Origin")
PRIVATE = Policy(allow_origins=[APP], allow_credentials=True)
PUBLIC = Policy(allow_origins="*")
API = Policy(allow_origins=[APP], allow_methods=["GET", "PUT"], allow_headers=["X-A"], max_age=5)


def ask(rules: list[Rule], path: str, origin: str | None = EVIL, **options: Any) -> Decision:
    headers = [] if origin is None else [("Origin", origin)]
    return decide(Ruleset(rules), Request("GET", f"https://api.example{path}", headers), **options)


def preflight(rules: list[Rule], path: str, origin: str = APP, method: str = "GET", **options: Any) -> Decision:
    headers = [("Origin", origin), ("Access-Control-Request-Method", method)]
    return decide(Ruleset(rules), Request("OPTIONS", f"https://api.example{path}", headers), **options)


def ids(decision: Decision) -> list[str]:
    return [reason.id for reason in decision.reasons]


RULES = [
    Rule(["/*"], PRIVATE),
    Rule(["/public/*"], PUBLIC),
    Rule(["/public/me"], API),
    Rule(["/a+b", "/caf\u00e9"], PUBLIC),
]

#: A path, and whether a stranger may read it.
PATHS = [
    ("/public/logo.png", True),
    ("/public", True),
    ("/public/", True),
    ("/public/logo.png?x=/private/", True),
    ("/public/%6cogo.png", True),
    ("/%70ublic/logo.png", True),
    ("/public/.well-known", True),
    ("/public/a/../b", True),
    ("/public//b", True),
    ("/public/b;v=1", True),
    ("/a+b", True),
    ("/a%2Bb", True),
    ("/caf%C3%A9", True),
    ("/public/me", False),
    ("/public/%6de", False),
    ("/", False),
    ("/publicity", False),
    ("/Public/logo.png", False),
    ("/PUBLIC/logo.png", False),
    ("/a%20b", False),
    ("/a b", False),
    # Two readings, one of which is private.
    ("/public/../items", False),
    ("/public/%2e%2e/items", False),
    ("/public/%2E./items", False),
    ("/public/%252e%252e/items", False),
    ("/public/..%2fitems", False),
    ("/public/..%252fitems", False),
    ("/public/..\\items", False),
    ("/public/..%5citems", False),
    ("/public/..;/items", False),
    ("/public/x;/../../items", False),
    ("/public//me", False),
    ("/public/./me", False),
    ("/public/me;v=1", False),
    ("/public/x/../me", False),
    ("/public\\me", False),
    ("/items/../public/logo.png", False),
    ("//public/logo.png", False),
    ("/public%2flogo.png", False),  # one segment to some
    ("/public/../public;x", False),
    ("/public/..\\public;x", False),
    ("/items%2f..%2fpublic/logo.png", False),
]


@pytest.mark.parametrize(("path", "is_public"), PATHS, ids=[path for path, _ in PATHS])
@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 0, 3, 2), (2, 3, 0, 1)])
def test_which_rule_serves_a_path(path: str, is_public: bool, order: tuple[int, ...]) -> None:
    """The most specific rule judges, in every order; where a path can be read in two ways, both rules must allow."""
    decision = ask([RULES[at] for at in order], path)
    assert decision.allowed is is_public
    assert (("Access-Control-Allow-Origin", "*") in decision.headers) is is_public


@pytest.mark.parametrize("path", ["/", "/publi", "/publicity", "/Public", "/x/public", "/a+b/c"])
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
@pytest.mark.parametrize("websocket", [False, True])
def test_no_rule(path: str, method: str, websocket: bool) -> None:
    """A request that no rule serves is not touched at all."""
    headers = [("Origin", EVIL), ("Access-Control-Request-Method", "GET")]
    decision = decide(Ruleset(RULES[1:]), Request(method, path, headers), websocket=websocket)
    assert decision == Decision("not-cors", allowed=True)
    assert (decision.headers, decision.policy, decision.status) == ((), None, None)


def test_no_rule_for_either_reading() -> None:
    assert ask(RULES[1:], "/x/../y") == Decision("not-cors", allowed=True)
    assert ask([], "//") == Decision("not-cors", allowed=True)


BOTH = [Rule(["/*"], PRIVATE), Rule(["/public/*"], PUBLIC)]


@pytest.mark.parametrize("path", ["/public/../items", "/items/../public/x"])
def test_both_allow(path: str) -> None:
    """Where both rules allow, the answer is what both of them say."""
    assert sorted(ask(BOTH, path, APP).headers) == [("Access-Control-Allow-Origin", APP), VARY]
    assert ask(BOTH, path, None).headers == (VARY,)
    assert ask(BOTH, path, None).kind == "not-cors"
    decision = preflight(BOTH, path)
    assert (decision.kind, decision.allowed, decision.status) == ("preflight", True, 204)
    assert dict(decision.headers) == {
        "Access-Control-Allow-Origin": APP,
        "Access-Control-Allow-Methods": "GET, HEAD, POST",
        "Access-Control-Allow-Headers": "accept, accept-language, content-language, content-type",
        "Access-Control-Max-Age": "600",
        "Vary": "Origin",
    }


def test_preflights_that_both_allow() -> None:
    """Of two lists, what is in both; of two ages, the shorter."""
    rules = [Rule(["/*"], Policy(allow_origins=[APP], allow_methods="*", allow_headers="*")), Rule(["/api/*"], API)]
    for path in ("/api/../x", "/x/../api"):
        assert dict(preflight(rules, path, method="PUT").headers) == {
            "Access-Control-Allow-Origin": APP,
            "Access-Control-Allow-Methods": "PUT",
            "Access-Control-Max-Age": "5",
            "Vary": "Origin",
        }
        assert ids(preflight(rules, path, method="DELETE")) == ["method-not-allowed"]


@pytest.mark.parametrize("path", ["/public/../items", "/items/../public/x"])
def test_one_refuses(path: str) -> None:
    """Where one rule refuses, its refusal stands; that of a rule that is enforced before that of one that is not."""
    decision = ask(BOTH, path, EVIL)
    assert (decision.kind, ids(decision), decision.status) == ("actual", ["origin-not-allowed"], None)
    assert decision.headers == (VARY,)
    assert decision.policy is PRIVATE
    enforced = Policy(allow_origins=[APP], enforce="all")
    decision = ask([Rule(["/*"], Policy()), Rule(["/public/*"], enforced)], path, EVIL)
    assert (decision.status, decision.policy) == (403, enforced)
    decision = ask([Rule(["/*"], enforced), Rule(["/public/*"], PUBLIC)], path, EVIL)
    assert (decision.status, decision.policy) == (403, enforced)
    assert preflight(BOTH, path, EVIL).status == 403


ONE = [Rule(["/public/*"], PUBLIC)]


@pytest.mark.parametrize("path", ["/public/../items", "/items/../public/x"])
def test_one_has_no_rule(path: str) -> None:
    """A reading that no rule serves allows nothing: the other one's answer is not given."""
    decision = ask(ONE, path, APP)
    assert (decision.kind, decision.allowed, ids(decision)) == ("actual", False, ["ambiguous-path"])
    assert (decision.status, decision.headers) == (None, (VARY,))
    decision = preflight(ONE, path)
    assert (decision.kind, decision.allowed, decision.status) == ("preflight", False, 403)
    assert decision.body == "CORS: preflight request refused: ambiguous-path\n"
    enforced = [Rule(["/public/*"], Policy(allow_origins=[APP], enforce="all"))]
    assert (ask(enforced, path, APP).status, ids(ask(enforced, path, APP))) == (403, ["ambiguous-path"])
    assert ids(ask(enforced, path, EVIL)) == ["origin-not-allowed"]


@pytest.mark.parametrize("path", ["/public/../items", "/items/../public/x"])
def test_what_is_not_cors_needs_no_rule(path: str) -> None:
    """Who asks for nothing is refused nothing, and gets no answer that belongs to one reading only."""
    decision = ask(ONE, path, None)
    assert decision[:4] == ("not-cors", True, (), None)
    assert decision.headers == (VARY,)


def asked_of(origin: str) -> bool:
    return origin == APP


def asked_of_others(origin: str) -> bool:
    return origin == EVIL


@pytest.mark.parametrize("path", ["/public/../items", "/items/../public/x"])
def test_one_validator(path: str) -> None:
    """One validator is asked once, whether one of the rules has it or both."""
    asking = Policy(origin_validator=asked_of, expose_headers=["X-A"])
    for other in (PUBLIC, PRIVATE, Policy(origin_validator=asked_of)):
        rules = [Rule(["/*"], asking), Rule(["/public/*"], other)]
        first = ask(rules, path, APP)
        assert (first.allowed, first.origin_to_ask, ids(first)) == (False, APP, ["origin-not-judged"])
        assert sorted(ask(rules, path, APP, origin_allowed=True).headers) == [
            ("Access-Control-Allow-Origin", APP),
            VARY,
        ]
        no = ask(rules, path, APP, origin_allowed=False)
        assert (no.allowed, no.origin_to_ask, ids(no)) == (False, None, ["origin-not-allowed"])


@pytest.mark.parametrize("path", ["/public/../items", "/items/../public/x"])
def test_the_answer_of_a_validator_is_for_its_own_rule(path: str) -> None:
    """What one rule's validator says changes nothing about a rule that did not ask it."""
    asking = Policy(origin_validator=asked_of_others)
    rules = [Rule(["/*"], PRIVATE), Rule(["/public/*"], asking)]
    assert not ask(rules, path, EVIL, origin_allowed=True).allowed
    assert not preflight(rules, path, EVIL, origin_allowed=True).allowed


@pytest.mark.parametrize("path", ["/public/../items", "/items/../public/x"])
def test_two_validators(path: str) -> None:
    """One answer cannot be that of two validators: what both would have to judge is refused, and nobody is asked."""
    rules = [
        Rule(["/*"], Policy(origin_validator=asked_of)),
        Rule(["/public/*"], Policy(origin_validator=asked_of_others)),
    ]
    for allowed in (None, False):
        decision = ask(rules, path, APP, origin_allowed=allowed)
        assert (decision.allowed, decision.origin_to_ask) == (False, None)
        assert not any(name.startswith("Access-Control") for name, _ in decision.headers)
    assert ids(ask(rules, path, APP)) == ["ambiguous-path"]
    assert ids(preflight(rules, path)) == ["ambiguous-path"]


@pytest.mark.parametrize("path", ["/public/../items", "/items/../public/x"])
def test_handshakes(path: str) -> None:
    """A handshake is judged by both rules, too."""
    assert ask(BOTH, path, APP, websocket=True)[:2] == ("websocket", True)
    assert ask(BOTH, path, EVIL, websocket=True)[:2] == ("websocket", False)
    assert ask(BOTH, path, None, websocket=True)[:2] == ("websocket", True)
    assert ids(ask(ONE, path, EVIL, websocket=True)) == ["ambiguous-path"]
    assert ask(ONE, path, None, websocket=True)[:2] == ("websocket", True)


@pytest.mark.parametrize("path", ["/public/../items", "/items/../public/x"])
def test_handshakes_where_one_reading_has_no_rule(path: str) -> None:
    """A reading without a rule refuses no handshake that no policy looks at."""
    own = [("Host", "api.example"), ("Origin", "https://api.example")]
    modes: list[tuple[dict[str, Any], int | None]] = [({"websockets": "check"}, 403), ({"websockets": "warn"}, None)]
    for options, refused in modes:
        rules = Ruleset([Rule(["/public/*"], Policy(allow_origins=[APP], **options))])
        decision = decide(rules, Request("GET", path, [("Origin", APP)]), websocket=True)
        assert (decision.allowed, decision.status, ids(decision)) == (False, refused, ["ambiguous-path"])
        assert decide(rules, Request("GET", path, own), websocket=True).allowed
        assert decide(rules, Request("GET", path, []), websocket=True).allowed
    ignoring = Ruleset([Rule(["/public/*"], Policy(websockets="ignore"))])
    assert decide(ignoring, Request("GET", path, [("Origin", EVIL)]), websocket=True).allowed


def test_more_than_two_readings() -> None:
    """Where a path can be read in many ways, the rules of all of them must allow."""
    path = "/a/..;/b/..%2fc"
    rules = [Rule(["/a/*"], PUBLIC), Rule(["/*"], PUBLIC), Rule(["/b/*"], API), Rule(["/c/*"], PRIVATE)]
    assert len(Ruleset(rules).find_judges(path)) > 2
    assert not ask(rules, path, EVIL).allowed
    assert dict(ask(rules, path, APP).headers) == {"Access-Control-Allow-Origin": APP, "Vary": "Origin"}
    assert ids(ask(rules[1:2] + rules[3:], path, EVIL)) == ["origin-not-allowed"]
    assert ids(ask(rules[2:], path, APP)) == ["ambiguous-path"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_rules_that_are_the_same(order: tuple[int, ...]) -> None:
    """A policy may stand in several rules, and equal ones are one."""
    rules = [Rule(["/*"], PRIVATE), Rule(["/a/*"], PRIVATE), Rule(["/b/*"], Policy(**PRIVATE.settings))]
    shuffled = [rules[at] for at in order]
    plain = ask(shuffled, "/x", APP)
    for path in ("/a/x", "/a/../b/x", "/b/../a/x", "/a/..", "/c//d"):
        decision = ask(shuffled, path, APP)
        assert decision.headers == plain.headers
        assert decision.policy == plain.policy


def test_one_policy_is_asked_about_every_path() -> None:
    """A policy alone judges every path, whatever it looks like."""
    for path in ("/", "/a/../b", "//", "\\", "%2f", ""):
        decision = decide(PRIVATE, Request("GET", path, [("Origin", APP)]))
        assert decision.allowed


def resolve_dots(path: str) -> str:
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    return "/" + "/".join([*kept, ""] if path.endswith(("/.", "/..")) else kept)


#: What servers, proxies and routers do to a path before they look at it; each does some of it, in its own order.
STEPS: tuple[Callable[[str], str], ...] = (
    unquote,
    lambda path: path.replace("\\", "/"),
    lambda path: re.sub(";[^/]*", "", path),
    lambda path: re.sub("//+", "/", path),
    resolve_dots,
)
SEGMENTS = [
    "public",
    "me",
    "x",
    "..",
    ".",
    "",
    ";",
    "\\",
    "..;",
    "me;",
    "x;\\..",
    "\\..",
    "%2e%2e",
    "%2e",
    "%3b",
    "%252e%252e",
]
SEGMENTS += ["..%2f", "me%2f", "%2fme", "%5cme", "%5c..", "%252f"]


@settings(max_examples=1000)
@given(
    st.lists(st.sampled_from(SEGMENTS), max_size=5).map(lambda parts: "/" + "/".join(parts)),
    st.permutations(STEPS),
    st.integers(0, len(STEPS)),
    st.booleans(),
)
def test_no_reading_of_a_path_opens_a_door(path: str, steps: Any, count: int, is_decoded: bool) -> None:
    """A stranger is answered only where every reading of the path is public."""
    if ask([Rule(["/*"], PRIVATE), Rule(["/public/*"], PUBLIC), Rule(["/public/me"], PRIVATE)], path).allowed:
        reading = unquote(path) if is_decoded else path
        for step in steps[:count]:
            reading = step(reading)
        assert f"{reading}/".startswith("/public/")
        assert reading != "/public/me"
