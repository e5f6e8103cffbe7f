"""A real browser lets a page read from a real server what the policy says, and what the model of a browser says."""

from __future__ import annotations

import contextlib
import os
from itertools import product
from typing import TYPE_CHECKING

import pytest

from crossorigin import Policy, Rule, Ruleset
from crossorigin.browser import Call, simulate
from crossorigin.messages import Request, Response
from crossorigin.probe.policy import PolicyNetwork
from engines.browsers import NAMES, find_chromium
from engines.chromium import ask_browser, serve_pages
from stacks.all import TARGETS
from stacks.calls import Case, Credentials
from stacks.relay import serve_relay
from stacks.target import ask_port
from stacks.test_stacks import serve
from stacks.upstream import answer

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.browser, pytest.mark.stacks]

#: Where the page is, by the names of this machine; what it asks; with which headers; and with credentials or not.
PAGES = ("http://127.0.0.1:{}", "http://a.localhost:{}", "http://localhost:{}")
METHODS = ("GET", "PUT", "DELETE")
HEADERS: tuple[dict[str, str], ...] = ({}, {"X-Test": "1"}, {"X-Other": "1"})
CREDENTIALS: tuple[Credentials, ...] = ("omit", "include")


def test_the_page_reads_what_the_policy_lets_it(tmp_path: Path) -> None:
    """For every target: the page's origin is allowed by name, by pattern, or not at all."""
    chromium = find_chromium()
    if chromium is None:
        message = f"none of {', '.join(NAMES)} is installed: apt-get install chromium"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)
    with contextlib.ExitStack() as stack:
        pages = stack.enter_context(serve_pages())
        origins = [page.format(pages.server_port) for page in PAGES]
        policy = Policy(
            allow_origins=[origins[0], origins[1].replace("a.", "*.")],
            allow_methods=["GET", "PUT"],
            allow_headers=["X-Test"],
            allow_credentials=True,
            expose_headers=["X-Total"],
        )
        case = Case("a page", Ruleset([Rule(["/*"], policy)]), ())
        served = []
        for target in TARGETS:
            server = serve(target, [case])
            # Why: a generator that is closed ends its server.
            stack.callback(server.close)
            served.append(next(server))
        port = stack.enter_context(serve_relay([one.ask for one in served]))
        calls = list(product(range(len(served)), origins, METHODS, HEADERS, CREDENTIALS))
        rows = [
            {
                "id": number,
                "page": origin,
                "calls": [
                    {
                        "url": f"http://127.0.0.1:{port}/{which}/items",
                        "method": method,
                        "headers": headers,
                        "credentials": credentials,
                        "mode": "cors",
                    }
                ],
            }
            for number, (which, origin, method, headers, credentials) in enumerate(calls)
        ]
        results = ask_browser(pages, rows, chromium, tmp_path)
        faults = []
        for number, (which, origin, method, headers, credentials) in enumerate(calls):
            call = Call(origin, f"http://127.0.0.1:{port}/items", method, list(headers.items()), credentials)
            expected = simulate(call, PolicyNetwork(case.rules, answer), profile="chromium")
            names = {name.lower() for name, _ in expected.readable_headers} & {"x-total", "etag"}
            result = results[number]
            got = (result["outcome"], {*result.get("names", ())} & {"x-total", "etag"})
            if got != (expected.outcome, names):
                faults.append((TARGETS[which].name, call, got, expected.outcome, names))
        assert not faults, f"{len(faults)} faults, such as {faults[:5]}"


def test_the_relay_changes_nothing() -> None:
    """Method, target, headers and body arrive as they were sent, and so does the answer."""
    seen: list[Request] = []

    def be_asked(request: Request) -> Response:
        seen.append(request)
        return Response(207, [("X-A", "1"), ("X-A", "2")], b"body")

    with serve_relay([answer, be_asked]) as port:
        got = ask_port(port, Request("PURGE", "http://a.example/1/b/c?d", [("Host", "h"), ("Origin", "o")], b"x"))
    assert (got.status, got.body) == (207, b"body")
    assert [pair for pair in got.headers if pair[0] == "X-A"] == [("X-A", "1"), ("X-A", "2")]
    assert [(one.method, one.url, one.body) for one in seen] == [("PURGE", "http://127.0.0.1/b/c?d", b"x")]
    assert {("Host", "h"), ("Origin", "o")} <= {*seen[0].headers}
