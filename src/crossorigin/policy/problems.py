"""Everything that is wrong with one set of settings, gathered before anything is raised."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from crossorigin.errors import PolicyError, SettingError, WrongTypeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    T = TypeVar("T")


class Problems:
    """A list of mistakes, which raise, and of warnings, which do not."""

    __slots__ = ("mistakes", "warnings")

    def __init__(self) -> None:
        self.mistakes: list[SettingError] = []
        self.warnings: list[str] = []

    def add(  # noqa: PLR0913 (an error holds fields, not prose)
        self,
        kind: type[SettingError],
        option: str,
        value: object,
        reason: str,
        *,
        fix: str,
        at: int | None = None,
        item: int | None = None,
    ) -> None:
        """Note a mistake."""
        self.mistakes.append(kind(option, value, reason, fix=fix, at=at, item=item))

    def catch(self, option: str, item: int, parse: Callable[[str], T], text: str) -> T | None:
        """Call *parse*; note the mistake it raises as one of *option*'s *item*."""
        try:
            return parse(text)
        except SettingError as mistake:
            mistake.option = option
            mistake.item = item
            self.mistakes.append(mistake)
            return None

    def wrong_type(self, option: str, value: object, fix: str, item: int | None = None) -> None:
        """Note that *value* has the wrong type."""
        self.add(WrongTypeError, option, value, "wrong-type", fix=fix, item=item)

    def raise_mistakes(self) -> None:
        """Raise all mistakes at once, if there are any."""
        if self.mistakes:
            raise PolicyError(self.mistakes)


def raise_from_here(mistakes: Iterable[SettingError], where: str) -> NoReturn:
    """Raise the mistakes of one part of a file or environment, saying which part it was."""
    found = list(mistakes)
    for mistake in found:
        mistake.where = where
    raise PolicyError(found)
