"""The settings of Nexios' CORS middleware, in Python source: ``CorsConfig``, or the section ``cors`` of a config."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from crossorigin.dialects import Loss, Position, Translation, Written
from crossorigin.dialects import _policies as policies
from crossorigin.dialects._arguments import Arguments, Kind, find_calls, imports, list_entries, list_keywords
from crossorigin.dialects._places import START, fail
from crossorigin.dialects._python import Source, has_any, name_of, parse, walk, write_literal
from crossorigin.policy import ANY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset

NAME = "nexios"
FORM = "settings"

_CALLED = "Nexios"
_CLASS = "CorsConfig"
_MAKE = "MakeConfig"
_SECTION = "cors"
_VALIDATOR = "dynamic_origin_validator"
_KINDS: dict[str, Kind] = {
    "allow_origins": "list",
    "blacklist_origins": "list",
    "allow_methods": "list",
    "blacklist_headers": "list",
    "allow_headers": "list",
    "allow_credentials": "flag",
    "allow_origin_regex": "text",
    "expose_headers": "list",
    "max_age": "number",
    "strict_origin_checking": "flag",
    _VALIDATOR: "text",
    "debug": "flag",
    "custom_error_status": "number",
}
_DENYING = ("blacklist_origins", "blacklist_headers", "strict_origin_checking")
_MESSAGES = "custom_error_messages"

#: What holds where nothing is given; the class has other methods than the section.
_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_METHODS_OF_CLASS = ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
_AGE = 600

#: The age that browsers take where no header says one.
_NO_AGE = 5

#: A method that no script can send: an empty list would be every usual one.
_NO_METHOD = "TRACE"
_ERRORS = range(400, 600)


def recognizes(text: str) -> bool:
    """Tell whether a text is Python that imports the package and has such settings."""
    return "nexios" in text and has_any(NAME, text, _find_own)


def _find_own(source: Source) -> Iterator[ast.expr]:
    found = [*_find_settings(source), *(target for target, _, _ in _find_changes(source))]
    return iter(found if imports(source, "nexios") else [])


def _find_settings(source: Source) -> list[ast.expr]:
    """Return each call of the class, and each section of a config."""
    found: list[ast.expr] = list(find_calls(source, _CLASS))
    for call in find_calls(source, _MAKE):
        entries = [*list_keywords(call), *(entry for node in call.args[:1] for entry in list_entries(source, node))]
        found += [value for name, value in entries if name == _SECTION]
    return found


def _find_changes(source: Source) -> Iterator[tuple[ast.expr, str, ast.expr]]:
    """Yield what is set later, as ``config.cors["name"] = value`` or ``config.cors.name = value``."""
    for node in walk(source.tree):
        for target in node.targets if isinstance(node, ast.Assign) else []:
            if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                name = target.slice.value
            else:
                name = target.attr if isinstance(target, ast.Attribute) else None
            owner = getattr(target, "value", None)
            is_section = isinstance(owner, ast.expr) and name_of(owner).rpartition(".")[2] == _SECTION
            if isinstance(name, str) and is_section:
                yield target, name, node.value  # type: ignore[attr-defined]  # an assignment


def read(text: str) -> Translation:
    """Read the settings, as far as they are literals; what is set later counts.

    :raises DialectError: there are none, or several.
    """
    source = parse(NAME, text)
    settings = _find_settings(source)
    changes = list(_find_changes(source))
    if not settings and not changes:
        fix = f"Give it the module with {_CLASS}(...), or with {_MAKE}({{{_SECTION!r}: ...}})"
        raise fail(NAME, text, START, "there are no CORS settings of Nexios here", fix=fix)
    if len(settings) > 1:
        what = "these are second CORS settings, and only one policy is read"
        raise source.fail(settings[1], what, fix="Leave one of them")
    given = Arguments(source, _CALLED, _KINDS, _DENYING)
    first = source.follow(settings[0]) if settings else changes[0][0]
    is_class = isinstance(first, ast.Call) and name_of(first.func).rpartition(".")[2] == _CLASS
    if isinstance(first, ast.Call) and is_class:
        for node in first.args:
            given.lose("a positional argument", "write it with its name", "narrows", node)
        given.put_all(_leave_out(given, list_keywords(first)), may_repeat=False)
    elif settings:
        given.put_all(_leave_out(given, list_entries(source, first)))
    given.put_all(_leave_out(given, [(name, value) for _, name, value in changes]))
    start = source.locate(first)
    options = _translate(given, start, is_class=is_class)
    found = policies.read_options(options, policies.Place(NAME, text, _name_places(given), start))
    losses = (*given.losses, *found.losses)
    return Translation(policies.make_ruleset(found.policy), losses, text, tuple(found.findings))


def _leave_out(given: Arguments, entries: list[tuple[str | None, ast.expr]]) -> Iterator[tuple[str | None, ast.expr]]:
    """Yield the settings without those that hold texts and functions, of which the losses are noted."""
    for name, node in entries:
        if name == _MESSAGES:
            given.lose(name, f"{_CALLED} does not use it", "cosmetic", node)
        elif name == _VALIDATOR and not (isinstance(node, ast.Constant) and node.value is None):
            given.lose(name, "a function is known only when the program runs", "narrows", node)
            given.values[name] = True
        else:
            yield name, node


#: What Nexios calls our options, where its names are others.
_OURS = {
    "blacklist_origins": "deny_origins",
    "blacklist_headers": "deny_headers",
    "strict_origin_checking": "require_origin",
    "custom_error_status": "error_status",
}


def _name_places(given: Arguments) -> dict[str, Position]:
    return {_OURS.get(name, name): place for name, place in given.places.items()}


def _translate(given: Arguments, start: Position, *, is_class: bool) -> dict[str, Any]:
    """Say with our options what the settings do."""
    values, places, losses = given.values, given.places, given.losses
    # Why: what is empty, or 0, is taken for what was not given.
    methods = [method.upper() for method in values.get("allow_methods") or ()]
    is_known = "allow_methods" in places or "allow_methods" not in values
    if not methods and is_known:
        methods = [*(_METHODS_OF_CLASS if is_class else _METHODS)]
    credentials = values.get("allow_credentials")
    options: dict[str, Any] = {
        "allow_methods": ANY if ANY in methods else methods,
        "allow_headers": ANY if ANY in (names := values.get("allow_headers") or []) else names,
        # Why: with no value at all, too.
        "allow_credentials": credentials is not False,
        "expose_headers": values.get("expose_headers") or [],
        "max_age": values.get("max_age") or _AGE,
        "deny_headers": values.get("blacklist_headers") or [],
        **_read_origins(given, start),
    }
    if ANY in methods:
        why = "Nexios answers with the method in capitals, which browsers do not take for one in small letters"
        losses.append(Loss("a method in small letters", why, "widens", places["allow_methods"]))
    if any(name != name.lower() for name in options["deny_headers"]):
        why = "Nexios compares in small letters, and denies none that is written in capitals; it is read as denied"
        losses.append(Loss("blacklist_headers", why, "narrows", places["blacklist_headers"]))
    if values.get("strict_origin_checking"):
        why = "Nexios lets a request without Origin pass all the same; it is read as refused"
        losses.append(Loss("strict_origin_checking", why, "narrows", places["strict_origin_checking"]))
        options["require_origin"] = True
    if values.get("custom_error_status") in _ERRORS:
        options["error_status"] = values["custom_error_status"]
    if "max_age" in places and not values["max_age"]:
        losses.append(Loss("max_age", f"Nexios takes {_AGE} for it", "cosmetic", places["max_age"]))
    return options


def _read_origins(given: Arguments, start: Position) -> dict[str, Any]:
    values, losses = given.values, given.losses
    denied = values.get("blacklist_origins") or []
    place = given.places.get("blacklist_origins", start)
    losses += [
        Loss(f"blacklist_origins: {one}", "no origin has a * in it", "cosmetic", place) for one in denied if ANY in one
    ]
    options: dict[str, Any] = {"deny_origins": [one for one in denied if ANY not in one]}
    origins = values.get("allow_origins") or []
    if ANY in origins:
        return {**options, "allow_origins": ANY}
    place = given.places.get("allow_origins", start)
    losses += [
        Loss(f"allow_origins: {one}", "no origin has a * in it", "cosmetic", place) for one in origins if ANY in one
    ]
    if _VALIDATOR in values and values[_VALIDATOR] and origins:
        losses.append(Loss("allow_origins", f"{_VALIDATOR} takes its place", "cosmetic", place))
        origins = []
    patterns, regexes, is_any = policies.read_regexes(
        [values["allow_origin_regex"]] if values.get("allow_origin_regex") else []
    )
    if is_any:
        return {**options, "allow_origins": ANY, "dangerously_allow_any_origin_with_credentials": True}
    named = [one for one in origins if ANY not in one]
    return {**options, "allow_origins": [*named, *patterns], "allow_origin_regex": regexes or None}


def write(ruleset: Ruleset) -> Written:
    """Write a function that adds the middleware to an app."""
    policy, losses = policies.choose_policy(ruleset, _CALLED)
    losses += policies.list_unsaid(policy, _CALLED, ("deny_origins", "deny_headers", "error_status"))
    found = policies.write_origins(policy, _CALLED)
    losses += [loss for loss in found.losses if not loss.what.startswith("deny_origins")]
    literals = [text for text in policy.allow_origins if text in policy.allowed.literals]
    found = found._replace(texts=[*dict.fromkeys([*literals, *found.texts])], losses=losses)
    denied = [text for text in policy.deny_origins if ANY not in text]
    if len(denied) < len(policy.deny_origins):
        losses.append(Loss(f"deny_origins={policy.deny_origins!r}", f"{_CALLED} denies names only", "widens"))
    regex = policies.write_one_regex(found)
    arguments: dict[str, Any] = {
        "allow_origins": [ANY] if found.is_any else found.texts,
        "allow_origin_regex": regex,
        "blacklist_origins": denied,
        "allow_methods": _list_methods(policy, losses),
        "allow_headers": policy.allow_headers,
        "blacklist_headers": sorted(policy.denied_names),
        "allow_credentials": policy.allow_credentials,
        "expose_headers": policy.expose_headers,
        "max_age": _write_age(policy.max_age, losses),
        "custom_error_status": policy.error_status,
    }
    lines = [f"    {name}={write_literal(value)},\n" for name, value in arguments.items() if value is not None]
    text = _HEAD + "".join(lines) + _END
    if not [loss for loss in losses if loss.how_bad != "cosmetic"]:
        losses += policies.list_differences(policy, read(text).ruleset.rules[0].policy, _CALLED)
    return Written(text, losses)


_HEAD = f'''"""CORS for a Nexios app: call add_cors(app)."""

from nexios.middleware.cors import {_CLASS}, CORSMiddleware

cors = {_CLASS}(
'''
_END = ''')


def add_cors(app):
    """Add the policy to an app."""
    app.add_middleware(CORSMiddleware(cors))
'''


def _list_methods(policy: Policy, losses: list[Loss]) -> list[str]:
    why = f"{_CALLED} answers with the method in capitals, which browsers do not take for one in small letters"
    if policy.allow_methods == (ANY,):
        losses.append(Loss("allow_methods=['*']", why, "narrows"))
        return [ANY]
    small = [method for method in policy.allow_methods if method != method.upper()]
    if small:
        losses.append(Loss(f"allow_methods={small!r}", why, "narrows"))
    methods = [method for method in policy.allow_methods if method not in small]
    if not methods:
        why = f"{_CALLED} takes no empty list: {_NO_METHOD}, which no script can send, stands for none"
        losses.append(Loss("allow_methods=[]", why, "cosmetic"))
    return methods or [_NO_METHOD]


def _write_age(age: int | None, losses: list[Loss]) -> int:
    if age:
        return age
    written = _NO_AGE if age is None else 1
    why = f"{_CALLED} always sends an age, and takes 0 for {_AGE}: {written} is the nearest"
    losses.append(Loss(f"max_age={age}", why, "cosmetic"))
    return written
