"""Near misses: the well-known ways to be almost right, looked for in the evidence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crossorigin.decision import decide
from crossorigin.explanation.evidence import is_null, list_words, quote, show
from crossorigin.explanation.shapes import NearMiss
from crossorigin.explanation.similar import compare
from crossorigin.messages import get_values
from crossorigin.origins.nearest import find_nearest
from crossorigin.origins.origin import read_origin
from crossorigin.policy import ANY
from crossorigin.standard import headers as names
from crossorigin.standard.methods import normalize
from crossorigin.standard.url import parse_url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.explanation.evidence import Evidence
    from crossorigin.messages import Headers
    from crossorigin.standard.url import Url

#: What the servers that refuse by a policy write: our own words, and those of Starlette.
_REFUSAL = re.compile(
    rb"CORS: preflight request refused: ([a-z-]+(?:, [a-z-]+)*)|Disallowed CORS ([a-z]+(?:, [a-z]+)*)"
)
_MOST_BODY = 4096
_LOGIN = re.compile(r"log-?in|sign-?in|auth|sso\b", re.IGNORECASE)
_HIT = re.compile(r"\bhit\b", re.IGNORECASE)

_ORIGIN_IDS = frozenset(
    {
        "allow-origin-missing", "allow-origin-multiple", "allow-origin-mismatch", "preflight-not-ok",
        "origin-not-allowed", "malformed-origin",
    }
)  # fmt: skip
_METHOD_IDS = frozenset(
    {"method-not-listed", "methods-wildcard-with-credentials", "method-not-allowed", "preflight-not-ok"}
)
_HEADER_IDS = frozenset(
    {"header-not-listed", "headers-wildcard-with-credentials", "authorization-not-listed", "header-not-allowed"}
)
_WILDCARD_IDS = frozenset(
    {
        "allow-origin-wildcard-with-credentials",
        "methods-wildcard-with-credentials",
        "headers-wildcard-with-credentials",
    }
)


def find_near_misses(evidence: Evidence) -> tuple[NearMiss, ...]:
    """Return every near miss that the evidence shows, the most telling first."""
    found: dict[str, NearMiss] = {}
    for finder in (
        _find_in_layers,
        _find_in_redirects,
        _find_in_origin,
        _find_in_lists,
        _find_in_case,
        _find_in_status,
        _find_in_silence,
    ):
        for miss in finder(evidence):
            found.setdefault(miss.id, miss)
    return tuple(found.values())


def is_kept(headers: Headers) -> bool:
    """Tell whether an answer says of itself that a cache had kept it."""
    words = [value for name in names.CACHE_STATUSES for value in get_values(headers, name)]
    return bool(get_values(headers, names.AGE)) or any(_HIT.search(word) for word in words)


def _find_in_layers(evidence: Evidence) -> Iterator[NearMiss]:
    """Look for two layers that both add headers, and for a cache that keeps answers for the wrong pages."""
    if not evidence.has_rule:
        yield NearMiss("no-rule-for-path", f"No rule serves the path of {quote(evidence.url)}.")
    values = split_allow_origin(evidence)
    if len(values) > 1:
        is_list = len(evidence.get(names.ALLOW_ORIGIN)) == 1 and len(set(values)) == len(values) and ANY not in values
        if is_list:
            yield NearMiss("list-of-origins", "The header holds one origin: a list in it allows nobody.")
        else:
            yield NearMiss("two-layers", "Two layers add the header, such as the app and a proxy in front of it.")
        return
    if misses_vary(evidence):
        yield NearMiss(
            "missing-vary",
            f"A cache kept an answer that was meant for another page: it says {names.VARY}: {_show_vary(evidence)}, "
            f"not {names.ORIGIN}.",
        )


def _show_vary(evidence: Evidence) -> str:
    return show(", ".join(evidence.get(names.VARY))) or "nothing"


def split_allow_origin(evidence: Evidence) -> list[str]:
    """Return the values of the allow-origin lines, those in lists as well."""
    return [word.strip() for line in evidence.get(names.ALLOW_ORIGIN) for word in line.split(",")]


def misses_vary(evidence: Evidence) -> bool:
    """Tell whether a shared cache answered with what was meant for another origin, or for a request without one."""
    if evidence.response is None or evidence.reason.id not in {"allow-origin-mismatch", "allow-origin-missing"}:
        return False
    values = evidence.get(names.ALLOW_ORIGIN)
    is_strange = not values or (read_origin(values[0]) is not None and compare(evidence.origin, values[0]) is None)
    return is_strange and is_kept(evidence.response.headers) and not varies_by_origin(evidence)


def varies_by_origin(evidence: Evidence) -> bool:
    """Tell whether the answer says that it depends on the origin."""
    words = [word.strip().lower() for line in evidence.get(names.VARY) for word in line.split(",")]
    return names.ORIGIN.lower() in words or ANY in words


def _find_in_redirects(evidence: Evidence) -> Iterator[NearMiss]:
    if is_null(evidence) and evidence.page_origin != evidence.origin:
        yield NearMiss("redirect-taint", "After a redirect from one foreign origin to another, the browser sends null.")
    elif is_null(evidence):
        yield NearMiss("null", "Sandboxed frames and pages from files have the origin null, whoever made them.")
    if evidence.location and evidence.status in range(300, 400):
        yield from compare_urls(parse_url(evidence.url), evidence.location)
    if evidence.reason.id == "too-many-redirects":
        urls = [request.url for request, _ in evidence.exchanges]
        if len(set(urls)) < len(urls):
            yield NearMiss("redirect-loop", "The redirects go round in a circle.")


def compare_urls(start: Url | None, location: str) -> Iterator[NearMiss]:
    """Name what a redirect changes."""
    target = parse_url(location, start) if start else None
    if not (start and target and target.is_http):
        return
    is_host_kept = start.host == target.host
    if is_host_kept and start.path.rstrip("/") == target.path.rstrip("/") and start.path != target.path:
        yield NearMiss("slash-redirect", f"The route is {quote(target.path)}: only the slash at the end differs.")
    if is_host_kept and (start.scheme, target.scheme) == ("http", "https"):
        yield NearMiss("https-redirect", "The server wants https, and the script calls http.")
    if is_host_kept and (start.scheme, target.scheme) == ("https", "http"):
        text = "The redirect leads from https to http: the app does not know that a proxy in front of it speaks https."
        yield NearMiss("downgrade-redirect", text)
    if start.host in {f"www.{target.host}", target.host.removeprefix("www.")} and not is_host_kept:
        yield NearMiss("www", "The redirect only adds www. or takes it away.")
    if _LOGIN.search(target.path) and not _LOGIN.search(start.path):
        yield NearMiss("preflight-needs-login", f"The redirect leads to a login page, {quote(target.path)}.")


def _find_in_status(evidence: Evidence) -> Iterator[NearMiss]:
    status = evidence.status
    if status is None or evidence.reason.id not in {"preflight-not-ok", "allow-origin-missing"}:
        return
    if refusal := _find_refusal(evidence):
        yield NearMiss("refused-by-policy", f"It is the CORS policy that refuses it: {refusal}.")
    elif evidence.is_preflight and status in {401, 403, 407, 511}:
        text = "Something asks the preflight for a login, and a browser sends no cookie and no token with it."
        yield NearMiss("preflight-needs-login", text)
    elif evidence.is_preflight and status in {404, 405, 501}:
        yield NearMiss("no-options-route", f"No route answers OPTIONS here: {status} is what the router says.")
    elif status in range(400, 600) and not _find_sign(evidence):
        layer = "an error handler, a proxy or a firewall that stands outside of the layer that adds the headers"
        text = f"If other answers have the headers, the {status} comes from {layer}. Mend the {status} itself, too."
        yield NearMiss("error-without-headers", text)


def _find_in_silence(evidence: Evidence) -> Iterator[NearMiss]:
    """Look for a layer that knows CORS, and does not know the origin: the rest of what it sends gives it away."""
    if evidence.reason.id != "allow-origin-missing" or evidence.policy:
        return
    sign = _find_sign(evidence)
    if not sign or misses_vary(evidence):
        return
    # Why: the layer compares letters, and its list is what the owner can see.
    advice = "Compare it with the list there letter by letter: scheme, port, and no slash at the end."
    text = f"The answer has {sign}: a CORS layer has answered, and does not allow {quote(evidence.origin)}. {advice}"
    yield NearMiss("origin-not-in-list", text)


def _find_sign(evidence: Evidence) -> str:
    """Return what an answer has of a layer that knows CORS, or nothing."""
    lines = evidence.response.headers if evidence.response else ()
    told = [name for name, _ in lines if name.lower().startswith(names.CORS_PREFIX)]
    varies = varies_by_origin(evidence) and ANY not in evidence.get(names.VARY)
    return told[0] if told else f"{names.VARY}: {names.ORIGIN}" if varies else ""


def _find_refusal(evidence: Evidence) -> str:
    """Return why a policy refused the request, as the policy at hand or the answer's own text has it."""
    if evidence.policy and evidence.request:
        return ", ".join(reason.id for reason in decide(evidence.policy, evidence.request).reasons)
    found = _REFUSAL.search(evidence.response.body[:_MOST_BODY]) if evidence.response else None
    return (found[1] or found[2]).decode() if found else ""


def _find_in_origin(evidence: Evidence) -> Iterator[NearMiss]:
    if evidence.reason.id not in _ORIGIN_IDS or not evidence.origin or is_null(evidence):
        return
    values = split_allow_origin(evidence)
    if len(values) == 1 and values[0] != ANY and (miss := compare(evidence.origin, values[0])):
        yield miss._replace(sentence=f"The answer allows {quote(values[0])}. {miss.sentence}")
    policy = evidence.policy
    is_strange = policy is not None and evidence.origin not in policy.allowed
    near = find_nearest(evidence.origin, policy.allowed) if policy and is_strange else None
    if near and (miss := compare(evidence.origin, near[0]) or compare(near[0], evidence.origin)):
        yield miss._replace(sentence=f"The policy allows {quote(near[0])}. {miss.sentence}")


def find_method_to_write(evidence: Evidence) -> str | None:
    """Return the method that the script meant, if it wrote one in lower case that the server allows in upper case."""
    method = evidence.method
    if evidence.reason.id not in _METHOD_IDS or method == method.upper() or normalize(method) != method:
        return None
    listed = evidence.get_list(names.ALLOW_METHODS) or []
    allowed = evidence.policy.allow_methods if evidence.policy else ()
    return method.upper() if method.upper() in (*listed, *allowed) else None


def _find_in_lists(evidence: Evidence) -> Iterator[NearMiss]:
    if find_method_to_write(evidence):
        text = f"Methods are compared with case, and a browser sends {quote(evidence.method)} as it is written."
        yield NearMiss("lower-case-method", text)
    elif evidence.reason.id in _METHOD_IDS:
        for listed in evidence.get_list(names.ALLOW_METHODS) or ():
            if listed != evidence.method and listed.upper() == evidence.method.upper():
                yield NearMiss("case", f"The answer lists {quote(listed)}: methods are compared with case.")
    if evidence.reason.id in _WILDCARD_IDS:
        yield NearMiss("wildcard-with-credentials", "A * means nothing to a browser when credentials are sent.")
    if evidence.reason.id in _HEADER_IDS:
        yield from _find_in_names(evidence)


def _find_in_names(evidence: Evidence) -> Iterator[NearMiss]:
    listed = {name.lower() for name in evidence.get_list(names.ALLOW_HEADERS) or ()}
    missing = [name for name in evidence.asked if name.lower() not in listed]
    lower = {name.lower() for name in missing}
    if names.AUTHORIZATION.lower() in lower:
        if ANY in listed and evidence.reason.id == "authorization-not-listed":
            text = f"A * does not cover {names.AUTHORIZATION}: it must be named."
            yield NearMiss("authorization-under-wildcard", text)
        else:
            yield NearMiss("missing-authorization", f"{names.AUTHORIZATION} is not in the list.")
    if names.CONTENT_TYPE.lower() in lower:
        text = f"A body of JSON has a {names.CONTENT_TYPE} that needs leave; a form's has not."
        yield NearMiss("json-content-type", text)


def _find_in_case(evidence: Evidence) -> Iterator[NearMiss]:
    values = evidence.get(names.ALLOW_CREDENTIALS)
    if evidence.reason.id != "allow-credentials-missing" or not values:
        return
    if len(values) > 1 or "," in values[0]:
        yield NearMiss("two-layers", "Two layers add the header, such as the app and a proxy in front of it.")
    elif values[0].lower() == "true":
        yield NearMiss("case", f"Only true in lower case counts, not {list_words([quote(values[0])])}.")
