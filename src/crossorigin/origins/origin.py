"""One origin: parse, serialise.

``parse_origin`` reads a setting and says what is wrong with it; ``read_origin`` reads what a request
says and returns None for anything but the one form that browsers send.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from crossorigin.errors import InvalidOriginError
from crossorigin.standard.hosts import DEFAULT_PORTS, is_host, serialize_ipv6

#: The longest ``Origin`` that is looked at, in bytes. A browser's has at most 8 + 253 + 6.
MAX_ORIGIN = 512

#: "If origin is an opaque origin, then return "null"."
#: Spec: https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin
NULL = "null"

#: What a serialised tuple origin looks like, in an expression that every flavour of them reads alike.
TUPLE_ORIGIN = r"([a-z][a-z0-9+.-]*)://([a-z0-9._-]+|\[[0-9a-f:]+\])(?::([1-9][0-9]{0,4}))?"

_ORIGIN = re.compile(TUPLE_ORIGIN)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
_MAX_PORT = 65535


class Origin(NamedTuple):
    """A tuple origin: scheme, host and port; port is None where it is the scheme's default.

    >>> str(Origin("https", "app.example", 8443))
    'https://app.example:8443'
    """

    scheme: str
    host: str
    port: int | None = None

    def __str__(self) -> str:
        """Serialise it as browsers do.

        Spec: https://html.spec.whatwg.org/multipage/browsers.html#ascii-serialisation-of-an-origin
        """
        return f"{self.scheme}://{self.host}{'' if self.port is None else f':{self.port}'}"


def read_origin(value: str) -> Origin | None:
    """Read a serialised tuple origin off the wire, or return None for everything else.

    ``null`` is not a tuple origin. A default port is read although no browser writes it out: it is compared as it is.

    Spec: https://fetch.spec.whatwg.org/#origin-header

    >>> read_origin("http://localhost:8080")
    Origin(scheme='http', host='localhost', port=8080)
    >>> read_origin("https://app.example/") is read_origin("null") is None
    True
    """
    if len(value) > MAX_ORIGIN or not (match := _ORIGIN.fullmatch(value)):
        return None
    scheme, host, digits = match.groups()
    port = int(digits) if digits else None
    return Origin(scheme, host, port) if is_host(host) and (port or 0) <= _MAX_PORT else None


def parse_origin(text: str) -> Origin:
    """Read an origin from the settings.

    :raises InvalidOriginError: it is not in the one form that browsers send; says what to write instead.

    >>> parse_origin("https://app.example").host
    'app.example'
    """
    origin = read_origin(text)
    if origin and origin.scheme != "file" and origin.port != DEFAULT_PORTS.get(origin.scheme, 0):
        return origin
    reason, at = _find_mistake(text)
    raise InvalidOriginError("allow_origins", text, reason, at=at, fix=_suggest(text, reason))


def _find_mistake(text: str) -> tuple[str, int | None]:
    """Name the first mistake in a text that is no origin, and where it is."""
    if not text:
        return "origin-is-empty", None
    if len(text) > MAX_ORIGIN:
        return "origin-is-too-long", None
    if text == NULL:
        return "origin-is-null", 0
    if space := re.search(r"\s", text):
        return "origin-has-whitespace", space.start()
    if text.lower().startswith("file:"):
        return "origin-is-a-file", 0
    scheme, separator, rest = text.partition("://")
    if not separator:
        return "origin-has-no-scheme", 0
    if not _SCHEME.fullmatch(scheme.lower()):
        return "origin-has-an-invalid-scheme", 0
    return _find_mistake_after_scheme(text, scheme, rest)


def _find_mistake_after_scheme(text: str, scheme: str, rest: str) -> tuple[str, int | None]:
    start = len(scheme) + len("://")
    if path := re.search(r"[/?#\\]", rest):
        is_only_a_slash = rest[path.start() :] == "/"
        reason = "origin-has-a-trailing-slash" if is_only_a_slash else "origin-has-a-path"
        return reason, start + path.start()
    if "@" in rest:
        return "origin-has-userinfo", start
    if foreign := re.search(r"[^\x00-\x7f]", text):
        return "origin-is-not-ascii", foreign.start()
    if upper := re.search(r"[A-Z]", text):
        return "origin-has-upper-case", upper.start()
    host, colon, port = _split_port(rest)
    at_port = start + len(host)
    if colon and not (re.fullmatch(r"[1-9][0-9]{0,4}", port) and int(port) <= _MAX_PORT):
        return "origin-has-an-invalid-port", at_port
    if colon and int(port) == DEFAULT_PORTS.get(scheme):
        return "origin-has-a-default-port", at_port
    return "origin-has-an-invalid-host", start


def _split_port(authority: str) -> tuple[str, str, str]:
    """Split host and port; the colons inside [ ] belong to the host."""
    end = authority.rfind("]") + 1
    host, colon, port = authority[end:].partition(":")
    return authority[:end] + host, colon, port


def _suggest(text: str, reason: str) -> str:
    """Say what to write instead: the repaired origin where there is no doubt about it."""
    if reason in {"origin-is-null", "origin-is-a-file"}:
        return (
            "Serve the page over http(s) and write that origin. If you must, dangerously_allow_null_origin=True "
            "allows every sandboxed frame of every site"
        )
    if len(text.split()) > 1 or text.count("://") > 1 or "," in text:
        return "Write each origin as an item of its own, with a comma between the items"
    repaired = _repair(text)
    if repaired is None:
        return 'Write it as scheme://host[:port], such as "https://app.example"'
    return f'Write "{repaired}"'


def _repair(text: str) -> str | None:
    """Return the origin that a browser would make of *text*, or None if that is not certain."""
    text = text.strip()
    if "://" not in text:
        # Why: nearly no one serves a loopback name over https.
        is_loopback = re.match(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::|$)", text)
        text = f"{'http' if is_loopback else 'https'}://{text}"
    scheme, _, rest = text.partition("://")
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0].rpartition("@")[2]
    host, _, port = _split_port(authority)
    host = _repair_host(host.lower())
    is_default = port.isdecimal() and int(port) == DEFAULT_PORTS.get(scheme.lower())
    candidate = f"{scheme.lower()}://{host}{'' if is_default or not port else f':{port}'}"
    return candidate if read_origin(candidate) else None


def _repair_host(host: str) -> str:
    if host.startswith("["):
        return f"[{serialize_ipv6(host[1:-1])}]"
    # Why: for these letters the built-in codec, which is older than UTS #46, gives another name than browsers do.
    if host.isascii() or any(letter in host for letter in "ßς\u200c\u200d"):
        return host.rstrip(".")
    try:
        return host.rstrip(".").encode("idna").decode("ascii")
    except UnicodeError:
        return host
