"""The place of the middleware: around the whole app.

Nexios puts what ``add_middleware`` is given inside of the layer that answers unhandled exceptions, and WebSockets pass
it by. So ``add_middleware`` and ``__call__`` of Nexios' class are wrapped, once: the first keeps our middleware out of
Nexios' list, the second puts it around everything.
"""

from __future__ import annotations

import functools
import inspect
import warnings
from typing import TYPE_CHECKING, Any

from crossorigin.errors import PolicyWarning
from crossorigin.integrations.nexios._middleware import CORSMiddleware
from crossorigin.policy import count_own_frames

if TYPE_CHECKING:
    from crossorigin.integrations._scope import ASGIApp, Receive, Scope, Send

_DOOR = "__crossorigin_door__"
_MARK = "is_crossorigin"
_PARAMETERS = {"add_middleware": ["self", "middleware"], "__call__": ["self", "scope", "receive", "send"]}
_DOES_NOT_FIT = (
    "this release of Nexios takes its middleware in another way than crossorigin knows: wrap the app yourself, "
    "crossorigin.integrations.asgi.CORSMiddleware(app, ...), and report the version"
)
_TWICE = "this app has a CORSMiddleware already: the one that was added last takes its place. Take one of them out"


def patch(owner: Any) -> None:  # noqa: ANN401 (Nexios' class)
    """Wrap ``add_middleware`` and ``__call__`` of Nexios' class, once.

    :raises RuntimeError: this release of Nexios is not built in the way that is known.
    """
    add, call = owner.add_middleware, owner.__call__
    if getattr(add, _MARK, False):
        return
    for name, function in (("add_middleware", add), ("__call__", call)):
        if not inspect.isfunction(function) or list(inspect.signature(function).parameters) != _PARAMETERS[name]:
            raise RuntimeError(_DOES_NOT_FIT)

    @functools.wraps(add)
    def add_middleware(self: Any, middleware: Any) -> None:  # noqa: ANN401 (an app, and any middleware)
        if isinstance(middleware, CORSMiddleware):
            _place(self, middleware, functools.partial(call, self))
        else:
            add(self, middleware)

    @functools.wraps(call)
    async def serve(self: Any, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ANN401 (an app)
        door = self.__dict__.get(_DOOR)
        await (door(scope, receive, send) if door else call(self, scope, receive, send))

    setattr(add_middleware, _MARK, True)
    owner.add_middleware, owner.__call__ = add_middleware, serve


def _place(app: Any, middleware: CORSMiddleware, serve: ASGIApp) -> None:  # noqa: ANN401 (an app of either release)
    door = middleware.make_door(serve, getattr(app, "config", None))
    old = app.__dict__.get(_DOOR)
    if old is not None and old.policy != door.policy:
        warnings.warn(_TWICE, PolicyWarning, stacklevel=count_own_frames())
    app.__dict__[_DOOR] = door
    # Why: the middleware tells its doors of new settings, and must live as long as they do.
    door.middleware = middleware  # type: ignore[attr-defined]  # a note for nobody but the garbage collector
