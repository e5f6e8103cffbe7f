"""``Gateway``: the ASGI app of the proxy, which is the ASGI door around an app that forwards."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, NamedTuple

from crossorigin.gateway import jsonp
from crossorigin.gateway.answers import Answered, send_text
from crossorigin.gateway.bridge import bridge
from crossorigin.gateway.exchange import Clock, Exchange
from crossorigin.gateway.lines import HOST, find_values
from crossorigin.gateway.pool import Pool
from crossorigin.gateway.requestlog import RequestLog
from crossorigin.integrations.asgi import CORSMiddleware

if TYPE_CHECKING:
    from collections.abc import Callable

    from crossorigin.gateway.lines import Trip
    from crossorigin.gateway.reload import PolicyFile
    from crossorigin.gateway.requestlog import Entry
    from crossorigin.gateway.upstream import KnownHosts
    from crossorigin.integrations._scope import Receive, Scope, Send
    from crossorigin.ruleset import Ruleset

_NEVER_FORWARDED = frozenset({"CONNECT", "TRACE"})


class Settings(NamedTuple):
    """Where everything goes, the names under which the proxy is called, and for how long it waits."""

    trip: Trip
    hosts: KnownHosts
    seconds: float = 60.0


class Forwarder:
    """The app inside of the door: it sends everything to the upstream."""

    def __init__(self, settings: Settings, parameters: jsonp.Parameters) -> None:
        self._settings = settings
        self.parameters = parameters
        self._pool: Pool | None = None
        self.clock: Clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        try:
            self._refuse(scope)
            (trip, _, seconds), pool = self._settings, self.pool
            if scope["type"] == "http":
                parameter = self.parameters.find(scope)
                if parameter is None:
                    await Exchange(scope, receive, send, trip, self.clock).run(pool)
                    return

                async def forward(inner: Scope, collect: Send) -> None:
                    await Exchange(inner, receive, collect, trip, self.clock).run(pool)

                await jsonp.answer(parameter, scope, send, forward, seconds)
            else:
                await bridge(scope, receive, send, trip=trip, pool=pool, seconds=seconds)
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
    def pool(self) -> Pool:
        """Return the connections to the upstream."""
        if self._pool is None:
            text = "the server must run the lifespan of the app"
            raise RuntimeError(text)
        return self._pool

    async def open(self) -> None:
        """Begin to keep connections, and to watch what is under way."""
        self.clock = Clock(self._settings.seconds)
        self._pool = Pool(self._settings.trip.upstream, self._settings.seconds)

    async def close(self) -> None:
        """Close every connection."""
        self.pool.close()


class Gateway:
    """The proxy as an ASGI app, for any server that runs the lifespan."""

    def __init__(
        self, settings: Settings, policy_file: PolicyFile, show: Callable[[Entry, str], None] | None = None
    ) -> None:
        parameters = jsonp.Parameters(policy_file.ruleset)
        self._forwarder = Forwarder(settings, parameters)
        self._policy_file = policy_file
        self.door = CORSMiddleware(self._forwarder, parameters.ruleset)
        self._log = RequestLog(self.door, show)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, or the lifespan."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self._log(scope, receive, send)

    def put_in_force(self, ruleset: Ruleset) -> None:
        """Serve every request from now on by another ruleset."""
        self._forwarder.parameters = parameters = jsonp.Parameters(ruleset)
        self.door.reconfigure(parameters.ruleset)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._forwarder.open()
        watch = asyncio.create_task(self._policy_file.watch(self.put_in_force))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watch
        await self._forwarder.close()
        await send({"type": "lifespan.shutdown.complete"})
