"""The routes of an app and their policies.

A mounted app inherits the policy of the app around it; one that has a CORS layer of its own overrides it, and is left
to that.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from starlette.routing import WebSocketRoute

from crossorigin.errors import PolicyError, SettingError
from crossorigin.integrations._answering import Layer
from crossorigin.integrations._scope import find_method
from crossorigin.integrations._table import RouteLine
from crossorigin.integrations.starlette._marks import make_conflict, read_mark
from crossorigin.integrations.starlette._matching import Leaf, find_line, find_routed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from starlette.middleware import Middleware
    from starlette.types import Scope

    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset


class Reading:
    """How routes are read. FastAPI's integration puts its own way in: its routers hold routes in other ways.

    ``spread`` returns the routes that a list of routes stands for; ``find_more`` the policies that a route has from
    its routers.
    """

    spread: Callable[[Iterable[Any]], Iterable[Any]] = staticmethod(iter)
    find_more: Callable[[Any], Iterable[Policy]] = staticmethod(lambda _: ())


class RoutePolicies:
    """The routes of one app, with their policies.

    :raises PolicyError: a route, or two routes for the same path and method, have two policies.
    """

    def __init__(self, app: object) -> None:
        if "fastapi" in sys.modules:
            import crossorigin.integrations.fastapi  # noqa: F401, PLC0415 (it knows how FastAPI keeps its routes)
        app = find_routed(app)
        self._mistakes: list[SettingError] = []
        self._leaves = tuple(self._read(getattr(app, "routes", ()), "", read_mark(app)))
        self.lines = [line for leaf in self._leaves for line in leaf.lines]
        self._check()
        self.has_any = any(line.policy or line.is_left_alone for line in self.lines)

    def choose(self, scope: Scope, default: Policy | Ruleset) -> Policy | Ruleset | None:
        """Return the policy of the route that a request reaches, the default, or None: another layer serves it."""
        line = find_line(self._leaves, {**scope, "method": find_method(scope)})
        if line is None:
            return default
        return None if line.is_left_alone else line.policy or default

    def _read(self, routes: Iterable[Any], prefix: str, outer: Policy | None) -> Iterator[Leaf]:
        for route in Reading.spread(routes):
            path = f"{prefix}{getattr(route, 'path', None) or getattr(route, 'host', '')}"
            policy = self._find_own(route, path) or outer
            below = getattr(route, "routes", None)
            if below is None:
                yield Leaf(route, RouteLine(path, _list_methods(route), policy))
            elif has_own_layer(route.app):
                yield Leaf(route, RouteLine(f"{path}/*", (), policy=None, is_left_alone=True))
            else:
                policy = read_mark(route.app) or policy
                yield Leaf(route, RouteLine(f"{path}/*", (), policy), tuple(self._read(below, path, policy)))

    def _find_own(self, route: Any, path: str) -> Policy | None:  # noqa: ANN401 (a route of either framework)
        of_routers = [*dict.fromkeys(Reading.find_more(route))]
        if len(of_routers) > 1:
            self._mistakes.append(make_conflict(path, *of_routers[:2]))
        # Why: FastAPI shows its routes through another object.
        written = getattr(route, "original_route", route)
        return read_mark(getattr(route, "endpoint", None)) or read_mark(written) or next(iter(of_routers), None)

    def _check(self) -> None:
        seen: dict[tuple[str, str], RouteLine] = {}
        for line in self.lines:
            for method in line.methods:
                other = seen.setdefault((line.path, method), line)
                if other.policy != line.policy:
                    self._mistakes.append(make_conflict(f"{method} {line.path}", other.policy, line.policy))
        if self._mistakes:
            raise PolicyError(self._mistakes)


def _list_methods(route: Any) -> tuple[str, ...]:  # noqa: ANN401 (as above)
    if isinstance(getattr(route, "route", route), WebSocketRoute):
        return ("WebSocket",)
    return tuple(sorted(getattr(route, "methods", None) or ()))


def has_own_layer(app: object) -> bool:
    """Tell whether a mounted app is, or has, a CORS layer."""
    while app is not None:
        if isinstance(app, Layer) or any(map(_is_layer, getattr(app, "user_middleware", ()))):
            return True
        app = getattr(app, "app", None)
    return False


def _is_layer(item: Middleware) -> bool:
    return isinstance(item.cls, type) and issubclass(item.cls, Layer)
