"""The arguments of FastrAPI's ``CORSMiddleware``, in Python source: six lists and numbers that its server reads."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from crossorigin.dialects import Loss, Translation, Written
from crossorigin.dialects import _policies as policies
from crossorigin.dialects._arguments import Arguments, Kind, find_middleware, imports, list_keywords
from crossorigin.dialects._listed import read_sent_methods, read_sent_names, write_sent_methods, write_sent_names
from crossorigin.dialects._places import START, fail
from crossorigin.dialects._python import Source, has_any, name_of, parse, write_literal
from crossorigin.dialects._wildcards import write_listed_origins
from crossorigin.policy import ANY
from crossorigin.standard.headers import AUTHORIZATION, is_token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset

NAME = "fastrapi"
FORM = "settings"

_CALLED = "FastrAPI"
_CLASS = "CORSMiddleware"
_KINDS: dict[str, Kind] = {
    "allow_origins": "list",
    "allow_methods": "list",
    "allow_headers": "list",
    "allow_credentials": "flag",
    "expose_headers": "list",
    "max_age": "number",
}
_LISTS = ("allow_methods", "allow_headers", "expose_headers")
_DEFAULTS: dict[str, Any] = {
    "allow_origins": [],
    "allow_methods": ["GET", "POST", "PUT", "DELETE"],
    "allow_headers": [],
    "allow_credentials": False,
    "expose_headers": [],
    "max_age": 600,
}
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_USUAL = (AUTHORIZATION, "X-Requested-With")

#: The age that browsers take where no header says one.
_NO_AGE = 5


def recognizes(text: str) -> bool:
    """Tell whether a text is Python that imports the package and has its middleware."""
    return _CLASS in text and has_any(NAME, text, _find_own_calls)


def _find_own_calls(source: Source) -> Iterator[tuple[ast.Call, list[ast.expr]]]:
    return find_middleware(source, _CLASS) if imports(source, "fastrapi") else iter(())


def read(text: str) -> Translation:
    """Read the arguments, as far as they are literals.

    :raises DialectError: there is no such middleware, or there are several.
    """
    source = parse(NAME, text)
    calls = list(find_middleware(source, _CLASS))
    if not calls:
        fix = f"Give it the module with app.add_middleware({_CLASS}, ...)"
        raise fail(NAME, text, START, f"there is no {_CLASS} here", fix=fix)
    if len(calls) > 1:
        what = f"this is a second {_CLASS}, and only one policy is read"
        raise source.fail(calls[1][0], what, fix="Leave one of them")
    call, positional = calls[0]
    given = Arguments(source, _CALLED, _KINDS)
    is_own = name_of(call.func).rpartition(".")[2] == _CLASS
    for node in call.args if is_own else positional:
        given.lose("a positional argument", "write it with its name", "narrows", node)
    given.put_all(list_keywords(call), may_repeat=False)
    for keyword in call.keywords:
        if keyword.arg in _KINDS and isinstance(source.follow(keyword.value), ast.Set):
            given.lose(f"{keyword.arg}={{...}}", f"{_CALLED} passes over a set: write a list", "widens", keyword.value)
    start = source.locate(call)
    found = policies.read_options(_translate(given), policies.Place(NAME, text, given.places, start))
    losses = (*given.losses, *found.losses)
    return Translation(policies.make_ruleset(found.policy), losses, text, tuple(found.findings))


def _translate(given: Arguments) -> dict[str, Any]:
    """Say with our options what the arguments do."""
    values = {**_DEFAULTS, **given.values}
    losses = given.losses
    has_any = ANY in values["allow_origins"]
    credentials = bool(values["allow_credentials"])
    for name in _LISTS:
        if credentials and ANY in values[name] and not (has_any and name != "expose_headers"):
            why = f"{_CALLED}'s server ends with an error where there are credentials: it is left out"
            losses.append(Loss(f"{name}: *", why, "narrows", given.places[name]))
            values[name] = [item for item in values[name] if item != ANY]
    for name in _LISTS:
        odd = [item for item in values[name] if not is_token(item)]
        losses += [Loss(f"{name}: {item}", f"{_CALLED} passes over it", "cosmetic", given.places[name]) for item in odd]
        values[name] = [item for item in values[name] if item not in odd]
    place = given.places.get("allow_methods", START)
    has_credentials = credentials and not has_any
    methods = read_sent_methods(values["allow_methods"], place, losses, has_credentials=has_credentials)
    place = given.places.get("allow_headers", START)
    # Why: beside a *, its server sends no name.
    names = [ANY] if ANY in values["allow_headers"] else values["allow_headers"]
    options = {
        **values,
        "allow_methods": methods,
        **read_sent_names(names, place, losses, has_credentials=has_credentials),
    }
    if has_any:
        options["allow_origins"] = ANY
        return options
    stars = [item for item in values["allow_origins"] if ANY in item]
    place = given.places.get("allow_origins", START)
    losses += [Loss(f"allow_origins: {item}", "no origin has a * in it", "cosmetic", place) for item in stars]
    options["allow_origins"] = [item for item in values["allow_origins"] if item not in stars]
    return options


def write(ruleset: Ruleset) -> Written:
    """Write a function that adds the middleware to an app."""
    policy, losses = policies.choose_policy(ruleset, _CALLED)
    losses += policies.list_unsaid(policy, _CALLED, ("deny_origins", "deny_headers"))
    found = write_listed_origins(policy, _CALLED, lambda text: None if ANY in text else text)
    losses += found.losses
    if policy.max_age is None:
        why = f"{_CALLED} always sends an age: {_NO_AGE} is what browsers take"
        losses.append(Loss("max_age=None", why, "cosmetic"))
    arguments: dict[str, Any] = {
        "allow_origins": [ANY] if found.is_any else found.texts,
        "allow_methods": write_sent_methods(policy, _CALLED, losses, _METHODS),
        "allow_headers": _list_names(policy, losses),
        "allow_credentials": found.has_credentials,
        "expose_headers": policy.expose_headers,
        "max_age": _NO_AGE if policy.max_age is None else policy.max_age,
    }
    lines = [f"        {name}={write_literal(value)},\n" for name, value in arguments.items()]
    text = _HEAD + "".join(lines) + "    )\n"
    if not [loss for loss in losses if loss.how_bad != "cosmetic"]:
        losses += policies.list_differences(policy, read(text).ruleset.rules[0].policy, _CALLED)
    return Written(text, losses)


def _list_names(policy: Policy, losses: list[Loss]) -> list[str]:
    names = write_sent_names(policy, _CALLED, losses, _USUAL)
    if names == [ANY, AUTHORIZATION]:
        why = f"{_CALLED} sends no name beside the *, which browsers do not take for this one"
        losses.append(Loss(f"{AUTHORIZATION} in allow_headers=['*']", why, "narrows"))
        return [ANY]
    return names


_HEAD = f'''"""CORS for a FastrAPI app: call add_cors(app)."""

from fastrapi.middleware import {_CLASS}


def add_cors(app):
    """Add the policy to an app."""
    app.add_middleware(
        {_CLASS},
'''
