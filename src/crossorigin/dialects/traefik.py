"""A whole dynamic configuration of Traefik, in front of the app: it is written only.

Routers do it all, in the order of their priorities. Traefik's own CORS options send the lists to every origin, refused
ones as well; here they answer only what a router has let pass. Nothing of Traefik answers by itself but those options,
and what refuses addresses.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from crossorigin.dialects import Loss, Written
from crossorigin.dialects._plans import METHOD, NAMES, ORIGIN
from crossorigin.dialects._steps import METHOD as STEP_METHOD
from crossorigin.dialects._steps import PREFLIGHT, SAYS, plan_steps
from crossorigin.policy import ANY
from crossorigin.standard import headers as names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.dialects import Edge
    from crossorigin.dialects._steps import Condition, Part, Step
    from crossorigin.ruleset import Ruleset

NAME = "traefik"
FORM = "edge"

_CALLED = "Traefik"

_CORS = (
    *(names.ALLOW_ORIGIN, names.ALLOW_CREDENTIALS, names.ALLOW_METHODS, names.ALLOW_HEADERS, names.EXPOSE_HEADERS),
    *(names.MAX_AGE, names.ALLOW_PRIVATE_NETWORK),
)
_HELD = (ORIGIN, METHOD, NAMES)
_MARKS = re.compile(r"[^A-Za-z0-9/_:@~ -]")

_VARY_LINES = Loss(
    names.VARY, f"{_CALLED}: where the app sends it in several lines, only the first of them is kept", "cosmetic"
)


def write(ruleset: Ruleset, edge: Edge) -> Written:
    """Write the whole configuration."""
    parts, losses = plan_steps(ruleset, _CALLED, knows_own=False, says=SAYS - {"preflight_status"})
    if any(not part.plan.is_static for part in parts):
        losses.append(_VARY_LINES)
    losses += [loss for part in parts for loss in _list_lost_methods(part)]
    middlewares: dict[str, str] = {}
    steps = [(part, step) for part in parts for step in part.steps]
    routers = [
        line
        for number, (part, step) in enumerate(steps, 1)
        for line in _write_router(number, len(steps) - number + 2, part, step, middlewares)
    ]
    text = _TEMPLATE.format(
        upstream=edge.upstream,
        listen=edge.listen,
        routers="".join(routers),
        middlewares="".join(f"    {name}: {content}\n" for content, name in middlewares.items()),
    )
    return Written(text, losses)


_TEMPLATE = """\
# CORS in front of http://{upstream}, for Traefik 3.7.6 or newer.
# Start it: traefik --entryPoints.cors.address={listen} --providers.file.filename=cors.yaml
# Not as traefik.yaml: in its own folder, Traefik takes that for what is on its command line.

http:
  services:
    app:
      loadBalancer:
        servers:
        - url: http://{upstream}
  # Of the routers whose conditions are all met, the one with the highest priority is taken.
  routers:
{routers}    no-rule:
      rule: PathPrefix(`/`)
      priority: 1
      service: app
  middlewares:
{middlewares}"""


def _list_lost_methods(part: Part) -> Iterator[Loss]:
    policy = part.plan.policy
    lower = [method for method in policy.allow_methods if method != method.upper()]
    if lower and policy.enforce != "browser":
        why = f"{_CALLED}: it does not tell their case, so that they are refused where refusals are enforced"
        yield Loss(f"allow_methods: {', '.join(lower)}", why, "narrows")


def _write_router(number: int, priority: int, part: Part, step: Step, middlewares: dict[str, str]) -> Iterator[str]:
    conditions = [_write_condition(condition) for condition in step.conditions]
    if part.paths:
        conditions.insert(0, f"PathRegexp({_quote(_match_whole(part.paths))})")
    used = [_name(middlewares, content) for content in _list_middlewares(step)]
    # Why: the answer is the middleware's; where it leaves one to the service, that shall not be the app.
    service = "noop@internal" if step.name == PREFLIGHT else "app"
    yield f"    # {step.name}{f', {part.title}' if part.paths else ''}\n"
    yield f"    cors-{number}:\n      rule: >-\n"
    yield "        " + "\n        && ".join(conditions or ["PathPrefix(`/`)"]) + "\n"
    yield f"      priority: {priority}\n      service: {service}\n      middlewares: {json.dumps(used)}\n"


def _name(middlewares: dict[str, str], content: dict[str, Any]) -> str:
    """Return the name of a middleware, the same for the same content."""
    return middlewares.setdefault(json.dumps(content), f"cors-{len(middlewares) + 1}")


def _list_middlewares(step: Step) -> Iterator[dict[str, Any]]:
    """Yield what puts a step's headers on an answer, and takes all other CORS headers off; then what answers."""
    lines = dict(step.headers)
    echoed = {name for name, value in lines.items() if value in _HELD}
    custom = {name: lines.get(name, "") for name in _CORS if name not in echoed}
    origins = _list_origins(step) if names.ALLOW_ORIGIN in echoed else {}
    if step.name == PREFLIGHT:
        # Why: one that knows origins, or adds Vary, would answer by itself.
        yield {"headers": {"customResponseHeaders": custom | _pick_vary(lines)}}
        # Why: it is with credentials that a * stands for what is asked for; the middleware around it says what is so.
        anything = {"accessControlAllowMethods": [ANY], "accessControlAllowHeaders": [ANY]}
        yield {"headers": {"accessControlAllowCredentials": True, **anything, **origins}}
    elif step.status is None:
        yield {"headers": {"customResponseHeaders": custom, "addVaryHeader": names.VARY in lines, **origins}}
    else:
        yield {"headers": {"customResponseHeaders": custom | _pick_vary(lines), **origins}}
        yield {"ipAllowList": {"sourceRange": ["255.255.255.255/32"], "rejectStatusCode": step.status}}


def _pick_vary(lines: dict[str, str]) -> dict[str, str]:
    return {names.VARY: lines[names.VARY]} if names.VARY in lines else {}


def _list_origins(step: Step) -> dict[str, list[str]]:
    """Return the origins that a step is for, as the last of its conditions has them that asks for any."""
    asked = [one for one in step.conditions if one.subject == names.ORIGIN and one.is_met][-1]
    if asked.texts:
        return {"accessControlAllowOriginList": list(asked.texts)}
    return {"accessControlAllowOriginListRegex": [_match_whole(asked.regexes)]}


def _match_whole(regexes: tuple[str, ...]) -> str:
    return f"^(?:{'|'.join(regexes)})$"


def _quote(text: str) -> str:
    """Write a text as Go does: between backticks, or with its escapes."""
    return json.dumps(text) if "`" in text else f"`{text}`"


def _write_condition(condition: Condition) -> str:
    subject, sign = condition.subject, "" if condition.is_met else "!"
    if subject == STEP_METHOD:
        # Why: the matcher would take a method in lower case for the one in upper case.
        upper = [f"Method({_quote(text)})" for text in condition.texts if text == text.upper()]
        return f"{sign}({' || '.join(upper)})"
    if subject == names.HOST:
        return f"HostRegexp({_quote(_match_whole(condition.regexes))})"
    texts = tuple(_MARKS.sub(r"\\\g<0>", text) for text in condition.texts)
    regex = _match_whole((*texts, *condition.regexes)) if texts or condition.regexes else "^"
    found = f"{sign}HeaderRegexp(`{subject}`, {_quote(regex)})"
    return f"(!HeaderRegexp(`{subject}`, `^`) || {found})" if condition.may_lack else found
