"""A real browser lets a page read from a real server what the policy says, and what the model of a browser says."""

from __future__ import annotations

import contextlib
import os
from itertools import product
from typing import TYPE_CHECKING, Any

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

#: Where the page is, by the names of this machine; what it asks, where, with which headers, with credentials or not.
PAGES = ("http://127.0.0.1:{}", "http://a.localhost:{}", "http://localhost:{}")
METHODS = ("GET", "PUT", "DELETE")
HEADERS: tuple[dict[str, str], ...] = ({}, {"X-Test": "1"}, {"Authorization": "a"})
CREDENTIALS: tuple[Credentials, ...] = ("omit", "include")
APP = {"x-total", "etag"}


def make_cases(origins: list[str]) -> list[tuple[Case, tuple[str, ...]]]:
    """Return rules, and the paths that are asked for: named origins with credentials; everyone, below one path."""
    named = Policy(
        allow_origins=[origins[0], origins[1].replace("a.", "*.")],
        allow_methods=["GET", "PUT"],
        allow_headers=["X-Test"],
        allow_credentials=True,
        expose_headers=["X-Total"],
    )
    everyone = Policy(allow_origins="*", allow_methods="*", allow_headers="*", max_age=60)
    rules = Ruleset([Rule(["/public/*"], everyone), Rule(["/*"], Policy())])
    return [
        (Case("named", Ruleset([Rule(["/*"], named)]), ()), ("/items",)),
        (Case("everyone", rules, ()), ("/public/a", "/items")),
    ]


def test_the_page_reads_what_the_policy_lets_it(tmp_path: Path) -> None:
    """For every target, none of which loses any of it: the page is allowed by name, by pattern, as all are, or not."""
    chromium = find_chromium()
    if chromium is None:
        message = f"none of {', '.join(NAMES)} is installed: apt-get install chromium"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(message)
    with contextlib.ExitStack() as stack:
        pages = stack.enter_context(serve_pages())
        origins = [page.format(pages.server_port) for page in PAGES]
        cases = [(target, *case) for target in TARGETS for case in make_cases(origins)]
        served = []
        for target, case, _ in cases:
            server = serve(target, [case])
            # Why: a generator that is closed ends its server.
            stack.callback(server.close)
            served.append(next(server))
        port = stack.enter_context(serve_relay([one.ask for one in served]))
        asked = [
            (which, Call(origin, f"http://127.0.0.1:{port}{path}", method, list(headers.items()), credentials))
            for which, (_, _, paths) in enumerate(cases)
            for origin, path, method, headers, credentials in product(origins, paths, METHODS, HEADERS, CREDENTIALS)
        ]
        rows = [_write_row(number, which, call) for number, (which, call) in enumerate(asked)]
        results = ask_browser(pages, rows, chromium, tmp_path)
    faults = []
    for number, (which, call) in enumerate(asked):
        target, case, _ = cases[which]
        expected = simulate(call, PolicyNetwork(case.rules, answer), profile="chromium")
        wanted = (expected.outcome == "readable", {name.lower() for name, _ in expected.readable_headers} & APP)
        result = results[number]
        got = (result["outcome"] == "readable", {*result.get("names", ())} & APP)
        if got != wanted:
            faults.append((target.name, case.sentence, call, got, wanted))
    assert not faults, f"{len(faults)} faults, such as {faults[:5]}"


def _write_row(number: int, which: int, call: Call) -> dict[str, Any]:
    """Return a call in the form in which the page reads it, to be made through the relay."""
    written = {
        "url": f"{call.parsed_url.origin}/{which}{call.parsed_url.path}",
        "method": call.method,
        "headers": dict(call.header_list),
        "credentials": call.credentials,
        "mode": "cors",
    }
    return {"id": number, "page": call.page_origin, "calls": [written]}


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
