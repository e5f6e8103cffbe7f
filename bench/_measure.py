"""What every question shares: interleaved timing, the options, the table for people and the JSON for machines."""

from __future__ import annotations

import argparse
import gc
import json
import logging
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    #: Prepares one round, which is not timed, and returns what is timed.
    Maker = Callable[[], Callable[[], object]]
    Cell = object
    Row = dict[str, Cell]


class Judged(NamedTuple):
    """A figure next to its target. The target is information: nothing here changes or fails because of it."""

    value: float
    target: float

    @property
    def is_met(self) -> bool:
        """Tell whether the figure is at most its target."""
        return self.value <= self.target

    def __str__(self) -> str:
        verdict = "met" if self.is_met else "NOT MET"
        return f"{_write_number(self.value)} (<= {_write_number(self.target)} {verdict})"


class Table(NamedTuple):
    """Rows under one title; the keys of the first row are the columns."""

    title: str
    rows: Sequence[Row]


class Options(NamedTuple):
    """What the command line asks for."""

    question: str
    json: Path | None
    quick: bool


def read_options(doc: str | None) -> Options:
    """Read the command line; the first line of *doc* is the question that the script answers."""
    question = (doc or "").partition("\n")[0]
    parser = argparse.ArgumentParser(description=question)
    parser.add_argument("--json", type=Path, metavar="PATH", help="write the figures as JSON, too")
    parser.add_argument("--quick", action="store_true", help="a smoke run of some seconds: its figures mean little")
    given = parser.parse_args()
    return Options(question, given.json, given.quick)


#: Why: the collector is off while we measure, and what rounds leave behind in cycles must not fill the memory.
_ROUNDS_BETWEEN_COLLECTIONS = 200


def measure(makers: Mapping[str, Maker], rounds: int, size: int) -> dict[str, float]:
    """Return, for each maker, the nanoseconds per item of its fastest round of *size* items.

    The makers take turns, and each round begins with another one, so that a slow second of the machine and
    what the one before left in the caches fall on all alike.
    """
    names = [*makers]
    best = dict.fromkeys(names, float("inf"))
    gc.collect()
    gc.disable()
    try:
        for number in range(rounds):
            at = number % len(names)
            for name in names[at:] + names[:at]:
                work = makers[name]()
                best[name] = min(best[name], _time(work))
            if number % _ROUNDS_BETWEEN_COLLECTIONS == _ROUNDS_BETWEEN_COLLECTIONS - 1:
                gc.collect()
    finally:
        gc.enable()
    return {name: nanoseconds / size for name, nanoseconds in best.items()}


def _time(work: Callable[[], object]) -> int:
    start = time.perf_counter_ns()
    work()
    return time.perf_counter_ns() - start


def silence_logs() -> None:
    """Turn all logging off: what a handler costs is not the question, and each library logs at other levels."""
    logging.disable(logging.CRITICAL)


def report(options: Options, tables: Sequence[Table]) -> None:
    """Print the tables, and write the JSON where it is asked for."""
    print(options.question)
    for table in tables:
        print(f"\n{table.title}\n")
        print_rows(table.rows)
    if options.json:
        answer = {
            "question": options.question,
            "quick": options.quick,
            "python": sys.version.split()[0],
            "tables": [{"title": table.title, "rows": [_to_json(row) for row in table.rows]} for table in tables],
        }
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(answer, indent=2) + "\n", encoding="utf-8")


def print_rows(rows: Sequence[Row]) -> None:
    """Print rows in columns: texts to the left, numbers to the right."""
    columns = [*rows[0]]
    texts = [[_write(row.get(column)) for column in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *texts, strict=True)]
    is_number = [isinstance(rows[0][column], int | float) for column in columns]
    for line in (columns, ["-" * width for width in widths], *texts):
        cells = zip(line, widths, is_number, strict=True)
        print("  " + "  ".join(cell.rjust(w) if right else cell.ljust(w) for cell, w, right in cells).rstrip())


def _write(cell: Cell) -> str:
    if cell is None:
        return "-"
    return _write_number(cell) if isinstance(cell, int | float) else str(cell)


def _write_number(number: float) -> str:
    if isinstance(number, int):
        return f"{number:,}"
    places = 0 if abs(number) >= 1000 else 1 if abs(number) >= 10 else 3
    return f"{number:,.{places}f}"


def _to_json(row: Row) -> dict[str, Cell]:
    return {name: _judged_to_json(cell) if isinstance(cell, Judged) else cell for name, cell in row.items()}


def _judged_to_json(cell: Judged) -> dict[str, Cell]:
    return {"value": cell.value, "target": cell.target, "met": cell.is_met}
