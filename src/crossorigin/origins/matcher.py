"""Many origins and patterns: the set that an origin is in or not.

A pattern is found by *spelling* it. From the origin ``https://a.b.example.com`` one can write down
every pattern of a known shape that would match it, such as ``https://*.example.com`` for "two labels
behind the star", and look that text up. So a look-up costs one hash per *shape* that occurs, and does
not grow with the number of patterns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crossorigin.origins.origin import Origin, read_origin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crossorigin.origins.pattern import Pattern


class _Shape(NamedTuple):
    """What two patterns have in common that are found by the same spelling.

    ``labels`` behind the one with the wildcard (-1: none has one); how many letters of that label stand
    ``before`` and ``after`` the star (-1: the star is for whole labels); whether any port will do.
    """

    labels: int
    before: int
    after: int
    has_any_port: bool


def _shape_of(pattern: Pattern) -> _Shape:
    if not pattern.has_any_label:
        return _Shape(-1, -1, -1, pattern.has_any_port)
    labels = pattern.after.count(".")
    if pattern.is_subdomains:
        return _Shape(labels, -1, -1, pattern.has_any_port)
    before = len(pattern.before.rpartition(".")[2])
    return _Shape(labels, before, pattern.after.index("."), pattern.has_any_port)


def _spell(origin: Origin, shape: _Shape) -> str | None:
    """Write the pattern of this shape that would match *origin*, or return None if none can."""
    port = ":*" if shape.has_any_port else "" if origin.port is None else f":{origin.port}"
    if shape.labels < 0:
        return f"{origin.scheme}://{origin.host}{port}"
    labels = origin.host.split(".")
    at = len(labels) - shape.labels - 1
    if at < 0:
        return None
    base = ".".join(labels[at + 1 :])
    if shape.before < 0:
        return f"{origin.scheme}://*.{base}{port}"
    label = labels[at]
    if len(label) <= shape.before + shape.after:
        return None
    label = f"{label[: shape.before]}*{label[len(label) - shape.after :]}"
    return f"{origin.scheme}://{'.'.join([*labels[:at], label])}.{base}{port}"


class Matcher:
    """A set of origins, given by name and by pattern.

    >>> from crossorigin.origins.pattern import parse_pattern
    >>> matcher = Matcher(["https://app.example"], [parse_pattern("https://*.example.org")])
    >>> "https://app.example" in matcher, "https://a.b.example.org" in matcher, "https://example.org" in matcher
    (True, True, False)
    """

    __slots__ = ("_shapes", "_texts", "literals")

    def __init__(self, literals: Iterable[str], patterns: Iterable[Pattern] = ()) -> None:
        self.literals = frozenset(literals)
        patterns = tuple(patterns)
        self._texts = frozenset(pattern.text for pattern in patterns)
        self._shapes = tuple(sorted({_shape_of(pattern) for pattern in patterns}))

    @property
    def has_patterns(self) -> bool:
        """Tell whether anything but the literals can match."""
        return bool(self._shapes)

    def __contains__(self, value: str) -> bool:
        """Tell whether a request's ``Origin`` is in the set; it is compared byte by byte, never normalised."""
        if value in self.literals:
            return True
        if not self._shapes or not (origin := read_origin(value)):
            return False
        return any(_spell(origin, shape) in self._texts for shape in self._shapes)
