"""The request log: what was asked, what was answered, and what the policy says of it, a line each."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, NamedTuple

from crossorigin.decision import decide
from crossorigin.gateway.answers import NOTE, BrokenAnswerError
from crossorigin.integrations import _scope
from crossorigin.messages import escape

if TYPE_CHECKING:
    from crossorigin.integrations._scope import Message, Receive, Scope, Send
    from crossorigin.integrations.asgi import CORSMiddleware

#: What the gateway has to say; the policy's own log is that of the doors.
logger = logging.getLogger("crossorigin.gateway")

_SWITCHED = 101
_FORBIDDEN = 403
_MILLISECONDS = 1000
_SHOWN = 200


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
    """

    def __init__(self, door: CORSMiddleware) -> None:
        self._door = door

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

        async def see(message: Message) -> None:
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
            await send(message)

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
        """Say what the policy in force says."""
        if not _scope.has_origin(scope):
            return ""
        rules = self._door.hot[0]
        decision = decide(rules.policy, _scope.make_request(rules, scope), websocket=scope["type"] == "websocket")
        if decision.policy is None and decision.allowed:
            return "not judged: no rule serves the path"
        if decision.reasons:
            verb = "refused" if decision.kind != "websocket" or decision.status else "would be refused"
            return f"{verb}: {', '.join(reason.id for reason in decision.reasons)}"
        return "same-origin" if decision.kind == "not-cors" else "allowed"

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
        logger.log(level, "%s", entry)


def _read_target(scope: Scope) -> str:
    query: bytes = scope["query_string"]
    target: bytes = scope["raw_path"]
    return (target + b"?" + query if query else target).decode("latin-1")
