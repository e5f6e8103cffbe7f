"""What the proxy says itself: a short text, also in the place of a WebSocket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.standard import headers as names

if TYPE_CHECKING:
    from crossorigin.integrations._scope import Scope, Send

#: Under this key of a scope stands what went wrong, for the log: the status, None where there was none, and a text.
NOTE = "crossorigin.gateway.note"

_DENIAL = "websocket.http.response"
#: After these, what follows on the connection cannot be trusted to be a request.
_UNTRUSTED = frozenset({400, 408, 501})
_CONNECTION = names.CONNECTION.lower().encode()
_CONTENT_TYPE = names.CONTENT_TYPE.lower().encode()
_CONTENT_LENGTH = names.CONTENT_LENGTH.lower().encode()


class Answered(Exception):  # noqa: N818 (it is no error of the proxy's)
    """The request is answered by the proxy itself: with a status and a text."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(status, text)
        self.status = status
        self.text = text


class BrokenAnswerError(Exception):
    """The answer had begun, and cannot be completed: the server must end the connection, so that it shows."""


async def send_text(scope: Scope, send: Send, status: int, text: str) -> None:
    """Answer with a text; a handshake that has no other way with 403."""
    scope[NOTE] = (status, text)
    body = f"{text}\n".encode()
    headers = [(_CONTENT_TYPE, b"text/plain; charset=utf-8"), (_CONTENT_LENGTH, b"%d" % len(body))]
    if scope["type"] == "http":
        kind = "http.response"
        if status in _UNTRUSTED:
            headers.append((_CONNECTION, b"close"))
    elif _DENIAL in (scope.get("extensions") or {}):
        kind = _DENIAL
    else:
        await send({"type": "websocket.close", "code": 1008, "reason": ""})
        return
    await send({"type": f"{kind}.start", "status": status, "headers": headers})
    await send({"type": f"{kind}.body", "body": body})
