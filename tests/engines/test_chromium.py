"""The closed loop with a real browser: the page reads if and only if the policy shares."""

from __future__ import annotations

import os
from collections import Counter
from itertools import product
from typing import TYPE_CHECKING

import pytest

from crossorigin import Policy, decide
from crossorigin.messages import Request, get_values
from engines.browsers import NAMES, find_chromium
from engines.chromium import Report, RunError, run
from engines.row import write_wire
from engines.served import SERVERS, Served
from engines.table import ROWS

if TYPE_CHECKING:
    from crossorigin import Decision, Ruleset
    from engines.row import Seen
    from engines.served import Departure

pytestmark = pytest.mark.browser

#: The names of headers that the app sets and that no script can read without leave.
_OWN_NAMES = {"x-total", "x-secret", "www-authenticate", "set-cookie", "etag"}

#: More rows than these, of some hundred and fifty, no framework may answer in its own way.
_FEW = 5

CASES = [
    pytest.param(server, number, id=f"{server.name}: {row.sentence}")
    for server in SERVERS
    for number, row in enumerate(ROWS)
    if server.find_expected(row)
]
DEPARTURES = [
    pytest.param(server, departure, id=f"{server.name}: {departure.reason}")
    for server in SERVERS
    for departure in server.departures
]


def test_the_table_is_wide() -> None:
    """Every kind of call is there, allowed and refused, and no two rows say the same."""
    assert len({row.sentence for row in ROWS}) == len(ROWS)
    assert sum(not row.is_websocket for row in ROWS) >= 60
    kinds = Counter(
        (row.expected.outcome, row.expected.wire.startswith("OPTIONS:"), row.calls[-1].credentials == "include")
        for row in ROWS
    )
    for kind in product(("readable", "network-error"), (True, False), (True, False)):
        assert kinds[kind] >= 2, kind


@pytest.mark.parametrize(("server", "departure"), DEPARTURES)
def test_a_departure_is_of_use(server: Served, departure: Departure) -> None:
    """A server goes its own way in some rows, and in few; all others hold as they stand."""
    concerned = [row for row in ROWS if departure.concerns(row)]
    assert concerned
    for row in concerned:
        assert server.find_expected(row) != row.expected, row.sentence
    is_as_it_stands = [server.find_expected(row) == row.expected for row in ROWS if not row.is_websocket]
    assert is_as_it_stands.count(False) <= _FEW


class Reports:
    """The reports of the servers, each made when it is first asked for; a run that failed is not tried again."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._known: dict[Served, Report | RunError] = {}

    def find(self, server: Served) -> Report:
        """Return the report of one server."""
        chromium = find_chromium()
        if chromium is None:
            message = f"none of {', '.join(NAMES)} is installed: apt-get install chromium"
            if os.environ.get("CI") == "true":
                pytest.fail(message, pytrace=False)
            pytest.skip(message)
        if server not in self._known:
            try:
                self._known[server] = run(server, chromium, self._folders.mktemp("browser"))
            except RunError as error:
                self._known[server] = error
        report = self._known[server]
        if isinstance(report, RunError):
            pytest.fail(str(report), pytrace=False)
        return report


@pytest.fixture(scope="session")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Reports:
    return Reports(tmp_path_factory)


@pytest.mark.parametrize(("server", "number"), CASES)
def test_the_page_reads_what_the_standard_and_the_policy_let_it(reports: Reports, server: Served, number: int) -> None:
    """A script sees the status, the exposed headers and the body of what is shared with it, and else an error."""
    expected, report = server.find_expected(ROWS[number]), reports.find(server)
    assert expected
    result = report.results[number]
    wire = write_wire(report.seen.get(number, []))
    assert (result["outcome"], wire) == (expected.outcome, expected.wire), result
    assert report.runs.get(number, 0) == expected.runs
    if expected.outcome == "readable":
        assert result["status"] == expected.status
        assert _OWN_NAMES & set(result["names"]) == expected.names
        assert expected.text in {None, result["text"]}


@pytest.mark.parametrize(("server", "number"), CASES)
def test_the_page_reads_if_and_only_if_decide_shares(reports: Reports, server: Served, number: int) -> None:
    """Of the very requests that the browser sent, ``decide`` says what the browser did."""
    last, report = ROWS[number].calls[-1], reports.find(server)
    assert report.seen.get(number), report.results[number]
    # Why: the browser goes from request to request as long as each answer is shared, so the last one tells.
    decision = _judge(ROWS[number].make_policy(report.page_port), report.seen[number][-1])
    is_readable = report.results[number]["outcome"] == "readable"
    if last.mode == "websocket":
        # Why: a policy may warn of a refusal, and let the handshake pass.
        assert is_readable == (decision.status is None)
    elif last.mode == "no-cors":
        assert not is_readable
    elif last.page == last.api:
        # Why: what a page reads of its own origin is not the policy's to share.
        assert is_readable
    else:
        assert is_readable == _shares(decision, last.credentials)


def _shares(decision: Decision, credentials: str) -> bool:
    has_credentials = get_values(decision.headers, "Access-Control-Allow-Credentials") == ["true"]
    has_origin = len(get_values(decision.headers, "Access-Control-Allow-Origin")) == 1
    is_stopped = decision.kind == "preflight" and not decision.allowed
    return has_origin and not is_stopped and (has_credentials or credentials != "include")


def _judge(policy: Policy | Ruleset, seen: Seen) -> Decision:
    request = Request(seen.method, seen.url, seen.headers)
    decision = decide(policy, request, websocket=seen.is_websocket)
    if decision.origin_to_ask is not None:
        assert isinstance(policy, Policy)
        assert policy.origin_validator is not None
        answer = policy.origin_validator(decision.origin_to_ask) is True
        decision = decide(policy, request, websocket=seen.is_websocket, origin_allowed=answer)
    return decision
