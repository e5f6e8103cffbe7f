"""A policy in the words of flask-cors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.dialects import _policies as policies
from crossorigin.dialects._lists import list_denied, write_listed_names
from crossorigin.dialects._origins import anchor, has_leading_flags, pattern_to_regex, write_flags
from crossorigin.dialects._paths import path_to_regex
from crossorigin.dialects._python import write_literal, write_regex
from crossorigin.dialects._translation import Loss
from crossorigin.dialects.flask_cors._words import MARKS
from crossorigin.origins.origin import NULL
from crossorigin.policy import ANY
from crossorigin.ruleset import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset

_CALLED = "flask-cors"
_ALL_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


def write_resources(ruleset: Ruleset) -> tuple[str, list[Loss]]:
    """Return the entries of ``resources``, and what is lost."""
    losses: list[Loss] = []
    entries = []
    for rule in ruleset.rules:
        options = "".join(f"                {line}\n" for line in _write_options(rule.policy, losses))
        entries += [f"            {_write_path(path)}: {{\n{options}            }},\n" for path in rule.paths]
    return "".join(entries), losses


def _write_path(path: str) -> str:
    if path == EVERYTHING:
        return write_literal(".*")
    if not path.endswith("/*"):
        # Why: of two expressions, one that is compiled comes first, and a path is more special than a prefix.
        return write_literal(path) if MARKS.isdisjoint(path) else write_regex(path_to_regex(path))
    return write_literal(path_to_regex(path))


def _write_options(policy: Policy, losses: list[Loss]) -> Iterator[str]:
    losses += policies.list_unsaid(policy, _CALLED, ("deny_origins", "deny_headers", "allow_private_network"))
    values: dict[str, str] = {
        "origins": _write_origins(policy, losses),
        "methods": write_literal(_list_methods(policy, losses)),
        "allow_headers": write_literal(_list_names(policy, losses)),
        "expose_headers": write_literal(policy.expose_headers),
        "supports_credentials": write_literal(policy.allow_credentials),
        # Why: flask-cors leaves a header out whose value is 0, and sends a text.
        "max_age": write_literal("0" if policy.max_age == 0 else policy.max_age),
        "allow_private_network": write_literal(policy.allow_private_network),
    }
    return (f'"{name}": {value},' for name, value in values.items())


def _write_origins(policy: Policy, losses: list[Loss]) -> str:
    found = policies.write_origins(policy, _CALLED)
    losses += found.losses
    if found.is_any:
        return write_literal([ANY])
    items = []
    for text in policy.allow_origins:
        if text in policy.allowed.literals and text in found.texts:
            items.append(write_literal(text) if MARKS.isdisjoint(text) else write_regex(anchor(text, is_text=True)))
        elif text not in policy.allowed.literals and text != ANY:
            items.append(write_regex(anchor(pattern_to_regex(text))))
    if policy.allows_any_origin:
        items.append(write_regex(anchor(".*")))
    for regex in policy.regexes:
        is_led = has_leading_flags(regex)
        text, flags = (write_flags(regex), 0) if is_led else (regex.pattern, regex.flags)
        items.append(write_regex(anchor(text), flags))
    items += [write_literal(NULL)] if NULL in found.texts else []
    return f"[{', '.join(items)}]"


def _list_methods(policy: Policy, losses: list[Loss]) -> list[str]:
    if policy.allow_methods == (ANY,):
        why = f"{_CALLED} knows no *: {', '.join(_ALL_METHODS)} are listed"
        losses.append(Loss("allow_methods=['*']", why, "narrows"))
        return [*_ALL_METHODS]
    upper = [method for method in policy.allow_methods if method == method.upper()]
    if len(upper) < len(policy.allow_methods):
        losses.append(Loss("allow_methods", f"{_CALLED} writes all methods in upper case", "narrows"))
    return upper


def _list_names(policy: Policy, losses: list[Loss]) -> list[str]:
    if policy.allow_headers == (ANY,):
        losses += list_denied(policy, _CALLED)
        return [ANY]
    names = write_listed_names(policy)
    plain = [name for name in names if MARKS.isdisjoint(name)]
    if len(plain) < len(names):
        losses.append(Loss("allow_headers", f"{_CALLED} takes a name with such marks for an expression", "narrows"))
    return plain
