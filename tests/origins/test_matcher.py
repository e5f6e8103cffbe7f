"""A set of origins, against the plainest way to write what a pattern means."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossorigin.origins.matcher import Matcher
from crossorigin.origins.origin import Origin
from crossorigin.origins.pattern import parse_pattern

LABEL = "[a-z0-9_-]+"


def matches(text: str, origin: str) -> bool:
    """Match one pattern in the slow way."""
    bare, any_port = (text[:-2], "(:[1-9][0-9]*)?") if text.endswith(":*") else (text, "")
    start, star, end = bare.partition("*")
    whole_labels = rf"({LABEL}\.)*{LABEL}"
    middle = "" if not star else whole_labels if start.endswith("://") and end.startswith(".") else LABEL
    return re.fullmatch(re.escape(start) + middle + re.escape(end) + any_port, origin) is not None


def make(patterns: list[str], literals: tuple[str, ...] = ()) -> Matcher:
    return Matcher(literals, map(parse_pattern, patterns))


# Few letters and few labels, so that patterns and origins begin and end alike.
labels = st.text("ab-", min_size=1, max_size=4)
bases = st.sampled_from(("b.a", "a.b.a", "ab.a", "b.b.a"))
schemes = st.sampled_from(("https", "http"))
ports = st.sampled_from(("", ":1", ":8080"))
hosts = st.one_of(
    st.tuples(st.lists(labels, max_size=3), bases).map(lambda parts: ".".join([*parts[0], parts[1]])),
    st.sampled_from(("127.0.0.1", "[::1]", "a", "b.a")),
)
origins = st.builds("{}://{}{}".format, schemes, hosts, ports)
stars = st.one_of(
    st.just("*"),
    st.builds("{}*{}".format, st.text("ab-", max_size=2), st.text("ab-", max_size=2)),
    st.builds("{}.{}*{}".format, labels, st.text("ab-", min_size=1, max_size=2), st.text("ab-", max_size=2)),
)
patterns = st.one_of(
    st.builds("{}://{}.{}{}".format, schemes, stars, bases, st.sampled_from(("", ":1", ":*"))),
    st.builds("{}://{}:*".format, schemes, hosts),
)


@settings(max_examples=500)
@given(
    st.lists(patterns, max_size=6),
    st.lists(origins, max_size=3),
    st.lists(origins, min_size=1, max_size=8),
    st.randoms(),
)
def test_a_matcher_is_its_patterns(texts: list[str], literals: list[str], asked: list[str], random: object) -> None:
    """An origin is in the set if it is a literal or a pattern matches it, in whatever order they stand."""
    matcher = make(texts, tuple(literals))
    expected = [origin in literals or any(matches(text, origin) for text in texts) for origin in asked]
    assert [origin in matcher for origin in asked] == expected
    random.shuffle(texts)  # type: ignore[attr-defined]  # Hypothesis does not say that it is a Random
    assert [origin in make(texts, tuple(literals)) for origin in asked] == expected


@settings(max_examples=500)
@given(patterns, origins)
def test_a_pattern_alone(text: str, origin: str) -> None:
    """One pattern matches what it says, and nothing that only begins or ends like it."""
    assert (origin in make([text])) is matches(text, origin)


ROWS = [
    ("https://*.example.com", "https://a.example.com", True),
    ("https://*.example.com", "https://a.b.c.example.com", True),
    ("https://*.example.com", "https://example.com", False),
    ("https://*.example.com", "https://aexample.com", False),
    ("https://*.example.com", "https://a.example.com.evil.com", False),
    ("https://*.example.com", "https://a.example.com:8443", False),
    ("https://*.example.com", "http://a.example.com", False),
    ("https://*.example.com:*", "https://a.example.com", True),
    ("https://*.example.com:*", "https://a.example.com:65535", True),
    ("https://*.example.com:8443", "https://a.example.com:8443", True),
    ("https://*.example.com:8443", "https://a.example.com", False),
    ("https://app-*.example.com", "https://app-1.example.com", True),
    ("https://app-*.example.com", "https://app-a_b-c.example.com", True),
    ("https://app-*.example.com", "https://app-.example.com", False),
    ("https://app-*.example.com", "https://app-a.b.example.com", False),
    ("https://a-*-a.example.com", "https://a-a.example.com", False),
    ("https://a-*-a.example.com", "https://a--a.example.com", False),
    ("https://a-*-a.example.com", "https://a-b-a.example.com", True),
    ("https://*-a.example.com", "https://b-a.example.com", True),
    ("https://*-a.example.com", "https://-a.example.com", False),
    ("https://a.b-*.example.com", "https://a.b-c.example.com", True),
    ("https://a.b-*.example.com", "https://b.b-c.example.com", False),
    ("http://localhost:*", "http://localhost", True),
    ("http://localhost:*", "http://localhost:5173", True),
    ("http://localhost:*", "http://a.localhost:5173", False),
    ("http://[::1]:*", "http://[::1]:5173", True),
    ("http://127.0.0.1:*", "http://127.0.0.1:1", True),
    # What is no origin is in no pattern.
    ("https://*.example.com", "https://evil.com/.example.com", False),
    ("https://*.example.com", "https://A.example.com", False),
    ("https://*.example.com", "https://*.example.com", False),
    ("http://localhost:*", "http://localhost:*", False),
    ("http://localhost:*", "http://localhost:0", False),
    ("http://localhost:*", "http://localhost:65536", False),
    ("http://localhost:*", "http://localhost:080", False),
    ("http://localhost:*", "null", False),
    ("http://localhost:*", "", False),
]


@pytest.mark.parametrize(("text", "origin", "is_in"), ROWS, ids=[f"{text} {origin}" for text, origin, _ in ROWS])
def test_rows(text: str, origin: str, is_in: bool) -> None:
    """A star is one or more labels, or one or more letters of one label, or no port or any."""
    assert (origin in make([text])) is is_in


def test_literals_are_compared_as_they_are() -> None:
    """A literal is in the set whatever it looks like, and nothing like it is."""
    matcher = Matcher(["null", "https://app.example"])
    assert "null" in matcher
    assert "https://app.example" in matcher
    assert not any(text in matcher for text in ("NULL", "https://app.example/", "https://APP.example", ""))
    assert matcher.literals == {"null", "https://app.example"}


def test_the_work_depends_on_the_shapes_only() -> None:
    """A look-up in many patterns of a few shapes costs what a look-up in one of each costs."""
    texts = [f"https://*.tenant-{number}.example.com" for number in range(10_000)]
    texts += [f"https://app-*.tenant-{number}.example.com" for number in range(10_000)]
    matcher = make(texts)
    assert len(matcher._shapes) == 2
    assert str(Origin("https", "a.b.tenant-9999.example.com")) in matcher
    assert str(Origin("https", "app-x.tenant-77.example.com")) in matcher
    assert str(Origin("https", "a.b.tenant-10000.example.com")) not in matcher
