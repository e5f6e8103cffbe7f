"""What do the ASGI middleware and the drop-in for Starlette's add to a request, next to that, asgi-cors and nothing?

For actual requests and those without an origin, the figure is what the wrapper adds to the bare app. For
preflights it is the whole answer: a wrapper that answers itself saves the app's time, and asgi-cors and the
empty wrapper, which never do, pay for it.
"""  # noqa: D400 (the first line is the question)

from __future__ import annotations

import itertools
import random
from typing import TYPE_CHECKING, NamedTuple

import _requests as requests
from _asgi_contenders import SETUPS, make_app, wrap
from _measure import Judged, Table, measure, read_options, report, silence_logs

if TYPE_CHECKING:
    from collections.abc import Callable

    from _asgi_contenders import Setup
    from _measure import Maker, Row
    from _requests import ASGIApp, Message, Spec

ROUNDS, QUICK_ROUNDS = 1000, 12
SIZE = 60

MOST_OF_STARLETTE = {"actual": 0.20, "no-origin": 0.25, "preflight": 0.20}
MOST_OF_STARLETTE_BY_DROP_IN = 0.20
MOST_OF_EMPTY = 3.0

_serial = itertools.count(100_000)


class Case(NamedTuple):
    """One kind of request; *specs* is called for every round. ``is_allowed`` is None where nobody is asked."""

    name: str
    kind: str
    specs: Callable[[], list[Spec]]
    is_allowed: bool | None = True
    sends_vary: bool = False


def refuse(name: str, specs: Callable[[], list[Spec]]) -> Case:
    """Return a case of which the name says that it is refused."""
    return Case(name, name.partition(",")[0], specs, is_allowed=False)


def list_cases(setup: Setup) -> list[Case]:
    """Return the kinds of request that mean something under this policy."""
    chance = random.Random(20)

    def fix(make: Callable[[], Spec]) -> Callable[[], list[Spec]]:
        specs = [make() for _ in range(SIZE)]
        return lambda: specs

    def ask(origins: list[str], **more: object) -> Callable[[], list[Spec]]:
        return fix(lambda: requests.make_preflight(chance, chance.choice(origins), **more))  # type: ignore[arg-type]

    def fetch(origins: list[str]) -> Callable[[], list[Spec]]:
        return fix(lambda: requests.make_actual(chance, chance.choice(origins)))

    def renew(specs: Callable[[], list[Spec]], origin: str) -> Callable[[], list[Spec]]:
        return lambda: [spec._replace(origin=origin.format(next(_serial))) for spec in specs()]

    asked, fetched = ask(setup.allowed), fetch(setup.allowed)
    without = fix(lambda: requests.make_actual(chance, None))
    cases = [
        Case("actual", "actual", fetched),
        Case("actual, the app sends Vary", "actual", fetched, sends_vary=True),
        Case("no Origin", "no-origin", without, is_allowed=None),
        Case("no Origin, the app sends Vary", "no-origin", without, is_allowed=None, sends_vary=True),
        Case("preflight", "preflight", asked),
        refuse("preflight, refused: method", ask(setup.allowed, methods=["PURGE", "LOCK"])),
        refuse("preflight, refused: header", ask(setup.allowed, more_names="x-unknown")),
    ]
    if setup.has_strangers:
        # Why: an answer that was given before is looked up; whoever never repeats an origin gets none of that.
        cases += [
            refuse("actual, refused", fetch(requests.STRANGERS)),
            refuse("preflight, refused: origin", ask(requests.STRANGERS)),
            refuse("actual, refused, each origin new", renew(fetched, "https://x{}.invalid")),
            refuse("preflight, refused, each origin new", renew(asked, "https://x{}.invalid")),
        ]
    if setup.new_allowed:
        cases += [
            Case("actual, each origin new", "actual", renew(fetched, setup.new_allowed)),
            Case("preflight, each origin new", "preflight", renew(asked, setup.new_allowed)),
        ]
    return cases


def check(case: Case, app: ASGIApp) -> None:
    """Make sure that a contender answers as the case says: a wrapper that fails fast would look good."""
    starts: list[Message] = []

    async def keep(message: Message) -> None:
        if message["type"] == "http.response.start":
            starts.append(message)

    requests.drive(app, map(requests.make_scope, case.specs()), keep)
    for message in starts:
        has_line = any(name.lower() == b"access-control-allow-origin" for name, _ in message["headers"])
        if case.is_allowed is not None and case.is_allowed != (has_line and message["status"] < 300):
            text = f"{case.name}: not the answer expected: {message}"
            raise AssertionError(text)


def ask_case(policy: str, case: Case, apps: dict[str, ASGIApp], rounds: int) -> Row:
    """Time one case in all wrappers, side by side."""

    def make(app: ASGIApp) -> Maker:
        def prepare() -> Callable[[], None]:
            scopes = [requests.make_scope(spec) for spec in case.specs()]
            return lambda: requests.drive(app, scopes)

        return prepare

    took = measure({name: make(app) for name, app in apps.items()}, rounds, SIZE)
    bare = took.pop("bare")
    if case.kind != "preflight":
        took = {name: nanoseconds - bare for name, nanoseconds in took.items()}
    ours = took["crossorigin"]
    return {
        "policy": policy,
        "request": case.name,
        "bare ns": round(bare),
        **{f"{name} ns": round(nanoseconds) for name, nanoseconds in took.items()},
        "ours/starlette": Judged(ours / took["starlette"], MOST_OF_STARLETTE[case.kind]),
        "drop-in/starlette": Judged(took["drop-in"] / took["starlette"], MOST_OF_STARLETTE_BY_DROP_IN),
        "ours/empty": Judged(ours / took["empty"], MOST_OF_EMPTY),
        "ours/asgi-cors": ours / took["asgi-cors"],
    }


def main() -> None:
    """Ask every policy and every case."""
    options = read_options(__doc__)
    silence_logs()
    rounds = QUICK_ROUNDS if options.quick else ROUNDS
    wrapped = {
        (policy, sends_vary): wrap(setup, make_app(sends_vary=sends_vary))
        for policy, setup in SETUPS.items()
        for sends_vary in (False, True)
    }
    # Why: as long as any layer that was made has not seen a request, crossorigin marks every request, to find layers
    # that are stacked. So every wrapper serves one before the first round.
    first = requests.make_actual(random.Random(0), None)
    for app in itertools.chain.from_iterable(apps.values() for apps in wrapped.values()):
        requests.drive(app, [requests.make_scope(first)])
    rows = []
    for policy, setup in SETUPS.items():
        for case in list_cases(setup):
            apps = wrapped[policy, case.sends_vary]
            for name in ("crossorigin", "drop-in", "starlette"):
                check(case, apps[name])
            rows.append(ask_case(policy, case, apps, rounds))
    title = "Nanoseconds that are added to the bare app's; for preflights, of the whole answer"
    report(options, [Table(title, rows)])


if __name__ == "__main__":
    main()
