"""Which route a request reaches; a preflight reaches the one that the real request would reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from starlette.routing import Match

from crossorigin.integrations._answering import logger
from crossorigin.integrations.starlette._marks import made

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from starlette.types import Scope

    from crossorigin.integrations._table import RouteLine

_MOST_WRAPPERS = 32


class Leaf(NamedTuple):
    """A route, its line of the table, and the routes below it, if it is mounted."""

    route: Any
    line: RouteLine
    below: tuple[Leaf, ...] = ()

    @property
    def lines(self) -> Iterator[RouteLine]:
        """All lines of the table, this one's after those below it."""
        for leaf in self.below:
            yield from leaf.lines
        yield self.line


def find_line(leaves: Iterable[Leaf], scope: Scope) -> RouteLine | None:
    """Return the line of the route that a request reaches, or None.

    The routes are asked in their order, as the router does: the first full match, or else the first of those that do
    not take the method.
    """
    partial: tuple[Leaf, Scope] | None = None
    for leaf in leaves:
        match, child = leaf.route.matches(scope)
        if match is Match.FULL:
            return _descend(leaf, {**scope, **child})
        if match is Match.PARTIAL and partial is None:
            partial = leaf, {**scope, **child}
    return _descend(*partial) if partial else None


def _descend(leaf: Leaf, scope: Scope) -> RouteLine:
    return find_line(leaf.below, scope) or leaf.line


def find_routed(app: Any) -> Any:  # noqa: ANN401 (whatever is wrapped)
    """Return the app that has the routes, inside of what else was put around it by hand."""
    for _ in range(_MOST_WRAPPERS):
        inner = getattr(app, "app", None)
        if hasattr(app, "routes") or inner is None:
            break
        app = inner
    if made and not hasattr(app, "routes"):
        logger.warning(
            "no routes can be read through %s, so policies of single routes have no effect there: "
            "put CORSMiddleware around the app itself, or call install(app)",
            type(app).__name__,
        )
    return app
