"""A policy as ``config/cors.php``."""

from __future__ import annotations

from typing import NamedTuple

from crossorigin.dialects import _policies as policies
from crossorigin.dialects._lists import list_denied, write_listed_names
from crossorigin.dialects._php import write_entries, write_regex
from crossorigin.dialects._translation import Loss
from crossorigin.dialects.laravel._meaning import EVERY_TEXT
from crossorigin.dialects.laravel._paths import write_paths
from crossorigin.policy import ANY, Policy
from crossorigin.ruleset import EVERYTHING, Rule, Ruleset
from crossorigin.standard.methods import SAFELISTED_METHODS

_CALLED = "php-cors"
_WHY_VARY = f"{_CALLED} tells everyone the same, also whom it refuses, so that no answer varies"
_ALL = f"~\\A{EVERY_TEXT}\\z~"


class Config(NamedTuple):
    """The text, the rules that it is meant to say, and what is lost."""

    text: str
    policy: Policy
    losses: list[Loss]


def write_config(ruleset: Ruleset) -> Config:
    """Write the file."""
    policy, paths, losses = _choose(ruleset)
    written_paths, lost = write_paths(paths, "Laravel")
    losses += [*lost, *policies.list_unsaid(policy, _CALLED, ("deny_origins", "deny_headers"))]
    origins, patterns = _list_origins(policy, losses)
    entries: dict[str, object] = {
        "paths": written_paths,
        "allowed_methods": _list_methods(policy, losses),
        "allowed_origins": origins,
        "allowed_origins_patterns": patterns,
        "allowed_headers": _list_names(policy, losses),
        "exposed_headers": policy.expose_headers,
        "max_age": policy.max_age,
        "supports_credentials": policy.allow_credentials,
    }
    body = write_entries(entries, "    ").replace(",\n    '", ",\n\n    '")
    return Config(f"{_HEAD}\nreturn [\n\n{body}\n];\n", policy, losses)


_HEAD = """<?php

// CORS for a Laravel app, as fruitcake/php-cors reads it: save it as config/cors.php.
"""


def _choose(ruleset: Ruleset) -> tuple[Policy, list[str], list[Loss]]:
    """Return the one policy, that of all paths or else the first, its paths, and what is lost of the others."""
    chosen = next((rule for rule in ruleset.rules if EVERYTHING in rule.paths), ruleset.rules[0])
    paths = [path for rule in ruleset.rules if rule.policy == chosen.policy for path in rule.paths]
    covered = Ruleset([Rule(paths, chosen.policy)])
    why = f"{_CALLED} has one policy, and this is another"
    losses: list[Loss] = []
    for rule in ruleset.rules:
        if rule.policy != chosen.policy:
            what = f"the rule for {', '.join(rule.paths)}"
            losses.append(Loss(what, why, "narrows"))
            is_covered = any(covered.find_policy(path.removesuffix("/*")) for path in rule.paths)
            if is_covered or rule.policy.require_origin or rule.policy.enforce != "browser":
                losses.append(Loss(what, why, "widens"))
    return chosen.policy, paths, losses


def _list_origins(policy: Policy, losses: list[Loss]) -> tuple[list[str], list[str]]:
    found = policies.write_origins(policy, _CALLED)
    losses += found.losses
    if found.is_any:
        losses.append(Loss("Vary", _WHY_VARY, "cosmetic"))
        return [ANY], []
    # Why: a * in allowed_origins also stands for what is no part of a host.
    written = [(regex, _ALL if regex == EVERY_TEXT else write_regex(regex)) for regex in found.regexes]
    why = "PHP's regular expressions cannot say it"
    losses += [Loss(f"allow_origin_regex={regex!r}", why, "narrows") for regex, text in written if text is None]
    patterns = [text for _, text in written if text is not None]
    if len(found.texts) == 1 and not patterns:
        losses.append(Loss("Vary", _WHY_VARY, "cosmetic"))
    return found.texts, patterns


def _list_methods(policy: Policy, losses: list[Loss]) -> list[str]:
    if policy.allow_methods == (ANY,):
        why = f"{_CALLED} echoes a method in upper case, so that browsers refuse patch where it was asked for"
        losses.append(Loss("allow_methods=['*']", why, "narrows"))
        return [ANY]
    upper = [method for method in policy.allow_methods if method == method.upper()]
    if len(upper) < len(policy.allow_methods):
        losses.append(Loss("allow_methods", f"{_CALLED} writes all methods in upper case", "narrows"))
    if missing := sorted(SAFELISTED_METHODS - set(upper)):
        why = f"{_CALLED} leaves it to the browser, and browsers let {', '.join(missing)} pass"
        losses.append(Loss("allow_methods", why, "widens"))
    return upper


def _list_names(policy: Policy, losses: list[Loss]) -> list[str]:
    if policy.allow_headers == (ANY,):
        losses += list_denied(policy, _CALLED)
        return [ANY]
    return write_listed_names(policy)
