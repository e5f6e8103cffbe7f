"""Mistakes are gathered before any is raised."""

from __future__ import annotations

import pytest

from crossorigin import PolicyError
from crossorigin.errors import InvalidValueError, SettingError, WrongTypeError
from crossorigin.policy.problems import Problems, raise_from_here


def test_nothing_is_raised_where_nothing_is_wrong() -> None:
    problems = Problems()
    problems.warnings.append("Mind the gap.")
    problems.raise_mistakes()
    assert problems.mistakes == []


def test_mistakes_are_raised_in_their_order() -> None:
    """All mistakes are raised together, in the order in which they were noted, with all that was said of them."""
    problems = Problems()
    problems.add(InvalidValueError, "max_age", -1, "max-age-out-of-range", fix="Write 0", at=1, item=2)
    problems.wrong_type("debug", "yes", fix="Write True", item=3)
    with pytest.raises(PolicyError) as raised:
        problems.raise_mistakes()
    first, second = raised.value.mistakes
    assert (type(first), first.option, first.value, first.reason) == (
        InvalidValueError,
        "max_age",
        -1,
        "max-age-out-of-range",
    )
    assert (first.fix, first.at, first.item, first.where) == ("Write 0", 1, 2, "")
    assert (type(second), second.option, second.reason, second.item) == (WrongTypeError, "debug", "wrong-type", 3)


def parse(text: str) -> int:
    if not text.isdigit():
        raise InvalidValueError("text", text, "wrong-type", fix="Write digits", at=0)
    return int(text)


def test_catch() -> None:
    """The mistake of a parser becomes one of the option and the item that were parsed; other errors are not caught."""
    problems = Problems()
    assert problems.catch("ports", 4, parse, "80") == 80
    assert problems.catch("ports", 5, parse, "x") is None
    (mistake,) = problems.mistakes
    assert (mistake.place, mistake.value, mistake.at, mistake.fix) == ("ports[5]", "x", 0, "Write digits")
    with pytest.raises(ValueError, match="invalid literal"):
        problems.catch("ports", 6, int, "x")


def test_raise_from_here() -> None:
    """Every mistake of one part of a file says which part it was."""
    mistakes = (SettingError("a", 1, "wrong-type", fix=""), SettingError("b", 2, "wrong-type", fix="", item=0))
    with pytest.raises(PolicyError) as raised:
        raise_from_here(iter(mistakes), "cors.toml")
    assert raised.value.mistakes == mistakes
    assert [one.place for one in mistakes] == ["cors.toml: a", "cors.toml: b[0]"]
