"""Play many cases: ``PYTHONPATH=tests python -m engines.differential --engine firefox --cases 10000 --seed 7``."""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from engines.browsers import ENGINES, find_program
from engines.differential.case import read_case
from engines.differential.proof import BATCH, Proof, make_cases, open_proof

if TYPE_CHECKING:
    from engines.browsers import Engine
    from engines.differential.case import Case
    from engines.differential.comparison import Difference


def main(arguments: list[str] | None = None) -> int:
    """Play cases in one engine or in all; return 1 if something differs, 2 if an engine is missing."""
    options = _parse(arguments)
    if options.replay:
        lines = options.replay.read_text().splitlines()
        cases = [read_case(line) for line in lines if line.strip()]
    else:
        cases = make_cases(options.seed, options.cases)
    status = 0
    for engine in ENGINES:
        if options.engine in {engine.name, "all"}:
            status = max(status, _prove(engine, cases, options))
    return status


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m engines.differential", description=__doc__)
    parser.add_argument("--engine", choices=[*(engine.name for engine in ENGINES), "all"], default="all")
    parser.add_argument("--cases", type=int, default=2000, help="how many (%(default)s)")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32), help="a fresh one by default")
    parser.add_argument("--shrink", type=int, default=3, help="how many of each kind of difference to make small")
    parser.add_argument("--replay", type=Path, help="play the cases of a file, one a line, as they are printed")
    return parser.parse_args(arguments)


def _prove(engine: Engine, cases: list[Case], options: argparse.Namespace) -> int:
    program = find_program(engine)
    if program is None:
        print(f"{engine.name}: not installed: apt-get install {engine.packages}")
        return 2
    started, differences = time.monotonic(), 0
    for start in range(0, len(cases), BATCH):
        with open_proof(engine, program) as proof:
            found = [one for one in proof.compare(cases[start : start + BATCH]) if one]
            if not start:
                print(f"{engine.name}: {proof.browser}")
            _show(proof, found, options.shrink)
        differences += len(found)
    seconds = time.monotonic() - started
    print(
        f"{engine.name}: {len(cases)} cases, seed {options.seed}, {differences} differences, {seconds:.0f} s",
        flush=True,
    )
    return 1 if differences else 0


def _show(proof: Proof, found: list[Difference], count: int) -> None:
    """Print a few differences of each kind, as small as they can be made."""
    kinds: Counter[tuple[str, ...]] = Counter()
    shown: set[Case] = set()
    for difference in found:
        kinds[difference.kinds] += 1
        if kinds[difference.kinds] <= count:
            small = proof.shrink(difference)
            if small.case not in shown:
                print(f"\n{small}", flush=True)
            shown.add(small.case)
    for names, number in kinds.most_common():
        print(f"{number} differ in {', '.join(names)}")


if __name__ == "__main__":
    # Why: who ends this program, ends its browser, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main())
