"""A configuration of nginx as a tree of directives, in memory: no other file is looked at."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.dialects._places import START, fail
from crossorigin.dialects._translation import Position
from crossorigin.dialects.nginx._words import NAME, unquote
from crossorigin.errors import DialectError

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEEPEST = 40
_SIGNS = frozenset("{};")


class Directive(NamedTuple):
    """A directive; ``block`` is what stands in its braces, or None where it has none."""

    name: str
    args: tuple[str, ...]
    position: Position
    block: tuple[Directive, ...] | None = None

    def find(self, name: str) -> Iterator[Directive]:
        """Yield the directives of a name that stand directly in the block."""
        return (one for one in self.block or () if one.name == name)


class _Open:
    """A directive that is not closed yet."""

    def __init__(self, name: str, args: tuple[str, ...], position: Position) -> None:
        self.name, self.args, self.position = name, args, position
        self.block: list[Directive] = []


def parse(text: str) -> Directive:
    """Return the whole text as one directive without a name.

    :raises DialectError: it is no configuration of nginx.
    """
    root = _Open("", (), START)
    stack = [root]
    words: list[tuple[str, int]] = []
    line = 1
    for word, line, is_quoted in _lex(text):
        if word not in _SIGNS or is_quoted:
            words.append((word, line))
            continue
        if word == "}":
            if words or len(stack) == 1:
                raise _fail(text, line, "} comes too early", fix="Write a ; before it, or take it out")
            done = stack.pop()
            stack[-1].block.append(Directive(done.name, done.args, done.position, tuple(done.block)))
            continue
        if not words:
            raise _fail(text, line, f"a directive is missing before {word}", fix="Write its name")
        name, *args = (unquote(one) for one, _ in words)
        place = _locate(text, words[0][1], words[0][0])
        words = []
        if word == ";":
            stack[-1].block.append(Directive(name, tuple(args), place))
        elif len(stack) > _DEEPEST:
            raise _fail(text, line, "blocks stand too deep in each other", fix="Take one out")
        else:
            stack.append(_Open(name, tuple(args), place))
    if words or len(stack) > 1:
        raise _fail(text, line, "the text ends within a directive", fix="Write ; or } at its end")
    return Directive("", (), START, tuple(root.block))


def _lex(text: str) -> Iterator[tuple[str, int, bool]]:
    try:
        # Why: whoever translates between Python packages needs no parser of nginx's.
        from crossplane import lexer  # type: ignore[import-untyped]  # noqa: PLC0415 (it has no types)
    except ImportError:
        fix = "Install it: pip install 'crossorigin[convert]'"
        raise DialectError(NAME, "a parser is not installed (crossplane)", fix=fix) from None
    tokens: Any = lexer._lex_file_object(io.StringIO(f"{text}\n"))  # noqa: SLF001 (lex() reads files)
    for token, line, is_quoted in tokens:
        if is_quoted or not token.startswith("#"):
            yield token, line, is_quoted


def _locate(text: str, line: int, word: str) -> Position:
    lines = text.split("\n", line)
    return Position(line, max(lines[line - 1].find(word), 0) + 1)


def _fail(text: str, line: int, what: str, *, fix: str) -> DialectError:
    return fail(NAME, text, Position(line, 1), f"this is no configuration of nginx: {what}", fix=fix)
