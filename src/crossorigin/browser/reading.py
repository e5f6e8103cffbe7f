"""Filtered responses: which headers of an answer a script can read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crossorigin.messages import get_values
from crossorigin.standard.headers import (
    ALLOW_ORIGIN,
    CONTENT_TYPE,
    EXPOSE_HEADERS,
    FORBIDDEN_RESPONSE_NAMES,
    LOCATION,
    SAFELISTED_RESPONSE_NAMES,
    is_token,
    read_header_names,
)

if TYPE_CHECKING:
    from crossorigin.messages import Headers

_ANY = "*"
_LOCATION, _CONTENT_TYPE = LOCATION.lower(), CONTENT_TYPE.lower()


#: One character of more than one byte in UTF-8; or a byte that is of none.
_UTF_8 = re.compile(
    "[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    "|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|([\x80-\xff])"
)
_REPLACEMENT = "\xef\xbf\xbd"


def list_readable(
    headers: Headers,
    *,
    is_cors: bool,
    has_credentials: bool,
    is_lenient: bool = False,
    hidden_names: frozenset[str] = frozenset(),
) -> Headers:
    """Return the headers of a basic, or of a CORS, filtered response, in their order, without what surrounds a value.

    *hidden_names*: what an engine hides besides what the standard forbids.
    *is_lenient*: an engine minds a ``*`` although the list is none, if what spoils it stands behind.

    Spec: https://fetch.spec.whatwg.org/#concept-filtered-response-cors

    >>> headers = [("X-Total", "9"), ("Set-Cookie", "a=b"), ("Access-Control-Expose-Headers", "*")]
    >>> list_readable(headers, is_cors=True, has_credentials=False)
    (('X-Total', '9'), ('Access-Control-Expose-Headers', '*'))
    >>> list_readable(headers, is_cors=True, has_credentials=True)
    ()
    """
    forbidden = FORBIDDEN_RESPONSE_NAMES | hidden_names
    readable, is_any = frozenset[str](), True
    if is_cors:
        text = ",".join(get_values(headers, EXPOSE_HEADERS))
        found = read_header_names(text)
        if found is None and is_lenient and not has_credentials and _has_wildcard_first(text):
            found = [_ANY]
        exposed = {name.lower() for name in found or ()}
        readable = SAFELISTED_RESPONSE_NAMES | (exposed - forbidden)
        is_any = _ANY in exposed and not has_credentials
    # The standard, of a header value: "Has no leading or trailing HTTP tab or space bytes."
    return tuple(
        (name, value.strip(" \t"))
        for name, value in headers
        if (lower := name.lower()) in readable or (is_any and lower not in forbidden)
    )


def _has_wildcard_first(text: str) -> bool:
    """Tell whether ``*`` stands before everything that is no name."""
    items = (item.strip(" \t") for item in text.split(","))
    return next((item for item in items if item == _ANY or (item and not is_token(item))), "") == _ANY


def merge_lines(headers: Headers, *, is_cors: bool) -> Headers:
    """Merge lines as Firefox does: what is empty does not count, but in the headers that it looks at on its own.

    *is_cors*: the answer is to be shared, and Access-Control-Allow-Origin must not be there twice, in this spelling.

    >>> merge_lines([("Vary", ""), ("vary", "Origin"), ("X-A", ""), ("X-A", "")], is_cors=True)
    (('vary', 'Origin'), ('X-A', ''))
    >>> merge_lines([("Content-Type", ""), ("Content-Type", "a"), ("Content-Type", "")], is_cors=True)
    (('Content-Type', 'a,'),)
    """
    lines = [(name, name.lower(), value.strip(" \t")) for name, value in headers]
    is_repeated = is_cors and [name for name, _ in headers].count(ALLOW_ORIGIN) > 1
    merged: list[tuple[str, str]] = []
    places: dict[str, int] = {}
    for name, lower, value in lines:
        at = places.get(lower)
        # Why: of these, Firefox compares all lines that there are.
        if at is None or lower == _LOCATION or (is_repeated and name == ALLOW_ORIGIN):
            places[lower] = len(merged)
            merged.append((name, value))
        elif not merged[at][1]:
            merged[at] = (name, value)
        elif lower == _CONTENT_TYPE:
            merged[at] = (name, f"{merged[at][1]},{value}")
        elif value:
            merged[at] = (name, f"{merged[at][1]}, {value}")
    return tuple(merged)


def replace_bytes(headers: Headers) -> Headers:
    r"""Put U+FFFD for each byte that is no UTF-8, as WebKitGTK's HTTP library does.

    >>> replace_bytes([("X-A", "\xc3\xa4"), ("X-B", "a\xe4")])
    (('X-A', '\xc3\xa4'), ('X-B', 'a\xef\xbf\xbd'))
    """
    return tuple(
        (name, value if value.isascii() else _UTF_8.sub(lambda found: _REPLACEMENT if found[1] else found[0], value))
        for name, value in headers
    )
