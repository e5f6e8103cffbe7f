"""The table of a Flask app's routes and their policies, for a person to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.integrations._table import RouteLine, list_rules
from crossorigin.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from crossorigin.integrations.flask._resources import Resources


def list_routes(
    app: Flask, find: Callable[[str, str, str], Policy | None], everything: Resources
) -> Iterator[RouteLine]:
    """Yield a line for each route, or for each policy that its methods have; then one for each path of the app's own.

    :param find: given endpoint, method and path, returns the policy of the view or of its blueprint, or None.
    """
    for rule in app.url_map.iter_rules():
        methods: dict[Policy | None, list[str]] = {}
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            methods.setdefault(find(rule.endpoint, method, rule.rule), []).append(method)
        for policy, names in methods.items():
            yield RouteLine(rule.rule, tuple(names), policy)
    for path, served in everything.resources:
        text = path if isinstance(path, str) else path.pattern
        if isinstance(served, Policy):
            yield RouteLine(text, (), served)
        else:
            yield from list_rules(served)
