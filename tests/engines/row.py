"""The shape of the table: a policy, the calls of a page, and what the page should be able to read."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from crossorigin import Policy, PolicyWarning, Rule, Ruleset

# The ports are known when the servers run; until then they have names.
_PAGE_PORT, _API_PORT = "<page>", "<api>"

#: Origins of pages. All names are this machine: browsers resolve ``localhost`` and all below it by themselves.
PAGE = f"http://127.0.0.1:{_PAGE_PORT}"
LOCALHOST = f"http://localhost:{_PAGE_PORT}"
SUBDOMAIN = f"http://a.localhost:{_PAGE_PORT}"
DEEP_SUBDOMAIN = f"http://b.a.localhost:{_PAGE_PORT}"
APP_1 = f"http://app-1.x.localhost:{_PAGE_PORT}"
NULL = "null"

#: Origins of the API: the one that is called, and two names of the same server.
API = f"http://127.0.0.1:{_API_PORT}"
API_ELSEWHERE = f"http://elsewhere.localhost:{_API_PORT}"
API_REBOUND = f"http://rebound.localhost:{_API_PORT}"

#: What a policy may be given as: its options, or the options of each path.
Options = Mapping[str, Any]

_NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Call(NamedTuple):
    """One call of a script: what it gives to ``fetch``, or to ``WebSocket``, and the page on which it runs."""

    method: str = "GET"
    headers: Mapping[str, str] = _NO_HEADERS
    credentials: str = "same-origin"
    body: str | None = None
    path: str = "/ok"
    page: str = PAGE
    api: str = API
    mode: str = "cors"


class Expected(NamedTuple):
    """What comes of the last call of a row, and of all of them on the server's side.

    ``outcome`` is "readable", "opaque" or "network-error"; ``names`` are those of the app's own headers that
    the script can read, in lower case; ``text`` is the body, where it matters. ``wire`` are the requests that
    reached the server, as ``write_wire`` writes them, and ``runs`` tells how many of them the app has seen.
    """

    outcome: str
    wire: str
    status: int = 0
    names: frozenset[str] = frozenset()
    text: str | None = None
    runs: int = 0


class Row(NamedTuple):
    """One row: a sentence, a policy, the calls of a page one after another, and what is expected."""

    sentence: str
    options: Options
    calls: tuple[Call, ...]
    expected: Expected

    @property
    def is_websocket(self) -> bool:
        """Tell whether the row opens a WebSocket."""
        return self.calls[-1].mode == "websocket"

    def make_policy(self, page_port: int) -> Policy | Ruleset:
        """Build what the row's server is given."""
        options = fill(self.options, page_port, 0)
        with warnings.catch_warnings():
            # Why: some rows are about policies that have a use and are warned of.
            warnings.simplefilter("ignore", PolicyWarning)
            if any(key.startswith("/") for key in options):
                return Ruleset(Rule([path], Policy(**below)) for path, below in options.items())
            return Policy(**options)


def row(sentence: str, options: Options, calls: Call | tuple[Call, ...], expected: Expected) -> Row:
    """Write one row; a single call needs no parentheses."""
    return Row(sentence, options, (calls,) if isinstance(calls, Call) else calls, expected)


def reads(
    wire: str, status: int = 200, *, names: str = "", text: str | None = None, runs: int | None = None
) -> Expected:
    """Expect that the page reads the answer."""
    return Expected("readable", wire, status, frozenset(names.split()), text, _count_runs(wire, runs))


def blocked(wire: str, *, runs: int | None = None) -> Expected:
    """Expect that the browser tells the page nothing but that there was an error."""
    return Expected("network-error", wire, runs=_count_runs(wire, runs))


def opaque(wire: str, *, runs: int | None = None) -> Expected:
    """Expect that the page, which asked for no more, learns that something was answered."""
    return Expected("opaque", wire, runs=_count_runs(wire, runs))


def _count_runs(wire: str, runs: int | None) -> int:
    """Return how often the app should run: for every request that is no preflight, unless told otherwise."""
    return sum(":" not in word for word in wire.split()) if runs is None else runs


class Seen(NamedTuple):
    """One request as it came off the wire, before any policy was asked; ``url`` is what is below the mount."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    is_websocket: bool = False


def write_wire(requests: list[Seen]) -> str:
    """Write requests on one line: method, what a preflight asks for, cookies, an origin that is not a site's.

    >>> asks = [("access-control-request-method", "PUT"), ("access-control-request-headers", "x-a,x-b")]
    >>> write_wire([Seen("OPTIONS", "/", [("origin", "null"), *asks])])
    'OPTIONS:PUT[x-a,x-b]@null'
    >>> write_wire([Seen("PUT", "/", [("origin", "http://a.example"), ("cookie", "a=b")]), Seen("GET", "/", [])])
    'PUT+cookie GET@none'
    """
    words = []
    for seen in requests:
        headers = dict(seen.headers)
        asked = headers.get("access-control-request-method")
        names = headers.get("access-control-request-headers")
        origin = headers.get("origin", "none")
        parts = [
            "WebSocket" if seen.is_websocket else seen.method,
            f":{asked}" if asked else "",
            f"[{names}]" if names else "",
            "+cookie" if "cookie" in headers else "",
            f"@{origin}" if "://" not in origin else "",
        ]
        words.append("".join(parts))
    return " ".join(words)


def fill(value: Any, page_port: int, api_port: int) -> Any:
    """Put the ports where their names stand, in a text or anywhere inside lists and mappings."""
    if isinstance(value, str):
        return value.replace(_PAGE_PORT, str(page_port)).replace(_API_PORT, str(api_port))
    if isinstance(value, Mapping):
        return {key: fill(item, page_port, api_port) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, page_port, api_port) for item in value]
    return value
