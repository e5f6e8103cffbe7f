"""One call, judged by all profiles: each exchange is made once, and what stops one walk stops it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crossorigin.browser import Call
from crossorigin.cli.judging import NotSentError, judge
from crossorigin.messages import Response
from crossorigin.probe import NoAnswerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from crossorigin.messages import Request

STAR = Response(200, [("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Headers", "*")])
CALL = Call("https://app.example", "https://api.example/items", headers=[("Authorization", "x")])


class Counted:
    """A network that counts."""

    def __init__(self, network: Callable[[Request], Response]) -> None:
        self.methods: list[str] = []
        self._network = network

    def __call__(self, request: Request) -> Response:
        self.methods.append(request.method)
        return self._network(request)


def test_exchanges_are_made_once() -> None:
    """The engines go on where the standard stops: that is one exchange more, and no more."""
    network = Counted(lambda _: STAR)
    judgement = judge(CALL, network)
    assert network.methods == ["OPTIONS", "GET"]
    outcomes = {walk.profile: walk.outcome for walk in judgement.walks}
    assert outcomes == {"standard": "blocked", "chromium": "readable", "firefox": "readable", "webkit": "readable"}
    assert (judgement.agrees, judgement.outcome, judgement.shown.profile) == (False, "readable", "chromium")


def test_the_same_request_twice_in_one_walk() -> None:
    """Each has its own answer: a server that changes its mind is replayed as it was."""
    answers = iter([Response(302, [("Location", "/items"), STAR.headers[0]]), STAR])
    network = Counted(lambda _: next(answers))
    judgement = judge(Call("https://app.example", "https://api.example/items"), network)
    assert (network.methods, judgement.agrees, judgement.outcome) == (["GET", "GET"], True, "readable")


@pytest.mark.parametrize("stop", [NotSentError, NoAnswerError])
def test_what_stops_the_engines_does_not_stop_the_standard(stop: type[Exception]) -> None:
    """The standard never sent the request that has no answer."""

    def answer(request: Request) -> Response:
        if request.method == "OPTIONS":
            return STAR
        raise NotSentError(request) if stop is NotSentError else NoAnswerError("closed", request.url, "x", "y")

    network = Counted(answer)
    judgement = judge(CALL, network)
    assert network.methods == ["OPTIONS", "GET"]
    assert judgement.walks[0].outcome == "blocked"
    assert judgement.outcome == ("preflight-passed" if stop is NotSentError else "not-judged")


def test_one_profile() -> None:
    """The standard alone decides only where it alone was asked for."""
    assert judge(CALL, lambda _: STAR, "standard").outcome == "blocked"
    assert judge(CALL, lambda _: STAR, "webkit").outcome == "readable"
