"""Every door gives the answer of the table."""

from __future__ import annotations

import asyncio
import warnings
from typing import Any

import pytest

from conformance.doors import ask_asgi, ask_wsgi
from conformance.rows import ROWS, Row
from crossorigin import Policy, PolicyWarning, decide
from crossorigin.integrations import asgi, wsgi
from crossorigin.messages import Request


def _policy(row: Row) -> Policy:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PolicyWarning)
        return Policy(**row.policy)


def _cors_of(headers: Any) -> dict[str, str]:
    found = [(name.lower(), value) for name, value in headers]
    kept = [(name, value) for name, value in found if name.startswith("access-control-") or name == "vary"]
    assert len(kept) == len(dict(kept)), "a header is doubled"
    return dict(kept)


def _ids(rows: list[Row]) -> list[str]:
    return [f"{row.label}: {row.sentence}" for row in rows]


def test_sentences_are_distinct() -> None:
    assert len(set(_ids(ROWS))) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=_ids(ROWS))
def test_decide(row: Row) -> None:
    policy, request = _policy(row), Request(row.method, "https://api.example/items", row.headers)
    decision = decide(policy, request)
    if decision.origin_to_ask and policy.origin_validator:
        answer = policy.origin_validator(decision.origin_to_ask)
        decision = decide(policy, request, origin_allowed=answer is True)
    assert (decision.kind, decision.status) == (row.kind, row.status)
    assert tuple(reason.id for reason in decision.reasons) == row.reasons
    assert decision.allowed is not bool(row.reasons)
    assert _cors_of(decision.headers) == row.answer
    assert all(reason.message and reason.hint for reason in decision.reasons)


@pytest.mark.parametrize("row", ROWS, ids=_ids(ROWS))
def test_asgi(row: Row) -> None:
    """The same request twice: the second answer is looked up where the first was decided."""
    door = asgi.CORSMiddleware(None, _policy(row))  # type: ignore[arg-type]  # ask_asgi puts the app in
    for _ in range(2):
        status, headers, has_run = asyncio.run(ask_asgi(door, row.method, row.headers))
        assert status == (row.status or 200)
        assert has_run is (row.status is None)
        assert _cors_of(headers) == row.answer


def _is_joined(row: Row) -> bool:
    """Tell whether the row sends two Origin lines, of which a WSGI server makes one value."""
    return sum(name == "Origin" for name, _ in row.headers) > 1


WSGI_ROWS = [row for row in ROWS if not _is_joined(row)]


@pytest.mark.parametrize("row", WSGI_ROWS, ids=_ids(WSGI_ROWS))
def test_wsgi(row: Row) -> None:
    """The same for WSGI."""
    door = wsgi.CORSMiddleware(None, _policy(row))  # type: ignore[arg-type]  # ask_wsgi puts the app in
    for _ in range(2):
        status, headers, has_run = ask_wsgi(door, row.method, row.headers)
        assert status == (row.status or 200)
        assert has_run is (row.status is None)
        assert _cors_of(headers) == row.answer


def test_wsgi_joined_origins() -> None:
    """Two Origin lines reach a WSGI door as one value, which is no origin and is never echoed."""
    door = wsgi.CORSMiddleware(None, allow_origins=["https://app.example"])  # type: ignore[arg-type]  # as above
    origins = [("Origin", "https://app.example"), ("Origin", "https://evil.example")]
    assert _cors_of(ask_wsgi(door, "GET", origins)[1]) == {"vary": "Origin"}
