"""A policy from environment variables: texts in, the options of a Policy out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crossorigin.errors import InvalidValueError, PolicyError
from crossorigin.policy import DEFAULTS
from crossorigin.policy.problems import Problems
from crossorigin.policy.settings import unknown_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from crossorigin.policy import Policy

_WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
_LISTS = {"own_hosts", *(name for name, default in DEFAULTS.items() if isinstance(default, tuple))}
_NUMBERS = {name for name, default in DEFAULTS.items() if type(default) is int}
_MOST_DIGITS = 20
_FLAGS = {name for name, default in DEFAULTS.items() if isinstance(default, bool)}


def make_from_environment(make: Callable[..., Policy], environ: Mapping[str, str], prefix: str) -> Policy:
    """Call *make* with the options that variables beginning with *prefix* set.

    :raises PolicyError: all mistakes, those of the texts and those that *make* finds; they name the variables.
    """
    problems = Problems()
    options: dict[str, Any] = {}
    names = {f"{prefix}{name.upper()}": name for name in DEFAULTS if name != "origin_validator"}
    for variable in sorted(environ):
        if variable in names:
            _read_variable(variable, names[variable], environ[variable].strip(), options, problems)
        elif variable.startswith(prefix):
            problems.mistakes.append(unknown_name("environment", variable, names))
    try:
        policy = make(**options)
    except PolicyError as error:
        for mistake in error.mistakes:
            mistake.option = f"{prefix}{mistake.option.upper()}"
        problems.mistakes.extend(error.mistakes)
    problems.raise_mistakes()
    return policy


def _read_variable(variable: str, name: str, text: str, options: dict[str, Any], problems: Problems) -> None:
    if name in _LISTS:
        options[name] = _read_list(variable, text, problems)
    elif not text:
        # Why: an empty variable is how a deployment leaves an option at its default.
        return
    elif name == "error_messages":
        options[name] = _read_json(variable, text, problems)
    elif name == "max_age" and text.lower() == "none":
        options[name] = None
    elif name in _NUMBERS:
        is_number = text.isascii() and text.removeprefix("-").isdigit() and len(text) <= _MOST_DIGITS
        options[name] = int(text) if is_number else text
    elif name in _FLAGS:
        if text.lower() not in _WORDS:
            fix = f"Write {variable}=true or {variable}=false"
            problems.add(InvalidValueError, variable, text, "not-a-choice", fix=fix)
        options[name] = _WORDS.get(text.lower(), False)
    else:
        options[name] = text


def _read_list(variable: str, text: str, problems: Problems) -> Any:  # noqa: ANN401 (Policy checks the items)
    return _read_json(variable, text, problems) if text.startswith("[") else text.replace(",", " ").split()


def _read_json(variable: str, text: str, problems: Problems) -> Any:  # noqa: ANN401 (Policy checks what is in it)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        at = getattr(error, "pos", None)
        problems.add(InvalidValueError, variable, text, "invalid-json", fix=f"Mend the JSON: {error}", at=at)
        return []
