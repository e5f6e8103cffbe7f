"""What a regular expression for origins must not be: broken, slow, or wide open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from re import _constants, _parser  # type: ignore[attr-defined]  # the only parser that reads what re reads
from typing import TYPE_CHECKING, Any

from crossorigin.errors import InvalidRegexError

if TYPE_CHECKING:
    from crossorigin.policy.problems import Problems

#: A regex that matches all of these matches every site. None has anything to do with another.
UNRELATED_ORIGINS = (
    "https://attacker.com",
    "https://evil.example",
    "https://a.b.c.invalid",
    "https://some-other-site.org",
)

#: An outer repeat of at most so many rounds is no danger.
_FEW = 9

_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)


def check_regexes(value: object, problems: Problems, *, may_nest: bool) -> tuple[re.Pattern[str], ...]:
    """Compile ``allow_origin_regex``, one or several, or note why they cannot be used."""
    if value is None:
        return ()
    is_one = not isinstance(value, Iterable) or isinstance(value, str | bytes | bytearray | Mapping)
    items: Iterable[object] = [value] if is_one else value  # type: ignore[assignment]  # it is iterable
    found = [_check_regex(item, problems, may_nest=may_nest) for item in items]
    return tuple(dict.fromkeys(regex for regex in found if regex))


def _check_regex(value: object, problems: Problems, *, may_nest: bool) -> re.Pattern[str] | None:
    """Compile one regex, or note why it cannot be used and return None."""
    option = "allow_origin_regex"
    if not isinstance(value, str | re.Pattern) or (isinstance(value, re.Pattern) and isinstance(value.pattern, bytes)):
        problems.wrong_type(option, value, fix='Write a text, such as r"https://[a-z]+\\.example\\.com"')
        return None
    try:
        regex = re.compile(value)
        is_slow = not may_nest and nests_repeats(regex)
    except (re.error, OverflowError, RecursionError) as error:
        at = getattr(error, "pos", None)
        fix = f"Mend it ({error}), or write patterns in allow_origins"
        problems.add(InvalidRegexError, option, value, "regex-does-not-compile", fix=fix, at=at)
        return None
    if is_slow:
        fix = (
            'Write a pattern such as "https://*.example.com" in allow_origins; if you have made sure that the regex is '
            "fast on every input, set dangerously_allow_nested_repeats=True"
        )
        problems.add(InvalidRegexError, option, regex.pattern, "regex-nests-repeats", fix=fix)
        return None
    return regex


def nests_repeats(regex: re.Pattern[str]) -> bool:
    r"""Tell whether an unbounded repeat stands inside a repeat that is unbounded, or of many rounds.

    >>> nests_repeats(re.compile("(a+)+")), nests_repeats(re.compile(r"https://[a-z]+\.example"))
    (True, False)
    """
    return _nests(_parser.parse(regex.pattern, regex.flags), inside=False)


def _nests(node: Any, *, inside: bool) -> bool:  # noqa: ANN401 (the parse tree of re has no types)
    """Walk a tree whose nodes are sub-patterns, tuples and lists of nodes."""
    # Why: "is", because these constants equal the numbers of characters and groups.
    if isinstance(node, tuple) and node and any(node[0] is repeat for repeat in _REPEATS):
        _, most, body = node[1]
        is_unbounded = most is _constants.MAXREPEAT
        # Why: ten rounds of an unbounded repeat take as long as all of a short text has ways to be cut into ten.
        return (inside and is_unbounded) or _nests(body, inside=inside or is_unbounded or most > _FEW)
    if isinstance(node, tuple | list | _parser.SubPattern):
        return any(_nests(part, inside=inside) for part in node)
    return False


def matches_any_origin(regexes: Iterable[re.Pattern[str]]) -> bool:
    r"""Tell whether *regexes* together allow every site.

    >>> matches_any_origin([re.compile("https://.*")]), matches_any_origin([re.compile(r"https://.*\.example")])
    (True, False)
    """
    return all(any(regex.fullmatch(origin) for regex in regexes) for origin in UNRELATED_ORIGINS)
