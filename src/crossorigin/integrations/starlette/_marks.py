"""Policies of single routes: ``cors_policy`` gives them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from crossorigin.errors import IncompatibleOptionsError, PolicyError, SettingError
from crossorigin.policy import Policy

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar, Unpack

    from crossorigin.policy.options import Options

    T = TypeVar("T")

_KEY = "__cors_policy__"

#: Not empty as soon as any target was given a policy.
made: list[bool] = []


def cors_policy(policy: Policy | None = None, **options: Unpack[Options]) -> Callable[[T], T]:
    """Give an endpoint, a ``Route``, a ``Mount``, a ``Router`` or an app a policy of its own.

    The nearest one counts: an endpoint's before that of the router around it. It takes effect through the
    ``CORSMiddleware`` of the app, which reads the routes when the app starts.

    :param policy: a policy; or give a policy's options by name.
    :raises PolicyError: the options are wrong, or the target has another policy already.

    >>> @cors_policy(allow_origins="*")
    ... def endpoint(request): ...
    """
    own = policy or Policy(**options)

    def decorate(target: T) -> T:
        # Why: not read_mark, because a class may differ from the one that it is made of.
        if (other := vars(target).get(_KEY, own)) != own:
            raise PolicyError([make_conflict(getattr(target, "__name__", repr(target)), other, own)])
        setattr(target, _KEY, own)
        made.append(True)
        return target

    return decorate


def read_mark(target: object) -> Policy | None:
    """Return the policy that ``cors_policy`` gave a target, a class it is made of, or what a partial calls, or None."""
    while isinstance(target, functools.partial) and not hasattr(target, _KEY):
        target = target.func
    found = getattr(target, _KEY, None)
    return found if isinstance(found, Policy) else None


def make_conflict(where: str, one: object, other: object) -> SettingError:
    """Make the error for a route that has two policies."""
    fix = f"Keep one of {one!r} and {other!r}"
    return IncompatibleOptionsError("route", where, "two-policies-for-a-route", fix=fix)
