"""The protocol said no: every reason, one member each, with its anchor.

A reason is returned, never raised. Its ``id`` is stable: it is the heading in docs/reasons.md, the word in a
refusal's body and in the log, and the key of a policy's ``error_messages``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_FETCH = "https://fetch.spec.whatwg.org/"


class Reason:
    """One ground for refusing a request.

    Two reasons are equal if their ids are: the hint may name the request at hand, the reason stays the same.
    """

    __slots__ = ("_hint", "anchor", "id", "message")

    id: str
    message: str
    anchor: str

    def __init__(self, id: str, message: str, hint: str | Callable[[], str], anchor: str) -> None:  # noqa: A002 (its public name)
        self.id = id
        self.message = message
        self.anchor = anchor
        self._hint = hint

    @property
    def hint(self) -> str:
        """What to write instead. Computed when read: to find the nearest allowed origin takes time."""
        return self._hint if isinstance(self._hint, str) else self._hint()

    def with_hint(self, hint: Callable[[], str]) -> Reason:
        """Return the same reason with a hint that fits the request at hand."""
        return Reason(self.id, self.message, hint, self.anchor)

    def __eq__(self, other: object) -> bool:
        """Compare the ids."""
        return self is other or (isinstance(other, Reason) and self.id == other.id)

    def __hash__(self) -> int:
        """Hash the id."""
        return hash(self.id)

    def __repr__(self) -> str:
        """Show the id."""
        return f"<Reason {self.id}>"


MISSING_ORIGIN = Reason(
    "missing-origin",
    "the request has no Origin header, and the policy requires one",
    "Send the request from a page of an allowed origin, or set require_origin=False.",
    f"{_FETCH}#origin-header",
)
MULTIPLE_ORIGINS = Reason(
    "multiple-origins",
    "the request has more than one Origin header",
    "A browser sends one. Look for a proxy that adds its own.",
    f"{_FETCH}#origin-header",
)
ORIGIN_TOO_LONG = Reason(
    "origin-too-long",
    "the Origin header is longer than 512 bytes",
    "No browser sends one as long.",
    f"{_FETCH}#origin-header",
)
MALFORMED_ORIGIN = Reason(
    "malformed-origin",
    "the Origin header is not an origin",
    "A browser sends scheme://host[:port] in lower case, without a slash at the end.",
    f"{_FETCH}#origin-header",
)
NULL_ORIGIN = Reason(
    "null-origin",
    "the origin is null",
    "Sandboxed frames, local files and some redirects have it. Serve the page over http(s); "
    "dangerously_allow_null_origin=True would allow every sandboxed frame of every site.",
    f"{_FETCH}#http-origin",
)
ORIGIN_DENIED = Reason(
    "origin-denied",
    "the policy's deny_origins names this origin",
    "Take it out of deny_origins.",
    f"{_FETCH}#http-access-control-allow-origin",
)
ORIGIN_NOT_ALLOWED = Reason(
    "origin-not-allowed",
    "the policy does not allow this origin",
    "Add it to allow_origins.",
    f"{_FETCH}#http-access-control-allow-origin",
)
ORIGIN_NOT_JUDGED = Reason(
    "origin-not-judged",
    "the policy's origin_validator has not been asked about this origin",
    "Ask it about decision.origin_to_ask and call decide(..., origin_allowed=True or False).",
    f"{_FETCH}#http-access-control-allow-origin",
)
MALFORMED_METHOD = Reason(
    "malformed-method",
    "Access-Control-Request-Method is not one method",
    "A browser sends the name of the method that is to follow.",
    f"{_FETCH}#http-access-control-request-method",
)
METHOD_NOT_ALLOWED = Reason(
    "method-not-allowed",
    "the policy does not allow this method",
    "Add it to allow_methods.",
    f"{_FETCH}#http-access-control-allow-methods",
)
MALFORMED_HEADER_NAMES = Reason(
    "malformed-header-names",
    "Access-Control-Request-Headers is not a list of header names",
    "A browser sends names in lower case with commas between them.",
    f"{_FETCH}#http-access-control-request-headers",
)
TOO_MANY_HEADER_NAMES = Reason(
    "too-many-header-names",
    "Access-Control-Request-Headers is longer than 4 KiB or has more than 64 names",
    "Send fewer headers of your own.",
    f"{_FETCH}#http-access-control-request-headers",
)
HEADER_NOT_ALLOWED = Reason(
    "header-not-allowed",
    "the policy does not allow a request header that was asked for",
    "Add it to allow_headers.",
    f"{_FETCH}#http-access-control-allow-headers",
)
PRIVATE_NETWORK_NOT_ALLOWED = Reason(
    "private-network-not-allowed",
    "the browser asks for a private network, and the policy does not allow it",
    "Set allow_private_network=True. Only old Chromium asks.",
    "https://wicg.github.io/private-network-access/",
)
TOO_MANY_HEADER_LINES = Reason(
    "too-many-header-lines",
    "the request has more than 256 header lines",
    "No browser sends as many.",
    f"{_FETCH}#http-requests",
)
AMBIGUOUS_PATH = Reason(
    "ambiguous-path",
    "the path can be read in more than one way, and the rules of all readings do not allow the request",
    "Write the path without dot segments, doubled slashes, semicolons, backslashes and %2F.",
    "https://url.spec.whatwg.org/#concept-url-path",
)

#: Every reason by its id.
REASONS = {
    reason.id: reason
    for reason in (
        MISSING_ORIGIN,
        MULTIPLE_ORIGINS,
        ORIGIN_TOO_LONG,
        MALFORMED_ORIGIN,
        NULL_ORIGIN,
        ORIGIN_DENIED,
        ORIGIN_NOT_ALLOWED,
        ORIGIN_NOT_JUDGED,
        MALFORMED_METHOD,
        METHOD_NOT_ALLOWED,
        MALFORMED_HEADER_NAMES,
        TOO_MANY_HEADER_NAMES,
        HEADER_NOT_ALLOWED,
        PRIVATE_NETWORK_NOT_ALLOWED,
        TOO_MANY_HEADER_LINES,
        AMBIGUOUS_PATH,
    )
}
