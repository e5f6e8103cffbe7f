"""How do the time of a decision, and the memory, grow with the number of allowed origins and patterns?

Members and strangers are asked for in random order, in new texts, each round other ones: with a million
origins, most of what is looked at is in no cache of the processor. The memory is without the texts themselves.
"""  # noqa: D400 (the first line is the question)

from __future__ import annotations

import itertools
import random
import time
import tracemalloc
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import _requests as requests
from _measure import Judged, Table, measure, read_options, report, silence_logs
from _origins import make_distinct, make_origin, make_word

from crossorigin import Policy, compile, decide  # noqa: A004 (the name users know it by)
from crossorigin.messages import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from _measure import Maker, Row

SIZES, QUICK_SIZES = (10, 1_000, 100_000, 1_000_000), (10, 1_000, 100_000)
PATTERNS, QUICK_PATTERNS = 10_000, 2_000
ROUNDS, QUICK_ROUNDS = 400, 20
ASKED = 200

MOST_OF_TEN = 1.5
MOST_MICROSECONDS = 6.0
MOST_BYTES = 300.0
MOST_SECONDS = {100_000: 2.0}


class Side(NamedTuple):
    """A policy, and how to make an origin that it allows and one that it does not."""

    policy: Policy
    make_member: Callable[[], str]
    make_stranger: Callable[[], str]


def make_request(origin: str) -> Request:
    """Return an actual request in new texts, with the headers of a browser."""
    spec = requests.Spec("GET", "/api/items/1", origin)
    return Request("GET", spec.path, requests.copy_headers(requests.list_headers(spec)))


def list_makers(side: Side) -> dict[str, Maker]:
    """Return the four ways to ask: by ``decide`` and by ``in``, for members and for strangers."""

    def make(*, is_member: bool, is_whole: bool) -> Maker:
        def prepare() -> Callable[[], object]:
            pick = side.make_member if is_member else side.make_stranger
            origins = [pick() for _ in range(ASKED)]
            if is_whole:
                return _decide_all(side.policy, [make_request(origin) for origin in origins])
            return _find_all(side.policy, requests.copy_texts(origins))

        return prepare

    return {
        "decide, member": make(is_member=True, is_whole=True),
        "decide, stranger": make(is_member=False, is_whole=True),
        "in, member": make(is_member=True, is_whole=False),
        "in, stranger": make(is_member=False, is_whole=False),
    }


def _decide_all(policy: Policy, asked: Sequence[Request]) -> Callable[[], object]:
    def work() -> None:
        for request in asked:
            decide(policy, request)

    return work


def _find_all(policy: Policy, asked: Sequence[str]) -> Callable[[], object]:
    allowed = policy.allowed

    def work() -> None:
        for origin in asked:
            origin in allowed  # noqa: B015 (this is what is timed)

    return work


def check(side: Side) -> None:
    """Make sure that members are members and strangers are none."""
    for _ in range(ASKED):
        assert decide(side.policy, make_request(side.make_member())).allowed
        assert not decide(side.policy, make_request(side.make_stranger())).allowed


def ask_sides(sides: dict[str, Side], rounds: int) -> dict[str, dict[str, float]]:
    """Return the microseconds of every way to ask every policy, measured side by side."""
    for side in sides.values():
        check(side)
    ways = {f"{name}|{way}": maker for name, side in sides.items() for way, maker in list_makers(side).items()}
    took = measure(ways, rounds, ASKED)
    return {name: {way: took[f"{name}|{way}"] / 1000 for way in list_makers(side)} for name, side in sides.items()}


def build(origins: list[str]) -> tuple[Policy, float]:
    """Return the policy, and the seconds that it took to make."""
    start = time.perf_counter()
    policy = Policy(allow_origins=origins, allow_credentials=True)
    return policy, time.perf_counter() - start


def weigh(make: Callable[[], object]) -> int:
    """Return the bytes that what is made holds, without what was there before."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    made = make()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del made
    return after - before


def ask_origins(sizes: Sequence[int], rounds: int) -> list[Row]:
    """Ask policies of so many origins each."""
    chance = random.Random(20)
    everything = make_distinct(partial(make_origin, chance), sizes[-1])
    known = frozenset(everything)
    sides: dict[str, Side] = {}
    rows: list[Row] = []

    def pick(size: int) -> str:
        return everything[chance.randrange(size)]

    def make_stranger() -> str:
        return next(origin for origin in iter(lambda: make_origin(chance), "") if origin not in known)

    for size in sizes:
        # Why: texts of its own, so that to pick what is asked does not bring the policy's texts into the caches.
        origins = requests.copy_texts(everything[:size])
        # Why: before it is weighed, so that the first use of some module is not taken for an origin's memory.
        policy, seconds = build(origins)
        held = weigh(partial(build, origins)) / size
        rendered = weigh(partial(compile, policy)) / size
        sides[str(size)] = Side(policy, partial(pick, size), make_stranger)
        most = MOST_SECONDS.get(size)
        rows.append(
            {
                "origins": size,
                "built in s": Judged(seconds, most) if most else seconds,
                # Why: with few origins, it is the policy's other options that weigh.
                "bytes per origin": Judged(held, MOST_BYTES) if size >= 1_000 else round(held),
                "and of an ASGI table": round(rendered),
            }
        )
    took = ask_sides(sides, rounds)
    return [row | _judge(took[str(row["origins"])], took[str(sizes[0])]) for row in rows]


def _judge(times: dict[str, float], least: dict[str, float]) -> Row:
    row: Row = {f"{way} us": Judged(times[way], MOST_MICROSECONDS) if "decide" in way else times[way] for way in times}
    row["member/10"] = Judged(times["decide, member"] / least["decide, member"], MOST_OF_TEN)
    row["stranger/10"] = Judged(times["decide, stranger"] / least["decide, stranger"], MOST_OF_TEN)
    return row


def ask_patterns(number: int, rounds: int) -> list[Row]:
    """Ask policies of so many patterns: of subdomains, and inside a label, in few shapes and in many."""
    chance = random.Random(21)
    serial = itertools.count()
    makers: dict[str, Callable[[], str]] = {
        "subdomains": lambda: f"https://*.{make_word(chance)}-{next(serial)}.com",
        "in a label, one shape": lambda: f"https://app-*.{make_word(chance)}-{next(serial)}.com",
        "in a label, many shapes": lambda: (
            f"https://{make_word(chance, 1, 12)}*{make_word(chance, 1, 12)}.{make_word(chance)}-{next(serial)}.com"
        ),
    }
    sides: dict[str, Side] = {}
    rows: list[Row] = []

    def fill(patterns: list[str]) -> str:
        return chance.choice(patterns).replace("*", make_word(chance))

    for name, make in makers.items():
        patterns = make_distinct(make, number)
        policy, seconds = build(patterns)
        held = weigh(partial(build, patterns)) / number
        sides[name] = Side(policy, partial(fill, patterns), partial(make_origin, chance))
        rows.append({"patterns": name, "number": number, "built in s": seconds, "bytes per pattern": round(held)})
    took = ask_sides(sides, rounds)
    return [row | {f"{way} us": time for way, time in took[str(row["patterns"])].items()} for row in rows]


def main() -> None:
    """Ask for origins and for patterns."""
    options = read_options(__doc__)
    silence_logs()
    rounds = QUICK_ROUNDS if options.quick else ROUNDS
    tables = [
        Table("Origins, given by name", ask_origins(QUICK_SIZES if options.quick else SIZES, rounds)),
        Table("Patterns", ask_patterns(QUICK_PATTERNS if options.quick else PATTERNS, rounds)),
    ]
    report(options, tables)


if __name__ == "__main__":
    main()
