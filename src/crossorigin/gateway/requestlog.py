"""The request log: what was asked, what was answered, and what the policy says of it, a line each."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.decision import decide
from crossorigin.decision.reading import WANTED
from crossorigin.gateway.answers import NOTE, BrokenAnswerError
from crossorigin.integrations import _scope
from crossorigin.messages import escape

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from crossorigin.decision import Table
    from crossorigin.integrations._answering import Rules
    from crossorigin.integrations._scope import Message, Receive, Scope, Send
    from crossorigin.integrations.asgi import CORSMiddleware

#: What the gateway has to say; the policy's own log is that of the doors.
logger = logging.getLogger("crossorigin.gateway")

_SWITCHED = 101
_FORBIDDEN = 403
_MILLISECONDS = 1000
_SHOWN = 200
#: Of so many different requests, and of none with more bytes that count, what the policy says is remembered.
_MOST_REMEMBERED = 1024
_LONGEST_REMEMBERED = 1024
_WANTED = frozenset(name.encode() for name in WANTED)


class Entry(NamedTuple):
    """One line of the log. ``decision`` is "" where the request has no ``Origin``."""

    method: str
    target: str
    status: int | None
    milliseconds: int
    origin: str | None
    decision: str
    note: str

    def __str__(self) -> str:
        """Write it for people."""
        said = f", origin {self.origin} {self.decision}" if self.origin is not None else ""
        note = f", {self.note}" if self.note else ""
        status = "no status" if self.status is None else self.status
        return f"{self.method} {self.target} {status} {self.milliseconds} ms{said}{note}"


class RequestLog:
    """Log every request of a door; what it raises goes on.

    :param door: the wrapper that judges.
    :param show: shows an entry and the name of its level, instead of the logger, which takes several times as long.
    """

    def __init__(self, door: CORSMiddleware, show: Callable[[Entry, str], None] | None = None) -> None:
        self._door = door
        self._show = show
        self._rules = door.hot[0]
        self._said: dict[Any, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        began = time.perf_counter()
        if not logger.isEnabledFor(logging.INFO):
            # Why: what goes wrong is logged all the same, and the rest shall cost nothing.
            try:
                await self._run(scope, receive, send)
            finally:
                if NOTE in scope:
                    self._write(scope, None, began, self._decide(scope))
            return
        decision = self._decide(scope)
        status: int | None = None

        def see(message: Message) -> Awaitable[None]:
            nonlocal status
            kind = message["type"]
            if status is None:
                if kind in {"http.response.start", "websocket.http.response.start"}:
                    status = message["status"]
                elif kind == "websocket.accept":
                    # Why: a WebSocket may stay for days, and who waits for this line wants it now.
                    status = _SWITCHED
                    self._write(scope, status, began, decision)
                elif kind == "websocket.close":
                    status = _FORBIDDEN
            return send(message)

        try:
            await self._run(scope, receive, see)
        finally:
            if status != _SWITCHED:
                self._write(scope, status, began, decision)

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the door; note what it raises, and let that go on, so that the server ends the connection."""
        try:
            await self._door(scope, receive, send)
        except BrokenAnswerError as error:
            scope[NOTE] = (None, str(error))
            raise
        except Exception:
            scope[NOTE] = (None, "a bug of crossorigin")
            logger.exception("a bug of crossorigin")
            raise

    def _decide(self, scope: Scope) -> str:
        """Say what the policy in force says; of most requests, that is remembered."""
        if not _scope.has_origin(scope):
            return ""
        rules, table = self._door.hot
        if table is None and (table := _scope.find_table(rules, scope)) is None:
            return "not judged: no rule serves the path"
        if rules is not self._rules:
            self._rules = rules
            self._said.clear()
        counts = [line for line in scope["headers"] if line[0] in _WANTED]
        # Why: of a path that can be read in several ways, several policies judge, and there is no table of them.
        if table is rules.nothing or sum(len(value) for _, value in counts) > _LONGEST_REMEMBERED:
            return _judge(rules, table, scope)
        key = (scope.get("method"), scope["type"], table, *counts)
        if (said := self._said.get(key)) is None:
            if len(self._said) >= _MOST_REMEMBERED:
                self._said.clear()
            said = self._said[key] = _judge(rules, table, scope)
        return said

    def _write(self, scope: Scope, status: int | None, began: float, decision: str) -> None:
        status_of_note, note = scope.get(NOTE, (None, ""))
        origins = [value for name, value in scope["headers"] if name == _scope.ORIGIN]
        entry = Entry(
            method=scope.get("method", "WEBSOCKET"),
            target=escape(_read_target(scope)[:_SHOWN]),
            status=status or status_of_note,
            milliseconds=int((time.perf_counter() - began) * _MILLISECONDS),
            origin=escape(b", ".join(origins).decode("latin-1")[:_SHOWN]) if origins else None,
            decision=decision,
            note=note,
        )
        level = logging.WARNING if entry.note else logging.INFO
        if self._show is None:
            logger.log(level, "%s", entry)
        elif logger.isEnabledFor(level):
            self._show(entry, logging.getLevelName(level))


def _judge(rules: Rules[bytes], table: Table[bytes], scope: Scope) -> str:
    """Say what the policy says of a request that names an origin."""
    is_websocket = scope["type"] == "websocket"
    decision = decide(rules.find_judge(table), _scope.make_request(rules, scope), websocket=is_websocket)
    if decision.policy is None and decision.allowed:
        return "not judged: no rule serves the path"
    if decision.reasons:
        verb = "refused" if decision.kind != "websocket" or decision.status else "would be refused"
        return f"{verb}: {', '.join(reason.id for reason in decision.reasons)}"
    return "same-origin" if decision.kind == "not-cors" else "allowed"


def _read_target(scope: Scope) -> str:
    query: bytes = scope["query_string"]
    target: bytes = scope["raw_path"]
    return (target + b"?" + query if query else target).decode("latin-1")
