"""The proof: an engine and the model play the same cases, and what came of them is compared."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from engines.differential import model
from engines.differential.comparison import Difference
from engines.differential.generator import make_case
from engines.differential.session import open_session
from engines.differential.shrink import shrink

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engines.browsers import Engine
    from engines.differential.case import Case
    from engines.differential.session import Session

#: Cases for which one browser is opened.
# Why: Chromium keeps the answers to 1,024 preflights, and then forgets one or another.
BATCH = 1000


class Proof:
    """An engine that is open, beside the model with the profile of its name."""

    def __init__(self, engine: Engine, session: Session) -> None:
        self._engine = engine
        self._session = session

    @property
    def browser(self) -> str:
        """What the browser calls itself, once it has played."""
        return self._session.browser

    def compare(self, cases: Sequence[Case]) -> list[Difference | None]:
        """Tell of each case how the model differs from the engine, or None.

        :raises RunError: the browser has ended, or is stuck.
        """
        place = self._session.get_place()
        names = (self._engine.name, "model")
        found: list[Difference | None] = []
        for case, here in zip(cases, self._session.play(cases), strict=True):
            there = model.play(case, place, self._engine.name)
            found.append(None if here == there else Difference(case, names, (here, there)))
        return found

    def shrink(self, difference: Difference) -> Difference:
        """Find the smallest case that differs in the same way."""

        def differ(cases: Sequence[Case]) -> list[bool]:
            return [found is not None and found.kinds[0] == difference.kinds[0] for found in self.compare(cases)]

        return self.compare([shrink(difference.case, differ)])[0] or difference


def make_cases(seed: int, count: int) -> list[Case]:
    """Make the cases of a seed."""
    return [make_case(seed, number) for number in range(count)]


@contextlib.contextmanager
def open_proof(engine: Engine, program: str) -> Iterator[Proof]:
    """Open an engine for the length of a block."""
    # Why: a browser that is killed may still write into its profile.
    folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    with folder, open_session(engine, program, Path(folder.name)) as session:
        yield Proof(engine, session)
