"""A whole configuration of HAProxy, in front of the app: it is written only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crossorigin.dialects import Written
from crossorigin.dialects import _pcre as pcre
from crossorigin.dialects._plans import METHOD, NAMES, ORIGIN
from crossorigin.standard import headers as names
from crossorigin.standard.headers import CORS_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crossorigin.dialects import Edge
    from crossorigin.dialects._pcre import Asked, Survey
    from crossorigin.ruleset import Ruleset

NAME = "haproxy"
FORM = "edge"

_CALLED = "HAProxy"

#: A line may have 64 words.
_WORDS = 40
_STATUSES = range(400, 600)

#: What stands in a value for what a request has.
_HELD = {ORIGIN: "%[var(txn.cors_origin)]", METHOD: "%[var(txn.cors_method)]", NAMES: "%[var(txn.cors_names)]"}

#: What begins as an escape, and is none.
_BROKEN = "%(?![0-9A-Fa-f]{2})"

_REFERS = re.compile(r"\\[1-9]|\(\?\(")
_VERDICT = "var(txn.cors_verdict) -m str"


def write(ruleset: Ruleset, edge: Edge) -> Written:
    """Write the whole configuration."""
    survey = pcre.survey_rules(ruleset, _CALLED, _is_usable)
    rules = "".join(_write_rule(rule, has_paths=bool(survey.paths)) for rule in survey.rules)
    lines = [*_write_asked(survey), *_write_paths(survey)]
    text = _TEMPLATE.format(
        asked="".join(f"    {line}\n" if line else "\n" for line in lines),
        rules=rules,
        answers="".join(f"    {line}\n" for line in _write_answers(survey)),
        headers="".join(f"    {line}\n" for line in _write_headers(survey)),
        upstream=edge.upstream,
        listen=edge.listen,
        prefix=CORS_PREFIX.title(),
        proto=names.FORWARDED_PROTO,
        host=names.FORWARDED_HOST,
        old_host=names.HOST,
    )
    return Written(text, survey.losses)


_TEMPLATE = """\
# CORS in front of http://{upstream}, for HAProxy 2.4 or newer with PCRE.
# Start it: haproxy -f haproxy.cfg (in the background: add -D). Check it: add -c.

defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    timeout tunnel 1h
    option forwardfor

frontend cors
    bind {listen}

    # What is asked: an origin in the form that browsers send, or nothing; a method; header names.
{asked}{rules}
    # What is answered without the app.
{answers}
    http-request set-header {proto} http
    http-request set-header {host} %[req.fhdr({old_host})]

    # One authority: what the app says of CORS is left out.
    http-response del-header {prefix} -m beg if {{ var(txn.cors_verdict) -m found }}

    # The headers of each verdict, on errors of HAProxy's own as well.
{headers}
    default_backend app

backend app
    server app {upstream}
"""


def _is_usable(regex: str) -> bool:
    """Tell whether HAProxy can have an expression: it counts no groups."""
    return not _REFERS.search(regex)


def quote(text: str) -> str:
    r"""Write a word as it is.

    >>> print(quote("a'b$"))
    'a'\''b$'
    """
    return "'" + text.replace("'", r"'\''") + "'"


def _write_asked(survey: Survey) -> Iterator[str]:
    yield f"acl cors_has_origin req.fhdr_cnt({names.ORIGIN}) gt 0"
    yield f"acl cors_has_one_origin req.fhdr_cnt({names.ORIGIN}) eq 1"
    yield "acl cors_options method OPTIONS"
    yield f"acl cors_asks req.fhdr_cnt({names.REQUEST_METHOD}) gt 0"
    yield "acl cors_allowed var(txn.cors_allowed) -m found"
    yield "acl cors_decided var(txn.cors_verdict) -m found"
    form = f"{{ req.fhdr({names.ORIGIN}) -m reg -- {quote(pcre.ORIGIN_REGEX)} }}"
    yield f"http-request set-var(txn.cors_origin) req.fhdr({names.ORIGIN}) if cors_has_one_origin {form}"
    one = f"{{ req.fhdr_cnt({names.REQUEST_METHOD}) eq 1 }}"
    yield f"http-request set-var(txn.cors_method) req.fhdr({names.REQUEST_METHOD}) if {one}"
    yield f"http-request set-var(txn.cors_names) req.fhdr({names.REQUEST_HEADERS})"
    if any(rule.policy.allow_private_network for rule in survey.rules):
        yield f"http-request set-var(txn.cors_private) req.fhdr({names.REQUEST_PRIVATE_NETWORK})"
    if any(rule.is_enforced for rule in survey.rules):
        yield ""
        yield "# The server's own pages."
        yield f"acl cors_tells_site req.fhdr_cnt({names.SEC_FETCH_SITE}) gt 0"
        yield f"http-request set-var(txn.cors_host) req.fhdr({names.HOST})"
        pair = quote('var(txn.cors_origin),concat(" ",txn.cors_host)')
        yield f"http-request set-var(txn.cors_pair) {pair}"
        one = f"{{ req.fhdr_cnt({names.SEC_FETCH_SITE}) eq 1 }}"
        told = f"{one} {{ req.fhdr({names.SEC_FETCH_SITE}) -m str same-origin none }}"
        yield f"http-request set-var(txn.cors_own) str(own) if {told}"
        same = f"{{ var(txn.cors_pair) -m reg -- {quote(pcre.OWN_SITE_REGEX)} }}"
        yield f"http-request set-var(txn.cors_own) str(own) if !cors_tells_site {same}"


def _write_paths(survey: Survey) -> Iterator[str]:
    if not survey.paths:
        return
    yield ""
    yield "# The rule for the path, decoded where it can be; rule 0 for one that servers read in several ways."
    yield "acl cors_has_rule var(txn.cors_rule) -m found"
    yield "http-request set-var(txn.cors_path) path"
    yield "http-request set-var(txn.cors_path) path,url_dec"
    # Why: of a path with a broken escape, HAProxy decodes nothing at all, and the app perhaps what it can.
    yield f"http-request set-var(txn.cors_rule) str({pcre.AMBIGUOUS}) if {{ path -m reg -- {quote(_BROKEN)} }}"
    for fetch in ("path", "var(txn.cors_path)"):
        condition = f"{{ {fetch} -m reg -- {quote(pcre.AMBIGUOUS_PATH_REGEX)} }}"
        yield f"http-request set-var(txn.cors_rule) str({pcre.AMBIGUOUS}) if {condition}"
    for regex, number in survey.paths:
        condition = f"!cors_has_rule {{ var(txn.cors_path) -m reg -- {quote(regex)} }}"
        yield f"http-request set-var(txn.cors_rule) str({number}) if {condition}"


def _write_rule(rule: Asked, *, has_paths: bool) -> str:
    number = rule.number
    within = f"cors_in_{number} " if has_paths else ""
    lines = [f"# The verdict of rule {number}." if has_paths else "# The verdict."]
    if has_paths:
        lines.append(f"acl cors_in_{number} var(txn.cors_rule) -m str {number}")
    allow = f"http-request set-var(txn.cors_allowed) str(yes) if {within}"
    if rule.plan.is_static:
        lines.append(f"{allow}cors_has_one_origin !{{ req.fhdr({names.ORIGIN}) -m reg -- {quote(pcre.LONG_REGEX)} }}")
    elif rule.texts:
        lines += _write_acl(f"cors_named_{number}", "var(txn.cors_origin) -m str", rule.texts)
        lines.append(f"{allow}cors_named_{number}")
    if rule.regexes and not rule.plan.is_static:
        lines += _write_acl(f"cors_matched_{number}", "var(txn.cors_origin) -m reg", rule.regexes)
        denied = _write_acl(f"cors_denied_{number}", "var(txn.cors_origin) -m reg", rule.denied)
        lines += [*denied, f"{allow}cors_matched_{number}" + (f" !cors_denied_{number}" if denied else "")]
    lines += _write_verdicts(rule, within)
    return "\n" + "".join(f"    {line}\n" for line in lines)


def _write_acl(name: str, fetch: str, items: Sequence[str]) -> list[str]:
    return [
        f"acl {name} {fetch} -- {' '.join(map(quote, items[at : at + _WORDS]))}" for at in range(0, len(items), _WORDS)
    ]


def _write_verdicts(rule: Asked, within: str) -> Iterator[str]:
    number, policy = rule.number, rule.policy

    def say(verdict: str, condition: str) -> str:
        name = f"{number}-{verdict}" if within else verdict
        return f"http-request set-var(txn.cors_verdict) str({name}) if {within}!cors_decided {condition}".rstrip()

    enforced = pcre.write_enforced(policy)
    yield say(pcre.REFUSED if policy.require_origin else pcre.BARE, "!cors_has_origin")
    if rule.allows_any:
        yield f"acl cors_methods_{number} var(txn.cors_method) -m reg -- {quote(rule.methods)}"
        yield f"acl cors_names_{number} req.fhdr_cnt({names.REQUEST_HEADERS}) eq 0"
        one = f"req.fhdr_cnt({names.REQUEST_HEADERS}) gt 1"
        yield f"acl cors_names_{number} var(txn.cors_names) -m reg -- {quote(rule.header_names)}"
        asked = f"cors_options cors_asks cors_methods_{number} cors_names_{number} !{{ {one} }}"
        yield say(pcre.PREFLIGHT, f"cors_allowed {asked}")
    yield say(pcre.REFUSED, "cors_options cors_asks")
    if enforced is not None:
        own = [f"acl cors_own_{number} var(txn.cors_own) -m found"]
        if (hosts := pcre.write_hosts(policy)) is not None:
            own = [
                f"acl cors_own_{number} var(txn.cors_own_{number}) -m found",
                f"acl cors_host_{number} var(txn.cors_host) -m reg -- {quote(hosts)}",
                f"http-request set-var(txn.cors_own_{number}) var(txn.cors_own) if cors_host_{number}",
            ]
        yield from own
        yield f"acl cors_enforced_{number} method -m reg -- {quote(enforced)}"
        if rule.allows_any:
            yield f"acl cors_use_{number} method OPTIONS"
            yield f"acl cors_use_{number} method -m reg -- {quote(rule.methods)}"
            unused = f"cors_enforced_{number} !cors_use_{number} !cors_own_{number}"
            yield say(pcre.FORBIDDEN, f"cors_allowed {unused}")
    if rule.allows_any:
        yield say(pcre.ACTUAL, "cors_allowed")
    if enforced is not None:
        yield say(pcre.BARE, f"cors_own_{number}")
        yield say(pcre.REFUSED, f"cors_enforced_{number}")
    yield say(pcre.OTHER, "")


def _list_verdicts(survey: Survey, rule: Asked, verdict: str) -> str:
    return f"{rule.number}-{verdict}" if survey.paths else verdict


def _write_answers(survey: Survey) -> Iterator[str]:
    found: dict[int, list[str]] = {}
    for rule in survey.rules:
        for verdict, status in pcre.list_statuses(rule, _STATUSES).items():
            found.setdefault(status, []).append(_list_verdicts(survey, rule, verdict))
    for status, verdicts in found.items():
        body = (
            r' content-type "text/plain; charset=utf-8" string "CORS: request refused\n"'
            if status >= pcre.FIRST_ERROR
            else ""
        )
        for condition in _write_condition(verdicts):
            yield f"http-request return status {status}{body} if {condition}"


def _write_condition(verdicts: Sequence[str]) -> list[str]:
    return [f"{{ {_VERDICT} {' '.join(verdicts[at : at + _WORDS])} }}" for at in range(0, len(verdicts), _WORDS)]


def _write_headers(survey: Survey) -> Iterator[str]:
    found: dict[tuple[str, str], list[str]] = {}
    for rule in survey.rules:
        for verdict, lines in pcre.list_answers(rule).items():
            for line in lines:
                found.setdefault(line, []).append(_list_verdicts(survey, rule, verdict))
    for (name, value), verdicts in found.items():
        for condition in _write_condition(verdicts):
            if name == names.VARY:
                enough = f"!{{ res.hdr({names.VARY}) -m str -i {names.ORIGIN} '*' }}"
                yield f"http-after-response add-header {name} {quote(value)} if {condition} {enough}"
            else:
                yield f"http-after-response set-header {name} {_fill(value)} if {condition}"
    private = [
        _list_verdicts(survey, rule, pcre.PREFLIGHT) for rule in survey.rules if rule.policy.allow_private_network
    ]
    for condition in _write_condition(private):
        asked = "{ var(txn.cors_private) -m str true }"
        yield f"http-after-response set-header {names.ALLOW_PRIVATE_NETWORK} true if {condition} {asked}"


def _fill(value: str) -> str:
    if value in _HELD:
        return _HELD[value]
    return quote(value.replace("%", "%%"))
