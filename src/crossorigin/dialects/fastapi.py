"""The arguments of Starlette's and FastAPI's ``CORSMiddleware``, in Python source."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from crossorigin.dialects import Loss, Position, Translation, Written
from crossorigin.dialects import _policies as policies
from crossorigin.dialects._arguments import find_middleware, imports
from crossorigin.dialects._places import START, fail
from crossorigin.dialects._python import NotLiteralError, Source, has_any, parse, write_literal
from crossorigin.policy import ANY
from crossorigin.policy import DEFAULTS as OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.dialects import HowBad
    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset

NAME = "fastapi"
FORM = "settings"

#: What ``["*"]`` stands for as methods.
ALL_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY")

#: The arguments and their defaults, and what a value that cannot be read is taken for: nothing.
_DEFAULTS: dict[str, Any] = {
    "allow_origins": (),
    "allow_methods": ("GET",),
    "allow_headers": (),
    "allow_credentials": False,
    "allow_origin_regex": None,
    "allow_private_network": False,
    "expose_headers": (),
    "max_age": 600,
}
_LISTS = ("allow_origins", "allow_methods", "allow_headers", "expose_headers")
_POSITIONAL = ("allow_origins", "allow_methods", "allow_headers", "allow_credentials", "allow_origin_regex")
_OWN = frozenset(OPTIONS) - frozenset(_DEFAULTS)
_CLASS = "CORSMiddleware"
#: Packages whose class has the same name.
_OTHERS = ("fastrapi", "nexios")
_UNKNOWN = "it is known only when the program runs: write it as a literal"

#: The shortest age that browsers take where no header says one.
_NO_AGE = 5


def recognizes(text: str) -> bool:
    """Tell whether a text is Python that puts the middleware around an app that is none of another package."""
    return _CLASS in text and has_any(NAME, text, _find_own_calls)


def read(text: str) -> Translation:
    """Read the arguments, as far as they are literals.

    :raises DialectError: there is no such middleware, or there are several, or an argument cannot work.
    """
    source = parse(NAME, text)
    calls = list(_find_calls(source))
    if not calls:
        fix = f"Give it the module with app.add_middleware({_CLASS}, ...)"
        raise fail(NAME, text, START, f"there is no {_CLASS} here", fix=fix)
    if len(calls) > 1:
        what = f"this is a second {_CLASS}, and only one policy is read"
        raise source.fail(calls[1][0], what, fix="Leave one of them")
    call, arguments = calls[0]
    losses: list[Loss] = []
    options, places = _read_arguments(source, call, arguments, losses)
    found = policies.read_options(options, policies.Place(NAME, text, places, source.locate(call)))
    ruleset = policies.make_ruleset(found.policy)
    return Translation(ruleset, (*losses, *found.losses), text, tuple(found.findings))


def _find_own_calls(source: Source) -> Iterator[tuple[ast.Call, list[ast.expr]]]:
    return iter(()) if any(imports(source, package) for package in _OTHERS) else _find_calls(source)


def _find_calls(source: Source) -> Iterator[tuple[ast.Call, list[ast.expr]]]:
    """Yield each call that makes the middleware, and its positional arguments behind the app or the class."""
    return find_middleware(source, _CLASS)


def _read_arguments(
    source: Source, call: ast.Call, arguments: list[ast.expr], losses: list[Loss]
) -> tuple[dict[str, Any], dict[str, Position]]:
    options: dict[str, Any] = dict(_DEFAULTS)
    places: dict[str, Position] = {}
    named = [(keyword.arg, keyword.value) for keyword in call.keywords if keyword.arg != "app"]
    is_ours = _is_ours(source)
    # Why: which argument comes sixth depends on the release.
    for number, value in enumerate(arguments):
        if isinstance(value, ast.Starred) or number == len(_POSITIONAL):
            losses.append(Loss("a positional argument", "write it with its name", "narrows", source.locate(value)))
            break
        named.append((_POSITIONAL[number], value))
    for name, value in named:
        place = source.locate(value)
        if is_ours and name in _OWN:
            places[name], options[name] = place, _read_own(source, value)
            continue
        if name not in _DEFAULTS:
            what = f"{name}=..." if name else "**..."
            why = f"{_CLASS} has no such argument" if name else _UNKNOWN
            losses.append(Loss(what, why, "narrows", place))
            continue
        places[name] = place
        options[name] = _read_argument(source, name, value, losses)
    if any(name is None for name, _ in named) and "allow_methods" not in places:
        options["allow_methods"] = ()
    return _translate(options, places, losses, has_patterns=is_ours), places


def _is_ours(source: Source) -> bool:
    """Tell whether the class is ours, which knows patterns, and our options beside Starlette's."""
    imports = [node for node in source.tree.body if isinstance(node, ast.ImportFrom)]
    return any((node.module or "").startswith("crossorigin.") for node in imports)


def _read_own(source: Source, node: ast.expr) -> Any:  # noqa: ANN401 (any option's value)
    try:
        return source.evaluate(node)
    except NotLiteralError:
        raise source.fail(node, "this option of ours is no literal", fix="Write it as one") from None


def _read_argument(source: Source, name: str, node: ast.expr, losses: list[Loss]) -> Any:  # noqa: ANN401 (any option's value)
    place = source.locate(node)
    try:
        value, missing = source.evaluate_items(node)
    except NotLiteralError as error:
        how_bad: HowBad = "cosmetic" if name == "max_age" else "narrows"
        losses.append(Loss(name, _UNKNOWN, how_bad, error.position))
        return () if name in _LISTS else _DEFAULTS[name]
    losses += [Loss(f"an item of {name}", _UNKNOWN, "narrows", position) for position in missing]
    if name in _LISTS:
        return _read_list(name, value, place, losses)
    if name == "allow_origin_regex" and not isinstance(value, str | None):
        losses.append(Loss(name, "Starlette takes one text", "narrows", place))
        return None
    if name == "max_age" and (not isinstance(value, int) or isinstance(value, bool)):
        losses.append(Loss(f"{name}={value!r}", "it is no number, and browsers take it for none", "cosmetic", place))
        return None
    return value if name in {"allow_origin_regex", "max_age"} else bool(value)


def _read_list(name: str, value: Any, place: Position, losses: list[Loss]) -> Any:  # noqa: ANN401 (as above)
    if isinstance(value, str) and ANY in value and name != "expose_headers":
        return [ANY]
    if not isinstance(value, list | dict):
        text = "Starlette reads a text letter by letter: write a list"
        losses.append(Loss(f"{name}={value!r}", text, "narrows", place))
        return [value] if isinstance(value, str) and name == "allow_origins" else ()
    texts = [item for item in value if isinstance(item, str)]
    if len(texts) < len(value):
        losses.append(Loss(f"an item of {name}", "it is no text", "narrows", place))
    return [ANY] if ANY in texts else texts


def _translate(
    options: dict[str, Any], places: dict[str, Position], losses: list[Loss], *, has_patterns: bool
) -> dict[str, Any]:
    """Say with our options what the arguments do."""
    if ANY in options["allow_methods"]:
        options["allow_methods"] = ALL_METHODS
    text = options["allow_origin_regex"]
    if text is not None:
        patterns, regexes, is_any = policies.read_regexes([text])
        options["allow_origin_regex"] = regexes or None
        origins = [*options["allow_origins"], *patterns]
        options["allow_origins"] = [ANY] if is_any or ANY in origins else origins
        if is_any and ANY not in origins and options["allow_credentials"]:
            options["dangerously_allow_any_origin_with_credentials"] = True
    stars = [item for item in options["allow_origins"] if "*" in item and item != ANY]
    literal = [item for item in stars if not has_patterns and (text is None or item not in patterns)]
    if literal:
        place = places.get("allow_origins", START)
        losses += [Loss(f"allow_origins: {item}", "no origin has a * in it", "cosmetic", place) for item in literal]
        options["allow_origins"] = [item for item in options["allow_origins"] if item not in literal]
    return options


def write(ruleset: Ruleset) -> Written:
    """Write a function that adds the middleware to an app."""
    policy, losses = policies.choose_policy(ruleset, "CORSMiddleware")
    says = ("deny_origins", "deny_headers", "allow_private_network")
    losses += policies.list_unsaid(policy, _CLASS, says)
    origins = policies.write_origins(policy, _CLASS)
    regex = policies.write_one_regex(origins)
    names, lost = policies.write_names(policy, _CLASS)
    losses += [*lost, *_list_inexact(policy)]
    arguments: dict[str, Any] = {
        "allow_origins": [ANY] if origins.is_any else origins.texts,
        "allow_origin_regex": regex,
        "allow_methods": ALL_METHODS if policy.allow_methods == (ANY,) else policy.allow_methods,
        "allow_headers": names,
        "allow_credentials": policy.allow_credentials,
        "expose_headers": policy.expose_headers,
        "max_age": _NO_AGE if policy.max_age is None else policy.max_age,
        "allow_private_network": policy.allow_private_network,
    }
    if regex is None:
        del arguments["allow_origin_regex"]
    if not policy.allow_private_network:
        # Why: releases before 0.51 do not have it.
        del arguments["allow_private_network"]
    lines = [f"        {name}={write_literal(value)},\n" for name, value in arguments.items()]
    text = _HEAD + "".join(lines) + "    )\n"
    losses += origins.losses
    if not [loss for loss in losses if loss.how_bad != "cosmetic"]:
        losses += _compare(policy, text)
    return Written(text, losses)


_HEAD = f'''"""CORS for a FastAPI or Starlette app: call add_cors(app)."""

from starlette.middleware.cors import {_CLASS}


def add_cors(app):
    """Add the policy to an app."""
    app.add_middleware(
        {_CLASS},
'''


def _list_inexact(policy: Policy) -> list[Loss]:
    losses = []
    if policy.allow_methods == (ANY,):
        why = f"{_CLASS} lists {', '.join(ALL_METHODS)}, and no other"
        losses.append(Loss("allow_methods=['*']", why, "narrows"))
    if policy.max_age is None:
        losses.append(
            Loss("max_age=None", f"{_CLASS} always sends an age: {_NO_AGE} is what browsers take", "cosmetic")
        )
    return losses


def _compare(policy: Policy, text: str) -> list[Loss]:
    """Return what is said in another form, as it is found by reading it again."""
    return policies.list_differences(policy, read(text).ruleset.rules[0].policy, _CLASS)
