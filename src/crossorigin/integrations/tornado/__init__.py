"""Tornado: ``install(app, policy)`` covers a whole ``web.Application``: handlers, errors, files and WebSockets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.routing import Router

from crossorigin.integrations._native import NativeLayer
from crossorigin.integrations.tornado._exchange import Exchange
from crossorigin.integrations.tornado._written import WrittenRuleset
from crossorigin.ruleset import Ruleset

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from tornado.httputil import (
        HTTPConnection,
        HTTPMessageDelegate,
        HTTPServerConnectionDelegate,
        HTTPServerRequest,
    )

    from crossorigin.decision import Table
    from crossorigin.integrations._answering import Rules
    from crossorigin.policy import Policy
    from crossorigin.policy.options import Options


def install(
    app: HTTPServerConnectionDelegate, policy_or_ruleset: Policy | Ruleset | None = None, **options: Unpack[Options]
) -> CORSLayer:
    """Put a policy's answers on everything that an app sends; preflights are answered before any handler.

    ``app.listen(...)``, ``HTTPServer(app)`` and a router with the app as a target all serve it so. A WebSocket
    handler's own ``check_origin`` is asked after the policy: it must let the same origins in.

    :param app: a ``tornado.web.Application``, or any other router.
    :param policy_or_ruleset: a policy or ruleset; or give the policy's options by name.
    :raises PolicyError: the options are wrong.
    :raises RuntimeError: the app has a policy already.
    """
    if isinstance(getattr(app.start_request, "__self__", None), CORSLayer):
        text = "the app has a CORS policy already: call install(app, ...) once, or reconfigure(...) on what it returned"
        raise RuntimeError(text)  # noqa: TRY004 (what is wrong is the second call)
    layer = CORSLayer(app, policy_or_ruleset, {**options})
    layer.start_app = app.start_request
    app.start_request = layer.start_request  # type: ignore[method-assign]
    if isinstance(app, Router):
        layer.find_in_app = app.find_handler
        app.find_handler = layer.find_handler  # type: ignore[method-assign]
    return layer


class CORSLayer(NativeLayer):
    """What ``install`` has put around an app: ``policy`` is in force, ``reconfigure`` puts another in its place."""

    start_app: Callable[[object, HTTPConnection], HTTPMessageDelegate]
    find_in_app: Callable[..., HTTPMessageDelegate | None]

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        """Serve one request, as Tornado's servers ask."""
        vars(request_conn)[self._mark] = True
        return Exchange(self, self.start_app(server_conn, request_conn), request_conn)

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> HTTPMessageDelegate | None:  # noqa: ANN401 (Tornado's)
        """Serve one request, as a router asks that has the app as a target and has not started it."""
        found = self.find_in_app(request, **kwargs)
        connection: Any = request.connection
        return found if found is None or self._mark in vars(connection) else Exchange(self, found, connection)

    def find_table(self, rules: Rules[str], target: str) -> Table[str] | None:
        """Return the table of the rule that serves the path; None: no rule does."""
        if "%" not in target or not isinstance(rules.policy, Ruleset):
            return super().find_table(rules, target)
        # Why: Tornado's router compares paths as they are written, so /%69tems is not /items to it.
        judges = WrittenRuleset(rules.policy).find_judges(target)
        return rules.find_table(judges[0]) if len(judges) == 1 else rules.nothing

    def find_judge(self, rules: Rules[str], table: Table[str]) -> Policy | Ruleset:
        """Return what judges a request for which *table* was found."""
        judge = super().find_judge(rules, table)
        return WrittenRuleset(judge) if isinstance(judge, Ruleset) else judge

    @property
    def _mark(self) -> str:
        return f"crossorigin.{id(self)}"
