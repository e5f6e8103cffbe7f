"""A policy as a network: what ``decide`` says, in front of an app that answers 200."""

from __future__ import annotations

import contextlib
import inspect
import threading
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

#: Seconds that a validator has, here as behind a door.
TIME_OUT_OF_VALIDATOR = 2.0


def answer_ok(_request: Request) -> Response:
    """Be the app that answers everything with 200, and knows nothing of CORS."""
    return Response(200, [(CONTENT_TYPE, "text/plain; charset=utf-8")], b"ok")


class PolicyNetwork:
    """Ask a policy or a ruleset: what it answers itself is the answer, else the app's with its headers.

    ``decisions`` are those that were made, in the order of the requests. A validator is asked; an async one on an
    event loop of its own. One that raises, or has not answered in time, has refused, as with the doors.

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
    """Ask in a thread, as the doors do: this one may have a loop that runs, and a validator may not come back."""
    said: list[object] = []

    def ask() -> None:
        with contextlib.suppress(Exception):
            said.append(_await(policy.origin_validator(origin)) if policy.origin_validator else False)

    thread = threading.Thread(target=ask, name="crossorigin-validator", daemon=True)
    thread.start()
    thread.join(TIME_OUT_OF_VALIDATOR)
    return bool(said) and said[0] is True


def _await(said: object) -> object:
    if not inspect.isawaitable(said):
        return said
    import asyncio  # noqa: PLC0415 (few validators are async)

    async def wait() -> object:
        return await said

    return asyncio.run(wait())
