"""Paths: where they end, what they decode to, and when two readers may differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossorigin.standard.paths import decode_path, is_ambiguous_path, list_readings, split_path


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://api.example/items", "/items"),
        ("https://api.example/items?a=/b", "/items"),
        ("https://api.example/items#a/b", "/items"),
        ("https://api.example/items#a?b", "/items"),
        ("https://api.example", "/"),
        ("https://api.example?a=/b", "/"),
        ("https://api.example#a", "/"),
        ("https://user@api.example:8443/a", "/a"),
        ("https://[::1]:8443/a", "/a"),
        ("/items", "/items"),
        ("/items?url=https://a.example/b", "/items"),
        ("/", "/"),
        ("/?", "/"),
        ("//a/b", "//a/b"),
        ("/a%2Fb%3Fc", "/a%2Fb%3Fc"),
        ("api.example/items", "/items"),
        ("", "/"),
        ("*", "/"),
        ("?a", "/"),
    ],
)
def test_where_a_path_ends(url: str, path: str) -> None:
    """A path ends where the query or the fragment begins.

    "The path is terminated by the first question mark ("?") or number sign ("#") character, or by the end of the
    URI."

    Spec: https://www.rfc-editor.org/rfc/rfc3986#section-3.3
    """
    assert split_path(url) == path


@pytest.mark.parametrize(
    ("path", "decoded"),
    [
        ("/a%20b", "/a b"),
        ("/a+b", "/a+b"),  # a plus is a space in forms only
        ("/a%2Bb", "/a+b"),
        ("/caf%C3%A9", "/café"),
        ("/caf%c3%a9", "/café"),
        ("/café", "/café"),
        ("/%F0%9F%92%A9", "/💩"),
        ("/%2525", "/%25"),  # once
        ("/%252e", "/%2e"),
        ("/%", "/%"),
        ("/100%", "/100%"),
        ("/%4", "/%4"),
        ("/%zz", "/%zz"),
        ("/%%41", "/%A"),
        ("/%C3", "/\N{REPLACEMENT CHARACTER}"),
        ("/%C3%28", "/\N{REPLACEMENT CHARACTER}("),
        ("/%ED%A0%80", "/" + 3 * "\N{REPLACEMENT CHARACTER}"),  # a surrogate is no UTF-8
        ("/%00", "/\x00"),
        ("", ""),
    ],
)
def test_percent_decoding(path: str, decoded: str) -> None:
    """A path is decoded once, and what is no escape stays.

    "Otherwise, if byte is 0x25 (%) and the next two bytes after byte in input are not in the ranges [...], append
    byte to output." And once only: "Implementations must not percent-encode or decode the same string more than once".

    Spec: https://url.spec.whatwg.org/#percent-decode, https://www.rfc-editor.org/rfc/rfc3986#section-2.4
    """
    assert decode_path(path) == decoded


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("/a/./b", "/a/b"),
        ("/a/../b", "/b"),
        ("/a/..", "/"),
        ("/a/b/..", "/a/"),
        ("/a/.", "/a/"),
        ("/..", "/"),
        ("/../a", "/a"),
        ("/../../a/../b", "/b"),
        ("/a/%2e/b", "/a/b"),
        ("/a/%2E%2e/b", "/b"),
        ("/a/.%2e/b", "/b"),
        ("/a/%2e./b", "/b"),
    ],
)
def test_dot_segments(path: str, normal: str) -> None:
    """Dot segments are taken out, escaped or not.

    "A double-dot URL path segment is a URL path segment that is ".." or an ASCII case-insensitive match for
    ".%2e", "%2e.", or "%2e%2e"."

    Spec: https://url.spec.whatwg.org/#double-dot-path-segment
    """
    assert is_ambiguous_path(path)
    assert normal in list_readings(path)


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("//", "/"),
        ("//a", "/a"),
        ("/a//b", "/a/b"),
        ("/a//", "/a/"),
        ("/a\\b", "/a/b"),  # "url is special and c is U+005C (\\)"
        ("\\a", "/a"),
        ("/a/..\\b", "/b"),
        ("/a%5cb", "/a/b"),
        ("/a%5Cb", "/a/b"),
        ("/a%2fb", "/a/b"),
        ("/a%2Fb", "/a/b"),
        ("/a/%2e%2e%2fb", "/b"),
        ("/a;v=1", "/a"),
        ("/a;v=1/b;", "/a/b"),
        ("/a/;v=1", "/a/"),
        ("/a/..;/b", "/b"),
        ("/;", "/"),
        ("/a/.;/", "/a/"),
    ],
)
def test_other_ambiguities(path: str, normal: str) -> None:
    r"""Servers, proxies and routers differ about doubled slashes, backslashes, path parameters and escaped slashes.

    "If url is special and c is U+005C (\), invalid-reverse-solidus validation error"; "the semicolon (";") and equals
    ("=") reserved characters are often used to delimit parameters".

    Spec: https://url.spec.whatwg.org/#path-state, https://www.rfc-editor.org/rfc/rfc3986#section-3.3
    """
    assert is_ambiguous_path(path)
    assert normal in list_readings(path)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/a",
        "/a/b/",
        "/.well-known/x",
        "/..a",
        "/a..",
        "/a.b/...",
        "/a%20b",
        "/%25",
        "/%2",
        "/a+b,c:d@e=f",
        "/café",
    ],
)
def test_plain_paths(path: str) -> None:
    """What can be read in one way only is its own normal form."""
    assert not is_ambiguous_path(path)
    assert {decode_path(path), decode_path(decode_path(path))} == set(list_readings(path))


SEGMENTS = ("a", "b", ".", "..", "", "%2e", "%2F", "%5c", ";", "a;b", "\\", "..;", "a.b", "%252e")
paths = st.lists(st.sampled_from(SEGMENTS), max_size=8).map(lambda segments: "/" + "/".join(segments))


@pytest.mark.parametrize(
    ("path", "readings"),
    [
        ("/a", {"/a"}),
        ("/a%20b", {"/a b"}),
        ("/a//b", {"/a//b", "/a/b"}),
        ("/a\\b", {"/a\\b", "/a/b"}),
        ("/a;b", {"/a;b", "/a"}),
        ("/a/../b", {"/a/../b", "/b"}),
        ("/a/..", {"/a/..", "/"}),
        ("/a%2fb", {"/a%2fb", "/a/b"}),
        ("/a%252fb", {"/a%2fb", "/a/b"}),
        ("/a%5Cb", {"/a%5Cb", "/a\\b", "/a/b"}),
        ("/a/..;x/b", {"/a/..;x/b", "/a/../b", "/b"}),
        ("/a//../b", {"/a//../b", "/a/../b", "/a/b", "/b"}),
        ("//a/..//b", {"//a/..//b", "/a/../b", "///b", "/b"}),
    ],
)
def test_readings(path: str, readings: set[str]) -> None:
    """Each of the readers does some of what can be done to a path."""
    assert set(list_readings(path)) == readings
    assert len(list_readings(path)) == len(readings)


@given(paths)
def test_only_ambiguous_paths_have_readings(path: str) -> None:
    """Where a reading differs from the decoded path, the path is ambiguous: no second reading goes unseen."""
    assert decode_path(path) in list_readings(path)
    assert list_readings(path) == [decode_path(path)] or is_ambiguous_path(path) or is_ambiguous_path(decode_path(path))


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    """Whatever the text, there is a path, and few readings of it."""
    path = split_path(text)
    assert path
    assert not {"?", "#"} & set(path)
    assert 1 <= len(list_readings(path)) <= 48
