"""The CORS check: whether an answer may be shared with the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin import reasons
from crossorigin.messages import get_values
from crossorigin.standard.headers import ALLOW_CREDENTIALS, ALLOW_ORIGIN

if TYPE_CHECKING:
    from crossorigin.messages import Response
    from crossorigin.reasons import Reason

_ANY = "*"
_TRUE = "true"


def find_fault(origin: str, response: Response, *, has_credentials: bool) -> Reason | None:
    """Perform a CORS check; return why it fails, or None.

    *origin* is the serialized origin of the request. *has_credentials*: its credentials mode is "include".

    Spec: https://fetch.spec.whatwg.org/#concept-cors-check

    >>> from crossorigin.messages import Response
    >>> response = Response(200, [("Access-Control-Allow-Origin", "*")])
    >>> find_fault("https://app.example", response, has_credentials=False)
    >>> find_fault("https://app.example", response, has_credentials=True)
    <Reason allow-origin-wildcard-with-credentials>
    """
    values = [value.strip(" \t") for value in get_values(response.headers, ALLOW_ORIGIN)]
    # The standard: "If origin is null, then return failure." "Null is not `null`."
    if not values:
        return reasons.ALLOW_ORIGIN_MISSING
    allowed = ", ".join(values)
    # The standard: "If request's credentials mode is not "include" and origin is `*`, then return success."
    if allowed == _ANY and not has_credentials:
        return None
    # The standard: "If the result of byte-serializing a request origin with request is not origin, then return
    # failure."
    if allowed != origin:
        return _name_difference(allowed)
    # The standard: "If request's credentials mode is not "include", then return success."
    if not has_credentials:
        return None
    credentials = ", ".join(value.strip(" \t") for value in get_values(response.headers, ALLOW_CREDENTIALS))
    return None if credentials == _TRUE else reasons.ALLOW_CREDENTIALS_MISSING


def _name_difference(allowed: str) -> Reason:
    if allowed == _ANY:
        return reasons.ALLOW_ORIGIN_WILDCARD_WITH_CREDENTIALS
    # Why: no origin holds a comma or a space, so two values were meant, by one layer or by two.
    is_list = any(letter in ", " for letter in allowed)
    return reasons.ALLOW_ORIGIN_MULTIPLE if is_list else reasons.ALLOW_ORIGIN_MISMATCH
