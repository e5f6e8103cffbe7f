"""Every reason to refuse a request, and what makes two of them the same."""

from __future__ import annotations

import re

import pytest

from crossorigin import reasons
from crossorigin.reasons import REASONS, Reason

ALL = list(REASONS.values())


@pytest.mark.parametrize("reason", ALL, ids=list(REASONS))
def test_every_reason_is_explained(reason: Reason) -> None:
    """A reason has an id in kebab-case, a message, a hint and an anchor in a standard."""
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", reason.id)
    assert reason.message
    assert not reason.message.endswith(".")
    assert reason.hint.endswith(".")
    assert re.fullmatch(r"https://((fetch|url)\.spec\.whatwg\.org/#[a-z-]+|wicg\.github\.io/[a-z-]+/)", reason.anchor)
    assert repr(reason) == f"<Reason {reason.id}>"


def test_every_reason_is_known_by_its_id() -> None:
    """The reasons of the module and those that are known by their ids are the same."""
    members = {name: value for name, value in vars(reasons).items() if isinstance(value, Reason)}
    assert {name.lower().replace("_", "-"): value for name, value in members.items()} == REASONS
    assert [reason.id for reason in ALL] == list(REASONS)
    assert len({reason.message for reason in ALL}) == len(ALL)


def test_a_reason_is_its_id() -> None:
    """Two reasons are equal if their ids are, whatever their hints say."""
    other = reasons.NULL_ORIGIN.with_hint(lambda: "Another hint.")
    assert other == reasons.NULL_ORIGIN
    assert hash(other) == hash(reasons.NULL_ORIGIN)
    assert (other.id, other.message, other.anchor) == (
        reasons.NULL_ORIGIN.id,
        reasons.NULL_ORIGIN.message,
        reasons.NULL_ORIGIN.anchor,
    )
    assert other.hint == "Another hint."
    assert len({other, reasons.NULL_ORIGIN}) == 1
    assert reasons.NULL_ORIGIN != reasons.ORIGIN_DENIED
    assert reasons.NULL_ORIGIN != "null-origin"
    assert len(set(ALL)) == len(ALL)


def test_hints_are_computed_when_they_are_read() -> None:
    """A hint costs nothing until somebody reads it."""
    asked: list[str] = []

    def hint() -> str:
        asked.append("asked")
        return "Look it up."

    reason = reasons.ORIGIN_NOT_ALLOWED.with_hint(hint)
    assert reason == reasons.ORIGIN_NOT_ALLOWED
    assert repr(reason) == "<Reason origin-not-allowed>"
    assert not asked
    assert reason.hint == "Look it up."
    assert asked == ["asked"]
