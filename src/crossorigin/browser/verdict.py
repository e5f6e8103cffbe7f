"""Verdict: what came of a call, and what was on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from crossorigin.messages import Headers, Request, Response
    from crossorigin.reasons import Reason

Outcome = Literal["readable", "network-error"]

#: Where a walk failed: at a preflight, at the request itself, or at a redirect that it was answered with.
Step = Literal["preflight", "request", "redirect"]


class Exchange(NamedTuple):
    """One request on the wire and its answer."""

    request: Request
    response: Response


class Verdict(NamedTuple):
    """What a script gets of a call.

    ``outcome`` is "readable" or "network-error". When readable, ``status`` and ``readable_headers`` are what the
    script sees: the pairs in their order, without those that it may not read. Otherwise ``reason`` says why, and
    ``step`` where: the last of ``exchanges`` is the one that failed.
    """

    outcome: Outcome
    reason: Reason | None
    exchanges: tuple[Exchange, ...]
    status: int | None = None
    readable_headers: Headers = ()
    step: Step | None = None

    @property
    def is_readable(self) -> bool:
        """Tell whether the script gets the answer."""
        return self.outcome == "readable"
