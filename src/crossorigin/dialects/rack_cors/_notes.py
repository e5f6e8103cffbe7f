"""What is lost while blocks are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.dialects._translation import Loss

if TYPE_CHECKING:
    from crossorigin.dialects._translation import HowBad, Position

UNKNOWN = "it is known only when the program runs: write it as a literal"


class Notes:
    """The losses, and those that count only where something else serves the same paths."""

    def __init__(self) -> None:
        self.losses: list[Loss] = []
        self.beside_others: list[Loss] = []

    def lose(self, what: str, why: str, how_bad: HowBad, place: Position) -> None:
        """Note a loss."""
        self.losses.append(Loss(what, why, how_bad, place))

    def lose_resource(self, what: str, why: str, place: Position) -> None:
        """Note that a resource is not read at all."""
        self.lose(what, why, "narrows", place)
        self.beside_others.append(Loss(what, "another resource may serve what it serves", "widens", place))
