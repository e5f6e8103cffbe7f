"""One call, judged as the standard and the engines judge it, with each exchange made once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crossorigin.browser import PROFILES, Exchange, simulate
from crossorigin.browser.preflight import is_preflight
from crossorigin.probe import NoAnswerError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crossorigin.browser import Call, Verdict
    from crossorigin.messages import Request, Response

    Network = Callable[[Request], Response]

_STANDARD = "standard"


class NotSentError(Exception):
    """A request was not sent, because it may change something and nobody has said that it may."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.request = request


class Walk(NamedTuple):
    """What one profile makes of the call: a verdict, or what stopped the walk."""

    profile: str
    exchanges: tuple[Exchange, ...]
    verdict: Verdict | None
    stop: NotSentError | NoAnswerError | None = None

    @property
    def outcome(self) -> str:
        """Return "readable", "blocked", "preflight-passed" or "not-judged"."""
        if self.verdict is not None:
            return "readable" if self.verdict.is_readable else "blocked"
        has_passed = bool(self.exchanges) and is_preflight(self.exchanges[-1].request)
        return "preflight-passed" if isinstance(self.stop, NotSentError) and has_passed else "not-judged"

    def agrees_with(self, other: Walk) -> bool:
        """Tell whether a person would see a difference between the two."""
        return self[1:] == other[1:]


class Judgement(NamedTuple):
    """What all profiles make of the call."""

    walks: tuple[Walk, ...]

    @property
    def agrees(self) -> bool:
        """Tell whether all come to the same."""
        return all(walk.agrees_with(self.walks[0]) for walk in self.walks)

    @property
    def _shipping(self) -> tuple[Walk, ...]:
        """The engines that people use; the standard alone where nothing else was asked for."""
        return tuple(walk for walk in self.walks if walk.profile != _STANDARD) or self.walks

    @property
    def shown(self) -> Walk:
        """Return the walk to draw: of an engine that blocks, or could not be judged, else of the first."""
        by_outcome = {walk.outcome: walk for walk in reversed(self._shipping)}
        return by_outcome.get("blocked") or by_outcome.get("not-judged") or self._shipping[0]

    @property
    def outcome(self) -> str:
        """Return "blocked" if some engine that people use blocks, else what all come to."""
        return self.shown.outcome


def judge(call: Call, network: Network, profile: str | None = None) -> Judgement:
    """Walk the call as each profile does, or as the one that is named; every exchange is made once, and replayed."""
    record: dict[Request, list[Response | NotSentError | NoAnswerError]] = {}
    profiles: Sequence[str] = [profile] if profile else list(PROFILES)
    return Judgement(tuple(_walk(call, one, network, record) for one in profiles))


def _walk(
    call: Call, profile: str, network: Network, record: dict[Request, list[Response | NotSentError | NoAnswerError]]
) -> Walk:
    exchanges: list[Exchange] = []
    asked: dict[Request, int] = {}

    def replay(request: Request) -> Response:
        # Why: a walk may send the same request twice, and each time get another answer.
        number = asked[request] = asked.get(request, 0) + 1
        answers = record.setdefault(request, [])
        if len(answers) < number:
            try:
                answers.append(network(request))
            except (NotSentError, NoAnswerError) as stop:
                answers.append(stop)
        answer = answers[number - 1]
        if isinstance(answer, Exception):
            raise answer
        exchanges.append(Exchange(request, answer))
        return answer

    try:
        verdict = simulate(call, replay, profile=profile)
    except (NotSentError, NoAnswerError) as stop:
        return Walk(profile, tuple(exchanges), None, stop)
    return Walk(profile, verdict.exchanges, verdict)
