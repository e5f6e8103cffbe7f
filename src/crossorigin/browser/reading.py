"""Filtered responses: which headers of an answer a script can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.messages import get_values
from crossorigin.standard.headers import (
    EXPOSE_HEADERS,
    FORBIDDEN_RESPONSE_NAMES,
    SAFELISTED_RESPONSE_NAMES,
    read_header_names,
)

if TYPE_CHECKING:
    from crossorigin.messages import Headers

_ANY = "*"


def list_readable(headers: Headers, *, is_cors: bool, has_credentials: bool) -> Headers:
    """Return the headers of a basic, or of a CORS, filtered response, in their order, without what surrounds a value.

    Spec: https://fetch.spec.whatwg.org/#concept-filtered-response-cors

    >>> headers = [("X-Total", "9"), ("Set-Cookie", "a=b"), ("Access-Control-Expose-Headers", "*")]
    >>> list_readable(headers, is_cors=True, has_credentials=False)
    (('X-Total', '9'), ('Access-Control-Expose-Headers', '*'))
    >>> list_readable(headers, is_cors=True, has_credentials=True)
    ()
    """
    readable, is_any = frozenset[str](), True
    if is_cors:
        exposed = {name.lower() for name in read_header_names(",".join(get_values(headers, EXPOSE_HEADERS))) or ()}
        readable = SAFELISTED_RESPONSE_NAMES | (exposed - FORBIDDEN_RESPONSE_NAMES)
        is_any = _ANY in exposed and not has_credentials
    # The standard, of a header value: "Has no leading or trailing HTTP tab or space bytes."
    return tuple(
        (name, value.strip(" \t"))
        for name, value in headers
        if (lower := name.lower()) in readable or (is_any and lower not in FORBIDDEN_RESPONSE_NAMES)
    )


def drop_empty_lines(headers: Headers) -> Headers:
    """Leave out the lines without a value whose name has another line.

    >>> drop_empty_lines([("Vary", ""), ("vary", "Origin"), ("X-A", ""), ("X-A", "")])
    (('vary', 'Origin'), ('X-A', ''))
    """
    full = {name.lower() for name, value in headers if value.strip(" \t")}
    kept = [(name, value) for name, value in headers if value.strip(" \t") or name.lower() not in full]
    firsts = {name.lower(): at for at, (name, _) in reversed(list(enumerate(kept)))}
    return tuple(pair for at, pair in enumerate(kept) if pair[1].strip(" \t") or firsts[pair[0].lower()] == at)
