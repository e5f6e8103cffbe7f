"""The headers and bodies of our answers: one function for each situation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.policy import ANY
from crossorigin.standard import headers as names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crossorigin.policy import Policy
    from crossorigin.reasons import Reason

Headers = tuple[tuple[str, str], ...]

#: "`Vary: Origin` is to be used if `Access-Control-Allow-Origin` is set dynamically."
#: Spec: https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches
VARY: Headers = ((names.VARY, names.ORIGIN),)

_CREDENTIALS = (names.ALLOW_CREDENTIALS, "true")
_PRIVATE_NETWORK = (names.ALLOW_PRIVATE_NETWORK, "true")
_LISTS = (names.ALLOW_METHODS, names.ALLOW_HEADERS, names.EXPOSE_HEADERS)


def render_bare(policy: Policy) -> Headers:
    """Return the headers for a request that has no origin to answer."""
    return ((names.ALLOW_ORIGIN, ANY), *_render_expose(policy)) if policy.is_static else VARY


def render_actual(policy: Policy, origin: str) -> Headers:
    """Return the headers for an actual request from an allowed origin.

    Spec: https://fetch.spec.whatwg.org/#http-responses
    """
    if policy.is_static:
        return render_bare(policy)
    return (*_render_origin(policy, origin), *_render_expose(policy), *VARY)


def render_preflight(policy: Policy, origin: str, method: str, asked: Sequence[str], *, private: bool) -> Headers:
    """Return the headers for a preflight that passed every step.

    *asked* are the header names asked for, in lower case.

    Spec: https://fetch.spec.whatwg.org/#http-responses
    """
    # Why: the whole lists, so that the browser's preflight cache serves later calls with other methods and
    # headers; what was asked for where the policy says *, because a literal * has no meaning with credentials
    # and never covers Authorization.
    methods = method if policy.allow_methods == (ANY,) else ", ".join(policy.allow_methods)
    listed = ",".join(asked) if policy.allow_headers == (ANY,) else ", ".join(policy.sorted_names)
    lines = [*_render_origin(policy, origin), (names.ALLOW_METHODS, methods)]
    if listed:
        lines.append((names.ALLOW_HEADERS, listed))
    if policy.max_age is not None:
        lines.append((names.MAX_AGE, str(policy.max_age)))
    if private and policy.allow_private_network:
        lines.append(_PRIVATE_NETWORK)
    return (*lines, *render_length(policy.preflight_status), *(() if policy.is_static else VARY))


def render_passed_steps(policy: Policy, origin: str | None, *, method: str = "", asked: Sequence[str] = ()) -> Headers:
    """Return the headers of the steps that a refused preflight passed: origin, then method, then header names.

    Only for ``debug``. Without *origin*, the first step failed; without *method*, the second; else the third.
    """
    lines = list(_render_origin(policy, origin)) if origin is not None else []
    if method:
        lines.append((names.ALLOW_METHODS, method))
        lines.append((names.ALLOW_HEADERS, ",".join(name for name in asked if policy.allows_header(name))))
    return (*lines, *render_length(policy.preflight_status), *VARY)


def render_refusal(body: str) -> Headers:
    """Return the headers of an answer that is ours alone and says no."""
    return ((names.CONTENT_TYPE, "text/plain; charset=utf-8"), (names.CONTENT_LENGTH, str(len(body.encode()))))


def render_length(status: int) -> Headers:
    """Return the length of an empty body.

    "A server MUST NOT send a Content-Length header field in any response with a status code of [...] 204"

    Spec: https://www.rfc-editor.org/rfc/rfc9110#name-content-length
    """
    return () if status in {204, 205} else ((names.CONTENT_LENGTH, "0"),)


def write_body(policy: Policy, kind: str, reasons: Sequence[Reason]) -> str:
    """Return the text of a refusal: the policy's own texts, or the reasons' ids and nothing the request said."""
    own = [policy.error_messages[reason.id] for reason in reasons if reason.id in policy.error_messages]
    return "\n".join(own) if own else f"CORS: {kind} request refused: {', '.join(reason.id for reason in reasons)}\n"


def intersect(first: Headers, second: Headers) -> Headers:
    """Return what both answers allow."""
    other = dict(second)
    lines = {}
    for name, value in first:
        if name in other or name == names.VARY:
            lines[name] = _intersect_values(name, value, other.get(name, value))
    # Why: where only one answer depends on the origin, so does the whole.
    if names.VARY in other:
        lines[names.VARY] = other[names.VARY]
    return tuple(lines.items())


def _intersect_values(name: str, first: str, second: str) -> str:
    if name == names.MAX_AGE:
        return str(min(int(first), int(second)))
    if ANY in {first, second}:
        return second if first == ANY else first
    if name in _LISTS:
        both = {word.strip().lower() for word in second.split(",")}
        return ", ".join(word.strip() for word in first.split(",") if word.strip().lower() in both)
    return first


def _render_origin(policy: Policy, origin: str) -> Headers:
    if policy.is_static:
        return ((names.ALLOW_ORIGIN, ANY),)
    if policy.allow_credentials:
        return ((names.ALLOW_ORIGIN, origin), _CREDENTIALS)
    return ((names.ALLOW_ORIGIN, origin),)


def _render_expose(policy: Policy) -> Headers:
    return ((names.EXPOSE_HEADERS, ", ".join(policy.expose_headers)),) if policy.expose_headers else ()
