"""Header lines on their way through: what is of one connection is not passed on, and no client is believed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from crossorigin.gateway.answers import Answered
from crossorigin.standard import headers as names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crossorigin.gateway.upstream import Upstream
    from crossorigin.integrations._scope import Pair, Scope


def _write(name: str) -> bytes:
    return name.lower().encode()


HOST = _write(names.HOST)
CONTENT_LENGTH = _write(names.CONTENT_LENGTH)
CONTENT_TYPE = _write(names.CONTENT_TYPE)
TRANSFER_ENCODING = _write(names.TRANSFER_ENCODING)
CHUNKED = b"chunked"
#: Of HTTP, as the parser names them.
VERSIONS = ("1.0", "1.1")
_CONNECTION = _write(names.CONNECTION)
_VIA = _write(names.VIA)
_LOCATION = _write(names.LOCATION)
_FORWARDED_FOR = _write(names.FORWARDED_FOR)
_FORWARDED_PROTO = _write(names.FORWARDED_PROTO)
_FORWARDED_HOST = _write(names.FORWARDED_HOST)
_FORWARDED_PREFIX = _write(names.FORWARDED_PREFIX)
_WEBSOCKET_PREFIX = _write(names.SEC_WEBSOCKET_PREFIX)
_PSEUDONYM = b"crossorigin"

_HOP_BY_HOP = frozenset(map(_write, names.HOP_BY_HOP_NAMES))
_TELLING = frozenset(map(_write, names.FORWARDED_NAMES))
#: What is not passed on as it came: the proxy writes ``Host``, ``Via`` and where the body ends, and has answered
#: ``Expect`` itself.
_REPLACED = _HOP_BY_HOP | {HOST, CONTENT_LENGTH, _write(names.EXPECT), _VIA}
_REPLACED |= {_FORWARDED_FOR, _FORWARDED_PROTO, _FORWARDED_HOST}
#: What a program behind CGI takes for its own setting: https://httpoxy.org/
_REPLACED |= {_write(names.PROXY)}
#: What is of the whole way: whoever says in ``Connection`` that it is of one connection wants a server to miss it.
_END_TO_END = _TELLING | {
    HOST,
    CONTENT_LENGTH,
    *map(_write, (names.ORIGIN, names.COOKIE, names.AUTHORIZATION, names.CONTENT_TYPE)),
}

#: Whether a header of a request is passed on, passed on from a proxy that is trusted, or never.
_PASSED, _TOLD, _DROPPED = range(3)
_KINDS: dict[bytes, int] = {}
_MOST_REMEMBERED = 1024

#: What a value must not hold.
#: Spec: https://www.rfc-editor.org/rfc/rfc9110#name-field-values
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_WITHOUT_BODY = frozenset({204, 304})


class Trip(NamedTuple):
    """Where requests go, and whether the one who sends them is a proxy whose word is taken."""

    upstream: Upstream
    trusts_forwarded: bool = False


def find_values(lines: Iterable[Pair], name: bytes) -> list[bytes]:
    """Return the values of all lines of a name in lower case."""
    return [value for key, value in lines if key == name]


def make_request_lines(scope: Scope, trip: Trip) -> list[Pair]:
    """Return the header lines with which a request goes on, but those that say where its body ends.

    Without trust, whatever a client says in ``Forwarded``, ``X-Forwarded-*``, ``X-Real-IP`` and the like is left out,
    also where it is written with underscores, which WSGI servers take for the same names.

    :raises Answered: a line is none that a client may send.
    """
    lines: list[Pair] = scope["headers"]
    options = _read_options(find_values(lines, _CONNECTION))
    if options and any(name in _END_TO_END or _tells_of_client(name) for name in options):
        raise Answered(400, "Connection names a header that is not of the connection.")
    most = _TOLD if trip.trusts_forwarded else _PASSED
    kept = [line for line in lines if _find_kind(line[0]) <= most]
    if options:
        kept = [line for line in kept if line[0] not in options]
    if _CONTROL.search(b"".join([value for _, value in kept])):
        raise Answered(400, "A header of the request is malformed.")
    return kept + _tell(scope, trip)


def _find_kind(name: bytes) -> int:
    """Return whether a header of a request is passed on; that is remembered of the usual names."""
    if (kind := _KINDS.get(name)) is None:
        is_replaced = name in _REPLACED or name.startswith(_WEBSOCKET_PREFIX)
        kind = _DROPPED if is_replaced else _TOLD if _tells_of_client(name) else _PASSED
        if len(_KINDS) < _MOST_REMEMBERED:
            _KINDS[name] = kind
    return kind


def _read_options(values: list[bytes]) -> frozenset[bytes]:
    """Return the names that ``Connection`` makes hop-by-hop ones."""
    return frozenset(word.strip().lower() for value in values for word in value.split(b","))


def _tells_of_client(name: bytes) -> bool:
    if b"_" in name:
        name = name.replace(b"_", b"-")
    return name in _TELLING or name.startswith(_FORWARDED_PREFIX)


def _tell(scope: Scope, trip: Trip) -> list[Pair]:
    """Return ``Host`` and what is said of the client's side."""
    client = scope.get("client")
    address = client[0].encode() if client else b"unknown"
    scheme = b"https" if scope.get("scheme") in {"https", "wss"} else b"http"
    lines: list[Pair] = scope["headers"]
    before = proto = host = b""
    if trip.trusts_forwarded:
        before, proto, host = (_join(lines, name) for name in (_FORWARDED_FOR, _FORWARDED_PROTO, _FORWARDED_HOST))
    via, version = _join(lines, _VIA), scope.get("http_version", "1.1").encode()
    return [
        (HOST, trip.upstream.authority.encode()),
        (_FORWARDED_FOR, b"%b, %b" % (before, address) if before else address),
        (_FORWARDED_PROTO, proto or scheme),
        (_FORWARDED_HOST, host or _join(lines, HOST)),
        (_VIA, b"%b, %b %b" % (via, version, _PSEUDONYM) if via else b"%b %b" % (version, _PSEUDONYM)),
    ]


def _join(lines: list[Pair], name: bytes) -> bytes:
    return b", ".join([value for key, value in lines if key == name])


def make_response_lines(lines: Sequence[Pair], scope: Scope, trip: Trip, status: int) -> list[Pair]:
    """Return the header lines with which an answer goes back; their names are in lower case.

    A ``Location`` on the upstream leads to the proxy instead, where the browser is told of CORS.

    :raises Answered: a line is none that a server may send.
    """
    options = _read_options(find_values(lines, _CONNECTION)) | _HOP_BY_HOP
    # "A sender MUST NOT send a Content-Length header field in any message that contains a Transfer-Encoding".
    if status in _WITHOUT_BODY or find_values(lines, TRANSFER_ENCODING):
        options |= {CONTENT_LENGTH}
    kept = [line for line in lines if line[0] not in options]
    keys, values = [name for name, _ in kept], [value for _, value in kept]
    if _CONTROL.search(b"".join(values)) or not all(map(_NAME.fullmatch, keys)):
        raise Answered(502, "The upstream's answer has a header that is malformed.")
    if _LOCATION in keys:
        at = keys.index(_LOCATION)
        kept[at] = (_LOCATION, _relocate(values[at], scope, trip))
    return kept


def _relocate(value: bytes, scope: Scope, trip: Trip) -> bytes:
    """Return a ``Location`` that leads to the proxy, if it led to the upstream."""
    origin = trip.upstream.origin.encode()
    rest = value[len(origin) :]
    if value[: len(origin)].lower() != origin or rest[:1] not in {b"", b"/", b"?", b"#"}:
        return value
    # Why: without a host, what follows could be read as one: "//evil.example/".
    told = dict(_tell(scope, trip))
    return b"%b://%b%b" % (told[_FORWARDED_PROTO], told[_FORWARDED_HOST], rest)
