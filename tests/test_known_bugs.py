"""Published bugs of CORS software, each with the test it implies.

A row names the bug where it was published; none of them says anything about newer versions.
"""

from __future__ import annotations

import time
from typing import Any

import pytest

from crossorigin import Policy, PolicyError, Rule, Ruleset, decide
from crossorigin.messages import Request

APP = "https://app.example"


def answer(policy: Any, origin: str, path: str = "/items", method: str = "GET") -> str | None:
    decision = decide(policy, Request(method, f"https://api.example{path}", [("Origin", origin)]))
    return dict(decision.headers).get("Access-Control-Allow-Origin")


def test_cve_2024_6221_private_network_by_default() -> None:
    """Private network access is never answered unless the policy says so."""
    asked = [("Access-Control-Request-Method", "GET"), ("Access-Control-Request-Private-Network", "true")]
    decision = decide(Policy(allow_origins=[APP]), Request("OPTIONS", "/", [("Origin", APP), *asked]))
    assert "private" not in str(decision.headers).lower()


PRIVATE, PUBLIC = Policy(allow_origins=[APP]), Policy(allow_origins="*")
RULES = [Rule(["/api/*"], PUBLIC), Rule(["/api/admin/*"], PRIVATE), Rule(["/api/a+b"], PRIVATE)]


@pytest.mark.parametrize("rules", [RULES, RULES[::-1]], ids=["in order", "reversed"])
@pytest.mark.parametrize(
    ("path", "is_public"),
    [
        ("/api/x", True),
        ("/api/admin", False),  # CVE-2024-6839: a longer pattern is not a more specific one
        ("/api/admin/users", False),
        ("/api/administrator", True),
        ("/api/Admin/users", True),  # CVE-2024-6866: paths are compared with case, as routers do
        ("/API/x", False),  # no rule: untouched
        ("/api/a+b", False),  # CVE-2024-6844: a plus is not a space
        ("/api/a%2Bb", False),
        ("/api/a%20b", True),
        ("/api/../api/admin/users", False),  # dot segments: both readings must allow
        ("/api/%2e%2e/api/admin/users", False),
        ("/api//admin/users", False),
        ("/api/x;/../admin/users", False),
        ("/api/x/..%2fadmin/users", False),
        ("/api/x/..\\admin/users", False),
    ],
)
def test_cve_2024_6839_6844_6866_paths(rules: list[Rule], path: str, is_public: bool) -> None:
    """The most specific path wins in every order, on the path that a router sees.

    Dot segments: flask-cors 3.0.9, rack-cors 1.0.4.
    """
    assert (answer(Ruleset(rules), "https://evil.example", path) == "*") is is_public


def test_a_text_is_not_a_list() -> None:
    """Where a text was taken for a list, a part of it matched (flask-cors#165)."""
    with pytest.raises(PolicyError, match="bare-string"):
        Policy(allow_origins="https://app.example")


PROBES = [
    "https://app.example.attacker.io",  # CVE-2026-37737: a regex matched as a prefix
    "https://app.example:8080",
    "https://app.example@attacker.io",
    "https://appXexample",  # an unescaped dot
    "https://evilapp.example",
    "https://app.example.",
    "https://app.example/",
    "https://app.example%60.attacker.io",
    "https://app.example_.attacker.io",
    "https://app.example`.attacker.io",
    "https://app.example{.attacker.io",
    "https://pp.example",
    "http://app.example",
    "https://localhost.attacker.io",
    "https://xapp.example",
    "https://attacker.io",
    "null",
    "file://",
    "HTTPS://APP.EXAMPLE",
    "https://app.example\\.attacker.io",
    "https://app.example\x00",
    "https://app.example\t",
    "",
]


@pytest.mark.parametrize("origin", PROBES)
@pytest.mark.parametrize(
    "policy",
    [
        Policy(allow_origins=[APP], allow_credentials=True),
        Policy(allow_origins=["https://*.app.example", APP], allow_credentials=True),
        Policy(allow_origin_regex=r"https://app\.example", allow_credentials=True),
        Policy(allow_origin_regex=r"https://([a-z]+\.)?app\.example"),
    ],
    ids=["list", "pattern", "regex", "regex of subdomains"],
)
def test_what_scanners_send(policy: Policy, origin: str) -> None:
    """None of the probes that scanners derive from an allowed origin gets an answer.

    So none of these comes back: CVE-2026-37737, clusterfuzz#5303, Starlette#800, Starlette#3165 and Litestar's
    4a07af3c3 (regexes), quarkus#34718 (what stands before the host), KTOR-5936 (a slash at the end),
    django-cors-headers#701 (what is no origin), rack-cors 1.0.0 and jub0bs/cors 0.13.1 (null, empty, file),
    CVE-2017-20146 (the requester decides).
    """
    assert answer(policy, origin) is None
    assert answer(policy, APP) == APP


def test_cve_2019_25211_trailing_wildcard() -> None:
    """``https://example.com/*`` once allowed ``https://example.community``: it is refused at start-up."""
    for text in ("https://example.com/*", "https://example.com*", "https://*", "*.example.com"):
        with pytest.raises(PolicyError):
            Policy(allow_origins=[text])


def test_ghsa_vhxv_fg4m_p2w8_suffixes() -> None:
    """Two origins that end alike allow no third that is made of both."""
    policy = Policy(allow_origins=["https://foo.com", "https://bar.com", "https://*.baz.com", "https://*.az.com"])
    for host in ("barfoo.com", "foobar.com", "r.com", "oo.com", "xbaz.com", "b.com"):
        assert answer(policy, f"https://{host}") is None


def test_cve_2026_54290_cve_2024_25124_cve_2018_20744_any_with_credentials() -> None:
    """``*`` with credentials is refused, also inside a list, and ``*`` alone is never an echo."""
    for origins in ("*", ["*"], [APP, "*"]):
        with pytest.raises(PolicyError, match="wildcard"):
            Policy(allow_origins=origins, allow_credentials=True)
    for regex in (".*", "https://.*", r"https?://[^/]+", r"https://[\w.-]+"):
        with pytest.raises(PolicyError, match="regex-matches-any-origin"):
            Policy(allow_origin_regex=regex, allow_credentials=True)
    assert answer(Policy(allow_origins="*"), "https://evil.example") == "*"


def test_ghsa_q7jf_gf43_6x6p_vary_of_the_request() -> None:
    """A Vary that the request carries is not reflected."""
    request = Request("GET", "/", [("Origin", APP), ("Vary", "Cookie")])
    assert dict(decide(Policy(allow_origins=[APP]), request).headers)["Vary"] == "Origin"


@pytest.mark.parametrize("text", [",", " ,", "a,", "\t"], ids=["commas", "spaces and commas", "names", "tabs"])
def test_cve_2026_69207_hostile_lists(text: str) -> None:
    """CVE-2026-69207, GHSA-vh9x-phq6-fx54, rs/cors#170, go-chi/cors#36: the work does not grow with the list.

    Compared with itself at a sixteenth of the size, with room for noise: quadratic work would be 256 times as much.
    """
    policy = Policy(allow_origins=[APP], allow_headers="*")

    def best(size: int) -> float:
        value = (text * size)[:size]
        headers = [("Origin", APP), ("Access-Control-Request-Method", "GET"), ("Access-Control-Request-Headers", value)]
        request = Request("OPTIONS", "/", headers)
        times = []
        for _ in range(30):
            start = time.perf_counter()
            decision = decide(policy, request)
            times.append(time.perf_counter() - start)
        assert decision.status == 403
        return min(times)

    assert best(16 * 65536) < 64 * best(65536)


def test_cve_2021_32677_simple_post() -> None:
    """A cross-origin POST of text/plain needs no preflight: ``enforce`` refuses it before the app runs."""
    policy = Policy(allow_origins=[APP], enforce="unsafe-methods")
    headers = [("Origin", "https://evil.example"), ("Content-Type", "text/plain"), ("Host", "api.example")]
    assert decide(policy, Request("POST", "/", headers, b'{"a": 1}')).status == 403


def test_ghsa_4643_wpgq_w329_websockets() -> None:
    """A handshake from a foreign page is refused by the same policy, by default (python-engineio#128, too)."""
    request = Request("GET", "/ws", [("Origin", "https://evil.example"), ("Host", "api.example")])
    assert decide(Policy(allow_origins=[APP]), request, websocket=True).status == 403


def test_a_validator_that_once_said_yes() -> None:
    """An origin that was allowed once does not open the door to the next (expressjs/cors#18)."""
    policy = Policy(origin_validator=lambda origin: origin == APP)
    requests = [Request("GET", "/", [("Origin", origin)]) for origin in (APP, "https://evil.example")]
    assert decide(policy, requests[0], origin_allowed=True).allowed
    assert decide(policy, requests[1]).origin_to_ask == "https://evil.example"
    assert not decide(policy, requests[1]).allowed


def test_ghsa_67mh_4wv8_2f99_development_servers() -> None:
    """The preset for development allows loopback pages and nobody else."""
    for origin in ("http://localhost:5173", "http://127.0.0.1", "https://a.localhost:8443", "http://[::1]:3000"):
        assert answer(Policy.dev(), origin) == origin
    for origin in ("https://evil.example", "http://localhost.evil.example", "http://127.0.0.1.evil.example"):
        assert answer(Policy.dev(), origin) is None


@pytest.mark.parametrize(
    "lines", [["authorization,x-test"], ["authorization", "x-test"], ["X-Test", "", "authorization"]]
)
def test_lists_that_are_allowed_stay_allowed(lines: list[str]) -> None:
    """Names in one line or several, in any order (rs/cors#184, jub0bs/cors 1.0.2)."""
    policy = Policy(allow_origins=[APP], allow_headers=["Authorization", "X-Test"])
    asked = [("Access-Control-Request-Headers", line) for line in lines]
    headers = [("Origin", APP), ("Access-Control-Request-Method", "GET"), *asked]
    assert decide(policy, Request("OPTIONS", "/", headers)).allowed


def test_no_origin_and_an_empty_one() -> None:
    """Neither is an error, and neither is allowed anything (python-engineio#131)."""
    policy = Policy(allow_origins=[APP])
    assert decide(policy, Request("GET", "/", [])).kind == "not-cors"
    assert not decide(policy, Request("GET", "/", [("Origin", "")]), websocket=True).allowed


def test_every_answer_that_depends_on_the_origin_says_so() -> None:
    """Allowed, refused, without an origin (Starlette#1111, Starlette#3516, gorilla/handlers#248)."""
    policy = Policy(allow_origins=[APP])
    for headers in ([], [("Origin", APP)], [("Origin", "https://evil.example")]):
        assert dict(decide(policy, Request("GET", "/", headers)).headers)["Vary"] == "Origin"
