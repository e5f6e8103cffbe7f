"""Our own policy file, in TOML: it says all that a policy can say, but for functions."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any

from crossorigin.dialects import DialectError, Loss, Position, Translation, Written
from crossorigin.dialects._origins import write_flags
from crossorigin.dialects._places import START, fail, fail_for_mistakes, find_key
from crossorigin.dialects._policies import find_dangers
from crossorigin.errors import PolicyError
from crossorigin.policy import DEFAULTS
from crossorigin.ruleset import EVERYTHING, parse_ruleset

if TYPE_CHECKING:
    from crossorigin.policy import Policy
    from crossorigin.ruleset import Rule, Ruleset

NAME = "toml"
FORM = "ours"
SAYS_JSONP = True

_AT = re.compile(r"\(at line ([0-9]+), column ([0-9]+)\)")
#: A part of a key, and more of them than any key here has.
_PART = r"""(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+"""
_LONG_KEY = re.compile(rf"(?<![\w.-])(?:{_PART}){{200}}", re.ASCII)
_TABLE = re.compile(r"\[\[rule\]\] number ([0-9]+)")


def recognizes(text: str) -> bool:
    """Tell whether a text is TOML whose keys are options of a policy."""
    try:
        document = _load(text)
    except (ValueError, RecursionError):
        return False
    return bool(document) and set(document) <= {*DEFAULTS, "jsonp", "rule"}


def read(text: str) -> Translation:
    """Read a policy file, which says by itself what is dangerous in it.

    :raises DialectError: it is not one.
    """
    text = text.removeprefix("\ufeff")
    try:
        _load(text)
    except (ValueError, RecursionError) as error:
        raise _fail(text, str(error)) from None
    try:
        ruleset = parse_ruleset(text)
    except PolicyError as error:
        first = error.mistakes[0]
        table = _TABLE.search(first.where)
        position = find_key(text, first.option, int(table[1]) if table else 0)
        raise fail_for_mistakes(NAME, text, position, error) from None
    findings = [finding for rule in ruleset.rules for finding in find_dangers(rule.policy, {}, START)]
    placed = [finding._replace(position=find_key(text, finding.option)) for finding in findings]
    return Translation(ruleset, (), text, tuple(placed))


def _load(text: str) -> dict[str, Any]:
    """Read TOML.

    :raises ValueError: it is none; or it has a key that takes a time that grows with the square of its length.
    """
    if found := _LONG_KEY.search(text):
        line, column = text.count("\n", 0, found.start()) + 1, found.start() - text.rfind("\n", 0, found.start())
        message = f"a key has too many parts (at line {line}, column {column})"
        raise ValueError(message)
    return tomllib.loads(text)


def _fail(text: str, said: str) -> DialectError:
    found = _AT.search(said)
    end = Position(text.count("\n") + 1, len(text) - text.rfind("\n"))
    position = Position(int(found[1]), int(found[2])) if found else end if "end of document" in said else START
    return fail(NAME, text, position, f"this is not TOML: {_AT.sub('', said).strip()}", fix="Mend the line")


def write(ruleset: Ruleset) -> Written:
    """Write a policy file: the policy of ``/*`` at the top, and a ``[[rule]]`` for each of the others."""
    losses: list[Loss] = []
    tops = [rule for rule in ruleset.rules if rule.paths == (EVERYTHING,)]
    parts = [f"{_write_jsonp(rule)}{_write_policy(rule.policy, losses)}" for rule in tops]
    parts += [_write_rule(rule, losses) for rule in ruleset.rules if rule not in tops]
    return Written("\n".join(parts), losses)


def _write_rule(rule: Rule, losses: list[Loss]) -> str:
    return f"[[rule]]\npaths = {_write(rule.paths)}\n{_write_jsonp(rule)}{_write_policy(rule.policy, losses)}"


def _write_jsonp(rule: Rule) -> str:
    return "" if rule.jsonp is None else f"jsonp = {_write(rule.jsonp)}\n"


def _write_policy(policy: Policy, losses: list[Loss]) -> str:
    settings = policy.settings
    if settings.pop("origin_validator", None):
        losses.append(Loss("origin_validator", "a function cannot be written down", "narrows"))
    if policy.regexes:
        settings["allow_origin_regex"] = regexes = [write_flags(regex) for regex in policy.regexes]
        if any(re.compile(text) != regex for text, regex in zip(regexes, policy.regexes, strict=True)):
            losses.append(Loss("allow_origin_regex", "flags are written into the expression", "cosmetic"))
    settings = settings or {"allow_origins": ()}
    return "".join(f"{name} = {_write(value)}\n" for name, value in settings.items())


def _write(value: Any) -> str:  # noqa: ANN401 (any option's value)
    if value is None:
        # Why: TOML has no word for nothing.
        return '"none"'
    if isinstance(value, frozenset):
        value = sorted(value)
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_write, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_write(key)} = {_write(item)}' for key, item in value.items())} }}"
    # Why: of the marks that JSON leaves as they are, TOML does not take this one.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
