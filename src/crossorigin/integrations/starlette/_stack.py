"""The place of the middleware: around everything, whatever the order of ``add_middleware``.

Starlette gives a middleware class only the next app, and puts all of them inside of the one that answers unhandled
exceptions. So ``build_middleware_stack`` of the app's class is wrapped, once: it builds the stack without our
middleware, and puts ours around the whole.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, cast

from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware

from crossorigin.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.types import ASGIApp, Receive, Scope, Send

_NAME = "build_middleware_stack"
_MARK = "is_crossorigin"
_DOES_NOT_FIT = (
    "this release of {module} builds its middleware in another way than crossorigin knows: wrap the app yourself, "
    "app = CORSMiddleware(app, ...), and report the version"
)


class FailedStart:
    """Stand for an app whose policies are wrong: the server that starts it is told, and no request is served."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse to start."""
        # Why: of an exception here, servers make that the app has no lifespan, and start.
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.failed", "message": str(self.error)})
        else:
            raise self.error


def patch(owner: type[Starlette], outermost: type) -> None:
    """Wrap ``build_middleware_stack`` of the class, and of those made of it, once.

    :param outermost: the middleware class whose instances belong around everything.
    :raises RuntimeError: this release of the framework is not built in the way that is known.
    """
    build = owner.__dict__.get(_NAME)
    if getattr(build, _MARK, False):
        return
    if not inspect.isfunction(build) or list(inspect.signature(build).parameters) != ["self"]:
        raise RuntimeError(_DOES_NOT_FIT.format(module=owner.__module__))
    setattr(owner, _NAME, wrap_build(build, outermost))
    for known in owner.__subclasses__():
        _patch_own(known, outermost)
    # Why: FastAPI, and whoever makes a class of his own, may be imported after this.
    set_up = owner.__init_subclass__

    def watch(cls: Any, /, **options: Any) -> None:  # noqa: ANN401 (any class)
        set_up(**options)
        _patch_own(cls, outermost)

    owner.__init_subclass__ = classmethod(watch)  # type: ignore[assignment]  # in a class it is one by itself


def _patch_own(cls: Any, outermost: type) -> None:  # noqa: ANN401 (a class, which type checkers know too well)
    """Wrap the method of a class that has one of its own, and those of its subclasses."""
    build = cls.__dict__.get(_NAME)
    if inspect.isfunction(build) and not getattr(build, _MARK, False):
        setattr(cls, _NAME, wrap_build(build, outermost))
    for known in cls.__subclasses__():
        _patch_own(known, outermost)


def wrap_build(build: Callable[[Any], ASGIApp], outermost: type) -> Callable[[Any], ASGIApp]:
    """Return *build*, with our middleware around what it builds."""

    @functools.wraps(build)
    def build_middleware_stack(app: Any) -> ASGIApp:  # noqa: ANN401 (an app of either framework)
        given = app.user_middleware
        if not isinstance(given, list):
            raise RuntimeError(_DOES_NOT_FIT.format(module=type(app).__module__))  # noqa: TRY004 (it is not the user's)
        ours = [item for item in given if _is_kind_of(item, outermost)]
        if not ours:
            return build(app)
        app.user_middleware = [item for item in given if not _is_kind_of(item, outermost)]
        try:
            stack = build(app)
        finally:
            app.user_middleware = given
        try:
            for item in reversed(ours):
                layer = cast("Any", item.cls)(stack, *item.args, **item.kwargs)
                layer.bind(app)
                stack = layer
        except (PolicyError, TypeError) as error:
            return FailedStart(error)
        return stack

    setattr(build_middleware_stack, _MARK, True)
    return build_middleware_stack


def answer_errors(inner: ASGIApp, outer: object) -> ASGIApp:
    """Return what a layer wraps, answering exceptions as *outer* does, the app in which that layer is mounted.

    So these answers pass the layer, and carry its headers: outside of it, they would not.
    """
    if isinstance(inner, ServerErrorMiddleware):
        return inner
    handlers = dict(getattr(outer, "exception_handlers", {}))
    debug = bool(getattr(outer, "debug", False))
    of_server = [handlers.pop(key) for key in (500, Exception) if key in handlers]
    answering = ExceptionMiddleware(inner, handlers=handlers, debug=debug)
    return ServerErrorMiddleware(answering, handler=of_server[-1] if of_server else None, debug=debug)


def _is_kind_of(item: Middleware, outermost: type) -> bool:
    return isinstance(item.cls, type) and issubclass(item.cls, outermost)


def install(app: Starlette, outermost: type, **options: Any) -> None:  # noqa: ANN401 (options of the middleware)
    """Put the middleware around *app* without a word to its class.

    :raises RuntimeError: the app has started, or has the middleware already.
    """
    build = getattr(app, _NAME, None)
    if not getattr(build, _MARK, False) or not hasattr(app, "middleware_stack"):
        raise RuntimeError(_DOES_NOT_FIT.format(module=type(app).__module__))
    if app.middleware_stack is not None:
        text = "the app has started: call install(app) before it serves its first request"
        raise RuntimeError(text)
    if any(_is_kind_of(item, outermost) for item in app.user_middleware):
        text = "this app has a CORSMiddleware already: keep one of the two"
        raise RuntimeError(text)
    app.add_middleware(cast("Any", outermost), **options)
