"""Rules as steps of an edge: which there are, what each asks, and what is lost, as tables; and three edges' texts.

Real servers are held against all of it in tests/stacks.
"""

from __future__ import annotations

import json
import re
import string
from typing import TYPE_CHECKING, Any

import pytest

from crossorigin import Policy, Rule, Ruleset
from crossorigin.dialects import DialectError, write
from crossorigin.dialects._steps import METHOD, OWN, Condition, plan_steps
from crossorigin.standard import headers as names
from crossorigin.standard.methods import SAFE_METHODS

APP = "https://app.example"
if TYPE_CHECKING:
    from collections.abc import Iterable

    from crossorigin.dialects import Loss

APP = "https://app.example"
MESH = ("caddy", "envoy", "traefik")


def list_losses(losses: Iterable[Loss]) -> list[Loss]:
    """Leave out what every policy loses: none of them judges handshakes."""
    return [loss for loss in losses if "websockets" not in loss.what]


def make(*, paths: tuple[str, ...] = ("/*",), **options: Any) -> Ruleset:
    return Ruleset([Rule(paths, Policy(**{"allow_origins": [APP], **options}))])


_START = "no origin, preflight 204, refused preflight 403"

#: Options, and the steps: names, and the status where it is not the app's.
STEPS: list[tuple[dict[str, Any], bool, str]] = [
    ({}, True, "no origin, preflight 204, refused preflight 403, allowed origin, other origin"),
    # Realistic, one way for names and one for patterns.
    (
        {"allow_origins": [APP, "https://*.example.com"], "preflight_status": 200, "error_status": 400},
        True,
        "no origin, preflight 200, preflight 200, refused preflight 400, allowed origin, allowed origin, other origin",
    ),
    # Realistic, nobody is allowed.
    ({"allow_origins": []}, True, "no origin, refused preflight 403, other origin"),
    # Realistic, what a private network adds, and a request without origin that is refused.
    (
        {"allow_private_network": True, "require_origin": True},
        True,
        "no origin 403, preflight 204, preflight 204, refused preflight 403, allowed origin, other origin",
    ),
    # Realistic, what is enforced; with one way to know the server's own pages, and with two.
    (
        {"enforce": "unsafe-methods"},
        False,
        f"{_START}, own page, own page, refused method 403, allowed origin, refused origin 403, other origin",
    ),
    (
        {"enforce": "all", "allow_methods": "*"},
        True,
        f"{_START}, own page, own page, own page, own page, allowed origin, refused origin 403",
    ),
]


@pytest.mark.parametrize(("options", "knows_own", "wanted"), STEPS)
def test_steps(options: dict[str, Any], knows_own: bool, wanted: str) -> None:
    (part,), _ = plan_steps(make(**options), "It", knows_own=knows_own)
    assert ", ".join(f"{step.name} {step.status or ''}".strip() for step in part.steps) == wanted
    assert part.paths == ()


#: Options, the step that is looked at, the subject, and the conditions about it.
CONDITIONS: list[tuple[dict[str, Any], str, str, list[Condition]]] = [
    ({}, "no origin", names.ORIGIN, [Condition(names.ORIGIN, is_met=False)]),
    ({}, "allowed origin", names.ORIGIN, [Condition(names.ORIGIN, (APP,))]),
    (
        {"allow_origins": [APP, "https://b.example"], "deny_origins": ["https://b.example"]},
        "allowed origin",
        names.ORIGIN,
        [Condition(names.ORIGIN, (APP,))],
    ),
    ({"allow_origins": "*"}, "allowed origin", names.ORIGIN, [Condition(names.ORIGIN, regexes=("[^,]{0,512}",))]),
    (
        {"allow_origins": "*", "deny_origins": ["https://b.example"]},
        "allowed origin",
        names.ORIGIN,
        [Condition(names.ORIGIN, ("null",))],
    ),
    ({}, "refused preflight", METHOD, [Condition(METHOD, ("OPTIONS",))]),
    ({"allow_methods": []}, "preflight", names.REQUEST_METHOD, [Condition(names.REQUEST_METHOD, ("",))]),
    (
        {"enforce": "unsafe-methods"},
        "refused method",
        METHOD,
        [
            Condition(METHOD, tuple(sorted(SAFE_METHODS)), is_met=False),
            Condition(METHOD, ("OPTIONS", "GET", "HEAD", "POST"), is_met=False),
        ],
    ),
    ({"enforce": "all", "own_hosts": []}, "own page", names.HOST, [Condition(names.HOST, regexes=("(?:)",))]),
    (
        {"enforce": "all", "own_hosts": ["a.example", "*.b.example"]},
        "own page",
        names.HOST,
        [Condition(names.HOST, regexes=(r"(?i:(?:[^.*:]+\.)+b\.example|a\.example)(?::[0-9]+)?",))],
    ),
    ({"enforce": "all"}, "own page", OWN, []),
]


@pytest.mark.parametrize(("options", "name", "subject", "wanted"), CONDITIONS)
def test_conditions(options: dict[str, Any], name: str, subject: str, wanted: list[Condition]) -> None:
    (part,), _ = plan_steps(make(**options), "It", knows_own=True)
    step = next(step for step in part.steps if step.name == name)
    found = [one for one in step.conditions if one.subject == subject]
    assert [one for one in found if one.texts or one.regexes or not one.is_met] == wanted


#: A path of a rule, the paths in a request that it serves, and such that it does not.
PATHS: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = [
    ("/items", ("/items",), ("/items/", "/itemsx", "/item", "/Items")),
    ("/api/*", ("/api", "/api/", "/api/a/b"), ("/apix", "/ap", "/x/api")),
    ("/a b.c", ("/a%20b.c",), ("/a%20bxc", "/a+b.c")),
    ("/é*é"[:2] + "(x)/*", ("/%c3%A9(x)", "/%C3%a9%28x%29/y", "/é(x)"), ("/e(x)",)),
    # Hostile, a path that looks escaped, and a line end in one that a router sees decoded.
    ("/%41/a%b/*", ("/%2541/a%25b", "/%2541/a%b/x"), ("/%41/a%25b", "/A/a%25b", "/%41/a%b")),
    ("/api/*", ("/api/x\n", "/api/\r\n/x"), ("/api\n",)),
    ("/new\nline\x85\ud800", ("/new%0Aline%c2%85%ED%a0%80",), ("/new", "/newline")),
]


@pytest.mark.parametrize(("path", "served", "others"), PATHS)
def test_paths(path: str, served: tuple[str, ...], others: tuple[str, ...]) -> None:
    (_, part), _ = plan_steps(make(paths=(path,)), "It", knows_own=True)
    assert not set(part.title) - set(string.printable[:94])
    (regex,) = part.paths
    assert [text for text in (*served, *others) if re.fullmatch(regex, text)] == list(served)


@pytest.mark.parametrize(
    ("path", "is_ambiguous"),
    [
        *((path, True) for path in ("/a/../b", "/a/.", "/a//b", "/a;b", "/a\\b", "/a%2Fb", "/a%2eb", "/a%252fb")),
        *((path, True) for path in ("/%61", "/a%2D", "/%5f", "/%7E", "/a%3bb", "/%31")),
        *((path, False) for path in ("/a.b", "/a/..b", "/a%20b", "/%C3%A9", "/a%28b", "/a%2Bb", "/")),
    ],
)
def test_paths_that_servers_read_in_several_ways(path: str, is_ambiguous: bool) -> None:
    (part, _), losses = plan_steps(make(paths=("/a/*",)), "It", knows_own=True)
    assert any(re.fullmatch(regex, path) for regex in part.paths) == is_ambiguous
    assert [loss.how_bad for loss in list_losses(losses)] == ["narrows"]


def test_what_is_ambiguous_is_refused_as_the_strictest_rule_does() -> None:
    strict = Policy(allow_origins=[APP], enforce="all", require_origin=True, error_status=451)
    rules = Ruleset([Rule(["/a/*"], Policy(allow_origins="*")), Rule(["/*"], strict)])
    (first, *_), _ = plan_steps(rules, "It", knows_own=False)
    assert {step.status for step in first.steps if step.name != "own page"} == {451}


#: Options, and what is lost, with how bad it is.
LOSSES: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({}, []),
    ({"allow_origin_regex": "https://(?!a)[a-z]+"}, [("allow_origin_regex='https://(?!a)[a-z]+'", "narrows")]),
    ({"enforce": "all"}, [("enforce='all'", "narrows")]),
    ({"origin_validator": lambda _: True}, [("origin_validator", "narrows")]),
    ({"debug": True}, [("debug=True", "cosmetic")]),
]


@pytest.mark.parametrize(("options", "wanted"), LOSSES)
def test_losses(options: dict[str, Any], wanted: list[tuple[str, str]]) -> None:
    _, losses = plan_steps(make(**options), "It", knows_own=False)
    assert [(loss.what, loss.how_bad) for loss in list_losses(losses)] == wanted


HEADER_NAMES: list[tuple[dict[str, Any], tuple[str, ...], tuple[str, ...]]] = [
    (
        {"allow_headers": ["X-Test", "X-$"]},
        ("", "x-test", "X-TEST", "x-$,x-test", "x-test , ,x-test", ","),
        ("x-tes", "x-test,y", "x-test x-test", ",".join(["x-test"] * 65), " " * 4097),
    ),
    (
        {"allow_headers": "*", "deny_headers": ["X-No"]},
        ("", "a", "a,b", "x-nope", "no", ",".join(["a"] * 64)),
        ("*", "a,*", "X-NO", "a, x-no ,b", "a b", "é"),
    ),
    ({"allow_headers": []}, ("accept", "content-type"), ("x-test", "x")),
]


@pytest.mark.parametrize(("options", "allowed", "refused"), HEADER_NAMES)
def test_header_names(options: dict[str, Any], allowed: tuple[str, ...], refused: tuple[str, ...]) -> None:
    (part,), _ = plan_steps(make(**options), "It", knows_own=True)
    asked = [one for one in part.steps[1].conditions if one.subject == names.REQUEST_HEADERS]
    assert all(one.may_lack or not one.is_met for one in asked)
    found = [
        text
        for text in (*allowed, *refused)
        if all(any(re.fullmatch(regex, text) for regex in one.regexes) == one.is_met for one in asked)
    ]
    assert found == list(allowed)


@pytest.mark.parametrize("dialect", MESH)
def test_nothing_in_a_policy_ends_a_line(dialect: str) -> None:
    """Nor becomes a part of the configuration: what is written stays in its place, in visible ASCII or as letters."""
    rules = Ruleset(
        [
            Rule(['/a"b`c\n}d', "/{$HOME}/${x}/{{x}}/é\u2028*/*"[:-3] + "x"], Policy(allow_origins=[APP])),
            Rule(
                ["/*"],
                Policy(
                    allow_origins=[APP],
                    allow_origin_regex=[r"https://[a-z`\"'{$}]+\.example", "https://(?P<path>[a-z]{2,})`?{path}"],
                    expose_headers=["X-`$%'|~!#&*+^"],
                ),
            ),
        ]
    )
    text = write(dialect, rules).text
    assert all(line.isprintable() for line in text.replace("\t", "").splitlines())
    assert "{{" not in text
    assert "{$" not in text
    assert "{path}" not in text


@pytest.mark.parametrize("dialect", MESH)
def test_addresses(dialect: str) -> None:
    """An IPv6 address stands as each wants it, and a name is looked up."""
    text = write(dialect, make(), upstream="http://backend:81", listen="[::1]:8001").text
    listened = {"caddy": "bind ::1\n", "envoy": 'address: "::1", port_value: 8001', "traefik": "address=[::1]:8001"}
    asked = {"caddy": "http://backend:81", "envoy": "type: STRICT_DNS", "traefik": "http://backend:81"}
    assert listened[dialect] in text
    assert asked[dialect] in text


@pytest.mark.parametrize(
    ("dialect", "options", "wanted"),
    [
        ("envoy", {"allow_methods": ["QUERY"]}, ["narrows"]),
        ("envoy", {}, []),
        ("traefik", {"allow_methods": ["mkcol", "GET"], "enforce": "all"}, ["narrows", "cosmetic", "narrows"]),
        ("traefik", {"allow_methods": ["mkcol", "GET"]}, ["cosmetic"]),
        ("traefik", {"preflight_status": 200}, ["cosmetic", "cosmetic"]),
        ("traefik", {"allow_origins": "*"}, []),
        ("caddy", {"preflight_status": 200, "enforce": "all"}, []),
    ],
)
def test_losses_of_an_edge(dialect: str, options: dict[str, Any], wanted: list[str]) -> None:
    assert [loss.how_bad for loss in list_losses(write(dialect, make(**options)).losses)] == wanted


def test_caddy_reads_no_longer_expression() -> None:
    """Names may be as many as there are; patterns may not, and nothing that Caddy would refuse is written."""
    long = f".{'a' * 60}" * 3
    labels = [f"{number}{long}" for number in range(450)]
    assert write("caddy", make(allow_origins=[f"https://{label}.example" for label in labels])).text
    with pytest.raises(DialectError, match="longer than Caddy reads"):
        write("caddy", make(allow_origins=[f"https://*.{label}.example" for label in labels]))


def test_every_edge_says_what_a_step_asks() -> None:
    """A text alone, several of them, and an expression; and what is not to be."""
    policy = {
        "allow_origins": [APP, "https://b.example", "https://*.c.example"],
        "deny_origins": ["https://x.c.example"],
    }
    texts = {dialect: write(dialect, make(**policy, paths=("/a/*", "/b"))).text for dialect in MESH}
    assert f"vars {{http.request.header.Origin}} `{APP}` `https://b.example`" in texts["caddy"]
    assert "not vars {http.request.header.Origin} `https://x.c.example`" in texts["caddy"]
    assert json.dumps(r"(?:https://app\.example|https://b\.example)") in texts["envoy"]
    assert 'string_match: {exact: "https://x.c.example"}, invert_match: true' in texts["envoy"]
    assert r"HeaderRegexp(`Origin`, `^(?:https://app\.example|https://b\.example)$`)" in texts["traefik"]
    assert r"!HeaderRegexp(`Origin`, `^(?:https://x\.c\.example)$`)" in texts["traefik"]
    assert all(text.count("# /a/*") + text.count(", /a/*") for text in texts.values())


def test_traefik_asks_for_the_server_by_its_name() -> None:
    """A header of that name is none that its routers see."""
    text = write("traefik", make(enforce="all", own_hosts=["api.example"])).text
    assert r"HostRegexp(`^(?:(?i:api\.example)(?::[0-9]+)?)$`)" in text
