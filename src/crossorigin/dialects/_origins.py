"""Origin patterns as regular expressions, and back; several expressions as one."""

from __future__ import annotations

import re
from re import _constants, _parser  # type: ignore[attr-defined]  # the only parser that reads what re reads
from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.errors import InvalidOriginError
from crossorigin.origins.origin import read_origin
from crossorigin.origins.pattern import parse_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

_LABELS = r"(?:[a-z0-9_-]+\.)+"
_LETTERS = "[a-z0-9_-]+"
_PORT = r"(?::[1-9][0-9]{0,4})?"
_OPEN = "(?:"
_CLOSE = r")\Z"

#: What numbers or names its groups cannot stand beside others.
_REFERS = re.compile(r"\\[1-9]|\(\?P[=<]|\(\?\(")
_GLOBAL_FLAGS = re.compile(r"\(\?[aiLmsux]+\)")
_FLAGS = {re.IGNORECASE: "i", re.MULTILINE: "m", re.DOTALL: "s", re.VERBOSE: "x", re.ASCII: "a"}


def pattern_to_regex(text: str) -> str:
    r"""Write a pattern as a regular expression that matches the same origins, if all of an origin must match.

    >>> pattern_to_regex("https://*.example.com:*")
    'https://(?:[a-z0-9_-]+\\.)+example\\.com(?::[1-9][0-9]{0,4})?'
    """
    pattern = parse_pattern(text)
    bare = text.removesuffix(":*") if pattern.has_any_port else text
    written = _escape(bare)
    written = written.replace(r"*\.", _LABELS, 1) if pattern.is_subdomains else written.replace("*", _LETTERS, 1)
    return written + (_PORT if pattern.has_any_port else "")


def regex_to_pattern(regex: str) -> str | None:
    r"""Return the pattern that a regular expression was written from, or None.

    >>> regex_to_pattern(r"https://(?:[a-z0-9_-]+\.)+example\.com"), regex_to_pattern("https://.*")
    ('https://*.example.com', None)
    """
    text = regex.replace(_PORT, ":*").replace(_LABELS, "*.").replace(_LETTERS, "*")
    text = re.sub(r"\\([.\[\]])", r"\1", text)
    try:
        return text if pattern_to_regex(text) == regex else None
    except InvalidOriginError:
        return None


def write_flags(regex: re.Pattern[str]) -> str:
    """Return the text of a regular expression, with its flags in it where they are not.

    >>> write_flags(re.compile("https://a", re.IGNORECASE)), write_flags(re.compile("https://a"))
    ('(?i:https://a)', 'https://a')
    """
    bare = _GLOBAL_FLAGS.sub("", regex.pattern, count=1) if has_leading_flags(regex) else regex.pattern
    letters = "".join(letter for flag, letter in _FLAGS.items() if regex.flags & flag)
    # Why: a comment at the end of a verbose expression would take the bracket in.
    end = "\n)" if "x" in letters else ")"
    return f"(?{letters}:{bare}{end}" if letters else bare


def has_leading_flags(regex: re.Pattern[str]) -> bool:
    """Tell whether an expression begins with flags, and so cannot stand inside another."""
    return _GLOBAL_FLAGS.match(regex.pattern) is not None


def join_regexes(regexes: Sequence[str]) -> str:
    """Write several regular expressions as one; one alone stays as it is.

    >>> join_regexes(["a", "b|c"])
    '(?:a)|(?:b|c)'
    """
    return regexes[0] if len(regexes) == 1 else "|".join(f"{_OPEN}{regex})" for regex in regexes)


def can_be_joined(regex: str) -> bool:
    """Tell whether an expression means the same beside others."""
    return not _REFERS.search(regex)


def split_regex(text: str) -> list[str]:
    """Take what ``join_regexes`` has written apart; any other expression is the only one.

    >>> split_regex("(?:a)|(?:b|c)"), split_regex("(?:a)|b"), split_regex("(?:a)")
    (['a', 'b|c'], ['(?:a)|b'], ['(?:a)'])
    """
    parts: list[str] = []
    at = 0
    while text.startswith(_OPEN, at):
        end = _find_end(text, at + len(_OPEN))
        parts.append(text[at + len(_OPEN) : end])
        at = end + len(")")
        if text[at : at + 1] != "|":
            break
        at += 1
    is_whole = at == len(text) and len(parts) > 1 and text.endswith(")")
    return parts if is_whole and all(map(can_be_joined, parts)) else [text]


def _find_end(text: str, at: int) -> int:
    """Return where the bracket is closed that is open before *at*, or the end of the text."""
    depth, is_set = 1, False
    while at < len(text):
        mark = text[at]
        if mark == "\\":
            at += 1
        elif is_set:
            is_set = mark != "]"
        elif mark == "[":
            is_set = True
            # Why: a closing bracket that comes first stands for itself.
            at += len("^") if text[at + 1 : at + 2] == "^" else 0
            at += len("]") if text[at + 1 : at + 2] == "]" else 0
        elif mark in "()":
            depth += 1 if mark == "(" else -1
            if not depth:
                return at
        at += 1
    return len(text)


class Anchored(NamedTuple):
    """What an expression allows that is asked about the beginning of an origin, if it must match the whole."""

    origins: list[str]
    regexes: list[re.Pattern[str]]
    is_any: bool
    is_loose: bool


def anchor(text: str, *, is_text: bool = False) -> str:
    r"""Write an expression so that it matches only the whole of an origin, whoever asks it.

    >>> anchor("https://a|b"), anchor("http://[::1]", is_text=True)
    ('(?:https://a|b)\\Z', '(?:http://\\[::1\\])\\Z')
    """
    return f"{_OPEN}{_escape(text) if is_text else text}{_CLOSE}"


def read_anchored(regex: re.Pattern[str]) -> Anchored:
    r"""Read an expression as ``anchor`` writes it, or as someone else has.

    >>> read_anchored(re.compile(r"(?:https://(?:[a-z0-9_-]+\.)+example\.com)\Z")).origins
    ['https://*.example.com']
    """
    text = regex.pattern
    inner = text[len(_OPEN) : -len(_CLOSE)]
    if text != anchor(inner) or _find_end(text, len(_OPEN)) != len(text) - len(_CLOSE):
        return Anchored([], [regex], is_any=False, is_loose=not is_anchored(regex))
    literal = re.sub(r"\\([.\[\]])", r"\1", inner)
    pattern = regex_to_pattern(inner)
    if inner == ".*":
        return Anchored([], [], is_any=True, is_loose=False)
    if pattern is None and _escape(literal) == inner and read_origin(literal):
        pattern = literal
    if pattern is not None:
        return Anchored([pattern], [], is_any=False, is_loose=False)
    return Anchored([], [re.compile(inner, regex.flags)], is_any=False, is_loose=False)


def _escape(text: str) -> str:
    return re.sub(r"[.\[\]]", r"\\\g<0>", text)


def is_anchored(regex: re.Pattern[str]) -> bool:
    """Tell whether what matches the beginning of a text matches all of it.

    >>> is_anchored(re.compile("a$|b$")), is_anchored(re.compile("a$|b")), is_anchored(re.compile("(a|b)$"))
    (True, False, True)
    """
    return _ends(_parser.parse(regex.pattern, regex.flags))


def _ends(node: Any) -> bool:  # noqa: ANN401 (the parse tree of re has no types)
    items = list(node)
    if not items:
        return False
    kind, value = items[-1]
    if kind is _constants.AT:
        return value in {_constants.AT_END, _constants.AT_END_STRING}
    if kind is _constants.SUBPATTERN:
        return _ends(value[-1])
    return kind is _constants.BRANCH and all(map(_ends, value[1]))
