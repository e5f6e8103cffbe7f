"""Call: what a script asks for, as it reaches the standard's *fetch*."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from crossorigin.origins.origin import NULL
from crossorigin.standard.headers import CONTENT_TYPE, is_forbidden_request_header, is_token, is_value
from crossorigin.standard.methods import is_forbidden_method, normalize
from crossorigin.standard.url import SURROGATE, Url, parse_url

if TYPE_CHECKING:
    from crossorigin.messages import Headers

Credentials = Literal["omit", "same-origin", "include"]

_CREDENTIALS = ("omit", "same-origin", "include")
_WITHOUT_BODY = ("GET", "HEAD")
_TEXT = "text/plain;charset=UTF-8"

#: What apps and extensions have as an origin, such as ``tauri://localhost``.
_FOREIGN_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(?:(?![/?#@\\])[!-~])+")


@dataclass(frozen=True, slots=True)
class Call:
    """One call of ``fetch(url, {method, headers, credentials, body})`` by a script of a page.

    A Call is what reaches the standard's *fetch*: the method is normalized, forbidden request-headers and a body of
    GET or HEAD are dropped, repeated names are combined, and a text brings its ``Content-Type``.
    ``header_list`` has the headers before they are combined: some engines judge each for itself.
    ``page_origin`` is a serialized origin, or "null". ``body`` is sent as it is, a text in UTF-8.

    :raises ValueError: the method is forbidden or none, the URL, the origin or a header cannot be, or the
        credentials mode is not known; the message says what to write.

    Spec: https://fetch.spec.whatwg.org/#fetch-method

    >>> call = Call("https://app.example", "https://api.example", "put", [("X-A", "1"), ("Cookie", "a=b")], body="hi")
    >>> call.method, call.url, call.headers
    ('PUT', 'https://api.example/', (('X-A', '1'), ('Content-Type', 'text/plain;charset=UTF-8')))
    """

    page_origin: str
    url: str
    method: str = "GET"
    headers: Headers = ()
    credentials: Credentials = "same-origin"
    body: str | bytes | None = None
    parsed_url: Url = field(init=False, repr=False, compare=False)
    header_list: Headers = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make of it what reaches *fetch*."""
        _check_origin(self.page_origin)
        url = _read_url(self.url)
        method = _read_method(self.method)
        body = None if method in _WITHOUT_BODY else self.body
        if self.credentials not in _CREDENTIALS:
            message = f'the credentials mode "{self.credentials}" is not known: write one of {", ".join(_CREDENTIALS)}'
            raise ValueError(message)
        header_list = _read_headers(self.headers, body)
        made = {"url": str(url), "method": method, "body": body, "parsed_url": url, "header_list": header_list}
        for name, value in {**made, "headers": combine(header_list)}.items():
            object.__setattr__(self, name, value)

    @property
    def content(self) -> bytes:
        """Return the body as it is sent."""
        # The standard has a text as a USVString: a surrogate alone is sent as U+FFFD.
        return SURROGATE.sub("\ufffd", self.body).encode() if isinstance(self.body, str) else self.body or b""


def _check_origin(origin: str) -> None:
    """Let only through what a browser would write."""
    if origin == NULL:
        return
    if origin.startswith(("http:", "https:")):
        url = parse_url(origin)
        if url and url.origin != origin:
            message = f'"{origin}" is not the origin of a page: write "{url.origin}"'
            raise ValueError(message)
        is_origin = url is not None
    else:
        is_origin = _FOREIGN_ORIGIN.fullmatch(origin) is not None
    if not is_origin:
        message = f'"{origin}" is not the origin of a page: write it as scheme://host[:port], or null'
        raise ValueError(message)


def _read_url(text: str) -> Url:
    url = parse_url(text)
    if url is None or not url.is_http:
        message = f'"{text}" is not an http(s) URL: write it whole, such as https://api.example/items'
        raise ValueError(message)
    if url.includes_credentials:
        # The standard: "If parsedURL includes credentials, then throw a TypeError."
        message = f'"{text}" has a user name or password, and fetch() takes none: send an Authorization header'
        raise ValueError(message)
    return url


def _read_method(method: str) -> str:
    if not is_token(method):
        message = f'"{method}" is not a method: write a name such as GET'
        raise ValueError(message)
    if is_forbidden_method(method):
        message = f"no browser sends {method}: CONNECT, TRACE and TRACK are forbidden"
        raise ValueError(message)
    return normalize(method)


def _read_headers(headers: Headers, body: str | bytes | None) -> Headers:
    """Drop what a script cannot set.

    Spec: https://fetch.spec.whatwg.org/#concept-headers-append
    """
    made: list[tuple[str, str]] = []
    for name, text in headers:
        # "Remove any leading and trailing HTTP whitespace bytes from potentialValue."
        value = text.strip(" \t\r\n")
        if not is_token(name):
            message = f'"{name}" is not the name of a header'
            raise ValueError(message)
        if not is_value(value):
            message = f"the value of {name} cannot be sent: it holds a NUL, a line break or a letter that is no byte"
            raise ValueError(message)
        if not is_forbidden_request_header(name, value):
            made.append((name, value))
    if isinstance(body, str) and all(name.lower() != CONTENT_TYPE.lower() for name, _ in made):
        made.append((CONTENT_TYPE, _TEXT))
    return tuple(made)


def combine(headers: Headers) -> Headers:
    """Make one header of those that have the same name, which is that of the first."""
    made: dict[str, tuple[str, list[str]]] = {}
    for name, value in headers:
        made.setdefault(name.lower(), (name, []))[1].append(value)
    return tuple((name, ", ".join(values)) for name, values in made.values())
