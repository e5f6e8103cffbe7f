"""What an edge stands in front of, and where it listens."""

from __future__ import annotations

import re
from typing import NamedTuple

from crossorigin.errors import DialectError
from crossorigin.messages import escape
from crossorigin.standard.hosts import parse_host
from crossorigin.standard.url import parse_url

UPSTREAM = "http://127.0.0.1:3000"
LISTEN = "127.0.0.1:8000"

_DEFAULT_PORT = 80
#: Why: a host may hold what has a meaning in a configuration, such as a semicolon.
_PLAIN = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]")
_DIGITS = re.compile("[1-9][0-9]{0,4}")
_MAX_PORT = 65535


class Edge(NamedTuple):
    """A server in front of another; an IPv6 address has its brackets."""

    upstream_host: str
    upstream_port: int
    listen_host: str
    listen_port: int

    @property
    def upstream(self) -> str:
        """The host and the port that everything is forwarded to."""
        return f"{self.upstream_host}:{self.upstream_port}"

    @property
    def listen(self) -> str:
        """The host and the port that clients call."""
        return f"{self.listen_host}:{self.listen_port}"


def parse_edge(dialect: str, upstream: str = UPSTREAM, listen: str = LISTEN) -> Edge:
    """Read both as the command line has them.

    :raises DialectError: one of them is no such address.

    >>> parse_edge("nginx", "http://backend:3000", "[::1]:80")
    Edge(upstream_host='backend', upstream_port=3000, listen_host='[::1]', listen_port=80)
    """
    url = parse_url(upstream)
    is_origin = url is not None and url.scheme == "http" and not url.includes_credentials and url.fragment is None
    if url is None or not is_origin or url.target != "/" or not _PLAIN.fullmatch(url.host):
        what = f"the upstream {escape(upstream)} is no http URL of a host and a port alone; https is not written"
        raise DialectError(dialect, what, fix=f"Write, for example, {UPSTREAM}")
    name, _, digits = listen.rpartition(":")
    host = parse_host(name) if name else None
    if host is None or not _PLAIN.fullmatch(host) or not _DIGITS.fullmatch(digits) or int(digits) > _MAX_PORT:
        what = f"{escape(listen)} is no HOST:PORT to listen on"
        raise DialectError(dialect, what, fix=f"Write, for example, {LISTEN}")
    return Edge(url.host, url.port or _DEFAULT_PORT, host, int(digits))
