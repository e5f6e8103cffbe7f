"""The headers and bodies of our answers: one function for each situation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.policy import ANY
from crossorigin.policy.habits import is_harmless
from crossorigin.standard import headers as names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crossorigin.policy import Policy
    from crossorigin.reasons import Reason

Headers = tuple[tuple[str, str], ...]

#: "If CORS protocol requirements are more complicated than setting `Access-Control-Allow-Origin` to * or a static
#: origin, `Vary` is to be used."
#: Spec: https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches
VARY: Headers = ((names.VARY, names.ORIGIN),)

_CREDENTIALS = (names.ALLOW_CREDENTIALS, "true")
_PRIVATE_NETWORK = (names.ALLOW_PRIVATE_NETWORK, "true")
_LISTS = (names.ALLOW_METHODS, names.ALLOW_HEADERS, names.EXPOSE_HEADERS)


def render_vary(policy: Policy, *, is_preflight: bool = False) -> Headers:
    """Return the ``Vary`` of an answer that depends on the origin."""
    value = policy.habits.preflight_vary if is_preflight else policy.habits.vary
    return ((names.VARY, value),) if value else ()


def render_bare(policy: Policy) -> Headers:
    """Return the headers for a request that has no origin to answer."""
    bare = policy.habits.bare
    if bare == "silent":
        return render_vary(policy)
    if policy.is_static:
        return ((names.ALLOW_ORIGIN, ANY), *_render_expose(policy))
    # Why: a pattern is no origin.
    if bare == "first" and policy.allowed.literals and not policy.allows_any_origin:
        return render_actual(policy, min(policy.allowed.literals))
    return render_vary(policy)


def render_actual(policy: Policy, origin: str, *, private: bool = False) -> Headers:
    """Return the headers for an actual request from an allowed origin.

    Spec: https://fetch.spec.whatwg.org/#http-responses
    """
    vary = render_vary(policy) if varies(policy) else ()
    told = (_PRIVATE_NETWORK,) if tells_private(policy) else _render_denied_network(policy)
    return (*_render_origin(policy, origin), *_render_expose(policy), *(told if private else ()), *vary)


def tells_private(policy: Policy) -> bool:
    """Tell whether an actual request may be told of a private network, too."""
    return policy.allow_private_network and policy.habits.tells_private


def varies(policy: Policy) -> bool:
    """Tell whether what an origin is told depends on which it is."""
    return not policy.is_static or policy.habits.echoes or policy.habits.varies


def render_preflight(policy: Policy, origin: str, method: str, asked: Sequence[str], *, private: bool) -> Headers:
    """Return the headers for a preflight that passed every step.

    *asked* are the header names asked for, as they were sent.

    Spec: https://fetch.spec.whatwg.org/#http-responses
    """
    habits = policy.habits
    # Why: the whole lists, so that the browser's preflight cache serves later calls with other methods and
    # headers; what was asked for where the policy says *, because a literal * has no meaning with credentials
    # and never covers Authorization.
    if habits.list_methods:
        methods = habits.list_methods(policy, method)
    else:
        methods = method if policy.allow_methods == (ANY,) else ", ".join(policy.allow_methods)
    if habits.list_names:
        listed = habits.list_names(policy, asked)
    else:
        lower = ",".join(asked).lower()
        listed = lower if policy.allow_headers == (ANY,) else ", ".join(policy.sorted_names)
    lines = [*_render_origin(policy, origin)]
    if methods:
        lines.append((names.ALLOW_METHODS, methods))
    if listed:
        lines.append((names.ALLOW_HEADERS, listed))
    if policy.max_age is not None:
        lines.append((names.MAX_AGE, str(policy.max_age)))
    if private:
        lines += (_PRIVATE_NETWORK,) if policy.allow_private_network else _render_denied_network(policy)
    vary = render_vary(policy, is_preflight=True) if varies(policy) else ()
    return (*lines, *render_body(policy), *vary)


def render_body(policy: Policy) -> Headers:
    """Return what describes the body of a preflight's answer."""
    body = policy.habits.body
    return render_content(policy, body) if body else render_length(policy.preflight_status)


def render_passed_steps(policy: Policy, origin: str | None, *, method: str = "", asked: Sequence[str] = ()) -> Headers:
    """Return the headers of the steps that a refused preflight passed: origin, then method, then header names.

    Without *origin*, the first step failed; without *method*, the second; else the third.
    """
    lines = list(_render_origin(policy, origin)) if origin is not None else []
    if method:
        lines.append((names.ALLOW_METHODS, method))
        lines.append((names.ALLOW_HEADERS, ",".join(name for name in asked if policy.allows_header(name))))
    return (*lines, *render_length(policy.preflight_status), *render_vary(policy, is_preflight=True))


def render_left_out(policy: Policy, origin: str | None) -> Headers:
    """Return the headers of a preflight that is refused by what its answer leaves out, all but the origin, if any."""
    allowed = _render_origin(policy, origin) if origin is not None else ()
    return (*allowed, *render_body(policy), *render_vary(policy, is_preflight=True))


def render_content(policy: Policy, body: str) -> Headers:
    """Return what describes the body of an answer that is ours alone."""
    return ((names.CONTENT_TYPE, policy.habits.content_type), (names.CONTENT_LENGTH, str(len(body.encode()))))


def render_length(status: int) -> Headers:
    """Return the length of an empty body.

    "A server MUST NOT send a Content-Length header field in any response with a status code of [...] 204"

    Spec: https://www.rfc-editor.org/rfc/rfc9110#name-content-length
    """
    return () if status in {204, 205} else ((names.CONTENT_LENGTH, "0"),)


def write_body(policy: Policy, kind: str, reasons: Sequence[Reason]) -> str:
    """Return the text of a refusal: the policy's own texts, or the reasons' ids and nothing the request said."""
    if policy.habits.write_refusal:
        return policy.habits.write_refusal(policy, kind, reasons)
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
    if policy.is_static and not (policy.habits.echoes and is_harmless(origin)):
        return ((names.ALLOW_ORIGIN, ANY),)
    if policy.allow_credentials:
        return ((names.ALLOW_ORIGIN, origin), _CREDENTIALS)
    return ((names.ALLOW_ORIGIN, origin),)


def _render_denied_network(policy: Policy) -> Headers:
    denies = policy.habits.denies_private and not policy.allow_private_network
    return ((names.ALLOW_PRIVATE_NETWORK, "false"),) if denies else ()


def _render_expose(policy: Policy) -> Headers:
    return ((names.EXPOSE_HEADERS, ", ".join(policy.expose_headers)),) if policy.expose_headers else ()
