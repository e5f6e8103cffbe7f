"""The preflight cache: what a server has agreed to, for whom, and for how long."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

import pytest

from crossorigin.browser import Call, PreflightCache, simulate
from crossorigin.messages import Request, Response

PAGE, API = "https://app.example", "https://api.example/items"
METHODS, NAMES, AGE = "Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age"


class Turn(NamedTuple):
    """One call of a row, what its preflight would be answered, and whether one is sent."""

    has_preflight: bool
    now: float = 0.0
    method: str = "GET"
    names: tuple[str, ...] = ()
    credentials: str = "omit"
    url: str = API
    page: str = PAGE
    lists: tuple[tuple[str, str], ...] = ()
    fails: bool = False


PUT = ((METHODS, "PUT"), (AGE, "10"))
ALL = ((METHODS, "PUT, DELETE"), (NAMES, "X-A, X-B"), (AGE, "10"))
ANY = ((METHODS, "*"), (NAMES, "*"), (AGE, "10"))

ROWS: list[tuple[str, list[Turn]]] = [
    ("a simple call asks nothing", [Turn(False), Turn(False, method="POST")]),
    ("an answer is kept", [Turn(True, method="PUT", lists=PUT), Turn(False, 9.9, method="PUT")]),
    ("until its time is over", [Turn(True, method="PUT", lists=PUT), Turn(True, 10, method="PUT", lists=PUT)]),
    (
        "five seconds where it says none",
        [
            Turn(True, method="PUT", lists=((METHODS, "PUT"),)),
            Turn(False, 4.9, method="PUT"),
            Turn(True, 5, method="PUT", lists=PUT),
        ],
    ),
    (
        "not at all where it says 0",
        [
            Turn(True, method="PUT", lists=((METHODS, "PUT"), (AGE, "0"))),
            Turn(True, method="PUT", lists=PUT),
        ],
    ),
    ("for another method", [Turn(True, method="PUT", lists=PUT), Turn(True, method="DELETE", lists=ALL)]),
    ("that is listed", [Turn(True, method="PUT", lists=ALL), Turn(False, method="DELETE")]),
    (
        "for other names",
        [
            Turn(True, names=("x-a",), lists=ALL),
            Turn(False, names=("X-B",)),
            Turn(False, names=("x-b", "x-a"), method="PUT"),
            Turn(True, names=("x-c",), lists=ANY),
        ],
    ),
    ("any method", [Turn(True, method="PUT", lists=ANY), Turn(False, method="DELETE")]),
    (
        "any name but one",
        [
            Turn(True, names=("x-a",), lists=((NAMES, "*, x-a"), (AGE, "10"))),
            Turn(False, names=("x-b",)),
            Turn(True, names=("authorization",), lists=((NAMES, "authorization"),)),
        ],
    ),
    (
        "for another URL",
        [
            Turn(True, method="PUT", lists=PUT),
            Turn(True, method="PUT", url=f"{API}?a", lists=PUT),
            Turn(False, method="PUT"),
        ],
    ),
    (
        "for another page",
        [
            Turn(True, method="PUT", lists=PUT),
            Turn(True, method="PUT", page="https://b.example", lists=PUT),
        ],
    ),
    (
        "without credentials, for a call with",
        [
            Turn(True, method="PUT", lists=PUT),
            Turn(True, method="PUT", credentials="include", lists=PUT),
            Turn(False, method="PUT", credentials="include"),
            Turn(False, method="PUT"),
        ],
    ),
    (
        "with credentials, for a call without",
        [
            Turn(True, method="PUT", credentials="include", lists=PUT),
            Turn(False, method="PUT", credentials="same-origin"),
        ],
    ),
    (
        "a failure forgets",
        [
            Turn(True, method="PUT", lists=PUT),
            Turn(False, method="PUT", fails=True),
            Turn(True, method="PUT", lists=PUT),
        ],
    ),
    (
        "a simple failure does not",
        [
            Turn(True, method="PUT", lists=PUT),
            Turn(False, fails=True),
            Turn(False, method="PUT"),
        ],
    ),
    (
        "a later answer sets the age, not the time",
        [
            Turn(True, method="PUT", lists=PUT),
            Turn(True, 8, method="PUT", names=("x-a",), lists=ALL),
            Turn(False, 9, method="PUT"),
            Turn(True, 12, method="PUT", lists=PUT),
            Turn(False, 13, names=("x-a",)),
        ],
    ),
]


@pytest.mark.parametrize(("sentence", "turns"), ROWS, ids=[row[0] for row in ROWS])
def test_turns(sentence: str, turns: list[Turn]) -> None:
    """A preflight is sent where not all that a call needs has been agreed to.

    Spec: https://fetch.spec.whatwg.org/#cors-preflight-cache
    """
    cache = PreflightCache()
    for number, turn in enumerate(turns):
        verdict = simulate(_make_call(turn), _Network(turn), cache=cache, now=turn.now)
        sent = [exchange.request.method for exchange in verdict.exchanges]
        assert sent == (["OPTIONS"] if turn.has_preflight else []) + [turn.method], f"{sentence}: {number}"
        assert verdict.is_readable is not turn.fails


def test_a_long_list_takes_no_time() -> None:
    """A server that lists tens of thousands of methods and names does not keep the browser busy."""
    listed = ",".join(f"x{number}" for number in range(30_000))
    turn = Turn(True, method="PUT", names=("x1",), lists=((METHODS, f"PUT,{listed}"), (NAMES, listed)))
    cache = PreflightCache()
    begun = time.process_time()
    for url in (API, API, f"{API}?a"):
        assert simulate(_make_call(turn._replace(url=url)), _Network(turn), cache=cache).is_readable
    assert time.process_time() - begun < 10


def test_what_is_over_is_not_kept() -> None:
    """A cache that lives long holds no more for a URL than what is still of use."""
    cache = PreflightCache()
    network = _Network(Turn(True, lists=PUT))
    for now in range(100):
        simulate(Call(PAGE, API, "PUT"), network, cache=cache, now=now * 10.0)
    (kept,) = cache._kept.values()
    assert max(map(len, kept.values())) == 1


def _make_call(turn: Turn) -> Call:
    credentials: Any = turn.credentials
    return Call(turn.page, turn.url, turn.method, [(name, "1") for name in turn.names], credentials)


class _Network:
    def __init__(self, turn: Turn) -> None:
        self._turn = turn

    def __call__(self, request: Request) -> Response:
        shared = [("Access-Control-Allow-Origin", self._turn.page), ("Access-Control-Allow-Credentials", "true")]
        if request.method == "OPTIONS":
            return Response(204, [*shared, *self._turn.lists])
        return Response(200, [] if self._turn.fails else shared)
