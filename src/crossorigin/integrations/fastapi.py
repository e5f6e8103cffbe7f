"""FastAPI: a drop-in for its ``CORSMiddleware``, and policies for single routes and routers.

Importing this wraps ``build_middleware_stack`` of ``Starlette`` and of every class made of it, once, so that the
middleware stands around everything: preflights are answered before any other middleware, and answers to unhandled
exceptions carry the headers.

>>> from fastapi import FastAPI
>>> app = FastAPI()
>>> app.add_middleware(CORSMiddleware, allow_origins=["https://app.example"])
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import Depends, routing

from crossorigin.integrations.starlette import ALL_METHODS, CORSMiddleware, cors_policy, install
from crossorigin.integrations.starlette._routes import Reading
from crossorigin.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Unpack

    from crossorigin.policy.options import Options

__all__ = ["ALL_METHODS", "CORSMiddleware", "cors_policy", "install", "router_policy"]


class _Mark:
    """A dependency that does nothing but carry a policy."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def __call__(self) -> None:
        """Do nothing: the layer around the app reads the policy when the app starts."""


def router_policy(policy: Policy | None = None, **options: Unpack[Options]) -> Any:  # noqa: ANN401 (what Depends returns)
    """Make a dependency that gives all routes of a router a policy of their own.

    Put it into ``dependencies`` of ``APIRouter`` or ``include_router``; for one route there is ``cors_policy``, which
    goes before it.

    :param policy: a policy; or give a policy's options by name.
    :raises PolicyError: the options are wrong. When the app starts: a route has two of them.

    >>> from fastapi import APIRouter
    >>> router = APIRouter(dependencies=[router_policy(allow_origins="*")])
    """
    return Depends(_Mark(policy or Policy(**options)))


def _find_more(route: Any) -> Iterable[Policy]:  # noqa: ANN401 (a route of either framework)
    found = (getattr(item, "dependency", None) for item in getattr(route, "dependencies", None) or ())
    return [mark.policy for mark in found if isinstance(mark, _Mark)]


Reading.find_more = staticmethod(_find_more)
# Why: newer releases keep included routers as they are; before, a router's routes were copied into the app's.
Reading.spread = staticmethod(getattr(routing, "iter_route_contexts", iter))
