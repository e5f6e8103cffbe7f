"""The command ``crossorigin``: one file per subcommand; parse the arguments, call, print.

Exit status: 0 good, 1 findings, 2 could not judge.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any

from crossorigin.cli import check, convert, explain, proxy, routes
from crossorigin.cli.arguments import Parser
from crossorigin.cli.printing import CannotJudgeError

if TYPE_CHECKING:
    from collections.abc import Sequence

_EXAMPLE = """Example: crossorigin check https://api.example/items --origin https://app.example

One CORS policy, in every web stack, and why a browser blocks a call."""

_CANNOT_JUDGE = 2
_INTERRUPTED = 130


class _Version(argparse.Action):
    """Print the version of the installed distribution, which is looked for only when it is asked for."""

    def __init__(self, option_strings: Sequence[str], dest: str, **options: Any) -> None:  # noqa: ANN401 (argparse's)
        super().__init__(option_strings, dest, nargs=0, **options)

    def __call__(self, parser: argparse.ArgumentParser, *_arguments: object) -> None:
        import importlib.metadata  # noqa: PLC0415 (it takes time, and few ask)

        try:
            version = importlib.metadata.version(parser.prog)
        except importlib.metadata.PackageNotFoundError:
            parser.exit(_CANNOT_JUDGE, f"{parser.prog}: no version: it runs from its source, and is not installed\n")
        sys.stdout.write(f"{parser.prog} {version}\n")
        parser.exit()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    if sys.stderr is None:
        # Why: what cannot be told shall not change the status.
        sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115 (it lasts as long as the process)
    parser = Parser(prog="crossorigin", description=_EXAMPLE)
    parser.add_argument("--version", action=_Version, help="print the installed version")
    commands = parser.add_subparsers(metavar="COMMAND")
    for command in (check, convert, explain, proxy, routes):
        command.add_to(commands)
    parsed = parser.parse_args(arguments)
    if not hasattr(parsed, "run"):
        parser.print_help(sys.stderr)
        return _CANNOT_JUDGE
    if sys.stdout is None:
        sys.stderr.write("crossorigin: the standard output is closed: name a file, or /dev/null\n")
        return _CANNOT_JUDGE
    try:
        status: int = parsed.run(parsed)
        sys.stdout.flush()
    except CannotJudgeError as error:
        sys.stderr.write(f"crossorigin: {error}\n")
        return _CANNOT_JUDGE
    except KeyboardInterrupt:
        return _INTERRUPTED
    except OSError as error:
        # Why: what is left in the buffer would fail once more at the exit.
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 (it lasts as long as the process)
        if isinstance(error, BrokenPipeError):
            # Why: whoever reads has seen enough.
            return _INTERRUPTED
        sys.stderr.write(f"crossorigin: {error}\n")
        return _CANNOT_JUDGE
    except Exception as error:  # noqa: BLE001 (as the comment says)
        # Why: what nobody has foreseen would end with status 1, which tells a pipeline that there are findings.
        _report_bug(error)
        return _CANNOT_JUDGE
    return status


def _report_bug(error: Exception) -> None:
    import traceback  # noqa: PLC0415 (few have a need of it)

    traceback.print_exception(error)
    sys.stderr.write("crossorigin: nothing is judged, because of a bug of crossorigin\n")
