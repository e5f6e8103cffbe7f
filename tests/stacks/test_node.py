"""The middleware for Express answers as the policy does, to the letter, whatever it is asked."""

from __future__ import annotations

import functools
import random
import warnings
from typing import TYPE_CHECKING

import pytest

from conformance.rows import ROWS
from conformance.test_served import travels
from crossorigin import Policy, PolicyWarning, Rule, Ruleset
from crossorigin.browser import Call
from crossorigin.decision import decide
from crossorigin.dialects import write
from crossorigin.dialects._javascript import METHODS
from crossorigin.messages import Request, get_values
from crossorigin.standard.headers import CORS_PREFIX
from processes import find_free_ports
from stacks import node
from stacks.calls import BASE, EVIL, list_random_cases
from stacks.comparing import observe
from stacks.test_hostile import CASES
from stacks.test_stacks import find_faults, show

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crossorigin.messages import Response
    from stacks.target import Target

APP = "https://app.example"
AT_LEAST = 150
RELEASES = ("express", "express4")

pytestmark = pytest.mark.stacks
each = pytest.mark.parametrize("release", RELEASES)
needed = node.TARGETS[0]


def write_all(rules: Sequence[Ruleset | Policy], dialect: str = "express-middleware") -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PolicyWarning)
        return [write(dialect, one, accept_dangerous=True).text for one in rules]


def find_difference(rules: Ruleset | Policy, request: Request, ask: Callable[[Request], Response]) -> str:
    """Compare the whole of an answer with what is decided: status, body, every CORS header, and ``Vary``."""
    wanted, got = decide(rules, request), ask(request)
    told = {name.lower(): value for name, value in got.headers if name.lower().startswith((CORS_PREFIX, "vary"))}
    expected = {name.lower(): value for name, value in wanted.headers if name.lower().startswith((CORS_PREFIX, "vary"))}
    ran = get_values(got.headers, "X-Ran") == ["yes"]
    body = wanted.body.encode() if wanted.status else b"" if request.method == "HEAD" else b"ok"
    found = (got.status, ran, told, got.body)
    decided = (wanted.status or 200, wanted.status is None, expected, body)
    return "" if found == decided else f"{request}: {found} is not {decided}"


@each
def test_table(release: str) -> None:
    """Each row of the conformance table: status, headers, body, and whether the app has run."""
    needed.require()
    rows = [row for row in ROWS if travels(row, joins_lines=False) and row.method in METHODS]
    # Why: debug helps where Python runs.
    rows = [row for row in rows if not row.policy.get("debug")]
    assert len(rows) >= AT_LEAST
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PolicyWarning)
        policies = {repr(row.policy): Policy(**row.policy) for row in rows}
    numbers = {key: number for number, key in enumerate(policies)}
    ports = find_free_ports(len(policies))
    with node.serve(write_all([*policies.values()]), ports, release=release) as ask:
        found = [
            find_difference(
                policies[repr(row.policy)],
                Request(row.method, f"{BASE}/items", row.headers),
                functools.partial(ask, numbers[repr(row.policy)]),
            )
            for row in rows
        ]
    faults = list(filter(None, found))
    assert not faults, "\n".join(faults)


ORIGINS = (APP, EVIL, "null", "https://a.b.example.com", "https://pr-1.example.com", "http://localhost:65536", BASE)
NAMES = ("", "x-test", "X-Test , content-type,", "*", "a b", "x-internal", "authorization")
PATHS = (
    "/items",
    "/public/a",
    "/publicx",
    "/public",
    "/p%75blic/a",
    "/api/v1/x",
    "/%61.b/c",
    "/items/",
    "/%C3%A9",
    "/%ff",
)


@each
def test_random_requests(release: str) -> None:
    """Random policies, and requests that no browser makes as well as those that one does."""
    needed.require()
    cases = list_random_cases(77, 30)
    chance = random.Random(f"requests {release}")
    faults = []
    with node.serve(write_all([case.rules for case in cases]), find_free_ports(len(cases)), release=release) as ask:
        for number, case in enumerate(cases):
            for _ in range(40):
                request = draw_request(chance)
                faults.append(find_difference(case.rules, request, functools.partial(ask, number)))
    faults = list(filter(None, faults))
    assert not faults, f"{len(faults)}\n" + "\n".join(faults[:5])


def draw_request(chance: random.Random) -> Request:
    headers = [("Host", "api.example")]
    headers += [("Origin", chance.choice(ORIGINS))] * chance.choice((0, 1, 1, 1, 1, 1, 2))
    method = chance.choice(("GET", "HEAD", "POST", "PUT", "OPTIONS", "OPTIONS", "OPTIONS"))
    if chance.random() < 0.7:
        asked = chance.choice(("GET", "PUT", "DELETE", "*", "TRACE", "a b", "patch"))
        headers.append(("Access-Control-Request-Method", asked))
        headers += [("Access-Control-Request-Headers", chance.choice(NAMES))] * chance.choice((0, 1, 2))
    if chance.random() < 0.2:
        headers.append(("Access-Control-Request-Private-Network", "true"))
    if chance.random() < 0.3:
        headers.append(("Sec-Fetch-Site", chance.choice(("same-origin", "cross-site", "none"))))
    return Request(method, BASE + chance.choice(PATHS), headers)


@pytest.mark.parametrize("target", node.TARGETS, ids=[target.name for target in node.TARGETS])
def test_hostile_policies(target: Target) -> None:
    """Nothing in a path, an expression or a name is anything but a text in the program."""
    target.require()
    # Why: the package leaves to browsers what no browser sends.
    cases = [case for case in CASES if target.dialect != "express" or "no browser" not in case.sentence]
    faults = find_faults(target, cases, sees_losses=False)
    assert not faults, show(faults)


@each
def test_ambiguous_paths(release: str) -> None:
    """Where the readings have one rule, it serves; where one of them has none, or another, no script reads."""
    needed.require()
    policy, other = Policy(allow_origins=[APP], allow_methods=["PUT"], enforce="all"), Policy(allow_origins="*")
    one = Ruleset([Rule(["/public/*", "/status"], policy)])
    two = Ruleset([Rule(["/public/*"], policy), Rule(["/*"], other)])
    faults = []
    with node.serve(write_all([one, two]), find_free_ports(2), release=release) as ask:
        for path in (
            "/public//a",
            "/public/a%2fb",
            "/public/a;x",
            "/public%2Fa",
            "//public/a",
            "/public/%5c../a",
            "/public%252Fa",
        ):
            for method in ("GET", "PUT", "OPTIONS"):
                for headers in (
                    [],
                    [("Origin", APP)],
                    [("Origin", EVIL)],
                    [("Origin", APP), ("Sec-Fetch-Site", "none")],
                ):
                    request = Request(method, BASE + path, [("Host", "api.example"), *headers])
                    faults.append(find_difference(one, request, functools.partial(ask, 0)))
                    wanted, got = decide(two, request), ask(1, request)
                    if not wanted.allowed and wanted.status != (got.status if got.status >= 400 else None):
                        faults.append(f"{request}: {got} is not {wanted}")
    faults = list(filter(None, faults))
    assert not faults, f"{len(faults)}\n" + "\n".join(faults[:5])


@each
def test_what_express_answers_by_itself(release: str) -> None:
    """An error that no handler catches carries the headers, too; what is written at once is replaced as well."""
    needed.require()
    with node.serve(write_all([Policy(allow_origins=[APP], expose_headers=["X-Total"])]), find_free_ports(1)) as ask:
        thrown = observe(functools.partial(ask, 0), Call(APP, f"{BASE}/thrown", credentials="omit"))
        assert (thrown.reads, thrown.answers[-1].status) == (True, 500)
        request = Request("GET", f"{BASE}/written", [("Host", "api.example"), ("Origin", APP)])
        got = ask(0, request)
        assert get_values(got.headers, "Access-Control-Allow-Origin") == [APP]
        assert get_values(got.headers, "Access-Control-Expose-Headers") == ["X-Total"]
        assert get_values(got.headers, "Access-Control-Allow-Credentials") == []
        assert get_values(got.headers, "Vary") == ["Accept, Accept-Language, Origin"]
    assert release
