"""The WSGI door: ``CORSMiddleware(app, policy)`` around a whole app.

Spec: https://peps.python.org/pep-3333/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossorigin.decision import compile_text
from crossorigin.decision.table import NOTHING
from crossorigin.integrations import _environ
from crossorigin.integrations._answering import Layer, unused_layers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crossorigin.integrations._environ import Environ, StartResponse, WSGIApp
    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset


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

    def __init__(self, app: WSGIApp, policy: Policy | Ruleset | None = None, **settings: Any) -> None:  # noqa: ANN401 (the options of Policy)
        super().__init__(app, policy, settings, compile_text)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        if unused_layers:
            self.see_request(environ)
        rules, table = self.hot
        if table is None and (table := _environ.find_table(rules, environ)) is None:
            return self._pass_on(environ, start_response)
        is_websocket = _environ.is_websocket(environ)
        status, ours, body = NOTHING if is_websocket else _environ.look_up(table, environ)
        if ours is None:
            request = _environ.make_request(environ)
            decision = rules.judge(request, websocket=is_websocket)
            table.remember(request, decision)
            status, ours, body = decision.status or 0, table.render(decision.headers), decision.body.encode()
        if status:
            start_response(_environ.write_status(status), [*ours])
            return [body] if body else []
        return self._run_app(environ, _environ.Start(start_response, ours, rules))

    def _pass_on(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        body: Iterable[bytes] = self.app(environ, start_response)
        return body

    def _run_app(self, environ: Environ, start: _environ.Start) -> Iterable[bytes]:
        try:
            body: Iterable[bytes] = self._pass_on(environ, start)
            # Why: a list can raise no more, and a server sends its own kind of file in its own fast way.
            wrapper = environ.get("wsgi.file_wrapper")
            if isinstance(body, list | tuple) or (isinstance(wrapper, type) and isinstance(body, wrapper)):
                start.send()
                return body
            return _environ.Body(body, start)
        except Exception as error:
            if start.has_started:
                raise
            return start.fail(error)
