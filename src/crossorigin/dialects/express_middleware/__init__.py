"""Middleware for Express that implements a policy by hand, without a package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossorigin.dialects import Loss, Written
from crossorigin.dialects import _plans as plans
from crossorigin.dialects import _policies as policies
from crossorigin.dialects._javascript import (
    CHOOSE,
    Raw,
    list_paths,
    list_unjoined,
    list_unknown_methods,
    write_pairs,
    write_regex,
    write_value,
)
from crossorigin.dialects.express_middleware._program import HEAD, write_program
from crossorigin.ruleset import EVERYTHING

if TYPE_CHECKING:
    from crossorigin.decision.answers import Headers
    from crossorigin.dialects import HowBad
    from crossorigin.ruleset import Ruleset

NAME = "express-middleware"
FORM = "code"

_CALLED = "the middleware"
_SAYS = (
    "deny_origins",
    "deny_headers",
    "require_origin",
    "enforce",
    "own_hosts",
    "preflight_status",
    "error_status",
    "error_messages",
    "allow_private_network",
)
_PLACES = {plans.ORIGIN: Raw("ORIGIN"), plans.METHOD: Raw("METHOD"), plans.NAMES: Raw("NAMES")}


def write(ruleset: Ruleset) -> Written:
    """Write a module that an app uses: ``app.use(require('./cors'))``."""
    losses: list[Loss] = []
    found = plans.plan_rules(ruleset)
    pairs = [(list_paths(plan), plan.policy, Raw(write_value(_write_rule(plan, losses)))) for plan in found]
    losses += list_unjoined(found, "a request for it is refused")
    choose = _CHOOSE_ONE if [paths for paths, _, _ in pairs] == [[EVERYTHING]] else CHOOSE
    text = f"{HEAD}{_ABOUT}{write_pairs(pairs)}];\n{write_program()}{choose}"
    return Written(text, list(dict.fromkeys(losses)))


_ABOUT = "// The paths and what is for them, the most specific first; null is every origin, method or name.\n"
_CHOOSE_ONE = """// The one rule is for every path.
function findRules() {
  return [rules[0][1]];
}
"""


def _write_rule(plan: plans.Plan, losses: list[Loss]) -> dict[str, Any]:
    policy = plan.policy
    losses += [*policies.list_unsaid(policy, _CALLED, _SAYS), *list_unknown_methods(policy)]
    return {
        "allowed": None if plan.allowed is None else _write_origins(plan.allowed, "narrows", losses),
        "denied": _write_origins(plan.denied, "widens", losses),
        "isStatic": plan.is_static,
        "methods": plan.methods,
        "names": plan.header_names,
        "deniedNames": plan.denied_names,
        "requireOrigin": policy.require_origin,
        "enforce": policy.enforce,
        "ownHosts": None if policy.own_hosts is None else sorted(policy.own_hosts),
        "allowPrivateNetwork": policy.allow_private_network,
        "preflightStatus": policy.preflight_status,
        "errorStatus": policy.error_status,
        "messages": dict(policy.error_messages),
        # Why: what a request without Origin is told, one that is allowed, one that is refused, and each preflight.
        "bare": _write_headers(plan.bare),
        "actual": _write_headers(plan.actual),
        "refused": _write_headers(plan.refused),
        "preflight": _write_headers(plan.preflight),
    }


def _write_origins(origins: plans.Origins, how_bad: HowBad, losses: list[Loss]) -> dict[str, Any]:
    regexes = []
    for regex in origins.regexes:
        written = write_regex(regex)
        if written is None:
            losses.append(Loss(f"the regular expression {regex!r}", "JavaScript has no words for it", how_bad))
        else:
            regexes.append(Raw(written))
    return {"texts": origins.texts, "regexes": regexes}


def _write_headers(headers: Headers) -> dict[str, Any]:
    return {name: _PLACES.get(value, value) for name, value in headers}
