"""Which kind of app an object is, and the network for it."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.probe import TIME_OUT

if TYPE_CHECKING:
    from crossorigin.probe.asgi import ASGINetwork
    from crossorigin.probe.wsgi import WSGINetwork

_ASGI, _WSGI = 3, 2

#: Names under which ``explain`` has code, by the packages that an app's class is of.
_FRAMEWORKS = {"fastapi": "FastAPI", "starlette": "FastAPI", "flask": "Flask", "django": "Django"}
#: Where a wrapper keeps what it wraps, and a method its object.
_INSIDE = ("app", "wsgi_app", "application", "__self__")
_MOST_WRAPPERS = 16


class UnknownAppError(Exception):
    """An object is neither an ASGI nor a WSGI app that could be told by looking at it; the message says why."""


class Kind(NamedTuple):
    """What an app is taken for, "ASGI" or "WSGI", and by what that was seen."""

    name: str
    how: str


def find_kind(app: Any) -> Kind:  # noqa: ANN401 (whatever a server would be given)
    """Tell an ASGI app from a WSGI app by its call: whether it is async, else by how many arguments it takes.

    :raises UnknownAppError: it cannot be told.

    >>> find_kind(lambda environ, start_response: [])
    Kind(name='WSGI', how='its call takes two arguments (environ, start_response)')
    """
    if not callable(app) or isinstance(app, type):
        text = f"{getattr(app, '__name__', type(app).__name__)} is no app: name the object that a server is given"
        raise UnknownAppError(text)
    call = app if inspect.isroutine(app) else getattr(app, "__call__", app)  # noqa: B004 (an object whose __call__ is async)
    if inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(app):
        return Kind("ASGI", "its call is a coroutine function")
    try:
        parameters = inspect.signature(app).parameters.values()
    except (TypeError, ValueError) as error:
        raise UnknownAppError("what its call takes cannot be read: name the function or object itself") from error
    needed = [one for one in parameters if one.kind in {one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD}]
    names = ", ".join(one.name for one in needed)
    if any(one.kind == one.VAR_POSITIONAL for one in parameters):
        raise UnknownAppError("its call takes any number of arguments: say which it is with --interface asgi or wsgi")
    if len(needed) == _ASGI:
        return Kind("ASGI", f"its call takes three arguments ({names})")
    if len(needed) == _WSGI:
        return Kind("WSGI", f"its call takes two arguments ({names})")
    is_factory = " If it makes the app, name what it makes." if not needed else ""
    text = f"its call takes {len(needed)} arguments: an ASGI app takes three, a WSGI app two.{is_factory}"
    raise UnknownAppError(text)


def serve_app(app: Any, *, kind: str | None = None, time_out: float = TIME_OUT) -> ASGINetwork | WSGINetwork:  # noqa: ANN401 (as above)
    """Return the network for an app, to be used in a ``with`` block.

    :param kind: "ASGI" or "WSGI"; None: look.
    :raises UnknownAppError: it cannot be told which it is.
    """
    if (kind or find_kind(app).name) == "ASGI":
        from crossorigin.probe.asgi import ASGINetwork  # noqa: PLC0415 (a WSGI app has no need of asyncio)

        return ASGINetwork(app, time_out=time_out)
    from crossorigin.probe.wsgi import WSGINetwork  # noqa: PLC0415 (as above)

    return WSGINetwork(app)


def find_framework(app: object) -> str | None:
    """Return the framework that an app is made of, also where others are wrapped around it, or None.

    >>> find_framework(print) is None
    True
    """
    for _ in range(_MOST_WRAPPERS):
        packages = [kind.__module__.partition(".")[0] for kind in type(app).__mro__]
        if name := next((_FRAMEWORKS[package] for package in packages if package in _FRAMEWORKS), None):
            return name
        app = next((inner for key in _INSIDE if (inner := getattr(app, key, None)) is not None), None)
    return None
