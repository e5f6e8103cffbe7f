"""Paths of rules as regular expressions that match the beginning of a path, and back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from crossorigin.dialects._translation import Loss, Position
from crossorigin.errors import PolicyError
from crossorigin.policy import Policy
from crossorigin.ruleset import EVERYTHING, Rule

if TYPE_CHECKING:
    from crossorigin.dialects._translation import HowBad

#: Every path matches these.
_ALL = frozenset({"/*", ".*", "/.*", "^/.*", "^/*", "^.*", "^.*$", "^/.*$", "/", "^/", "^", "*", "", ".*$", "/.*$"})

_BELOW = r"(?:/|\Z)"
_END = r"\Z"
_MARKS = re.compile(r"[\\.^$*+?{}\[\]|()]")

#: How people write what is below a path: what it matches beyond or short of our rule for it.
_USUAL: tuple[tuple[str, HowBad, str], ...] = (
    ("/.*", "widens", "the expression does not match the path {path} itself, and the rule does"),
    ("(/.*)?", "cosmetic", "the rule matches the same paths"),
    ("(?:/.*)?", "cosmetic", "the rule matches the same paths"),
    ("/*", "narrows", "the expression also matches longer names, such as {path}s, and the rule does not"),
    ("/", "widens", "the expression does not match the path {path} itself, and the rule does"),
)


class ReadPath(NamedTuple):
    """A path of a rule, and what it is not quite."""

    path: str
    loss: Loss | None = None


def path_to_regex(path: str) -> str:
    r"""Write a path of a rule as an expression.

    >>> path_to_regex("/api/*"), path_to_regex("/a.b"), path_to_regex("/*")
    ('^/api(?:/|\\Z)', '^/a\\.b\\Z', '.*')
    """
    if path == EVERYTHING:
        return ".*"
    is_prefix = path.endswith("/*")
    literal = path.removesuffix("/*") if is_prefix else path
    return "^" + _MARKS.sub(r"\\\g<0>", literal) + (_BELOW if is_prefix else _END)


def regex_to_path(regex: str, position: Position) -> ReadPath | None:
    r"""Return the path that an expression means, with what differs, or None.

    >>> regex_to_path(r"^/api(?:/|\Z)", Position(1, 1)).path, regex_to_path("/api/*", Position(1, 1)).loss.how_bad
    ('/api/*', 'narrows')
    """
    if regex in _ALL:
        return ReadPath(EVERYTHING)
    bare = regex.removeprefix("^")
    if bare != regex and bare.endswith((_BELOW, _END)):
        end, added = (_BELOW, "/*") if bare.endswith(_BELOW) else (_END, "")
        path = re.sub(r"\\(.)", r"\1", bare.removesuffix(end)) + added
        return ReadPath(path) if is_path(path) and path_to_regex(path) == regex else None
    is_closed = bare.endswith("$")
    bare = bare.removesuffix("$")
    for end, how_bad, why in _USUAL:
        path = bare.removesuffix(end)
        # Why: with its end marked, such an expression matches only slashes.
        if path == bare or (is_closed and end in {"/*", "/"}) or _MARKS.search(path):
            continue
        if not is_path(path) or not is_path(f"{path}/*"):
            continue
        loss = Loss(f"the paths {regex}", why.format(path=path), how_bad, position)
        return ReadPath(f"{path}/*", None if how_bad == "cosmetic" else loss)
    if is_closed and is_path(bare) and not _MARKS.search(bare):
        return ReadPath(bare)
    return None


def is_path(path: str) -> bool:
    """Tell whether a text can be a path of a rule."""
    try:
        Rule([path], Policy())
    except PolicyError:
        return False
    return True
