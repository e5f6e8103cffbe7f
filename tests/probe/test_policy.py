"""The network of a policy: what ``decide`` says is what comes back."""

from __future__ import annotations

import asyncio
import threading

import pytest

from crossorigin import Policy, Rule, Ruleset
from crossorigin.messages import Request, Response
from crossorigin.probe.policy import PolicyNetwork

APP, URL = "https://app.example", "https://api.example/items"
PREFLIGHT = [("Origin", APP), ("Access-Control-Request-Method", "PUT")]


def test_preflights_are_answered_by_the_policy() -> None:
    """Allowed or refused, with its own status, headers and text."""
    network = PolicyNetwork(Policy(allow_origins=[APP], allow_methods=["PUT"]))
    assert network(Request("OPTIONS", URL, PREFLIGHT)).status == 204
    refused = network(Request("OPTIONS", URL, [("Origin", "https://b.example"), PREFLIGHT[1]]))
    assert (refused.status, refused.body) == (403, b"CORS: preflight request refused: origin-not-allowed\n")
    assert [decision.allowed for decision in network.decisions] == [True, False]


def test_the_app_answers_the_rest() -> None:
    """The policy's headers take the place of the app's; where no rule serves the path, the app's answer stays."""

    def app(_request: Request) -> Response:
        return Response(302, [("access-control-allow-origin", "*"), ("Vary", "Accept"), ("Location", "/b")])

    network = PolicyNetwork(Ruleset([Rule(["/items"], Policy(allow_origins=[APP]))]), app)
    found = network(Request("GET", URL, [("Origin", APP)]))
    kept = [("Vary", "Accept"), ("Location", "/b")]
    assert found == (302, [*kept, ("Access-Control-Allow-Origin", APP), ("Vary", "Origin")], b"")
    assert network(Request("GET", "https://api.example/other", [("Origin", APP)])) == app(Request("GET", URL, []))
    assert network.decisions[1].policy is None


async def say_yes(origin: str) -> bool:
    await asyncio.sleep(0)
    return origin == APP


def fail(_origin: str) -> bool:
    raise LookupError("x")


@pytest.mark.parametrize(
    ("validator", "allowed"), [(lambda _: True, True), (lambda _: 1, False), (say_yes, True), (fail, False)]
)
def test_validators_are_asked(validator: object, allowed: bool) -> None:
    """As the doors ask them: only True is a yes; and a loop that runs is no obstacle."""
    network = PolicyNetwork(Policy(origin_validator=validator))  # type: ignore[arg-type]
    request = Request("GET", URL, [("Origin", APP)])

    async def main() -> Response:
        return network(request)

    for answer in (network(request), asyncio.run(main())):
        assert (("Access-Control-Allow-Origin", APP) in answer.headers) is allowed


def test_a_validator_that_does_not_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has refused when its time is over."""
    monkeypatch.setattr("crossorigin.probe.policy.TIME_OUT_OF_VALIDATOR", 0.1)
    is_over = threading.Event()
    network = PolicyNetwork(Policy(origin_validator=lambda _: is_over.wait(60)))
    assert network(Request("GET", URL, [("Origin", APP)])) == Response(
        200, [("Content-Type", "text/plain; charset=utf-8"), ("Vary", "Origin")], b"ok"
    )
    is_over.set()
