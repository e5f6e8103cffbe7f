"""How the commands speak: tables, JSON, and the one error that ends them."""

from __future__ import annotations

import json
import re
import shutil
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crossorigin.explanation.drawing import Line


_SURROGATE = re.compile("[\ud800-\udfff]")


class CannotJudgeError(Exception):
    """What was asked for cannot be judged; the message says what to write."""


def print_lines(lines: Iterable[Line]) -> None:
    """Print a report: in colours on a terminal, where rich is installed and NO_COLOR is not set; else plain."""
    if sys.stdout.isatty():
        try:
            _print_lines_with_rich(lines := list(lines))
        except ImportError:
            pass
        else:
            return
    for line in lines:
        sys.stdout.write(line.text.rstrip() + "\n")


def _print_lines_with_rich(lines: Iterable[Line]) -> None:
    from rich.console import Console  # noqa: PLC0415 (an extra)
    from rich.text import Text  # noqa: PLC0415 (as above)

    console = Console(width=get_width(), highlight=False)
    for line in lines:
        console.print(Text(line.text.rstrip(), style=line.style), soft_wrap=True)


def get_width() -> int:
    """Return how many columns there are: those of the terminal, or 80."""
    return shutil.get_terminal_size().columns


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: with rich on a terminal where it is installed, else as text in columns."""
    if sys.stdout.isatty():
        try:
            _print_with_rich(heads, rows)
        except ImportError:
            pass
        else:
            return
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    for row in (heads, *rows):
        sys.stdout.write("  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() + "\n")


def _print_with_rich(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console  # noqa: PLC0415 (an extra)
    from rich.table import Table  # noqa: PLC0415 (as above)
    from rich.text import Text  # noqa: PLC0415 (as above)

    table = Table(*heads, box=None, header_style="bold")
    for row in rows:
        table.add_row(*map(Text, row))
    Console(width=shutil.get_terminal_size().columns).print(table)


def print_json(value: Any) -> None:  # noqa: ANN401 (whatever JSON can say)
    """Print a value for machines."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def make_scalar(text: str) -> str:
    r"""Replace lone surrogates, as browsers do with every text that a script gives them.

    What cannot be decoded on the command line arrives as such.

    Spec: https://infra.spec.whatwg.org/#javascript-string-convert

    >>> make_scalar("a\udcffb")
    'a\ufffdb'
    """
    return _SURROGATE.sub("\ufffd", text)
