"""What is worth knowing beside the verdict: what a browser does before CORS, and what works by luck."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.browser.preflight import is_preflight
from crossorigin.cli.layers import compare_layers, find_layers
from crossorigin.messages import get_values
from crossorigin.standard import headers as names
from crossorigin.standard.hosts import is_address, is_loopback
from crossorigin.standard.methods import SAFE_METHODS
from crossorigin.standard.ports import BAD_PORTS
from crossorigin.standard.url import parse_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.browser import Call, Exchange
    from crossorigin.cli.judging import Walk
    from crossorigin.standard.url import Url

_ERROR = 400
_SECOND_BYTES = {"172": range(16, 32), "192": (168,), "169": (254,)}

#: What a check over HTTP/1.1 does not do as a browser does.
NOT_IMITATED = (
    "HTTP/2",
    "the HTTP cache",
    "cookies without --cookie",
    "the fingerprint of TLS",
    "mixed content",
    "Local Network Access",
)


def find_remarks(call: Call, walk: Walk, *, has_cookie: bool, is_live: bool) -> list[str]:
    """Return the remarks on one walk, the weightiest first."""
    return [
        *_remark_mixed_content(call),
        *_remark_same_origin(call),
        *_remark_layers(walk),
        *_remark_vary(call, walk),
        *_remark_effect(call, walk),
        *_remark_status(walk),
        *_remark_cookie(call, has_cookie=has_cookie, is_live=is_live),
        *_remark_local_network(call),
    ]


def _remark_mixed_content(call: Call) -> Iterator[str]:
    """Remark on what makes a browser stop before it comes to CORS."""
    url, page = call.parsed_url, parse_url(call.page_origin)
    if url.port in BAD_PORTS:
        yield f"A browser does not connect to port {url.port} at all, whatever CORS says: use another."
    if page is not None and page.scheme == "https" and url.scheme == "http" and not is_loopback(url.host):
        yield (
            "A browser blocks this before CORS as mixed content: the page has https and the URL http. "
            "Serve the URL with https."
        )


def _remark_local_network(call: Call) -> Iterator[str]:
    url, page = call.parsed_url, parse_url(call.page_origin)
    if page is not None and _is_local(url) and not _is_local(page):
        yield (
            "The URL is in a local network and the page is not: Chromium asks the user first (Local Network Access), "
            "before CORS."
        )


def _is_local(url: Url) -> bool:
    """Tell whether a host is this machine or an address of a private network."""
    if is_loopback(url.host):
        return True
    if not is_address(url.host):
        return url.host.endswith(".local")
    if url.host.startswith("["):
        return url.host[1:3] in {"fc", "fd"} or url.host[1:4] in {"fe8", "fe9", "fea", "feb"}
    first, second, *_ = url.host.split(".")
    return first == "10" or int(second) in _SECOND_BYTES.get(first, ())


def _remark_same_origin(call: Call) -> Iterator[str]:
    if call.parsed_url.origin == call.page_origin:
        yield "Page and URL have the same origin: CORS has no say here."


def _remark_layers(walk: Walk) -> Iterator[str]:
    if difference := compare_layers(find_layers(walk.exchanges)):
        yield difference


def _remark_vary(call: Call, walk: Walk) -> Iterator[str]:
    """Remark on an answer that is made for one origin and does not say so: a cache gives it to another."""
    for exchange in walk.exchanges:
        if not is_preflight(exchange.request) and _is_made_for(call.page_origin, exchange) and not _varies(exchange):
            yield (
                f"The answer names the origin, and has no {names.VARY}: {names.ORIGIN}: a cache may give it to another "
                f"page, which is then blocked. Add {names.ORIGIN} to {names.VARY}."
            )
            return


def _is_made_for(origin: str, exchange: Exchange) -> bool:
    return get_values(exchange.response.headers, names.ALLOW_ORIGIN) == [origin]


def _varies(exchange: Exchange) -> bool:
    listed = ",".join(get_values(exchange.response.headers, names.VARY)).lower().split(",")
    return bool({names.ORIGIN.lower(), "*"} & {name.strip() for name in listed})


def _remark_effect(call: Call, walk: Walk) -> Iterator[str]:
    """Remark that a browser hides the answer, and that what the server did is done."""
    if walk.verdict is None or walk.outcome != "blocked" or is_preflight(walk.exchanges[-1].request):
        return
    if walk.exchanges[-1].request.method not in SAFE_METHODS:
        yield f"The {call.method} has reached the server, which may have carried it out: CORS hides the answer only."


def _remark_status(walk: Walk) -> Iterator[str]:
    if walk.verdict is not None and (walk.verdict.status or 0) >= _ERROR:
        yield f"The script can read the answer, and the answer is an error: status {walk.verdict.status}."


def _remark_cookie(call: Call, *, has_cookie: bool, is_live: bool) -> Iterator[str]:
    if call.credentials == "include" and not has_cookie and is_live:
        yield "The call has credentials and no cookie was given: --cookie 'name=value' sends what the browser has."
