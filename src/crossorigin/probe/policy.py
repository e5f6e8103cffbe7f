"""A policy as a network: what ``decide`` says, in front of an app that answers 200."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from crossorigin.decision import decide
from crossorigin.messages import Response
from crossorigin.standard.headers import CONTENT_LENGTH, CONTENT_TYPE, CORS_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from crossorigin.decision import Decision
    from crossorigin.messages import Request
    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset


def answer_ok(_request: Request) -> Response:
    """Be the app that answers everything with 200, and knows nothing of CORS."""
    return Response(200, [(CONTENT_TYPE, "text/plain; charset=utf-8")], b"ok")


class PolicyNetwork:
    """Ask a policy or a ruleset: what it answers itself is the answer, else the app's with its headers.

    ``decisions`` are those that were made, in the order of the requests. A validator is asked; an async one on an
    event loop of its own. One that raises has refused, as with the doors.

    >>> from crossorigin.messages import Request
    >>> from crossorigin.policy import Policy
    >>> network = PolicyNetwork(Policy(allow_origins="*"))
    >>> network(Request("GET", "https://api.example/", [("Origin", "https://app.example")])).status
    200
    >>> [decision.kind for decision in network.decisions]
    ['actual']
    """

    def __init__(self, policy: Policy | Ruleset, app: Callable[[Request], Response] = answer_ok) -> None:
        self.policy = policy
        self.app = app
        self.decisions: list[Decision] = []

    def __call__(self, request: Request) -> Response:
        """Make one exchange."""
        decision = decide(self.policy, request)
        if decision.origin_to_ask is not None and decision.policy is not None:
            allowed = _ask(decision.policy, decision.origin_to_ask)
            decision = decide(self.policy, request, origin_allowed=allowed)
        self.decisions.append(decision)
        if decision.status is not None:
            body = decision.body.encode()
            return Response(decision.status, [*decision.headers, (CONTENT_LENGTH, str(len(body)))], body)
        answer = self.app(request)
        if decision.policy is None:
            return answer
        kept = [(name, value) for name, value in answer.headers if not name.lower().startswith(CORS_PREFIX)]
        return Response(answer.status, [*kept, *decision.headers], answer.body)


def _ask(policy: Policy, origin: str) -> bool:
    validator = policy.origin_validator
    if validator is None:
        return False
    try:
        said: object = validator(origin)
        if inspect.isawaitable(said):
            said = _wait(said)
    except Exception:  # noqa: BLE001 (a validator that raises has refused)
        return False
    return said is True


def _wait(awaitable: object) -> object:
    """Wait on a loop of its own, in a thread, because this one may have a loop that runs."""
    import asyncio  # noqa: PLC0415 (few validators are async)
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 (as above)

    async def wait() -> object:
        return await awaitable  # type: ignore[misc]  # it is one

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, wait()).result()
