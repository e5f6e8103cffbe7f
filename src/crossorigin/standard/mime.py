"""MIME types: only their essence, which decides whether a Content-Type needs a preflight."""

from __future__ import annotations

import re

_HTTP_WHITESPACE = " \t\r\n"
_ESSENCE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t\r\n]*(?:;|\Z)")


def read_essence(value: str) -> str | None:
    """Return the essence of a MIME type, in lower case, or None if *value* is none.

    Spec: https://mimesniff.spec.whatwg.org/#parsing-a-mime-type

    >>> read_essence(" Text/Plain ;charset=utf-8"), read_essence("text"), read_essence("text/plain, text/html")
    ('text/plain', None, None)
    """
    match = _ESSENCE.match(value.strip(_HTTP_WHITESPACE))
    return match[1].lower() if match else None
