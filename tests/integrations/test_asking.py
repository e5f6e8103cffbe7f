"""Asking a validator: once, bounded, in time, and refused when in doubt."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from conformance.doors import ask_asgi, ask_wsgi
from crossorigin import Policy, Rule, Ruleset
from crossorigin.integrations import _asking, asgi, wsgi
from crossorigin.integrations._asking import Asker

GOOD = "https://tenant.example"
OTHER = "https://other.example"


class Validator:
    """A synchronous validator that counts."""

    def __init__(self, delay: float = 0.0) -> None:
        self.asked: list[str] = []
        self.delay = delay

    def __call__(self, origin: str) -> bool:
        self.asked.append(origin)
        time.sleep(self.delay)
        return origin == GOOD


class AsyncValidator(Validator):
    """An asynchronous one, which remembers the loops it ran on."""

    def __init__(self, delay: float = 0.0) -> None:
        super().__init__(delay)
        self.loops: list[Any] = []

    async def __call__(self, origin: str) -> bool:  # type: ignore[override]  # that is the point
        self.asked.append(origin)
        self.loops.append(asyncio.get_running_loop())
        await asyncio.sleep(self.delay)
        return origin == GOOD


def _hidden(validator: AsyncValidator) -> Any:
    return lambda origin: validator(origin)  # noqa: PLW0108 (an awaitable, from what does not look async)


def _answer(headers: Any) -> str | None:
    return {name.lower(): value for name, value in headers}.get("access-control-allow-origin")


@pytest.mark.parametrize("kind", [Validator, AsyncValidator, "hidden"])
def test_both_doors_take_both_kinds(kind: Any) -> None:
    """A tenant is allowed, anybody else is not, and neither is asked about twice."""
    validator = AsyncValidator() if kind == "hidden" else kind()
    policy = Policy(origin_validator=_hidden(validator) if kind == "hidden" else validator)
    for origin, answer in ((GOOD, GOOD), (OTHER, None), (GOOD, GOOD)):
        door = asgi.CORSMiddleware(None, policy)  # type: ignore[arg-type]  # ask_asgi puts the app in
        assert _answer(asyncio.run(ask_asgi(door, "GET", [("Origin", origin)]))[1]) == answer
        wsgi_door = wsgi.CORSMiddleware(None, policy)  # type: ignore[arg-type]  # ask_wsgi puts the app in
        assert _answer(ask_wsgi(wsgi_door, "GET", [("Origin", origin)])[1]) == answer
    door = asgi.CORSMiddleware(None, policy)  # type: ignore[arg-type]  # as above
    validator.asked.clear()

    async def main() -> None:
        for _ in range(3):
            for method in ("GET", "POST"):
                assert _answer((await ask_asgi(door, method, [("Origin", GOOD)]))[1]) == GOOD

    asyncio.run(main())
    assert validator.asked == [GOOD]


def test_a_request_asks_at_most_once() -> None:
    """Also a preflight, and an ambiguous path that two rules judge."""
    validator = Validator()
    policy = Policy(origin_validator=validator)
    rules = Ruleset([Rule(["/*"], policy), Rule(["/public/*"], policy)])
    door = wsgi.CORSMiddleware(None, rules)  # type: ignore[arg-type]  # ask_wsgi puts the app in
    ask = [("Origin", GOOD), ("Access-Control-Request-Method", "GET")]
    assert ask_wsgi(door, "OPTIONS", ask)[0] == 204
    assert validator.asked == [GOOD]


def test_listed_denied_and_malformed_origins_are_not_asked_about() -> None:
    validator = Validator()
    policy = Policy(allow_origins=["https://app.example"], deny_origins=[OTHER], origin_validator=validator)
    door = wsgi.CORSMiddleware(None, policy)  # type: ignore[arg-type]  # ask_wsgi puts the app in
    for origin in ("https://app.example", OTHER, "null", "nonsense", f"https://{'a' * 600}", "https://api.example"):
        ask_wsgi(door, "GET", [("Origin", origin), ("Host", "api.example")])
    assert validator.asked == []


def test_the_async_validator_runs_on_the_loop_of_the_request() -> None:
    """So that it can use the app's own connections."""
    validator = AsyncValidator()
    asker = Asker(validator)

    async def main() -> None:
        assert await asker.ask_async(GOOD)
        assert validator.loops == [asyncio.get_running_loop()]
        hidden = Asker(_hidden(validator))
        assert await hidden.ask_async(GOOD)
        assert validator.loops[1] is asyncio.get_running_loop()

    asyncio.run(main())


def test_single_flight_on_a_loop() -> None:
    """A hundred requests at once ask once, also when the first one's client goes away."""
    for validator in (Validator(0.05), AsyncValidator(0.05)):
        asker = Asker(validator)

        async def main(asker: Asker = asker) -> list[bool]:
            first = asyncio.create_task(asker.ask_async(GOOD))
            await asyncio.sleep(0)
            others = [asyncio.create_task(asker.ask_async(GOOD)) for _ in range(100)]
            await asyncio.sleep(0)
            first.cancel()
            return await asyncio.gather(*others)

        assert asyncio.run(main()) == [True] * 100
        assert validator.asked == [GOOD]


def test_single_flight_in_threads() -> None:
    validator = Validator(0.05)
    asker = Asker(validator)
    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(asker.ask, [GOOD] * 16))
    assert validator.asked == [GOOD]


def test_a_blocking_validator_does_not_block_the_loop() -> None:
    asker = Asker(Validator(0.2))

    async def main() -> None:
        task = asyncio.create_task(asker.ask_async(GOOD))
        for _ in range(10):
            await asyncio.sleep(0.001)
        assert not task.done()
        assert await task

    asyncio.run(main())


def _raising(_origin: str) -> bool:
    raise LookupError


async def _raising_async(_origin: str) -> bool:
    raise LookupError


async def _forgetting(_origin: str) -> Any:
    return None


@pytest.mark.parametrize("validator", [_raising, _raising_async, _forgetting, lambda _: "yes", lambda _: 1])
def test_failing_is_refusing(validator: Any, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged and never a 500; what is not True or False is a failure."""
    policy = Policy(origin_validator=validator)
    door = asgi.CORSMiddleware(None, policy)  # type: ignore[arg-type]  # ask_asgi puts the app in
    status, headers, has_run = asyncio.run(ask_asgi(door, "GET", [("Origin", GOOD)]))
    assert (status, _answer(headers), has_run) == (200, None, True)
    wsgi_door = wsgi.CORSMiddleware(None, policy)  # type: ignore[arg-type]  # ask_wsgi puts the app in
    assert _answer(ask_wsgi(wsgi_door, "GET", [("Origin", GOOD)])[1]) is None
    assert sum("origin_validator failed" in record.message for record in caplog.records) == 2


def test_a_failure_is_kept_for_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is down is not asked by every request, and is asked again soon."""
    now = [1000.0]
    monkeypatch.setattr("crossorigin.integrations._asking.time.monotonic", lambda: now[0])
    answers = iter([LookupError(), True])

    def validator(_origin: str) -> Any:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    asker = Asker(validator)
    assert not asker.ask(GOOD)
    assert not asker.ask(GOOD)
    now[0] += _asking.KEPT_FAILURE + 0.1
    assert asker.ask(GOOD)
    now[0] += _asking.KEPT - 1
    assert asker.ask(GOOD)


@pytest.mark.parametrize("kind", ["blocks", "never awakes"])
def test_a_validator_that_does_not_answer(
    kind: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is refused after the time-out, in threads and on loops."""
    monkeypatch.setattr(_asking, "TIME_OUT", 0.1)
    release = threading.Event()

    def blocks(_origin: str) -> bool:
        return release.wait(10)

    async def never_awakes(_origin: str) -> bool:
        await asyncio.sleep(3600)
        return True

    validator: Any = blocks if kind == "blocks" else never_awakes
    try:
        assert not Asker(validator).ask(GOOD)
        assert not asyncio.run(Asker(validator).ask_async(GOOD))
    finally:
        release.set()
    assert any("origin_validator" in record.message for record in caplog.records)


def test_threads_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Origins by the hundred do not make threads by the hundred; what has waited too long is not asked any more."""
    monkeypatch.setattr(_asking, "TIME_OUT", 0.2)
    release = threading.Event()
    asked: list[str] = []

    def validator(origin: str) -> bool:
        asked.append(origin)
        return release.wait(10)

    asker = Asker(validator)

    async def main() -> None:
        origins = [f"https://t{number}.example" for number in range(100)]
        assert not any(await asyncio.gather(*map(asker.ask_async, origins)))

    before = threading.active_count()
    try:
        asyncio.run(main())
        assert threading.active_count() - before <= _asking.MOST_THREADS
        assert len(asked) <= _asking.MOST_THREADS
    finally:
        release.set()


def test_answers_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer that was used longest ago goes first."""
    monkeypatch.setattr(_asking, "MOST_ANSWERS", 2)
    validator = Validator()
    asker = Asker(validator)
    for origin in (GOOD, OTHER, GOOD, "https://third.example", GOOD, OTHER):
        asker.ask(origin)
    assert validator.asked == [GOOD, OTHER, "https://third.example", OTHER]


def test_a_loop_that_ends_leaves_nobody_waiting() -> None:
    """A question whose loop is gone is settled, so that the next one is put."""
    validator = AsyncValidator(0.05)
    asker = Asker(validator)

    async def leaves() -> None:
        task = asyncio.create_task(asker.ask_async(GOOD))
        await asyncio.sleep(0.001)
        task.cancel()

    asyncio.run(leaves())
    assert not asker.ask(GOOD)  # kept as a failure for a moment
