"""Asking an ``origin_validator``: at most once per request and once at a time per origin, and never for ever."""

from __future__ import annotations

import asyncio
import inspect
import logging
import queue
import threading
import time
from collections import OrderedDict
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

logger = logging.getLogger("crossorigin")

#: Seconds that an answer is kept, and seconds that a failure is: a database that is down is not asked by every request.
KEPT = 60.0
KEPT_FAILURE = 1.0

#: Seconds until a validator that has not answered counts as having failed.
TIME_OUT = 2.0

#: Answers kept; the one used longest ago goes first.
MOST_ANSWERS = 1024

#: Threads that wait for validators that block, and seconds after which one with nothing to do ends.
MOST_THREADS = 8
IDLE = 5.0


class Asker:
    """One validator with its answers.

    An async validator runs on the loop of the request that asks (with WSGI: on a loop of its own); any other
    in a thread, for it may block. One that raises, takes too long, or returns anything but True or False has
    refused: that is logged, and never an error of the request.
    """

    def __init__(self, validator: Callable[[str], bool | Awaitable[bool]]) -> None:
        self._validator = validator
        call = getattr(validator, "__call__", None)  # noqa: B004 (an object whose __call__ is async)
        self._is_async = inspect.iscoroutinefunction(validator) or inspect.iscoroutinefunction(call)
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, tuple[bool, float]] = OrderedDict()
        self._under_way: dict[str, Future[bool]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._workers = _Workers()

    def ask(self, origin: str) -> bool:
        """Return the validator's answer, waiting for it in this thread."""
        known, future, is_new = self._look_up(origin)
        if known is not None:
            return known
        if is_new:
            self._workers.put(lambda: self._run(origin, future, None))
        try:
            return future.result(TIME_OUT)
        except TimeoutError:
            return self._give_up(origin, future)

    async def ask_async(self, origin: str) -> bool:
        """Return the validator's answer without blocking the event loop."""
        known, future, is_new = self._look_up(origin)
        if known is not None:
            return known
        if is_new:
            loop = asyncio.get_running_loop()
            if self._is_async:
                # Why: a task of its own, so that a client that goes away does not take the answer from the others.
                task = loop.create_task(self._run_async(origin, future))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            else:
                self._workers.put(lambda: self._run(origin, future, loop))
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(future)), TIME_OUT)
        except TimeoutError:
            return self._give_up(origin, future)

    def _look_up(self, origin: str) -> tuple[bool | None, Future[bool], bool]:
        """Return the known answer, or the question under way and whether it is still to be put."""
        with self._lock:
            if (kept := self._answers.get(origin)) and kept[1] > time.monotonic():
                self._answers.move_to_end(origin)
                return kept[0], Future(), False
            if future := self._under_way.get(origin):
                return None, future, False
            future = self._under_way[origin] = Future()
            return None, future, True

    def _run(self, origin: str, future: Future[bool], loop: asyncio.AbstractEventLoop | None) -> None:
        """Ask in this thread; what turns out to be awaitable is awaited on *loop*, or on one of our own."""
        if future.done():
            return
        try:
            answer: Any = self._validator(origin)
            if inspect.isawaitable(answer):
                waiting = _wait_for(answer)
                answer = asyncio.run_coroutine_threadsafe(waiting, loop).result() if loop else asyncio.run(waiting)
            self._settle(origin, future, _check(answer), KEPT)
        except BaseException as error:  # noqa: BLE001 (whatever a validator raises, it has refused, and the thread lives on)
            self._fail(origin, future, error)

    async def _run_async(self, origin: str, future: Future[bool]) -> None:
        try:
            self._settle(origin, future, _check(await _wait_for(self._validator(origin))), KEPT)
        except Exception as error:  # noqa: BLE001 (whatever a validator raises, it has refused)
            self._fail(origin, future, error)
        finally:
            # Why: a loop that is shut down cancels the task; whoever waits on another loop must not wait on.
            self._settle(origin, future, False, KEPT_FAILURE)  # noqa: FBT003 (the answer)

    def _fail(self, origin: str, future: Future[bool], error: BaseException) -> None:
        if not future.done():
            logger.error("origin_validator failed on %s, which is refused", ascii(origin), exc_info=error)
        self._settle(origin, future, False, KEPT_FAILURE)  # noqa: FBT003 (the answer)

    def _give_up(self, origin: str, future: Future[bool]) -> bool:
        if not future.done():
            logger.error("origin_validator did not answer within %s s on %s, which is refused", TIME_OUT, ascii(origin))
        self._settle(origin, future, False, KEPT_FAILURE)  # noqa: FBT003 (the answer)
        return future.result()

    def _settle(self, origin: str, future: Future[bool], allowed: bool, seconds: float) -> None:  # noqa: FBT001 (the answer)
        with self._lock:
            if future.done():
                return
            del self._under_way[origin]
            self._answers[origin] = (allowed, time.monotonic() + seconds)
            while len(self._answers) > MOST_ANSWERS:
                self._answers.popitem(last=False)
            future.set_result(allowed)


def _check(answer: object) -> bool:
    if isinstance(answer, bool):
        return answer
    # Why: a validator that returns what it found, or forgets to return, would allow or refuse by accident.
    text = f"it returned {answer!r}: return True or False"
    raise TypeError(text)


async def _wait_for(answer: Any) -> Any:  # noqa: ANN401 (whatever the validator returned)
    return await asyncio.wait_for(answer, TIME_OUT)


class _Workers:
    """A few daemon threads, started when there is work.

    Tempting: a ThreadPoolExecutor. But the interpreter waits for its threads when it ends, and would wait for
    ever for a validator that never returns.
    """

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0

    def put(self, job: Callable[[], None]) -> None:
        with self._lock:
            self._jobs.put(job)
            if self._threads < MOST_THREADS:
                self._threads += 1
                threading.Thread(target=self._work, name="crossorigin-validator", daemon=True).start()

    def _work(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=IDLE)
            except queue.Empty:
                # Why: a policy that is swapped leaves its threads behind, so they end by themselves.
                with self._lock:
                    if self._jobs.empty():
                        self._threads -= 1
                        return
            else:
                job()
