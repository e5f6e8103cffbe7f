"""Printing the reports of one run, and the exit status that they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.cli.printing import CannotJudgeError, print_json, print_lines, print_table
from crossorigin.explanation.drawing import Line
from crossorigin.messages import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crossorigin.cli.report import Report

#: Which of several calls is shown whole, and decides: the worst.
_WORST_FIRST = ("blocked", "not-judged", "preflight-passed", "readable")


def publish(reports: Sequence[Report], *, as_json: bool) -> int:
    """Print one report, or the table of many and the worst; return the exit status.

    :raises CannotJudgeError: the worst is that nothing could be judged; says what to do.
    """
    worst = min(reports, key=lambda report: _WORST_FIRST.index(report.judgement.outcome))
    if as_json:
        objects = [report.as_object() for report in reports]
        is_one = len(reports) == 1
        print_json(
            objects[0] if is_one else {"verdict": worst.judgement.outcome, "status": worst.status, "calls": objects}
        )
    else:
        if len(reports) > 1:
            print_table(("ENTRY", "METHOD", "URL", "VERDICT"), [_as_row(report) for report in reports])
            print_lines([Line(""), Line(f"Entry {worst.number}:", "bold")])
        print_lines(worst.write())
    if error := worst.find_error():
        raise CannotJudgeError(error)
    return worst.status


def _as_row(report: Report) -> tuple[str, str, str, str]:
    verdict = report.walk.verdict
    said = verdict.reason.id if verdict and verdict.reason else report.judgement.outcome
    return str(report.number), escape(report.call.method), escape(report.call.url), said
