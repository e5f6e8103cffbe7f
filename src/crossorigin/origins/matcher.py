"""Many origins and patterns: the set that an origin is in or not.

A pattern is found by *spelling* it. From the origin ``https://a.b.example.com`` one can write down every
pattern of a known shape that would match it, such as ``https://*.example.com`` for "two labels behind the
star", and look that text up. Where the star stands inside a label, its place is spelled, and what stands around
it is looked up by its length. So the work grows with the number of *shapes* and lengths that occur, of which a
host name has few, and not with the number of patterns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crossorigin.origins.origin import Origin, read_origin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crossorigin.origins.pattern import Pattern

#: The text of a place: a pattern with nothing around its star.
Place = str


class _Shape(NamedTuple):
    """What two patterns have in common that are found by the same spelling.

    ``labels`` behind the one with the star (-1: only the port is a star); whether the star stands for whole labels;
    whether any port will do.
    """

    labels: int
    is_subdomains: bool
    has_any_port: bool


class _Around:
    """What stands before and after the star in one place, found by lengths."""

    __slots__ = ("_afters", "_lengths")

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        afters: dict[str, set[str]] = {}
        for before, after in pairs:
            afters.setdefault(before, set()).add(after)
        self._afters = {
            before: (frozenset(found), tuple(sorted(set(map(len, found))))) for before, found in afters.items()
        }
        self._lengths = tuple(sorted(set(map(len, afters))))

    def matches(self, label: str) -> bool:
        """Tell whether a label begins and ends as one of the patterns does, with something between."""
        for length in self._lengths:
            if length >= len(label):
                return False
            if found := self._afters.get(label[:length]):
                texts, lengths = found
                most = len(label) - length
                if any(label[len(label) - after :] in texts for after in lengths if after < most):
                    return True
        return False


class Matcher:
    """A set of origins, given by name and by pattern.

    >>> from crossorigin.origins.pattern import parse_pattern
    >>> matcher = Matcher(["https://app.example"], [parse_pattern("https://*.example.org")])
    >>> "https://app.example" in matcher, "https://a.b.example.org" in matcher, "https://example.org" in matcher
    (True, True, False)
    """

    __slots__ = ("_around", "_shapes", "_texts", "literals")

    def __init__(self, literals: Iterable[str], patterns: Iterable[Pattern] = ()) -> None:
        self.literals = frozenset(literals)
        patterns = tuple(patterns)
        inside = [pattern for pattern in patterns if pattern.has_any_label and not pattern.is_subdomains]
        pairs: dict[Place, list[tuple[str, str]]] = {}
        for pattern in inside:
            place, before, after = _split_at_label(pattern)
            pairs.setdefault(place, []).append((before, after))
        self._around = {place: _Around(found) for place, found in pairs.items()}
        self._texts = frozenset(pattern.text for pattern in patterns) - {pattern.text for pattern in inside}
        self._shapes = tuple(sorted({_shape_of(pattern) for pattern in patterns}))

    def __contains__(self, value: str) -> bool:
        """Tell whether a request's ``Origin`` is in the set; it is compared byte by byte, never normalised."""
        if value in self.literals:
            return True
        if not self._shapes or not (origin := read_origin(value)):
            return False
        labels = origin.host.split(".")
        return any(self._matches(origin, labels, shape) for shape in self._shapes)

    def _matches(self, origin: Origin, labels: list[str], shape: _Shape) -> bool:
        port = ":*" if shape.has_any_port else "" if origin.port is None else f":{origin.port}"
        if shape.labels < 0:
            return f"{origin.scheme}://{origin.host}{port}" in self._texts
        at = len(labels) - shape.labels - 1
        if at < 0:
            return False
        base = ".".join(labels[at + 1 :])
        if shape.is_subdomains:
            return f"{origin.scheme}://*.{base}{port}" in self._texts
        place = f"{origin.scheme}://{'.'.join([*labels[:at], '*', base])}{port}"
        return place in self._around and self._around[place].matches(labels[at])


def _shape_of(pattern: Pattern) -> _Shape:
    labels = pattern.after.count(".") if pattern.has_any_label else -1
    return _Shape(labels, pattern.is_subdomains, pattern.has_any_port)


def _split_at_label(pattern: Pattern) -> tuple[Place, str, str]:
    """Take the texts around the star out of a pattern.

    >>> from crossorigin.origins.pattern import parse_pattern
    >>> _split_at_label(parse_pattern("https://www.pr-*-x.example.com"))
    ('https://www.*.example.com', 'pr-', '-x')
    """
    before = pattern.before.rpartition(".")[2]
    after = pattern.after.partition(".")[0]
    return pattern.text.replace(f"{before}*{after}", "*", 1), before, after
