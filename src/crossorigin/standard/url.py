"""http(s) URLs as the URL Standard parses them: what a call and a redirect go to."""

from __future__ import annotations

import re
from typing import NamedTuple

from crossorigin.standard.hosts import DEFAULT_PORTS, parse_host

#: "An HTTP(S) scheme is "http" or "https"."
#: Spec: https://fetch.spec.whatwg.org/#http-scheme
HTTP_SCHEMES = frozenset({"http", "https"})

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_C0_OR_SPACE = "".join(map(chr, range(0x21)))
_TAB_OR_NEWLINE = dict.fromkeys(map(ord, "\t\n\r"))
_SLASHES = re.compile(r"[/\\]*")
_END_OF_AUTHORITY = re.compile(r"[/\\?#]")
_SINGLE_DOTS = frozenset({".", "%2e"})
_DOUBLE_DOTS = frozenset({"..", ".%2e", "%2e.", "%2e%2e"})
_LONGEST_DOTS = max(map(len, _DOUBLE_DOTS))
_DOTS = re.compile(r"(?:\A|/)(?:\.|%2e){1,2}(?:/|\Z)", re.IGNORECASE)
#: Half of a letter of UTF-16, which no text on the wire can hold.
SURROGATE = re.compile("[\ud800-\udfff]")
_DIGITS = re.compile("0*[0-9]{1,5}")
_MAX_PORT = 65535
_ESCAPES = [f"%{byte:02X}" for byte in range(256)]

#: What is percent-encoded in each part, beside controls and what is not ASCII.
#: Spec: https://url.spec.whatwg.org/#percent-encoded-bytes
_FRAGMENT = re.compile(r"""[^\x21\x23-\x3b\x3d\x3f-\x5f\x61-\x7e]""")
_QUERY = re.compile(r"""[^\x21\x24-\x26\x28-\x3b\x3d\x3f-\x7e]""")
_PATH = re.compile(r"""[^\x21\x24-\x3b\x3d\x40-\x5d\x5f\x61-\x7a\x7c\x7e]""")
_USERINFO = re.compile(r"""[^\x21\x24-\x2e\x30-\x39\x41-\x5a\x5f\x61-\x7a\x7e]""")


class Url(NamedTuple):
    """A parsed URL. Of a scheme that is not http or https, only the scheme is told; the rest is ``path``.

    ``port`` is None where it is the scheme's default; ``query`` and ``fragment`` are None where there is none.

    >>> str(parse_url("HTTPS://user@API.example:443/a/../b?c#d"))
    'https://user@api.example/b?c#d'
    """

    scheme: str
    username: str = ""
    password: str = ""
    host: str = ""
    port: int | None = None
    path: str = "/"
    query: str | None = None
    fragment: str | None = None

    @property
    def is_http(self) -> bool:
        """Tell whether the scheme is an HTTP(S) scheme."""
        return self.scheme in HTTP_SCHEMES

    @property
    def authority(self) -> str:
        """Return host and port, as ``Host`` has them."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    @property
    def origin(self) -> str:
        """Return the serialized origin.

        Spec: https://url.spec.whatwg.org/#concept-url-origin
        """
        return f"{self.scheme}://{self.authority}" if self.is_http else "null"

    @property
    def target(self) -> str:
        """Return path and query, as a request line has them."""
        return self.path if self.query is None else f"{self.path}?{self.query}"

    @property
    def includes_credentials(self) -> bool:
        """Tell whether there is a user name or a password.

        Spec: https://url.spec.whatwg.org/#include-credentials
        """
        return bool(self.username or self.password)

    def __str__(self) -> str:
        """Serialise it.

        Spec: https://url.spec.whatwg.org/#concept-url-serializer
        """
        fragment = "" if self.fragment is None else f"#{self.fragment}"
        if not self.is_http:
            return f"{self.scheme}:{self.path}{fragment}"
        password = f":{self.password}" if self.password else ""
        userinfo = f"{self.username}{password}@" if self.includes_credentials else ""
        return f"{self.scheme}://{userinfo}{self.authority}{self.target}{fragment}"


def parse_url(text: str, base: Url | None = None) -> Url | None:
    """Parse *text*, against *base* if it is given, or return None if it is no URL.

    Spec: https://url.spec.whatwg.org/#concept-basic-url-parser

    >>> str(parse_url("../c?d", parse_url("http://a.example/b/x")))
    'http://a.example/c?d'
    >>> parse_url("/items") is parse_url("https://") is parse_url("https://a b/") is None
    True
    """
    # "Remove any leading and trailing C0 control or space from input", "Remove all ASCII tab or newline".
    text = SURROGATE.sub("\ufffd", text.strip(_C0_OR_SPACE).translate(_TAB_OR_NEWLINE))
    text, has_fragment, fragment_text = text.partition("#")
    fragment = _encode(_FRAGMENT, fragment_text) if has_fragment else None
    match = _SCHEME.match(text)
    if match is None:
        return _parse_relative(text, base, fragment) if base else None
    scheme, rest = match[1].lower(), text[match.end() :]
    if scheme not in HTTP_SCHEMES:
        return Url(scheme, path=rest, fragment=fragment)
    # "Otherwise, if url is special, base is non-null, and base's scheme is url's scheme":
    # without two slashes, what follows is relative.
    if base and base.scheme == scheme and not rest.startswith("//"):
        return _parse_relative(rest, base, fragment)
    return _parse_authority(scheme, rest[_end_of_slashes(rest) :], fragment)


def _end_of_slashes(text: str) -> int:
    match = _SLASHES.match(text)
    return match.end() if match else 0


def _parse_relative(text: str, base: Url, fragment: str | None) -> Url | None:
    """Spec: https://url.spec.whatwg.org/#relative-state."""
    slashes = _end_of_slashes(text)
    if slashes > 1:
        return _parse_authority(base.scheme, text[slashes:], fragment)
    path_text, has_query, query_text = text.partition("?")
    query = _encode(_QUERY, query_text) if has_query else None
    if slashes:
        path = _parse_path(path_text)
    elif path_text:
        path = _parse_path(base.path[: base.path.rfind("/") + 1] + path_text)
    else:
        path = base.path
        query = query if has_query else base.query
    return base._replace(path=path, query=query, fragment=fragment)


def _parse_authority(scheme: str, text: str, fragment: str | None) -> Url | None:
    """Spec: https://url.spec.whatwg.org/#authority-state."""
    end = _END_OF_AUTHORITY.search(text)
    authority, rest = (text[: end.start()], text[end.start() :]) if end else (text, "")
    userinfo, _, host_text = authority.rpartition("@")
    username, _, password = userinfo.partition(":")
    bracket = host_text.rfind("]") + 1
    name, has_port, digits = host_text[bracket:].partition(":")
    host = parse_host(host_text[:bracket] + name)
    if host is None or not _is_port(digits):
        return None
    port = _read_port(digits) if has_port and digits else None
    path_text, has_query, query_text = rest.partition("?")
    return Url(
        scheme,
        _encode(_USERINFO, username),
        _encode(_USERINFO, password),
        host,
        None if port == DEFAULT_PORTS[scheme] else port,
        _parse_path(path_text),
        _encode(_QUERY, query_text) if has_query else None,
        fragment,
    )


def _is_port(digits: str) -> bool:
    return digits == "" or (_DIGITS.fullmatch(digits) is not None and _read_port(digits) <= _MAX_PORT)


def _read_port(digits: str) -> int:
    # Why: Python refuses to read very many digits, be they zeros.
    return int(digits.lstrip("0") or "0")


def _parse_path(text: str) -> str:
    """Percent-encode a path and resolve its dot segments; a backslash is a slash.

    Spec: https://url.spec.whatwg.org/#path-state
    """
    # Why: what is escaped is no dot and no slash, so it can be escaped at once; a server may send very many segments.
    text = _encode(_PATH, text).replace("\\", "/").removeprefix("/")
    if not _DOTS.search(text):
        return f"/{text}"
    segments = text.split("/")
    path: list[str] = []
    for at, segment in enumerate(segments):
        lowered = segment.lower() if len(segment) <= _LONGEST_DOTS else ""
        if lowered in _DOUBLE_DOTS or lowered in _SINGLE_DOTS:
            if lowered in _DOUBLE_DOTS:
                del path[-1:]
            path += [""] if at == len(segments) - 1 else []
        else:
            path.append(segment)
    return f"/{'/'.join(path)}"


def _encode(needed: re.Pattern[str], text: str) -> str:
    return needed.sub(lambda match: "".join(_ESCAPES[byte] for byte in match[0].encode()), text)
