"""How the commands speak: tables, JSON, and the one error that ends them."""

from __future__ import annotations

import json
import shutil
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


class CannotJudgeError(Exception):
    """What was asked for cannot be judged; the message says what to write."""


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
