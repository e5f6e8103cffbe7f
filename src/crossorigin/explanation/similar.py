"""Two origins that are almost the same: in which well-known way they differ."""

from __future__ import annotations

from typing import NamedTuple

from crossorigin.explanation.shapes import NearMiss

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


class _Parts(NamedTuple):
    scheme: str
    host: str
    port: str


def compare(sent: str, listed: str) -> NearMiss | None:
    """Return how the origin *listed* misses *sent*, which is a serialized origin, or None if they are strangers.

    >>> compare("https://app.example", "https://app.example/").id, compare("http://localhost:3000", "http://localhost").id
    ('trailing-slash', 'port')
    >>> compare("https://app.example", "https://shop.example") is None
    True
    """
    if sent == listed:
        return None
    if listed.rstrip("/") == sent:
        return NearMiss("trailing-slash", "An origin has no slash at its end.")
    if listed.lower() == sent.lower():
        return NearMiss("case", "Origins are compared byte by byte, and a browser writes them in lower case.")
    if listed.lower().startswith((f"{sent}/", f"{sent}?")):
        return NearMiss("path", "An origin ends with the host or the port; it has no path.")
    if "*" in listed and listed != "*":
        return NearMiss("pattern-in-header", "The header holds one origin or a lone *; a browser knows no patterns.")
    return _compare_parts(_split(sent), _split(listed.lower().rstrip("/")))


def _compare_parts(sent: _Parts, listed: _Parts) -> NearMiss | None:
    differ = [name for name, one, other in zip(_Parts._fields, sent, listed, strict=True) if one != other]
    if {sent.host, listed.host} <= _LOOPBACK and "host" in differ:
        text = f"{sent.host} and {listed.host} are the same machine, and to a browser two origins."
        return NearMiss("localhost", text)
    if differ == ["scheme"]:
        if not listed.scheme:
            return NearMiss("scheme", "An origin begins with its scheme, such as https://.")
        return NearMiss("scheme", f"{sent.scheme} and {listed.scheme} are two origins.")
    if differ == ["port"]:
        ports = [f"port {port}" if port else "no port" for port in (listed.port, sent.port)]
        return NearMiss("port", f"The port is part of the origin: it has {ports[0]}, the page {ports[1]}.")
    if differ == ["host"] and {sent.host, listed.host} in (
        {sent.host, f"www.{sent.host}"},
        {listed.host, f"www.{listed.host}"},
    ):
        return NearMiss("www", "With www. and without it are two origins.")
    return None


def _split(text: str) -> _Parts:
    """Take an origin, or what somebody took for one, apart."""
    scheme, separator, rest = text.partition("://")
    if not separator:
        scheme, rest = "", text
    authority = rest.partition("/")[0]
    host, colon, port = authority.rpartition(":")
    return _Parts(scheme, host, port) if colon and port.isdigit() else _Parts(scheme, authority, "")
