"""Requests and responses are plain values."""

from __future__ import annotations

import pytest

from crossorigin.messages import Request, Response, get_values

HEADERS = [("Host", "a"), ("X-A", "1"), ("x-a", ""), ("X-a", "1"), ("X-AB", "2")]


def test_messages_are_values() -> None:
    """A message is its parts; the order, the case and the repeats of its headers are kept."""
    request = Request("GET", "/items", HEADERS)
    assert request.headers is HEADERS
    assert tuple(request) == ("GET", "/items", HEADERS, b"")
    assert tuple(Response(204, [])) == (204, [], b"")
    assert Request("POST", "/", (), b"x").body == Response(200, (), b"x").body


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("host", ["a"]),
        ("HOST", ["a"]),
        ("x-a", ["1", "", "1"]),
        ("X-A", ["1", "", "1"]),
        ("x-ab", ["2"]),
        ("x", []),
        ("", []),
    ],
)
def test_get_values(name: str, values: list[str]) -> None:
    """All lines of one name are found, without case, in their order."""
    assert get_values(HEADERS, name) == values
