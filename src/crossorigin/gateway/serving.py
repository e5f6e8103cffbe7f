"""``listen`` and ``serve``: the proxy on a socket, until a signal ends it."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from typing import TYPE_CHECKING, Any

import httptools  # noqa: F401 (uvicorn imports it late, and the error is to name it)
import uvicorn
import websockets  # noqa: F401 (as above)

from crossorigin.gateway.bridge import MAX_MESSAGE
from crossorigin.gateway.guard import GuardedProtocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.gateway.app import Gateway
    from crossorigin.gateway.upstream import Address

_BACKLOG = 2048
#: For how long requests under way may go on after the signal.
SECONDS_TO_END = 10


#: How many tenths of a second a client has, at least, to take the rest of an answer when its connection is closed.
TICKS_TO_TAKE = 300


class Server(uvicorn.Server):
    """uvicorn's server, for which a signal is a good end, and which waits for no client for ever."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._closing: set[Any] = set()

    async def on_tick(self, counter: int) -> bool:
        """Reset connections that have been about to close for long: the rest of an answer is not taken."""
        if counter % TICKS_TO_TAKE == 0:
            closing = {one for one in self.server_state.connections if one.transport.is_closing()}
            for one in closing & self._closing:
                one.transport.abort()
            self._closing = closing
        return await super().on_tick(counter)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End at SIGINT and SIGTERM; uvicorn's own raises them again afterwards, as if they had not been heard."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def listen(address: Address) -> socket.socket:
    """Open the socket.

    :raises OSError: it cannot be had.
    """
    host = address.host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, address.port), family=family, backlog=_BACKLOG)


def make_server(gateway: Gateway) -> Server:
    """Return what serves the proxy."""
    config = uvicorn.Config(
        gateway,
        http=GuardedProtocol,
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE,
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=SECONDS_TO_END,
    )
    return Server(config)
