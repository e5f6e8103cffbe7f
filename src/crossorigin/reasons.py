"""The protocol said no: every reason, one member each, with its anchor.

The first half are the server's: it refuses a request. The second half are the browser's: it keeps an answer from
the script. A reason is returned, never raised. Its ``id`` is stable: it is the heading in docs/reasons.md, the word
in a refusal's body and in the log, and the key of a policy's ``error_messages``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_FETCH = "https://fetch.spec.whatwg.org/"


class Reason:
    """One ground for refusing a request, or for keeping an answer from a script.

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

# What a browser says no to. The first five come of the CORS check, at a preflight or at the request itself.

ALLOW_ORIGIN_MISSING = Reason(
    "allow-origin-missing",
    "the answer has no Access-Control-Allow-Origin header",
    "Let the server send it, with the page's origin, on every answer: errors and redirects, too.",
    f"{_FETCH}#concept-cors-check",
)
ALLOW_ORIGIN_MULTIPLE = Reason(
    "allow-origin-multiple",
    "the answer names more than one value in Access-Control-Allow-Origin",
    "One origin, or *, is all that it may hold. Let only one layer send it.",
    f"{_FETCH}#concept-cors-check",
)
ALLOW_ORIGIN_MISMATCH = Reason(
    "allow-origin-mismatch",
    "Access-Control-Allow-Origin is not the origin of the request",
    "It is compared byte by byte with the Origin header.",
    f"{_FETCH}#concept-cors-check",
)
ALLOW_ORIGIN_WILDCARD_WITH_CREDENTIALS = Reason(
    "allow-origin-wildcard-with-credentials",
    "Access-Control-Allow-Origin is *, and the request has credentials",
    "Name the page's origin, or call without credentials.",
    f"{_FETCH}#cors-protocol-and-credentials",
)
ALLOW_CREDENTIALS_MISSING = Reason(
    "allow-credentials-missing",
    "the request has credentials, and Access-Control-Allow-Credentials is not true",
    "Send it with the value true, in lower case, or call without credentials.",
    f"{_FETCH}#cors-protocol-and-credentials",
)
PREFLIGHT_REDIRECTED = Reason(
    "preflight-redirected",
    "the preflight is answered with a redirect, and a browser follows none there",
    "Call the URL that it leads to, or answer preflights before what redirects.",
    f"{_FETCH}#cors-preflight-fetch",
)
PREFLIGHT_NOT_OK = Reason(
    "preflight-not-ok",
    "the preflight's answer has no ok status",
    "Answer preflights with 204, before authentication and routing.",
    f"{_FETCH}#cors-preflight-fetch",
)
ALLOW_METHODS_MALFORMED = Reason(
    "allow-methods-malformed",
    "Access-Control-Allow-Methods is not a list of methods",
    "Write names with commas between them.",
    f"{_FETCH}#http-new-header-syntax",
)
ALLOW_HEADERS_MALFORMED = Reason(
    "allow-headers-malformed",
    "Access-Control-Allow-Headers is not a list of header names",
    "Write names with commas between them.",
    f"{_FETCH}#http-new-header-syntax",
)
METHOD_NOT_LISTED = Reason(
    "method-not-listed",
    "Access-Control-Allow-Methods does not list the method",
    "Add it there. Methods are compared with case.",
    f"{_FETCH}#http-access-control-allow-methods",
)
METHODS_WILDCARD_WITH_CREDENTIALS = Reason(
    "methods-wildcard-with-credentials",
    "Access-Control-Allow-Methods is *, which is no wildcard for a request with credentials",
    "Name the method.",
    f"{_FETCH}#cors-protocol-and-credentials",
)
HEADER_NOT_LISTED = Reason(
    "header-not-listed",
    "Access-Control-Allow-Headers does not list a header that the script sends",
    "Add its name there.",
    f"{_FETCH}#http-access-control-allow-headers",
)
HEADERS_WILDCARD_WITH_CREDENTIALS = Reason(
    "headers-wildcard-with-credentials",
    "Access-Control-Allow-Headers is *, which is no wildcard for a request with credentials",
    "Name the header.",
    f"{_FETCH}#cors-protocol-and-credentials",
)
AUTHORIZATION_NOT_LISTED = Reason(
    "authorization-not-listed",
    "Access-Control-Allow-Headers does not list Authorization, which * does not stand for",
    "Name Authorization there.",
    f"{_FETCH}#cors-non-wildcard-request-header-name",
)
REDIRECT_TO_INVALID_URL = Reason(
    "redirect-to-invalid-url",
    "the answer is a redirect, and its Location is no URL",
    "Send one Location header with a URL.",
    f"{_FETCH}#concept-response-location-url",
)
REDIRECT_TO_OTHER_SCHEME = Reason(
    "redirect-to-other-scheme",
    "the answer is a redirect to a URL that is not http or https",
    "Redirect to an http(s) URL.",
    f"{_FETCH}#concept-http-redirect-fetch",
)
REDIRECT_WITH_USERINFO = Reason(
    "redirect-with-userinfo",
    "the answer is a redirect to a URL with a user name or password in it",
    "Leave them out of Location.",
    f"{_FETCH}#concept-http-redirect-fetch",
)
TOO_MANY_REDIRECTS = Reason(
    "too-many-redirects",
    "there are more than 20 redirects",
    "Look for a loop.",
    f"{_FETCH}#concept-http-redirect-fetch",
)

#: Why a server refuses, by id: a policy has texts for these in ``error_messages``.
SERVER_REASONS = {
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

#: Why a browser keeps an answer from the script, by id.
BROWSER_REASONS = {
    reason.id: reason
    for reason in (
        ALLOW_ORIGIN_MISSING,
        ALLOW_ORIGIN_MULTIPLE,
        ALLOW_ORIGIN_MISMATCH,
        ALLOW_ORIGIN_WILDCARD_WITH_CREDENTIALS,
        ALLOW_CREDENTIALS_MISSING,
        PREFLIGHT_REDIRECTED,
        PREFLIGHT_NOT_OK,
        ALLOW_METHODS_MALFORMED,
        ALLOW_HEADERS_MALFORMED,
        METHOD_NOT_LISTED,
        METHODS_WILDCARD_WITH_CREDENTIALS,
        HEADER_NOT_LISTED,
        HEADERS_WILDCARD_WITH_CREDENTIALS,
        AUTHORIZATION_NOT_LISTED,
        REDIRECT_TO_INVALID_URL,
        REDIRECT_TO_OTHER_SCHEME,
        REDIRECT_WITH_USERINFO,
        TOO_MANY_REDIRECTS,
    )
}

#: Every reason by its id.
REASONS = {**SERVER_REASONS, **BROWSER_REASONS}
