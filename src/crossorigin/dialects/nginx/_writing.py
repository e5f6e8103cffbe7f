"""Rules as a configuration of nginx: maps that find the verdict, and headers that depend on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crossorigin.dialects import Loss, Written
from crossorigin.dialects import _pcre as pcre
from crossorigin.dialects._plans import METHOD, NAMES, ORIGIN
from crossorigin.dialects.nginx._words import CALLED, DOLLAR, hold, is_short, variable, write_map
from crossorigin.standard import headers as names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.dialects import Edge
    from crossorigin.dialects._pcre import Asked, Survey
    from crossorigin.ruleset import Ruleset

#: Each header of an answer, and what the variable is called that holds it.
HEADERS = {
    names.ALLOW_ORIGIN: "cors_allow_origin",
    names.ALLOW_CREDENTIALS: "cors_allow_credentials",
    names.ALLOW_METHODS: "cors_allow_methods",
    names.ALLOW_HEADERS: "cors_allow_headers",
    names.EXPOSE_HEADERS: "cors_expose_headers",
    names.MAX_AGE: "cors_max_age",
}
PRIVATE = "cors_allow_private_network"

#: Of the others, nginx would close the connection, or make another status of it.
_STATUSES = frozenset(range(400, 600)) - {444, *range(494, 500)}

_ORIGIN, _HOST = f"${variable(names.ORIGIN)}", f"${variable(names.HOST)}"
_METHOD, _NAMES = f"${variable(names.REQUEST_METHOD)}", f"${variable(names.REQUEST_HEADERS)}"

_USUAL_METHOD = re.compile("[A-Z_-]+")
_USUAL_NAME = re.compile("[A-Za-z0-9-]+")

_SMALLEST_BUCKET = 64
_FEWEST = 2048
_MANY_RULES = 50


def write_configuration(ruleset: Ruleset, edge: Edge) -> Written:
    """Write the whole configuration.

    :raises DialectError: a list is longer than nginx reads.
    """
    survey = pcre.survey_rules(ruleset, CALLED, is_short)
    losses = [*survey.losses, *_list_losses(survey)]
    maps = "\n".join(_write_maps(survey))
    if f"${{{DOLLAR}}}" in maps:
        maps = f"# A value has no other way to hold one.\ngeo ${DOLLAR} {{\n    default $;\n}}\n\n{maps}"
    text = _TEMPLATE.format(
        hash=_write_hash(survey),
        maps=_indent(maps, 1),
        upstream=edge.upstream,
        listen=edge.listen,
        port=edge.listen_port,
        hidden=_indent("".join(f"proxy_hide_header {name};\n" for name in [*HEADERS, names.ALLOW_PRIVATE_NETWORK]), 3),
        headers=_indent(_write_headers(), 3),
        answers=_indent(_write_answers(survey), 3),
        odd=_indent(_write_odd_names(survey), 2),
        forwarded_for=names.FORWARDED_FOR,
        forwarded_proto=names.FORWARDED_PROTO,
        forwarded_host=names.FORWARDED_HOST,
        host=names.HOST,
        upgrade=names.UPGRADE,
        connection=names.CONNECTION,
        vary=names.VARY,
        origin=names.ORIGIN,
    )
    return Written(text, losses)


_TEMPLATE = """\
# CORS in front of http://{upstream}, for nginx 1.18 or newer with PCRE.
# Start it: nginx -c "$PWD/nginx.conf" (in the foreground: add -g "daemon off;"). End it: add -s stop.

worker_processes auto;
pid /tmp/crossorigin-nginx-{port}.pid;
error_log stderr warn;

events {{
    worker_connections 1024;
}}

http {{
    access_log off;
    server_tokens off;
    # Nothing is ever written there: bodies are passed on as they come.
    client_body_temp_path /tmp/crossorigin-nginx;
    proxy_temp_path /tmp/crossorigin-nginx;
    fastcgi_temp_path /tmp/crossorigin-nginx;
    uwsgi_temp_path /tmp/crossorigin-nginx;
    scgi_temp_path /tmp/crossorigin-nginx;
{hash}
{maps}
    map $http_upgrade $cors_connection {{
        default upgrade;
        "" "";
    }}

    upstream cors_app {{
        server {upstream};
        keepalive 32;
    }}

    server {{
        listen {listen};
        client_max_body_size 0;
        # For what nginx refuses before it has read the origin.
        add_header {vary} {origin} always;
{odd}
        location / {{
            default_type "text/plain; charset=utf-8";

            # One authority: what the app says of CORS is left out.
{hidden}
            # nginx leaves a header out that is empty.
{headers}
{answers}
            proxy_pass http://cors_app;
            proxy_http_version 1.1;
            proxy_request_buffering off;
            proxy_buffering off;
            proxy_set_header {host} $http_host;
            proxy_set_header {upgrade} $http_upgrade;
            proxy_set_header {connection} $cors_connection;
            proxy_set_header {forwarded_for} $proxy_add_x_forwarded_for;
            proxy_set_header {forwarded_proto} $scheme;
            proxy_set_header {forwarded_host} $http_host;
        }}
    }}
}}
"""


def _indent(text: str, levels: int) -> str:
    return "".join(f"{'    ' * levels}{line}\n" if line else "\n" for line in text.splitlines())


def _list_losses(survey: Survey) -> Iterator[Loss]:
    for rule in survey.rules:
        policy = rule.policy
        odd = [method for method in policy.allow_methods if not _USUAL_METHOD.fullmatch(method)]
        if odd:
            why = f"{CALLED} itself refuses a method that is not in capital letters"
            yield Loss(f"allow_methods={odd!r}", why, "narrows")
        if policy.error_status not in _STATUSES:
            why = f"{CALLED} does something else at this status, and {pcre.FORBIDDEN_STATUS} is written"
            yield Loss(f"error_status={policy.error_status}", why, "cosmetic")


def _write_hash(survey: Survey) -> str:
    """Write how large the tables must be for the longest origin, and for all of them."""
    texts = [text for rule in survey.rules for text in rule.texts]
    bucket = _SMALLEST_BUCKET
    while bucket < max(map(len, texts), default=0) + 32:
        bucket *= 2
    most = max((len(rule.texts) for rule in survey.rules), default=0) * 4
    lines = [f"    map_hash_bucket_size {bucket};\n"] if bucket > _SMALLEST_BUCKET else []
    lines += [f"    map_hash_max_size {most};\n"] if most > _FEWEST else []
    lines += ["    variables_hash_max_size 16384;\n"] if len(survey.rules) > _MANY_RULES else []
    return "".join(lines)


def _write_maps(survey: Survey) -> Iterator[str]:
    yield "# What is asked: an origin in the form that browsers send, or nothing.\n" + write_map(
        _ORIGIN, "$cors_asked", [(f"~{pcre.ORIGIN_REGEX}", _ORIGIN)]
    )
    yield write_map(f"$request_method:{_METHOD}", "$cors_kind", [("~\\AOPTIONS:.", "preflight")], "actual")
    if any(rule.policy.enforce != "browser" for rule in survey.rules):
        yield _write_own_site()
    if survey.paths:
        yield from _write_paths(survey)
    for rule in survey.rules:
        yield from _write_rule(rule, "" if not survey.paths else f"_{rule.number}")
    if survey.paths:
        entries = [(str(rule.number), f"$cors_verdict_{rule.number}") for rule in survey.rules]
        yield "# The verdict of the rule that serves the path.\n" + write_map("$cors_rule", "$cors_verdict", entries)
    yield from _write_values(survey)


def _write_own_site() -> str:
    site = f"${variable(names.SEC_FETCH_SITE)}"
    by_name = write_map(f"{_ORIGIN} {_HOST}", "$cors_own_name", [(f"~{pcre.OWN_SITE_REGEX}", "own")], "other")
    entries = [("", "$cors_own_name"), ("~\\A(?:same-origin|none)\\z", "own")]
    return "# The server's own pages.\n" + by_name + "\n" + write_map(site, "$cors_own_site", entries, "other")


def _write_paths(survey: Survey) -> Iterator[str]:
    entries = [(f"~{pcre.AMBIGUOUS_TARGET_REGEX}", "")]
    yield "# The rule for the path; none for one that servers read in several ways.\n" + write_map(
        "$request_uri", "$cors_path", entries, "$uri"
    )
    entries = [("", str(pcre.AMBIGUOUS)), (f"~{pcre.AMBIGUOUS_PATH_REGEX}", str(pcre.AMBIGUOUS))]
    yield write_map("$cors_path", "$cors_rule", [*entries, *((f"~{key}", str(rule)) for key, rule in survey.paths)])


def _write_rule(rule: Asked, suffix: str) -> Iterator[str]:
    title = f"# The verdict of rule {rule.number}.\n" if suffix else "# The verdict.\n"
    if not rule.allows_any:
        entries, other = [("", "none")], "refused"
    elif rule.plan.is_static:
        entries, other = [("", "none"), (f"~{pcre.LONG_REGEX}", "refused")], "allowed"
    else:
        yield from _write_origins(rule, suffix)
        entries, other = [("~\\A \\z", "none"), ("~\\A ", "refused")], "allowed"
    source = _ORIGIN if not rule.asks_origin else f"$cors_origin{suffix} {_ORIGIN}"
    yield title + write_map(source, f"$cors_from{suffix}", entries, other)
    if rule.allows_any:
        yield write_map(_METHOD, f"$cors_method{suffix}", [(f"~{rule.methods}", "yes")], "no")
        yield write_map(_NAMES, f"$cors_names{suffix}", [("", "yes"), (f"~{rule.header_names}", "yes")], "no")
    yield from _write_verdict(rule, suffix)


def _write_origins(rule: Asked, suffix: str) -> Iterator[str]:
    of = f" of rule {rule.number}" if suffix else ""
    entries = [(text, "$cors_asked") for text in rule.texts]
    entries += [(f"~{regex}", "") for regex in rule.denied] + [(f"~{regex}", "$cors_asked") for regex in rule.regexes]
    # Why: nginx compares names without case, which does no harm, because the form of an origin has no capital letters.
    yield f"# The origins{of}.\n" + write_map("$cors_asked", f"$cors_origin{suffix}", entries)


def _write_verdict(rule: Asked, suffix: str) -> Iterator[str]:
    def say(pattern: str, verdict: str) -> tuple[str, str]:
        return pattern, f"{suffix[1:]}-{verdict}" if suffix else verdict

    policy = rule.policy
    enforced = pcre.write_enforced(policy)
    key = f"$cors_from{suffix} $cors_kind"
    entries = [say(r"~\Anone ", pcre.REFUSED if policy.require_origin else pcre.BARE)]
    if rule.allows_any:
        key += f" $cors_method{suffix} $cors_names{suffix}"
        entries.append(say(r"~\Aallowed preflight yes yes", pcre.PREFLIGHT))
    entries.append(say(r"~\A\S+ preflight", pcre.REFUSED))
    if enforced is not None:
        key += f" $cors_enforced{suffix} $cors_use{suffix} {_write_own(rule, suffix)}"
        yield write_map("$request_method", f"$cors_enforced{suffix}", [(f"~{enforced}", "enforced")], "free")
        uses = [("OPTIONS", "yes"), (f"~{rule.methods}", "yes")]
        yield write_map("$request_method", f"$cors_use{suffix}", uses, "no")
        if (hosts := pcre.write_hosts(policy)) is not None:
            entry = (f"~\\Aown {hosts.removeprefix(chr(92) + 'A')}", "own")
            yield write_map(f"$cors_own_site {_HOST}", f"$cors_own{suffix}", [entry], "other")
        entries.append(say(r"~\Aallowed .* enforced no other\z", pcre.FORBIDDEN))
    entries.append(say(r"~\Aallowed ", pcre.ACTUAL))
    if enforced is not None:
        entries += [say(r"~ own\z", pcre.BARE), say("~ enforced ", pcre.REFUSED)]
    yield write_map(key, f"$cors_verdict{suffix}", entries, say("", pcre.OTHER)[1])


def _write_own(rule: Asked, suffix: str) -> str:
    return "$cors_own_site" if rule.policy.own_hosts is None else f"$cors_own{suffix}"


def _write_values(survey: Survey) -> Iterator[str]:
    """Write a map for each header: what its value is at each verdict."""
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in [*HEADERS, names.VARY]}
    private: list[tuple[str, str]] = []
    for rule in survey.rules:
        suffix = f"_{rule.number}" if survey.paths else ""
        label = f"{rule.number}-" if survey.paths else ""
        for verdict, lines in pcre.list_answers(rule).items():
            for name, value in lines:
                found[name].append((f"{label}{verdict}", _fill(value, suffix)))
        if rule.policy.allow_private_network:
            private.append((f"~\\A{label}{pcre.PREFLIGHT}:true\\z", "true"))
    if survey.has_gap:
        # Why: where no rule serves the path, the app speaks for itself.
        for name in HEADERS:
            found[name].insert(0, ("", f"$upstream_{variable(name)}"))
        private.insert(0, ("~\\A:", f"$upstream_{variable(names.ALLOW_PRIVATE_NETWORK)}"))
    yield "# The headers of each verdict.\n" + write_map(
        "$cors_verdict", f"${HEADERS[names.ALLOW_ORIGIN]}", found[names.ALLOW_ORIGIN]
    )
    for name in [*HEADERS][1:]:
        yield write_map("$cors_verdict", f"${HEADERS[name]}", found[name])
    yield write_map(f"$cors_verdict:${variable(names.REQUEST_PRIVATE_NETWORK)}", f"${PRIVATE}", private)
    yield write_map("$cors_verdict", "$cors_varies", found[names.VARY])
    enough = rf"~(?:\A|,)[ \t]*(?i:{names.ORIGIN}|\*)[ \t]*(?:,|\z)"
    source = f"$upstream_{variable(names.VARY)}"
    yield "# The app may have said so already.\n" + write_map(source, "$cors_vary", [(enough, "")], "$cors_varies")
    statuses = [
        (f"{rule.number}-{verdict}" if survey.paths else verdict, str(status))
        for rule in survey.rules
        for verdict, status in pcre.list_statuses(rule, _STATUSES).items()
    ]
    yield "# What is answered without the app.\n" + write_map("$cors_verdict", "$cors_status", statuses)


def _fill(value: str, suffix: str) -> str:
    text = hold(value)
    for mark, written in ((ORIGIN, f"$cors_origin{suffix}"), (METHOD, _METHOD), (NAMES, _NAMES)):
        text = text.replace(mark, written)
    return text


def _write_headers() -> str:
    variables = {**HEADERS, names.ALLOW_PRIVATE_NETWORK: PRIVATE, names.VARY: "cors_vary"}
    return "".join(f"add_header {name} ${held} always;\n" for name, held in variables.items())


def _write_answers(survey: Survey) -> str:
    statuses = sorted({status for rule in survey.rules for status in pcre.list_statuses(rule, _STATUSES).values()})
    return "".join(
        f"if ($cors_status = {status}) {{\n    return {status}{_write_body(status)};\n}}\n" for status in statuses
    )


def _write_body(status: int) -> str:
    if status >= pcre.FIRST_ERROR:
        return ' "CORS: request refused\\n"'
    return "" if status == pcre.NO_CONTENT else ' ""'


def _write_odd_names(survey: Survey) -> str:
    listed = [name for rule in survey.rules for name in rule.policy.allow_headers if name != "*"]
    if all(map(_USUAL_NAME.fullmatch, listed)):
        return ""
    return (
        "# nginx would drop such names as the policy allows.\nunderscores_in_headers on;\nignore_invalid_headers off;\n"
    )
