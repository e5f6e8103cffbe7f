"""What a report says of the random cases, whether they have passed or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engines.differential.seeds import FRESH_SEED, VARIABLE

if TYPE_CHECKING:
    import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the seed: who finds a difference can play it again."""
    terminalreporter.write_line(f"the fresh cases of engines.differential: {VARIABLE}={FRESH_SEED}")
