"""The table of routes and their policies, for a person to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crossorigin.policy import Policy

if TYPE_CHECKING:
    from crossorigin.ruleset import Ruleset


class RouteLine(NamedTuple):
    """One line of the table of routes; ``policy`` is None where the app's own serves the route.

    ``methods`` is empty where all are served, and ("WebSocket",) for a WebSocket route. ``is_left_alone`` marks a
    mounted app with a CORS layer of its own.
    """

    path: str
    methods: tuple[str, ...]
    policy: Policy | None
    is_left_alone: bool = False


def list_rules(policy: Policy | Ruleset) -> list[RouteLine]:
    """Return a line for each path of a ruleset; one for everything where there is one policy.

    >>> [line.path for line in list_rules(Policy())]
    ['/*']
    """
    if isinstance(policy, Policy):
        return [RouteLine("/*", (), policy)]
    return [RouteLine(path, (), rule.policy) for rule in policy.rules for path in rule.paths]
