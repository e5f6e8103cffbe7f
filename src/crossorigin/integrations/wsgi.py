"""The WSGI door: ``CORSMiddleware(app, policy)`` around a whole app.

Spec: https://peps.python.org/pep-3333/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.decision import compile_text
from crossorigin.integrations import _environ
from crossorigin.integrations._answering import Layer, unused_layers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Unpack

    from crossorigin.decision import Table
    from crossorigin.decision.table import Answer, Key
    from crossorigin.integrations._answering import Rules
    from crossorigin.integrations._environ import Environ, StartResponse, WSGIApp
    from crossorigin.policy import Policy
    from crossorigin.policy.options import Options
    from crossorigin.ruleset import Ruleset

_WHOLE = (list, tuple)
_ORIGIN = _environ.ORIGIN
_METHOD = _environ.METHOD
_UPGRADE = _environ.UPGRADE
_PRIVATE = _environ.PRIVATE


class CORSMiddleware(Layer[str]):
    """Put the answers of a policy on everything that a WSGI app sends.

    Make it the outermost layer: then preflights are answered before anything else, and errors carry the
    headers, too. Nothing is buffered, and exceptions go on as they are. An async ``origin_validator`` runs on
    an event loop of its own.

    :param app: the WSGI app.
    :param policy: a policy or ruleset; or give the policy's options by name.
    :raises PolicyError: the options are wrong.

    >>> app = CORSMiddleware(lambda environ, start_response: [], allow_origins=["https://app.example"])
    """

    #: Whether a body that is no list can be handed on as it is.
    is_ready = staticmethod(_environ.is_server_file)

    #: Under this key of the environ, what is inside of the door finds the response, if it is to.
    exchange_key = ""

    def __init__(self, app: WSGIApp, policy: Policy | Ruleset | None = None, **settings: Unpack[Options]) -> None:
        super().__init__(app, policy, {**settings}, compile_text)

    def __call__(  # noqa: C901, PLR0912 (one function, for speed, as in the ASGI door)
        self, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Serve one request."""
        if unused_layers:
            self.see_request(environ)
        rules, table = self.hot
        if table is None and (table := _environ.find_table(rules, environ)) is None:
            return self._pass_on(environ, start_response)
        if _UPGRADE in environ and _environ.is_websocket(environ):
            # Why: some WSGI servers let an app take the connection over. What passes is answered as ever.
            refusal = _decide(rules, table, environ, (), websocket=True)
            if refusal[0]:
                return _environ.send_answer(start_response, refusal)
        origin = environ.get(_ORIGIN)
        key: Key[str] = ()
        ours: list[tuple[str, str]] | None = None
        if origin is None:
            ours = table.bare
        elif environ["REQUEST_METHOD"] == "OPTIONS" and _METHOD in environ:
            key = _environ.find_preflight_key(environ, origin)
            if found := table.find_preflight(key):
                return _environ.send_answer(start_response, found)
        elif _PRIVATE not in environ:
            found = table.known.get(key := origin)
            ours = found[1] if found else table.find_actual(origin)
        if ours is None:
            decided = _decide(rules, table, environ, key, websocket=False)
            if decided[0]:
                return _environ.send_answer(start_response, decided)
            ours = decided[1]
        exchange = _environ.Exchange(start_response, ours, rules)
        if self.exchange_key:
            environ[self.exchange_key] = exchange
        try:
            body = self.app(environ, exchange)
            # Why: a list can raise no more, and a server sends its own kind of file in its own fast way.
            if isinstance(body, _WHOLE) or self.is_ready(body, environ):
                exchange.send()
                return body  # type: ignore[no-any-return]  # whatever the app returned
        except Exception as error:
            if exchange.has_started:
                raise
            return self.fail(exchange, error, environ)
        exchange.body = body
        return exchange

    def fail(self, exchange: _environ.Exchange, error: Exception, environ: Environ) -> Iterable[bytes]:  # noqa: ARG002 (a door may look)
        """Answer where the app has raised before it started."""
        return exchange.fail(error)

    def _pass_on(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        body: Iterable[bytes] = self.app(environ, start_response)
        return body


def _decide(rules: Rules[str], table: Table[str], environ: Environ, key: Key[str], *, websocket: bool) -> Answer[str]:
    """Decide where nothing was found."""
    decision = rules.judge(rules.find_judge(table), _environ.make_request(rules, environ), websocket=websocket)
    return table.remember(key, decision)
