"""How much dearer than a normal preflight can a hostile request be, whatever it holds?

Asked of ``decide``, and of the ASGI middleware's whole answer. Every request is made afresh and is not timed
until it stands there: a server has read it, whoever judges it then.
"""  # noqa: D400 (the first line is the question)

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import _requests as requests
from _measure import Judged, Table, measure, read_options, report, silence_logs

from crossorigin import Policy, decide
from crossorigin.integrations.asgi import CORSMiddleware
from crossorigin.messages import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from _measure import Maker, Row
    from _requests import Scope, Send

    Lines = list[tuple[str, str]]

ROUNDS, QUICK_ROUNDS = 400, 15
SIZE = 4

KIB_64 = 64 * 1024
MB = 1_000_000
MOST_OF_NORMAL = 5.0

ORIGIN = "origin"
METHOD = "access-control-request-method"
NAMES = "access-control-request-headers"
_serial = itertools.count(10_000)


def make_normal() -> Lines:
    """Return the header lines of a preflight that is allowed."""
    spec = requests.Spec("OPTIONS", "/api/items/1", requests.ORIGINS[3], "PUT", "authorization,content-type")
    return requests.list_headers(spec)


def make_with(**values: str | None) -> Callable[[], Lines]:
    """Return a maker of normal lines but for the origin, the method or the names asked for."""
    given = {ORIGIN: values.get("origin"), METHOD: values.get("method"), NAMES: values.get("names")}
    lines = [(name, given.get(name) or value) for name, value in make_normal()]
    return lambda: lines


def make_from_new_origin(make: Callable[[], Lines]) -> Callable[[], Lines]:
    """Return the same from an origin never seen before, so that no answer is looked up."""

    def make_new() -> Lines:
        origin = f"https://x{next(_serial)}.invalid"
        return [(name, origin if name == ORIGIN else value) for name, value in make()]

    return make_new


def list_requests() -> dict[str, tuple[int, Callable[[], Lines]]]:
    """Return the requests: about how many bytes each has, and how to make its lines."""
    many_names = ",".join(f"x-name-{number}" for number in range(10_000))
    sixty_names = ",".join(f"x-unknown-{number}" for number in range(60))
    many_lines = [*make_normal(), *((f"x-line-{number}", "1") for number in range(10_000))]
    kinds: dict[str, Callable[[], Lines]] = {
        "normal": make_normal,
        "normal, refused, origin new": make_from_new_origin(make_normal),
        "64 KiB of commas": make_with(names="," * KIB_64),
        "64 KiB of commas, origin new": make_from_new_origin(make_with(names="," * KIB_64)),
        "64 KiB in one name": make_with(names="x" * KIB_64),
        "64 KiB in one Origin": make_with(origin="https://" + "a" * KIB_64),
        "64 KiB of labels in one Origin": make_with(origin="https://" + "a." * (KIB_64 // 2) + "example"),
        "60 unknown names": make_with(names=sixty_names),
        "60 unknown names, origin new": make_from_new_origin(make_with(names=sixty_names)),
        "10,000 names": make_with(names=many_names),
        "10,000 header lines": lambda: many_lines,
        "1 MB method": make_with(method="A" * MB),
        "1 MB of white space as names": make_with(names=" " * MB),
        "1 MB of white space as Origin": make_with(origin=" " * MB),
    }
    return {name: (sum(len(key) + len(value) for key, value in make()), make) for name, make in kinds.items()}


def make_decider(make: Callable[[], Lines], policy: Policy) -> Maker:
    """Return how to time ``decide``."""

    def prepare() -> Callable[[], object]:
        asked = [Request("OPTIONS", "/api/items/1", requests.copy_headers(make())) for _ in range(SIZE)]

        def work() -> None:
            for request in asked:
                decide(policy, request)

        return work

    return prepare


def make_scope(make: Callable[[], Lines]) -> Scope:
    """Return an ASGI scope with these header lines."""
    scope = requests.make_scope(requests.Spec("OPTIONS", "/api/items/1", None))
    scope["headers"] = [(name.encode(), value.encode()) for name, value in make()]
    return scope


def make_driver(make: Callable[[], Lines], app: CORSMiddleware) -> Maker:
    """Return how to time the middleware's whole answer."""

    def prepare() -> Callable[[], object]:
        scopes = [make_scope(make) for _ in range(SIZE)]
        return lambda: requests.drive(app, scopes)

    return prepare


async def refuse_all(_scope: Scope, _receive: requests.Receive, _send: Send) -> None:
    """Be the app behind the middleware, which no preflight may reach."""
    text = "a preflight has reached the app"
    raise AssertionError(text)


def ask(makers: dict[str, Maker], sizes: dict[str, int], rounds: int) -> list[Row]:
    """Time all the requests side by side, and compare them with the normal one."""
    took = measure(makers, rounds, SIZE)
    normal = took["normal"]
    rows: list[Row] = []
    for name, nanoseconds in took.items():
        ratio = nanoseconds / normal
        # Why: the target is for what a common server lets through, which is at most 64 KiB of headers.
        is_judged = sizes[name] <= KIB_64 + 1024 and "normal" not in name
        times_normal = Judged(ratio, MOST_OF_NORMAL) if is_judged else ratio
        rows.append({"request": name, "bytes": sizes[name], "us": nanoseconds / 1000, "times normal": times_normal})
    return rows


def main() -> None:
    """Ask ``decide`` and the middleware."""
    options = read_options(__doc__)
    silence_logs()
    rounds = QUICK_ROUNDS if options.quick else ROUNDS
    policy = Policy(
        allow_origins=[*requests.ORIGINS, "https://*.example.com"],
        allow_credentials=True,
        allow_methods=requests.ALLOWED_METHODS,
        allow_headers=requests.ALLOWED_NAMES,
    )
    app = CORSMiddleware(refuse_all, policy)
    # Why: as long as any layer that was made has not seen a request, crossorigin marks every request.
    requests.drive(app, [make_scope(make_normal)])
    kinds = list_requests()
    sizes = {name: size for name, (size, _) in kinds.items()}
    tables = [
        Table("decide", ask({name: make_decider(make, policy) for name, (_, make) in kinds.items()}, sizes, rounds)),
        Table("The ASGI middleware", ask({name: make_driver(m, app) for name, (_, m) in kinds.items()}, sizes, rounds)),
    ]
    report(options, tables)


if __name__ == "__main__":
    main()
