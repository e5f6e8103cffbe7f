r"""Regular expressions of JavaScript, Ruby, PCRE and RE2, read into Python's words.

These engines search; what is written here must match the whole of an origin: printable ASCII in one line. An end that
is open there gets a ``.*``. What is not known to mean the same is not read at all.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Flavour = Literal["javascript", "ruby", "pcre", "re2"]

#: The letters of flags: those that matter, and those that do not for an origin.
_FLAGS: dict[Flavour, str] = {"javascript": "idgmsu", "ruby": "imxounse", "pcre": "imsxuDS", "re2": "ims"}
_INLINE: dict[Flavour, str] = {"javascript": "", "ruby": "imx", "pcre": "imsx", "re2": "ims"}

_ANYTHING = ".*"
_MOST_GROUPS_DEEP = 60
_INTERVAL = re.compile(r"\{(?:[0-9]{1,5}(?:,[0-9]{0,5})?|(,[0-9]{1,5}))\}", re.ASCII)
_EXACT = re.compile(r"\{[0-9]+\}", re.ASCII)
_NAME = re.compile(r"\(\?(?:P?<([A-Za-z_][A-Za-z0-9_]*)>|'([A-Za-z_][A-Za-z0-9_]*)')", re.ASCII)
_INLINE_FLAGS = re.compile(r"\(\?([a-z]*)(?:-([a-z]+))?([:)])", re.ASCII)
_CODE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|[xu]\{([0-9A-Fa-f]{1,6})\})", re.ASCII)
_NAMED_BACK = re.compile(r"\\k<([A-Za-z_][A-Za-z0-9_]*)>|\(\?P=([A-Za-z_][A-Za-z0-9_]*)\)", re.ASCII)
_NUMBERED_BACK = re.compile(r"\\[1-9](?![0-9])", re.ASCII)
_POSIX = re.compile(r"\[:([a-z]+):\]", re.ASCII)
_SIGN = re.compile(r"[*+?]")
_SPACE = re.compile(r"\s+|#[^\n]*")
_CLASS = re.compile(r"\\[dDwWsS]")

_LOOKS = ("(?=", "(?!", "(?<=", "(?<!")
_NAME_SIGNS: dict[Flavour, str] = {"javascript": "<", "ruby": "<'", "pcre": "<'P", "re2": "<P"}
_DOUBLED = frozenset("&|~")
_LAST_BYTE = 0xFF

_POSIX_SETS = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "lower": "a-z",
    "punct": r"!-/:-@\[-`\x7b-\x7e",
    "space": r"\s",
    "upper": "A-Z",
    "word": r"\w",
    "xdigit": "0-9A-Fa-f",
}

#: The sets that a letter stands for, as the inside of a set.
_LETTER_SETS: dict[Flavour, dict[str, str]] = {"ruby": {"h": "0-9a-fA-F"}, "pcre": {"h": r" \t", "v": r"\n-\r"}}
_CONTROLS: dict[Flavour, str] = {"javascript": "nrtfv", "ruby": "nrtfvae", "pcre": "nrtfae", "re2": "nrtfva"}
_CONTROL_CODES = {"n": r"\n", "r": r"\r", "t": r"\t", "f": r"\f", "v": r"\x0b", "a": r"\x07", "e": r"\x1b"}
#: What stands for itself behind a backslash, in JavaScript without the flag u.
_SELF = frozenset("aeghijlmoqyzACEFGHIJKLMNOQRTUVXYZ")


class Reading(NamedTuple):
    """An expression in Python's words, and whether it is open at an end: it matches more than its author may think."""

    regex: str
    is_open: bool


class _Piece(NamedTuple):
    """A part of a sequence; *inner* is the inside of a plain group."""

    text: str
    begins: bool = False
    ends: bool = False
    inner: str | None = None
    repeats: bool = True


_BEGIN = _Piece(r"\A", begins=True, repeats=False)
_END = _Piece(r"\Z", ends=True, repeats=False)
_ANCHORS: dict[Flavour, dict[str, _Piece]] = {
    "ruby": {"A": _BEGIN, "z": _END, "Z": _END},
    "pcre": {"A": _BEGIN, "z": _END, "Z": _END},
    "re2": {"A": _BEGIN, "z": _END},
}


class _UnreadableError(Exception):
    """The expression has something that is not known to mean the same."""


def from_flavour(source: str, flags: str, flavour: Flavour) -> str | None:
    r"""Write an expression of another engine in Python's words, to be asked about the whole of an origin.

    :param flags: the letters that stand behind it: ``i`` of ``/a/i``.
    :return: None where it cannot be said.

    >>> from_flavour(r"^https:\/\/(.+\.)?a\.example$", "", "javascript"), from_flavour(r"\.a\.example\z", "i", "ruby")
    ('https://(.+\\.)?a\\.example', '(?i:.*\\.a\\.example)')
    """
    found = read_flavour(source, flags, flavour)
    return found.regex if found else None


def read_flavour(source: str, flags: str, flavour: Flavour) -> Reading | None:
    """Read an expression as ``from_flavour`` does, and tell whether one of its ends is open.

    >>> read_flavour(r"https://a", "", "ruby")
    Reading(regex='.*https://a.*', is_open=True)
    """
    try:
        found = _Scanner(source, flags, flavour).read()
        re.compile(found.regex)
    except (_UnreadableError, re.error, OverflowError):
        return None
    return found


class _Scanner:
    """Reads one expression from its beginning to its end."""

    def __init__(self, source: str, flags: str, flavour: Flavour) -> None:
        if set(flags) - set(_FLAGS[flavour]):
            raise _UnreadableError
        self.source, self.flavour, self.at = source, flavour, 0
        self.is_folded, self.is_spaced = "i" in flags, "x" in flags and flavour != "javascript"
        self.is_strict = "u" in flags
        self.has_names = bool(_NAME.search(source))

    def read(self) -> Reading:
        self._read_leading_flags()
        is_folded = self.is_folded
        ways = self._read_ways(0)
        if self.at < len(self.source):
            raise _UnreadableError
        text, is_open = _close(ways)
        return Reading(f"(?i:{text})" if is_folded else text, is_open)

    def _take(self, text: str) -> bool:
        """Go past a text if it stands here."""
        is_here = self.source.startswith(text, self.at)
        self.at += len(text) * is_here
        return is_here

    def _match(self, regex: re.Pattern[str]) -> re.Match[str] | None:
        """Go past what matches here."""
        found = regex.match(self.source, self.at)
        self.at = found.end() if found else self.at
        return found

    def _is_one_of(self, *flavours: Flavour) -> bool:
        return self.flavour in flavours

    def _read_leading_flags(self) -> None:
        found = self._match(_INLINE_FLAGS)
        if found and found[3] == ")":
            self._set_flags(found)
        else:
            self.at = 0

    def _set_flags(self, found: re.Match[str]) -> None:
        added, removed = found[1], found[2] or ""
        if (set(added) | set(removed)) - set(_INLINE[self.flavour]):
            raise _UnreadableError
        self.is_folded = (self.is_folded or "i" in added) and "i" not in removed
        self.is_spaced = (self.is_spaced or "x" in added) and "x" not in removed

    def _read_ways(self, depth: int) -> list[list[_Piece]]:
        if depth > _MOST_GROUPS_DEEP:
            raise _UnreadableError
        ways = [self._read_way(depth)]
        while self._take("|"):
            ways.append(self._read_way(depth))
        return ways

    def _read_way(self, depth: int) -> list[_Piece]:
        pieces: list[_Piece] = []
        while self.at < len(self.source) and self.source[self.at] not in "|)":
            if self._skip():
                continue
            piece = self._read_group(depth) if self.source[self.at] == "(" else self._read_single()
            pieces.append(self._read_repeat(piece))
        return pieces

    def _skip(self) -> bool:
        """Go past what is not part of the expression."""
        if self._is_one_of("ruby", "pcre") and self._take("(?#"):
            self.at = self.source.find(")", self.at) + 1
            if not self.at:
                raise _UnreadableError
            return True
        return bool(self.is_spaced and self._match(_SPACE))

    def _read_repeat(self, piece: _Piece) -> _Piece:
        found = _INTERVAL.match(self.source, self.at) or _SIGN.match(self.source, self.at)
        if not found or (found[0].startswith("{,") and not self._is_one_of("ruby", "pcre")):
            return piece
        # Why: older releases of PCRE take an interval without a beginning as a text, and newer ones do not.
        if not piece.repeats or (found[0].startswith("{,") and self.flavour == "pcre"):
            raise _UnreadableError
        self.at = found.end()
        repeat, is_interval = found[0], found[0].startswith("{")
        if self.flavour == "ruby" and is_interval and self._take("+"):
            return _Piece(f"(?:{piece.text}{repeat})+")
        if self.flavour == "ruby" and _EXACT.fullmatch(repeat) and self._take("?"):
            return _Piece(f"(?:{piece.text}{repeat})?")
        if self._take("?"):
            repeat += "?"
        elif self._is_one_of("ruby", "pcre") and self._take("+"):
            repeat += "+"
        return _Piece(piece.text + repeat)

    def _read_group(self, depth: int) -> _Piece:
        is_folded, is_spaced = self.is_folded, self.is_spaced
        named_back = self._match(_NAMED_BACK) if self.flavour == "pcre" else None
        if named_back:
            return _Piece(f"(?P={named_back[2]})")
        opened = self._open_group()
        ways = self._read_ways(depth + 1)
        if not self._take(")"):
            raise _UnreadableError
        self.is_folded, self.is_spaced = is_folded, is_spaced
        inner = "|".join("".join(piece.text for piece in way) for way in ways)
        looks = opened in _LOOKS
        return _Piece(
            f"{opened}{inner})",
            begins=not looks and all(way and way[0].begins for way in ways),
            ends=not looks and all(way and way[-1].ends for way in ways),
            inner=inner if opened == "(?:" else None,
            repeats=not looks,
        )

    def _open_group(self) -> str:
        """Go past what opens a group, and return that in Python's words."""
        if not self.source.startswith("(?", self.at):
            self.at += 1
            return "(?:" if self.flavour == "ruby" and self.has_names else "("
        for opened in _LOOKS:
            if self.flavour != "re2" and self._take(opened):
                return opened
        if self._is_one_of("ruby", "pcre") and self._take("(?>"):
            return "(?>"
        was_folded = self.is_folded
        flags, name = self._match(_INLINE_FLAGS), self._match(_NAME)
        if flags and flags[3] == ":":
            self._set_flags(flags)
            sign = "" if self.is_folded == was_folded else "i" if self.is_folded else "-i"
            return f"(?{sign}:"
        if name and name[0][2] in _NAME_SIGNS[self.flavour]:
            return f"(?P<{name[1] or name[2]}>"
        raise _UnreadableError

    def _read_single(self) -> _Piece:
        char = self.source[self.at]
        # Why: JavaScript and RE2 know no interval without a beginning: there it is a text.
        is_text = self.source.startswith("{,", self.at) and self._is_one_of("javascript", "re2")
        if char in "*+?" or (_INTERVAL.match(self.source, self.at) and not is_text):
            raise _UnreadableError
        if char == "[":
            return _Piece(self._read_set())
        if char == "\\":
            return self._read_escape()
        self.at += 1
        if char in "^$":
            return _BEGIN if char == "^" else _END
        return _Piece(r"\{" if char == "{" else char)

    def _read_escape(self) -> _Piece:
        letter = self.source[self.at + 1 : self.at + 2]
        anchor = _ANCHORS.get(self.flavour, {}).get(letter)
        if anchor or (letter and letter in "bB"):
            self.at += 2
            return anchor or _Piece(f"\\{letter}", repeats=False)
        sets = _LETTER_SETS.get(self.flavour, {})
        if letter.lower() in sets:
            self.at += 2
            return _Piece(f"[{'' if letter.islower() else '^'}{sets[letter.lower()]}]")
        if self._is_one_of("ruby", "pcre"):
            named, numbered = self._match(_NAMED_BACK), self._match(_NUMBERED_BACK)
            if numbered and self.flavour == "ruby" and self.has_names:
                raise _UnreadableError
            if named or numbered:
                return _Piece(numbered[0] if numbered else f"(?P={named[1]})" if named else "")
        return _Piece(self._read_char() or self._read_class())

    def _read_class(self) -> str:
        """Read a class of characters whose letter means the same everywhere."""
        found = self._match(_CLASS)
        if not found:
            raise _UnreadableError
        return found[0]

    def _read_char(self) -> str:
        """Read an escape that stands for one character, or return an empty text."""
        code = _CODE.match(self.source, self.at)
        letter = self.source[self.at + 1 : self.at + 2]
        if code:
            knows_long = {"javascript": letter == "u" and self.is_strict, "ruby": letter == "u"}
            allowed = letter == "x" or self._is_one_of("javascript", "ruby")
            if "{" in code[0]:
                allowed = knows_long.get(self.flavour, letter == "x")
            number = int(code[1] or code[2] or code[3], 16)
            # Why: without the flag u, PCRE knows bytes only.
            if not allowed or (self.flavour == "pcre" and number > _LAST_BYTE and not self.is_strict):
                raise _UnreadableError
            self.at = code.end()
            return _write_code(number)
        self.at += 2
        if letter in _CONTROL_CODES and letter in _CONTROLS[self.flavour]:
            return _CONTROL_CODES[letter]
        if not letter.isascii() or letter in {"/", "#", " "}:
            return letter
        if letter and not letter.isalnum():
            return f"\\{letter}"
        if self.flavour == "javascript" and not self.is_strict and letter in _SELF:
            return letter
        self.at -= 2
        return ""

    def _read_set(self) -> str:
        """Read a set in brackets."""
        self.at += 1
        sign = "^" if self._take("^") else ""
        if self.flavour == "javascript" and self._take("]"):
            return "(?s:.)" if sign else "(?!)"
        inside = r"\]" if self._take("]") else ""
        while not self._take("]"):
            text = self._read_range()
            # Why: two of these may mean something else one day, of which Python warns.
            inside += f"\\{text}" if text in _DOUBLED and inside.endswith(text) else text
        return f"[{sign}{inside}]"

    def _has_hyphen(self) -> bool:
        """Tell whether a hyphen stands here that is not the last of its set."""
        return self.source.startswith("-", self.at) and not self.source.startswith("-]", self.at)

    def _read_range(self) -> str:
        """Read a member of a set, or two with a hyphen between them."""
        first, is_class = self._read_member()
        if not self._has_hyphen():
            return first
        if is_class and self._is_one_of("ruby", "pcre"):
            raise _UnreadableError
        self.at += 1
        last, is_last_class = self._read_member()
        if "-" in {first, last} or (is_class and self._has_hyphen()) or (is_last_class and not is_class):
            raise _UnreadableError
        # Why: a hyphen behind a class is a text, but Python wants it escaped.
        return rf"{first}\-{last}" if is_class else f"{first}-{last}"

    def _read_member(self) -> tuple[str, bool]:
        """Read a member of a set, and tell whether it is a set itself."""
        char = self.source[self.at : self.at + 1]
        if char == "[":
            return self._read_bracket()
        if char == "\\":
            return self._read_escaped_member()
        if not char or (self.flavour == "ruby" and self.source.startswith("&&", self.at)):
            raise _UnreadableError
        self.at += 1
        return char, False

    def _read_bracket(self) -> tuple[str, bool]:
        posix = self._match(_POSIX) if self.flavour != "javascript" else None
        if posix and posix[1] in _POSIX_SETS:
            return _POSIX_SETS[posix[1]], True
        is_text = self.flavour == "javascript" or self.source[self.at + 1 : self.at + 2] not in {":", ".", "="}
        if posix or self.flavour == "ruby" or not is_text:
            raise _UnreadableError
        self.at += 1
        return r"\[", False

    def _read_escaped_member(self) -> tuple[str, bool]:
        letter = self.source[self.at + 1 : self.at + 2]
        inner = _LETTER_SETS.get(self.flavour, {}).get(letter)
        if inner:
            self.at += 2
            return inner, True
        if letter == "b" and self.flavour != "re2":
            self.at += 2
            return r"\x08", False
        char = self._read_char()
        return (char, False) if char else (self._read_class(), True)


def _close(ways: list[list[_Piece]]) -> tuple[str, bool]:
    """Write what an engine searches for so that it matches a whole text, and tell whether an end is open."""
    texts, is_any_open = [], False
    for way in ways:
        begins, ends = bool(way) and way[0].begins, bool(way) and way[-1].ends
        inside = way[1:] if way and way[0] is _BEGIN else way
        inside = inside[:-1] if inside and inside[-1] is _END else inside
        texts.append("".join(piece.text for piece in inside))
        is_any_open = is_any_open or not (begins and ends)
        if len(ways) == len(inside) == 1 and not is_any_open and inside[0].inner:
            return inside[0].inner, False
        if not begins and not (inside and inside[0].text == _ANYTHING):
            texts[-1] = _ANYTHING + texts[-1]
        if not ends and not (inside and inside[-1].text == _ANYTHING) and texts[-1] != _ANYTHING:
            texts[-1] += _ANYTHING
    return "|".join(texts), is_any_open


def _write_code(code: int) -> str:
    return f"\\x{code:02x}" if code <= _LAST_BYTE else f"\\U{code:08x}"
