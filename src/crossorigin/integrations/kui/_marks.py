"""What ``allow_cors`` leaves at a view: its policy, which the app finds by the path and method of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic

from crossorigin.decision.table import Table, Wire
from crossorigin.integrations._answering import Merger, Rules, make_policy
from crossorigin.integrations.kui._settings import DEFAULTS, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping, Sequence

    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset

#: Tells a decorated view that the app around it answers.
SERVED = "crossorigin.kui"

_KEY = "__crossorigin__"
_MERGER = Merger(str)


class Mark(Generic[Wire]):
    """The policy of one ``allow_cors``, with all that serves it."""

    def __init__(self, policy: Policy, render: Callable[[Policy], Table[Wire]]) -> None:
        self.policy = policy
        self.rules: Rules[Wire] = Rules(policy, render)

    def put(self, headers: MutableMapping[str, str], ours: Sequence[tuple[str, str]]) -> None:
        """Put our headers into those of an answer."""
        merged = self.merge(headers, ours)
        for name in [*headers]:
            del headers[name]
        for name, value in merged.items():
            headers[name] = value

    def merge(self, headers: Mapping[str, str], ours: Sequence[tuple[str, str]]) -> dict[str, str]:
        """Return the headers of an answer with ours; CORS headers that were there are removed."""
        merged, removed = _MERGER.merge([*headers.items()], [*ours])
        self.rules.journal.tell_of_inner_headers(removed)
        return dict(merged)


def read_policy(settings: Mapping[str, Any] | None, policy: Policy | Ruleset | None) -> Policy | Ruleset:
    """Return the policy given, or the one that Kui's settings make.

    :raises PolicyError: the settings are wrong.
    :raises TypeError: there are both, or the policy is something else.
    """
    given = {name: value for name, value in (settings or {}).items() if value != DEFAULTS.get(name, ...)}
    return read_settings(given) if policy is None else make_policy(policy, given)


def set_mark(view: object, mark: Mark[Any]) -> None:
    """Leave the mark at a view."""
    setattr(view, _KEY, mark)


def find_mark(view: Any) -> Mark[Any] | None:  # noqa: ANN401 (a function, with all that Kui has put around it)
    """Return the mark of a view, or of what it was made of, or None."""
    found = None
    inner, view = view, None
    while inner is not view and inner is not None:
        view = inner
        found = getattr(view, _KEY, found)
        inner = getattr(view, "__raw_handler__", None)
    return found


def find_policy(tree: Any, path: str, method: str) -> Policy | None:  # noqa: ANN401 (Kui's tree of routes)
    """Return the policy of the view that a request for *path* by *method* reaches, if it has one of its own."""
    route, _ = tree.search(path)
    if route is None:
        return None
    view = route[-1]
    methods = getattr(view, "__methods__", None)
    if methods is not None:
        # Why: Kui looks for the function without case, and a browser sends "patch" as it is written.
        view = getattr(view, method.lower(), None) if method.upper() in methods else None
    mark = find_mark(view)
    return mark.policy if mark else None
