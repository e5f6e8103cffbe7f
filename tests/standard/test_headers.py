"""Header names and lists of them, against the sentences of the Fetch standard and of RFC 9110."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossorigin.standard import headers
from crossorigin.standard.headers import (
    FORBIDDEN_REQUEST_NAMES,
    FORBIDDEN_REQUEST_PREFIXES,
    FORBIDDEN_RESPONSE_NAMES,
    NO_CORS_SAFELISTED_NAMES,
    is_forbidden_request_name,
    is_forbidden_response_name,
    is_token,
    read_header_names,
)

if TYPE_CHECKING:
    from collections.abc import Callable


#: The list of the standard, as it stands there.
FORBIDDEN = [
    "Accept-Charset",
    "Accept-Encoding",
    "Access-Control-Request-Headers",
    "Access-Control-Request-Method",
    "Connection",
    "Content-Length",
    "Cookie",
    "Cookie2",
    "Date",
    "DNT",
    "Expect",
    "Host",
    "Keep-Alive",
    "Origin",
    "Referer",
    "Set-Cookie",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Via",
]

TCHAR = "!#$%&'*+-.^_`|~" + string.digits + string.ascii_letters


def lower(names: list[str]) -> set[str]:
    return {name.lower() for name in names}


@pytest.mark.parametrize(
    ("name", "anchor"),
    [
        (headers.ORIGIN, "http-origin"),
        (headers.ALLOW_ORIGIN, "http-access-control-allow-origin"),
        (headers.ALLOW_CREDENTIALS, "http-access-control-allow-credentials"),
        (headers.ALLOW_METHODS, "http-access-control-allow-methods"),
        (headers.ALLOW_HEADERS, "http-access-control-allow-headers"),
        (headers.EXPOSE_HEADERS, "http-access-control-expose-headers"),
        (headers.MAX_AGE, "http-access-control-max-age"),
        (headers.REQUEST_METHOD, "http-access-control-request-method"),
        (headers.REQUEST_HEADERS, "http-access-control-request-headers"),
    ],
)
def test_names_of_the_protocol(name: str, anchor: str) -> None:
    """Each header of the CORS protocol is spelled as the anchor of its definition is.

    Spec: https://fetch.spec.whatwg.org/#http-cors-protocol
    """
    assert f"http-{name.lower()}" == anchor
    assert name == "-".join(word.capitalize() for word in name.split("-"))
    assert name == headers.ORIGIN or name.lower().startswith(headers.CORS_PREFIX)


def test_other_names() -> None:
    """The other headers are spelled as their own standards spell them.

    Spec: https://www.rfc-editor.org/rfc/rfc9110#name-collected-abnf, https://www.rfc-editor.org/rfc/rfc6455#section-11.3.1,
    https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header, https://wicg.github.io/private-network-access/
    """
    assert (headers.HOST, headers.VARY, headers.UPGRADE) == ("Host", "Vary", "Upgrade")
    assert (headers.CONTENT_TYPE, headers.CONTENT_LENGTH) == ("Content-Type", "Content-Length")
    assert headers.SEC_FETCH_SITE == "Sec-Fetch-Site"
    assert headers.ALLOW_PRIVATE_NETWORK == "Access-Control-Allow-Private-Network"
    assert headers.REQUEST_PRIVATE_NETWORK == "Access-Control-Request-Private-Network"


def test_no_cors_safelisted_names() -> None:
    """Four names are allowed with some values, without asking.

    "A no-CORS-safelisted request-header name is a header name that is a byte-case-insensitive match for one of
    `Accept` `Accept-Language` `Content-Language` `Content-Type`."

    Spec: https://fetch.spec.whatwg.org/#no-cors-safelisted-request-header-name
    """
    assert lower(["Accept", "Accept-Language", "Content-Language", "Content-Type"]) == NO_CORS_SAFELISTED_NAMES


def test_the_lists_of_fetch() -> None:
    """Each list has the names that the standard names, and no other.

    Spec: https://fetch.spec.whatwg.org/#forbidden-request-header
    """
    assert lower(FORBIDDEN) == FORBIDDEN_REQUEST_NAMES
    assert FORBIDDEN_REQUEST_PREFIXES == ("proxy-", "sec-")
    assert lower(["Set-Cookie", "Set-Cookie2"]) == FORBIDDEN_RESPONSE_NAMES


@pytest.mark.parametrize("name", FORBIDDEN)
@pytest.mark.parametrize("change", [str.lower, str.upper, str.swapcase, str])
def test_forbidden_names(name: str, change: Callable[[str], str]) -> None:
    """Scripts set none of the names that belong to the browser, however they are written.

    "If name is a byte-case-insensitive match for one of: [...] then return true."

    Spec: https://fetch.spec.whatwg.org/#forbidden-request-header
    """
    assert is_forbidden_request_name(change(name))


@pytest.mark.parametrize(
    "name", ["Proxy-", "Sec-", "proxy-authorization", "SEC-FETCH-SITE", "Sec-X", "sec-websocket-key"]
)
def test_forbidden_prefixes(name: str) -> None:
    """Nor do they set a name with one of two prefixes.

    "If name when byte-lowercased starts with `proxy-` or `sec-`, then return true."

    Spec: https://fetch.spec.whatwg.org/#forbidden-request-header
    """
    assert is_forbidden_request_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "Content-Type",
        "Range",
        "User-Agent",
        "X-HTTP-Method",  # forbidden with some values only
        "X-HTTP-Method-Override",
        "X-Method-Override",
        "X-Sec-Fetch-Site",
        "Proxy",
        "Sec",
        "Security",
        "Cookie3",
        "Set-Cookie2",
        "Hosts",
        "",
    ],
)
def test_names_that_scripts_may_set(name: str) -> None:
    """They may set all others.

    "Return false." for everything that no step before it named.

    Spec: https://fetch.spec.whatwg.org/#forbidden-request-header
    """
    assert not is_forbidden_request_name(name)


@pytest.mark.parametrize(
    ("name", "is_forbidden"),
    [
        ("Set-Cookie", True),
        ("SET-COOKIE2", True),
        ("Set-Cookie3", False),
        ("Cookie", False),
        ("ETag", False),
        ("", False),
    ],
)
def test_forbidden_response_names(name: str, is_forbidden: bool) -> None:
    """Scripts never read cookies off a response.

    "A forbidden response-header name is a header name that is a byte-case-insensitive match for one of:
    `Set-Cookie` `Set-Cookie2`"

    Spec: https://fetch.spec.whatwg.org/#forbidden-response-header-name
    """
    assert is_forbidden_response_name(name) is is_forbidden


@pytest.mark.parametrize("code", range(0x180))
def test_token_characters(code: int) -> None:
    """A token is made of some characters of ASCII.

    "tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~" / DIGIT /
    ALPHA"

    Spec: https://www.rfc-editor.org/rfc/rfc9110#name-tokens
    """
    is_tchar = chr(code) in TCHAR
    assert is_token(chr(code)) is is_tchar
    assert is_token(f"x{chr(code)}") is is_tchar
    assert is_token(f"{chr(code)}x") is is_tchar


def test_a_token_is_not_empty() -> None:
    """A token has at least one character.

    "token = 1*tchar"

    Spec: https://www.rfc-editor.org/rfc/rfc9110#name-tokens
    """
    assert not is_token("")
    assert is_token(TCHAR)


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("x-test", ["x-test"]),
        ("content-type,x-test", ["content-type", "x-test"]),
        ("Content-Type , X-Test", ["Content-Type", "X-Test"]),
        ("\tx-a\t,\t x-b \t", ["x-a", "x-b"]),
        ("x-a,x-a", ["x-a", "x-a"]),
        ("*", ["*"]),
    ],
)
def test_lists(value: str, names: list[str]) -> None:
    """Names stand between commas with optional white space, and are kept as they are written.

    "#element => [ element ] *( OWS "," OWS [ element ] )"

    Spec: https://www.rfc-editor.org/rfc/rfc9110#name-collected-abnf
    """
    assert read_header_names(value) == names


@pytest.mark.parametrize("value", ["", ",", ",,,", " , \t,", " "])
def test_empty_lists(value: str) -> None:
    """Empty elements are passed over.

    "A recipient MUST parse and ignore a reasonable number of empty list elements"

    Spec: https://www.rfc-editor.org/rfc/rfc9110#name-recipient-requirements
    """
    assert read_header_names(value) == []
    assert read_header_names(f"{value},x-a,{value}") == ["x-a"]


@pytest.mark.parametrize(
    "value",
    [
        "x a",
        "x-a;x-b",
        "x-a:",
        '"x-a"',
        "x-a, x(b)",
        "x-a,é",
        "x-a,\x00",
        "x-a\r\n",
        "x-a,\nx-b",  # a line feed is no OWS
        "x-a\x0b",
        "x-a,\xa0",
        "x\N{KELVIN SIGN}",
    ],
)
def test_what_is_no_list(value: str) -> None:
    """White space is a space or a tab, and one element that is no token spoils the whole.

    "OWS = *( SP / HTAB )", and an element that is no token makes the whole no list of names.

    Spec: https://www.rfc-editor.org/rfc/rfc9110#name-whitespace
    """
    assert read_header_names(value) is None


@given(st.lists(st.text(TCHAR, min_size=1)), st.sampled_from((",", ", ", " ,\t", ",,")))
def test_what_is_written_is_read(names: list[str], comma: str) -> None:
    """Every list of tokens is read as it was written."""
    assert read_header_names(comma.join(names)) == names


@given(st.text())
def test_nothing_but_tokens_is_read(value: str) -> None:
    """Whatever the text, what is read is made of tokens."""
    names = read_header_names(value)
    assert names is None or all(map(is_token, names))
