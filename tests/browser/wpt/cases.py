"""The form of a row that stands for a case of the web-platform-tests, and what rows are made of.

Every row is written anew: no code and no text is copied, and the servers' scripts become plain answers.
A row cites the file that it stands for; where that file and the standard differ, its sentence says so
and the row holds what the standard says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from crossorigin.browser import Call
from crossorigin.messages import Response

PAGE = "https://app.example"
HOME = "https://app.example/items"  # the page's own server
PORT = "https://app.example:8443/items"  # the same host, another port
API = "https://api.example/items"
OTHER = "https://other.example/items"

REDIRECTS = (301, 302, 303, 307, 308)

Pairs = Sequence[tuple[str, str]]
Names = Mapping[str, str | None]  # a header's value, or None: it must not be there


class Fetched(NamedTuple):
    """One call, what the servers answer to its requests, and what must come of it."""

    call: Call
    answers: tuple[Response, ...]
    wire: str  # the methods of its requests, preflights included, in order
    reason: str | None = None  # None: the script can read the answer
    step: str | None = None
    status: int | None = None  # None: that of the last answer
    asked: tuple[str | None, ...] | None = None  # Access-Control-Request-Headers of each preflight
    origins: tuple[str | None, ...] | None = None  # Origin of each request
    urls: tuple[str, ...] | None = None
    sent: Names = MappingProxyType({})  # of the last request
    lines: Pairs = ()  # of the last request, as they are written
    readable: Names = MappingProxyType({})
    now: float = 0.0


class Row(NamedTuple):
    """A case: one call, or several that share a preflight cache."""

    sentence: str
    file: str
    fetches: tuple[Fetched, ...]


class Refused(NamedTuple):
    """A call that no browser makes: it is an error before anything is sent."""

    sentence: str
    file: str
    arguments: Mapping[str, object]


def ask(
    url: str = API,
    method: str = "GET",
    *,
    headers: Pairs = (),
    credentials: str = "same-origin",
    body: str | bytes | None = None,
    page: str = PAGE,
) -> Call:
    """Return a call with defaults that most rows share."""
    return Call(page, url, method, headers, credentials, body)  # type: ignore[arg-type]  # Call checks the mode


def answer(
    origin: str | None = "*",
    *,
    status: int = 200,
    credentials: str | None = None,
    methods: str | None = None,
    headers: str | None = None,
    expose: str | None = None,
    age: str | None = None,
    location: str | None = None,
    more: Pairs = (),
) -> Response:
    """Return an answer with the headers of the CORS protocol that are given."""
    named = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": credentials,
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": headers,
        "Access-Control-Expose-Headers": expose,
        "Access-Control-Max-Age": age,
        "Location": location,
    }
    return Response(status, [*[(name, value) for name, value in named.items() if value is not None], *more])


FORCE = [("x-force-preflight", "")]

PLAIN = answer(None)
STAR = answer("*")
OWN = answer(PAGE)


def get(file: str, sentence: str, fetch: Fetched, *more: Fetched) -> Row:
    """Return a row, its file first: tables read better so."""
    return Row(sentence, file, (fetch, *more))
