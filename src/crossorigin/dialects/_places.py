"""Places in a text, and the error that shows one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crossorigin.dialects._translation import Position
from crossorigin.errors import DialectError

if TYPE_CHECKING:
    from crossorigin.errors import PolicyError

#: More characters are not read.
MAX_TEXT = 4_000_000

#: More paths are not read where each is held against all the others.
MAX_PATHS = 2000
#: As many mistakes are shown.
_MOST_MISTAKES = 20

START = Position(1, 1)


def fail(dialect: str, text: str, position: Position, what: str, *, fix: str) -> DialectError:
    r"""Make the error that points at a position of a text.

    >>> fail("toml", "a = 1\nb = ]", Position(2, 5), "no value", fix="Write one").excerpt
    'b = ]'
    """
    lines = text.split("\n")
    line = min(max(position.line, 1), len(lines))
    excerpt = lines[line - 1].rstrip("\r")
    column = min(max(position.column, 1), len(excerpt) + 1)
    return DialectError(dialect, what, fix=fix, line=line, column=column, excerpt=excerpt)


def fail_for_mistakes(dialect: str, text: str, position: Position, error: PolicyError) -> DialectError:
    """Make the error of settings that cannot be a policy, with all that they say."""
    mistakes = error.mistakes
    what = f"{mistakes[0].place} cannot be used" if len(mistakes) == 1 else f"{len(mistakes)} settings cannot be used"
    shown = [str(mistake) for mistake in mistakes[:_MOST_MISTAKES]]
    if len(mistakes) > len(shown):
        shown.append(f"... and {len(mistakes) - len(shown)} more")
    return fail(dialect, text, position, what, fix="\n".join(shown))


def check_size(dialect: str, text: str) -> None:
    """Refuse a text that nobody has written.

    :raises DialectError: it is too long.
    """
    if len(text) > MAX_TEXT:
        what = f"the text has {len(text)} characters, and at most {MAX_TEXT} are read"
        raise fail(dialect, "", START, what, fix="Part it")


def check_paths(dialect: str, text: str, count: int) -> None:
    """Refuse more paths than anyone has written.

    :raises DialectError: there are too many.
    """
    if count > MAX_PATHS:
        what = f"there are {count} paths here, and at most {MAX_PATHS} are read"
        raise fail(dialect, text, START, what, fix="Part the text")


def find_key(text: str, key: str, table: int = 0) -> Position:
    r"""Return where a key is set in a text of lines: below the ``[[rule]]`` of that number, or above them all.

    >>> find_key("a = 1\n[[rule]]\nb = 2\n", "b", 1), find_key("a = 1", "c")
    (Position(line=3, column=1), Position(line=1, column=1))
    """
    number = 0
    for at, line in enumerate(text.split("\n"), 1):
        if line.strip().startswith("[[rule]]"):
            number += 1
        found = re.match(rf"[ \t]*(?:export[ \t]+)?[\"']?{re.escape(key)}[\"']?[ \t]*=", line)
        if found and number == table:
            return Position(at, 1 + len(line) - len(line.lstrip()))
    return START
