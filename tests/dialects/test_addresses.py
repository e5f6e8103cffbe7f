"""Edges: what they stand in front of, and where they listen."""

from __future__ import annotations

import pytest

from crossorigin.dialects import DialectError
from crossorigin.dialects._edges import Edge, parse_edge


@pytest.mark.parametrize(
    ("upstream", "listen", "wanted"),
    [
        ("http://127.0.0.1:3000", "127.0.0.1:8000", Edge("127.0.0.1", 3000, "127.0.0.1", 8000)),
        ("http://BACKEND/", "0.0.0.0:80", Edge("backend", 80, "0.0.0.0", 80)),
        ("http://[::1]:1", "[::1]:65535", Edge("[::1]", 1, "[::1]", 65535)),
    ],
)
def test_addresses(upstream: str, listen: str, wanted: Edge) -> None:
    edge = parse_edge("nginx", upstream, listen)
    assert edge == wanted
    assert (edge.upstream, edge.listen) == (f"{wanted[0]}:{wanted[1]}", f"{wanted[2]}:{wanted[3]}")


@pytest.mark.parametrize(
    "upstream",
    ["", "127.0.0.1:3000", "https://a", "http://a/b", "http://u@a", "http://a?", "http://a#b", "ftp://a", "http://a;b"],
)
def test_what_is_no_upstream(upstream: str) -> None:
    with pytest.raises(DialectError, match="no http URL of a host and a port alone"):
        parse_edge("nginx", upstream)


@pytest.mark.parametrize("listen", ["", "8000", ":8000", "a:", "a:0", "a:65536", "a:+1", "a b:1", "a;:1", "a\n:1"])
def test_what_is_no_place_to_listen_on(listen: str) -> None:
    with pytest.raises(DialectError, match="no HOST:PORT"):
        parse_edge("nginx", listen=listen)
