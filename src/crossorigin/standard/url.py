"""Hosts and paths as the URL Standard has them: only what an origin or a rule needs."""

from __future__ import annotations

import re

#: "A special scheme is an ASCII string that is listed in the first column of the following table."
#: Spec: https://url.spec.whatwg.org/#special-scheme
DEFAULT_PORTS = {"ftp": 21, "http": 80, "https": 443, "ws": 80, "wss": 443}

_LABELS = re.compile(r"(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}")
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_AMBIGUOUS = re.compile(r"/\.{1,2}(?=/|$)|//|[;\\]|%(?:2[ef]|5c)", re.IGNORECASE)

MAX_HOST = 253
_IPV6_PIECES = 8


def is_host(host: str) -> bool:
    """Tell whether *host* is a domain or an address in the one form that browsers write.

    Differs from the standard: the URL Standard also lets a domain hold marks such as ``!`` and ``$``; no
    DNS name that can be registered has one, but look-alikes of allowed origins do.

    Spec: https://url.spec.whatwg.org/#host-parsing

    >>> is_host("app.example"), is_host("127.0.0.1"), is_host("[::1]"), is_host("127.1"), is_host("a..b")
    (True, True, True, False, False)
    """
    if host.startswith("["):
        return serialize_ipv6(host[1:-1]) == host[1:-1] and host.endswith("]")
    if len(host) > MAX_HOST or not _LABELS.fullmatch(host):
        return False
    # Of a host: "If asciiDomain ends in a number, then return the result of IPv4 parsing asciiDomain."
    return _IPV4.fullmatch(host) is not None or not _NUMBER.fullmatch(host[host.rfind(".") + 1 :])


def serialize_ipv6(text: str) -> str | None:
    """Return the IPv6 address *text* as a browser writes it, without brackets, or None if it is none.

    Spec: https://url.spec.whatwg.org/#concept-ipv6-serializer

    >>> serialize_ipv6("0:0:0:0:0:0:0:1"), serialize_ipv6("2001:db8::0:1"), serialize_ipv6("::1::")
    ('::1', '2001:db8::1', None)
    """
    pieces = _read_ipv6(text)
    if pieces is None:
        return None
    # "Let compress be an index to the first IPv6 piece in the first longest sequences of address's IPv6
    # pieces that are 0", of at least two.
    runs = "".join("0" if piece == 0 else "x" for piece in pieces)
    zeros = max(re.findall("0+", runs), key=len, default="")
    words = [f"{piece:x}" for piece in pieces]
    if len(zeros) < len("00"):
        return ":".join(words)
    at = runs.index(zeros)
    return f"{':'.join(words[:at])}::{':'.join(words[at + len(zeros) :])}"


def _read_ipv6(text: str) -> list[int] | None:
    head, gap, tail = text.partition("::")
    left, right = [half.split(":") if half else [] for half in (head, tail)]
    words = left + right
    if not all(re.fullmatch("[0-9A-Fa-f]{1,4}", word) for word in words):
        return None
    missing = _IPV6_PIECES - len(words)
    if missing < (1 if gap else 0) or (missing and not gap):
        return None
    return [int(word, 16) for word in [*left, *["0"] * missing, *right]]


def split_path(url: str) -> str:
    """Return the path of *url*, as it is written there, without its query and fragment.

    >>> split_path("https://api.example/items?page=2"), split_path("https://api.example"), split_path("/a#b")
    ('/items', '/', '/a')
    """
    rest = url if url.startswith("/") else url.partition("://")[2] or url
    if not url.startswith("/"):
        slash = re.search(r"[/?#]", rest)
        rest = rest[slash.start() :] if slash else "/"
    path = re.split(r"[?#]", rest, maxsplit=1)[0]
    return path or "/"


def decode_path(path: str) -> str:
    """Percent-decode *path* as servers do before they route it; a plus stays a plus.

    >>> decode_path("/a%20b+c%C3%A9"), decode_path("/100%")
    ('/a b+cé', '/100%')
    """
    return _ESCAPES.sub(lambda run: bytes.fromhex(run[0].replace("%", "")).decode("utf-8", "replace"), path)


def is_ambiguous_path(path: str) -> bool:
    """Tell whether servers, proxies and routers differ about which resource *path* names.

    *path* may be as written or percent-decoded; what is decoded once and still escaped counts, too.

    >>> is_ambiguous_path("/a/../b"), is_ambiguous_path("/a%2Fb"), is_ambiguous_path("/a.b/..c")
    (True, True, False)
    """
    return _AMBIGUOUS.search(path) is not None


def list_readings(path: str) -> list[str]:
    """Return the paths that servers, proxies and routers may make of an ambiguous *path*, as it was written.

    Each of them may decode once more or leave an escaped slash alone, take a backslash for a slash, drop what
    follows a semicolon, merge slashes, and resolve dot segments, or may not.

    >>> list_readings("/a/../b;x")
    ['/a/../b;x', '/a/../b', '/b;x', '/b']
    """
    kept = decode_path(re.sub(r"%(2f|5c)", r"%25\1", path, flags=re.IGNORECASE))
    readings = [kept, decode_path(path), decode_path(decode_path(path))]
    for change in (_unify_slashes, _drop_parameters, _merge_slashes, _resolve_dots):
        readings += [change(reading) for reading in readings]
        readings = list(dict.fromkeys(readings))
    return readings


def _unify_slashes(path: str) -> str:
    return path.replace("\\", "/")


def _drop_parameters(path: str) -> str:
    return re.sub(r";[^/]*", "", path)


def _merge_slashes(path: str) -> str:
    return re.sub("/{2,}", "/", path)


def _resolve_dots(path: str) -> str:
    """Remove dot segments; an empty segment is one to go back from.

    Spec: https://www.rfc-editor.org/rfc/rfc3986#section-5.2.4
    """
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1:] in (["."], [".."]):
        kept.append("")
    return f"/{'/'.join(kept)}"
