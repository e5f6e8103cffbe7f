"""The allowed origin that a refused one was probably meant to be."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.origins.matcher import Matcher

_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_MOST_LITERALS = 10_000


def find_nearest(value: str, allowed: Matcher) -> tuple[str, str] | None:
    """Return an allowed origin that differs from *value* in one well-known way, and the way.

    >>> from crossorigin.origins.matcher import Matcher
    >>> find_nearest("http://app.example", Matcher(["https://app.example"]))
    ('https://app.example', 'the scheme')
    """
    for candidate, difference in _near_misses(value):
        if candidate != value and candidate in allowed:
            return candidate, difference
    return _find_other_port(value, allowed)


def _near_misses(value: str) -> Iterator[tuple[str, str]]:
    yield value.lower(), "upper case"
    scheme, separator, rest = value.lower().partition("://")
    if not separator:
        yield f"https://{scheme}", "the scheme"
        yield f"http://{scheme}", "the scheme"
        return
    authority = rest.partition("/")[0]
    host, colon, port = authority.partition(":") if "]" not in authority else (authority, "", "")
    yield f"{scheme}://{authority}", "what follows the host"
    yield f"{'http' if scheme == 'https' else 'https'}://{authority}", "the scheme"
    yield f"{scheme}://{host}", "the port"
    yield f"{scheme}://{authority[4:] if authority.startswith('www.') else f'www.{authority}'}", "www."
    if host in _LOOPBACK:
        for name in _LOOPBACK:
            yield f"{scheme}://{name}{colon}{port}", "the name of the loopback host"


def _find_other_port(value: str, allowed: Matcher) -> tuple[str, str] | None:
    scheme, separator, rest = value.partition("://")
    host = rest.partition(":")[0]
    if not (separator and host):
        return None
    start = f"{scheme}://{host}:"
    # Why: this looks at the literals one by one, which is too slow for a million of them.
    for literal in islice(allowed.literals, _MOST_LITERALS):
        if literal.startswith(start):
            return literal, "the port"
    return None
