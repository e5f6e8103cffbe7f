"""``Gateway``: the ASGI app of the proxy, which is the ASGI door around an app that forwards."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, NamedTuple

import aiohttp

from crossorigin.gateway.answers import Answered, send_text
from crossorigin.gateway.bridge import bridge, trace_redirects
from crossorigin.gateway.exchange import Exchange
from crossorigin.gateway.lines import HOST, find_values
from crossorigin.gateway.requestlog import RequestLog
from crossorigin.integrations.asgi import CORSMiddleware

if TYPE_CHECKING:
    from crossorigin.gateway.lines import Trip
    from crossorigin.gateway.reload import PolicyFile
    from crossorigin.gateway.upstream import KnownHosts
    from crossorigin.integrations._scope import Receive, Scope, Send

#: Why less than the 5 seconds of Node.js and uvicorn: the one that closes first must be the one that sends.
_SECONDS_KEPT = 4.0
_SECONDS_TO_CONNECT = 10.0
#: The client library adds these where the client sent none.
_ADDED = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
#: A status line or a header of an answer, and how many headers.
_MAX_LINE = 32 * 1024

_NEVER_FORWARDED = frozenset({"CONNECT", "TRACE"})


class Settings(NamedTuple):
    """Where everything goes, the names under which the proxy is called, and for how long it waits."""

    trip: Trip
    hosts: KnownHosts
    seconds: float = 60.0


class Forwarder:
    """The app inside of the door: it sends everything to the upstream."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None
        self._websocket_session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        try:
            self._refuse(scope)
            trip, seconds = self._settings.trip, self._settings.seconds
            if scope["type"] == "http":
                await Exchange(scope, receive, send, trip, seconds).run(self.sessions[0])
            else:
                await bridge(scope, receive, send, trip=trip, session=self.sessions[1], seconds=seconds)
        except Answered as answered:
            await send_text(scope, send, answered.status, answered.text)

    def _refuse(self, scope: Scope) -> None:
        hosts = find_values(scope["headers"], HOST)
        if len(hosts) != 1:
            raise Answered(400, "A request must name one Host.")
        if not self._settings.hosts.knows(hosts[0]):
            text = "The proxy does not serve this Host: start it with --host and the name under which it is called."
            raise Answered(421, text)
        if scope.get("method") in _NEVER_FORWARDED:
            raise Answered(405, "The proxy does not forward this method.")

    @property
    def sessions(self) -> tuple[aiohttp.ClientSession, aiohttp.ClientSession]:
        """Return the pool of connections for requests, and what opens WebSockets."""
        if self._session is None or self._websocket_session is None:
            text = "the server must run the lifespan of the app"
            raise RuntimeError(text)
        return self._session, self._websocket_session

    async def open(self) -> None:
        """Make the pool of connections."""
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=_SECONDS_KEPT)

        def make(traces: list[aiohttp.TraceConfig]) -> aiohttp.ClientSession:
            return aiohttp.ClientSession(
                connector=connector,
                connector_owner=not traces,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=_ADDED,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=_SECONDS_TO_CONNECT),
                trace_configs=traces,
                max_line_size=_MAX_LINE,
                max_field_size=_MAX_LINE,
            )

        self._session, self._websocket_session = make([]), make([trace_redirects()])

    async def close(self) -> None:
        """Close every connection."""
        for session in self.sessions:
            await session.close()


class Gateway:
    """The proxy as an ASGI app, for any server that runs the lifespan."""

    def __init__(self, settings: Settings, policy_file: PolicyFile) -> None:
        self._forwarder = Forwarder(settings)
        self._policy_file = policy_file
        self.door = CORSMiddleware(self._forwarder, policy_file.ruleset)
        self._log = RequestLog(self.door)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, or the lifespan."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self._log(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._forwarder.open()
        watch = asyncio.create_task(self._policy_file.watch(self.door.reconfigure))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watch
        await self._forwarder.close()
        await send({"type": "lifespan.shutdown.complete"})
