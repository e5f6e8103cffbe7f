r"""Regular expressions for other engines: what Python says, in JavaScript, Ruby, PCRE and RE2, and what they say.

The texts that are asked about are origins: printable ASCII, in one line. On these ``\d``, ``\w``, ``.`` and the anchors
of lines mean the same everywhere, so that an expression stays as its author wrote it wherever an engine allows that.
"""

from __future__ import annotations

import re
from re import _compiler, _constants, _parser  # type: ignore[attr-defined]  # the only parser that reads what re reads
from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.dialects._foreign import Flavour, from_flavour, read_flavour

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Flavour", "from_flavour", "read_flavour", "to_flavour"]

#: What stands before and behind an expression that must match a whole text.
_ENDS: dict[Flavour, tuple[str, str]] = {
    "javascript": ("^", "$"),
    "ruby": (r"\A", r"\z"),
    "pcre": (r"\A", r"\z"),
    "re2": (r"\A", r"\z"),
}

#: What would end a literal of the language, or begin something else in it.
_SLASHED: dict[Flavour, tuple[str, ...]] = {"javascript": ("/",), "ruby": ("/", "#"), "pcre": (), "re2": ()}

#: How often something may be repeated, all repeats around it counted.
_MOST: dict[Flavour, int] = {"javascript": 10_000, "ruby": 10_000, "pcre": 10_000, "re2": 1000}

_ASCII = "".join(map(chr, range(128)))
_OTHER = "\ue000"
_NOTHING = r"[^\s\S]"
_BARE = frozenset("_:/@,=;!~%&<>- ")
_META = frozenset(".[](){}*+?^$|\\")
_REPEATS = {_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT}
_ONE = {_constants.LITERAL, _constants.NOT_LITERAL, _constants.IN, _constants.ANY}


class _UnsayableError(Exception):
    """The flavour has no words for a part of the expression."""


def to_flavour(regex: str, flags: int, flavour: Flavour) -> str | None:
    r"""Write an expression of Python's for another engine, so that it matches the same origins, and only as a whole.

    It holds for a search without further flags. In JavaScript and Ruby it can stand between slashes: they are escaped,
    and so is ``#`` in Ruby; in the other two a slash is always bare. None where the flavour cannot say it.

    >>> to_flavour(r"https://[a-z]+\.example", 0, "ruby"), to_flavour("https://a|(?!b)", 0, "re2")
    ('\\Ahttps:\\/\\/[a-z]+\\.example\\z', None)
    """
    try:
        tree = _parser.parse(regex, flags)
        body = _Writer(flavour, _count_references(tree)).write_all(tree, tree.state.flags)
    except (_UnsayableError, RecursionError):
        return None
    begin, end = _ENDS[flavour]
    is_plain = regex.isascii() and regex.isprintable() and not flags & (re.IGNORECASE | re.VERBOSE)
    # Why: engines differ in what may stand in a look behind.
    if is_plain and ("(?<" not in regex or flavour == "javascript"):
        for same in (regex, f"(?:{regex})"):
            whole = begin + _slash(same, flavour) + end
            # Why: an expression that the engine reads as Python does may stay as its author wrote it.
            if from_flavour(whole, "", flavour) == regex:
                return whole
    return begin + _slash(body, flavour) + end


def _slash(text: str, flavour: Flavour) -> str:
    """Escape what a literal must not hold, where it is not escaped yet."""
    marks = _SLASHED[flavour]
    return re.sub(r"\\.|[/#]", lambda found: f"\\{found[0]}" if found[0] in marks else found[0], text)


def _count_references(node: Any) -> frozenset[int]:  # noqa: ANN401 (the parse tree of re has no types)
    """Return the numbers of the groups that an expression refers to."""
    found: set[int] = set()
    if isinstance(node, tuple) and node and node[0] is _constants.GROUPREF:
        found.add(node[1])
    elif isinstance(node, tuple) and node and node[0] is _constants.GROUPREF_EXISTS:
        found.add(node[1][0])
    if isinstance(node, tuple | list | _parser.SubPattern):
        found.update(*map(_count_references, node))
    return frozenset(found)


class _Writer(NamedTuple):
    """Writes the parse tree of an expression in one flavour."""

    flavour: Flavour
    references: frozenset[int]

    def write_all(self, nodes: Any, flags: int, rounds: int = 1) -> str:  # noqa: ANN401
        """Write a sequence; *rounds* tells how often it is repeated."""
        return "".join(self._write(kind, value, flags, rounds) for kind, value in nodes)

    def _write(self, kind: Any, value: Any, flags: int, rounds: int) -> str:  # noqa: ANN401
        if kind in _ONE:
            return _write_one(kind, value, flags)
        if kind in _REPEATS:
            return self._write_repeat(kind, value, flags, rounds)
        writers: dict[Any, Callable[[Any, int, int], str]] = {
            _constants.AT: self._write_place,
            _constants.SUBPATTERN: self._write_group,
            _constants.BRANCH: self._write_branch,
            _constants.ASSERT: self._write_look,
            _constants.ASSERT_NOT: self._write_look_away,
            _constants.ATOMIC_GROUP: self._write_atomic,
            _constants.GROUPREF: self._write_reference,
            _constants.GROUPREF_EXISTS: self._write_condition,
            _constants.FAILURE: lambda *_: _NOTHING,
        }
        return writers[kind](value, flags, rounds)

    def _need(self, *flavours: Flavour) -> None:
        if self.flavour not in flavours:
            raise _UnsayableError

    def _write_repeat(self, kind: Any, value: Any, flags: int, rounds: int) -> str:  # noqa: ANN401
        least, most, body = value
        is_endless = most is _constants.MAXREPEAT
        rounds *= max(least, 1 if is_endless else most, 1)
        if rounds > _MOST[self.flavour]:
            raise _UnsayableError
        text = self.write_all(body, flags, rounds)
        if len(body) != 1 or body[0][0] not in _ONE:
            text = f"(?:{text})"
        interval = f"{{{least}}}" if least == most else f"{{{least},{'' if is_endless else most}}}"
        text += {"{0,}": "*", "{1,}": "+", "{0,1}": "?"}.get(interval, interval)
        if kind is _constants.POSSESSIVE_REPEAT:
            self._need("ruby", "pcre")
            return f"(?>{text})"
        # Why: a question mark behind an exact number means another thing in Ruby, and nothing elsewhere.
        return f"{text}?" if kind is _constants.MIN_REPEAT and least != most else text

    def _write_place(self, value: Any, _flags: int, _rounds: int) -> str:  # noqa: ANN401
        places = {
            _constants.AT_BOUNDARY: r"\b",
            _constants.AT_NON_BOUNDARY: r"\B",
            _constants.AT_BEGINNING: _ENDS[self.flavour][0],
            _constants.AT_BEGINNING_STRING: _ENDS[self.flavour][0],
        }
        return places.get(value, _ENDS[self.flavour][1])

    def _write_group(self, value: Any, flags: int, rounds: int) -> str:  # noqa: ANN401
        number, added, removed, body = value
        text = self.write_all(body, (flags | added) & ~removed, rounds)
        return f"({text})" if number in self.references else text

    def _write_branch(self, value: Any, flags: int, rounds: int) -> str:  # noqa: ANN401
        return f"(?:{'|'.join(self.write_all(way, flags, rounds) for way in value[1])})"

    def _write_look(self, value: Any, flags: int, rounds: int, sign: str = "=") -> str:  # noqa: ANN401
        direction, body = value
        if sign == "!" and not body:
            return _NOTHING
        self._need("javascript", "ruby", "pcre")
        if direction < 0 and self.flavour != "javascript":
            _check_behind(body, self.references)
        return f"(?{'<' if direction < 0 else ''}{sign}{self.write_all(body, flags, rounds)})"

    def _write_look_away(self, value: Any, flags: int, rounds: int) -> str:  # noqa: ANN401
        return self._write_look(value, flags, rounds, "!")

    def _write_atomic(self, value: Any, flags: int, rounds: int) -> str:  # noqa: ANN401
        self._need("ruby", "pcre")
        return f"(?>{self.write_all(value, flags, rounds)})"

    def _write_reference(self, value: Any, flags: int, _rounds: int) -> str:  # noqa: ANN401
        # Why: in JavaScript a group that has matched nothing is referred to as the empty text.
        self._need("ruby", "pcre")
        return f"(?{'i' if flags & re.IGNORECASE else ''}:\\{self._number(value)})"

    def _write_condition(self, value: Any, flags: int, rounds: int) -> str:  # noqa: ANN401
        self._need("ruby", "pcre")
        number, yes, no = value
        other = f"|{self.write_all(no, flags, rounds)}" if no else ""
        return f"(?({self._number(number)}){self.write_all(yes, flags, rounds)}{other})"

    def _number(self, group: int) -> int:
        """Return a group's number among those that are referred to: the others are not counted."""
        return sorted(self.references).index(group) + 1


def _check_behind(node: Any, references: frozenset[int]) -> None:  # noqa: ANN401
    """Refuse, in a look behind, all but texts of single characters: engines differ in what else may stand there."""
    for kind, value in node:
        if kind is _constants.BRANCH:
            for way in value[1]:
                _check_behind(way, references)
        elif kind is _constants.SUBPATTERN and value[0] not in references:
            _check_behind(value[-1], references)
        elif kind not in _ONE:
            raise _UnsayableError


def _write_one(kind: Any, value: Any, flags: int) -> str:  # noqa: ANN401
    """Write what stands for one character: as itself, or as the set of all that Python takes there."""
    if kind is _constants.LITERAL and not flags & re.IGNORECASE:
        return _write_char(chr(value)) if chr(value).isascii() else _NOTHING
    single = _parser.SubPattern(_parser.State(), [(kind, value)])
    regex = _compiler.compile(single, flags & ~re.DEBUG & ~re.VERBOSE)
    found = regex.findall(_ASCII)
    if kind is _constants.LITERAL and len(found) == 1:
        return _write_char(found[0])
    if not regex.match(_OTHER):
        return f"[{_write_set(found)}]" if found else _NOTHING
    others = [char for char in _ASCII if char not in found]
    return f"[^{_write_set(others)}]" if others else r"[\s\S]"


def _write_char(char: str) -> str:
    if char.isalnum() or char in _BARE:
        return char
    return f"\\{char}" if char in _META else f"\\x{ord(char):02x}"


def _write_set(chars: list[str]) -> str:
    """Write characters, in their order, as the inside of a set."""
    runs: list[tuple[int, int]] = []
    for code in map(ord, chars):
        if runs and runs[-1][1] == code - 1:
            runs[-1] = (runs[-1][0], code)
        else:
            runs.append((code, code))
    written = [
        _write_member(first) + ("" if first == last else "-" * (last - first > 1) + _write_member(last))
        for first, last in runs
    ]
    return "".join(written)


def _write_member(code: int) -> str:
    char = chr(code)
    return r"\-" if char == "-" else char if char.isalnum() or char in "_.:" else f"\\x{code:02x}"
