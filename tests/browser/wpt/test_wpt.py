"""Cases of the web-platform-tests, as rows of our own: what the browser model must do with each.

Not mapped, because the model does not model it: the modes no-cors and same-origin, redirect modes, cookies that are
kept, HTTP authentication, the HTTP cache (304.htm, cache-304.htm), referrers, upload events, service workers,
images and scripts, partitioned caches, streams as bodies, and what IDL says of Headers and Request.
"""

from __future__ import annotations

from typing import Any

import pytest

from browser.wpt import (
    allow_origin,
    cache,
    exposure,
    metadata,
    preflight,
    preflight_answers,
    redirects,
    redirects_more,
    redirects_xhr,
    safelist,
    sending,
    simple,
    statuses,
)
from browser.wpt.cases import API, PAGE, Fetched, Refused, Row
from crossorigin.browser import Call, PreflightCache, Verdict, simulate
from crossorigin.messages import Request, Response, get_values

TABLES = (
    allow_origin,
    cache,
    exposure,
    metadata,
    preflight,
    preflight_answers,
    redirects,
    redirects_more,
    redirects_xhr,
    safelist,
    sending,
    simple,
    statuses,
)
ROWS = [row for table in TABLES for row in table.ROWS]
REFUSED = sending.REFUSED

PREFLIGHT_NAMES = {
    "host",
    "accept",
    "origin",
    "access-control-request-method",
    "access-control-request-headers",
    "sec-fetch-site",
    "sec-fetch-mode",
    "sec-fetch-dest",
}


def _id(row: Row | Refused) -> str:
    return f"{row.file}: {row.sentence}"


def _get(request: Request | Response, name: str) -> str | None:
    values = get_values(request.headers, name)
    return ", ".join(values) if values else None


def _fetch(fetched: Fetched, kept: PreflightCache) -> Verdict:
    left = list(fetched.answers)

    def network(request: Request) -> Response:
        assert left, f"one request too many: {request}"
        return left.pop(0)

    verdict = simulate(fetched.call, network, cache=kept, now=fetched.now)
    assert not left, "answers that nothing asked for"
    return verdict


def _check_wire(fetched: Fetched, requests: list[Request]) -> None:
    assert " ".join(request.method for request in requests) == fetched.wire
    preflights = [request for request in requests if _get(request, "Access-Control-Request-Method") is not None]
    asked = tuple(_get(request, "Access-Control-Request-Headers") for request in preflights)
    assert fetched.asked in (None, asked)
    assert fetched.origins in (None, tuple(_get(request, "Origin") for request in requests))
    assert fetched.urls in (None, tuple(request.url for request in requests))
    assert {name: _get(requests[-1], name) for name in fetched.sent} == fetched.sent
    assert set(fetched.lines) <= set(requests[-1].headers)
    _check_laws(fetched, requests)


def _check_laws(fetched: Fetched, requests: list[Request]) -> None:
    """Check that a preflight asks for what follows it, and has nothing of the script's; that a GET has no body."""
    for at, request in enumerate(requests):
        method = _get(request, "Access-Control-Request-Method")
        if method is None:
            assert request.body == (b"" if request.method in {"GET", "HEAD"} else fetched.call.content)
            continue
        assert {name.lower() for name, _ in request.headers} <= PREFLIGHT_NAMES
        assert (request.method, request.body, _get(request, "Accept")) == ("OPTIONS", b"", "*/*")
        assert [(one.method, one.url) for one in requests[at + 1 : at + 2]] in ([], [(method, request.url)])


def _check_outcome(fetched: Fetched, verdict: Verdict) -> None:
    if fetched.reason is not None:
        found = (verdict.outcome, verdict.reason and verdict.reason.id, verdict.step)
        assert found == ("network-error", fetched.reason, fetched.step)
        assert (verdict.status, verdict.readable_headers) == (None, ())
        return
    assert (verdict.outcome, verdict.reason, verdict.step) == ("readable", None, None)
    assert verdict.status == (fetched.status or fetched.answers[-1].status)
    seen = Response(200, verdict.readable_headers)
    assert {name: _get(seen, name) for name in fetched.readable} == fetched.readable


def test_sentences_are_distinct() -> None:
    ids = [_id(row) for row in (*ROWS, *REFUSED)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("row", ROWS, ids=_id)
def test_row(row: Row) -> None:
    """The model sends what a browser sends, and lets the script read what a browser lets it read."""
    kept = PreflightCache()
    for fetched in row.fetches:
        verdict = _fetch(fetched, kept)
        requests = [exchange.request for exchange in verdict.exchanges]
        assert [exchange.response for exchange in verdict.exchanges] == list(fetched.answers)
        _check_wire(fetched, requests)
        _check_outcome(fetched, verdict)


@pytest.mark.parametrize("row", REFUSED, ids=_id)
def test_refused(row: Refused) -> None:
    """What a browser's fetch() throws at before it fetches is an error here, too."""
    arguments: dict[str, Any] = {"page_origin": PAGE, "url": API, **row.arguments}
    with pytest.raises(ValueError, match=r"\S"):
        Call(**arguments)
