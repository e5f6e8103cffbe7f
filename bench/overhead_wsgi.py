"""What does the WSGI middleware add to a request, next to flask-cors, django-cors-headers, and an empty wrapper?

Each library is measured in the framework it is made for, against the same app without it; ours stands around
both. For actual requests and those without an origin, the figure is what is added to the bare app; for
preflights it is the whole answer.
"""  # noqa: D400 (the first line is the question)

from __future__ import annotations

import random
from typing import TYPE_CHECKING, NamedTuple

import _requests as requests
from _measure import Judged, Table, measure, read_options, report, silence_logs
from _wsgi_contenders import make_django, make_flask, make_small

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _measure import Maker, Row
    from _requests import Environ, Spec
    from _wsgi_contenders import Pair, Stack, StartResponse, WSGIApp

ROUNDS, QUICK_ROUNDS = 1500, 12
SIZE = 12

#: Only flask-cors has one; django-cors-headers stands there for comparison.
MOST_OF_PEER = {"flask-cors": 0.10}
#: The drop-in stands where flask-cors does, and is asked for an eighth.
MOST_OF_PEER_BY_DROP_IN = 0.125


class Case(NamedTuple):
    """One kind of request. ``is_allowed`` is None where nobody is asked."""

    name: str
    is_preflight: bool
    is_allowed: bool | None
    specs: list[Spec]


def list_cases() -> list[Case]:
    """Return the kinds of request."""
    chance = random.Random(20)

    def fetch(origins: list[str] | list[None]) -> list[Spec]:
        return [requests.make_actual(chance, chance.choice(origins)) for _ in range(SIZE)]

    def ask(origins: list[str], **more: object) -> list[Spec]:
        return [requests.make_preflight(chance, chance.choice(origins), **more) for _ in range(SIZE)]  # type: ignore[arg-type]

    some, strangers = requests.ORIGINS, requests.STRANGERS
    return [
        Case("actual", is_preflight=False, is_allowed=True, specs=fetch(some)),
        Case("actual, refused", is_preflight=False, is_allowed=False, specs=fetch(strangers)),
        Case("no Origin", is_preflight=False, is_allowed=None, specs=fetch([None])),
        Case("preflight", is_preflight=True, is_allowed=True, specs=ask(some)),
        Case("preflight, refused: origin", is_preflight=True, is_allowed=False, specs=ask(strangers)),
        Case("preflight, refused: method", is_preflight=True, is_allowed=False, specs=ask(some, methods=["PURGE"])),
        Case("preflight, refused: header", is_preflight=True, is_allowed=False, specs=ask(some, more_names="x-y")),
    ]


def drive(app: WSGIApp, environs: Iterable[Environ], start_response: StartResponse | None = None) -> None:
    """Run *app* as a server does: start, every chunk, close."""
    start_response = start_response or _start_response
    for environ in environs:
        body = app(environ, start_response)
        for _ in body:
            pass
        if hasattr(body, "close"):
            body.close()


def _start_response(_status: str, _headers: list[Pair], _exc_info: object = None) -> Callable[[bytes], object]:
    return len


def check(case: Case, name: str, app: WSGIApp) -> None:
    """Make sure that a contender answers as the case says, and that the app behind it was reached."""
    found: list[tuple[str, dict[str, str]]] = []

    def keep(status: str, headers: list[Pair], _exc_info: object = None) -> Callable[[bytes], object]:
        found.append((status, {name.lower(): value for name, value in headers}))
        return len

    drive(app, map(requests.make_environ, case.specs), keep)
    # Why: the peers refuse a method or a header by leaving it out of the lists, not by leaving out the origin.
    is_checked = name == "crossorigin" or not case.is_preflight  # nor does the drop-in
    for status, headers in found:
        is_as_expected = case.is_allowed in {None, "access-control-allow-origin" in headers} or not is_checked
        if not is_as_expected or not (case.is_preflight or status.startswith("200")):
            text = f"{name}, {case.name}: not the answer expected: {status} {headers}"
            raise AssertionError(text)


def ask_case(stack: Stack, case: Case, rounds: int) -> Row:
    """Time one case in all of a framework's apps, side by side."""

    def make(app: WSGIApp) -> Maker:
        def prepare() -> Callable[[], None]:
            environs = [requests.make_environ(spec) for spec in case.specs]
            return lambda: drive(app, environs)

        return prepare

    took = measure({name: make(app) for name, app in stack.apps.items()}, rounds, SIZE)
    bare = took.pop("bare")
    if not case.is_preflight:
        took = {name: nanoseconds - bare for name, nanoseconds in took.items()}
    ours = took["crossorigin"]
    row = {
        "request": case.name,
        "bare ns": round(bare),
        "empty ns": round(took["empty"]),
        "crossorigin ns": round(ours),
    }
    # Why: in a framework's own time, what the empty wrapper adds is lost.
    if not stack.peer:
        return row | {"ours/empty": ours / took["empty"]}
    ratio, most = ours / took[stack.peer], MOST_OF_PEER.get(stack.peer)
    row |= {
        f"{stack.peer} ns": round(took[stack.peer]),
        f"ours/{stack.peer}": Judged(ratio, most) if most else ratio,
    }
    if "drop-in" in took:
        row["drop-in ns"] = round(took["drop-in"])
        row[f"drop-in/{stack.peer}"] = Judged(took["drop-in"] / took[stack.peer], MOST_OF_PEER_BY_DROP_IN)
    return row


def main() -> None:
    """Ask every framework and every case."""
    options = read_options(__doc__)
    silence_logs()
    rounds = QUICK_ROUNDS if options.quick else ROUNDS
    stacks = [make_small(streams=False), make_small(streams=True), make_flask(), make_django()]
    # Why: as long as any layer that was made has not seen a request, crossorigin marks every request, to find layers
    # that are stacked. So every wrapper serves every case before the first round.
    for case in list_cases():
        for stack in stacks:
            for name, app in stack.apps.items():
                check(case._replace(is_allowed=None) if name in {"bare", "empty"} else case, name, app)
    what = "nanoseconds that are added to the bare app's; for preflights, of the whole answer"
    tables = [
        Table(f"App: {stack.framework}; {what}", [ask_case(stack, case, rounds) for case in list_cases()])
        for stack in stacks
    ]
    report(options, tables)


if __name__ == "__main__":
    main()
