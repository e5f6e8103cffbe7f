"""One WebSocket: a connection to the client, one to the upstream, and every message carried across."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from websockets.asyncio.client import ClientConnection
from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, ProtocolError
from websockets.uri import WebSocketURI

from crossorigin.gateway.answers import Answered
from crossorigin.gateway.exchange import make_target
from crossorigin.gateway.lines import HOST, make_request_lines

if TYPE_CHECKING:
    from crossorigin.gateway.lines import Trip
    from crossorigin.gateway.pool import Pool
    from crossorigin.integrations._scope import Receive, Scope, Send

#: The longest message, of either side.
MAX_MESSAGE = 16 * 1024 * 1024

_SECONDS_TO_CLOSE = 1.0
#: How many parts of messages are kept before the upstream must wait.
_MOST_KEPT = 4

_NORMAL = 1000
_BAD_GATEWAY = 1014
#: Codes that are never on the wire: they say that there was none.
_UNSENDABLE = frozenset({1005, 1006, 1015})


async def bridge(  # noqa: PLR0913 (a connection and where it goes)
    scope: Scope, receive: Receive, send: Send, *, trip: Trip, pool: Pool, seconds: float
) -> None:
    """Serve one connection.

    :raises Answered: the upstream did not accept; nothing was sent to the client.
    """
    await receive()
    upstream = await _connect(scope, trip, pool, seconds)
    try:
        await send({"type": "websocket.accept", "subprotocol": upstream.subprotocol})
        await _carry(upstream, receive, send)
    finally:
        upstream.transport.abort()


async def _connect(scope: Scope, trip: Trip, pool: Pool, seconds: float) -> ClientConnection:
    path, _, query = make_target(scope).decode("latin-1").partition("?")
    where = trip.upstream
    protocol = ClientProtocol(
        WebSocketURI(where.is_secure, where.host, where.port, path, query),
        subprotocols=[name for name in scope.get("subprotocols", ()) if name] or None,
        max_size=MAX_MESSAGE,
    )
    lines = [line for line in make_request_lines(scope, trip) if line[0] != HOST]
    upstream = await pool.connect(
        lambda: ClientConnection(protocol, ping_interval=None, close_timeout=_SECONDS_TO_CLOSE, max_queue=_MOST_KEPT)
    )
    is_open = False
    try:
        async with asyncio.timeout(seconds):
            await upstream.handshake([(name.decode("latin-1"), value.decode("latin-1")) for name, value in lines], None)
        is_open = True
    except InvalidStatus as error:
        # "If the status code received from the server is not 101, the client handles the response per HTTP".
        status = error.response.status_code
        text = f"The upstream did not accept the WebSocket: it answered with the status {status}."
        raise Answered(status if status in range(400, 600) else 502, text) from error
    except TimeoutError as error:
        raise Answered(504, "The upstream took too long to answer.") from error
    except (InvalidHandshake, ConnectionClosed, EOFError, OSError) as error:
        raise Answered(502, "The upstream's answer to the WebSocket handshake is none.") from error
    finally:
        if not is_open:
            upstream.transport.abort()
    return upstream


async def _carry(upstream: ClientConnection, receive: Receive, send: Send) -> None:
    """Carry messages until either side is at its end, then end the other."""
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


async def _carry_forth(upstream: ClientConnection, receive: Receive) -> None:
    """Carry what the client sends to the upstream; at its end, close that."""
    while (message := await receive())["type"] == "websocket.receive":
        text = message.get("text")
        await upstream.send(message["bytes"] if text is None else text)
    with contextlib.suppress(ProtocolError):
        await upstream.close(_choose_code(message.get("code")), message.get("reason") or "")


async def _carry_back(upstream: ClientConnection, send: Send) -> None:
    """Carry what the upstream sends to the client; at its end, close that."""
    try:
        while True:
            data = await upstream.recv()
            await send({"type": "websocket.send", "text" if isinstance(data, str) else "bytes": data})
    except ConnectionClosed as closed:
        # Why: an upstream that was killed sent no code, and the client shall not take that for a good end.
        code, reason = _BAD_GATEWAY, ""
        if closed.rcvd is not None:
            code, reason = _choose_code(closed.rcvd.code), closed.rcvd.reason
        elif closed.sent is not None:
            code = _choose_code(closed.sent.code)
    await send({"type": "websocket.close", "code": code, "reason": reason})


def _choose_code(code: int | None) -> int:
    return _NORMAL if not code or code in _UNSENDABLE else code
