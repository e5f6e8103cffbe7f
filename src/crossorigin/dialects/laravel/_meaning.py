"""What the words of php-cors, and header lines of one's own, allow in the words of a policy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.dialects._flavours import read_flavour
from crossorigin.dialects._origins import regex_to_pattern
from crossorigin.dialects._translation import Loss, Position
from crossorigin.errors import InvalidOriginError
from crossorigin.origins.pattern import parse_pattern
from crossorigin.policy import ANY
from crossorigin.standard.methods import SAFELISTED_METHODS

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What ends a regular expression in PHP, where it is not what begins it.
_CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}
#: All texts, as an expression: how every origin is written where credentials are allowed on purpose.
EVERY_TEXT = ".*"


class Item(NamedTuple):
    """A text in a list of the source."""

    text: str
    place: Position


def read_methods(methods: Sequence[str]) -> list[str]:
    """Return the methods that pass: those of the list, and those that browsers let pass without it.

    >>> read_methods(["PUT", "GET"])
    ['PUT', 'GET', 'HEAD', 'POST']
    """
    return [*methods, *sorted(SAFELISTED_METHODS - set(methods))]


def is_subdomains(text: str) -> bool:
    """Tell whether a text with a ``*`` stands for subdomains only, here as in php-cors.

    >>> is_subdomains("https://*.example.com"), is_subdomains("https://app-*.example.com")
    (True, False)
    """
    try:
        pattern = parse_pattern(text)
    except InvalidOriginError:
        return False
    return pattern.is_subdomains and not pattern.has_any_port


def read_origins(items: Sequence[Item], patterns: Sequence[Item], losses: list[Loss]) -> dict[str, Any]:
    """Return the options for the two lists of origins."""
    if any(item.text == ANY for item in items):
        return {"allow_origins": ANY}
    origins = [item.text for item in items if ANY not in item.text or is_subdomains(item.text)]
    stars = [item.text for item in items if ANY in item.text and not is_subdomains(item.text)]
    # "Asterisks" are anything there, dots and ports as well, and nothing, too.
    regexes = [EVERY_TEXT.join(map(re.escape, text.split(ANY))) for text in stars]
    regexes += [regex for item in patterns if (regex := _read_pattern(item, losses))]
    found = [(regex, regex_to_pattern(regex)) for regex in regexes]
    if EVERY_TEXT in regexes:
        return {"allow_origins": ANY, "dangerously_allow_any_origin_with_credentials": True}
    return {
        "allow_origins": [*origins, *(pattern for _, pattern in found if pattern)],
        "allow_origin_regex": [regex for regex, pattern in found if not pattern],
    }


def _read_pattern(item: Item, losses: list[Loss]) -> str | None:
    """Read an expression with its delimiters, as preg_match takes it."""
    what = f"allowed_origins_patterns: {item.text}"
    text = item.text.strip(" \t\r\n\v\f")
    end = text.rfind(_CLOSING.get(text[:1], text[:1]))
    if end < 1 or text[0].isalnum() or text[0] == "\\":
        why = "an expression of PHP's has a mark at both ends, such as '~' or '#'; without, it matches nothing"
        losses.append(Loss(what, why, "narrows", item.place))
        return None
    found = read_flavour(_undelimit(text[1:end], text[0]), text[end + 1 :], "pcre")
    if found is None:
        losses.append(Loss(what, "Python's regular expressions cannot say it", "narrows", item.place))
        return None
    if found.is_open:
        why = rf"it need not match a whole origin, so that it means {found.regex}: write all of it, from \A to \z"
        losses.append(Loss(what, why, "cosmetic", item.place))
    return found.regex


def _undelimit(text: str, mark: str) -> str:
    """Take the backslash off a delimiter inside, which is then itself; of a bracket, it may be needed."""
    if mark in _CLOSING or mark in ".^$*+?|()[]{}":
        return text
    return re.sub(r"\\(.)", lambda found: mark if found[1] == mark else found[0], text, flags=re.DOTALL)
