"""Explanation, Fix and NearMiss: what an explanation is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crossorigin.reasons import Reason


class Fix(NamedTuple):
    """What to write instead; all that it holds belongs together.

    ``where`` is "server", "script", "page" (how the page is served or opened) or "network" (a proxy, a cache).
    ``settings`` are options to merge into the policy, and ``headers`` with ``status`` the same for a server
    that is written by hand: what its answer at the failing step must have instead of what it has of these names.
    ``call`` are fields of the call to change, ``page_origin`` among them where the page is to be opened elsewhere.
    Whole values stand everywhere, never a difference. ``code`` has the lines for each framework.

    Without a policy, the ``settings`` of a server's fix are a whole one that serves the call.
    """

    where: str
    sentence: str
    settings: Mapping[str, Any] = {}
    headers: tuple[tuple[str, str], ...] = ()
    status: int | None = None
    call: Mapping[str, Any] = {}
    code: Mapping[str, str] = {}


class NearMiss(NamedTuple):
    """One well-known way to be almost right."""

    id: str
    sentence: str


class Explanation(NamedTuple):
    """Everything there is to say about one reason."""

    reason: Reason
    what: str
    why: str
    near_misses: tuple[NearMiss, ...]
    fix: Fix
    docs: str
