"""The middleware that takes the place of Starlette's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossorigin.decision import compile  # noqa: A004 (the name users know it by)
from crossorigin.errors import PolicyError
from crossorigin.integrations import asgi
from crossorigin.integrations._answering import Layer, unused_layers
from crossorigin.integrations._scope import HANDLERS
from crossorigin.integrations.starlette._routes import RoutePolicies
from crossorigin.integrations.starlette._settings import DEFAULTS, read_settings
from crossorigin.integrations.starlette._stack import FailedStart, answer_errors

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Unpack

    from starlette.types import ASGIApp, Receive, Scope, Send

    from crossorigin.integrations._table import RouteLine
    from crossorigin.policy import Policy
    from crossorigin.policy.options import OwnOptions
    from crossorigin.ruleset import Ruleset


class CORSMiddleware(asgi.CORSMiddleware):
    """Take the place of Starlette's class: the same options and defaults, around the whole app.

    All options of a :class:`~crossorigin.Policy` are taken, too. ``["*"]`` as methods stands for ``ALL_METHODS``.
    WebSocket handshakes from origins that are not allowed are logged; ``websockets="check"`` refuses them.

    :param policy: a policy or ruleset instead of all other options; its answers are then in our own form.
    :raises PolicyError: an option is wrong. What merely has no effect is dropped with a ``PolicyWarning``.
    """

    def __init__(  # noqa: PLR0913, PLR0917 (the options of Starlette's class, in its order)
        self,
        app: ASGIApp,
        allow_origins: Collection[str] = (),
        allow_methods: Collection[str] = ("GET",),
        allow_headers: Collection[str] = (),
        allow_credentials: bool = False,  # noqa: FBT001, FBT002 (as above)
        allow_origin_regex: str | None = None,
        allow_private_network: bool = False,  # noqa: FBT001, FBT002 (as above)
        expose_headers: Collection[str] = (),
        max_age: int = 600,
        *,
        policy: Policy | Ruleset | None = None,
        **options: Unpack[OwnOptions],
    ) -> None:
        given = {
            "allow_origins": allow_origins,
            "allow_methods": allow_methods,
            "allow_headers": allow_headers,
            "allow_credentials": allow_credentials,
            "allow_origin_regex": allow_origin_regex,
            "allow_private_network": allow_private_network,
            "expose_headers": expose_headers,
            "max_age": max_age,
        }
        settings = {name: value for name, value in given.items() if value != DEFAULTS[name]} | {**options}
        self._routes: RoutePolicies | None = None
        Layer.__init__(self, app, policy, settings, compile)

    def reconfigure(self, policy: Policy | Ruleset | None = None, **settings: Any) -> None:  # noqa: ANN401 (as above)
        """Put another policy in force; options that are not given have Starlette's defaults.

        :raises PolicyError: the new one is wrong; the old one stays in force.
        """
        if policy is None:
            policy, settings = read_settings(settings), {}
        super().reconfigure(policy, **settings)

    def bind(self, app: object) -> None:
        """Read the policies of the app's routes, which is done when the app starts.

        :raises PolicyError: a route has two.
        """
        self._routes = routes = RoutePolicies(app)
        if routes.has_any:
            self._choose = lambda scope: routes.choose(scope, self.policy)
            self.reconfigure(self.policy)

    def list_routes(self) -> list[RouteLine]:
        """Return all routes with their policies."""
        if self._routes is None:
            self.bind(self.app)
        lines = self._routes.lines if self._routes else []
        return [*lines, *super().list_routes()]

    def see_request(self, marks: Scope) -> None:
        """Bind to the app that was wrapped by hand, if it has not been told that it starts."""
        if self._routes is None:
            self.bind(self.app)
        # Why: only an app that stands around this layer has told of its handlers by now.
        if id(self) in unused_layers and HANDLERS in marks:
            self.app = answer_errors(self.app, marks.get("app"))
        super().see_request(marks)

    async def _serve_other(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if self._routes is None:
                self.bind(self.app)
        except PolicyError as error:
            return await FailedStart(error)(scope, receive, send)
        return await super()._serve_other(scope, receive, send)

    def __init_subclass__(cls) -> None:
        """Refuse what would have no effect.

        :raises TypeError: the class means to decide in a method, as it could with Starlette's.
        """
        if "is_allowed_origin" in cls.__dict__:
            text = "is_allowed_origin is never asked: write CORSMiddleware(..., origin_validator=...)"
            raise TypeError(text)
