"""ASGI's scopes and messages, read and written for the ASGI door: what is not needed at every request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossorigin.decision.reading import MAX_HEADER_LINES
from crossorigin.decision.table import NOTHING
from crossorigin.integrations._answering import SERVER_ERROR, find_table_by_path, find_url, merge
from crossorigin.messages import Request
from crossorigin.standard import headers as names

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from crossorigin.decision import Answer, Decision, Table
    from crossorigin.integrations._answering import Rules

    Scope = dict[str, Any]
    Message = dict[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]
    Pair = tuple[bytes, bytes]

ORIGIN = names.ORIGIN.lower().encode()
VARY = names.VARY.lower().encode()
_METHOD = names.REQUEST_METHOD.lower().encode()
_NAMES = names.REQUEST_HEADERS.lower().encode()
#: Behind Accept, Accept-Encoding and Accept-Language, which every browser sends, and before both names above.
_ACCEPTS = b"accept-z"

#: The extension with which a server lets a WebSocket handshake be answered with a whole response.
_DENIAL = "websocket.http.response"


def look_up_options(  # noqa: C901 (one pass over the headers, for speed)
    table: Table[bytes], headers: list[Pair]
) -> Answer[bytes]:
    """Look up the answer to an OPTIONS request: ours with a status, or the headers for the app's, or nothing."""
    if len(headers) > MAX_HEADER_LINES:
        return NOTHING
    origin = method = asked = None
    name = b"a"
    for name, value in headers:
        # Why: two comparisons tell that a name is none of the three, and most are none.
        if name < b"b":
            if name > _ACCEPTS:
                if name == _METHOD:
                    if method is not None:
                        return NOTHING
                    method = value
                elif name == _NAMES:
                    if asked is not None:
                        return NOTHING
                    asked = value
        elif name == ORIGIN:
            if origin is not None:
                return NOTHING
            origin = value
    # Why: names "should be lowercased, but it is not required"; a server does it to all or to none.
    return NOTHING if origin is None or method is None or name < b"a" else table.find_preflight(origin, method, asked)


def find_table(rules: Rules[bytes], scope: Scope) -> Table[bytes] | None:
    """Return the table of the rule that serves the path; None: no rule does, so the request is not touched."""
    return find_table_by_path(rules, _find_path(scope), _find_raw(scope), _find_url(scope))


def make_request(scope: Scope) -> Request:
    """Return the request of a scope in the core's form; its URL is the path below ``root_path``."""
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    return Request(scope.get("method", "GET"), _find_url(scope), headers)


def _find_path(scope: Scope) -> str:
    path: str = scope["path"]
    root: str = scope.get("root_path") or ""
    below = path[len(root) :]
    return below if path.startswith(root) and below[:1] in {"", "/"} else path


def _find_raw(scope: Scope) -> str:
    return (scope.get("raw_path") or b"").decode("latin-1")


def _find_url(scope: Scope) -> str:
    return find_url(_find_path(scope), _find_raw(scope), scope.get("root_path") or "")


async def decide_and_answer(rules: Rules[bytes], table: Table[bytes], scope: Scope, send: Send) -> list[Pair] | None:
    """Decide; return the headers to put on the app's answer, or None if the answer was ours and is sent."""
    request = make_request(scope)
    decision = await rules.judge_async(request)
    table.remember(request, decision)
    if decision.status is None:
        return table.render(decision.headers)
    await _send_answer(send, "http.response", table, decision)
    return None


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


def merge_headers(rules: Rules[bytes], inner: Sequence[Pair], ours: Sequence[Pair]) -> list[Pair]:
    """Put our headers on an answer that has CORS headers, a ``Vary``, or names that look like one of them."""
    texts = [[(name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs] for pairs in (inner, ours)]
    merged, removed = merge(*texts)
    if removed:
        rules.journal.tell_of_inner_headers(removed)
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in merged]


async def send_server_error(send: Send) -> None:
    """Answer where the app has raised before it could."""
    headers = [
        (names.CONTENT_TYPE.lower().encode(), b"text/plain; charset=utf-8"),
        (names.CONTENT_LENGTH.lower().encode(), str(len(SERVER_ERROR)).encode()),
    ]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": SERVER_ERROR})
