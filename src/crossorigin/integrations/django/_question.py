"""A request that must be decided: by ``decide``, and where that asks by the validator and the receivers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from crossorigin.decision import decide
from crossorigin.integrations.django.signals import ask_receivers, ask_receivers_async

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    from django.http import HttpRequest

    from crossorigin.decision import Decision, Table
    from crossorigin.decision.table import Answer, Key
    from crossorigin.integrations._answering import Rules
    from crossorigin.messages import Request
    from crossorigin.policy import Policy

    Steps = Generator["Asking", bool, Decision]


class Asking(NamedTuple):
    """Someone to ask, in this thread or on the event loop."""

    wait: Callable[[], bool]
    wait_async: Callable[[], Awaitable[bool]]


class Question(NamedTuple):
    """One request, with what is known of it.

    ``table`` is that of the policy that serves it, under whose ``key`` the answer may be kept. ``is_outside``: the
    settings do not cover its URL, so that only the receivers can allow it. ``original`` finds the policy whose
    validator must be asked first.
    """

    rules: Rules[str]
    request: HttpRequest
    message: Request
    original: Callable[[Policy | None], Policy | None]
    table: Table[str]
    key: Key[str] = ()
    is_outside: bool = False
    is_websocket: bool = False

    def settle(self) -> Answer[str] | None:
        """Return the answer; None: the request is not touched."""
        steps = self._steps()
        try:
            asking = next(steps)
            while True:
                asking = steps.send(asking.wait())
        except StopIteration as end:
            told: Answer[str] | None = end.value
        return told

    async def settle_async(self) -> Answer[str] | None:
        """Do the same without blocking the event loop."""
        steps = self._steps()
        try:
            asking = next(steps)
            while True:
                asking = steps.send(await asking.wait_async())
        except StopIteration as end:
            told: Answer[str] | None = end.value
        return told

    def _steps(self) -> Generator[Asking, bool, Answer[str] | None]:
        is_allowed = False
        if self.is_outside:
            is_allowed = yield self._ask_receivers()
            self.request._cors_enabled = is_allowed  # noqa: SLF001 (the name others read)
            if not is_allowed:
                return None
        if self.is_websocket:
            decision = yield from self._judge(is_allowed=is_allowed, websocket=True)
            if decision.status is not None:
                return self.table.remember((), decision)
        decision = yield from self._judge(is_allowed=is_allowed, websocket=False)
        return self.table.remember(self.key, decision)

    def _judge(self, *, is_allowed: bool, websocket: bool) -> Steps:
        """Decide; ask the validator, then the receivers, where nobody has allowed the request yet."""
        judge = self.rules.policy
        decision = decide(judge, self.message, websocket=websocket)
        if (origin := decision.origin_to_ask) is not None:
            policy = self.original(decision.policy)
            if not is_allowed and policy and policy.origin_validator:
                asker = self.rules.find_asker(policy)
                is_allowed = yield Asking(lambda: asker.ask(origin), lambda: asker.ask_async(origin))
            if not is_allowed and policy is not decision.policy:
                is_allowed = yield self._ask_receivers()
            decision = decide(judge, self.message, websocket=websocket, origin_allowed=is_allowed)
        self.rules.journal.log(decision, self.message)
        return decision

    def _ask_receivers(self) -> Asking:
        return Asking(lambda: ask_receivers(self.request), lambda: ask_receivers_async(self.request))


def is_on_a_loop() -> bool:
    """Tell whether an event loop runs in this thread, so that nothing may wait in it."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
