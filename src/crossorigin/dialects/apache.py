"""A whole configuration of Apache httpd, in front of the app: it is written only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crossorigin.dialects import DialectError, Loss, Written
from crossorigin.dialects import _pcre as pcre
from crossorigin.dialects._plans import METHOD, NAMES, ORIGIN
from crossorigin.standard import headers as names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from crossorigin.dialects import Edge
    from crossorigin.dialects._pcre import Asked, Survey
    from crossorigin.ruleset import Ruleset

NAME = "apache"
FORM = "edge"

_CALLED = "Apache"

#: The errors that Apache has a text for; of any other it makes 500.
_STATUSES = frozenset({*range(400, 418), *range(421, 427), 428, 429, 431, 451, *range(500, 509), 510, 511})

#: An expression may be as long, and a line should not hold more origins.
_LONGEST = 8000
_AT_ONCE = 100

_HEADERS = (
    names.ALLOW_ORIGIN,
    names.ALLOW_CREDENTIALS,
    names.ALLOW_METHODS,
    names.ALLOW_HEADERS,
    names.EXPOSE_HEADERS,
    names.MAX_AGE,
    names.ALLOW_PRIVATE_NETWORK,
)


def _ask(name: str) -> str:
    return f"req_novary('{name}')"


_ORIGIN, _HOST, _SITE = _ask(names.ORIGIN), _ask(names.HOST), _ask(names.SEC_FETCH_SITE)
_HELD = {ORIGIN: names.ORIGIN, METHOD: names.REQUEST_METHOD, NAMES: names.REQUEST_HEADERS}

#: The line of a request whose path servers read in several ways.
_AMBIGUOUS_LINE = r"\A\S+ (?:[A-Za-z]+://[^/?\x23 ]*)?[^?\x23 ]*(?:/\.{1,2}(?=[/?\x23 ])|//|[;\x5c]|%(?i:2[ef]|5c))"

_HAS_ORIGIN = f"-n {_ORIGIN}"
_IS_PREFLIGHT = ("%{REQUEST_METHOD} == 'OPTIONS'", f"-n {_ask(names.REQUEST_METHOD)}")
_IS_ALLOWED = "reqenv('CORS_ALLOWED') == 'yes'"
_IS_OPEN = "reqenv('CORS') == ''"


def write(ruleset: Ruleset, edge: Edge) -> Written:
    """Write the whole configuration.

    :raises DialectError: a list is longer than Apache reads.
    """
    survey = pcre.survey_rules(ruleset, _CALLED, _is_usable)
    rules = survey.rules
    statuses = sorted({status for rule in rules for status in pcre.list_statuses(rule, _STATUSES).values()} & _STATUSES)
    text = _TEMPLATE.format(
        errors="".join(f'ErrorDocument {status} "CORS: request refused"\n' for status in statuses),
        paths="".join(_write_paths(survey)),
        own="".join(_write_own(survey)),
        rules="".join("".join(_write_rule(rule, has_paths=bool(survey.paths))) for rule in rules),
        answers="".join(_write_answers(survey)),
        removed="".join(f"Header unset {name} \"expr=-n reqenv('CORS')\"\n" for name in _HEADERS),
        headers="".join(_write_headers(survey)),
        upstream=edge.upstream,
        listen=edge.listen,
        port=edge.listen_port,
        method=names.REQUEST_METHOD,
        proto=names.FORWARDED_PROTO,
    )
    return Written(text, [*survey.losses, *_list_losses(survey)])


_TEMPLATE = """\
# CORS in front of http://{upstream}, for Apache 2.4.47 or newer, with its modules where Debian has them.
# Start it: apache2 -f "$PWD/apache.conf" (in the foreground: add -D FOREGROUND). End it: add -k stop. Check it: add -t.
# Elsewhere the program is called httpd, and the modules are in another folder:
Define CORS_MODULES /usr/lib/apache2/modules

<IfModule !mpm_event_module>
    LoadModule mpm_event_module ${{CORS_MODULES}}/mod_mpm_event.so
</IfModule>
LoadModule authz_core_module ${{CORS_MODULES}}/mod_authz_core.so
LoadModule headers_module ${{CORS_MODULES}}/mod_headers.so
LoadModule rewrite_module ${{CORS_MODULES}}/mod_rewrite.so
LoadModule proxy_module ${{CORS_MODULES}}/mod_proxy.so
LoadModule proxy_http_module ${{CORS_MODULES}}/mod_proxy_http.so

ServerName localhost
Listen {listen}
DefaultRuntimeDir /tmp
PidFile /tmp/crossorigin-apache-{port}.pid
ErrorLog /tmp/crossorigin-apache-{port}.log
ServerTokens Prod
TraceEnable Off
LimitRequestBody 0
AllowEncodedSlashes NoDecode

ProxyRequests Off
ProxyPreserveHost On
ProxyPass "/" "http://{upstream}/" nocanon upgrade=websocket
RequestHeader set {proto} http
# Apache does not tell a header without a value from none.
RequestHeader edit {method} "^$" "*" early
{errors}
RewriteEngine On
{paths}{own}{rules}
# What is answered without the app.
{answers}
# One authority: what the app says of CORS is left out.
{removed}
# The headers of each verdict, on errors of Apache's own as well.
{headers}"""


def _is_usable(regex: str) -> bool:
    """Tell whether Apache can have an expression: in all of a configuration, ``${`` begins a variable."""
    return "${" not in regex and len(regex) < _LONGEST


def _list_losses(survey: Survey) -> Iterator[Loss]:
    for rule in survey.rules:
        policy = rule.policy
        if policy.error_status not in _STATUSES:
            why = f"{_CALLED} does not know this status, and {pcre.FORBIDDEN_STATUS} is written"
            yield Loss(f"error_status={policy.error_status}", why, "cosmetic")
        if policy.preflight_status != pcre.NO_CONTENT:
            why = f"{_CALLED} answers it with a page, and {pcre.NO_CONTENT} is written"
            yield Loss(f"preflight_status={policy.preflight_status}", why, "cosmetic")


def _match(text: str, regex: str, sign: str = "=~") -> str:
    r"""Write the question whether a text matches an expression; the marks that end one are written by their numbers.

    :raises DialectError: it is longer than Apache reads.

    >>> _match("reqenv('A')", '[#"]\\#')
    "reqenv('A') =~ m#[\\x23\\x22]\\x23#"
    """
    if len(regex) > _LONGEST:
        what = f"Apache reads no expression of more than {_LONGEST} letters: {regex[:60]}..."
        raise DialectError(NAME, what, fix="List fewer names, or allow every one with *")
    marks = {"#": r"\x23", r"\#": r"\x23", '"': r"\x22", r"\"": r"\x22"}
    written = re.sub(r"\\.|[#\"]", lambda found: marks.get(found[0], found[0]), regex)
    return f"{text} {sign} m#{written}#"


def _choose(conditions: Iterable[str], variable: str, value: object) -> str:
    """Write a rule that sets a variable where all conditions hold."""
    lines = "".join(f'RewriteCond expr "{condition}"\n' for condition in conditions)
    return f"{lines}RewriteRule ^ - [E={variable}:{value}]\n"


def _write_paths(survey: Survey) -> Iterator[str]:
    if not survey.paths:
        return
    yield "\n# The rule for the path; rule 0 for one that servers read in several ways.\n"
    is_free = "reqenv('CORS_RULE') == ''"
    line = _match("%{THE_REQUEST}", _AMBIGUOUS_LINE)
    yield _choose([line], "CORS_RULE", pcre.AMBIGUOUS)
    yield _choose([_match("%{REQUEST_URI}", pcre.AMBIGUOUS_PATH_REGEX)], "CORS_RULE", pcre.AMBIGUOUS)
    for regex, number in survey.paths:
        yield _choose([is_free, _match("%{REQUEST_URI}", regex)], "CORS_RULE", number)


def _write_own(survey: Survey) -> Iterator[str]:
    if any(rule.is_enforced for rule in survey.rules):
        yield "\n# The server's own pages.\n"
        yield _choose([f"{_SITE} in {{'same-origin', 'none'}}"], "CORS_OWN", "yes")
        both = f"'%{{req_novary:{names.ORIGIN}}} %{{req_novary:{names.HOST}}}'"
        same = _match(both, pcre.OWN_SITE_REGEX)
        yield _choose([f"-z {_SITE}", same], "CORS_OWN", "yes")


def _write_rule(rule: Asked, *, has_paths: bool) -> Iterator[str]:
    number = rule.number
    within = [f"reqenv('CORS_RULE') == '{number}'"] if has_paths else []
    yield f"\n# The verdict of rule {number}.\n" if has_paths else "\n# The verdict.\n"
    if rule.plan.is_static:
        conditions = [*within, _HAS_ORIGIN, _match(_ORIGIN, rf",|{pcre.LONG_REGEX}", "!~")]
        yield _choose(conditions, "CORS_ALLOWED", "yes")
    else:
        for at in range(0, len(rule.texts), _AT_ONCE):
            texts = ", ".join(f"'{text}'" for text in rule.texts[at : at + _AT_ONCE])
            yield _choose([*within, f"{_ORIGIN} in {{{texts}}}"], "CORS_ALLOWED", "yes")
        form = _match(_ORIGIN, pcre.ORIGIN_REGEX)
        denied = [_match(_ORIGIN, regex, "!~") for regex in rule.denied]
        for regex in rule.regexes:
            yield _choose([*within, form, _match(_ORIGIN, regex), *denied], "CORS_ALLOWED", "yes")
    yield from _write_verdicts(rule, within)


def _write_verdicts(rule: Asked, within: Sequence[str]) -> Iterator[str]:
    policy = rule.policy

    def say(verdict: str, *conditions: str) -> str:
        label = f"{rule.number}-{verdict}" if within else verdict
        return _choose([*within, _IS_OPEN, *conditions], "CORS", label)

    yield say(pcre.REFUSED if policy.require_origin else pcre.BARE, f"-z {_ORIGIN}")
    if rule.allows_any:
        asked = [
            _match(_ask(names.REQUEST_METHOD), rule.methods),
            _match(_ask(names.REQUEST_HEADERS), rule.header_names),
        ]
        yield say(pcre.PREFLIGHT, _IS_ALLOWED, *_IS_PREFLIGHT, *asked)
    yield say(pcre.REFUSED, *_IS_PREFLIGHT)
    enforced = pcre.write_enforced(policy)
    if enforced is None:
        if rule.allows_any:
            yield say(pcre.ACTUAL, _IS_ALLOWED)
        yield say(pcre.OTHER)
        return
    own = ["reqenv('CORS_OWN') == 'yes'"]
    hosts = pcre.write_hosts(policy)
    own += [_match(_HOST, hosts)] if hosts is not None else []
    is_enforced = _match("%{REQUEST_METHOD}", enforced)
    if rule.allows_any:
        yield say(pcre.ACTUAL, _IS_ALLOWED, *own)
        unused = ["%{REQUEST_METHOD} != 'OPTIONS'", _match("%{REQUEST_METHOD}", rule.methods, "!~")]
        yield say(pcre.FORBIDDEN, _IS_ALLOWED, is_enforced, *unused)
        yield say(pcre.ACTUAL, _IS_ALLOWED)
    yield say(pcre.BARE, *own)
    yield say(pcre.REFUSED, is_enforced)
    yield say(pcre.OTHER)


def _list_verdict(survey: Survey, rule: Asked, verdict: str) -> str:
    return f"{rule.number}-{verdict}" if survey.paths else verdict


def _is_one(verdicts: Iterable[str]) -> str:
    return f"reqenv('CORS') in {{{', '.join(f'{chr(39)}{verdict}{chr(39)}' for verdict in verdicts)}}}"


def _write_answers(survey: Survey) -> Iterator[str]:
    found: dict[int, list[str]] = {}
    for rule in survey.rules:
        for verdict, status in pcre.list_statuses(rule, _STATUSES).items():
            written = pcre.NO_CONTENT if verdict == pcre.PREFLIGHT else status
            found.setdefault(written, []).append(_list_verdict(survey, rule, verdict))
    for status, verdicts in found.items():
        yield f'RewriteCond expr "{_is_one(verdicts)}"\nRewriteRule ^ - [R={status},L]\n'


def _write_headers(survey: Survey) -> Iterator[str]:
    found: dict[tuple[str, str], list[str]] = {}
    for rule in survey.rules:
        for verdict, lines in pcre.list_answers(rule).items():
            for line in lines:
                found.setdefault(line, []).append(_list_verdict(survey, rule, verdict))
        if rule.policy.allow_private_network:
            line = (names.ALLOW_PRIVATE_NETWORK, "true")
            found.setdefault(line, []).append(_list_verdict(survey, rule, pcre.PREFLIGHT))
    enough = _match(f"resp('{names.VARY}')", rf"(?:\A|,)[ \t]*(?i:{names.ORIGIN}|\*)[ \t]*(?:,|\z)", "!~")
    asked = f"{_ask(names.REQUEST_PRIVATE_NETWORK)} == 'true'"
    more = {names.VARY: f" && {enough}", names.ALLOW_PRIVATE_NETWORK: f" && {asked}"}
    for (name, value), verdicts in found.items():
        condition = _is_one(verdicts) + more.get(name, "")
        yield f'Header always set {name} {_fill(value)} "expr={_quote(condition)}"\n'


def _fill(value: str) -> str:
    if value in _HELD:
        return f'"expr=%{{req_novary:{_HELD[value]}}}"'
    return f'"{_quote(value.replace("%", "%%"))}"'


def _quote(text: str) -> str:
    r"""Write a text for quotation marks, of all directives but those of ``mod_rewrite``, which takes it as it is.

    >>> print(_quote('\\z "'))
    \z \"
    """
    return re.sub(r'\\(?=[\\"]|\Z)', r"\\\\", text).replace('"', r"\"")
