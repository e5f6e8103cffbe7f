"""Servers that send lists as they are configured and leave the judgement to the browser: what ``*`` means in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossorigin.dialects._lists import list_denied, read_listed_names, write_listed_names
from crossorigin.dialects._translation import Loss
from crossorigin.policy import ANY
from crossorigin.standard.headers import AUTHORIZATION, is_token
from crossorigin.standard.methods import SAFELISTED_METHODS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crossorigin.dialects._translation import Position
    from crossorigin.policy import Policy

_STAR = "with credentials, browsers take it for a name"
_AUTHORIZATION = AUTHORIZATION.lower()


def read_sent_methods(
    methods: Sequence[str], position: Position, losses: list[Loss], *, has_credentials: bool
) -> str | list[str]:
    """Return the methods that browsers let pass where a list is sent: it, and three that need not be on it."""
    if ANY in methods and not has_credentials:
        losses += _list_spoiled(methods, position)
        return ANY
    if ANY in methods:
        losses.append(Loss("* as a method", _STAR, "narrows", position))
    named = [method for method in methods if method != ANY]
    return [*named, *sorted(SAFELISTED_METHODS - set(named))]


def read_sent_names(
    names: Sequence[str], position: Position, losses: list[Loss], *, has_credentials: bool
) -> dict[str, Any]:
    """Return the options for the header names that browsers let pass where a list is sent."""
    if ANY in names and not has_credentials:
        losses += _list_spoiled(names, position)
        is_listed = any(name.lower() == _AUTHORIZATION for name in names)
        # "Authorization" is never covered by *.
        return {"allow_headers": ANY, "deny_headers": [] if is_listed else [AUTHORIZATION]}
    if ANY in names:
        losses.append(Loss("* as a header name", _STAR, "narrows", position))
    return read_listed_names([name for name in names if name != ANY])


def _list_spoiled(items: Sequence[str], position: Position) -> list[Loss]:
    why = "what is no name spoils the whole list in a browser, and the * counts for all"
    return [Loss(item, why, "widens", position) for item in items if not is_token(item)]


def write_sent_methods(policy: Policy, called: str, losses: list[Loss], usual: Sequence[str]) -> list[str]:
    """Return the methods to send; *usual* are those in the place of a ``*`` that cannot be sent."""
    if policy.allow_methods == (ANY,):
        if not policy.allow_credentials:
            return [ANY]
        why = f"{called}: with credentials, browsers take * for a name, and the methods that are usual are listed"
        losses.append(Loss("allow_methods=['*']", why, "narrows"))
        return [*usual]
    if missing := sorted(SAFELISTED_METHODS - set(policy.allow_methods)):
        why = f"{called} leaves it to the browser, and browsers let {', '.join(missing)} pass"
        losses.append(Loss("allow_methods", why, "widens"))
    return [*policy.allow_methods]


def write_sent_names(policy: Policy, called: str, losses: list[Loss], usual: Sequence[str]) -> list[str]:
    """Return the header names to send, with the four that a policy allows by itself."""
    if policy.allow_headers != (ANY,):
        return write_listed_names(policy)
    if policy.allow_credentials:
        why = f"{called}: with credentials, browsers take * for a name, and the names that are usual are listed"
        losses.append(Loss("allow_headers=['*']", why, "narrows"))
        return [*(name for name in usual if name.lower() not in policy.denied_names), *write_listed_names(policy)[1:]]
    if policy.denied_names - {_AUTHORIZATION}:
        losses += list_denied(policy, called)
    return [ANY] if _AUTHORIZATION in policy.denied_names else [ANY, AUTHORIZATION]
