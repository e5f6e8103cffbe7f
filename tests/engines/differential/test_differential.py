"""Real browsers and the model play the same random cases, and do the same.

The fresh seed is printed at the end of the report; ``DIFFERENTIAL_SEED`` sets it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from engines.browsers import ENGINES, Engine, find_program
from engines.chromium import RunError
from engines.differential.case import read_case, write_case
from engines.differential.departure import write_played
from engines.differential.departures import DEPARTURES
from engines.differential.generator import make_case
from engines.differential.proof import BATCH, make_cases, open_proof
from engines.differential.seeds import FIXED_SEED, FRESH_SEED
from engines.differential.session import open_session

if TYPE_CHECKING:
    from pathlib import Path

    from engines.differential.case import Case
    from engines.differential.comparison import Difference

#: How many differences are made small and shown.
_SHOWN = 5


def _find(engine: Engine) -> str:
    program = find_program(engine)
    if program is None:
        message = f"{engine.name} is not installed: apt-get install {engine.packages}"
        if os.environ.get("CI") == "true":
            pytest.fail(message, pytrace=False)
        pytest.skip(message)
    return program


def _compare(engine: Engine, program: str, cases: list[Case]) -> tuple[int, list[str]]:
    """Play cases; return how many differ, and some of them in words."""
    shown: list[str] = []
    count = 0
    for start in range(0, len(cases), BATCH):
        with open_proof(engine, program) as proof:
            found: list[Difference] = [one for one in proof.compare(cases[start : start + BATCH]) if one]
            shown += [str(proof.shrink(one)) for one in found[: _SHOWN - len(shown)]]
        count += len(found)
    return count, shown


@pytest.mark.browser
@pytest.mark.parametrize("engine", ENGINES, ids=[engine.name for engine in ENGINES])
@pytest.mark.parametrize(
    ("seed", "count"),
    [
        pytest.param(FIXED_SEED, 2000, id="fixed"),
        pytest.param(FRESH_SEED, 500, id=f"fresh-seed-{FRESH_SEED}"),
    ],
)
def test_the_model_does_what_the_engine_does(engine: Engine, seed: int, count: int) -> None:
    """Outcome, status, readable headers, and what the server saw are the same in every case."""
    program = _find(engine)
    try:
        differences, shown = _compare(engine, program, make_cases(seed, count))
    except RunError as error:
        pytest.fail(f"{engine.name}, seed {seed}: {error}", pytrace=False)
    if differences:
        words = "\n\n".join(shown)
        pytest.fail(f"{engine.name}, seed {seed}: {differences} of {count} differ\n\n{words}", pytrace=False)


@pytest.mark.browser
@pytest.mark.parametrize("engine", ENGINES, ids=[engine.name for engine in ENGINES])
def test_the_profiles_tell_what_is_seen(engine: Engine, tmp_path: Path) -> None:
    """Each case of a departure goes in the real engine as it is written down."""
    with open_session(engine, _find(engine), tmp_path) as session:
        played = session.play([row.case for row in DEPARTURES])
    for row, found in zip(DEPARTURES, played, strict=True):
        assert write_played(found) == row.find_expected(engine.name), row.sentence


def test_a_case_is_its_number() -> None:
    """A seed and a number make a case, always the same, and no two are alike."""
    cases = make_cases(FIXED_SEED, 500)
    assert [make_case(FIXED_SEED, number) for number in range(500)] == cases
    assert len(set(cases)) == len(cases)
    assert make_case(FIXED_SEED + 1, 0) != cases[0]


def test_a_case_can_be_written_and_read() -> None:
    """What is printed can be played again."""
    for case in make_cases(FIXED_SEED, 500):
        assert read_case(write_case(case)) == case


def test_the_cases_are_wide() -> None:
    """Every kind of call and of answer is there, often."""
    cases = make_cases(FIXED_SEED, 2000)
    answers = [answer for case in cases for hop in case.hops for answer in (*hop.preflights, *hop.actuals)]
    calls = [call for case in cases for call in case.calls]
    assert sum(len(case.calls) > 1 for case in cases) > 400
    assert sum(len(case.hops) > 2 for case in cases) > 100
    assert sum(len(case.hops) > 20 for case in cases) > 10
    assert {call.credentials for call in calls} == {"omit", "same-origin", "include"}
    assert len({case.page for case in cases}) == 4
    assert sum(call.url.startswith(case.page) for case in cases for call in case.calls) > 100
    assert len({call.method for call in calls}) > 15
    assert len({answer.status for answer in answers}) > 60
    for name in ("Allow-Origin", "Allow-Credentials", "Allow-Methods", "Allow-Headers", "Expose-Headers", "Max-Age"):
        lower = f"access-control-{name}".lower()
        values = {value for answer in answers for key, value in answer.headers if key.lower() == lower}
        assert len(values) > 20, name
