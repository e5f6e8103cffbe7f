"""Paths: where they end, what they decode to, and when two readers may differ."""

from __future__ import annotations

import re

_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_AMBIGUOUS = re.compile(r"/\.{1,2}(?=/|$)|//|[;\\]|%(?:2[ef]|5c)", re.IGNORECASE)


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
