"""Our server and our browser, the network a function call: a script reads if and only if the policy shares.

Agreement is not truth: each half is also held to the standard by tables, and the browser's half by real browsers.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import strategies
from conformance.doors import ask_asgi, ask_wsgi
from crossorigin import Policy, decide
from crossorigin.browser import PROFILES, Call, PreflightCache, simulate
from crossorigin.integrations import asgi, wsgi
from crossorigin.messages import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    Network = Callable[[Request], Response]

_SIMPLE_METHODS = {"GET", "HEAD", "POST"}


def _ask_core(policy: Policy) -> Network:
    def network(request: Request) -> Response:
        decision = decide(policy, request)
        return Response(decision.status or 200, decision.headers, decision.body.encode())

    return network


def _ask_asgi_door(policy: Policy) -> Network:
    door = asgi.CORSMiddleware(None, policy)  # type: ignore[arg-type]  # ask_asgi puts the app in

    def network(request: Request) -> Response:
        status, headers, _ = asyncio.run(ask_asgi(door, request.method, list(request.headers)))
        return Response(status, headers)

    return network


def _ask_wsgi_door(policy: Policy) -> Network:
    door = wsgi.CORSMiddleware(None, policy)  # type: ignore[arg-type]  # ask_wsgi puts the app in

    def network(request: Request) -> Response:
        status, headers, _ = ask_wsgi(door, request.method, list(request.headers))
        return Response(status, headers)

    return network


LOOPS = [
    *(pytest.param(_ask_core, profile, id=f"decide, {profile}") for profile in PROFILES),
    pytest.param(_ask_asgi_door, "standard", id="ASGI"),
    pytest.param(_ask_wsgi_door, "standard", id="WSGI"),
]


def _shares(policy: Policy, call: Call) -> bool:
    """Tell, without the browser's half, whether the policy shares with this call.

    The origin is allowed, with credentials where they are included; and the method and the headers are, where Fetch
    preflights.
    """
    if call.page_origin == "https://api.example":
        return True
    # Why: of an OPTIONS that is no preflight, nothing but the origin is judged, whatever the policy enforces.
    if not decide(policy, Request("OPTIONS", call.url, [("Origin", call.page_origin)])).allowed:
        return False
    if call.credentials == "include" and not policy.allow_credentials:
        return False
    unsafe = {name.lower() for name, value in call.headers if _needs_leave(name.lower(), value)}
    if call.method in _SIMPLE_METHODS and not unsafe:
        return True
    return policy.allows_method(call.method) and all(map(policy.allows_header, unsafe))


def _needs_leave(name: str, value: str) -> bool:
    """Of the values that the strategy has, those that a browser asks for. Repeats are joined with a comma."""
    if len(value) > 128:
        return True
    match name:
        case "accept":
            return ":" in value
        case "accept-language" | "content-language":
            return ":" in value or "/" in value
        case "content-type":
            return not value.lower().startswith("text/plain") or "," in value
        case "range":
            return value != "bytes=0-9"
    return True


@pytest.mark.parametrize(("network", "profile"), LOOPS)
@given(policy=strategies.policies, call=st.one_of(strategies.calls, strategies.starred_calls))
@settings(max_examples=400)
def test_a_script_reads_if_and_only_if_the_policy_shares(
    network: Callable[[Policy], Network], profile: str, policy: Policy, call: Call
) -> None:
    """From an empty preflight cache, for any policy and any call."""
    verdict = simulate(call, network(policy), profile=profile)
    assert verdict.is_readable is _shares(policy, call), (policy, call, verdict)


@given(policy=strategies.policies, call=strategies.calls)
@settings(max_examples=400)
def test_a_cached_preflight_changes_no_verdict_for_the_same_call(policy: Policy, call: Call) -> None:
    """What a server has agreed to once, it agrees to again: the second time only the preflight is left out."""
    cache = PreflightCache()
    first = simulate(call, _ask_core(policy), cache=cache)
    again = simulate(call, _ask_core(policy), cache=cache, now=0.5)
    assert (again.outcome, again.status, again.readable_headers) == (
        first.outcome,
        first.status,
        first.readable_headers,
    )
    assert len(again.exchanges) <= len(first.exchanges)
