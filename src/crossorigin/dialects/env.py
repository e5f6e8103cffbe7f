"""Our options as environment variables, in the lines of an ``.env`` file."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any

from crossorigin.dialects import Loss, Position, Translation, Written
from crossorigin.dialects._origins import can_be_joined, join_regexes, write_flags
from crossorigin.dialects._places import START, fail, fail_for_mistakes, find_key
from crossorigin.dialects._policies import choose_policy, find_dangers, make_ruleset
from crossorigin.errors import PolicyError
from crossorigin.policy import Policy

NAME = "env"
FORM = "ours"

_PREFIX = "CORS_"
_BLANK = re.compile(r"[ \t\r]*(?:#[^\n]*)?(?:\n|\Z)")
_NAME = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=")
#: The parts of a value: in single quotes, in double quotes, one escaped mark, bare.
_PART = re.compile(r"""'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)""", re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\$`\n])')

if TYPE_CHECKING:
    from crossorigin.ruleset import Ruleset


def recognizes(text: str) -> bool:
    """Tell whether a text is made of such lines, and one of them is a variable of ours."""
    try:
        variables = _parse(text)
    except ValueError:
        return False
    return any(name.startswith(_PREFIX) for name in variables)


def read(text: str) -> Translation:
    """Read the variables that begin with ``CORS_``; others are not looked at.

    :raises DialectError: a line is none, or a variable is wrong.
    """
    variables = {name: value for name, value in _parse(text).items() if name.startswith(_PREFIX)}
    if not variables:
        fix = f"Write {_PREFIX}ALLOW_ORIGINS=https://app.example"
        raise fail(NAME, text, START, f"there is no variable that begins with {_PREFIX}", fix=fix)
    try:
        policy = Policy.from_env(variables)
    except PolicyError as error:
        first = error.mistakes[0]
        name = first.option if first.option in variables else str(first.value)
        raise fail_for_mistakes(NAME, text, find_key(text, name), error) from None
    findings = find_dangers(policy, {}, START)
    placed = [one._replace(position=find_key(text, f"{_PREFIX}{one.option.upper()}")) for one in findings]
    return Translation(make_ruleset(policy), (), text, tuple(placed))


def _parse(text: str) -> dict[str, str]:
    """Return all variables.

    :raises DialectError: a line is neither a variable nor a comment.
    """
    variables: dict[str, str] = {}
    at = 0
    while at < len(text):
        if blank := _BLANK.match(text, at):
            at = blank.end()
            continue
        found = _NAME.match(text, at)
        if not found:
            raise fail(NAME, text, _locate(text, at), "this is no NAME=value", fix="Write a # before a comment")
        at, parts = found.end(), []
        while part := _PART.match(text, at):
            single, double, escaped, bare = part.groups()
            parts.append(single or bare or escaped or _ESCAPED.sub(_unescape, double or ""))
            at = part.end()
        variables[found[1]] = "".join(parts)
        rest = _BLANK.match(text, at)
        if not rest:
            what = "a quotation mark is not closed, or what follows is no part of the value"
            raise fail(NAME, text, _locate(text, at), what, fix="Put a value with spaces in single quotation marks")
        at = rest.end()
    return variables


def _unescape(found: re.Match[str]) -> str:
    return "" if found[1] == "\n" else found[1]


def _locate(text: str, at: int) -> Position:
    return Position(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


def write(ruleset: Ruleset) -> Written:
    """Write a line for each option that is not at its default."""
    policy, losses = choose_policy(ruleset, "the environment")
    settings = policy.settings
    if settings.pop("origin_validator", None):
        losses.append(Loss("origin_validator", "a function cannot be written down", "narrows"))
    if policy.regexes:
        settings["allow_origin_regex"] = _write_regex(policy, losses)
    settings = settings or {"allow_origins": ()}
    lines = [f"{_PREFIX}{name.upper()}={shlex.quote(_write(value))}\n" for name, value in settings.items()]
    return Written("".join(lines).replace("=''\n", "=\n"), losses)


def _write_regex(policy: Policy, losses: list[Loss]) -> str:
    """Write all expressions as one, without white space at its ends, which a variable does not keep."""
    texts = [write_flags(regex) for regex in policy.regexes]
    if len(texts) > 1:
        kept = [text for text in texts if can_be_joined(text)]
        why = "it refers to its groups, and others stand beside it"
        losses.extend(Loss(f"allow_origin_regex={text!r}", why, "narrows") for text in texts if text not in kept)
        texts = kept
    text = join_regexes(texts) if texts else ""
    if text != text.strip() or not text:
        text = f"(?:{text})"
    if (re.compile(text),) != policy.regexes:
        losses.append(Loss("allow_origin_regex", "it is written as one expression, with its flags in it", "cosmetic"))
    return text


def _write(value: Any) -> str:  # noqa: ANN401 (any option's value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | frozenset):
        return " ".join(sorted(value) if isinstance(value, frozenset) else value)
    return json.dumps(value) if isinstance(value, dict) else str(value).lower() if value is None else str(value)
