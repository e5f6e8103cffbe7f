"""One WebSocket: a connection to the client, one to the upstream, and every message carried across."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp

from crossorigin.gateway.answers import Answered
from crossorigin.gateway.exchange import explain_failure, find_status, make_url
from crossorigin.gateway.lines import BadHeaderError, make_request_lines

if TYPE_CHECKING:
    from crossorigin.gateway.lines import Trip
    from crossorigin.integrations._scope import Receive, Scope, Send

#: The longest message, of either side.
MAX_MESSAGE = 16 * 1024 * 1024

_SECONDS_TO_CLOSE = 1.0

_NORMAL = 1000
_BAD_GATEWAY = 1014
#: Codes that are never on the wire: they say that there was none.
_UNSENDABLE = frozenset({1005, 1006, 1015})
_MAX_REASON = 123


class RedirectedError(Exception):
    """The upstream answered a handshake with a redirect."""


def trace_redirects() -> aiohttp.TraceConfig:
    """Return what keeps the client library from following redirects of handshakes, which it has no option for."""
    config = aiohttp.TraceConfig()

    async def refuse(_session: aiohttp.ClientSession, _context: Any, told: aiohttp.TraceRequestRedirectParams) -> None:  # noqa: ANN401 (the library's)
        told.response.close()
        raise RedirectedError

    config.on_request_redirect.append(refuse)
    return config


async def bridge(  # noqa: PLR0913 (a connection and where it goes)
    scope: Scope, receive: Receive, send: Send, *, trip: Trip, session: aiohttp.ClientSession, seconds: float
) -> None:
    """Serve one connection.

    :raises Answered: the upstream did not accept; nothing was sent to the client.
    """
    await receive()
    upstream = await _connect(scope, trip, session, seconds)
    async with upstream:
        await send({"type": "websocket.accept", "subprotocol": upstream.protocol})
        back = asyncio.create_task(_carry_back(upstream, send))
        forth = asyncio.create_task(_carry_forth(upstream, receive))
        try:
            await asyncio.wait({back, forth}, return_when=asyncio.FIRST_COMPLETED)
            if forth.done() and forth.exception():
                # Why: what could not be sent to the upstream tells that it is gone, and the client is to be told, too.
                await asyncio.wait({back}, timeout=_SECONDS_TO_CLOSE)
        finally:
            for task in (back, forth):
                task.cancel()
            # Why: a client that left while something was sent to it is no failure.
            await asyncio.gather(back, forth, return_exceptions=True)


async def _connect(
    scope: Scope, trip: Trip, session: aiohttp.ClientSession, seconds: float
) -> aiohttp.ClientWebSocketResponse:
    try:
        async with asyncio.timeout(seconds):
            return await session.ws_connect(
                make_url(scope, trip),
                headers=make_request_lines(scope, trip),
                protocols=tuple(scope.get("subprotocols", ())),
                max_msg_size=MAX_MESSAGE,
            )
    except RedirectedError as error:
        raise Answered(502, "The upstream answered the handshake with a redirect.") from error
    except aiohttp.WSServerHandshakeError as error:
        # "If the status code received from the server is not 101, the client handles the response per HTTP".
        status = error.status if error.status in range(400, 600) else 502
        text = f"The upstream did not accept the WebSocket: it answered with the status {error.status}."
        raise Answered(status, text) from error
    except (TimeoutError, aiohttp.ClientError, BadHeaderError) as error:
        raise Answered(find_status(error), explain_failure(error)) from error


async def _carry_forth(upstream: aiohttp.ClientWebSocketResponse, receive: Receive) -> None:
    """Carry what the client sends to the upstream; at its end, close that."""
    while (message := await receive())["type"] == "websocket.receive":
        if (text := message.get("text")) is not None:
            await upstream.send_str(text)
        else:
            await upstream.send_bytes(message["bytes"])
    code = _choose_code(message.get("code"))
    await upstream.close(code=code, message=(message.get("reason") or "").encode()[:_MAX_REASON])


async def _carry_back(upstream: aiohttp.ClientWebSocketResponse, send: Send) -> None:
    """Carry what the upstream sends to the client; at its end, close that."""
    while True:
        message = await upstream.receive()
        if message.type is aiohttp.WSMsgType.TEXT:
            await send({"type": "websocket.send", "text": message.data})
        elif message.type is aiohttp.WSMsgType.BINARY:
            await send({"type": "websocket.send", "bytes": message.data})
        else:
            break
    # Why: an upstream that was killed sent no code, and the client shall not take that for a good end.
    code, reason = _BAD_GATEWAY, ""
    if message.type is aiohttp.WSMsgType.CLOSE:
        code, reason = _choose_code(message.data), message.extra or ""
    elif isinstance(message.data, aiohttp.WebSocketError):
        code = _choose_code(message.data.code)
    await send({"type": "websocket.close", "code": code, "reason": reason})


def _choose_code(code: int | None) -> int:
    return _NORMAL if not code or code in _UNSENDABLE else code
