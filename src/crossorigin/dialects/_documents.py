"""Configuration files as trees of values that know where they stand, whether they were YAML or JSON."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from crossorigin.dialects._places import fail
from crossorigin.dialects._translation import Loss, Position

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crossorigin.errors import DialectError

#: Values that lie deeper are not read: nobody nests so.
DEEPEST = 50


class Node(NamedTuple):
    """A value, where it begins, and, of YAML, the text of a scalar as it was written, and the tag before a value."""

    value: dict[str, Node] | list[Node] | str | float | bool | None
    position: Position
    written: str = ""
    tag: str = ""

    @property
    def fields(self) -> dict[str, Node]:
        """The fields of a mapping; none, where it is something else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Node]:
        """The items of a list; none, where it is something else."""
        return self.value if isinstance(self.value, list) else []

    def find(self, *names: str) -> Node | None:
        """Return what lies below these names, or None."""
        found: Node | None = self
        for name in names:
            found = found.fields.get(name) if found else None
        return found


class Document:
    """A text, with what is said of its places."""

    def __init__(self, dialect: str, text: str) -> None:
        self.dialect = dialect
        self.text = text
        self._starts = [0, *(at + 1 for at, letter in enumerate(text) if letter == "\n")]

    def locate(self, index: int) -> Position:
        r"""Return the place of a character.

        >>> Document("s3", "{\n  1").locate(4)
        Position(line=2, column=3)
        """
        line = bisect_right(self._starts, index)
        return Position(line, index - self._starts[line - 1] + 1)

    def fail(self, position: Position, what: str, *, fix: str) -> DialectError:
        """Make the error that points at a place."""
        return fail(self.dialect, self.text, position, what, fix=fix)


def refuse_second(document: Document, fields: dict[str, Node], name: str, position: Position) -> None:
    """Refuse a field that is there.

    :raises DialectError: it is.
    """
    if name in fields:
        raise document.fail(position, f"{name} stands here a second time", fix="Leave one of them")


class Fields:
    """A mapping whose fields are taken one by one, so that those which nobody took can be named.

    Their types are those that the format demands.
    """

    def __init__(self, document: Document, node: Node) -> None:
        self.document = document
        self.node = node
        self.places: dict[str, Position] = {}
        self._taken: set[str] = set()

    def take(self, name: str, option: str = "") -> Node | None:
        """Return a field, or None where it is not set; remember its place as that of an option."""
        self._taken.add(name)
        found = self.node.fields.get(name)
        if found is None or found.value is None:
            return None
        self.places[option or name] = found.position
        return found

    def texts(self, name: str, option: str = "") -> list[str] | None:
        """Return a list of texts.

        :raises DialectError: it is none.
        """
        found = self.take(name, option)
        if found is None:
            return None
        texts = [item.value for item in found.items if isinstance(item.value, str)]
        if not isinstance(found.value, list) or len(texts) < len(found.items):
            other = next((item for item in found.items if not isinstance(item.value, str)), found)
            raise self.document.fail(other.position, f"{name} is a list of texts", fix=f'Write {name}: ["..."]')
        return texts

    def flag(self, name: str, option: str = "") -> bool | None:
        """Return a yes or no.

        :raises DialectError: it is neither.
        """
        found = self.take(name, option)
        if found is None:
            return None
        if isinstance(found.value, bool):
            return found.value
        raise self.document.fail(found.position, f"{name} is true or false", fix="Write one of them, without quotes")

    def number(self, name: str, option: str = "") -> int | None:
        """Return a whole number.

        :raises DialectError: it is none.
        """
        found = self.take(name, option)
        if found is None:
            return None
        if isinstance(found.value, int) and not isinstance(found.value, bool):
            return found.value
        raise self.document.fail(found.position, f"{name} is a whole number", fix="Write one, without quotes")

    def list_others(self, called: str) -> list[Loss]:
        """Return a loss for each field that nobody took."""
        return [
            Loss(name, f"{called} has no such field", "cosmetic", node.position)
            for name, node in self.node.fields.items()
            if name not in self._taken
        ]


def list_objects(roots: Sequence[Node], kind: str) -> Iterator[Node]:
    """Yield the objects of Kubernetes of a kind, also those of a list of objects."""
    for root in roots:
        listed = root.find("items")
        for node in listed.items if listed else [root]:
            found = node.find("kind")
            if found and found.value == kind:
                yield node
