"""A policy as PHP that runs elsewhere: the inside of a class that judges requests, for whoever sends the answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crossorigin.dialects import _policies as policies
from crossorigin.dialects._flavours import to_flavour
from crossorigin.dialects._pcre import TUPLE_REGEX
from crossorigin.dialects._php_class import CLASS
from crossorigin.dialects._plans import FORM_OF_NAME, METHOD, NAMES, ORIGIN, Origins, Plan, list_needed, plan_rules
from crossorigin.dialects._translation import Loss
from crossorigin.origins.origin import NULL
from crossorigin.standard import headers as names
from crossorigin.standard.methods import FORBIDDEN_METHODS, SAFE_METHODS

if TYPE_CHECKING:
    from crossorigin.decision.answers import Headers
    from crossorigin.ruleset import Ruleset

#: What stands for the parts of a request in the answers, and can be in no header name, method or origin.
_PLACES = {ORIGIN: "{origin}", METHOD: "{method}", NAMES: "{names}"}

#: What the program says as the policy does.
_SAYS = (
    *("deny_origins", "deny_headers", "require_origin", "enforce", "own_hosts"),
    *("preflight_status", "error_status", "error_messages", "allow_private_network"),
)
#: What the head of a program says of itself, so that it is not taken for one that was written by hand.
MADE = "written by crossorigin from a policy: change the policy, and write this again"
_WIDTH = 110
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
#: What is not itself between double quotes.
_MARKED = re.compile(r"[\x00-\x1f\x7f\\\"$]")


def write_literal(value: object) -> str:
    r"""Write a value as a PHP literal, in which nothing of a text has a meaning.

    >>> print(write_literal(["it's", "a\\b", "$x"]), write_literal({"a": None, "b": True}))
    ['it\'s', 'a\\b', '$x'] ['a' => null, 'b' => true]
    """
    if isinstance(value, str):
        # Why: half a character cannot be written, and no request has one.
        whole = value.encode("utf-8", "replace").decode()
        if _CONTROL.search(whole):
            return f'"{_MARKED.sub(_write_mark, whole)}"'
        return "'" + whole.replace("\\", "\\\\").replace("'", "\\'") + "'"
    if isinstance(value, dict):
        return f"[{', '.join(f'{write_literal(key)} => {write_literal(item)}' for key, item in value.items())}]"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(write_literal, value))}]"
    return str(value).lower() if isinstance(value, bool) else "null" if value is None else str(value)


def _write_mark(found: re.Match[str]) -> str:
    mark = found[0]
    return f"\\x{ord(mark):02x}" if _CONTROL.match(mark) else f"\\{mark}"


def write_entries(entries: dict[str, object], indent: str) -> str:
    r"""Write the lines of an array, in which a list that is long has a line for each item.

    >>> write_entries({"a": ["b"]}, "  ")
    "  'a' => ['b'],\n"
    """
    lines = ""
    for key, value in entries.items():
        line = f"{indent}{write_literal(key)} => {write_literal(value)},\n"
        if len(line) > _WIDTH and isinstance(value, list | tuple):
            items = "".join(f"{indent}    {write_literal(item)},\n" for item in value)
            line = f"{indent}{write_literal(key)} => [\n{items}{indent}],\n"
        lines += line
    return lines


def write_regex(regex: str) -> str | None:
    r"""Write an expression, in Python's syntax, as one that preg_match takes, with its delimiters; None if it cannot.

    >>> print(write_regex("https://[a-z]+"))
    ~\Ahttps://[a-z]+\z~
    """
    text = to_flavour(regex, 0, "pcre")
    return None if text is None else _delimit(text)


def _delimit(text: str) -> str:
    mark = min("~#%!", key=text.count)
    code = rf"\x{ord(mark):x}"
    inside = re.sub(rf"\\.|{mark}", lambda found: code if found[0][-1] == mark else found[0], text, flags=re.DOTALL)
    return f"{mark}{inside}{mark}"


def fill(template: str) -> str:
    """Put header names in the places of a template that are called as our constants for them.

    >>> fill("header('<VARY>: <ORIGIN>')")
    "header('Vary: Origin')"
    """
    return re.sub("<([A-Z_]+)>", lambda found: str(getattr(names, found[1])), template)


def write_class(ruleset: Ruleset, called: str) -> tuple[str, list[Loss]]:
    """Return the inside of the class, and what is lost; *called* names the program."""
    losses: list[Loss] = []
    for rule in ruleset.rules:
        losses += policies.list_unsaid(rule.policy, called, _SAYS)
    plans = plan_rules(ruleset)
    is_one = len(plans) == 1 and plans[0].prefixes == ("",)
    options = list_needed([rule.policy for rule in ruleset.rules])
    if is_one:
        rules = write_entries(_list_entries(plans[0], options, called, losses), " " * 8)
    else:
        rules = "".join(_write_rule(plan, options, called, losses) for plan in plans)
        options |= {"many"}
    constants = {
        "@RULES@": rules.rstrip(),
        "@FORM_OF_ORIGIN@": write_literal(_delimit(rf"\A{TUPLE_REGEX}\z")),
        "@FORM_OF_NAME@": write_literal(_delimit(rf"\A(?:{FORM_OF_NAME})\z")),
        "@FORBIDDEN@": write_literal(sorted(FORBIDDEN_METHODS)),
        "@SAFE@": write_literal(sorted(SAFE_METHODS)),
    }
    text = _choose(fill(CLASS), options if "many" in options else options | {"one"})
    # Why: in one pass, so that nothing of a policy is taken for a place.
    return re.sub("@[A-Z_]+@", lambda found: constants[found[0]], text), losses


def _choose(template: str, options: set[str]) -> str:
    """Keep the lines that are for every policy, and those for what this one has."""
    lines = []
    for line in template.splitlines(keepends=True):
        text, mark, option = line.partition("  @")
        if not mark:
            lines.append(line)
        elif option.strip() in options:
            lines.append(text + "\n")
    return "".join(lines)


def _write_rule(plan: Plan, options: set[str], called: str, losses: list[Loss]) -> str:
    entries = {"paths": plan.paths, "prefixes": plan.prefixes, **_list_entries(plan, options, called, losses)}
    return f"        [\n{write_entries(entries, ' ' * 12)}        ],\n"


def _list_entries(plan: Plan, options: set[str], called: str, losses: list[Loss]) -> dict[str, object]:
    policy = plan.policy
    allowed = Origins((NULL,), (".*",)) if plan.allowed is None else plan.allowed
    entries: dict[str, object] = {
        "origins": "*" if plan.is_static else allowed.texts,
        "patterns": [] if plan.is_static else _write_regexes(allowed, called, losses),
        "denied": plan.denied.texts,
        "denied_patterns": _write_regexes(plan.denied, called, losses),
        "methods": plan.methods,
        "names": plan.header_names,
        "denied_names": plan.denied_names,
        "bare": _list_lines(plan.bare),
        "actual": _list_lines(plan.actual),
        "preflight": _list_lines(plan.preflight),
        "refused": _list_lines(plan.refused),
        "preflight_status": policy.preflight_status,
        "error_status": policy.error_status,
    }
    more = {
        "required": ("require_origin", policy.require_origin),
        "enforced": ("enforce", policy.enforce),
        "hosts": ("own_hosts", None if policy.own_hosts is None else sorted(policy.own_hosts)),
        "texts": ("error_messages", dict(policy.error_messages)),
        "private": ("allow_private_network", policy.allow_private_network),
    }
    return entries | dict(entry for option, entry in more.items() if option in options)


def _write_regexes(found: Origins, called: str, losses: list[Loss]) -> list[str]:
    written = [(regex, write_regex(regex)) for regex in found.regexes]
    why = f"{called}: PHP's regular expressions cannot say it"
    losses += [Loss(f"allow_origin_regex={regex!r}", why, "narrows") for regex, text in written if text is None]
    return [text for _, text in written if text is not None]


def _list_lines(headers: Headers) -> dict[str, str]:
    """Return the header lines that are put on an answer, with places for what a request says."""
    return {name: _PLACES.get(value, value) for name, value in headers if name != names.CONTENT_LENGTH}
