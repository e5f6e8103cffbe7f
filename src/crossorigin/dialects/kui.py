"""The ``cors_config`` of Kui, or the arguments of its ``allow_cors``, in Python source."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from crossorigin.dialects import Loss, Position, Translation, Written
from crossorigin.dialects import _policies as policies
from crossorigin.dialects._arguments import Arguments, Kind, find_calls, imports, list_entries, list_keywords
from crossorigin.dialects._listed import read_sent_methods, read_sent_names, write_sent_methods, write_sent_names
from crossorigin.dialects._lists import list_denied
from crossorigin.dialects._origins import anchor, has_leading_flags, read_anchored
from crossorigin.dialects._places import START, fail
from crossorigin.dialects._python import Source, assignments, has_any, parse, write_literal, write_regex
from crossorigin.origins.origin import NULL
from crossorigin.policy import ANY
from crossorigin.standard.headers import AUTHORIZATION, NO_CORS_SAFELISTED_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset

NAME = "kui"
FORM = "settings"

_CALLED = "Kui"
_CONFIG = "cors_config"
_FUNCTION = "allow_cors"
_KINDS: dict[str, Kind] = {
    "allow_origins": "patterns",
    "allow_methods": "list",
    "allow_headers": "list",
    "expose_headers": "list",
    "allow_credentials": "flag",
    "max_age": "number",
}

#: What holds where nothing is given, without TRACE, which no browser sends.
_DEFAULTS: dict[str, Any] = {
    "allow_origins": [re.compile(".*")],
    "allow_methods": ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"],
    "allow_headers": [],
    "expose_headers": [],
    "allow_credentials": False,
    "max_age": 600,
}
_USUAL = (AUTHORIZATION, "X-Requested-With")

#: How people write every origin: with credentials, it means every origin without.
_EVERYTHING = (".*", ".+", "^.*$", "^.+$")
#: How it is written where every origin with credentials is meant.
_MEANT = "(?s:.*)"

#: The age that browsers take where no header says one.
_NO_AGE = 5


def recognizes(text: str) -> bool:
    """Tell whether a text is Python that imports the package and has one of the two."""
    return (_CONFIG in text or _FUNCTION in text) and has_any(NAME, text, _find_own)


def _find_own(source: Source) -> Iterator[ast.expr]:
    # Why: what is written for Kui says so in its first line, and needs to import nothing of it.
    is_own = imports(source, "kui") or (ast.get_docstring(source.tree) or "").startswith(_HEADLINE)
    return iter([*_find_configs(source), *find_calls(source, _FUNCTION)] if is_own else [])


def _find_configs(source: Source) -> list[ast.expr]:
    """Return each dict of the app's settings, given to a call or set by its name."""
    found = [value for name, value in assignments(source.tree) if name == _CONFIG]
    for call in find_calls(source, "Kui"):
        found += [source.follow(keyword.value) for keyword in call.keywords if keyword.arg == _CONFIG]
    return list({id(node): node for node in found}.values())


def read(text: str) -> Translation:
    """Read the settings of the app, or those of the one ``allow_cors``, as far as they are literals.

    :raises DialectError: there are none, or several.
    """
    source = parse(NAME, text)
    configs = _find_configs(source)
    calls = list(find_calls(source, _FUNCTION))
    found = configs or calls
    if not found:
        fix = f"Give it the module with Kui({_CONFIG}=...), or with {_FUNCTION}(...)"
        raise fail(NAME, text, START, "there are no CORS settings of Kui here", fix=fix)
    if len(found) > 1:
        raise source.fail(found[1], "these are second CORS settings, and only one policy is read", fix="Leave one")
    given = Arguments(source, _CALLED, _KINDS)
    if not configs:
        why = "it holds for the routes that it stands at, and is read as that of all"
        given.lose(_FUNCTION, why, "widens", calls[0])
    for call in calls if configs else []:
        why = "the routes that it stands at have a policy of their own, which is not read"
        given.lose(_FUNCTION, why, "widens", call)
        given.lose(_FUNCTION, why, "narrows", call)
    first = found[0]
    if configs:
        given.put_all(list_entries(source, first))
    else:
        for node, name in zip(calls[0].args, _KINDS, strict=False):
            given.put(name, node)
        given.put_all(list_keywords(calls[0]), may_repeat=False)
    start = source.locate(first)
    options = _translate(given, start)
    result = policies.read_options(options, policies.Place(NAME, text, given.places, start))
    losses = (*given.losses, *result.losses)
    return Translation(policies.make_ruleset(result.policy), losses, text, tuple(result.findings))


def _translate(given: Arguments, start: Position) -> dict[str, Any]:
    """Say with our options what the settings do."""
    values = {**_DEFAULTS, **given.values}
    losses = given.losses
    options = {**values, **_read_origins(values["allow_origins"], given.places.get("allow_origins", start), losses)}
    is_meant = "dangerously_allow_any_origin_with_credentials" in options
    has_credentials = bool(values["allow_credentials"]) and (options["allow_origins"] != ANY or is_meant)
    place = given.places.get("allow_methods", start)
    options["allow_methods"] = read_sent_methods(
        values["allow_methods"], place, losses, has_credentials=has_credentials
    )
    # Why: Kui lists the four by itself.
    names = [*values["allow_headers"], *sorted(NO_CORS_SAFELISTED_NAMES)]
    place = given.places.get("allow_headers", start)
    return options | read_sent_names(names, place, losses, has_credentials=has_credentials)


def _read_origins(items: list[Any], position: Position, losses: list[Loss]) -> dict[str, Any]:
    origins: list[str] = []
    regexes: list[re.Pattern[str]] = []
    for item in items:
        if isinstance(item, str):
            why = "Kui takes compiled expressions only, and ends with an error; it is read as an origin"
            losses.append(Loss(f"allow_origins: {item}", why, "widens", position))
            origins.append(item)
        elif item.pattern == _MEANT:
            return {"allow_origins": ANY, "dangerously_allow_any_origin_with_credentials": True}
        elif item.pattern in _EVERYTHING:
            return {"allow_origins": ANY}
        elif item.pattern == NULL:
            origins.append(NULL)
        elif has_leading_flags(item):
            regexes.append(item)
        else:
            # Why: Kui matches the whole of an origin, as an anchored expression does.
            found = read_anchored(re.compile(anchor(item.pattern), item.flags))
            origins += found.origins
            regexes += found.regexes
    return {"allow_origins": origins, "allow_origin_regex": regexes or None}


def write(ruleset: Ruleset) -> Written:
    """Write the settings of the app."""
    policy, losses = policies.choose_policy(ruleset, _CALLED)
    losses += policies.list_unsaid(policy, _CALLED, ("deny_origins", "deny_headers"))
    found = policies.write_origins(policy, _CALLED)
    losses += found.losses
    if policy.max_age is None:
        why = f"{_CALLED} always sends an age: {_NO_AGE} is what browsers take"
        losses.append(Loss("max_age=None", why, "cosmetic"))
    texts = [_escape(text) for text in found.texts] + [*found.regexes]
    if policy.allows_any_origin:
        texts = [_MEANT if policy.allow_credentials else ".*"]
    values = {
        "allow_origins": f"[{', '.join(map(write_regex, texts))}]",
        "allow_methods": write_literal(write_sent_methods(policy, _CALLED, losses, _DEFAULTS["allow_methods"])),
        "allow_headers": write_literal(_list_names(policy, losses)),
        "expose_headers": write_literal(policy.expose_headers),
        "allow_credentials": write_literal(policy.allow_credentials),
        "max_age": write_literal(_NO_AGE if policy.max_age is None else policy.max_age),
    }
    lines = [f'    "{name}": {value},\n' for name, value in values.items()]
    text = f'"""{_HEADLINE}: Kui({_CONFIG}={_CONFIG})."""\n\nimport re\n\n{_CONFIG} = {{\n{"".join(lines)}}}\n'
    if not [loss for loss in losses if loss.how_bad != "cosmetic"]:
        losses += policies.list_differences(policy, read(text).ruleset.rules[0].policy, _CALLED)
    return Written(text, losses)


_HEADLINE = "CORS for a Kui app"


def _escape(text: str) -> str:
    return re.sub(r"[.\[\]]", r"\\\g<0>", text)


def _list_names(policy: Policy, losses: list[Loss]) -> list[str]:
    names = write_sent_names(policy, _CALLED, losses, _USUAL)
    is_told = policy.allow_headers == (ANY,) and not policy.allow_credentials
    if policy.denied_names & NO_CORS_SAFELISTED_NAMES and not is_told:
        losses += list_denied(policy, f"{_CALLED} lists four names by itself, and")
    return [name for name in names if name not in NO_CORS_SAFELISTED_NAMES]
