"""Laws of explanations: every reason has one, none raises, and a fix mends what it is for."""

from __future__ import annotations

import re
import time
import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import strategies
from broken.mend import Mend, change_call
from broken.setups import SETUPS
from crossorigin import Policy, PolicyWarning, Rule, Ruleset, reasons
from crossorigin.browser import Call, simulate
from crossorigin.explanation import Explanation, explain
from crossorigin.explanation.grounds import WHY
from crossorigin.messages import Request, Response
from crossorigin.probe.policy import PolicyNetwork
from crossorigin.reasons import BROWSER_REASONS, REASONS, SERVER_REASONS, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

APP = "https://app.example"
URL = "https://api.example/items"
ALLOWED = ("Access-Control-Allow-Origin", APP)


#: What a server that is written by hand may send: right, nearly right, and hostile.
SENT = {
    "Access-Control-Allow-Origin": ("*", APP, f"{APP}/", "null", "", "a, b", "https://shop.example", "http://a"),
    "Access-Control-Allow-Credentials": ("true", "True", "", "true, true"),
    "Access-Control-Allow-Methods": ("*", "GET, PUT", "put", "GET PUT", "", "TRACE, PATCH", ",,"),
    "Access-Control-Allow-Headers": ("*", "x-test", "X-Test, Authorization", "a b", "", "Cookie", "\x1b"),
    "Vary": ("Origin", "Accept", "*", ""),
    "Age": ("1",),
    "X-Cache": ("HIT", "miss"),
    "Location": ("/items/", "https://www.api.example/items", "http://api.example/", "/login", "https://", "myapp:x"),
}
answers = st.builds(
    Response,
    st.sampled_from((200, 204, 301, 307, 401, 404, 500)),
    st.lists(st.sampled_from([(name, value) for name, values in SENT.items() for value in values]), max_size=6),
    st.sampled_from((b"", b"Disallowed CORS origin", b"CORS: preflight request refused: method-not-allowed\n")),
)


def change_policy(policy: Policy, options: Mapping[str, Any]) -> Policy:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PolicyWarning)
        return Policy(**{**policy.settings, **options})


@pytest.mark.parametrize("reason", REASONS.values(), ids=list(REASONS))
def test_every_reason_is_explained(reason: Reason) -> None:
    """With nothing at hand there still is a sentence for each part."""
    explanation = explain(reason)
    assert explanation.reason is reason
    assert explanation.docs == f"docs/reasons.md#{reason.id}"
    for text in (explanation.what, explanation.why, explanation.fix.sentence):
        assert text[:1].isupper()
        assert text.endswith(".")
    assert {miss.id for miss in explanation.near_misses} <= {"wildcard-with-credentials"}
    assert explanation.fix.where in {"server", "script", "page", "network"}


def test_the_lists_are_equal() -> None:
    """What is explained are the reasons that there are, in their order; and each one is made to happen in a test."""
    assert list(WHY) == list(REASONS)
    assert {setup.reason for setup in SETUPS.values()} | {row.reason.id for row in REDIRECTS} == set(BROWSER_REASONS)
    assert {row.reason.id for row in REFUSALS} == set(SERVER_REASONS)


class Refusal(NamedTuple):
    """A request that a policy refuses, and what is said of it: the sentence, and the options that change."""

    reason: Reason
    options: dict[str, Any]
    headers: Sequence[tuple[str, str]]
    what: str
    changed: Mapping[str, Any] = {}
    method: str = "GET"
    url: str = URL


def asking(method: str = "GET", names: str | None = None) -> Sequence[tuple[str, str]]:
    asked = [("Access-Control-Request-Headers", names)] if names else []
    return [("Origin", APP), ("Access-Control-Request-Method", method), *asked]


REFUSALS = [
    Refusal(
        reasons.MISSING_ORIGIN, {"require_origin": True}, [],
        "The request has no Origin header, and the policy requires one.", {"require_origin": False},
    ),
    Refusal(reasons.MULTIPLE_ORIGINS, {}, [ALLOWED] * 2, "The request has more than one Origin header."),
    Refusal(
        reasons.ORIGIN_TOO_LONG, {}, [("Origin", f"https://{'a' * 600}")],
        f'The origin "https://{"a" * 109}..." is longer than 512 bytes.',
    ),
    Refusal(
        reasons.MALFORMED_ORIGIN, {"allow_origins": [APP]}, [("Origin", f"{APP}/")],
        'The origin "https://app.example/" is not written as a browser writes one.',
    ),
    Refusal(reasons.NULL_ORIGIN, {"allow_origins": [APP]}, [("Origin", "null")], "The origin of the page is null."),
    Refusal(
        reasons.ORIGIN_DENIED,
        {"allow_origins": [APP], "deny_origins": ["https://*.a.example", "https://b.a.example", "https://evil.test"]},
        [("Origin", "https://b.a.example")],
        'The origin "https://b.a.example" is in the policy\'s deny_origins.',
        {"deny_origins": ["https://evil.test"], "allow_origins": [APP, "https://b.a.example"]},
    ),
    Refusal(
        reasons.ORIGIN_NOT_ALLOWED, {"allow_origins": [APP]}, [("Origin", "https://www.app.example")],
        'The origin "https://www.app.example" is not allowed by the policy.',
        {"allow_origins": [APP, "https://www.app.example"]},
    ),
    Refusal(
        reasons.ORIGIN_NOT_JUDGED, {"origin_validator": bool}, [("Origin", APP)],
        'The origin "https://app.example" was not put to the policy\'s origin_validator.',
    ),
    Refusal(
        reasons.MALFORMED_METHOD, {"allow_origins": [APP]}, asking("GET, PUT"),
        'Access-Control-Request-Method is "GET, PUT", which is not one method.', method="OPTIONS",
    ),
    Refusal(
        reasons.METHOD_NOT_ALLOWED, {"allow_origins": [APP]}, asking("PUT"),
        "The script wants to send PUT, and the policy allows GET, HEAD and POST.",
        {"allow_methods": ["GET", "HEAD", "POST", "PUT"]}, method="OPTIONS",
    ),
    Refusal(
        reasons.MALFORMED_HEADER_NAMES, {"allow_origins": [APP]}, asking(names="a b"),
        'Access-Control-Request-Headers is "a b", which is no list of header names.', method="OPTIONS",
    ),
    Refusal(
        reasons.TOO_MANY_HEADER_NAMES, {"allow_origins": [APP]}, asking(names="," * 64),
        "Access-Control-Request-Headers is longer than 4 KiB or has more than 64 names.", method="OPTIONS",
    ),
    Refusal(
        reasons.HEADER_NOT_ALLOWED,
        {"allow_origins": [APP], "allow_headers": ["X-Test"], "deny_headers": ["Accept", "X-Other"]},
        asking(names="authorization,x-other,x-test"),
        "The script wants to send Authorization and X-Other, and the policy allows "
        "accept-language, content-language, content-type and x-test.",
        {"deny_headers": ["Accept"], "allow_headers": ["X-Test", "Authorization", "X-Other"]}, method="OPTIONS",
    ),
    Refusal(
        reasons.PRIVATE_NETWORK_NOT_ALLOWED, {}, [],
        "The browser asks for a private network, and the policy does not allow it.", {"allow_private_network": True},
    ),
    Refusal(reasons.TOO_MANY_HEADER_LINES, {}, [], "The request has more than 256 header lines."),
    Refusal(
        reasons.AMBIGUOUS_PATH, {}, [],
        'The path of "https://api.example/a//b" can be read in more than one way, and not all readings may be served.',
        url="https://api.example/a//b",
    ),
]  # fmt: skip


@pytest.mark.parametrize("row", REFUSALS, ids=[row.reason.id for row in REFUSALS])
def test_a_refusal_of_the_server(row: Refusal) -> None:
    """The sentence holds the values at hand, and the settings are whole values."""
    exchange = (Request(row.method, row.url, row.headers), Response(403, []))
    explanation = explain(row.reason, exchanges=[exchange], policy=Policy(**row.options))
    assert explanation.what == row.what
    assert explanation.fix.settings == row.changed


def play(call: Call, *answers: Response, policy: Policy | Ruleset | None = None) -> Explanation:
    left = iter(answers)
    verdict = simulate(call, lambda _: next(left))
    assert verdict.reason
    return explain(verdict.reason, call=call, exchanges=verdict.exchanges, policy=policy)


@pytest.mark.parametrize(
    ("status", "headers", "near"),
    [
        (200, [("Vary", "Accept, origin")], ["origin-not-in-list"]),
        (200, [("access-control-allow-credentials", "true")], ["origin-not-in-list"]),
        (200, [("Vary", "*")], []),
        (200, [("Vary", "Accept")], []),
        (200, [("Access-Control-Expose-Headers", "X-A"), ("Age", "5")], ["missing-vary"]),
        (500, [("Vary", "Origin")], ["origin-not-in-list"]),
    ],
)
def test_a_layer_that_does_not_know_the_origin(
    status: int, headers: Sequence[tuple[str, str]], near: Sequence[str]
) -> None:
    """What else an answer says tells whether there is a CORS layer at all."""
    explanation = play(Call(APP, URL), Response(status, headers))
    assert [miss.id for miss in explanation.near_misses] == near
    with_policy = play(Call(APP, URL), Response(status, headers), policy=Policy(allow_origins=[APP]))
    assert "origin-not-in-list" not in {miss.id for miss in with_policy.near_misses}


class Redirect(NamedTuple):
    """A redirect that no browser follows, and what is said of it."""

    reason: Reason
    location: str
    what: str
    near: Sequence[str] = ()
    headers: Sequence[tuple[str, str]] = ()
    times: int = 1


REDIRECTS = [
    Redirect(
        reasons.REDIRECT_TO_INVALID_URL, "https://",
        'https://api.example/items was redirected (302) to "https://", which is no URL.',
    ),
    Redirect(
        reasons.REDIRECT_TO_OTHER_SCHEME, "myapp://items",
        'https://api.example/items was redirected (302) to "myapp://items", whose scheme is not http or https.',
    ),
    Redirect(
        reasons.REDIRECT_WITH_USERINFO, "https://me@cdn.example/",
        'https://api.example/items was redirected (302) to "https://me@cdn.example/", '
        "which holds a user name or a password.",
        headers=(("Location", "https://cdn.example/"),),
    ),
    Redirect(
        reasons.TOO_MANY_REDIRECTS, URL, 'There were 21 redirects, the last one to "https://api.example/items".',
        ["redirect-loop"], times=21,
    ),
]  # fmt: skip


@pytest.mark.parametrize("row", REDIRECTS, ids=[row.reason.id for row in REDIRECTS])
def test_a_redirect_that_is_not_followed(row: Redirect) -> None:
    """What is wrong is the Location, and the server must change it."""
    explanation = play(Call(APP, URL), *[Response(302, [ALLOWED, ("Location", row.location)])] * row.times)
    assert explanation.reason is row.reason
    assert explanation.what == row.what
    assert [miss.id for miss in explanation.near_misses] == [*row.near]
    assert (explanation.fix.where, explanation.fix.headers) == ("server", row.headers)


def test_a_redirect_from_https_to_http_is_called_over_https() -> None:
    """An app behind a proxy that speaks https does not know it, and its redirects lead astray."""
    explanation = play(Call(APP, URL, "PUT"), Response(307, [("Location", "http://api.example/items/")]))
    assert [miss.id for miss in explanation.near_misses] == ["slash-redirect", "downgrade-redirect"]
    assert explanation.fix.call == {"url": "https://api.example/items/"}
    assert "--proxy-headers" in explanation.fix.code["FastAPI"]


def test_a_redirect_to_another_host_is_called_there() -> None:
    explanation = play(Call(APP, URL, "PUT"), Response(307, [("Location", "https://www.api.example/items")]))
    assert [miss.id for miss in explanation.near_misses] == ["www"]
    assert explanation.fix.call == {"url": "https://www.api.example/items"}


@pytest.mark.parametrize(("method", "step"), [("GET", "request"), ("PUT", "preflight")])
def test_a_redirect_to_the_same_url_is_the_servers_to_mend(method: str, step: str) -> None:
    """To call it is what the script did, so the answer must have what it lacks."""
    response = Response(302, [("Location", "/items#top")])
    fix = play(Call(APP, URL, method), response).fix
    assert (fix.where, fix.call, fix.status) == ("server", {}, 204 if step == "preflight" else None)
    assert ("Access-Control-Allow-Origin", APP) in fix.headers


@pytest.mark.parametrize("location", ["https://", "myapp://x"])
def test_a_redirect_that_leads_nowhere_is_not_called(location: str) -> None:
    """Then the preflight is to be answered."""
    fix = play(Call(APP, URL, "PUT"), Response(307, [("Location", location)])).fix
    assert (fix.where, fix.status, fix.call) == ("server", 204, {})


def test_a_path_that_no_rule_serves_is_told_first() -> None:
    """No setting of the other rules helps then."""
    ruleset = Ruleset([Rule(paths=["/public/*"], policy=Policy(allow_origins=[APP]))])
    explanation = play(Call(APP, URL), Response(200, []), policy=ruleset)
    assert explanation.near_misses[0].id == "no-rule-for-path"
    served = play(Call(APP, "https://api.example/public/a"), Response(200, []), policy=ruleset)
    assert served.near_misses == ()
    assert served.fix.settings == {}, "the policy lacks nothing, so something else answered"


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://api.example/a//b;c", "https://api.example/a/b"),
        ("https://api.example/a%2Fb", None),
        ("", None),
    ],
)
def test_an_ambiguous_path_is_called_in_its_plain_form(url: str, plain: str | None) -> None:
    """But not where that would be a guess."""
    fix = explain(reasons.AMBIGUOUS_PATH, exchanges=[(Request("GET", url, []), Response(200, []))]).fix
    assert (fix.call.get("url"), fix.where) == (plain, "script")


def test_null_without_a_named_origin() -> None:
    """A pattern is no place to open a page at."""
    policy = Policy(allow_origins=["https://*.app.example"])
    fix = play(Call("null", URL), Response(200, []), policy=policy).fix
    assert (fix.where, fix.call) == ("page", {})


def test_null_and_something_else_that_is_not_allowed() -> None:
    """The page is opened elsewhere, and the policy must allow that page what it asks for."""
    fix = play(Call("null", URL, "DELETE"), Response(403, []), policy=Policy(allow_origins=[APP])).fix
    assert (fix.where, fix.call) == ("page", {"page_origin": APP})
    assert fix.settings == {"allow_methods": ["GET", "HEAD", "POST", "DELETE"]}
    assert "Add " in fix.sentence


def test_a_redirect_without_its_answer() -> None:
    """Of a reason alone, the sentence is the reason's own."""
    said = "The answer is a redirect to a URL that is not http or https."
    asked = Request("GET", URL, [("Origin", APP)])
    for exchanges in ([], [(asked, Response(302, []))]):
        assert explain(reasons.REDIRECT_TO_OTHER_SCHEME, exchanges=exchanges).what == said


def test_an_origin_that_no_policy_can_name_is_not_added() -> None:
    """What is else wrong is said all the same."""
    asked = Request("OPTIONS", URL, [("Origin", "file://"), ("Access-Control-Request-Method", "PUT")])
    policy = Policy(allow_origins=[APP])
    fix = explain(reasons.METHOD_NOT_ALLOWED, exchanges=[(asked, Response(403, []))], policy=policy).fix
    assert fix.settings == {"allow_methods": ["GET", "HEAD", "POST", "PUT"]}


def test_credentials_are_never_added_to_what_matches_any_site() -> None:
    """Where the policy would refuse them with credentials, the regex and the patterns give way to the page."""
    policy = Policy(allow_origins=["https://*.github.io"], allow_origin_regex=r"https://.*", expose_headers="*")
    fix = play(Call(APP, URL, credentials="include"), Response(200, [ALLOWED]), policy=policy).fix
    assert fix.settings == {
        "allow_credentials": True,
        "expose_headers": [],
        "allow_origins": [APP],
        "allow_origin_regex": None,
    }
    assert "Set allow_origin_regex=None." in fix.sentence
    assert 'instead of "https://*.github.io"' in fix.sentence
    assert change_policy(policy, fix.settings).allow_credentials


def test_what_was_sent_is_shown_without_control_characters() -> None:
    """An explanation goes to a terminal, and is short whatever was sent."""
    explanation = play(Call(APP, URL), Response(200, [("Access-Control-Allow-Origin", f"\x1b[2J{'a' * 10_000}")]))
    for text in (explanation.what, *(miss.sentence for miss in explanation.near_misses), explanation.fix.sentence):
        assert text.isprintable()
        assert len(text) < 1000


def test_a_reason_of_the_server_is_explained_without_an_exchange() -> None:
    """What ``decide`` says of a request, with the policy and the call alone, is explained, too."""
    policy = Policy(allow_origins=[APP])
    call = Call("https://www.app.example", URL, "PUT", [("X-Test", "1"), ("Accept", "a")])
    explanation = explain(reasons.ORIGIN_NOT_ALLOWED, call=call, policy=policy)
    assert explanation.fix.settings == {
        "allow_origins": [APP, "https://www.app.example"],
        "allow_methods": ["GET", "HEAD", "POST", "PUT"],
        "allow_headers": ["X-Test"],
    }
    assert [miss.id for miss in explanation.near_misses] == ["www"]
    assert explain(reasons.METHOD_NOT_ALLOWED, call=Call(APP, URL), policy=policy).what == (
        "The policy does not allow this method."
    )
    assert explain(reasons.HEADER_NOT_ALLOWED, call=Call(APP, URL), policy=policy).what == (
        "The policy does not allow a request header that was asked for."
    )


def test_a_value_that_is_nearly_nothing_is_no_near_miss() -> None:
    answer = Response(200, [ALLOWED, ("Access-Control-Allow-Credentials", "1")])
    explanation = play(Call(APP, URL, credentials="include"), answer)
    assert explanation.near_misses == ()
    assert explanation.what.endswith("has Access-Control-Allow-Credentials: 1, which is not true.")


def test_a_list_of_great_length_is_not_taken_over() -> None:
    """What is to be written stays short."""
    answer = Response(204, [ALLOWED, ("Access-Control-Allow-Methods", ", ".join(f"M{n}" for n in range(2000)))])
    explanation = play(Call(APP, URL, "PUT"), answer)
    assert explanation.fix.headers == (("Access-Control-Allow-Methods", "PUT"),)
    assert explanation.what == (
        "The script wants to send PUT, and the answer to the preflight lists "
        "M0, M1, M2, M3, M4, M5, M6, M7 and 1992 more."
    )


def test_a_wildcard_is_kept_where_it_works() -> None:
    """It lacks Authorization alone, and goes on to stand for every other name."""
    answer = Response(204, [ALLOWED, ("Access-Control-Allow-Headers", "*")])
    explanation = play(Call(APP, URL, headers=[("Authorization", "Bearer t"), ("X-Test", "1")]), answer)
    assert explanation.fix.headers == (("Access-Control-Allow-Headers", "*, Authorization, X-Test"),)


def test_null_after_a_redirect_is_told_apart() -> None:
    """The page has an origin, and a redirect has taken it away."""
    exchange = (Request("GET", "https://cdn.example/1", [("Origin", "null")]), Response(200, []))
    explanation = explain(reasons.NULL_ORIGIN, call=Call(APP, URL), exchanges=[exchange])
    assert explanation.what == 'The page is "https://app.example", and after a redirect its origin is null.'
    assert explanation.fix.call == {"url": "https://cdn.example/1"}


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(list(REASONS.values())),
    st.one_of(st.none(), strategies.calls),
    st.lists(st.tuples(st.one_of(strategies.requests, strategies.preflights), answers), max_size=2),
    st.one_of(st.none(), strategies.foreign_policies),
)
def test_nothing_raises(
    reason: Reason, call: Call | None, exchanges: list[tuple[Request, Response]], policy: Policy | None
) -> None:
    """Whatever is at hand, and whether it fits the reason or not."""
    explanation = explain(reason, call=call, exchanges=exchanges, policy=policy)
    assert explanation.what.endswith(".")
    assert explanation.what.isprintable()
    assert explanation.fix.sentence.endswith(".")
    assert explanation.fix.sentence.isprintable()


@settings(deadline=None, max_examples=300)
@given(strategies.policies, strategies.calls)
def test_a_changed_policy_or_call_is_readable(policy: Policy, call: Call) -> None:
    """For any policy and any call that it blocks, the fix makes it readable, and allows nothing that is dangerous."""
    verdict = simulate(call, PolicyNetwork(policy))
    if verdict.reason is None:
        return
    fix = explain(verdict.reason, call=call, exchanges=verdict.exchanges, policy=policy).fix
    assert "null" not in fix.settings.get("allow_origins", ())
    assert not any(option.startswith("dangerously_") for option in fix.settings)
    if fix.where == "page" and not fix.call:
        assert call.page_origin == "null"
        assert not any("*" not in origin for origin in policy.allow_origins)
        return
    again = simulate(change_call(call, fix), PolicyNetwork(change_policy(policy, fix.settings)))
    assert again.is_readable, (fix, again)


@pytest.mark.parametrize(
    ("method", "headers"), [("*", ()), ("GET", [("*", "1")]), ("PUT", [("X-Test", "1"), ("*", "1")])]
)
def test_what_is_called_as_the_wildcard_needs_another_name(method: str, headers: Any) -> None:
    """No policy allows it, not even one that allows every name."""
    call = Call("https://app.example", "https://api.example/items", method, headers)
    policy = Policy(allow_origins=["https://app.example"], allow_methods="*", allow_headers="*")
    verdict = simulate(call, PolicyNetwork(policy))
    assert verdict.reason
    fix = explain(verdict.reason, call=call, exchanges=verdict.exchanges, policy=policy).fix
    assert (fix.where, fix.settings, '"*" another name' in fix.sentence) == ("script", {}, True)


@settings(deadline=None, max_examples=500)
@given(strategies.calls, answers, answers)
def test_a_server_by_hand_gets_further(call: Call, preflight: Response, actual: Response) -> None:
    """Whatever a server answers, nothing raises, and the fix of the failing step lets the browser pass it."""

    def answer(request: Request) -> Response:
        is_preflight = any(name == "Access-Control-Request-Method" for name, _ in request.headers)
        return preflight if is_preflight else actual

    verdict = simulate(call, answer)
    if verdict.reason is None:
        return
    assert verdict.step
    explanation = explain(verdict.reason, call=call, exchanges=verdict.exchanges)
    fix = explanation.fix
    change_policy(Policy(), fix.settings)
    if fix.where != "server" or not (fix.headers or fix.status):
        return
    assert ("Access-Control-Allow-Origin", "null") not in fix.headers
    again = simulate(call, Mend(fix, verdict.step).around_handler(answer))
    is_further = len(again.exchanges) > len(verdict.exchanges) or again.step != verdict.step
    assert again.is_readable or is_further, (explanation, again)
    if fix.status and (code := fix.code.get("nginx")):
        alone = Mend(fix._replace(headers=read_nginx(code)), verdict.step)
        again = simulate(call, alone.around_handler(lambda request: Response(answer(request).status, [])))
        assert again.step != "preflight" or len(again.exchanges) > 1, (code, again)


def read_nginx(code: str) -> tuple[tuple[str, str], ...]:
    """Return the headers of an answer that nginx makes by itself; an ``if`` takes nothing but ``add_header``."""
    _, opening, *lines, answer, end = code.splitlines()
    assert (opening, answer, end) == ("if ($request_method = OPTIONS) {", "    return 204;", "}")
    words = [line.strip().removesuffix(" always;").split(" ", 2) for line in lines]
    assert {word[0] for word in words} == {"add_header"}
    return tuple((name, re.sub(r"\\(.)", r"\1", value.strip('"'))) for _, name, value in words)


def test_nginx_answers_a_preflight_with_all_that_it_needs() -> None:
    """What the app's answer says well already is lost when nginx answers in its place, so it is written, too."""
    listed = ("Access-Control-Allow-Methods", "GET, PUT")
    fix = play(Call(APP, URL, "PUT", [("X-Test", "1")]), Response(400, [ALLOWED, listed])).fix
    assert fix.headers == (("Access-Control-Allow-Headers", "X-Test"),)
    assert read_nginx(fix.code["nginx"]) == (ALLOWED, listed, *fix.headers)


def test_a_long_policy_takes_no_time() -> None:
    """What is to be added to tens of thousands of origins is found at once."""
    policy = Policy(allow_origins=[f"https://a{number}.example" for number in range(30_000)])
    begun = time.process_time()
    found = explain(reasons.ORIGIN_NOT_ALLOWED, call=Call(APP, "https://api.example/"), policy=policy)
    assert found.fix.sentence == f'Add "{APP}" to allow_origins.'
    assert time.process_time() - begun < 10
