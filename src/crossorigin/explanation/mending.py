"""What a server must answer so that the call works: as a policy's settings, and as headers and a status."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

from crossorigin import reasons
from crossorigin.decision.judging import find_origin_fault
from crossorigin.errors import InvalidOriginError, PolicyError, PolicyWarning
from crossorigin.explanation.evidence import is_null
from crossorigin.explanation.near import find_method_to_write, split_allow_origin, varies_by_origin
from crossorigin.origins.matcher import Matcher
from crossorigin.origins.origin import parse_origin
from crossorigin.origins.pattern import parse_pattern
from crossorigin.policy import ANY, DEFAULTS, Policy
from crossorigin.standard import headers as names
from crossorigin.standard.headers import is_forbidden_request_name, is_token
from crossorigin.standard.methods import SAFELISTED_METHODS, is_forbidden_method, normalize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crossorigin.explanation.evidence import Evidence

_TOKENS = re.compile(r"[!#$%&'+.^_`|~0-9A-Za-z-]+")
#: A longer list in an answer is not taken over into what to write.
_LONGEST_LIST = 4096
_MOST_NAMES = 64
_OK = 204


def find_settings(evidence: Evidence) -> dict[str, Any]:
    """Return the options that the policy must have for this call; without a policy, all of them."""
    policy = evidence.policy
    if policy is None:
        return _make_settings(evidence)
    changed: dict[str, Any] = {}
    if is_allowable(evidence.origin):
        changed.update(_add_origin(policy, evidence.origin))
    if evidence.sends_credentials and not policy.allow_credentials:
        changed["allow_credentials"] = True
        if policy.allows_any_origin:
            changed["allow_origins"] = [evidence.page_origin]
        if policy.expose_headers == (ANY,):
            changed["expose_headers"] = []
        if not _can_be(policy, changed):
            # Why: what may match any site, or anybody's name under a public suffix, is refused with credentials.
            changed["allow_origins"] = [evidence.page_origin]
            changed["allow_origin_regex"] = None
    if evidence.needs_preflight:
        changed.update(_add_method(policy, evidence))
        changed.update(_add_names(policy, evidence.asked))
    return changed


def is_allowable(origin: str) -> bool:
    """Tell whether a policy can allow *origin* by its name."""
    try:
        parse_origin(origin)
    except InvalidOriginError:
        return False
    return True


def _can_be(policy: Policy, changed: dict[str, Any]) -> bool:
    """Tell whether a policy can be made of these options."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PolicyWarning)
        try:
            Policy(**{**policy.settings, **changed})
        except PolicyError:
            return False
    return True


def _make_settings(evidence: Evidence) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if is_allowable(evidence.origin):
        made["allow_origins"] = [evidence.origin]
    if evidence.needs_preflight and evidence.method and not is_forbidden_method(evidence.method):
        listed = [normalize(method) for method in _read_list(evidence, names.ALLOW_METHODS)]
        kept = [method for method in listed if not is_forbidden_method(method)] or DEFAULTS["allow_methods"]
        made["allow_methods"] = _extend(kept, [evidence.method])
    if evidence.needs_preflight and evidence.asked:
        kept = [name for name in _read_list(evidence, names.ALLOW_HEADERS) if not is_forbidden_request_name(name)]
        made["allow_headers"] = _extend(kept, evidence.asked, folds=True)
    if evidence.sends_credentials:
        made["allow_credentials"] = True
    return made


def _add_origin(policy: Policy, origin: str) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    fault = find_origin_fault(policy, [origin])
    if fault is reasons.ORIGIN_DENIED:
        changed["deny_origins"] = [one for one in policy.deny_origins if not _matches(one, origin)]
    is_allowed = policy.allows_any_origin or origin in policy.allowed
    if fault is not None and not (is_allowed or any(regex.fullmatch(origin) for regex in policy.regexes)):
        changed["allow_origins"] = [*policy.allow_origins, origin]
    return changed


def _matches(text: str, origin: str) -> bool:
    return text == origin or ("*" in text and origin in Matcher((), [parse_pattern(text)]))


def _add_method(policy: Policy, evidence: Evidence) -> dict[str, Any]:
    method = evidence.method
    if not is_token(method) or method == ANY or policy.allows_method(method) or is_forbidden_method(method):
        return {}
    return {} if find_method_to_write(evidence) else {"allow_methods": [*policy.allow_methods, method]}


def _add_names(policy: Policy, asked: Sequence[str]) -> dict[str, Any]:
    missing = [name for name in asked if not policy.allows_header(name.lower()) and name != ANY]
    denied = {name.lower() for name in missing} & policy.denied_names
    unlisted = [name for name in missing if name.lower() not in denied]
    changed: dict[str, Any] = {}
    if denied:
        changed["deny_headers"] = [name for name in policy.deny_headers if name.lower() not in denied]
        if policy.allow_headers != (ANY,):
            listed = {name.lower() for name in policy.allow_headers}
            unlisted += [name for name in missing if name.lower() in denied - listed]
    if unlisted:
        changed["allow_headers"] = [*policy.allow_headers, *unlisted]
    return changed


def find_headers(evidence: Evidence) -> tuple[tuple[str, str], ...]:
    """Return the headers that the failing step's answer lacks, or has in a way that does not work.

    Spec: https://fetch.spec.whatwg.org/#concept-cors-check and https://fetch.spec.whatwg.org/#cors-preflight-fetch
    """
    if is_null(evidence) or not is_allowable(evidence.origin):
        return ()
    lines = list(_find_origin_lines(evidence))
    if evidence.sends_credentials and evidence.get(names.ALLOW_CREDENTIALS) != ["true"]:
        lines.append((names.ALLOW_CREDENTIALS, "true"))
    if evidence.is_preflight or (evidence.response is None and evidence.needs_preflight):
        lines += [*_find_method_line(evidence), *_find_names_line(evidence)]
    return tuple(lines)


def find_status(evidence: Evidence) -> int | None:
    """Return the status that the failing preflight must have, if its own is what a browser stops at."""
    if not evidence.is_preflight or evidence.status is None or evidence.status in range(200, 300):
        return None
    return _OK


def _find_origin_lines(evidence: Evidence) -> Sequence[tuple[str, str]]:
    values = evidence.get(names.ALLOW_ORIGIN)
    if values == [evidence.origin] or (values == [ANY] and not evidence.sends_credentials):
        return []
    if split_allow_origin(evidence) and set(split_allow_origin(evidence)) == {ANY} and not evidence.sends_credentials:
        return [(names.ALLOW_ORIGIN, ANY)]
    lines = [(names.ALLOW_ORIGIN, evidence.origin)]
    if not varies_by_origin(evidence):
        lines.append((names.VARY, ", ".join([*evidence.get(names.VARY), names.ORIGIN])))
    return lines


def _find_method_line(evidence: Evidence) -> Sequence[tuple[str, str]]:
    method, listed = evidence.method, evidence.get_list(names.ALLOW_METHODS)
    if listed is not None:
        is_covered = ANY in listed and not evidence.sends_credentials
        if not method or method in SAFELISTED_METHODS or method in listed or is_covered:
            return []
    wanted = [method] if method and not find_method_to_write(evidence) else []
    return [(names.ALLOW_METHODS, ", ".join(_extend(_read_list(evidence, names.ALLOW_METHODS), wanted)))]


def _find_names_line(evidence: Evidence) -> Sequence[tuple[str, str]]:
    listed = evidence.get_list(names.ALLOW_HEADERS)
    if listed is not None:
        lower = {name.lower() for name in listed}
        is_any = ANY in listed and not evidence.sends_credentials
        missing = [name for name in evidence.asked if name.lower() not in lower]
        if all(is_any and name.lower() != names.AUTHORIZATION.lower() for name in missing):
            return []
    kept = _read_list(evidence, names.ALLOW_HEADERS)
    if ANY in (listed or ()) and not evidence.sends_credentials:
        kept = [ANY, *kept]
    return [(names.ALLOW_HEADERS, ", ".join(_extend(kept, evidence.asked, folds=True)))]


def _read_list(evidence: Evidence, name: str) -> list[str]:
    """Return what can be kept of a list in the answer, whatever its marks are."""
    text = ",".join(evidence.get(name))
    if len(text) > _LONGEST_LIST:
        return []
    return _TOKENS.findall(text)[:_MOST_NAMES]


def _extend(listed: Sequence[str], wanted: Sequence[str], *, folds: bool = False) -> list[str]:
    known = {name.lower() if folds else name for name in listed}
    return list(dict.fromkeys([*listed, *(name for name in wanted if (name.lower() if folds else name) not in known)]))
