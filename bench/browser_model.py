"""What does it cost to ask what a browser would do, network not counted?

Each call is walked from an empty preflight cache, over answers that are made before.
"""  # noqa: D400 (the first line is the question)

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from _measure import Judged, Table, measure, read_options, report

from crossorigin.browser import Call, PreflightCache, simulate
from crossorigin.messages import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from _measure import Row

ROUNDS, QUICK_ROUNDS = 300, 20
SIZE = 200
MOST_MICROSECONDS = 60.0

PAGE, API = "https://app.example", "https://api.example/items?page=2"
SHARED = (("Access-Control-Allow-Origin", PAGE), ("Access-Control-Allow-Credentials", "true"), ("Vary", "Origin"))
LEAVE = Response(
    204,
    (
        *SHARED,
        ("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT"),
        ("Access-Control-Allow-Headers", "accept, accept-language, authorization, content-language, content-type"),
        ("Access-Control-Max-Age", "600"),
    ),
)
ANSWER = Response(
    200,
    (
        ("Content-Type", "application/json"),
        ("Content-Length", "2"),
        ("Date", "Wed, 25 Nov 2026 12:00:00 GMT"),
        ("X-Total", "9"),
        *SHARED,
        ("Access-Control-Expose-Headers", "X-Total"),
    ),
)
MOVED = Response(307, (*SHARED, ("Location", "/items/")))
SIMPLE = Call(PAGE, API)
ASKED = Request("OPTIONS", API, ())
PREFLIGHTED = Call(
    PAGE,
    API,
    "PUT",
    [("Authorization", "Bearer of a token"), ("Content-Type", "application/json")],
    "include",
    b'{"name": "tea"}',
)


def answer(request: Request) -> Response:
    """Be a server that shares."""
    return LEAVE if request.method == "OPTIONS" else ANSWER


def move(request: Request) -> Response:
    """Be a server that redirects to the URL with a slash."""
    return LEAVE if request.method == "OPTIONS" else ANSWER if request.url.endswith("/") else MOVED


def refuse(_request: Request) -> Response:
    """Be a server that knows nothing of CORS."""
    return Response(404, ())


def repeat(work: Callable[[], object]) -> Callable[[], object]:
    """Return a round of a call."""

    def run() -> None:
        for _ in range(SIZE):
            work()

    return run


def measure_calls(rounds: int) -> list[Row]:
    """Return a row for each kind of call."""
    cache = PreflightCache()
    simulate(PREFLIGHTED, answer, cache=cache)
    works: dict[str, Callable[[], object]] = {
        "simple": partial(simulate, SIMPLE, answer),
        "preflighted": partial(simulate, PREFLIGHTED, answer),
        "preflighted, cached": partial(simulate, PREFLIGHTED, answer, cache=cache),
        "preflighted, refused": partial(simulate, PREFLIGHTED, refuse),
        "preflighted, redirected": partial(simulate, PREFLIGHTED, move),
        "the network alone, twice": lambda: (answer(ASKED), answer(ASKED)),
        "a Call made": partial(Call, PAGE, API, "PUT", PREFLIGHTED.headers, "include", b"{}"),
    }
    took = measure({name: partial(repeat, work) for name, work in works.items()}, rounds, SIZE)
    network = took["the network alone, twice"]
    rows: list[Row] = []
    for name, nanoseconds in took.items():
        own = (nanoseconds - network) / 1000 if name.startswith("preflighted") else nanoseconds / 1000
        rows.append({"call": name, "microseconds": Judged(own, MOST_MICROSECONDS) if name == "preflighted" else own})
    return rows


def main() -> None:
    """Measure all."""
    options = read_options(__doc__)
    calls = measure_calls(QUICK_ROUNDS if options.quick else ROUNDS)
    report(options, [Table("Walks over answers that are at hand", calls)])


if __name__ == "__main__":
    main()
