"""A policy in the options of the cors package."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
from crossorigin.dialects._lists import list_denied, write_listed_names
from crossorigin.dialects._plans import plan_rules
from crossorigin.dialects._translation import Loss
from crossorigin.policy import ANY
from crossorigin.ruleset import EVERYTHING
from crossorigin.standard.headers import AUTHORIZATION, ORIGIN, REQUEST_METHOD
from crossorigin.standard.methods import SAFELISTED_METHODS

if TYPE_CHECKING:
    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset

_CALLED = "the cors package"
_SAYS = ("deny_origins", "deny_headers", "preflight_status")
_USUAL = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

_HEAD = """// CORS for an Express app: app.use(require('./cors'));
'use strict';

const cors = require('cors');

"""

_ONE = """
module.exports = (req, res, next) => policy(asSeen(req), res, next);

"""

_MANY = f"""];

// The most specific rule serves a request; a path that can be read in ways with different rules is served by none.
module.exports = (req, res, next) => {{
  const found = findRules(req);
  if (found.length > 1) res.vary('{ORIGIN}');
  if (found.length === 1 && found[0]) found[0](asSeen(req), res, next);
  else next();
}};

"""

_AS_SEEN = f"""// cors answers every OPTIONS, and one that is no preflight is the app's: cors is shown another method.
function asSeen(req) {{
  const isPreflight = '{ORIGIN.lower()}' in req.headers && '{REQUEST_METHOD.lower()}' in req.headers;
  return req.method !== 'OPTIONS' || isPreflight ? req : {{ method: 'GET', headers: req.headers }};
}}
"""


def write_module(ruleset: Ruleset) -> tuple[str, list[Loss]]:
    """Return a module that exports middleware, and what is lost."""
    losses: list[Loss] = []
    plans = plan_rules(ruleset)
    if [list_paths(plan) for plan in plans] == [[EVERYTHING]]:
        call = f"cors({_write_options(plans[0].policy, losses)})"
        return f"{_HEAD}const policy = {call};\n{_ONE}{_AS_SEEN}", losses
    calls = [Raw(f"cors({_write_options(plan.policy, losses)})") for plan in plans]
    pairs = [(list_paths(plan), plan.policy, call) for plan, call in zip(plans, calls, strict=True)]
    losses += list_unjoined(plans, "a request for it is served by none")
    return f"{_HEAD}{write_pairs(pairs)}{_MANY}{_AS_SEEN}\n{CHOOSE}", losses


def _write_options(policy: Policy, losses: list[Loss]) -> str:
    losses += [*policies.list_unsaid(policy, _CALLED, _SAYS), *list_unknown_methods(policy)]
    options: dict[str, Any] = {
        "origin": _write_origins(policy, losses),
        "methods": _list_methods(policy, losses),
        "allowedHeaders": _list_names(policy, losses),
        "exposedHeaders": [*policy.expose_headers],
        "credentials": policy.allow_credentials,
        "maxAge": policy.max_age,
        "optionsSuccessStatus": policy.preflight_status,
    }
    left_out = [
        name
        for name, value in options.items()
        if (name == "allowedHeaders" and value is None)
        or (name == "maxAge" and value is None)
        or (name in {"exposedHeaders", "credentials"} and not value)
        or (name == "optionsSuccessStatus" and value == 204)  # noqa: PLR2004 (its default)
    ]
    return write_value({name: value for name, value in options.items() if name not in left_out})


def _write_origins(policy: Policy, losses: list[Loss]) -> Any:  # noqa: ANN401 (as the option takes it)
    found = policies.write_origins(policy, _CALLED)
    losses += found.losses
    if found.is_any:
        # Why: a * is sent without Vary, as if it were the same for all.
        return ANY if policy.is_static else True
    if policy.allows_any_origin:
        return True
    items: list[str] = [*found.texts]
    for regex in found.regexes:
        written = write_regex(regex)
        if written is None:
            why = "JavaScript has no words for this regular expression"
            losses.append(Loss(f"allow_origin_regex={regex!r}", why, "narrows"))
        else:
            items.append(Raw(written))
    return items


def _list_methods(policy: Policy, losses: list[Loss]) -> Any:  # noqa: ANN401 (a text or a list)
    if policy.allow_methods == (ANY,):
        if not policy.allow_credentials:
            return ANY
        why = "with credentials, browsers take * for a name, and the methods that are usual are listed"
        losses.append(Loss("allow_methods=['*']", why, "narrows"))
        return [*_USUAL]
    missing = sorted(SAFELISTED_METHODS - set(policy.allow_methods))
    if missing:
        why = f"{_CALLED} leaves it to the browser, and browsers let {', '.join(missing)} pass"
        losses.append(Loss("allow_methods", why, "widens"))
    return [*policy.allow_methods]


def _list_names(policy: Policy, losses: list[Loss]) -> list[str] | str | None:
    """Return the names; None where whatever is asked for is allowed."""
    if policy.allow_headers != (ANY,):
        return write_listed_names(policy)
    if policy.denied_names == {AUTHORIZATION.lower()} and not policy.allow_credentials:
        # "Authorization" is never covered by *.
        return ANY
    losses += list_denied(policy, _CALLED)
    return None
