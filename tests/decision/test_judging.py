"""One request, judged by one policy: reasons, hints, validators and handshakes."""

from __future__ import annotations

import copy
import pickle
import re
from typing import Any

import pytest

from crossorigin import Decision, Policy, decide
from crossorigin.messages import Request
from crossorigin.policy.habits import Habits

APP, EVIL = "https://app.example", "https://evil.example"
VARY = ("Vary", "Origin")


def judge(origin: str | None, method: str = "GET", /, *, allowed: bool | None = None, **options: Any) -> Decision:
    """Judge an actual request."""
    headers = [("Host", "api.example")] + ([] if origin is None else [("Origin", origin)])
    return decide(Policy(**options), Request(method, "/items", headers), origin_allowed=allowed)


def ask(
    origin: str, method: str, names: str | None = None, /, *, allowed: bool | None = None, **options: Any
) -> Decision:
    """Judge a preflight."""
    headers = [("Host", "api.example"), ("Origin", origin), ("Access-Control-Request-Method", method)]
    headers += [] if names is None else [("Access-Control-Request-Headers", names)]
    return decide(Policy(**options), Request("OPTIONS", "/items", headers), origin_allowed=allowed)


def shake(origin: str | None, /, *more: tuple[str, str], allowed: bool | None = None, **options: Any) -> Decision:
    """Judge a WebSocket handshake."""
    headers = [("Host", "api.example"), *more] + ([] if origin is None else [("Origin", origin)])
    return decide(Policy(**options), Request("GET", "/ws", headers), websocket=True, origin_allowed=allowed)


def ids(decision: Decision) -> list[str]:
    return [reason.id for reason in decision.reasons]


NO_FORM = "A browser sends scheme://host[:port] in lower case, without a slash at the end."


@pytest.mark.parametrize(
    ("origin", "reason", "hint"),
    [
        ("http://app.example", "origin-not-allowed", f'The policy allows "{APP}": the scheme differs.'),
        (f"{APP}:8443", "origin-not-allowed", f'The policy allows "{APP}": the port differs.'),
        ("https://www.app.example", "origin-not-allowed", f'The policy allows "{APP}": www. differs.'),
        (
            "http://127.0.0.1:3000",
            "origin-not-allowed",
            'allows "http://localhost:3000": the name of the loopback host',
        ),
        ("http://a.b.example", "origin-not-allowed", 'The policy allows "https://a.b.example": the scheme differs.'),
        (EVIL, "origin-not-allowed", "Add it to allow_origins."),
        (f"{APP}/", "malformed-origin", f'The policy allows "{APP}": what follows the host differs. {NO_FORM}'),
        ("https://App.Example", "malformed-origin", f'The policy allows "{APP}": upper case differs. {NO_FORM}'),
        ("app.example", "malformed-origin", f'The policy allows "{APP}": the scheme differs. {NO_FORM}'),
        ("x", "malformed-origin", NO_FORM),
    ],
)
def test_hints_at_origins(origin: str, reason: str, hint: str) -> None:
    """Who is refused for an origin that is nearly right is told which one is right, in requests of every kind."""
    options: dict[str, Any] = {"allow_origins": [APP, "http://localhost:3000", "https://*.b.example"]}
    for decision in (judge(origin, **options), ask(origin, "GET", **options), shake(origin, **options)):
        assert ids(decision) == [reason]
        assert hint in decision.reasons[0].hint


@pytest.mark.parametrize(
    ("method", "methods", "hint"),
    [
        ("put", ["PUT"], 'Methods are compared with case: write method: "PUT" in the script.'),
        ("Patch", ["GET", "PATCH"], 'Methods are compared with case: write method: "PATCH" in the script.'),
        ("PUT", ["GET"], 'Add "PUT" to allow_methods.'),
        ("patch", ["GET"], 'Add "patch" to allow_methods.'),
        ("TRACE", "*", "No browser sends it."),
        ("connect", ["GET"], "No browser sends it."),
    ],
)
def test_hints_at_methods(method: str, methods: Any, hint: str) -> None:
    """Who asks for a method that is nearly right is told which one is right, and else where to add it."""
    decision = ask(APP, method, allow_origins=[APP], allow_methods=methods)
    assert ids(decision) == ["method-not-allowed"]
    assert decision.reasons[0].hint == hint


@pytest.mark.parametrize(
    ("names", "options", "hint"),
    [
        ("x-a", {}, "Add x-a to allow_headers."),
        ("content-type,x-b,X-A,accept", {"allow_headers": ["X-C"]}, "Add x-b, x-a to allow_headers."),
        ("x-a,x-b", {"allow_headers": "*", "deny_headers": ["X-B"]}, "Take x-b out of deny_headers."),
        ("accept,x-a", {"deny_headers": ["Accept"]}, "Take accept out of deny_headers. Add x-a to allow_headers."),
    ],
)
def test_hints_at_names(names: str, options: dict[str, Any], hint: str) -> None:
    """Who asks for header names is told which are missing, or which are denied."""
    decision = ask(APP, "GET", names, allow_origins=[APP], **options)
    assert ids(decision) == ["header-not-allowed"]
    assert decision.reasons[0].hint == hint


def test_all_reasons_of_a_preflight() -> None:
    """Every step is judged, also after one has failed, so that one look at the reasons mends them all."""
    decision = ask(EVIL, "put", "x-a", allow_origins=[APP])
    assert ids(decision) == ["origin-not-allowed", "method-not-allowed", "header-not-allowed"]
    assert (
        decision.body == "CORS: preflight request refused: origin-not-allowed, method-not-allowed, header-not-allowed\n"
    )


TEXTS = {"origin-not-allowed": "Not from th\u00e9re.", "method-not-allowed": "Not so.", "missing-origin": "From where?"}


@pytest.mark.parametrize(
    ("decision", "body"),
    [
        (ask(EVIL, "GET", error_messages=TEXTS), "Not from th\u00e9re."),
        (ask(EVIL, "PUT", error_messages=TEXTS), "Not from th\u00e9re.\nNot so."),
        (ask(EVIL, "PUT", "x-a", error_messages=TEXTS), "Not from th\u00e9re.\nNot so."),
        (ask("null", "GET", error_messages=TEXTS), "CORS: preflight request refused: null-origin\n"),
        (judge(None, require_origin=True, error_messages=TEXTS), "From where?"),
        (judge(None, require_origin=True), "CORS: not-cors request refused: missing-origin\n"),
        (judge(EVIL, enforce="all", error_messages=TEXTS), "Not from th\u00e9re."),
        (judge(EVIL, enforce="all"), "CORS: actual request refused: origin-not-allowed\n"),
        (shake(EVIL, error_messages=TEXTS), "Not from th\u00e9re."),
        (shake(EVIL), "CORS: websocket request refused: origin-not-allowed\n"),
        (shake(None, require_origin=True, error_messages=TEXTS), "From where?"),
        (judge(EVIL, enforce="all", error_messages={"origin-not-allowed": ""}), ""),
    ],
)
def test_bodies(decision: Decision, body: str) -> None:
    """A refusal says the owner's own texts, or the ids of the reasons, and nothing that the request said."""
    assert not decision.allowed
    assert decision.status == 403
    assert decision.body == body
    assert decision.headers == (
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body.encode()))),
        VARY,
    )


@pytest.mark.parametrize(
    ("get", "head"),
    [
        (judge(EVIL, "GET", enforce="all"), judge(EVIL, "HEAD", enforce="all")),
        (judge(None, "GET", require_origin=True), judge(None, "HEAD", require_origin=True)),
        (
            judge(None, "GET", require_origin=True, error_messages=TEXTS, error_status=400),
            judge(None, "HEAD", require_origin=True, error_messages=TEXTS, error_status=400),
        ),
    ],
)
def test_head_has_no_body(get: Decision, head: Decision) -> None:
    """A HEAD request is answered as a GET would be, without the body.

    "The server SHOULD send the same header fields in response to a HEAD request as it would have sent if the request
    method had been GET."

    Spec: https://www.rfc-editor.org/rfc/rfc9110#name-head
    """
    assert (head.status, head.headers) == (get.status, get.headers)
    assert get.body
    assert head.body == ""


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE"])
def test_safe_methods_are_not_enforced(method: str) -> None:
    """``unsafe-methods`` leaves the safe ones to the app, and refuses the others before it runs."""
    options: dict[str, Any] = {"allow_origins": [APP], "allow_methods": [], "enforce": "unsafe-methods"}
    assert judge(EVIL, method, **options)[:4] == ("actual", False, judge(EVIL, method, **options).reasons, None)
    assert judge(APP, method, **options).allowed
    for unsafe in ("POST", "PUT", "PATCH", "DELETE", "get"):
        assert judge(EVIL, unsafe, **options).status == 403


def test_methods_that_are_enforced() -> None:
    """Where a policy enforces its methods, too, an allowed origin may read the refusal."""
    decision = judge(APP, "DELETE", allow_origins=[APP], allow_credentials=True, enforce="all", expose_headers=["X-A"])
    assert (decision.kind, decision.status, ids(decision)) == ("actual", 403, ["method-not-allowed"])
    assert decision.reasons[0].hint == 'Add "DELETE" to allow_methods.'
    assert decision.headers[2:] == (
        ("Access-Control-Allow-Origin", APP),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Expose-Headers", "X-A"),
        VARY,
    )


def test_refusals_under_any_are_for_one_origin() -> None:
    """Where every other answer is the same for everyone, a refusal for its method must not be kept for everyone."""
    decision = judge(EVIL, "DELETE", allow_origins="*", enforce="all")
    assert decision.headers[2:] == (("Access-Control-Allow-Origin", "*"), VARY)


@pytest.mark.parametrize("enforce", ["unsafe-methods", "all"])
def test_options_that_is_no_preflight(enforce: str) -> None:
    """OPTIONS without a method asked for is the app's, whatever methods the policy lists."""
    assert judge(APP, "OPTIONS", allow_origins=[APP], allow_methods=[], enforce=enforce).allowed
    assert judge(EVIL, "OPTIONS", allow_origins=[APP], enforce=enforce).status == (403 if enforce == "all" else None)


def test_the_servers_own_pages_may_use_every_method() -> None:
    """What is same-origin is never refused, and keeps the headers that its origin gets."""
    own = [("Origin", "https://api.example"), ("Host", "api.example")]
    policy = Policy(allow_origins=["https://api.example"], enforce="all")
    decision = decide(policy, Request("DELETE", "/items", own))
    assert decision[:4] == ("not-cors", True, (), None)
    assert decision.headers == (("Access-Control-Allow-Origin", "https://api.example"), VARY)
    assert decide(Policy(enforce="all"), Request("DELETE", "/items", own)).headers == (VARY,)


def validate(origin: str) -> bool:
    return origin == APP


LISTED = "https://listed.example"
ASKS: dict[str, Any] = {
    "origin_validator": validate,
    "allow_origins": [LISTED],
    "allow_origin_regex": r"https://[a-z]\.regex\.example",
    "deny_origins": ["https://denied.example"],
}


@pytest.mark.parametrize("kind", ["actual", "preflight", "websocket"])
@pytest.mark.parametrize(
    ("origin", "asks", "reason"),
    [
        (APP, True, "origin-not-judged"),
        (EVIL, True, "origin-not-judged"),
        (LISTED, False, None),
        ("https://a.regex.example", False, None),
        ("https://denied.example", False, "origin-denied"),
        ("null", False, "null-origin"),
        ("https://App.example", False, "malformed-origin"),
        (f"https://{'a' * 600}", False, "origin-too-long"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_validators(kind: str, origin: str, asks: bool, reason: str | None) -> None:
    """A validator is asked about well-formed origins that nothing else has judged, and then it has the last word."""

    def decide_it(allowed: bool | None) -> Decision:
        if kind == "preflight":
            return ask(origin, "GET", allowed=allowed, **ASKS)
        return shake(origin, allowed=allowed, **ASKS) if kind == "websocket" else judge(origin, allowed=allowed, **ASKS)

    first = decide_it(None)
    assert first.kind == kind
    assert first.origin_to_ask == (origin if asks else None)
    assert ids(first) == ([] if reason is None else [reason])
    yes, no = decide_it(True), decide_it(False)
    assert yes.origin_to_ask is no.origin_to_ask is None
    assert yes.allowed is (asks or reason is None)
    assert no.allowed is (reason is None)
    assert ids(no) == (["origin-not-allowed"] if asks else ids(first))
    assert not any(name.startswith("Access-Control") for name, _ in first.headers) or first.allowed


def test_validators_and_any() -> None:
    """With a validator, ``*`` is what may be asked about."""
    assert judge(EVIL, allow_origins="*", origin_validator=validate).origin_to_ask == EVIL
    decision = judge(EVIL, allowed=True, allow_origins="*", origin_validator=validate)
    assert decision.headers == (("Access-Control-Allow-Origin", EVIL), VARY)
    assert ids(judge("null", allowed=True, allow_origins="*", origin_validator=validate)) == ["null-origin"]


def test_what_nobody_asked() -> None:
    """An answer to a question that a policy does not ask changes nothing."""
    assert not judge(EVIL, allowed=True, allow_origins=[APP]).allowed
    assert judge(APP, allowed=False, allow_origins=[APP]).allowed


def test_validators_of_preflights() -> None:
    """The other steps are judged before the validator is asked, so that it need not be asked in vain."""
    first = ask(APP, "PUT", origin_validator=validate)
    assert ids(first) == ["origin-not-judged", "method-not-allowed"]
    assert (first.status, first.origin_to_ask) == (403, APP)
    assert ids(ask(APP, "PUT", allowed=True, origin_validator=validate)) == ["method-not-allowed"]
    debugged = ask(APP, "GET", origin_validator=validate, debug=True)
    assert (debugged.status, debugged.origin_to_ask, debugged.headers) == (204, APP, (VARY,))


FOREIGN = [EVIL, "null", "https://App.example", "", f"https://{'a' * 600}"]


@pytest.mark.parametrize("origin", FOREIGN, ids=lambda origin: origin[:20])
def test_handshakes_of_strangers(origin: str) -> None:
    """A foreign page's handshake is refused, warned of, or let through, as the policy says."""
    checked = shake(origin, allow_origins=[APP])
    assert (checked.kind, checked.allowed, checked.status) == ("websocket", False, 403)
    warned = shake(origin, allow_origins=[APP], websockets="warn")
    assert (warned.allowed, warned.status, warned.body, warned.headers) == (False, None, "", (VARY,))
    assert ids(warned) == ids(checked)
    ignored = shake(origin, allow_origins=[APP], websockets="ignore")
    assert ignored[:6] == ("websocket", True, (), None, "", ())


@pytest.mark.parametrize("mode", ["check", "warn", "ignore"])
def test_handshakes_that_pass(mode: str) -> None:
    """An allowed page, the server's own, and whoever sends no Origin may open a socket."""
    options: dict[str, Any] = {"allow_origins": [APP, "https://*.b.example"], "websockets": mode}
    passed = [
        shake(APP, **options),
        shake("https://a.b.example", **options),
        shake("https://api.example", **options),
        shake("http://api.example", **options),
        shake(EVIL, ("Sec-Fetch-Site", "same-origin"), **options),
        shake(None, **options),
    ]
    assert all(decision[:6] == ("websocket", True, (), None, "", ()) for decision in passed)


def test_handshakes_without_origin() -> None:
    """Where a policy requires an origin, a handshake has one, too."""
    checked = shake(None, require_origin=True, error_status=400)
    assert (checked.allowed, checked.status, ids(checked)) == (False, 400, ["missing-origin"])
    warned = shake(None, require_origin=True, websockets="warn")
    assert (warned.allowed, warned.status) == (False, None)
    assert shake(None, require_origin=True, websockets="ignore").allowed


def test_handshakes_under_any() -> None:
    """Where every origin is allowed, every page may open a socket."""
    assert all(shake(origin, allow_origins="*").allowed for origin in (APP, EVIL, "null"))


def test_decisions_name_their_policy() -> None:
    """A decision says which policy made it."""
    policy = Policy(allow_origins=[APP])
    request = Request("GET", "/", [("Origin", APP)])
    assert decide(policy, request).policy is policy
    assert decide(policy, request, websocket=True).policy is policy


@pytest.mark.parametrize("may", [True, False])
@pytest.mark.parametrize("tells", [True, False])
@pytest.mark.parametrize("asked", ["true", "false", None])
def test_actual_requests_for_a_private_network(may: bool, tells: bool, asked: str | None) -> None:
    """They are told that they may use it where that is allowed, asked for, and another package's habit."""
    policy = Policy(allow_origins=[APP], allow_private_network=may).with_habits(Habits(tells_private=tells))
    more = [("Access-Control-Request-Private-Network", asked)] if asked else []
    answer = dict(decide(policy, Request("GET", "/", [("Origin", APP), *more])).headers)
    assert ("Access-Control-Allow-Private-Network" in answer) is (may and tells and asked == "true")


@pytest.mark.parametrize("may", [True, False])
@pytest.mark.parametrize("asked", ["true", "false", None])
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_a_private_network_that_is_denied(method: str, may: bool, asked: str | None) -> None:
    """Where that is another package's habit, who asks is told so."""
    habits = Habits(tells_private=True, denies_private=True)
    policy = Policy(allow_origins=[APP], allow_private_network=may).with_habits(habits)
    more = [("Access-Control-Request-Private-Network", asked)] if asked else []
    request = Request(method, "/", [("Origin", APP), ("Access-Control-Request-Method", "GET"), *more])
    expected = str(may).lower() if asked == "true" else None
    assert dict(decide(policy, request).headers).get("Access-Control-Allow-Private-Network") == expected


@pytest.mark.parametrize("explains", [True, False])
def test_in_debug_the_answer_explains_where_that_is_the_habit(explains: bool) -> None:
    """Otherwise ``debug`` is for the log alone, and a refusal stays what it is."""
    policy = Policy(allow_origins=[APP], debug=True).with_habits(Habits(explains=explains))
    request = Request("OPTIONS", "/", [("Origin", APP), ("Access-Control-Request-Method", "PUT")])
    decision = decide(policy, request)
    assert not decision.allowed
    assert decision.status == (204 if explains else 403)
    assert ("Access-Control-Allow-Origin" in dict(decision.headers)) is explains


def test_a_copy_judges_as_the_policy_does() -> None:
    """What makes a copy different would be found by identity, and a regex must see well-formed origins only."""
    policy = Policy(allow_origin_regex=re.compile(r"https://app\.example", re.IGNORECASE))
    for twin in (policy, copy.deepcopy(policy), pickle.loads(pickle.dumps(policy))):
        assert ids(decide(twin, Request("GET", "/", [("Origin", "https://APP.example")]))) == ["malformed-origin"]
