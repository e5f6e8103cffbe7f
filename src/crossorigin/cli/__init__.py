"""The command ``crossorigin``: one file per subcommand; parse the arguments, call, print.

Exit status: 0 good, 1 findings, 2 could not judge.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from crossorigin.cli import routes
from crossorigin.cli.printing import CannotJudgeError

if TYPE_CHECKING:
    from collections.abc import Sequence

_CANNOT_JUDGE = 2
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(
        prog="crossorigin",
        description="Example: crossorigin routes main:app\n\nOne CORS policy, in every web stack.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (routes,):
        command.add_to(commands)
    parsed = parser.parse_args(arguments)
    try:
        status: int = parsed.run(parsed)
    except CannotJudgeError as error:
        sys.stderr.write(f"crossorigin: {error}\n")
        return _CANNOT_JUDGE
    except KeyboardInterrupt:
        return _INTERRUPTED
    return status
