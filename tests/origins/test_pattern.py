"""Which texts are patterns, and what they are taken apart into."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossorigin.errors import InvalidOriginError
from crossorigin.origins.pattern import Pattern, parse_pattern

#: The text, then: scheme, before, after, has_any_port, has_any_label; is_subdomains; base.
PATTERNS = [
    # One or more whole labels
    ("https://*.example.com", ("https", "", ".example.com", False, True), True, "example.com"),
    ("https://*.a.b.example.com", ("https", "", ".a.b.example.com", False, True), True, "a.b.example.com"),
    ("https://*.example.com:8443", ("https", "", ".example.com", False, True), True, "example.com"),
    ("https://*.example.com:*", ("https", "", ".example.com", True, True), True, "example.com"),
    ("https://*.localhost", ("https", "", ".localhost", False, True), True, "localhost"),
    ("https://*.com", ("https", "", ".com", False, True), True, "com"),
    ("tauri://*.localhost", ("tauri", "", ".localhost", False, True), True, "localhost"),
    # Letters inside one label
    ("https://app-*.example.com", ("https", "app-", ".example.com", False, True), False, "example.com"),
    ("https://*-app.example.com", ("https", "", "-app.example.com", False, True), False, "example.com"),
    ("https://a-*-b.example.com", ("https", "a-", "-b.example.com", False, True), False, "example.com"),
    ("https://app*.example.com", ("https", "app", ".example.com", False, True), False, "example.com"),
    ("https://a.b-*.c.example.com", ("https", "a.b-", ".c.example.com", False, True), False, "c.example.com"),
    ("https://app-*.co.uk", ("https", "app-", ".co.uk", False, True), False, "co.uk"),
    ("https://app-*.example.com:8443", ("https", "app-", ".example.com", False, True), False, "example.com"),
    ("https://app-*.example.com:*", ("https", "app-", ".example.com", True, True), False, "example.com"),
    # Any port
    ("http://localhost:*", ("http", "localhost", "", True, False), False, "localhost"),
    ("https://app.example:*", ("https", "app.example", "", True, False), False, "app.example"),
    ("http://127.0.0.1:*", ("http", "127.0.0.1", "", True, False), False, "127.0.0.1"),
    ("http://[::1]:*", ("http", "[::1]", "", True, False), False, "[::1]"),
]


@pytest.mark.parametrize(("text", "parts", "is_subdomains", "base"), PATTERNS, ids=[row[0] for row in PATTERNS])
def test_patterns(text: str, parts: tuple[str, str, str, bool, bool], is_subdomains: bool, base: str) -> None:
    """A pattern is taken apart at its wildcards; its base is what one must own to own all that matches."""
    pattern = parse_pattern(text)
    assert pattern == Pattern(text, *parts)
    assert (pattern.is_subdomains, pattern.base) == (is_subdomains, base)


MISPLACED = [
    ("*", 0),
    ("*:*", 0),
    ("*.example.com", 0),
    ("*://app.example", 0),
    ("http*://app.example", 4),
    ("https://*", 8),
    ("https://*:*", 8),
    ("https://*:8443", 8),
    ("https://*.*", 8),
    ("https://*.*.example.com", 8),
    ("https://**.example.com", 8),
    ("https://app.*", 12),
    ("https://app.*.com", 12),
    ("https://a.*.example.com", 10),  # a whole label, not at the start
    ("https://a.*.example.com:*", 10),
    ("https://app-*", 12),
    ("https://app-*.com", 12),
    ("https://*app.com", 8),
    ("https://app.example.*", 20),
    ("https://app.exam*", 16),
    ("https://app.ex*mple.com", 14),
    ("https://www.example*.com", 19),
    ("https://app.example*", 19),
    ("https://1.2.3.*", 14),
    ("https://*.example.com/*", 8),
    ("http://*.example.com:*:*", 7),
]


@pytest.mark.parametrize(("text", "at"), MISPLACED, ids=[text for text, _ in MISPLACED])
def test_misplaced_wildcards(text: str, at: int) -> None:
    """A star stands for whole labels at the start, for letters before the last two labels, or for the port."""
    with pytest.raises(InvalidOriginError) as raised:
        parse_pattern(text)
    error = raised.value
    assert (error.option, error.value, error.reason, error.at) == (
        "allow_origins",
        text,
        "wildcard-is-not-a-pattern",
        at,
    )
    assert error.fix == 'Write a pattern such as "https://*.example.com" or "http://localhost:*", or list the origins'


def test_a_pattern_has_a_star() -> None:
    with pytest.raises(InvalidOriginError, match="wildcard-is-not-a-pattern"):
        parse_pattern("https://app.example")


#: The rest of a pattern is an origin, and its mistakes are those of an origin, in the same places.
NO_ORIGINS = [
    ("https://*.example.com/", "origin-has-a-trailing-slash", 21),
    ("https://app.example/*", "origin-has-a-path", 19),
    ("https://*@app.example", "origin-has-userinfo", 8),
    ("https://*.Example.com", "origin-has-upper-case", 10),
    ("HTTPS://*.example.com", "origin-has-upper-case", 0),
    ("http://LOCALHOST:*", "origin-has-upper-case", 7),
    ("https://*.ex\u00e4mple.com", "origin-is-not-ascii", 12),
    ("https://*.example.com ", "origin-has-whitespace", 21),
    ("https://*.example.com:443", "origin-has-a-default-port", 21),
    ("http://localhost:80:*", "origin-has-a-default-port", 16),
    ("https://*.example.com:0", "origin-has-an-invalid-port", 21),
    ("https://*.example.com:65536", "origin-has-an-invalid-port", 21),
    ("https://app.example:80*", "origin-has-an-invalid-port", 19),
    ("https://app.example:*0", "origin-has-an-invalid-port", 19),
    ("http://localhost::*", "origin-has-an-invalid-port", 16),
    ("localhost:*", "origin-has-no-scheme", 0),
    ("my_app://*.example.com", "origin-has-an-invalid-scheme", 0),
    ("file://*.example.com", "origin-is-a-file", 0),
    ("https://*.", "origin-has-an-invalid-host", 8),
    ("https://*..com", "origin-has-an-invalid-host", 8),
    ("https://*.2.3.4", "origin-has-an-invalid-host", 8),
    ("https://app-*.1.2.3.4", "origin-has-an-invalid-host", 8),
    ("http://127.1:*", "origin-has-an-invalid-host", 7),
    ("http://[::*]", "origin-has-an-invalid-host", 7),
    ("http://:*", "origin-has-an-invalid-host", 7),
    (":*", "origin-is-empty", None),
    ("null:*", "origin-is-null", 0),
    (f"https://*.{'a.' * 300}com", "origin-is-too-long", None),
]


@pytest.mark.parametrize(("text", "reason", "at"), NO_ORIGINS, ids=[row[0][:40] for row in NO_ORIGINS])
def test_the_rest_is_an_origin(text: str, reason: str, at: int | None) -> None:
    """What is wrong in an origin is wrong in a pattern, and is found in the same place."""
    with pytest.raises(InvalidOriginError) as raised:
        parse_pattern(text)
    assert (raised.value.reason, raised.value.at) == (reason, at)


def attempt(text: str) -> Pattern | InvalidOriginError:
    try:
        return parse_pattern(text)
    except InvalidOriginError as error:
        return error


@given(st.text("*ab1.-:/[]@ \u00fc").map("https://{}".format), st.booleans())
def test_any_text(text: str, has_port: bool) -> None:
    """Any text with a star is a pattern that says what it matches, or a mistake that points into the text."""
    text = f"{text}:*" if has_port else f"{text}*"
    found = attempt(text)
    if isinstance(found, InvalidOriginError):
        assert found.at is None or 0 <= found.at <= len(text)
    else:
        assert found.text == text
        assert text.startswith(f"https://{found.before}")
        assert found.has_any_port or found.has_any_label
        assert found.base
