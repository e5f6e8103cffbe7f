"""Starlette: a drop-in for its ``CORSMiddleware``, and policies for single routes.

Importing this wraps ``build_middleware_stack`` of ``Starlette`` and of every class made of it, once, so that the
middleware stands around everything: preflights are answered before any other middleware, and answers to unhandled
exceptions carry the headers.

>>> from starlette.applications import Starlette
>>> app = Starlette()
>>> app.add_middleware(CORSMiddleware, allow_origins=["https://app.example"])
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette

from crossorigin.integrations.starlette import _stack
from crossorigin.integrations.starlette._marks import cors_policy
from crossorigin.integrations.starlette._middleware import CORSMiddleware
from crossorigin.integrations.starlette._settings import ALL_METHODS

if TYPE_CHECKING:
    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset

__all__ = ["ALL_METHODS", "CORSMiddleware", "cors_policy", "install"]


def install(app: Starlette, policy: Policy | Ruleset | None = None, **options: Any) -> None:  # noqa: ANN401 (as above)
    """Put the middleware around *app*: what ``add_middleware`` does, without relying on the class of the app.

    :param policy: a policy or ruleset; or give the options of :class:`CORSMiddleware`.
    :raises PolicyError: an option is wrong.
    :raises RuntimeError: the app has started, or has the middleware already.

    >>> install(Starlette(), allow_origins=["https://app.example"])
    """
    # Why: lists are read here and again when the app starts, and what is wrong is told here.
    options = {name: [*value] if isinstance(value, Iterator) else value for name, value in options.items()}
    CORSMiddleware(app, policy=policy, **options)
    _stack.install(app, CORSMiddleware, policy=policy, **options)


_stack.patch(Starlette, CORSMiddleware)
