"""The programs in PHP choose the rules of a path as ``decide`` does, also where servers differ about what it names."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from crossorigin.dialects import write
from crossorigin.messages import Request
from crossorigin.probe.policy import PolicyNetwork
from crossorigin.standard.headers import CORS_PREFIX, ORIGIN, REQUEST_METHOD
from crossorigin.standard.url import parse_url
from processes import find_free_port
from stacks import calls
from stacks.php import TARGETS
from stacks.upstream import answer

if TYPE_CHECKING:
    from crossorigin.messages import Response
    from stacks.target import Target

SEED = 7
PARTS = (
    *("/", "//", "/a", "/api", "/public", "/items", "/v1", "/status", "/a.b", "/..", "/."),
    *("%2f", "%2F..", "%5c", ";x", "%252f", "%252e%252e", "\\", "%", "%C3%A9", "%3f", "/a/" * 900),
)


def _draw(chance: random.Random) -> Request:
    path = "/" + "".join(chance.choice(PARTS) for _ in range(chance.randint(1, 5))).lstrip("/")
    url = parse_url(f"{calls.BASE}{path}")
    assert url
    headers = [("Host", "api.example")]
    if chance.random() < 0.9:
        origins = ("https://app.example", "https://a.b.example.com", "http://localhost:3000", calls.EVIL)
        headers.append((ORIGIN, chance.choice(origins)))
    is_preflight = chance.random() < 0.5
    if is_preflight:
        headers.append((REQUEST_METHOD, chance.choice(calls.METHODS)))
    method = "OPTIONS" if is_preflight else chance.choice(("GET", "POST", "DELETE"))
    return Request(method, f"{calls.BASE}{url.target}", headers)


def _tell(response: Response) -> tuple[object, ...]:
    """Return what counts: the status, the CORS headers and ``Vary``, and whether the app has run."""
    names = [(name.lower(), value) for name, value in response.headers]
    told = sorted(pair for pair in names if pair[0].startswith(CORS_PREFIX) or pair[0] == "vary")
    return response.status, told, ("x-ran", "yes") in names


@pytest.mark.stacks
@pytest.mark.parametrize("target", TARGETS, ids=[target.name for target in TARGETS])
def test_strange_paths(target: Target) -> None:
    """The same answer, but for its body, to whatever may be asked for."""
    target.require()
    chance = random.Random(SEED)
    cases = [case for case in calls.list_random_cases(SEED, 60) if len(case.rules.rules) > 1]
    texts = [write(target.dialect, case.rules, accept_dangerous=True).text for case in cases]
    faults = []
    with target.serve(texts, [find_free_port()]) as ask:
        for number, case in enumerate(cases):
            policy = PolicyNetwork(case.rules, answer)
            for request in (_draw(chance) for _ in range(30)):
                got, wanted = _tell(ask(number, request)), _tell(policy(request))
                faults += [(request, got, wanted)] if got != wanted else []
    assert len(cases) > 15
    assert not faults, (len(faults), faults[:3])
