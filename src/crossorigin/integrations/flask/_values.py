"""What flask-cors takes as the value of an option: a text, a regular expression, or any number of them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from crossorigin.errors import InvalidOriginError, InvalidRegexError, PolicyError
from crossorigin.origins.origin import read_origin
from crossorigin.origins.pattern import parse_pattern
from crossorigin.policy import ANY

#: A text that holds one of these is read as a regular expression.
_MARKS = frozenset(r"*\]?$^[]()")

#: What stands for everything.
_EVERYTHING = (ANY, ".*")


def make_list(value: Any) -> list[Any]:  # noqa: ANN401 (whatever was written)
    """Return a list of whatever was written; one thing is a list of one, and nothing is an empty one."""
    if value is None:
        return []
    is_one = not isinstance(value, Iterable) or isinstance(value, str | bytes | Mapping)
    return [value] if is_one else list(value)


def is_regex(text: str) -> bool:
    r"""Tell whether a text is read as a regular expression.

    >>> is_regex("/api/*"), is_regex("/api"), is_regex(r"/a\.b")
    (True, False, True)
    """
    return not _MARKS.isdisjoint(text)


def read_origins(value: object) -> tuple[object, list[re.Pattern[str] | str]]:
    """Return the origins and patterns, or ``"*"``, and the regular expressions among them.

    >>> read_origins(["https://APP.example", "https://*.example.com", "https?://b.example"])
    (['https://app.example', 'https://*.example.com'], [re.compile('https?://b.example', re.IGNORECASE)])
    """
    items = make_list(value)
    if any(item in _EVERYTHING for item in items if isinstance(item, str)):
        return ANY, []
    literals: list[object] = []
    regexes: list[re.Pattern[str] | str] = []
    for item in items:
        if isinstance(item, re.Pattern):
            regexes.append(item)
        elif isinstance(item, str) and is_regex(item) and not _is_origin(item.lower()):
            regexes.append(_compile("origins", item))
        else:
            # Why: flask-cors compares without case, and browsers send lower case.
            literals.append(item.lower() if isinstance(item, str) else item)
    return literals, regexes


def read_header_names(value: object) -> tuple[Any, list[re.Pattern[str]]]:
    """Return the names, or ``"*"``, and the regular expressions among them."""
    items = make_list(value)
    if any(item in _EVERYTHING for item in items if isinstance(item, str)):
        return ANY, []
    texts = [item.pattern for item in items if isinstance(item, re.Pattern)]
    texts += [item for item in items if isinstance(item, str) and is_regex(item)]
    names = [item for item in items if not isinstance(item, re.Pattern) and item not in texts]
    # Why: header names are compared without case, whatever the expression says.
    return names, [_compile("allow_headers", text) for text in texts]


def read_methods(value: object) -> object:
    """Return the methods in upper case, or ``"*"``; those of a set or list are sorted.

    >>> read_methods("get, POST"), read_methods({"put", "GET"})
    (['GET', 'POST'], ['GET', 'PUT'])
    """
    words = [word.upper() if isinstance(word, str) else word for word in read_words(value)]
    return ANY if ANY in words else words


def read_words(value: object) -> list[Any]:
    """Return the words of a text with commas, or the sorted ones of a set or list."""
    if isinstance(value, str):
        return [word.strip() for word in value.split(",") if word.strip()]
    return sorted(make_list(value), key=str)


def _is_origin(text: str) -> bool:
    """Tell whether a text is an origin or a pattern of origins, although it looks like a regular expression."""
    with contextlib.suppress(InvalidOriginError):
        return read_origin(text) is not None or bool(parse_pattern(text))
    return False


def _compile(option: str, text: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        fix = f"Mend it ({error})"
        at = getattr(error, "pos", None)
        raise PolicyError([InvalidRegexError(option, text, "regex-does-not-compile", fix=fix, at=at)]) from None
