"""What came of a case twice, side by side: in words that a person can act on."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from engines.differential.case import Case, Played, Result, Seen, write_case

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_RESULT = Result("nothing")
_NO_REQUEST = Seen("nothing", "", None, None, None)

#: How many requests are printed.
_SHOWN = 12


class Difference(NamedTuple):
    """A case, and what came of it here and there."""

    case: Case
    names: tuple[str, str]
    played: tuple[Played, Played]

    @property
    def kinds(self) -> tuple[str, ...]:
        """What differs, in the order of what shows first."""
        return tuple(dict.fromkeys(_find_kinds(*self.played)))

    def __str__(self) -> str:
        width = max(map(len, self.names))
        lines = [f"differs in {', '.join(self.kinds)}:", f"  case {write_case(self.case)}"]
        for name, played in zip(self.names, self.played, strict=True):
            lines += [f"  {name:{width}} {_write_result(result)}" for result in played.results]
            lines += [f"  {name:{width}}   saw {_write_seen(seen)}" for seen in played.seen[:_SHOWN]]
            lines += [f"  {name:{width}}   saw {len(played.seen)} in all"] * (len(played.seen) > _SHOWN)
        return "\n".join(lines)


def _find_kinds(first: Played, second: Played) -> Iterator[str]:
    """Name the fields that differ; requests first, because what differs there makes the rest differ."""
    for seen in zip_longest(first.seen, second.seen, fillvalue=_NO_REQUEST):
        for name in Seen._fields:
            if getattr(seen[0], name) != getattr(seen[1], name):
                yield f"the request's {name.replace('_', ' ')}"
    for result in zip_longest(first.results, second.results, fillvalue=_NO_RESULT):
        for name in Result._fields:
            if getattr(result[0], name) != getattr(result[1], name):
                yield name


def _write_result(result: Result) -> str:
    headers = ", ".join(f"{name}: {value!r}" for name, value in result.headers)
    return result.outcome if result.status is None else f"{result.outcome} {result.status} {{{headers}}}"


def _write_seen(seen: Seen) -> str:
    asked = "" if seen.asked_method is None else f", asks for {seen.asked_method} [{seen.asked_headers}]"
    return f"{seen.method} {seen.url} from {seen.origin}{asked}"
