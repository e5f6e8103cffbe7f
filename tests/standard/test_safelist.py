"""Which headers need no preflight, against the sentences of the standard."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossorigin.standard.mime import read_essence
from crossorigin.standard.safelist import CHECKS, is_safelisted, list_unsafe_names

#: "byte is less than 0x20 and is not 0x09 HT", and the delimiters that are listed.
UNSAFE_BYTES = {*map(chr, range(0x20)), *'"():<>?@[\\]{}\x7f'} - {"\t"}
_LANGUAGE_BYTES = {*"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz *,-.;="}


@pytest.mark.parametrize("byte", [chr(byte) for byte in range(256)])
def test_every_byte(byte: str) -> None:
    """Each byte is safe or not in each header whose value is looked at."""
    assert is_safelisted("accept", f"a{byte}b") is (byte not in UNSAFE_BYTES)
    assert is_safelisted("accept-language", f"a{byte}b") is (byte in _LANGUAGE_BYTES)
    assert is_safelisted("content-language", f"a{byte}b") is (byte in _LANGUAGE_BYTES)
    assert is_safelisted("content-type", f"text/plain;a{byte}b") is (byte not in UNSAFE_BYTES)


@pytest.mark.parametrize("name", CHECKS)
def test_a_value_has_at_most_128_bytes(name: str) -> None:
    """One more is too many, whatever the header."""
    short = {"content-type": "text/plain;", "range": "bytes="}.get(name, "")
    fill = {"range": "9"}.get(name, "a")
    end = {"range": "-"}.get(name, "")
    assert is_safelisted(name.upper(), f"{short}{fill * (128 - len(short) - len(end))}{end}")
    assert not is_safelisted(name.upper(), f"{short}{fill * (129 - len(short) - len(end))}{end}")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text/plain", True),
        ("Text/Plain", True),
        ("text/plain;charset=utf-8", True),
        ("text/plain ; charset=utf-8", True),
        ("multipart/form-data; boundary=a", True),
        ("application/x-www-form-urlencoded", True),
        ("application/json", False),
        ("text/html", False),
        ("text", False),
        ("text/", False),
        ("/plain", False),
        ("text/plain, application/json", False),
        ("text/plain;, application/json", True),
        ("text/pl ain", False),
        ("", False),
    ],
)
def test_content_types(value: str, expected: bool) -> None:
    """Three essences are safelisted, whatever their parameters."""
    assert is_safelisted("content-type", value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("bytes=0-", True),
        ("bytes=0-0", True),
        ("bytes=5-9", True),
        ("bytes=9-5", False),
        ("bytes=-5", False),
        ("bytes=-", False),
        ("bytes= 0-9", False),
        ("bytes=0 -9", False),
        ("bytes =0-9", False),
        ("Bytes=0-9", False),
        ("bytes=0-9,11-12", False),
        ("bytes=0-9 ", False),
        ("bytes=\u0660-", False),
        ("", False),
    ],
)
def test_ranges(value: str, expected: bool) -> None:
    """One range that names its first byte is safelisted."""
    assert is_safelisted("range", value) is expected


def test_together_they_have_at_most_1024_bytes() -> None:
    """One more, and all of them need a preflight: "If safelistValueSize is greater than 1024"."""
    headers = [("Accept", "a" * 128)] * 8
    assert list_unsafe_names(headers) == []
    assert list_unsafe_names([*headers, ("X-A", "b" * 4096)]) == ["x-a"]
    assert list_unsafe_names([*headers, ("Accept-Language", "a")]) == ["accept", "accept-language"]


@given(st.lists(st.tuples(st.sampled_from(("X-B", "x-b", "X-A", "Accept", "Range")), st.sampled_from(("", "a", ":")))))
def test_names_are_a_sorted_set(headers: list[tuple[str, str]]) -> None:
    """In lower case, sorted, each once, and none that was not there."""
    names = list_unsafe_names(headers)
    assert names == sorted(set(names))
    assert set(names) <= {name.lower() for name, _ in headers}
    assert {name.lower() for name, _ in headers if name.lower().startswith("x-")} <= set(names)


@pytest.mark.parametrize(
    ("value", "essence"),
    [
        ("a/b", "a/b"),
        ("\r\n\t A/B \t", "a/b"),
        ("a/b;", "a/b"),
        ("a/b \t;c", "a/b"),
        ("a/b c", None),
        ("a", None),
        ("a/", None),
        ("/b", None),
        ("a/b/c", None),
        ("a b/c", None),
        ("", None),
    ],
)
def test_essences(value: str, essence: str | None) -> None:
    """A type, a slash, a subtype; what follows a semicolon does not count."""
    assert read_essence(value) == essence
