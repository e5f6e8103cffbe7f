"""Edges that stand in front of everything: nothing in a policy becomes a part of their configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from crossorigin import Policy, Rule, Ruleset
from crossorigin.browser import Call
from crossorigin.dialects import find_form
from crossorigin.messages import Request
from crossorigin.probe.policy import PolicyNetwork
from stacks import comparing
from stacks.all import TARGETS
from stacks.calls import BASE, EVIL, Case, Probe
from stacks.test_stacks import serve, show
from stacks.upstream import answer

if TYPE_CHECKING:
    from stacks.target import Target

#: What the losses call the paths for which the edges have a rule of their own.
AMBIGUOUS = "servers read in several ways"

OWN_PAGES = "the server's own pages, where refusals are enforced"

BAD_REQUEST = 400

EDGES = [target for target in TARGETS if find_form(target.dialect) == "edge"]

APP = "https://app.example"
_LIST = Policy(allow_origins=[APP])
_OPEN = Policy(allow_origins="*")
_STRICT = Policy(allow_origins=[APP], enforce="all")

#: *hostile*: what a path may hold that is a word of some configuration.
PATHS = (
    *("/a b", '/q"x', "/s'x", "/d$x", "/$", "/d${HOME}", "/d$http_host", "/b{x}", "/}", "/p%41", "/%{HOST}"),
    *(
        "/%[path]",
        "/é/ü",
        "/new\nline",
        "/tab\tx",
        "/del\x7f",
        "/=x",
        "/~x",
        "/^x",
        "/@x",
        "/[x]",
        "/(x",
        "/x|y",
        "/x+y",
    ),
    *("/a,b", "/`x`", "/<x>", "/-x", '/"', "/'", "/ ", "/.x", "/!x", "/&x"),
)

#: *hostile*: expressions with marks, groups, flags and comments of their own, and an origin that each matches.
REGEXES = {
    r"https://[a-z\"'$#;{} ]+\.example": "https://ab.example",
    r"https://a\.example|https://b\.example": "https://b.example",
    r"(?i)HTTPS://CI\.example": "https://ci.example",
    "(?x) https:// verbose \\.example # a comment\n": "https://verbose.example",
    r"https://(?P<http_host>[a-z]+)\.(?P=http_host)\.example": "https://ab.ab.example",
    r"https://(a|b)\1\.example": "https://aa.example",
    r"^https://x{2}\.example$": "https://xx.example",
    r"https://(?:a${HOME}|c)\.example": "https://c.example",
    r"https://(?<!x)look\.example": "https://look.example",
    r"https://a\.example\\?": "https://a.example",
    r"[a-z:/.]+|null": "https://anything.example",
}

#: *hostile*: header names with every mark that one may have.
NAMES = ("X-$var", "X-$", "X-%h", "X-%%", "X-`a`", "X-'q'", "X|y", "X~^!", "X#&", "X+.", "X-%5B")


def ask(origin: str, path: str, method: str = "GET", *names: str) -> Call:
    return Call(origin, f"{BASE}{quote(path)}", method, tuple((name, "1") for name in names), "omit")


def make_case(sentence: str, rules: Ruleset | Policy, *probes: Probe) -> Case:
    return Case(sentence, rules if isinstance(rules, Ruleset) else Ruleset([Rule(["/*"], rules)]), probes)


CASES = [
    *(
        make_case(
            f"the path {path!r}",
            Ruleset([Rule([path, f"{path}/below/*"], _LIST)]),
            *(
                ask(origin, f"{path}{end}")
                for end in ("", "x", "/below", "/below/x", "/belowx")
                for origin in (APP, EVIL)
            ),
        )
        for path in dict.fromkeys(PATHS)
    ),
    *(
        make_case(
            f"the expression {regex!r}",
            Policy(allow_origin_regex=regex),
            *(ask(one, "/") for one in (origin, EVIL, "null", f"{origin}.evil.example")),
        )
        for regex, origin in REGEXES.items()
    ),
    make_case(
        "all the expressions",
        Policy(allow_origin_regex=list(REGEXES), deny_origins=["https://*.b.example", "https://b.example"]),
        *(ask(origin, "/") for origin in [*REGEXES.values(), EVIL, "https://a.b.example"]),
    ),
    make_case(
        "the names",
        Policy(
            allow_origins=[APP], allow_headers=NAMES, expose_headers=[*NAMES, "X-Total"], allow_methods=["PUT", "GET"]
        ),
        *(ask(APP, "/", "PUT", name) for name in (*NAMES, "X-Other", "X-Var", "X-5B")),
    ),
    make_case(
        "names that are taken out",
        Policy(allow_origins=[APP], allow_headers="*", deny_headers=NAMES),
        *(ask(APP, "/", "GET", name) for name in (*NAMES, "X-Other", "X-%hx")),
        ask(APP, "/", "GET", "X-Other", NAMES[0]),
    ),
    make_case(
        "methods",
        Policy(allow_origins=[APP], allow_methods=["A$B", "A%B", "A'B", "A`|~", "PURGE"]),
        *(ask(APP, "/", method) for method in ("A$B", "A%B", "A'B", "A`|~", "PURGE", "PURGED", "GET")),
    ),
    make_case(
        "thousands of origins",
        Policy(allow_origins=[*(f"https://{number}.{'long.' * 12}example.com" for number in range(3000)), APP]),
        *(
            ask(origin, "/")
            for origin in (
                APP,
                EVIL,
                f"https://2999.{'long.' * 12}example.com",
                f"https://3000.{'long.' * 12}example.com",
            )
        ),
    ),
    make_case(
        AMBIGUOUS,
        Ruleset([Rule(["/public/*"], _OPEN), Rule(["/*"], _STRICT)]),
        *(
            Request(method, f"{BASE}{path}", [("Host", "api.example"), ("Origin", EVIL), *more])
            for path in (
                "/public/..%2fsecret",
                "/public/%2e%2e/secret",
                "/public//x",
                "/public;x/y",
                "/public/%252e%252e/x",
                "/public/x?a=//..;",
            )
            for method, more in (("GET", []), ("OPTIONS", [("Access-Control-Request-Method", "GET")]))
        ),
    ),
    make_case(
        f"{AMBIGUOUS}, of a rule that is stricter than that for all",
        Ruleset([Rule(["/*"], _OPEN), Rule(["/private/*"], _STRICT)]),
        *(
            Request(method, f"{BASE}{path}", [("Host", "api.example"), ("Origin", EVIL)])
            for path in ("/private/x%0a", "/private/%0d%0a/x", "/%70rivate/x%", "/%70rivate/%zz", "/private/%")
            for method in ("GET", "DELETE")
        ),
    ),
    make_case(
        f"{AMBIGUOUS}, of a rule whose path looks escaped",
        Ruleset([Rule(["/%41/*"], _OPEN), Rule(["/*"], _STRICT)]),
        *(
            Request("GET", f"{BASE}{path}", [("Host", "api.example"), ("Origin", EVIL)])
            for path in ("/%41/x", "/A/x", "/%2541/x", "/%252541/x")
        ),
    ),
    make_case(
        f"{AMBIGUOUS}, of rules with other names for the server",
        Ruleset(
            [
                Rule(["/*"], Policy(allow_origins=[APP], own_hosts=["api.example"])),
                Rule(["/strict/*"], Policy(allow_origins=[APP], own_hosts=["own.example"], enforce="all")),
            ]
        ),
        *(
            Request("DELETE", f"{BASE}{path}", [("Host", "api.example"), ("Origin", BASE), *more])
            for path in ("/strict/x", "/strict//x", "/x")
            for more in ([], [("Sec-Fetch-Site", "same-origin")])
        ),
    ),
    make_case(
        OWN_PAGES,
        Policy(allow_origins=[APP], enforce="all", own_hosts=["api.example", "*.own.example"]),
        *(
            Request(method, f"{BASE}/", [("Host", host), ("Origin", origin), *more])
            for host in ("api.example", "api.example:443", "a.own.example", "evil.example")
            for origin in ("https://api.example", "http://api.example", "https://a.own.example", EVIL, "null", APP)
            for method in ("POST", "DELETE")
            for more in ([], [("Sec-Fetch-Site", "same-origin")], [("Sec-Fetch-Site", "cross-site")])
        ),
    ),
    make_case(
        "what no browser sends",
        Policy(allow_origin_regex=r"https://[a-z.]+", allow_headers="*", allow_origins=[APP]),
        *(
            Request("GET", f"{BASE}/", [("Host", "api.example"), ("Origin", origin)])
            for origin in (
                "https://APP.example",
                "HTTPS://app.example",
                "https://app.example/",
                "https://app.example,https://a",
                "x",
                "null",
                "https://a..b",
            )
        ),
        *(
            Request(
                "OPTIONS",
                f"{BASE}/",
                [
                    ("Host", "api.example"),
                    ("Origin", APP),
                    ("Access-Control-Request-Method", "GET"),
                    ("Access-Control-Request-Headers", asked),
                ],
            )
            for asked in ("a,b", "a, ,b,", "", "*", "a,*", "a b", "a;b", "a\tb", ",".join("a" * 70), "x" * 4097)
        ),
    ),
]


PROGRAMS = [target for target in TARGETS if find_form(target.dialect) == "code"]

#: *hostile*: an origin that looks like one, and that no browser writes so.
_LOOSE = (f"{APP}.", "https://a..b", "https://0x7f.1", "https://1.2.3.4.5", "https://app.example:65536")


@pytest.mark.stacks
@pytest.mark.parametrize("target", PROGRAMS, ids=[target.name for target in PROGRAMS])
def test_hostile_requests(target: Target) -> None:
    """A program takes the same pages for the server's own as the policy does, and the same texts for origins."""
    cases = [
        *(case for case in CASES if case.sentence == OWN_PAGES),
        make_case(
            "origins that no browser sends",
            Policy(allow_origin_regex=".*", enforce="all", dangerously_allow_null_origin=True),
            *(
                Request(method, f"{BASE}/", [("Host", host), ("Origin", origin)])
                for origin in _LOOSE
                for host in ("api.example", origin.partition("://")[2])
                for method in ("GET", "DELETE")
            ),
        ),
    ]
    faults: list[str] = []
    for case, written, ask in serve(target, cases):
        policy = PolicyNetwork(case.rules, answer)
        for probe in case.probes:
            facts = comparing.observe(policy, probe), comparing.observe(ask, probe)
            faults += [f"{case.sentence}: {probe}: {fault}" for fault in comparing.find_faults(*facts, written.losses)]
    assert not faults, show(faults)


@pytest.mark.stacks
@pytest.mark.parametrize("target", EDGES, ids=[target.name for target in EDGES])
def test_hostile_policies(target: Target) -> None:
    """A real server starts with whatever a policy can hold, and does what the policy says."""
    faults: list[str] = []
    served = 0
    for case, written, ask in serve(target, CASES):
        served += 1
        policy = PolicyNetwork(case.rules, answer)
        losses = tuple(loss for loss in written.losses if AMBIGUOUS in case.sentence or AMBIGUOUS not in loss.why)
        for probe in case.probes:
            facts = comparing.observe(policy, probe), comparing.observe(ask, probe)
            if facts[1].answers and facts[1].answers[-1].status == BAD_REQUEST:
                # Why: the server itself refuses such a path, whoever asks.
                continue
            faults += [f"{case.sentence}: {probe}: {fault}" for fault in comparing.find_faults(*facts, losses)]
    assert served == len(CASES)
    assert not faults, show(faults)
