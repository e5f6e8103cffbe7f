"""``CORSMiddleware`` with Nexios' options: what ``add_middleware`` is given."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from nexios import config as theirs
from nexios.http.response import BaseResponse

from crossorigin.errors import PolicyWarning
from crossorigin.integrations import asgi
from crossorigin.integrations._answering import make_policy
from crossorigin.integrations.nexios._make import find_cors, make_cors
from crossorigin.policy import count_own_frames
from crossorigin.ruleset import Ruleset

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from crossorigin.integrations._scope import ASGIApp, Receive, Scope, Send
    from crossorigin.integrations.nexios._config import CorsConfig
    from crossorigin.policy import Policy

_NEXT = "crossorigin.nexios.next"


class CORSMiddleware:
    """Take the place of Nexios' class: the same options, around the whole app.

    ``app.add_middleware(CORSMiddleware(...))`` serves everything, errors and WebSockets too. Without arguments, it
    reads the section ``cors`` of the app's config, or of the one that Nexios keeps. As middleware of a router or a
    route, it serves what reaches it there.

    :param config: a ``CorsConfig``, ours or Nexios', a ``MakeConfig``, or a dict; or give the options by name.
    :param policy: a policy or ruleset instead of all options; its answers are then in our own form.
    :raises PolicyError: an option is wrong. What merely has no effect is dropped with a ``PolicyWarning``.
    """

    def __init__(
        self,
        config: object = None,
        *,
        policy: Policy | Ruleset | None = None,
        **options: Any,  # noqa: ANN401 (see config)
    ) -> None:
        self._doors: list[asgi.CORSMiddleware] = []
        self._policy: Policy | Ruleset | None = None
        self._inner: asgi.CORSMiddleware | None = None
        if policy is not None:
            self._policy = make_policy(policy, options if config is None else {"config": config, **options})
        elif config is not None:
            self._follow(find_cors(config) or make_cors(config))
        elif options:
            self._follow(make_cors(options))

    def make_door(self, serve: ASGIApp, config: object = None) -> asgi.CORSMiddleware:
        """Return a door in front of *serve*, under this middleware's policy.

        :param config: what is read where this middleware was made without arguments.
        :raises RuntimeError: there is no such config, and Nexios keeps none.
        """
        door = asgi.CORSMiddleware(serve, self._settle(config))
        self._doors.append(door)
        return door

    def reconfigure(self, policy: Policy | Ruleset) -> None:
        """Put another policy in force for every request from now on."""
        self._policy = policy
        for door in self._doors:
            door.reconfigure(policy)

    async def __call__(self, request: Any, response: Any, call_next: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401 (Nexios' own)
        """Serve one request that has reached this place inside of the app."""
        if self._inner is None:
            self._inner = self.make_door(_serve_next)
        before = response._response  # noqa: SLF001 (there is no other way to answer with an ASGI app)

        # Why: the app answers what it handles, such as 404, outside of this place, where its answers get no headers.
        answer_errors = getattr(request.scope.get("base_app"), "exceptions_handler", None)

        async def proceed() -> Any:  # noqa: ANN401 (an answer of either release)
            response._response = before  # noqa: SLF001 (as above)
            return await (answer_errors(request, response, call_next) if answer_errors else call_next())

        request.scope[_NEXT] = proceed
        # Why: Nexios 2 calls what the response holds, Nexios 3 what is returned.
        answer = response._response = _Answer(self._inner)  # noqa: SLF001 (as above)
        return answer

    def _follow(self, config: CorsConfig) -> None:
        self._policy = config.policy
        config.watch(self)
        # Why: the config knows its watchers only as long as they live, and must live as long as they do.
        self._config = config

    def _settle(self, config: object) -> Policy | Ruleset:
        if self._policy is not None:
            return self._policy
        cors = (None if config is None else find_cors(config)) or find_cors(theirs.get_config())
        if cors is None:
            text = 'the config has no section "cors": CORSMiddleware() leaves every request as it is'
            warnings.warn(text, PolicyWarning, stacklevel=count_own_frames())
            return Ruleset([])
        self._follow(cors)
        return cors.policy


class _Answer(BaseResponse):
    """What Nexios takes for a response, and calls as an ASGI app."""

    def __init__(self, serve: ASGIApp) -> None:
        super().__init__()
        self._serve = serve

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request."""
        await self._serve(scope, receive, send)


async def _serve_next(scope: Scope, receive: Receive, send: Send) -> None:
    answer = await scope.pop(_NEXT)()
    await getattr(answer, "get_response", lambda: answer)()(scope, receive, send)
