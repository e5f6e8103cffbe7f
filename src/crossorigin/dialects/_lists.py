"""Packages that list header names, and nothing beyond: what that says in a policy, which allows four by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossorigin.dialects._translation import Loss
from crossorigin.standard.headers import NO_CORS_SAFELISTED_NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crossorigin.policy import Policy


def read_listed_names(names: Sequence[str]) -> dict[str, Any]:
    """Return the options for exactly the names of a list; what it lacks of the four is denied.

    >>> read_listed_names(["X-A", "accept", "accept-language", "content-type"])
    {'allow_headers': ['X-A'], 'deny_headers': ['content-language']}
    """
    listed = {name.lower() for name in names}
    denied = sorted(NO_CORS_SAFELISTED_NAMES - listed)
    return {"allow_headers": [name for name in names if name not in NO_CORS_SAFELISTED_NAMES], "deny_headers": denied}


def write_listed_names(policy: Policy) -> list[str]:
    """Return all names that a policy allows, its own as they are written, and the four in lower case."""
    own = [name for name in policy.allow_headers if name.lower() not in policy.denied_names]
    written = {name.lower() for name in own}
    return [*own, *sorted(NO_CORS_SAFELISTED_NAMES - written - policy.denied_names)]


def list_denied(policy: Policy, called: str) -> list[Loss]:
    """Return a loss for the denied names, where they are taken out of every name."""
    if not policy.denied_names:
        return []
    return [Loss(f"deny_headers={policy.deny_headers!r}", f"{called} cannot take names out of all", "widens")]
