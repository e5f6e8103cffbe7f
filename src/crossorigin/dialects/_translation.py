"""What a translation is: a text and the rules that it stands for, what was lost between them, and what is dangerous."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from crossorigin.ruleset import Ruleset

#: What a loss does to the access that the target gives, compared with the source.
HowBad = Literal["widens", "narrows", "cosmetic"]


class Position(NamedTuple):
    """A place in a text, counted from 1."""

    line: int
    column: int


class Loss(NamedTuple):
    """Something that the target does not say as the source does.

    ``how_bad`` is what that does to the access that the target gives: "widens", "narrows" or "cosmetic". ``position``
    is where it stands in the text that was read, where it stands in one place.
    """

    what: str
    why: str
    how_bad: HowBad
    position: Position | None = None


class Finding(NamedTuple):
    """Something dangerous that is kept: the option that allows it, and what it lets an attacker do."""

    option: str
    what: str
    position: Position | None = None


class Translation(NamedTuple):
    """A ruleset and a text that stand for each other, but for the losses.

    Of what ``read`` returns, ``text`` is what was read; of what ``write`` returns, ``ruleset`` is what was written.
    """

    ruleset: Ruleset
    losses: tuple[Loss, ...]
    text: str
    findings: tuple[Finding, ...] = ()
