"""``Pool``: the connections to the upstream, each kept for the next request when its answer is complete."""

from __future__ import annotations

import asyncio
import errno
import ssl
from collections import deque
from typing import TYPE_CHECKING

from crossorigin.gateway.answers import Answered
from crossorigin.gateway.connection import Connection

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from crossorigin.gateway.upstream import Upstream

    Protocol = TypeVar("Protocol", bound=asyncio.Protocol)

#: Why less than the 5 seconds of Node.js and uvicorn: the one that closes first must be the one that sends.
_SECONDS_KEPT = 4.0
_SECONDS_TO_CONNECT = 10.0


class Pool:
    """Give connections, and take them back."""

    def __init__(self, upstream: Upstream, seconds: float) -> None:
        self._upstream = upstream
        self._seconds = min(seconds, _SECONDS_TO_CONNECT)
        self._now = asyncio.get_running_loop().time
        self._idle: deque[Connection] = deque()
        self._sweep: asyncio.TimerHandle | None = None
        self._context: ssl.SSLContext | None = None
        if upstream.is_secure:
            self._context = ssl.create_default_context()
            self._context.set_alpn_protocols(["http/1.1"])

    async def take(self, *, is_fresh: bool = False) -> Connection:
        """Return a connection on which nothing is under way; the one that was used last, or a fresh one.

        :raises Answered: the upstream cannot be reached.
        """
        while self._idle and not is_fresh:
            connection = self._idle.pop()
            if not connection.is_closed and self._now() - connection.idle_since < _SECONDS_KEPT:
                return connection
            connection.close()
        return await self.connect(Connection)

    async def connect(self, make: Callable[[], Protocol]) -> Protocol:
        """Open a connection.

        :raises Answered: the upstream cannot be reached.
        """
        loop, upstream = asyncio.get_running_loop(), self._upstream
        try:
            async with asyncio.timeout(self._seconds):
                _, protocol = await loop.create_connection(make, upstream.host, upstream.port, ssl=self._context)
        except ssl.SSLError as error:
            is_verified = not isinstance(error, ssl.SSLCertVerificationError)
            text = (
                "The upstream does not speak TLS." if is_verified else "The upstream's certificate cannot be verified."
            )
            raise Answered(502, text) from error
        except TimeoutError as error:
            raise Answered(504, "The upstream took too long to take the connection.") from error
        except (OSError, UnicodeError) as error:
            # Why the text, too: of a name with several addresses, all failures come together in one.
            refused = errno.ECONNREFUSED
            is_refused = getattr(error, "errno", None) == refused or f"[Errno {refused}]" in str(error)
            how = "refused the connection: is it running?" if is_refused else "cannot be reached."
            raise Answered(502, f"The upstream {how}") from error
        return protocol

    def give_back(self, connection: Connection) -> None:
        """Keep a connection for a while, or close it."""
        if not connection.is_reusable:
            connection.close()
            return
        connection.idle_since = self._now()
        self._idle.append(connection)
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(_SECONDS_KEPT, self._close_the_oldest)

    def _close_the_oldest(self) -> None:
        """Close what has not been used for too long, and look again when the next may be so."""
        self._sweep = None
        while self._idle and (age := self._now() - self._idle[0].idle_since) >= _SECONDS_KEPT:
            self._idle.popleft().close()
        if self._idle:
            delay = max(_SECONDS_KEPT - age, 0)
            self._sweep = asyncio.get_running_loop().call_later(delay, self._close_the_oldest)

    def close(self) -> None:
        """Close every connection on which nothing is under way."""
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        while self._idle:
            self._idle.popleft().close()
