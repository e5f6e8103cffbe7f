"""The table of a Kui app's routes and their policies, for a person to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossorigin.integrations._table import RouteLine, list_rules
from crossorigin.integrations.kui._marks import find_mark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset


def list_routes(router: Any, policy: Policy | Ruleset) -> Iterator[RouteLine]:  # noqa: ANN401 (of either half)
    """Yield a line for each route, or for each policy that its methods have; then those of the app's own policy."""
    for path, view in _list_views(router.http_tree).items():
        for found, methods in _group(view).items():
            yield RouteLine(path, methods, found)
    for path in _list_views(router.websocket_tree):
        yield RouteLine(path, ("WebSocket",), None)
    yield from list_rules(policy)


def _list_views(tree: Any) -> dict[str, Any]:  # noqa: ANN401 (Kui's tree of routes)
    # Why: since Kui 1.14, paths without parameters are kept beside the tree, and older releases have only the tree.
    beside = getattr(tree, "static_routes", {}).values()
    return {path: view for path, _, view in beside} | dict(tree.iterator())


def _group(view: Any) -> dict[Policy | None, tuple[str, ...]]:  # noqa: ANN401 (a function or a class of methods)
    """Return the policies of a view with the methods that each serves; none are all."""
    if not hasattr(view, "__methods__"):
        method = getattr(view, "__method__", None)
        return {_find(view): (method,) if method else ()}
    methods = {*view.__methods__}
    grouped: dict[Policy | None, tuple[str, ...]] = {}
    for method in sorted(methods - {"HEAD", "OPTIONS"} or methods):
        policy = _find(getattr(view, method.lower()))
        grouped[policy] = (*grouped.get(policy, ()), method)
    return grouped


def _find(view: object) -> Policy | None:
    mark = find_mark(view)
    return mark.policy if mark else None
