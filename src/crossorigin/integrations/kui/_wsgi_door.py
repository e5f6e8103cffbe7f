"""The WSGI door of a Kui app: a route with a policy of its own is answered by that one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossorigin.decision import compile_text
from crossorigin.integrations import _environ, wsgi
from crossorigin.integrations._answering import Layer
from crossorigin.integrations.kui._listing import list_routes
from crossorigin.integrations.kui._marks import find_policy

if TYPE_CHECKING:
    from crossorigin.integrations._environ import Environ
    from crossorigin.integrations._table import RouteLine
    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset


class Door(wsgi.CORSMiddleware):
    """Around the whole app.

    :param owner: the app.
    :param serve: Kui's own way to serve a request.
    """

    def __init__(self, owner: Any, serve: Any, policy: Policy | Ruleset) -> None:  # noqa: ANN401 (they are Kui's)
        self._owner = owner
        Layer.__init__(self, serve, policy, {}, compile_text, self._find)

    def list_routes(self) -> list[RouteLine]:
        """Return what serves which route, for the table of routes."""
        return [*list_routes(self._owner.router, self.policy)]

    def _find(self, environ: Environ) -> Policy | Ruleset:
        method = _environ.find_method(environ)
        return find_policy(self._owner.router.http_tree, environ.get("PATH_INFO", ""), method) or self.policy
