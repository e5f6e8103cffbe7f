"""The CORS-preflight request, and the judgement of its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crossorigin import reasons
from crossorigin.browser.check import find_fault
from crossorigin.messages import get_values
from crossorigin.standard.headers import (
    ALLOW_HEADERS,
    ALLOW_METHODS,
    AUTHORIZATION,
    MAX_AGE,
    REQUEST_METHOD,
    read_header_names,
)
from crossorigin.standard.methods import SAFELISTED_METHODS
from crossorigin.standard.statuses import is_ok, is_redirect

if TYPE_CHECKING:
    from crossorigin.browser.profiles import Profile
    from crossorigin.messages import Headers, Request, Response
    from crossorigin.reasons import Reason

_ANY = "*"


class Question(NamedTuple):
    """What a preflight asks for: a method, and the CORS-unsafe request-header names, sorted.

    *is_own*: an engine asks the page's own origin, and does not mind whether the answer is shared.
    """

    origin: str
    has_credentials: bool
    method: str
    header_names: list[str]
    is_own: bool = False


class Leave(NamedTuple):
    """What a preflight's answer gives leave for, and for how many seconds: None, if it changes nothing that is kept."""

    methods: list[str]
    header_names: list[str]
    max_age: int | None


def is_preflight(request: Request) -> bool:
    """Tell whether a request of the model is a CORS-preflight request: no script can set what makes it one.

    Spec: https://fetch.spec.whatwg.org/#cors-preflight-request
    """
    return request.method == "OPTIONS" and bool(get_values(request.headers, REQUEST_METHOD))


def read_leave(question: Question, response: Response, profile: Profile) -> Reason | Leave:
    """Read what a preflight's answer gives leave for, or why it gives none at all.

    Spec: https://fetch.spec.whatwg.org/#cors-preflight-fetch
    """
    # Why: the standard asks for the CORS check and an ok status at once. Of an answer that has neither, the status
    # tells more: no header makes up for it, and whatever gave it knows nothing of CORS.
    if is_redirect(response.status):
        return reasons.PREFLIGHT_REDIRECTED
    if not is_ok(response.status):
        return reasons.PREFLIGHT_NOT_OK
    fault = find_fault(question.origin, response, has_credentials=question.has_credentials)
    if fault and not question.is_own:
        return fault
    methods = _read_list(response.headers, ALLOW_METHODS)
    header_names = _read_list(response.headers, ALLOW_HEADERS)
    # The standard: "If either methods or headerNames is failure, return a network error."
    if methods is None:
        return reasons.ALLOW_METHODS_MALFORMED
    if header_names is None:
        return reasons.ALLOW_HEADERS_MALFORMED
    return Leave(methods, header_names, _read_max_age(response.headers, profile))


def find_refusal(question: Question, leave: Leave, profile: Profile) -> Reason | None:
    """Return why what was asked for is not among what there is leave for, or None."""
    return _find_method_fault(question, leave.methods) or _find_name_fault(question, leave.header_names, profile)


def _read_list(headers: Headers, name: str) -> list[str] | None:
    """Extract header list values: all lines together, or None if one of them is no list.

    Spec: https://fetch.spec.whatwg.org/#extract-header-list-values
    """
    values = get_values(headers, name)
    return read_header_names(",".join(values)) if values else []


def _find_method_fault(question: Question, methods: list[str]) -> Reason | None:
    # The standard: "If request's method is not in methods, request's method is not a CORS-safelisted method, and
    # request's credentials mode is "include" or methods does not contain `*`, then return a network error."
    if question.method in methods or question.method in SAFELISTED_METHODS:
        return None
    if _ANY not in methods:
        return reasons.METHOD_NOT_LISTED
    return reasons.METHODS_WILDCARD_WITH_CREDENTIALS if question.has_credentials else None


def _find_name_fault(question: Question, listed: list[str], profile: Profile) -> Reason | None:
    lower = {name.lower() for name in listed}
    missing = [name for name in question.header_names if name not in lower]
    if not missing:
        return None
    if _ANY not in lower:
        return reasons.HEADER_NOT_LISTED
    if question.has_credentials:
        return reasons.HEADERS_WILDCARD_WITH_CREDENTIALS
    # The standard: "If one of request's header list's names is a CORS non-wildcard request-header name and is not a
    # byte-case-insensitive match for an item in headerNames, then return a network error."
    is_left_out = AUTHORIZATION.lower() in missing and not profile.is_authorization_wild
    return reasons.AUTHORIZATION_NOT_LISTED if is_left_out else None


def _read_max_age(headers: Headers, profile: Profile) -> int | None:
    # The standard: "If the ABNF for name allows a single header and list contains more than one, then return failure."
    text = ",".join(value.strip(" \t") for value in get_values(headers, MAX_AGE))
    max_age = profile.read_age(text)
    return max_age if max_age is None or profile.max_age_limit is None else min(max_age, profile.max_age_limit)
