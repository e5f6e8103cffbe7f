"""HTTP-redirect fetch: what a redirect makes of a request, or why it ends there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crossorigin import reasons
from crossorigin.messages import get_values
from crossorigin.standard.headers import LOCATION
from crossorigin.standard.statuses import is_redirect
from crossorigin.standard.url import Url, parse_url

if TYPE_CHECKING:
    from crossorigin.browser.profiles import Profile
    from crossorigin.messages import Headers, Response
    from crossorigin.reasons import Reason

#: "If request's redirect count is 20, then return a network error."
MAX_REDIRECTS = 20

_SEE_OTHER = 303
_CHANGES_POST = frozenset({301, 302})
_ODD_STATUSES = range(309, 400)
_ESCAPED = {"bytes": re.compile("[\x80-\xff]"), "odd": re.compile("[\x00-\x20\x7f-\xff]")}


def leads_on(response: Response, profile: Profile) -> bool:
    """Tell whether an answer is a redirect, if it has a Location."""
    if is_redirect(response.status):
        return True
    # Why: WebKit takes for a redirect what HTTP may define one day.
    return (
        profile.follows_odd_statuses
        and response.status in _ODD_STATUSES
        and any(get_values(response.headers, LOCATION))
    )


def read_location(response: Response, base: Url, profile: Profile) -> Url | Reason | None:
    """Return the location URL of a redirect, a reason if it is none, or None if there is no Location.

    Spec: https://fetch.spec.whatwg.org/#concept-response-location-url
    """
    values = [value.strip(" \t") for value in get_values(response.headers, LOCATION)]
    if profile.repeated_location == "once":
        values = list(dict.fromkeys(values))
    elif profile.repeated_location == "joined":
        values = [", ".join(values)] if values else []
    if not values or (values == [""] and profile.empty_location == "none"):
        return None
    if values == [""] and profile.empty_location == "fails":
        return reasons.REDIRECT_TO_INVALID_URL
    # The standard: "If the ABNF for name allows a single header and list contains more than one, then return failure."
    url = parse_url(_escape(values[0], profile), base) if len(values) == 1 else None
    if url is None:
        return reasons.REDIRECT_TO_INVALID_URL
    # The standard: "If location is a URL whose fragment is null, then set location's fragment to requestFragment."
    if url.fragment is None and (base.fragment or profile.empty_fragment is None):
        return url._replace(fragment=base.fragment)
    return url


def _escape(value: str, profile: Profile) -> str:
    """Percent-encode the bytes of a Location that are not ASCII, as browsers do, whatever they spell."""
    escaped = _ESCAPED.get(profile.escapes_location or "")
    return escaped.sub(lambda match: f"%{ord(match[0]):02X}", value) if escaped else value


def find_fault(location: Url, page_origin: str, profile: Profile, *, is_cors: bool, count: int) -> Reason | None:
    """Return why a redirect to *location* is not followed, or None.

    *is_cors*: the request's response tainting is "cors". *count*: how many redirects came before.

    Spec: https://fetch.spec.whatwg.org/#concept-http-redirect-fetch
    """
    if not location.is_http:
        return reasons.REDIRECT_TO_OTHER_SCHEME
    if count >= MAX_REDIRECTS:
        return reasons.TOO_MANY_REDIRECTS
    # The standard: "If request's mode is "cors", locationURL includes credentials, and request's origin is not same
    # origin with locationURL's origin", or if its "response tainting is "cors" and locationURL includes credentials".
    is_foreign = is_cors or location.origin != page_origin
    if location.includes_credentials and (is_foreign or not profile.follows_userinfo):
        return reasons.REDIRECT_WITH_USERINFO
    return None


def changes_to_get(status: int, method: str) -> bool:
    """Tell whether a redirect turns the request into a GET without a body.

    >>> changes_to_get(302, "POST"), changes_to_get(302, "PUT"), changes_to_get(303, "PUT"), changes_to_get(303, "HEAD")
    (True, False, True, False)
    """
    if status == _SEE_OTHER:
        return method not in ("GET", "HEAD")
    return status in _CHANGES_POST and method == "POST"


def drop(headers: Headers, dropped: frozenset[str]) -> Headers:
    """Leave out the headers that have one of the names."""
    return tuple(pair for pair in headers if pair[0].lower() not in dropped) if dropped else headers
