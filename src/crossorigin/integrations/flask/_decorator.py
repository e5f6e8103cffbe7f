"""``cross_origin``: a view with a policy of its own."""

from __future__ import annotations

import functools
import inspect
import warnings
from typing import TYPE_CHECKING, Any, TypeVar

from crossorigin.errors import PolicyWarning
from crossorigin.integrations.flask._answers import answer
from crossorigin.integrations.flask._names import keep_known
from crossorigin.integrations.flask._views import View, mark
from crossorigin.policy import Policy, count_own_frames

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Unpack

    from crossorigin.integrations.flask._options import ViewOptions

Function = TypeVar("Function", bound="Callable[..., Any]")


def cross_origin(
    *ignored: object, policy: Policy | None = None, **options: Unpack[ViewOptions]
) -> Callable[[Function], Function]:
    """Give a view a policy of its own, in the place of its app's and blueprint's; it may be async.

    With ``CORS(app)`` the view's preflights are answered before the app runs; without it, by the view's route, so
    behind everything that runs before a view.

    :param policy: a policy, which is answered in our way; or the options of flask-cors by name.
    :raises PolicyError: an option is wrong, as it is for ``CORS``.
    :raises TypeError: there are both, or the brackets were left out.

    >>> @cross_origin(origins="https://app.example")
    ... def show(): ...
    """
    if callable(next(iter(ignored), None)) or (policy and (options or not isinstance(policy, Policy))):
        text = "write @cross_origin(), with options by name or with policy=Policy(...)"
        raise TypeError(text)
    if ignored:
        text = f"cross_origin takes options by name, such as origins=[...]: {ignored!r} has no effect"
        warnings.warn(text, PolicyWarning, stacklevel=count_own_frames())
    known = keep_known(options, "cross_origin")

    def decorate(function: Function) -> Function:
        view = View(getattr(function, "__qualname__", repr(function)), known, policy)
        wrapper: Any
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def wrapper(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (what the view takes and returns)
                response = answer(view)
                return await function(*args, **kwargs) if response is None else response
        else:

            @functools.wraps(function)
            def wrapper(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (the same)
                response = answer(view)
                return function(*args, **kwargs) if response is None else response

        if known.get("automatic_options", True):
            # Why: Flask asks the function which methods its route has, and whether to answer OPTIONS itself.
            wrapper.required_methods = {*getattr(function, "required_methods", ()), "OPTIONS"}
            wrapper.provide_automatic_options = False
        mark(wrapper, view)
        return wrapper  # type: ignore[no-any-return]  # it is called as the function is

    return decorate
