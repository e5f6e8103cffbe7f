"""What happened, in one sentence with the values at hand: one function for each kind of reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin import reasons
from crossorigin.explanation.evidence import list_words, quote, show
from crossorigin.explanation.near import split_allow_origin
from crossorigin.messages import get_values
from crossorigin.standard import headers as names

if TYPE_CHECKING:
    from collections.abc import Callable

    from crossorigin.explanation.evidence import Evidence

_MOST_LISTED = 8


def tell(evidence: Evidence) -> str:
    """Say what happened.

    >>> from crossorigin.explanation.evidence import Evidence
    >>> tell(Evidence(reasons.NULL_ORIGIN))
    'The origin is null.'
    """
    found = _TELLERS.get(evidence.reason.id)
    text = found(evidence) if found and (evidence.request or evidence.call) else None
    return text or f"{evidence.reason.message[:1].upper()}{evidence.reason.message[1:]}."


def _answer(evidence: Evidence) -> str:
    """Name the answer that a browser stopped at."""
    kind = "preflight" if evidence.is_preflight else "request"
    method = evidence.request.method if evidence.request else evidence.method
    status = "" if evidence.status is None else f", status {evidence.status}"
    return f"The answer to the {kind} ({show(method)} {show(evidence.url)}{status})"


def _list(words: list[str] | None) -> str:
    shown = [show(word) for word in (words or [])[:_MOST_LISTED]]
    more = len(words or []) - len(shown)
    return list_words([*shown, f"{more} more"] if more else shown) or "nothing"


def _missing(evidence: Evidence) -> list[str]:
    listed = {name.lower() for name in evidence.get_list(names.ALLOW_HEADERS) or ()}
    return [name for name in evidence.asked if name.lower() not in listed]


def _tell_allow_origin_missing(evidence: Evidence) -> str:
    return f"{_answer(evidence)} has no {names.ALLOW_ORIGIN}."


def _tell_allow_origin_multiple(evidence: Evidence) -> str | None:
    values = ", ".join(split_allow_origin(evidence))
    return f"{_answer(evidence)} has more than one value in {names.ALLOW_ORIGIN}: {quote(values)}." if values else None


def _tell_allow_origin_mismatch(evidence: Evidence) -> str | None:
    values = ", ".join(evidence.get(names.ALLOW_ORIGIN))
    return f"{_answer(evidence)} allows {quote(values)}, and the origin is {quote(evidence.origin)}."


def _tell_allow_origin_wildcard(evidence: Evidence) -> str:
    return f"{_answer(evidence)} has {names.ALLOW_ORIGIN}: *, and the script sends credentials."


def _tell_allow_credentials_missing(evidence: Evidence) -> str:
    values = evidence.get(names.ALLOW_CREDENTIALS)
    if values:
        return f"{_answer(evidence)} has {names.ALLOW_CREDENTIALS}: {show(', '.join(values))}, which is not true."
    return f"{_answer(evidence)} has no {names.ALLOW_CREDENTIALS}, and the script sends credentials."


def _tell_preflight_redirected(evidence: Evidence) -> str:
    return f"The preflight of {show(evidence.url)} was redirected ({evidence.status}) to {quote(evidence.location)}."


def _tell_preflight_not_ok(evidence: Evidence) -> str:
    return f"The preflight of {show(evidence.url)} was answered with status {evidence.status}, which is not ok."


def _tell_malformed(name: str, kind: str) -> Callable[[Evidence], str]:
    def tell_malformed(evidence: Evidence) -> str:
        return f"{_answer(evidence)} has {name}: {show(', '.join(evidence.get(name)))}, which is no list of {kind}."

    return tell_malformed


def _tell_method_not_listed(evidence: Evidence) -> str:
    listed = _list(evidence.get_list(names.ALLOW_METHODS))
    return f"The script wants to send {show(evidence.method)}, and the answer to the preflight lists {listed}."


def _tell_header_not_listed(evidence: Evidence) -> str | None:
    missing = _missing(evidence)
    listed = _list(evidence.get_list(names.ALLOW_HEADERS))
    text = f"The script wants to send {_list(missing)}, and the answer to the preflight lists {listed}."
    return text if missing else None


def _tell_redirect(end: str) -> Callable[[Evidence], str | None]:
    def tell_redirect(evidence: Evidence) -> str | None:
        if not evidence.location:
            return None
        return f"{show(evidence.url)} was redirected ({evidence.status}) to {quote(evidence.location)}, {end}."

    return tell_redirect


def _tell_too_many_redirects(evidence: Evidence) -> str | None:
    count = len([1 for _, response in evidence.exchanges if response.status in range(300, 400)])
    return f"There were {count} redirects, the last one to {quote(evidence.location)}." if count else None


def _tell_origin(middle: str) -> Callable[[Evidence], str | None]:
    def tell_origin(evidence: Evidence) -> str | None:
        return f"The origin {quote(evidence.origin)} {middle}." if evidence.origin else None

    return tell_origin


def _tell_null_origin(evidence: Evidence) -> str:
    if evidence.page_origin != evidence.origin:
        return f"The page is {quote(evidence.page_origin)}, and after a redirect its origin is null."
    return "The origin of the page is null."


def _tell_method_not_allowed(evidence: Evidence) -> str | None:
    policy = evidence.policy
    if not policy or policy.allows_method(evidence.method):
        return None
    return (
        f"The script wants to send {show(evidence.method)}, and the policy allows {_list(list(policy.allow_methods))}."
    )


def _tell_header_not_allowed(evidence: Evidence) -> str | None:
    policy = evidence.policy
    missing = [name for name in evidence.asked if policy and not policy.allows_header(name.lower())]
    if not policy or not missing:
        return None
    return f"The script wants to send {_list(missing)}, and the policy allows {_list(list(policy.sorted_names))}."


def _tell_request_value(name: str, end: str) -> Callable[[Evidence], str | None]:
    def tell_value(evidence: Evidence) -> str | None:
        values = get_values(evidence.request.headers, name) if evidence.request else []
        return f"{name} is {quote(', '.join(values))}, {end}." if values else None

    return tell_value


def _tell_ambiguous_path(evidence: Evidence) -> str:
    return f"The path of {quote(evidence.url)} can be read in more than one way, and not all readings may be served."


_TELLERS: dict[str, Callable[[Evidence], str | None]] = {
    reasons.NULL_ORIGIN.id: _tell_null_origin,
    reasons.MALFORMED_ORIGIN.id: _tell_origin("is not written as a browser writes one"),
    reasons.ORIGIN_TOO_LONG.id: _tell_origin("is longer than 512 bytes"),
    reasons.ORIGIN_DENIED.id: _tell_origin("is in the policy's deny_origins"),
    reasons.ORIGIN_NOT_ALLOWED.id: _tell_origin("is not allowed by the policy"),
    reasons.ORIGIN_NOT_JUDGED.id: _tell_origin("was not put to the policy's origin_validator"),
    reasons.MALFORMED_METHOD.id: _tell_request_value(names.REQUEST_METHOD, "which is not one method"),
    reasons.METHOD_NOT_ALLOWED.id: _tell_method_not_allowed,
    reasons.MALFORMED_HEADER_NAMES.id: _tell_request_value(names.REQUEST_HEADERS, "which is no list of header names"),
    reasons.HEADER_NOT_ALLOWED.id: _tell_header_not_allowed,
    reasons.AMBIGUOUS_PATH.id: _tell_ambiguous_path,
    reasons.ALLOW_ORIGIN_MISSING.id: _tell_allow_origin_missing,
    reasons.ALLOW_ORIGIN_MULTIPLE.id: _tell_allow_origin_multiple,
    reasons.ALLOW_ORIGIN_MISMATCH.id: _tell_allow_origin_mismatch,
    reasons.ALLOW_ORIGIN_WILDCARD_WITH_CREDENTIALS.id: _tell_allow_origin_wildcard,
    reasons.ALLOW_CREDENTIALS_MISSING.id: _tell_allow_credentials_missing,
    reasons.PREFLIGHT_REDIRECTED.id: _tell_preflight_redirected,
    reasons.PREFLIGHT_NOT_OK.id: _tell_preflight_not_ok,
    reasons.ALLOW_METHODS_MALFORMED.id: _tell_malformed(names.ALLOW_METHODS, "methods"),
    reasons.ALLOW_HEADERS_MALFORMED.id: _tell_malformed(names.ALLOW_HEADERS, "header names"),
    reasons.METHOD_NOT_LISTED.id: _tell_method_not_listed,
    reasons.METHODS_WILDCARD_WITH_CREDENTIALS.id: _tell_method_not_listed,
    reasons.HEADER_NOT_LISTED.id: _tell_header_not_listed,
    reasons.HEADERS_WILDCARD_WITH_CREDENTIALS.id: _tell_header_not_listed,
    reasons.AUTHORIZATION_NOT_LISTED.id: _tell_header_not_listed,
    reasons.REDIRECT_TO_INVALID_URL.id: _tell_redirect("which is no URL"),
    reasons.REDIRECT_TO_OTHER_SCHEME.id: _tell_redirect("whose scheme is not http or https"),
    reasons.REDIRECT_WITH_USERINFO.id: _tell_redirect("which holds a user name or a password"),
    reasons.TOO_MANY_REDIRECTS.id: _tell_too_many_redirects,
}
