"""``find_fix``: what to write instead, on the side where it is wrong."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crossorigin import reasons
from crossorigin.explanation import lines
from crossorigin.explanation.evidence import is_null, list_words, quote, show
from crossorigin.explanation.mending import find_headers, find_settings, find_status
from crossorigin.explanation.near import find_method_to_write
from crossorigin.explanation.shapes import Fix
from crossorigin.origins.origin import read_origin
from crossorigin.policy import ANY, DEFAULTS
from crossorigin.standard import headers as names
from crossorigin.standard.paths import is_ambiguous_path, split_path
from crossorigin.standard.url import parse_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from crossorigin.explanation.evidence import Evidence

#: The options that are written for a framework, and the two without which nothing works there.
_WRITTEN = ("allow_origin_regex", "allow_headers", "allow_credentials", "expose_headers", "max_age")
_ALWAYS = ("allow_origins", "allow_methods")

_BEGINNINGS = {
    "two-layers": "Let one layer add the header, and take it out of the other. ",
    "preflight-needs-login": "Put CORS before the login, so that preflights need none. ",
    "no-options-route": "Let a layer before the router answer preflights. ",
    "error-without-headers": "Let the outermost layer add the headers, to errors as well. ",
}


def find_fix(evidence: Evidence, near: frozenset[str]) -> Fix:
    """Return what to write instead.

    >>> from crossorigin.explanation.evidence import Evidence
    >>> find_fix(Evidence(reasons.MISSING_ORIGIN), frozenset()).settings
    {'require_origin': False}
    """
    if own := _OWN_FIXES.get(evidence.reason.id):
        return own(evidence)
    if evidence.policy and evidence.is_preflight and ANY in (evidence.method, *evidence.asked):
        return Fix("script", 'Give what is called "*" another name in the script: no policy allows it.')
    if is_null(evidence):
        return _fix_null(evidence)
    if find_method_to_write(evidence):
        return _add_changes(evidence, Fix("script", ""))
    if "missing-vary" in near:
        return _fix_cache(evidence)
    if evidence.location and evidence.status in range(300, 400) and "preflight-needs-login" not in near:
        return _fix_redirect(evidence) or _fix_server(evidence, near)
    return _fix_server(evidence, near)


def _fix_call(evidence: Evidence, sentence: str, **changed: str) -> Fix:
    return Fix(
        "script", sentence, call=changed, code=lines.write_fetch(evidence.call, changed) if evidence.call else {}
    )


def _fix_server(evidence: Evidence, near: frozenset[str]) -> Fix:
    """Say what the server must answer: as settings where a policy lacks something, else as headers and status."""
    settings = find_settings(evidence)
    headers, status = find_headers(evidence), find_status(evidence)
    if evidence.policy and settings:
        return Fix(
            "server",
            _write_changes(evidence, settings),
            settings,
            headers,
            status,
            code=_write_code(evidence, settings),
        )
    parts = [f"{name}: {show(value)}" for name, value in headers]
    step = "the preflight" if evidence.is_preflight else "the request"
    if not parts and status is None:
        # Why: nothing but the reason is known, so its own hint says most.
        return Fix("server", evidence.reason.hint, settings, code=_write_code(evidence, settings))
    status_words = [f"status {status}"] if status is not None else []
    begin = next((text for miss, text in _BEGINNINGS.items() if miss in near), "")
    sentence = f"{begin}Answer {step} with {list_words([*status_words, *parts])}."
    hidden = [name for name, _ in headers if evidence.get(name)]
    code = lines.write_nginx(headers if status is None else [*_find_kept(evidence, headers), *headers], hidden, status)
    own = _write_code(evidence, settings)
    # Why: of two layers it is most often the proxy that can be told to leave the other's headers out.
    code = {**code, **own} if "two-layers" in near else {**own, **code}
    return Fix("server", f"{sentence}{_end(evidence)}", settings, headers, status, code=code)


def _find_kept(evidence: Evidence, headers: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield what the answer says well already, and whoever answers in its place must say, too."""
    changed = {name for name, _ in headers}
    for name in (names.ALLOW_ORIGIN, names.VARY, names.ALLOW_CREDENTIALS, names.ALLOW_METHODS, names.ALLOW_HEADERS):
        if name not in changed and (values := evidence.get(name)):
            yield name, ", ".join(values)


def _end(evidence: Evidence) -> str:
    if evidence.reason.id == reasons.ALLOW_ORIGIN_WILDCARD_WITH_CREDENTIALS.id:
        return f" Or leave the credentials out of the script: a token in {names.AUTHORIZATION} needs none."
    return ""


def _write_changes(evidence: Evidence, settings: Mapping[str, Any]) -> str:
    """Say in a sentence each how the policy changes."""
    sentences = []
    for name, value in settings.items():
        before = getattr(evidence.policy, name)
        if value is None or isinstance(value, bool):
            sentences.append(f"Set {name}={value}.")
            continue
        # Why: a policy may list tens of thousands, so they are looked up.
        gone, new = [[one for one in these if one not in those] for these, those in _pair(before, value)]
        if name.startswith("deny_"):
            sentences.append(f"Take {_quote_all(gone)} out of {name}.")
        elif ANY in before and ANY not in value:
            here = _quote_all(value) or "the names"
            sentences.append(f'Write {here} instead of "*" in {name}: with credentials, a * means nothing.')
        elif gone:
            here, away = _quote_all(value), _quote_all(gone)
            sentences.append(f"Write {here} instead of {away} in {name}: with credentials, that is too much.")
        else:
            sentences.append(f"Add {_quote_all(new)} to {name}.")
    return " ".join(sentences) + _end(evidence)


def _pair(before: Sequence[Any], after: Sequence[Any]) -> list[tuple[Sequence[Any], set[Any]]]:
    """Return each of two lists with what the other one holds."""
    return [(before, set(after)), (after, set(before))]


def _quote_all(values: list[str]) -> str:
    return list_words([quote(value) for value in values])


def _write_code(evidence: Evidence, settings: dict[str, Any]) -> dict[str, str]:
    """Return the lines of the whole policy, as it will be."""
    if not settings:
        return {}
    policy = evidence.policy
    whole = dict(settings)
    if policy:
        kept = [name for name in _WRITTEN if getattr(policy, name) != DEFAULTS[name]]
        whole = {name: getattr(policy, name) for name in (*_ALWAYS, *kept)} | settings
    return lines.write_lines(whole)


def _fix_null(evidence: Evidence) -> Fix:
    """Never allow null: call the last URL, or open the page at an origin that is allowed."""
    if evidence.page_origin != evidence.origin:
        sentence = f"Call {show(evidence.url)} itself, so that no redirect is needed."
        return _fix_call(evidence, sentence, url=evidence.url)
    allowed = [value for value in evidence.get(names.ALLOW_ORIGIN) if read_origin(value)]
    if evidence.policy:
        allowed += [value for value in evidence.policy.allow_origins if read_origin(value)]
    if not allowed:
        sentence = "Serve the page over http or https, and allow that origin; from a file or a sandbox it has none."
        return Fix("page", sentence)
    fix = Fix(
        "page",
        f"Open the page at {show(allowed[0])}, not from a file or in a sandboxed frame.",
        call={"page_origin": allowed[0]},
    )
    return _add_changes(evidence._replace(origin=allowed[0], page_origin=allowed[0]), fix)


def _add_changes(evidence: Evidence, fix: Fix) -> Fix:
    """Add to a fix of the script or the page what is wrong beside it: the case of the method, and the policy."""
    sentences, call, code = [fix.sentence] if fix.sentence else [], dict(fix.call), dict(fix.code)
    if upper := find_method_to_write(evidence):
        own = _fix_call(evidence, f'Write method: "{upper}" in the script.', method=upper)
        sentences.append(own.sentence)
        call.update(own.call)
        code.update(own.code)
    settings = find_settings(evidence) if evidence.policy else {}
    if settings:
        sentences.append(_write_changes(evidence, settings))
        code.update(_write_code(evidence, settings))
    return fix._replace(sentence=" ".join(sentences), settings=settings, call=call, code=code)


def _fix_cache(evidence: Evidence) -> Fix:
    value = ", ".join([*evidence.get(names.VARY), names.ORIGIN])
    sentence = (
        f"Send {names.VARY}: {show(value)} with every answer, also to requests without an origin; then empty the cache."
    )
    return Fix("network", sentence, headers=((names.VARY, value),), code=lines.write_vary())


def _fix_redirect(evidence: Evidence) -> Fix | None:
    """Call the URL that the redirect leads to."""
    start = parse_url(evidence.url)
    target = parse_url(evidence.location, start) if start else None
    if not (start and target and target.is_http):
        return None
    code: dict[str, str] = {}
    if start.host == target.host:
        if start.path.rstrip("/") == target.path.rstrip("/") and start.path != target.path:
            code = lines.write_slashes()
        if (start.scheme, target.scheme) == ("https", "http"):
            # Why: what leads back to http was made by an app that does not know of the proxy in front of it.
            target, code = target._replace(scheme="https", port=start.port), lines.write_proxy_trust()
    url = str(target._replace(fragment=None))
    # Why: what redirects to itself, such as one that sets a cookie first, redirects whoever calls it.
    if url == str(start):
        return None
    sentence = f"Call {show(url)} in the script, so that no redirect is needed."
    fix = _fix_call(evidence, sentence, url=url)
    return fix._replace(code={**fix.code, **code})


def _fix_by_hint(where: str, **settings: Any) -> Callable[[Evidence], Fix]:  # noqa: ANN401 (options are of many types)
    """Say what the reason's own hint says: there is nothing at hand that would say more."""
    return lambda evidence: Fix(where, evidence.reason.hint, settings)


def _fix_malformed_origin(evidence: Evidence) -> Fix:
    written = parse_url(evidence.origin.lower())
    if written and written.is_http:
        return Fix("script", f"Send the origin as a browser writes it: {show(written.origin)}.")
    return Fix("script", evidence.reason.hint)


def _fix_ambiguous_path(evidence: Evidence) -> Fix:
    url = parse_url(evidence.url)
    plain = url and str(url._replace(path=re.sub(r"/{2,}", "/", re.sub(r";[^/]*", "", url.path))))
    if not plain or is_ambiguous_path(split_path(plain)):
        return Fix("script", evidence.reason.hint)
    return _fix_call(evidence, f"Call {show(plain)}.", url=plain)


def _fix_userinfo(evidence: Evidence) -> Fix:
    start = parse_url(evidence.url)
    target = parse_url(evidence.location, start) if start else None
    if not target:
        return Fix("server", evidence.reason.hint)
    location = str(target._replace(username="", password=""))
    return Fix("server", f"Send {names.LOCATION}: {show(location)}.", headers=((names.LOCATION, location),))


def _fix_loop(evidence: Evidence) -> Fix:
    schemes = {request.url.partition(":")[0] for request, _ in evidence.exchanges}
    is_about_scheme = len(schemes) > 1 or evidence.location.startswith(tuple(f"{scheme}:" for scheme in schemes))
    sentence = "Break the circle: look at what redirects to https, to a slash, or to www., in the app and in the proxy."
    return Fix("server", sentence, code=lines.write_proxy_trust() if is_about_scheme else {})


_OWN_FIXES: Mapping[str, Callable[[Evidence], Fix]] = {
    reasons.MISSING_ORIGIN.id: _fix_by_hint("server", require_origin=False),
    reasons.MULTIPLE_ORIGINS.id: _fix_by_hint("network"),
    reasons.ORIGIN_TOO_LONG.id: _fix_by_hint("script"),
    reasons.MALFORMED_ORIGIN.id: _fix_malformed_origin,
    reasons.NULL_ORIGIN.id: _fix_null,
    reasons.ORIGIN_NOT_JUDGED.id: _fix_by_hint("server"),
    reasons.MALFORMED_METHOD.id: _fix_by_hint("script"),
    reasons.MALFORMED_HEADER_NAMES.id: _fix_by_hint("script"),
    reasons.TOO_MANY_HEADER_NAMES.id: _fix_by_hint("script"),
    reasons.PRIVATE_NETWORK_NOT_ALLOWED.id: _fix_by_hint("server", allow_private_network=True),
    reasons.TOO_MANY_HEADER_LINES.id: _fix_by_hint("script"),
    reasons.AMBIGUOUS_PATH.id: _fix_ambiguous_path,
    reasons.REDIRECT_TO_INVALID_URL.id: _fix_by_hint("server"),
    reasons.REDIRECT_TO_OTHER_SCHEME.id: _fix_by_hint("server"),
    reasons.REDIRECT_WITH_USERINFO.id: _fix_userinfo,
    reasons.TOO_MANY_REDIRECTS.id: _fix_loop,
}
