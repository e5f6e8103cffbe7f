"""``allow_cors``, made once for ASGI and once for WSGI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from crossorigin.integrations.kui._marks import Mark, find_mark, read_policy
from crossorigin.integrations.kui._settings import ALL_METHODS, DEFAULTS, EVERYTHING
from crossorigin.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Unpack

    from crossorigin.decision.table import Table, Wire
    from crossorigin.integrations.kui._options import AllowCORS, MoreOptions, Origins

View = TypeVar("View", bound="Callable[..., Any]")


def make_allow_cors(render: Callable[[Policy], Table[Wire]], wrap: Callable[[Any, Mark[Wire]], Any]) -> AllowCORS:
    """Make the function of one of Kui's two halves.

    :param wrap: puts a policy around a view.
    """

    def allow_cors(  # noqa: PLR0913, PLR0917 (Kui's own, in its order)
        allow_origins: Origins = EVERYTHING,
        allow_methods: Iterable[str] = ALL_METHODS,
        allow_headers: Iterable[str] = (),
        expose_headers: Iterable[str] = (),
        allow_credentials: bool = False,  # noqa: FBT001, FBT002 (as above)
        max_age: int | None = 600,
        *,
        policy: Policy | None = None,
        **options: Unpack[MoreOptions],
    ) -> Callable[[View], View]:
        """Make a decorator that gives a route, or every route of a group, a policy of its own.

        Write ``HttpRoute("/", view) @ allow_cors()``, or put it into the ``http_middlewares`` of ``Routes``; the one
        nearest to the view counts. It answers at the route, behind all that stands around it.

        :param policy: a policy instead of all options; its answers are then in our own form.
        :raises PolicyError: an option is wrong. What merely has no effect is dropped with a ``PolicyWarning``.
        :raises TypeError: *policy* is not a policy.
        """
        given = {name: value for name, value in locals().items() if name in DEFAULTS}
        found = read_policy({**given, **options}, policy)
        if not isinstance(found, Policy):
            text = "a ruleset chooses by paths, and the route has been chosen: give allow_cors a Policy"
            raise TypeError(text)
        mark = Mark(found, render)

        def decorate(view: View) -> View:
            return view if find_mark(view) else wrap(view, mark)

        return decorate

    return allow_cors
