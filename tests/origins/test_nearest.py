"""The allowed origin that a refused one was probably meant to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossorigin.origins.matcher import Matcher
from crossorigin.origins.nearest import find_nearest
from crossorigin.origins.pattern import parse_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

APP = "https://app.example"
DEV = "http://localhost:3000"

NEAR = [
    ("http://app.example", APP, APP, "the scheme"),
    ("https://localhost:3000", DEV, DEV, "the scheme"),
    ("app.example", APP, APP, "the scheme"),
    ("localhost:3000", DEV, DEV, "the scheme"),
    ("tauri://localhost", "https://localhost", "https://localhost", "the scheme"),
    ("https://app.example:8443", APP, APP, "the port"),
    (APP, f"{APP}:8443", f"{APP}:8443", "the port"),
    ("http://localhost:5173", DEV, DEV, "the port"),
    ("http://localhost", DEV, DEV, "the port"),
    (f"{APP}/", APP, APP, "what follows the host"),
    (f"{APP}/a/b?c", APP, APP, "what follows the host"),
    (f"{DEV}/", DEV, DEV, "what follows the host"),
    ("https://www.app.example", APP, APP, "www."),
    (APP, "https://www.app.example", "https://www.app.example", "www."),
    ("https://App.Example", APP, APP, "upper case"),
    ("HTTPS://APP.EXAMPLE/", APP, APP, "what follows the host"),
    ("http://127.0.0.1:3000", DEV, DEV, "the name of the loopback host"),
    ("http://[::1]", "http://localhost", "http://localhost", "the name of the loopback host"),
    (DEV, "http://127.0.0.1:3000", "http://127.0.0.1:3000", "the name of the loopback host"),
    (DEV, "http://[::1]:3000", "http://[::1]:3000", "the name of the loopback host"),
    # A pattern is as good as a name.
    ("http://a.example.com", "https://*.example.com", "https://a.example.com", "the scheme"),
    ("https://a.example.com/", "https://*.example.com", "https://a.example.com", "what follows the host"),
    ("http://127.0.0.1:5173", "http://localhost:*", "http://localhost:5173", "the name of the loopback host"),
]


def make(allowed: str) -> Matcher:
    return Matcher([], [parse_pattern(allowed)]) if "*" in allowed else Matcher([allowed])


@pytest.mark.parametrize(("value", "allowed", "nearest", "difference"), NEAR, ids=[f"{a} {b}" for a, b, *_ in NEAR])
def test_near(value: str, allowed: str, nearest: str, difference: str) -> None:
    """An allowed origin that differs in one well-known way is named, and so is the way."""
    assert find_nearest(value, make(allowed)) == (nearest, difference)


FAR = [
    ("realistic: another site", "https://other.example", APP),
    ("realistic: a subdomain", "https://api.app.example", APP),
    ("realistic: the parent", "https://example", APP),
    ("realistic: nothing allowed", APP, "https://*.example.com"),
    ("synthetic: two differences", "http://www.app.example", APP),
    ("synthetic: itself", APP, APP),
    ("synthetic: another host with a port", "http://remotehost:5173", DEV),
    ("hostile: the name as a prefix", "https://app.example.evil.com", APP),
    ("hostile: the name as a user", "https://app.example@evil.com", APP),
    ("hostile: the name as a path", "https://evil.com/app.example", APP),
    ("hostile: null", "null", APP),
    ("hostile: nothing", "", APP),
    ("hostile: a scheme alone", "https://", APP),
    ("hostile: signs", "://:", APP),
    ("hostile: a bracket", "http://[", DEV),
]


@pytest.mark.parametrize(("value", "allowed"), [row[1:] for row in FAR], ids=[row[0] for row in FAR])
def test_far(value: str, allowed: str) -> None:
    """Nothing is named where nothing is near: a hint never tells a stranger who is allowed."""
    assert find_nearest(value, make(allowed)) is None


@given(st.text(), st.text("htps:/.w[]1@\x00 A").map("https://{}".format))
def test_any_value(value: str, url: str) -> None:
    """Whatever is asked, what is named is allowed and is not what was asked."""
    allowed = Matcher([APP, DEV], [parse_pattern("https://*.example.com:*")])
    for asked in (value, url):
        found = find_nearest(asked, allowed)
        assert found is None or (found[0] in allowed and found[0] != asked)


class Counted(frozenset[str]):
    """A set that counts how many of its members are looked at."""

    looked_at = 0

    def __iter__(self) -> Iterator[str]:
        for member in super().__iter__():
            self.looked_at += 1
            yield member


def test_the_work_is_bounded() -> None:
    """Of a set of a million origins, only the first ten thousand are searched for another port."""
    literals = Counted(f"https://tenant-{number}.example" for number in range(20_000))
    allowed = Matcher([])
    allowed.literals = literals
    assert find_nearest("https://app.example", allowed) is None
    assert 0 < literals.looked_at <= 10_000
