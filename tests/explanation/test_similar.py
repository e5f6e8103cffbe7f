"""Two origins that are almost the same, and the way in which they differ."""

from __future__ import annotations

import pytest
from hypothesis import given

import strategies
from crossorigin.explanation.similar import compare

APP = "https://app.example"


@pytest.mark.parametrize(
    ("sent", "listed", "difference"),
    [
        (APP, f"{APP}/", "trailing-slash"),
        (APP, f"{APP}//", "trailing-slash"),
        (APP, "https://APP.example", "case"),
        (APP, f"{APP}/shop", "path"),
        (APP, f"{APP}?a=b", "path"),
        (APP, "https://*.example", "pattern-in-header"),
        (APP, "http://app.example", "scheme"),
        (APP, "HTTP://APP.example/", "scheme"),
        (APP, "app.example", "scheme"),
        (APP, "https://app.example:443", "port"),
        ("http://localhost:3000", "http://localhost:5173", "port"),
        ("http://localhost:3000", "http://localhost", "port"),
        ("http://[::1]:3000", "http://[::1]:80", "port"),
        ("http://localhost:3000", "http://127.0.0.1:3000", "localhost"),
        ("http://localhost:3000", "http://[::1]:8080", "localhost"),
        (APP, "https://www.app.example", "www"),
        ("https://www.app.example", APP, "www"),
        (APP, "https://shop.example", None),
        (APP, "http://www.app.example", None),
        (APP, "https://app.example.evil", None),
        (APP, APP, None),
        (APP, "", None),
        (APP, "*", None),
        (APP, "null", None),
        ("null", APP, None),
    ],
)
def test_a_difference_has_a_name(sent: str, listed: str, difference: str | None) -> None:
    """Exactly one thing differs, or two names of one machine; all else are strangers."""
    found = compare(sent, listed)
    assert (found.id if found else None) == difference


@given(strategies.origins, strategies.wire_origins)
def test_whatever_is_compared(sent: str, listed: str) -> None:
    """Nothing raises, nothing misses itself, and each miss is told in a sentence."""
    assert compare(sent, sent) is None
    found = compare(sent, listed)
    assert found is None or found.sentence.endswith(".")
