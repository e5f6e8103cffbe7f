"""The ASGI door: ``CORSMiddleware(app, policy)`` around a whole app.

Spec: https://asgi.readthedocs.io/en/latest/specs/www.html
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from crossorigin.decision import compile  # noqa: A004 (the name users know it by)
from crossorigin.integrations import _scope
from crossorigin.integrations._answering import Layer, unused_layers

if TYPE_CHECKING:
    from typing import Unpack

    from crossorigin.decision.table import Key
    from crossorigin.integrations._scope import ASGIApp, Pair, Receive, Scope, Send
    from crossorigin.policy import Policy
    from crossorigin.policy.options import Options
    from crossorigin.ruleset import Ruleset

_ORIGIN = _scope.ORIGIN


class CORSMiddleware(Layer[bytes]):
    """Put the answers of a policy on everything that an ASGI app sends.

    Make it the outermost layer: then preflights are answered before anything else, and errors carry the
    headers, too. Nothing is buffered, and exceptions go on as they are. *policy* may be given by its options.

    :raises PolicyError: the options are wrong.
    """

    def __init__(self, app: ASGIApp, policy: Policy | Ruleset | None = None, **settings: Unpack[Options]) -> None:
        super().__init__(app, policy, {**settings}, compile)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: C901, PLR0912 (see Why)
        """Serve one connection."""
        # Why: this runs for every request: it looks rendered answers up, and leaves the rest to decide.
        if scope["type"] != "http":
            return await self._serve_other(scope, receive, send)
        if unused_layers:
            self.see_request(scope)
        rules, table = self.hot
        if table is None and (table := _scope.find_table(rules, scope)) is None:
            return await self.app(scope, receive, send)  # type: ignore[no-any-return]  # as ASGI has it
        headers = scope["headers"]
        if headers.__class__ is not list:
            scope["headers"] = headers = [*headers]
        ours: list[Pair] | None = None
        key: Key[bytes] = ()
        if scope["method"] == "OPTIONS":
            key = _scope.find_key(headers)
            if found := table.known.get(key) or table.find_preflight(key):
                await send({"type": "http.response.start", "status": found[0], "headers": [*found[1]]})
                return await send({"type": "http.response.body", "body": found[2]})
        else:
            origin, name, wanted = None, b"a", _ORIGIN
            for name, value in headers:
                if name == wanted:
                    if origin is not None:
                        break
                    origin = value
            else:
                if origin is not None:
                    try:
                        ours = table.known[origin][1]
                    except KeyError:
                        ours = table.find_actual(key := origin)
                elif name >= b"a":
                    # Why: names "should be lowercased, but it is not required"; a server does it to all or none.
                    ours = table.bare
        if ours is None and (ours := await _scope.decide_and_answer(rules, table, scope, send, key)) is None:
            return None
        exchange = _scope.Exchange()
        exchange.ours, exchange.rules, exchange.send = ours, rules, send
        try:
            await self.app(scope, receive, exchange.answer)
        except Exception as error:
            if exchange.ours is not None and not _scope.is_handled_outside(error, scope):
                # Why: the server's own 500 would carry no headers, and the browser would hide it from the page.
                with contextlib.suppress(Exception):
                    await _scope.send_server_error(exchange.answer)
            raise

    async def _serve_other(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge a WebSocket handshake; pass the lifespan and everything unknown through."""
        if scope["type"] == "websocket":
            if unused_layers:
                self.see_request(scope)
            rules, table = self.hot
            if table or (table := _scope.find_table(rules, scope)):
                decision = await _scope.judge_websocket(rules, table, scope)
                if decision.status is not None:
                    await _scope.refuse_websocket(table, decision, scope, receive, send)
                    return
        await self.app(scope, receive, send)
