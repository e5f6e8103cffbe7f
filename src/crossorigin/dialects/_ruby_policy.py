"""A policy as Ruby that runs elsewhere: the constants and the methods that judge requests, for whoever answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crossorigin.dialects import _policies as policies
from crossorigin.dialects._flavours import to_flavour
from crossorigin.dialects._pcre import TUPLE_REGEX
from crossorigin.dialects._plans import (
    AMBIGUOUS_PATHS,
    FORM_OF_NAME,
    METHOD,
    NAMES,
    ORIGIN,
    Origins,
    Plan,
    list_needed,
    make_strictest,
    plan_rules,
)
from crossorigin.dialects._ruby import write_text
from crossorigin.dialects._ruby_program import PROGRAM
from crossorigin.dialects._translation import Loss
from crossorigin.origins.origin import NULL
from crossorigin.ruleset import EVERYTHING, Rule, Ruleset
from crossorigin.standard import headers as names
from crossorigin.standard.methods import FORBIDDEN_METHODS, SAFE_METHODS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crossorigin.decision.answers import Headers

#: What stands for the parts of a request in the answers.
_PLACES = {ORIGIN: ":origin", METHOD: ":method", NAMES: ":names"}

#: What the program says as the policy does.
_SAYS = (
    *("deny_origins", "deny_headers", "require_origin", "enforce", "own_hosts"),
    *("preflight_status", "error_status", "error_messages", "allow_private_network"),
)
_WIDTH = 110
_WHY_AMBIGUOUS = (
    "a path of which servers and routers differ, such as /a//b or /a%2Fb, is refused, and not judged by each of its "
    "readings"
)


def fill(template: str) -> str:
    """Put header names in the places of a template that are called as our constants for them.

    ``<VARY>`` is the name, ``<vary>`` the name in lower case, ``<HTTP_VARY>`` the name of its variable in Rack.

    >>> fill("<VARY> <vary> <HTTP_ORIGIN>")
    'Vary vary HTTP_ORIGIN'
    """

    def find(place: re.Match[str]) -> str:
        name = place[1]
        if name.startswith("HTTP_"):
            return f"HTTP_{getattr(names, name.removeprefix('HTTP_')).upper().replace('-', '_')}"
        value = str(getattr(names, name.upper()))
        return value.lower() if name.islower() else value

    return re.sub("<([A-Za-z_]+)>", find, template)


def write_program(template: str, ruleset: Ruleset, called: str) -> tuple[str, list[Loss]]:
    """Return a template with the program in the place of its line ``@PROGRAM@``, and what is lost."""
    losses: list[Loss] = []
    for rule in ruleset.rules:
        losses += policies.list_unsaid(rule.policy, called, _SAYS)
    plans = plan_rules(ruleset)
    needed = list_needed([rule.policy for rule in ruleset.rules])
    if len(plans) == 1 and plans[0].prefixes == ("",):
        needed.add("one")
        rules = _write_entries(_list_entries(plans[0], needed, called, losses), "  ")
    else:
        needed.add("many")
        losses.append(Loss(AMBIGUOUS_PATHS, f"{called}: {_WHY_AMBIGUOUS}", "narrows"))
        rules = "".join(_write_rule(plan, needed, called, losses) for plan in plans)
    strictest = _list_entries(_plan_strictest(ruleset), needed, called, [])
    constants = {
        "RULES": rules.rstrip(),
        "STRICTEST": _write_entries(strictest, "  ").rstrip(),
        "FORM_OF_ORIGIN": rf"%r{{\A{TUPLE_REGEX}\z}}",
        "FORM_OF_NAME": _write_regex(FORM_OF_NAME) or "",
        "FORBIDDEN": _write_literal(sorted(FORBIDDEN_METHODS)),
        "SAFE": _write_literal(sorted(SAFE_METHODS)),
        "PREFIX": write_text(names.CORS_PREFIX),
    }
    # Why: in one pass, so that nothing of a policy is taken for a place.
    program = re.sub("@([A-Z_]+)@", lambda found: constants[found[1]], _choose(fill(PROGRAM), needed))
    before, _, after = fill(template).partition("@PROGRAM@\n")
    indent = " " * (len(before) - len(before.rstrip(" ")))
    lines = [line if line.isspace() else indent + line for line in program.splitlines(keepends=True)]
    return before.rstrip(" ") + "".join(lines) + after, losses


def _choose(template: str, needed: set[str]) -> str:
    """Keep the lines that are for every policy, and those for what this one has."""
    lines = []
    for line in template.splitlines(keepends=True):
        text, mark, option = line.partition("  #@")
        if not mark:
            lines.append(line)
        elif option.strip() in needed:
            lines.append(text.rstrip(" ") + "\n")
    return re.sub("\n{3,}", "\n\n", "".join(lines))


def _write_rule(plan: Plan, needed: set[str], called: str, losses: list[Loss]) -> str:
    entries = {
        "paths": _write_paths(plan.paths),
        "prefixes": _write_paths(plan.prefixes),
        **_list_entries(plan, needed, called, losses),
    }
    return f"  {{\n{_write_entries(entries, '    ')}  }},\n"


def _list_entries(plan: Plan, needed: set[str], called: str, losses: list[Loss]) -> dict[str, str]:
    """Return what the program compares and answers, as Ruby."""
    policy = plan.policy
    allowed = Origins((NULL,), (".*",)) if plan.allowed is None else plan.allowed
    patterns = Origins((), ()) if plan.is_static else allowed
    entries = {
        "origins": ":any" if plan.is_static else _write_literal(allowed.texts),
        "patterns": _write_regexes(patterns, called, losses),
        "denied": _write_literal(plan.denied.texts),
        "denied_patterns": _write_regexes(plan.denied, called, losses),
        "methods": ":any" if plan.methods is None else _write_literal(plan.methods),
        "names": ":any" if plan.header_names is None else _write_literal(plan.header_names),
        "denied_names": _write_literal(plan.denied_names),
        "bare": _write_lines(plan.bare),
        "actual": _write_lines(plan.actual),
        "preflight": _write_lines(plan.preflight),
        "refused": _write_lines(plan.refused),
        "preflight_status": str(policy.preflight_status),
        "error_status": str(policy.error_status),
    }
    if "required" in needed:
        entries["require_origin"] = _write_literal(policy.require_origin)
    if "enforced" in needed:
        entries["enforce"] = _write_literal(policy.enforce)
    if "hosts" in needed:
        entries["own_hosts"] = "nil" if policy.own_hosts is None else _write_literal(sorted(policy.own_hosts))
    if "texts" in needed:
        entries["error_messages"] = _write_literal(dict(policy.error_messages))
    if "private" in needed:
        entries["private_network"] = _write_literal(policy.allow_private_network)
    return entries


def _write_entries(entries: dict[str, str], indent: str) -> str:
    # Why: no literal has a line of its own in it, so that these are the lines of the entries.
    text = "".join(f"{name}: {value},\n" for name, value in entries.items())
    return "".join(indent + line for line in text.splitlines(keepends=True))


def _write_literal(value: object) -> str:
    if isinstance(value, str):
        # Why: half a character cannot be written, and no request has one.
        return write_text(value.encode("utf-8", "replace").decode())
    if isinstance(value, dict):
        inside = ", ".join(f"{_write_literal(key)} => {_write_literal(item)}" for key, item in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_write_literal, value))}]"
    return str(value).lower()


def _write_paths(paths: Sequence[str]) -> str:
    # Why: servers give a path as bytes.
    return f"[{', '.join(_write_literal(path) + ('' if path.isascii() else '.b') for path in paths)}]"


def _write_regex(regex: str) -> str | None:
    text = to_flavour(regex, 0, "ruby")
    return None if text is None else f"/{text}/"


def _write_regexes(found: Origins, called: str, losses: list[Loss]) -> str:
    written = [(regex, _write_regex(regex)) for regex in found.regexes]
    why = f"{called}: Ruby's regular expressions cannot say it"
    losses += [Loss(f"allow_origin_regex={regex!r}", why, "narrows") for regex, text in written if text is None]
    return f"[{', '.join(text for _, text in written if text is not None)}]"


def _write_lines(headers: Headers) -> str:
    """Write header lines, with places for what a request says."""
    lines = [f"{write_text(name.lower())} => {_PLACES.get(value) or _write_literal(value)}" for name, value in headers]
    line = f"{{ {', '.join(lines)} }}" if lines else "{}"
    return line if len(line) <= _WIDTH else "{{\n  {},\n}}".format(",\n  ".join(lines))


def _plan_strictest(ruleset: Ruleset) -> Plan:
    """Return the plan for a request of which it is not certain whose rule serves it: nobody may read the answer."""
    policy = make_strictest([rule.policy for rule in ruleset.rules])
    return plan_rules(Ruleset([Rule([EVERYTHING], policy)]))[0]
