"""Request and Response: the only shapes that cross the border.

Header names and values are text in which each character is one byte (latin-1), as WSGI has them;
their order, their case and their repeats are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

Headers = Sequence[tuple[str, str]]


class Request(NamedTuple):
    """One HTTP request.

    >>> Request("GET", "https://api.example/items", [("Origin", "https://app.example")]).method
    'GET'
    """

    method: str
    url: str
    headers: Headers
    body: bytes = b""


class Response(NamedTuple):
    """One HTTP response."""

    status: int
    headers: Headers
    body: bytes = b""


def get_values(headers: Headers, name: str) -> list[str]:
    """Return the values of all lines called *name*, compared without case, in their order.

    >>> get_values([("Vary", "Accept"), ("vary", "Origin")], "VARY")
    ['Accept', 'Origin']
    """
    name = name.lower()
    return [value for key, value in headers if key.lower() == name]


def escape(text: str) -> str:
    r"""Write out what a terminal would not print as it is, so that nothing off the wire can steer it.

    >>> escape("a\x1b[2Jb\xe9")
    'a\\x1b[2Jb\\xe9'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(mark if " " <= mark <= "~" else mark.encode("unicode_escape").decode() for mark in text)
