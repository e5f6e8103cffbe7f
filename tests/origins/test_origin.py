"""What is an origin, what is none, and what the settings are told to say instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossorigin.errors import MISTAKES, InvalidOriginError
from crossorigin.origins.origin import MAX_ORIGIN, Origin, parse_origin, read_origin

if TYPE_CHECKING:
    from collections.abc import Callable

#: Host names of the most letters that DNS allows, and an origin of the most bytes that are read.
LONG_HOST = ".".join(["a" * 49] * 5) + ".abc"
LONGEST = f"{'s' * (MAX_ORIGIN - 3 - len(LONG_HOST))}://{LONG_HOST}"

ORIGINS = [
    ("https://app.example", ("https", "app.example", None)),
    ("http://localhost", ("http", "localhost", None)),
    ("http://localhost:3000", ("http", "localhost", 3000)),
    ("https://a.b.c.d.app.example:8443", ("https", "a.b.c.d.app.example", 8443)),
    ("https://xn--bcher-kva.example", ("https", "xn--bcher-kva.example", None)),
    ("https://my_app.example", ("https", "my_app.example", None)),
    ("http://127.0.0.1:8000", ("http", "127.0.0.1", 8000)),
    ("http://[::1]", ("http", "[::1]", None)),
    ("http://[2001:db8::a]:8080", ("http", "[2001:db8::a]", 8080)),
    ("http://[::ffff:102:304]", ("http", "[::ffff:102:304]", None)),
    ("http://app.example:1", ("http", "app.example", 1)),
    ("http://app.example:65535", ("http", "app.example", 65535)),
    ("http://app.example:443", ("http", "app.example", 443)),  # the other scheme's default port
    ("https://app.example:80", ("https", "app.example", 80)),
    ("ws://app.example", ("ws", "app.example", None)),
    ("tauri://localhost", ("tauri", "localhost", None)),
    ("capacitor://localhost", ("capacitor", "localhost", None)),
    ("chrome-extension://abcdefghijklmnop", ("chrome-extension", "abcdefghijklmnop", None)),
    ("moz-extension://0aaf7a2c-0b9e-4d6d", ("moz-extension", "0aaf7a2c-0b9e-4d6d", None)),
    ("tauri://localhost:1", ("tauri", "localhost", 1)),
    ("app+x.y-1://a:80", ("app+x.y-1", "a", 80)),  # a scheme without a default port
    (f"https://{LONG_HOST}", ("https", LONG_HOST, None)),
    (LONGEST, ("s" * 256, LONG_HOST, None)),
]


@pytest.mark.parametrize(("text", "parts"), ORIGINS, ids=[text[:40] for text, _ in ORIGINS])
def test_origins(text: str, parts: tuple[str, str, int | None]) -> None:
    """An origin in its one form is taken, in the settings and off the wire, and is written as it was read."""
    assert len(text) <= MAX_ORIGIN
    assert parse_origin(text) == Origin(*parts)
    assert read_origin(text) == parse_origin(text)
    assert str(parse_origin(text)) == text


GENERAL = 'Write it as scheme://host[:port], such as "https://app.example"'
SERVE = (
    "Serve the page over http(s) and write that origin. If you must, dangerously_allow_null_origin=True "
    "allows every sandboxed frame of every site"
)
APART = "Write each origin as an item of its own, with a comma between the items"
PLAIN = 'Write "https://app.example"'

#: What is written, which mistake that is, where, and what is to be written instead.
MISTAKEN = [
    ("", "origin-is-empty", None, GENERAL),
    ("x" * 512, "origin-has-no-scheme", 0, GENERAL),
    ("x" * 513, "origin-is-too-long", None, GENERAL),
    (f"s{LONGEST}", "origin-is-too-long", None, GENERAL),
    (f"https://app.example/{'x' * 600}", "origin-is-too-long", None, PLAIN),
    ("null", "origin-is-null", 0, SERVE),
    ("file:///home/me/index.html", "origin-is-a-file", 0, SERVE),
    ("file://", "origin-is-a-file", 0, SERVE),
    ("file://localhost", "origin-is-a-file", 0, SERVE),
    ("FILE:", "origin-is-a-file", 0, SERVE),
    # White space
    ("https://app.example ", "origin-has-whitespace", 19, PLAIN),
    (" https://app.example", "origin-has-whitespace", 0, PLAIN),
    ("https://app.example\n", "origin-has-whitespace", 19, PLAIN),
    ("https:// app.example", "origin-has-whitespace", 8, APART),
    ("https://app\u00a0.example", "origin-has-whitespace", 11, APART),
    ("https://a.example https://b.example", "origin-has-whitespace", 17, APART),
    # The scheme
    ("app.example", "origin-has-no-scheme", 0, PLAIN),
    ("app.example/", "origin-has-no-scheme", 0, PLAIN),
    ("app.example:443", "origin-has-no-scheme", 0, PLAIN),
    ("localhost:3000", "origin-has-no-scheme", 0, 'Write "http://localhost:3000"'),
    ("//app.example", "origin-has-no-scheme", 0, GENERAL),
    ("https:app.example", "origin-has-no-scheme", 0, GENERAL),
    ("://app.example", "origin-has-an-invalid-scheme", 0, GENERAL),
    ("1http://app.example", "origin-has-an-invalid-scheme", 0, GENERAL),
    ("my_app://app.example", "origin-has-an-invalid-scheme", 0, GENERAL),
    ("h\u00fc://app.example", "origin-has-an-invalid-scheme", 0, GENERAL),
    # What follows the host
    ("https://app.example/", "origin-has-a-trailing-slash", 19, PLAIN),
    ("https://app.example:443/", "origin-has-a-trailing-slash", 23, PLAIN),
    ("http://localhost:3000/", "origin-has-a-trailing-slash", 21, 'Write "http://localhost:3000"'),
    ("HTTPS://APP.EXAMPLE/", "origin-has-a-trailing-slash", 19, PLAIN),
    ("https://app.example/index.html", "origin-has-a-path", 19, PLAIN),
    ("https://app.example//", "origin-has-a-path", 19, PLAIN),
    ("https://app.example?page=1", "origin-has-a-path", 19, PLAIN),
    ("https://app.example#top", "origin-has-a-path", 19, PLAIN),
    ("https://app.example\\", "origin-has-a-path", 19, PLAIN),
    ("https://user@app.example", "origin-has-userinfo", 8, PLAIN),
    ("https://user:secret@app.example", "origin-has-userinfo", 8, PLAIN),
    ("https://app.example@evil.example", "origin-has-userinfo", 8, 'Write "https://evil.example"'),
    # Letters
    ("https://App.example", "origin-has-upper-case", 8, PLAIN),
    ("HTTPS://app.example", "origin-has-upper-case", 0, PLAIN),
    ("http://LOCALHOST:80", "origin-has-upper-case", 7, 'Write "http://localhost"'),
    ("http://[::A]", "origin-has-upper-case", 10, 'Write "http://[::a]"'),
    ("https://b\u00fccher.example", "origin-is-not-ascii", 9, 'Write "https://xn--bcher-kva.example"'),
    ("https://B\u00dcCHER.example:443", "origin-is-not-ascii", 9, 'Write "https://xn--bcher-kva.example"'),
    ("https://\u4f8b\u3048.\u30c6\u30b9\u30c8", "origin-is-not-ascii", 8, 'Write "https://xn--r8jz45g.xn--zckzah"'),
    ("https://app\u3002example", "origin-is-not-ascii", 11, PLAIN),  # an ideographic full stop
    ("https://app.example:\uff14\uff14\uff13", "origin-is-not-ascii", 20, PLAIN),  # digits of full width
    # Names whose form in browsers and in the older standard differ: no advice is better than another site's name.
    ("https://stra\u00dfe.example", "origin-is-not-ascii", 12, GENERAL),
    ("https://\u03c3\u03b1\u03c2.example", "origin-is-not-ascii", 8, GENERAL),
    ("https://a\u200db.example", "origin-is-not-ascii", 9, GENERAL),
    ("https://a\u200cb.example", "origin-is-not-ascii", 9, GENERAL),
    ("https://\u00fc" + "x" * 70 + ".example", "origin-is-not-ascii", 8, GENERAL),  # too long a label
    ("https://\ud800.example", "origin-is-not-ascii", 8, GENERAL),  # half a character
    # The port
    ("https://app.example:443", "origin-has-a-default-port", 19, PLAIN),
    ("http://app.example:80", "origin-has-a-default-port", 18, 'Write "http://app.example"'),
    ("ws://app.example:80", "origin-has-a-default-port", 16, 'Write "ws://app.example"'),
    ("wss://app.example:443", "origin-has-a-default-port", 17, 'Write "wss://app.example"'),
    ("ftp://app.example:21", "origin-has-a-default-port", 17, 'Write "ftp://app.example"'),
    ("http://[::1]:80", "origin-has-a-default-port", 12, 'Write "http://[::1]"'),
    ("http://app.example:0", "origin-has-an-invalid-port", 18, GENERAL),
    ("http://app.example:65536", "origin-has-an-invalid-port", 18, GENERAL),
    ("http://app.example:99999999", "origin-has-an-invalid-port", 18, GENERAL),
    ("http://app.example:080", "origin-has-an-invalid-port", 18, 'Write "http://app.example"'),
    ("http://app.example:08080", "origin-has-an-invalid-port", 18, GENERAL),
    ("http://app.example:", "origin-has-an-invalid-port", 18, 'Write "http://app.example"'),
    ("http://app.example:http", "origin-has-an-invalid-port", 18, GENERAL),
    ("http://app.example:-1", "origin-has-an-invalid-port", 18, GENERAL),
    ("http://app.example:80:80", "origin-has-an-invalid-port", 18, GENERAL),
    ("http://[::1]:0", "origin-has-an-invalid-port", 12, GENERAL),
    # The host
    ("https://", "origin-has-an-invalid-host", 8, GENERAL),
    ("https://:8443", "origin-has-an-invalid-host", 8, GENERAL),
    ("https://app..example", "origin-has-an-invalid-host", 8, GENERAL),
    ("https://app..example:65535", "origin-has-an-invalid-host", 8, GENERAL),
    ("https://.example", "origin-has-an-invalid-host", 8, GENERAL),
    ("https://app.example.", "origin-has-an-invalid-host", 8, PLAIN),
    ("https://app!.example", "origin-has-an-invalid-host", 8, GENERAL),
    ("https://%61pp.example", "origin-has-an-invalid-host", 8, GENERAL),
    ("https://app.example\x00", "origin-has-an-invalid-host", 8, GENERAL),
    (f"https://{'a' * 64}.example", "origin-has-an-invalid-host", 8, GENERAL),
    (f"https://a{LONG_HOST}", "origin-has-an-invalid-host", 8, GENERAL),
    ("http://127.1", "origin-has-an-invalid-host", 7, GENERAL),
    ("http://0x7f.0.0.1", "origin-has-an-invalid-host", 7, GENERAL),
    ("http://2130706433", "origin-has-an-invalid-host", 7, GENERAL),
    ("http://127.0.0.256", "origin-has-an-invalid-host", 7, GENERAL),
    ("http://[0:0:0:0:0:0:0:1]:8080", "origin-has-an-invalid-host", 7, 'Write "http://[::1]:8080"'),
    ("http://[2001:0db8::1]", "origin-has-an-invalid-host", 7, 'Write "http://[2001:db8::1]"'),
    ("http://[::g]", "origin-has-an-invalid-host", 7, GENERAL),
    ("http://[]", "origin-has-an-invalid-host", 7, GENERAL),
]


@pytest.mark.parametrize(
    ("text", "reason", "at", "fix"), MISTAKEN, ids=[f"{row[1]} {ascii(row[0])[:40]}" for row in MISTAKEN]
)
def test_mistakes(text: str, reason: str, at: int | None, fix: str) -> None:
    """What a browser would never send is refused, with the place of the mistake and what to write instead."""
    with pytest.raises(InvalidOriginError) as raised:
        parse_origin(text)
    error = raised.value
    assert (error.value, error.reason, error.at, error.fix) == (text, reason, at, fix)
    assert (error.option, error.item, error.where) == ("allow_origins", None, "")


def test_every_mistake_has_a_row() -> None:
    """No mistake about origins is without a row."""
    assert {row[1] for row in MISTAKEN} == {name for name in MISTAKES if name.startswith("origin-")}


@pytest.mark.parametrize(
    ("text", "fix"), [(row[0], row[3]) for row in MISTAKEN if "https://" in row[3] or "http://" in row[3]]
)
def test_fixes_are_origins(text: str, fix: str) -> None:
    """What one is told to write is taken."""
    if fix != GENERAL:
        assert str(parse_origin(fix.split('"')[1])) != text


@pytest.mark.parametrize("port", ["https://app.example:443", "http://app.example:80", "wss://[::1]:443"])
def test_default_ports_on_the_wire(port: str) -> None:
    """A request's origin is compared as it is: a default port that no browser writes is read and kept."""
    origin = read_origin(port)
    assert origin is not None
    assert str(origin) == port


@pytest.mark.parametrize(
    "value",
    [row[0] for row in MISTAKEN if row[1] not in {"origin-has-a-default-port", "origin-is-a-file"}]
    + [
        "file:///",
        "*",
        "https://*.example",
        "https://a.example https://b.example",
        "https://a.example,https://b.example",
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_what_is_no_origin_on_the_wire(value: str) -> None:
    """What the settings refuse for its form is no origin in a request either."""
    assert read_origin(value) is None


parts = st.tuples(
    st.sampled_from(("http", "https", "ws", "tauri", "chrome-extension")),
    st.one_of(
        st.from_regex(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63}){0,3}\.[a-z][a-z_-]{0,20}", fullmatch=True),
        st.ip_addresses(v=4).map(str),
        st.sampled_from(("[::1]", "[2001:db8::a]", "localhost")),
    ),
    st.one_of(st.none(), st.integers(1, 65535)),
)


@given(parts)
def test_what_is_written_is_read(origin: tuple[str, str, int | None]) -> None:
    """An origin that is written is read as what it was."""
    assert read_origin(str(Origin(*origin))) == Origin(*origin)


def attempt(text: str) -> Origin | InvalidOriginError:
    try:
        return parse_origin(text)
    except InvalidOriginError as error:
        return error


@given(st.one_of(st.text(), st.text("aA:/.[]@%19 \n\u00fc*").map("https://{}".format)))
def test_any_text(text: str) -> None:
    """Any text is an origin, which is written as it was read, or a mistake that points into the text."""
    found = attempt(text)
    if isinstance(found, InvalidOriginError):
        assert found.reason in MISTAKES
        assert found.at is None or 0 <= found.at <= len(text)
    else:
        assert str(found) == text
        assert read_origin(text) == found


@given(
    st.sampled_from(("https://app.example", "http://localhost:3000", "http://[::1]:8080", "tauri://a.b-c")),
    st.lists(
        st.sampled_from(
            (
                str.upper,
                str.title,
                "{}/".format,
                "{}/a?b#c".format,
                lambda text: text.replace("://", "://user:pw@"),
            )
        ),
        min_size=1,
        unique=True,
    ),
    st.sampled_from(("{}", "\t{}\n", "{} ")),
)
def test_mistakes_that_come_together(origin: str, changes: list[Callable[[str], str]], space: str) -> None:
    """However many mistakes one makes about an origin, the first answer names the origin."""
    text = origin
    for change in changes:
        text = change(text)
    with pytest.raises(InvalidOriginError) as raised:
        parse_origin(space.format(text))
    assert raised.value.fix == f'Write "{origin}"'
