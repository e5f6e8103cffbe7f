"""The WSGI door of a Flask app: which policy answers depends on the view, its blueprint, and the path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossorigin.decision import compile_text
from crossorigin.integrations import _environ
from crossorigin.integrations._answering import Layer, unused_layers
from crossorigin.integrations.flask._listing import list_routes
from crossorigin.integrations.flask._resources import Resources
from crossorigin.integrations.flask._routing import find_endpoint, is_ready
from crossorigin.integrations.flask._views import find_view, has_views
from crossorigin.integrations.wsgi import CORSMiddleware
from crossorigin.policy import Policy
from crossorigin.ruleset import Ruleset

if TYPE_CHECKING:
    from collections.abc import Iterable, MutableMapping
    from typing import Unpack

    from flask import Flask

    from crossorigin.integrations._environ import Environ
    from crossorigin.integrations._table import RouteLine
    from crossorigin.integrations.flask._resources import Resource
    from crossorigin.policy.options import Options

#: Under these keys the door tells the views inside it of the response, and of the policy that it found for the view.
#: Why always of the response: a view may be marked as late as at its first request.
EXCHANGE_KEY = "crossorigin.flask.exchange"
POLICY_KEY = "crossorigin.flask.policy"

#: Set by Flask's test client and by Werkzeug's debugger, which show an exception themselves.
_SHOWN = "werkzeug.debug.preserve_context"

#: Where the readings of a path name different resources, none of them answers.
_NOTHING = Policy()


class Door(CORSMiddleware):
    """The one door of a Flask app, made by the first ``CORS`` for the app or for one of its blueprints."""

    is_ready = staticmethod(is_ready)
    exchange_key = EXCHANGE_KEY

    def __init__(self, app: Flask) -> None:
        self.flask = app
        self._everywhere: list[Resources] = []
        self._blueprints: dict[str, list[Resources]] = {}
        self._told: Policy | Ruleset | None = None
        # Why: not that of CORSMiddleware, which has no say in the choice.
        Layer.__init__(self, app.wsgi_app, _NOTHING, {}, compile_text, self._find)
        self._told = None

    def reconfigure(self, policy: Policy | Ruleset | None = None, **settings: Unpack[Options]) -> None:
        """Put another policy in force, in the place of all that ``CORS`` has said.

        :raises PolicyError: the new one is wrong; the old one stays in force.
        """
        super().reconfigure(policy, **settings)
        self._told = self.policy

    def add(self, resources: Resources, blueprint: str | None = None) -> None:
        """Take in what one ``CORS`` says; of those for the same path, the last one counts."""
        if blueprint is None:
            self._everywhere.insert(0, resources)
        else:
            self._blueprints.setdefault(blueprint, []).insert(0, resources)
        if id(self) not in unused_layers:
            self._settle()

    def see_request(self, marks: MutableMapping[str, Any]) -> None:
        """Look at the views before the first request: all are there by then."""
        if id(self) in unused_layers:
            self._settle()
        super().see_request(marks)

    def _settle(self) -> None:
        everything = Resources(self._list_everything())
        policy: Policy | Ruleset = everything
        if len(everything.resources) == 1 and isinstance(everything.resources[0][1], Ruleset):
            policy = everything.resources[0][1]
        # Why: to route a request twice takes time, and is needed only where the view decides.
        self._finds_views = has_views(self.flask)
        is_routed = self._finds_views or bool(self._blueprints)
        self._choose = self._find if is_routed else None
        super().reconfigure(self._told or (policy if is_routed else everything.only_policy or policy))

    def list_routes(self) -> list[RouteLine]:
        """Return what serves which route, for the table of routes."""
        self._settle()
        return [*list_routes(self.flask, self._find_own, Resources(self._list_everything()))]

    def _list_everything(self) -> list[Resource]:
        return [pair for one in self._everywhere for pair in one.resources]

    def _find(self, environ: Environ) -> Policy | Ruleset | None:
        """Return what answers a request: the view's own policy, its blueprint's, or the app's."""
        endpoint, method = find_endpoint(self.flask, environ, _environ.find_method(environ))
        url = _environ.make_request(self.hot[0], environ).url if self._blueprints else ""
        policy = self._find_own(endpoint, method, url)
        if policy:
            environ[POLICY_KEY] = policy
        return policy or self.policy

    def _find_own(self, endpoint: str, method: str, url: str) -> Policy | None:
        if view := find_view(self.flask.view_functions.get(endpoint), method):
            return view.settle(self.flask).policy
        while endpoint:
            endpoint = endpoint.rpartition(".")[0]
            for resources in self._blueprints.get(endpoint, ()):
                judges = resources.find_judges(url)
                if judges != (None,):
                    return judges[0] if len(judges) == 1 else _NOTHING
        return None

    def fail(self, exchange: _environ.Exchange, error: Exception, environ: Environ) -> Iterable[bytes]:
        """Answer where the app has raised; but a test expects the exception itself, and the debugger its own page."""
        if self.flask.testing or _SHOWN in environ:
            raise error
        return super().fail(exchange, error, environ)
