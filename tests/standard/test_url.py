"""URLs, against the URL Standard: by tables, and side by side with another parser of it."""

from __future__ import annotations

import time

import ada_url
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crossorigin.standard.hosts import parse_host
from crossorigin.standard.url import Url, parse_url

BASE = "https://user:pass@api.example:8443/a/b?c#d"

#: sentence, text, base, the URL
ROWS: list[tuple[str, str, str | None, str | None]] = [
    ("whole", "https://api.example/items", None, "https://api.example/items"),
    ("without a path", "https://api.example", None, "https://api.example/"),
    ("in upper case", "HTTPS://API.Example/A", None, "https://api.example/A"),
    ("a default port", "http://a:80/", None, "http://a/"),
    ("another port", "http://a:0081/", None, "http://a:81/"),
    ("no port after the colon", "http://a:/", None, "http://a/"),
    ("spaces around", " \n https://a/ \0", None, "https://a/"),
    ("a line break within", "htt\nps://a/\tb", None, "https://a/b"),
    ("dots", "https://a/b/./c/../d/%2e%2E/e/..", None, "https://a/b/"),
    ("more dots than segments", "https://a/../../b", None, "https://a/b"),
    ("a dot at the end", "https://a/b/.", None, "https://a/b/"),
    ("backslashes", "https:\\\\a\\b?c\\d", None, "https://a/b?c\\d"),
    ("one slash", "https:/a/b", None, "https://a/b"),
    ("no slash", "https:a/b", None, "https://a/b"),
    ("letters to escape", "https://a/ \"<>`{}?'#`", None, "https://a/%20%22%3C%3E%60%7B%7D?%27#%60"),
    ("letters that are none", "https://a/\u00e9?\u00e9#\u00e9", None, "https://a/%C3%A9?%C3%A9#%C3%A9"),
    ("userinfo", "https://a:b@c@d/", None, "https://a:b%40c@d/"),
    ("a user alone", "https://a@b/", None, "https://a@b/"),
    ("an empty user", "https://:b@c/", None, "https://:b@c/"),
    ("nothing before the at", "https://@c/", None, "https://c/"),
    ("an address", "http://0x7f.0.1/", None, "http://127.0.0.1/"),
    ("a longer address", "http://[0:0::1]:8080/", None, "http://[::1]:8080/"),
    ("another language", "https://b\u00fccher.example/", None, "https://xn--bcher-kva.example/"),
    ("no host", "https://", None, None),
    ("no host before the port", "https://:80/", None, None),
    ("a space in the host", "https://a b/", None, None),
    ("a port too high", "https://a:65536/", None, None),
    ("a port that is none", "https://a:b/", None, None),
    ("a port with a sign", "https://a:+1/", None, None),
    ("a very long port", f"https://a:{'9' * 5000}/", None, None),
    ("a port after very many zeros", f"https://a:{'0' * 5000}81/", None, "https://a:81/"),
    ("an address of very many digits", f"https://{'1' * 5000}/", None, None),
    ("an address after very many zeros", f"https://0x{'0' * 5000}7f.1/", None, "https://127.0.0.1/"),
    ("a domain longer than any, in another language", "https://" + "\u00fc" * 254, None, None),
    ("a long domain", f"https://{'a.' * 20_000}b/", None, f"https://{'a.' * 20_000}b/"),
    ("relative to nothing", "/items", None, None),
    ("empty, relative to nothing", "", None, None),
    ("a path", "/x/y", BASE, "https://user:pass@api.example:8443/x/y"),
    ("a relative path", "x", BASE, "https://user:pass@api.example:8443/a/x"),
    ("one above", "../x", BASE, "https://user:pass@api.example:8443/x"),
    ("a query", "?x", BASE, "https://user:pass@api.example:8443/a/b?x"),
    ("a fragment", "#x", BASE, "https://user:pass@api.example:8443/a/b?c#x"),
    ("nothing", "", BASE, "https://user:pass@api.example:8443/a/b?c"),
    ("another host", "//b.example/x", BASE, "https://b.example/x"),
    ("another host, by backslashes", "\\\\b.example", BASE, "https://b.example/"),
    ("another scheme", "http://b.example", BASE, "http://b.example/"),
    ("its own scheme, relative", "https:x", BASE, "https://user:pass@api.example:8443/a/x"),
    ("another scheme without slashes", "http:x", BASE, "http://x/"),
    ("a scheme of its own", "data:text/plain,a", BASE, "data:text/plain,a"),
    ("a colon in a path", "./a:b", BASE, "https://user:pass@api.example:8443/a/a:b"),
    ("what begins with a digit is no scheme", "1a:b", BASE, "https://user:pass@api.example:8443/a/1a:b"),
]


@pytest.mark.parametrize(("sentence", "text", "base", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_rows(sentence: str, text: str, base: str | None, expected: str | None) -> None:
    """A URL is parsed, or it is none."""
    parsed = parse_url(text, parse_url(base) if base else None)
    assert (str(parsed) if parsed else None) == expected, sentence


def test_the_parts_of_a_url() -> None:
    """Each part is where it belongs."""
    url = parse_url("https://u:p@api.example:8443/a?b=c#d")
    assert url == Url("https", "u", "p", "api.example", 8443, "/a", "b=c", "d")
    assert (url.origin, url.authority, url.target) == (
        "https://api.example:8443",
        "api.example:8443",
        "/a?b=c",
    )
    assert url.includes_credentials
    other = parse_url("data:,a#b")
    assert other
    assert (other.is_http, other.origin, other.fragment, str(other)) == (False, "null", "b", "data:,a#b")


_ATOMS = (
    *("http", "https", "ftp", ":", "/", "//", "\\", "a", "b.c", "A.B", "example.com", "localhost", "127.0.0.1"),
    *("0x7f.1", "1.2.3", "256", "[::1]", "[1::2:3]", "[::ffff:1.2.3.4]", "[::1.2.3.400]", "[1.2.3.4]", "@", "u:p@"),
    *("?", "#", "..", ".", "%2e", "%2E%2e", "%41", "%", "%zz", " ", "\t", "\u00e9", "\u00df", "b\u00fccher", "\u3002"),
    *("80", ":80", ":443", ":8080", ":0", ":65536", '"', "<", "`", "{", "|", "^", "~", "'", "+", "&", "=", "*", "!"),
    *("$", ",", ";", "_", "-", "\0", "\x7f", "\u200b", "\u65e5\u672c", "data:", "mailto:x", "//x", "/p", "0", "09"),
)
_texts = st.builds(
    str.__add__,
    st.sampled_from(("", "http://", "https://", "http:", "//", "/")),
    st.lists(st.sampled_from(_ATOMS), max_size=7).map("".join),
)
_bases = st.sampled_from(("http://a.example/b/c?d#e", "https://h.example:8443", "http://u:p@x.y/"))


@given(_texts, _bases | st.none())
@example("http://a/\ud800", None)
def test_another_parser_agrees(text: str, base: str | None) -> None:
    """Two parsers of one standard say the same. Labels that begin with xn-- are left out: there they differ."""
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        assert str(parse_url(text)) == "http://a/%EF%BF%BD"
        return
    try:
        expected = (ada_url.URL(text, base) if base else ada_url.URL(text)).href
    except ValueError:
        expected = None
    parsed = parse_url(text, parse_url(base) if base else None)
    if parsed and not parsed.is_http:
        assert expected is None or not expected.startswith(("http:", "https:"))
    else:
        assert (str(parsed) if parsed else None) == expected


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("xn--bcher-kva", "xn--bcher-kva"),
        ("XN--BCHER-KVA.Example", "xn--bcher-kva.example"),
        ("xn--9", None),
        ("xn--", None),
        ("xn--\u00e9", None),
        ("xn--abc-", None),
        ("faß.example", "xn--fa-hia.example"),
        ("FAẞ.example", "xn--fa-hia.example"),
        ("a\u00adb", "ab"),
        ("\uff41.example", "a.example"),
        ("a\u3002b", "a.b"),
        ("%61", "a"),
        ("%80", None),
        ("1.2.3.4.5", None),
        ("1.2.3.256", None),
        ("256.0.0.0", None),
        ("1.2.3.0x", "1.2.3.0"),
        ("1.2.3.08", None),
        ("1.2.3.010", "1.2.3.8"),
        ("4294967296", None),
        ("4294967295", "255.255.255.255"),
        ("1.", "0.0.0.1"),
        ("1..2", None),
        ("a.1x", "a.1x"),
        ("[::1", None),
        ("[g::]", None),
        ("[::1.2.3]", None),
        ("[::01.2.3.4]", None),
        ("[::ffff:1.2.3.4]", "[::ffff:102:304]"),
        ("a^b", None),
        ("", None),
    ],
)
def test_hosts(text: str, host: str | None) -> None:
    """A host is written in one way, or it is none."""
    assert parse_host(text) == host


def test_a_hostile_host_takes_no_time() -> None:
    """A server that redirects to a host of tens of thousands of letters does not keep the browser busy."""
    begun = time.process_time()
    assert parse_host("".join(map(chr, range(0x4E00, 0x9000)))) is None
    assert parse_host(f"xn--{'a' * 60_000}") is None
    assert time.process_time() - begun < 10
