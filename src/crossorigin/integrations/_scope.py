"""ASGI's scopes and messages, read and written for the ASGI door: what is not needed at every request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossorigin.decision.reading import MAX_HEADER_LINES, WANTED
from crossorigin.decision.table import MAX_KEY
from crossorigin.integrations._answering import SERVER_ERROR, Merger, find_table_by_path, find_url
from crossorigin.messages import Request
from crossorigin.ruleset import Ruleset
from crossorigin.standard import headers as names

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from crossorigin.decision import Decision, Table
    from crossorigin.decision.table import Key
    from crossorigin.integrations._answering import Rules

    Scope = MutableMapping[str, Any]
    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    #: Every framework has types of its own for the three.
    ASGIApp = Callable[[Any, Any, Any], Awaitable[None]]
    Pair = tuple[bytes, bytes]

#: Under this key, Starlette tells what is inside of an app how that app answers exceptions: by class, and by status.
HANDLERS = "starlette.exception_handlers"

ORIGIN = names.ORIGIN.lower().encode()
_METHOD = names.REQUEST_METHOD.lower().encode()
_NAMES = names.REQUEST_HEADERS.lower().encode()
_PRIVATE = names.REQUEST_PRIVATE_NETWORK.lower().encode()
_WANTED = frozenset(name.encode() for name in WANTED)
#: What the answer to a preflight depends on.
_ASKED = frozenset({ORIGIN, _METHOD, _NAMES, _PRIVATE})

_MERGER = Merger(lambda text: text.encode("latin-1"))
_plain = _MERGER.plain

#: The extension with which a server lets a WebSocket handshake be answered with a whole response.
_DENIAL = "websocket.http.response"


def find_key(headers: list[Pair]) -> Key[bytes]:
    """Return what a preflight's answer depends on: origin, method and names; () where only ``decide`` can tell."""
    if len(headers) > MAX_HEADER_LINES:
        return ()
    origin = method = asked = None
    for name, value in headers:
        if name in _ASKED:
            if name == ORIGIN and origin is None:
                origin = value
            elif name == _METHOD and method is None:
                method = value
            elif name == _NAMES and asked is None:
                asked = value
            else:
                return ()
    # Why: before a key is looked up, it is hashed, and what strangers send may be long.
    if origin is None or method is None or len(origin) + len(method) + len(asked or b"") > MAX_KEY:
        return ()
    return (origin, method, asked)


def has_origin(scope: Scope) -> bool:
    """Tell whether a request names an origin."""
    return any(name == ORIGIN for name, _ in scope["headers"])


def find_method(scope: Scope) -> str:
    """Return the method of the request, "" for a WebSocket handshake; of a preflight, the one that it asks for."""
    method: str = scope.get("method", "")
    if method != "OPTIONS":
        return method
    # Why: a server may give an iterator, which the door must still be able to read.
    scope["headers"] = lines = [*scope["headers"]]
    fields = {name.lower(): value for name, value in lines}
    return fields[_METHOD].decode("latin-1") if ORIGIN in fields and _METHOD in fields else method


def find_table(rules: Rules[bytes], scope: Scope) -> Table[bytes] | None:
    """Return the table of the rule that serves the path; None: no rule does, so the request is not touched."""
    if rules.choose and not isinstance(chosen := rules.choose(scope), Ruleset):
        return rules.find_table(chosen)
    return find_table_by_path(rules, _find_path(scope), _find_raw(scope), _find_url(scope))


def make_request(rules: Rules[bytes], scope: Scope) -> Request:
    """Return the request of a scope in the core's form: its URL is the path below ``root_path``.

    Why not all headers: the core reads only those of WANTED, and of a preflight of too many lines only their number.
    """
    method, lines = scope.get("method", "GET"), scope["headers"]
    if method == "OPTIONS" and len(lines) > MAX_HEADER_LINES:
        lines = lines[: MAX_HEADER_LINES + 1]
    else:
        lines = [line for line in lines if line[0].lower() in _WANTED]
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in lines]
    return Request(method, _find_url(scope) if rules.table is None else scope["path"], headers)


def _find_path(scope: Scope) -> str:
    path: str = scope["path"]
    root: str = scope.get("root_path") or ""
    below = path[len(root) :]
    return below if path.startswith(root) and below[:1] in {"", "/"} else path


def _find_raw(scope: Scope) -> str:
    return (scope.get("raw_path") or b"").decode("latin-1")


def _find_url(scope: Scope) -> str:
    return find_url(_find_path(scope), _find_raw(scope), scope.get("root_path") or "")


async def decide_and_answer(
    rules: Rules[bytes], table: Table[bytes], scope: Scope, send: Send, key: Key[bytes]
) -> list[Pair] | None:
    """Decide; return the headers to put on the app's answer, or None if the answer was ours and is sent.

    *key* is what the answer depends on, under which a refusal may be kept, or ().
    """
    decision = await rules.judge_async(rules.find_judge(table), make_request(rules, scope))
    _, headers, _ = table.remember(key, decision)
    if decision.status is None:
        return headers
    await _send_answer(send, "http.response", table, decision)
    return None


async def judge_websocket(rules: Rules[bytes], table: Table[bytes], scope: Scope) -> Decision:
    """Judge a handshake."""
    return await rules.judge_async(rules.find_judge(table), make_request(rules, scope), websocket=True)


async def refuse_websocket(table: Table[bytes], decision: Decision, scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a handshake before the app sees it."""
    await receive()
    if _DENIAL in (scope.get("extensions") or {}):
        await _send_answer(send, _DENIAL, table, decision)
    else:
        # Why: of a close before the accept, the server makes "a HTTP 403 error code".
        await send({"type": "websocket.close", "code": 1008, "reason": ""})


async def _send_answer(send: Send, kind: str, table: Table[bytes], decision: Decision) -> None:
    await send({"type": f"{kind}.start", "status": decision.status, "headers": [*table.render(decision.headers)]})
    await send({"type": f"{kind}.body", "body": decision.body.encode()})


def is_handled_outside(error: Exception, scope: Scope) -> bool:
    """Tell whether a Starlette app around this layer answers an exception, as it does a 404 of its ``StaticFiles``."""
    handlers, _ = scope.get(HANDLERS) or ({}, {})
    return any(kind in handlers for kind in type(error).__mro__)


async def send_server_error(send: Send) -> None:
    """Answer where the app has raised before it could."""
    headers = [
        (names.CONTENT_TYPE.lower().encode(), b"text/plain; charset=utf-8"),
        (names.CONTENT_LENGTH.lower().encode(), str(len(SERVER_ERROR)).encode()),
    ]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": SERVER_ERROR})


class Exchange:
    """One response of the app: ``answer`` is its ``send``, and puts our headers on the message that starts it.

    ``ours`` is None as soon as that was sent. The door sets the three: a constructor would cost every request a call.
    """

    __slots__ = ("ours", "rules", "send")

    ours: list[Pair] | None
    rules: Rules[bytes]
    send: Send

    def answer(self, message: Message) -> Awaitable[None]:
        """Send a message of the app's."""
        if (ours := self.ours) is not None and message["type"] == "http.response.start":
            try:
                inner = message["headers"]
            except KeyError:
                inner = []
            if inner.__class__ is not list:
                inner = [*inner]
            for name, _ in inner:
                if name not in _plain and not _MERGER.is_plain(name):
                    inner, removed = _MERGER.merge(inner, ours)
                    if removed:
                        self.rules.journal.tell_of_inner_headers(removed)
                    break
            else:
                inner = inner + ours
            # Why: a copy, because an app may send the same message to everyone.
            message = {**message}
            message["headers"] = inner
            self.ours = None
        return self.send(message)
