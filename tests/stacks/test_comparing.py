"""What holds servers against policies sees each kind of difference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crossorigin import Policy, Rule, Ruleset
from crossorigin.browser import Call
from crossorigin.dialects import Loss
from crossorigin.messages import Request, Response
from crossorigin.probe.policy import PolicyNetwork
from stacks import calls, comparing
from stacks.upstream import answer

if TYPE_CHECKING:
    from collections.abc import Callable

APP = "https://app.example"
POLICY = Policy(allow_origins=[APP], allow_methods=["GET", "PUT"], allow_credentials=True, expose_headers=["X-Total"])
CASE = calls.Case("one", Ruleset([Rule(["/*"], POLICY)]), ())


def _change(name: str, value: str | None) -> Callable[[Request], Response]:
    """Be a server that answers as the policy does, but for one header."""
    network = PolicyNetwork(POLICY, answer)

    def ask(request: Request) -> Response:
        found = network(request)
        headers = [(key, old) for key, old in found.headers if key != name]
        return found._replace(headers=[*headers, (name, value)] if value is not None else headers)

    return ask


def _find(ask: Callable[[Request], Response], *losses: Loss) -> str:
    policy = PolicyNetwork(POLICY, answer)
    return "\n".join(
        fault
        for probe in calls.list_probes(CASE)
        for fault in comparing.find_faults(comparing.observe(policy, probe), comparing.observe(ask, probe), losses)
    )


def test_what_is_alike_has_no_fault() -> None:
    assert not _find(PolicyNetwork(POLICY, answer))


@pytest.mark.parametrize(
    ("other", "fault"),
    [
        ({"allow_origins": "*", "dangerously_allow_any_origin_with_credentials": True}, "the server lets the script"),
        ({"allow_methods": "*"}, "the server lets the script read, the policy does not: preflight-not-ok"),
        ({"allow_headers": ["X-Test"]}, "the server runs the app, the policy does not"),
        ({"allow_origins": []}, "the policy lets the script read, the server does not: allow-origin-missing"),
        ({"expose_headers": []}, "the server does not expose ['x-total']"),
        ({"expose_headers": ["X-Total", "ETag"]}, "the server exposes ['etag']"),
        ({"enforce": "all"}, "the policy runs the app, the server does not"),
    ],
)
def test_another_policy_is_seen(other: dict[str, object], fault: str) -> None:
    """Unless a loss says so."""
    server = PolicyNetwork(Policy(**{**POLICY.settings, **other}), answer)
    assert fault in _find(server)
    assert not _find(server, Loss("a", "b", "widens"), Loss("a", "b", "narrows"))


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("Vary", None, "may be kept for all"),
        ("Vary", "Accept", "depends on the origin, and does not say so"),
        ("access-control-allow-credentials", "true", "a header is doubled"),
    ],
)
def test_a_wrong_answer_is_seen(name: str, value: str | None, fault: str) -> None:
    """Whatever the verdict is."""
    assert fault in _find(_change(name, value), Loss("a", "b", "narrows"))


def test_another_age_is_seen() -> None:
    """Unless a loss says so."""
    server = PolicyNetwork(Policy(**{**POLICY.settings, "max_age": 601}), answer)
    assert "the ages of the preflights are (('601',),), not (('600',),)" in _find(server)
    assert not _find(server, Loss("max_age=600", "b", "cosmetic"))


def test_an_app_that_runs_is_seen() -> None:
    """A policy that keeps a request from the app, and a server that does not."""
    strict = PolicyNetwork(Policy(require_origin=True), answer)
    bare = Request("GET", f"{calls.BASE}/items", [("Host", "api.example")])
    found = comparing.find_widened(comparing.observe(strict, bare), comparing.observe(answer, bare))
    assert found == ["the server runs the app, the policy does not"]


def test_random_policies_are_wide() -> None:
    """The same seed gives the same; each kind is there; and what is asked is allowed and refused."""
    cases = calls.list_random_cases(7, 40)
    assert [case.rules for case in cases] == [case.rules for case in calls.list_random_cases(7, 40)]
    settings = {name for case in cases for rule in case.rules.rules for name in rule.policy.settings}
    assert settings >= {"allow_origin_regex", "deny_origins", "deny_headers", "enforce", "require_origin", "max_age"}
    assert any(len(case.rules.rules) > 1 for case in cases)
    seen = [
        comparing.observe(PolicyNetwork(case.rules, answer), probe)
        for case in cases
        for probe in calls.list_probes(case)
    ]
    assert min(sum(facts.reads for facts in seen), sum(not facts.reads for facts in seen)) > len(seen) / 5


def test_the_rows_become_calls() -> None:
    """Most rows of the conformance table are what a browser sends."""
    probes = [probe for case in calls.list_conformance_cases() for probe in case.probes]
    assert len(probes) > 180
    assert sum(isinstance(probe, Call) for probe in probes) > 120
