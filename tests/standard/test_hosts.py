"""Hosts and default ports, against the sentences of the URL Standard and of Fetch."""

from __future__ import annotations

import ipaddress
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crossorigin.standard.hosts import DEFAULT_PORTS, is_host, serialize_ipv6


def test_default_ports() -> None:
    """Five schemes have a default port.

    "The default port for a special scheme is listed in the second column on the same row."

    Spec: https://url.spec.whatwg.org/#special-scheme
    """
    assert DEFAULT_PORTS == {"ftp": 21, "http": 80, "https": 443, "ws": 80, "wss": 443}


@pytest.mark.parametrize(
    "host",
    [
        "a",
        "localhost",
        "app.example",
        "a.b.c.d.e.f",
        "xn--bcher-kva.example",
        "my_app.example",
        "-a-.example",  # no name that can be registered, but browsers load it
        "1.example",
        "1.2.3.4.example",
        "4.a",
        "0x.example",
        "a.0xg",
        "a.x0",
        "a" * 63,
        ".".join(["a" * 49] * 5) + ".abc",  # 253 letters
    ],
)
def test_domains(host: str) -> None:
    """A domain is made of labels.

    "serialized-domain = *( domain-label "." ) domain-label"

    Spec: https://fetch.spec.whatwg.org/#http-origin
    """
    assert is_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        ".",
        ".a",
        "a.",
        "a..b",
        "A.example",
        "a b",
        "a\n",
        "a/b",
        "a:b",
        "a@b",
        "a%62",
        "a!b",
        "a$b",
        "a*b",
        "bücher.example",
        "app。example",  # an ideographic full stop
        "app\u00ad.example",
        "a" * 64,
        ".".join(["a" * 49] * 5) + ".abcd",  # 254 letters
        "a" * 100_000,
    ],
)
def test_what_is_no_domain(host: str) -> None:
    """A domain is in the one form that browsers write.

    "scheme and domains serializations are all lower case ASCII, without percent encoding"

    Spec: https://fetch.spec.whatwg.org/#http-origin
    """
    assert not is_host(host)


@pytest.mark.parametrize(
    ("host", "is_address"),
    [
        ("127.0.0.1", True),
        ("0.0.0.0", True),
        ("255.255.255.255", True),
        ("10.20.199.249", True),
        ("256.0.0.1", False),
        ("1.2.3.260", False),
        ("1.2.3.300", False),
        ("01.2.3.4", False),
        ("1.2.3.00", False),
        ("127.1", False),  # browsers write 127.0.0.1
        ("1.2.3", False),
        ("1.2.3.4.5", False),
        ("2130706433", False),
        ("0x7f.0.0.1", False),
        ("a.0x7f", False),
        ("a.0x", False),
        ("a.1", False),
        ("1.2.3.4.", False),
        ("a.09", False),
    ],
)
def test_ipv4(host: str, is_address: bool) -> None:
    """What ends in a number is an IPv4 address in its one form, or nothing.

    "If asciiDomain ends in a number, then return the result of IPv4 parsing asciiDomain."

    Spec: https://url.spec.whatwg.org/#ends-in-a-number-checker
    """
    assert is_host(host) is is_address


@given(st.lists(st.integers(0, 300), min_size=3, max_size=5))
def test_ipv4_against_the_standard_library(numbers: list[int]) -> None:
    """Four numbers from 0 to 255, without leading zeros.

    "serialized-ipv4 = dec-octet "." dec-octet "." dec-octet "." dec-octet"

    Spec: https://fetch.spec.whatwg.org/#http-origin
    """
    text = ".".join(map(str, numbers))
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        assert not is_host(text)
    else:
        assert is_host(text)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("::", "::"),
        ("::1", "::1"),
        ("0:0:0:0:0:0:0:1", "::1"),
        ("1::", "1::"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ("2001:DB8::A", "2001:db8::a"),
        ("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"),
        ("0:f:0:0:f:f:0:0", "0:f::f:f:0:0"),  # the standard's own example: the first of the longest
        ("0:0:f:0:0:0:f:f", "0:0:f::f:f"),  # the longest, not the first
        ("1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"),  # one zero is written out
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("1:2:3::5:6:7:8", "1:2:3:0:5:6:7:8"),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ],
)
def test_ipv6(text: str, written: str) -> None:
    """An IPv6 address has one shortest form, in lower case.

    "Append address[pieceIndex], represented as the shortest possible lowercase hexadecimal number"

    Spec: https://url.spec.whatwg.org/#concept-ipv6-serializer
    """
    assert serialize_ipv6(text) == written
    assert serialize_ipv6(written) == written
    assert is_host(f"[{written}]")
    assert is_host(f"[{text}]") is (text == written)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        ":::",
        "1",
        ":1",
        "1:",
        "::1::",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4::5:6:7:8",
        "::12345",
        "::g",
        "::+1",
        "::0x1",
        ":: 1",
        "::1\n",
        "::1%eth0",
        "::1%25eth0",
        "::\N{FULLWIDTH DIGIT ONE}",
    ],
)
def test_what_is_no_ipv6(text: str) -> None:
    """There are eight pieces of at most four digits, and at most one gap.

    "An uncompressed IPv6 address contains fewer than 8 pieces", or one of the other errors of the parser.

    Spec: https://url.spec.whatwg.org/#concept-ipv6-parser
    """
    assert serialize_ipv6(text) is None
    assert not is_host(f"[{text}]")


@pytest.mark.parametrize("host", ["[", "[]", "[::1", "::1]", "::1", "[::1]]", "[[::1]]", "[::1]x", "[app.example]"])
def test_brackets(host: str) -> None:
    """Brackets come in pairs, around an address.

    "If input does not end with U+005D (]), IPv6-unclosed validation error, return failure."

    Spec: https://url.spec.whatwg.org/#concept-host-parser
    """
    assert not is_host(host)


@given(st.lists(st.one_of(st.just(0), st.integers(0, 0xFFFF)), min_size=8, max_size=8))
def test_ipv6_against_the_standard_library(pieces: list[int]) -> None:
    """The gap stands for the first of the longest runs of zeros, of at least two.

    "::" stands for the first of the longest runs of zeros, of at least two.

    Spec: https://url.spec.whatwg.org/#find-the-ipv6-address-compressed-piece-index
    """
    # Some versions of the library write these with dots, browsers do not.
    assume(pieces[:6] not in ([0] * 6, [0] * 5 + [0xFFFF]))
    text = ":".join(f"{piece:04X}" for piece in pieces)
    assert serialize_ipv6(text) == ipaddress.IPv6Address(text).compressed


@given(st.lists(st.sampled_from((":", "::", "0", "1", "ab", "12345")), max_size=17).map("".join))
def test_ipv6_texts_against_the_standard_library(text: str) -> None:
    """A text is an address to the one if it is to the other."""
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        assert serialize_ipv6(text) is None
    else:
        assert serialize_ipv6(text) is not None


@given(st.text(st.characters(max_codepoint=0x250), max_size=30))
def test_hosts_are_made_of_few_characters(text: str) -> None:
    """Nothing is a host that holds a character with a meaning in URLs, HTML, logs or terminals."""
    if is_host(text):
        assert re.fullmatch(r"[a-z0-9._-]+|\[[0-9a-f:]+\]", text)
