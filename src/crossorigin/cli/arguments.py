"""``Parser``: argparse's, which takes no half options, and names what was probably meant."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any

from crossorigin.messages import escape

if TYPE_CHECKING:
    from collections.abc import Sequence


class Parser(argparse.ArgumentParser):
    """The parser of the command, and of each subcommand."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 (argparse's)
        super().__init__(allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    def format_help(self) -> str:
        """Show the example first, and then the usage."""
        usage, gap, rest = super().format_help().partition("\n\n")
        example, end, rest = rest.partition("\n\n")
        return f"{example}{gap}{usage}{end}{rest}"

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:  # noqa: ANN401 (argparse's)
        """Parse what is known; the rest is an error here, where the options are those of the subcommand."""
        found, unknown = super().parse_known_args(args, namespace)
        # Why: of a curl command that is not in quotes, what is wrong is the quotes.
        if unknown and getattr(found, "given", None) != "curl":
            self.error(self._advise(unknown))
        return found, []

    def _advise(self, unknown: Sequence[str]) -> str:
        import difflib  # noqa: PLC0415 (it takes time, and few misspell)

        options = re.findall(r"--[a-z-]+", self.format_help())
        wrong = next((word for word in unknown if word.startswith("-")), None)
        if wrong is None:
            page = ": the page is named with --origin" if "--origin" in options else ""
            return f"{escape(unknown[0])} is one argument too many{page}"
        name = wrong.partition("=")[0]
        near = difflib.get_close_matches(name, options, n=1)
        return f"{escape(name)} is not known{f': did you mean {near[0]}?' if near else ''}"
