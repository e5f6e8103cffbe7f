"""Source in languages that Python does not parse: trees of it, and the places of their nodes. Nothing is run."""

from __future__ import annotations

import functools
import importlib
from typing import TYPE_CHECKING, Literal, NamedTuple

from crossorigin.dialects._places import START, fail
from crossorigin.dialects._translation import Position
from crossorigin.errors import DialectError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

Language = Literal["javascript", "php", "ruby"]

#: Each language's grammar, and the function in it.
_GRAMMARS: dict[Language, tuple[str, str]] = {
    "javascript": ("tree_sitter_javascript", "language"),
    "php": ("tree_sitter_php", "language_php"),
    "ruby": ("tree_sitter_ruby", "language"),
}
_OPENING = frozenset({"(", "[", "{"})
_CALLED: dict[Language, str] = {"javascript": "JavaScript", "php": "PHP", "ruby": "Ruby"}


class Tree(NamedTuple):
    """A source, parsed: a root under which no node is an error."""

    dialect: str
    text: str
    root: Node
    #: Lines that stand before the text in what was parsed.
    added_lines: int = 0

    def locate(self, node: Node) -> Position:
        """Return where a node begins."""
        return _locate(self.text, node.start_point.row - self.added_lines, node.start_point.column)

    def fail(self, node: Node, what: str, *, fix: str) -> DialectError:
        """Make the error that points at a node."""
        return fail(self.dialect, self.text, self.locate(node), what, fix=fix)

    def walk(self, node: Node | None = None) -> Iterator[Node]:
        """Yield a node, the root by default, and all below it in the order of the source, without recursion."""
        nodes = [node or self.root]
        while nodes:
            found = nodes.pop()
            yield found
            nodes += reversed(found.children)


def text_of(node: Node) -> str:
    """Return what a node was parsed from."""
    return (node.text or b"").decode(errors="replace")


def parse(dialect: str, text: str, language: Language, *, before: str = "") -> Tree:
    """Parse a source.

    :param before: whole lines that the text is parsed behind, where it is a part of a file.
    :raises DialectError: it is not of that language; says where. Or the parser is not installed.
    """
    source = (before + text).encode(errors="replace")
    tree = Tree(dialect, text, _make_parser(dialect, language).parse(source).root_node, before.count("\n"))
    if not tree.root.has_error:
        return tree
    node = tree.root
    while broken := [child for child in node.children if child.has_error or child.is_error or child.is_missing]:
        node = broken[0]
    # Why: what is never closed makes an error of all around it.
    node = next((child for child in node.children if child.type in _OPENING), node)
    fix = "Give it the source of a file that runs"
    raise tree.fail(node, f"this is not {_CALLED[language]}", fix=fix)


def _make_parser(dialect: str, language: Language):  # type: ignore[no-untyped-def]  # noqa: ANN202 (imported below)
    module, function = _GRAMMARS[language]
    try:
        # Why: whoever translates between Python packages needs no parser of another language.
        library = importlib.import_module("tree_sitter")
        grammar = importlib.import_module(module)
    except ImportError as error:
        fix = "Install it: pip install 'crossorigin[convert]'"
        raise DialectError(dialect, f"a parser is not installed ({error.name})", fix=fix) from None
    return library.Parser(library.Language(getattr(grammar, function)()))


@functools.lru_cache(maxsize=1)
def _split(text: str) -> list[str]:
    """Return the lines of a text, once for all the places in it."""
    return text.split("\n")


def _locate(text: str, row: int, column: int) -> Position:
    lines = _split(text)
    if not 0 <= row < len(lines):
        return START if row < 0 else Position(len(lines), len(lines[-1]) + 1)
    if lines[row].isascii():
        # Why: a line may have a megabyte, and many places.
        return Position(row + 1, min(column, len(lines[row])) + 1)
    # Why: the tree counts in bytes.
    before = lines[row].encode(errors="replace")[:column]
    return Position(row + 1, len(before.decode(errors="replace")) + 1)
