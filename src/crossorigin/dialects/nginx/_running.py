"""What nginx would answer: a configuration's maps, conditions and headers, for one request; nothing else of it."""

from __future__ import annotations

import functools
import re
import warnings
from typing import TYPE_CHECKING, NamedTuple

from crossorigin.dialects._pcre import read_names_regex
from crossorigin.dialects.nginx._words import DOLLAR
from crossorigin.policy.regexes import nests_repeats
from crossorigin.standard.headers import CORS_PREFIX, VARY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crossorigin.dialects.nginx._tree import Directive

_VARIABLE = re.compile(r"\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))")
_CONDITION = re.compile(r"\((.*)\)\Z", re.DOTALL)
_TEST = re.compile(r"\s*(\$\{?[A-Za-z0-9_]+\}?)\s*(?:(!?~\*?|!?=)\s*(.*?))?\s*\Z", re.DOTALL)
_NOTHING = frozenset({"", "0"})
_WANTED = (CORS_PREFIX, VARY.lower())
_DEEPEST = 20
_LONGEST = 10_000
#: What is gone through for all questions together, some seconds of work: a directive is 1, a condition and an
#: expression are more.
_MOST_WORK = 40_000_000
_CONDITION_WORK, _EXPRESSION_WORK = 50, 25


class TooMuchWorkError(Exception):
    """A configuration asks so much that to go through it would take very long."""


class Answer(NamedTuple):
    """What nginx adds to an answer: the status, or None where the app answers, and headers by their lower-case name."""

    status: int | None
    headers: Mapping[str, str]
    is_always: bool = True

    def get(self, name: str) -> str:
        """Return the value of a header, or nothing."""
        return self.headers.get(name.lower(), "")

    @property
    def is_refusal(self) -> bool:
        """Tell whether nginx answers with an error."""
        return self.status is not None and not 200 <= self.status < 300  # noqa: PLR2004 (what an ok status is)


class Pattern(NamedTuple):
    """An expression, and whether it is asked without case."""

    regex: str
    is_caseless: bool


class Maps:
    """The maps of a configuration, each found by its variable; where a key is a text it is compared without case."""

    def __init__(self, root: Directive) -> None:
        self.found: dict[str, tuple[str, dict[str, str], list[tuple[Pattern, str]], str]] = {}
        #: The variables that are set somewhere: before that they are empty.
        self.set: set[str] = set()
        self._work = 0
        for block in _list_blocks(root):
            self.set.update(one.args[0].lstrip("$").lower() for one in block.find("set") if one.args)
            if block.name == "map" and len(block.args) == 2:  # noqa: PLR2004 (what a map has)
                self._add(block)
            elif block.name == "geo" and block.args == (f"${DOLLAR}",):
                self.found[DOLLAR] = ("", {}, [], "\0dollar")

    def _add(self, block: Directive) -> None:
        texts: dict[str, str] = {}
        patterns: list[tuple[Pattern, str]] = []
        default = ""
        for entry in block.block or ():
            value = entry.args[0] if entry.args else ""
            if entry.name == "default":
                default = value
            elif entry.name.startswith("~"):
                patterns.append((read_pattern(entry.name), value))
            else:
                texts[entry.name.removeprefix("\\").lower()] = value
        self.found[block.args[1].lstrip("$")] = (block.args[0], texts, patterns, default)

    def spend(self, work: int) -> None:
        """Count what is gone through.

        :raises TooMuchWorkError: it is too much.
        """
        self._work += work
        if self._work > _MOST_WORK:
            raise TooMuchWorkError

    def list_keys(self) -> Iterator[str]:
        """Yield all keys that are texts."""
        for _, texts, _, _ in self.found.values():
            yield from texts


def read_pattern(text: str) -> Pattern:
    """Read the expression of a map, with its mark.

    >>> read_pattern("~*a")
    Pattern(regex='a', is_caseless=True)
    """
    return Pattern(text.lstrip("~").removeprefix("*") if text.startswith("~*") else text[1:], text.startswith("~*"))


def _list_blocks(root: Directive) -> Iterator[Directive]:
    blocks = [root]
    while blocks:
        one = blocks.pop()
        yield one
        blocks += [inner for inner in one.block or () if inner.block is not None]


class Run:
    """One request on its way; ``assumed`` are expressions that match the text that they are given for."""

    def __init__(self, maps: Maps, given: Mapping[str, str], assumed: Mapping[Pattern, str]) -> None:
        self.maps = maps
        self.given = dict(given)
        self.assumed = assumed
        #: What was asked of which text.
        self.asked: list[tuple[Pattern, str]] = []
        self.unknown: set[str] = set()
        self._depth = 0

    def answer(self, levels: Sequence[Directive]) -> Answer:
        """Go through the levels, from the outermost to a location."""
        status, within = None, levels[-1]
        for level in levels:
            status, within = self._rewrite(level)
            if status is not None:
                break
        # Why: a level that was not come to has no say; of the conditions that hold in one, the last one's block has.
        outer = list(levels[: levels.index(level) + 1])
        return self._finish(status, outer if within is level else [*outer, within])

    def _rewrite(self, level: Directive) -> tuple[int | None, Directive]:
        """Do what a block says; return the status that it answers with, and the last inner block that holds."""
        within = level
        self.maps.spend(len(level.block or ()))
        for one in level.block or ():
            if one.name == "set" and len(one.args) == 2:  # noqa: PLR2004 (what it has)
                self.given[one.args[0].lstrip("$").lower()] = self.expand(one.args[1])
            elif one.name == "return" and one.args and one.args[0].isdecimal():
                return int(one.args[0]), within
            elif one.name == "if" and self._holds(" ".join(one.args)):
                within = one
                status, _ = self._rewrite(one)
                if status is not None:
                    return status, within
        return None, within

    def _finish(self, status: int | None, chosen: Sequence[Directive]) -> Answer:
        # Why: headers are inherited only where a level adds none of its own.
        lines = next((found for level in reversed(chosen) if (found := list(level.find("add_header")))), [])
        headers: dict[str, str] = {}
        is_always = True
        for line in lines:
            if len(line.args) < 2 or not line.args[0].lower().startswith(_WANTED):  # noqa: PLR2004 (what it has)
                continue
            if value := self.expand(line.args[1]):
                name = line.args[0].lower()
                headers[name] = f"{headers[name]}, {value}" if name in headers else value
                is_always = is_always and line.args[2:] == ("always",)
        return Answer(status, headers, is_always)

    def expand(self, text: str) -> str:
        """Put in the values of variables."""
        found = _VARIABLE.sub(lambda found: self.find(found[1] or found[2]), text)
        # Why: what holds itself several times over grows without end.
        return found[:_LONGEST].replace("\0dollar", "$")

    def find(self, name: str) -> str:
        """Return the value of a variable; one that is not known is empty."""
        name = name.lower()
        if name in self.given:
            return self.given[name]
        if name not in self.maps.found or self._depth > _DEEPEST:
            if name not in self.maps.set and not name.startswith(("http_", "upstream_")):
                self.unknown.add(name)
            return ""
        source, texts, patterns, default = self.maps.found[name]
        self._depth += 1
        asked = self.expand(source)
        value = texts.get(asked.lower())
        if value is None:
            # Why: nginx asks no expression about an empty text.
            value = next((one for pattern, one in patterns if asked and self.matches(pattern, asked)), default)
        found = self.given[name] = self.expand(value)
        self._depth -= 1
        return found

    def matches(self, pattern: Pattern, text: str) -> bool:
        """Tell whether an expression matches a text somewhere, and note that it was asked."""
        self.maps.spend(_EXPRESSION_WORK)
        self.asked.append((pattern, text))
        if self.assumed.get(pattern) == text:
            return True
        if one := read_names_regex(pattern.regex):
            whole = compile_regex(Pattern(rf"\A(?:{one})\z", is_caseless=True))
            listed = [name for part in text.split(",") if (name := part.strip(" \t"))]
            return whole is not None and all(map(whole.search, listed))
        found = compile_regex(pattern)
        return found is not None and found.search(text) is not None

    def _holds(self, written: str) -> bool:
        self.maps.spend(_CONDITION_WORK)
        inner = _CONDITION.match(written)
        test = _TEST.match(inner[1]) if inner else None
        if not test:
            self.unknown.add(f"if {written}")
            return False
        value = self.expand(test[1])
        sign, right = test[2], test[3] or ""
        if sign is None:
            return value not in _NOTHING
        is_regex = "~" in sign
        found = self.matches(Pattern(right, sign.endswith("*")), value) if is_regex else value == self.expand(right)
        return found != sign.startswith("!")


@functools.lru_cache(maxsize=512)
def compile_regex(pattern: Pattern) -> re.Pattern[str] | None:
    """Return an expression of PCRE for Python; None where it is none there, or could take a very long time."""
    text = re.sub(r"\\[z]", r"\\Z", pattern.regex)
    text = re.sub(r"\(\?<([A-Za-z_])", r"(?P<\1", text)
    text = re.sub(r"\\k<(\w+)>", r"(?P=\1)", text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)
            found = re.compile(text, re.IGNORECASE if pattern.is_caseless else 0)
        return None if nests_repeats(found) else found
    except (re.error, OverflowError, RecursionError, FutureWarning):
        return None
