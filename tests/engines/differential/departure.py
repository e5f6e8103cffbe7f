"""The shape of a departure, where an engine does what the standard does not, and the words in which it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from engines.differential.case import Answer, Call, Case, Hop, Played

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engines.differential.case import Pairs, Result, Seen

PAGE = "http://127.0.0.1:<page>"
HOME, HOME_1 = "http://127.0.0.1:<page>/c/<id>/0", "http://127.0.0.1:<page>/c/<id>/1"
API, API_1 = "http://127.0.0.1:<api>/c/<id>/0", "http://127.0.0.1:<api>/c/<id>/1"
OTHER = "http://localhost:<other>/c/<id>/1"

ANY_ORIGIN = ("Access-Control-Allow-Origin", "*")
ITS_ORIGIN = ("Access-Control-Allow-Origin", "<origin>")
CREDENTIALS = ("Access-Control-Allow-Credentials", "true")
FOR_CREDENTIALS = (ITS_ORIGIN, CREDENTIALS)
PUT_ALLOWED = ("Access-Control-Allow-Methods", "PUT")
ANY_METHOD = ("Access-Control-Allow-Methods", "*")
ANY_HEADER = ("Access-Control-Allow-Headers", "*")
FOR_MINUTES = ("Access-Control-Max-Age", "600")

SHARED = Answer(200, (ANY_ORIGIN,))
ALLOWED = Answer(204, (ANY_ORIGIN, ANY_METHOD, ANY_HEADER))

GET = Call(API, "GET", (), "omit")
PUT = Call(API, "PUT", (), "omit")
WITH_CREDENTIALS = Call(API, "PUT", (), "include")
WITH_X_A = Call(API, "GET", (("X-A", "1"),), "omit")


class Departure(NamedTuple):
    """A field of a profile, a sentence, a case, and what comes of it: with an engine's name where it is its own."""

    field: str
    sentence: str
    case: Case
    expected: Mapping[str, str]

    def find_expected(self, profile: str) -> str:
        """Return what comes of the case, as ``write_played`` writes it."""
        return self.expected.get(profile, self.expected["standard"])


def write_played(played: Played) -> str:
    """Write on one line what the server saw, and what the script learned.

    >>> write_played(Played((), ()))
    ' = '
    """
    return f"{' '.join(map(_write_seen, played.seen))} = {', '.join(map(_write_result, played.results))}"


def _write_seen(seen: Seen) -> str:
    is_preflight = seen.asked_method is not None
    word = f"ASK:{seen.asked_method}[{seen.asked_headers or ''}]" if is_preflight else seen.method
    origin = {None: "@none", "null": "@null"}.get(seen.origin, "")
    return f"{word}{origin}/{seen.url.partition('/c/<id>/')[2]}"


def _write_result(result: Result) -> str:
    own = [f"{name}:{value}" for name, value in result.headers if name in {"x-a", "content-type", "clear-site-data"}]
    return " ".join([result.outcome if result.status is None else str(result.status), *own])


def to(location: str) -> tuple[str, str]:
    return "Location", location


def age(seconds: str) -> tuple[str, str]:
    return "Access-Control-Max-Age", seconds


def allow_headers(names: str) -> tuple[str, str]:
    return "Access-Control-Allow-Headers", names


def allow_methods(methods: str) -> tuple[str, str]:
    return "Access-Control-Allow-Methods", methods


def expose(names: str) -> tuple[str, str]:
    return "Access-Control-Expose-Headers", names


def once(headers: Pairs = (), act: Answer = SHARED) -> Case:
    """Call once, with headers."""
    return Case(PAGE, (GET._replace(headers=headers),), (Hop((ALLOWED,), (act,)),))


def twice(first: Call, second: Call | None = None, pre: Pairs = (), act: Answer = SHARED, page: str = PAGE) -> Case:
    """Call twice, the second time perhaps in another way."""
    return Case(page, (first, second or first), (Hop((Answer(204, pre),), (act,)),))


def redirect(
    call: Call, location: str, status: int = 307, first: Pairs = (ANY_ORIGIN,), pre2: Answer = ALLOWED
) -> Case:
    """Call, and be redirected."""
    answer = Answer(status, (*first, to(location)))
    return Case(PAGE, (call,), (Hop((ALLOWED,), (answer,)), Hop((pre2,), (SHARED,))))
