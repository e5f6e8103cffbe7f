"""Ruby source, read for the literal values in it: nothing is run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.dialects._trees import Tree, parse, text_of
from crossorigin.errors import DialectError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tree_sitter import Node

    from crossorigin.dialects._translation import Position

_DEEPEST = 40
_NAMES = ("identifier", "constant")
_ESCAPES = {"n": "\n", "t": "\t", "s": " ", "r": "\r", "e": "\x1b", "a": "\a", "b": "\b", "v": "\v", "f": "\f"}
_DIGITS = re.compile(r"\\(?:u\{([0-9a-fA-F \t]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{1,2})|([0-7]{1,3}))")
_KEYWORDS: dict[str, Any] = {"true": True, "false": False, "nil": None}
_HIGHEST_CODE = 0x10FFFF
_LONGEST_NUMBER = 20
_LONGEST_SHORT = 500
#: So many nodes are evaluated for one value: names that stand for each other twice would double them at each step.
_MOST = 20_000


class NotLiteralError(Exception):
    """A value that is known only when the program runs; says where it stands."""

    def __init__(self, position: Position) -> None:
        super().__init__(position)
        self.position = position


class Symbol(str):
    """A symbol of Ruby, without its colon."""

    __slots__ = ()


class Regex(NamedTuple):
    """A regular expression of Ruby: what stands between its marks, and the letters behind them."""

    source: str
    flags: str
    position: Position


class Ruby(NamedTuple):
    """A program: its tree, and the names that are set once, to one value."""

    tree: Tree
    names: Mapping[str, Node]
    #: How many nodes have been evaluated for the value that is asked for.
    spent: list[int]

    def locate(self, node: Node) -> Position:
        """Return where a node begins."""
        return self.tree.locate(node)

    def fail(self, node: Node, what: str, *, fix: str) -> DialectError:
        """Make the error that points at a node."""
        return self.tree.fail(node, what, fix=fix)

    def evaluate(self, node: Node) -> Any:  # noqa: ANN401 (whatever was written)
        """Return the value of a literal, also through a name that is set once.

        :raises NotLiteralError: it is not one.
        """
        self.spent[0] = 0
        return self._evaluate(node, 0)

    def evaluate_items(self, node: Node) -> tuple[list[Any], list[Position]]:
        """Return the items of an array, or the one other value, and where those stand that are not literals."""
        self.spent[0] = 0
        node = self.follow(node)
        if node.type not in {"array", "argument_list"}:
            value = self._evaluate(node, 0)
            return (value if isinstance(value, list) else [value]), []
        values: list[Any] = []
        missing: list[Position] = []
        for item in children_of(node):
            try:
                values.extend(self._evaluate_item(item, 0))
            except NotLiteralError as error:
                missing.append(error.position)
        return values, missing

    def follow(self, node: Node) -> Node:
        """Return what a name that is set once was set to, without its ``.freeze``; anything else is itself."""
        for _ in range(_DEEPEST):
            receiver = node.child_by_field_name("receiver")
            if node.type == "call" and receiver is not None and method_of(node) == "freeze":
                node = receiver
            elif node.type in _NAMES and text_of(node) in self.names:
                node = self.names[text_of(node)]
            else:
                break
        return node

    def _evaluate(self, node: Node, depth: int) -> Any:  # noqa: ANN401 (whatever was written)
        node = self.follow(node)
        self.spent[0] += 1
        if depth > _DEEPEST or self.spent[0] > _MOST:
            raise NotLiteralError(self.locate(node))
        if node.type in _KEYWORDS:
            return _KEYWORDS[node.type]
        if node.type == "array":
            return [value for item in children_of(node) for value in self._evaluate_item(item, depth)]
        if node.type in {"string_array", "symbol_array"}:
            kind = Symbol if node.type == "symbol_array" else str
            return [kind(self._read_word(item)) for item in children_of(node)]
        if node.type == "hash":
            return self._read_hash(node, depth)
        if node.type in {"integer", "binary", "unary"}:
            return self._calculate(node, depth)
        if node.type == "regex" or (node.type == "call" and method_of(node) == "new"):
            return self._read_regex(node)
        return self._read_text(node)

    def _evaluate_item(self, node: Node, depth: int) -> list[Any]:
        """Return the one value of an item, or those of an array that is written with a star."""
        if node.type != "splat_argument":
            return [self._evaluate(node, depth + 1)]
        if not node.named_children:
            # Why: a star alone stands for what the method around it was given.
            raise NotLiteralError(self.locate(node))
        value = self._evaluate(node.named_children[0], depth + 1)
        return value if isinstance(value, list) else [value]

    def _read_hash(self, node: Node, depth: int) -> dict[Any, Any]:
        found = {}
        for pair in children_of(node):
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if key is None or value is None:
                raise NotLiteralError(self.locate(pair))
            found[self.read_key(key)] = self._evaluate(value, depth + 1)
        return found

    def read_key(self, node: Node) -> str:
        """Return the text of a key: ``a:``, ``:a``, ``"a"``.

        :raises NotLiteralError: it is none of these.
        """
        return text_of(node) if node.type == "hash_key_symbol" else str(self._read_text(node))

    def _calculate(self, node: Node, depth: int) -> Any:  # noqa: ANN401 (a number, a text, or a list)
        if node.type == "integer":
            digits = text_of(node).replace("_", "")
            if digits.isdecimal() and len(digits) <= _LONGEST_NUMBER:
                return int(digits)
        elif node.type == "unary":
            value = self._evaluate(_get(node, "operand"), depth + 1)
            if type(value) is int and text_of(node).startswith("-"):
                return -value
        else:
            left, right = (self._evaluate(_get(node, name), depth + 1) for name in ("left", "right"))
            return self._join(node, text_of(_get(node, "operator")), left, right)
        raise NotLiteralError(self.locate(node))

    def _join(self, node: Node, sign: str, left: object, right: object) -> Any:  # noqa: ANN401 (as above)
        if type(left) is int and type(right) is int and sign in {"+", "*"}:
            value = left + right if sign == "+" else left * right
            if len(f"{value:x}") <= _LONGEST_NUMBER:
                return value
        if sign == "+" and type(left) is str and type(right) is str:
            return left + right
        if sign == "+" and isinstance(left, list) and isinstance(right, list):
            return [*left, *right]
        raise NotLiteralError(self.locate(node))

    def _read_text(self, node: Node) -> str:
        if node.type == "simple_symbol":
            return Symbol(text_of(node).removeprefix(":"))
        if node.type == "chained_string":
            return "".join(self._read_text(part) for part in node.named_children)
        if node.type not in {"string", "delimited_symbol"}:
            raise NotLiteralError(self.locate(node))
        mark = text_of(node.children[0])
        text = "".join(
            self._read_part(part, is_raw=mark in {"'", ":'"} or mark[:2] == "%q") for part in children_of(node)
        )
        return Symbol(text) if node.type == "delimited_symbol" else text

    def _read_word(self, node: Node) -> str:
        return "".join(self._read_part(part, is_raw=True) for part in node.named_children)

    def _read_part(self, part: Node, *, is_raw: bool) -> str:
        text = text_of(part)
        if part.type == "string_content":
            return re.sub(r"\\([\\'\s()\[\]{}<>])", r"\1", text) if is_raw else text
        if part.type != "escape_sequence":
            raise NotLiteralError(self.locate(part))
        codes = _DIGITS.fullmatch(text)
        if codes is None:
            # Why: \M- and \C- make bytes that are no text.
            if text[1:2] in {"M", "C", "c"}:
                raise NotLiteralError(self.locate(part))
            return _ESCAPES.get(text[1:], text[1:].replace("\n", ""))
        many, four, two, octal = codes.groups()
        numbers = [int(one, 16) for one in (many or four or two or "").split()] or [int(octal, 8)]
        if max(numbers) > _HIGHEST_CODE:
            raise NotLiteralError(self.locate(part))
        return "".join(map(chr, numbers))

    def _read_regex(self, node: Node) -> Regex:
        if node.type == "call":
            receiver, arguments = node.child_by_field_name("receiver"), arguments_of(node)
            if receiver is None or short_text_of(receiver) != "Regexp" or len(arguments) != 1:
                raise NotLiteralError(self.locate(node))
            return Regex(self._read_text(self.follow(arguments[0])), "", self.locate(node))
        parts = node.named_children
        for part in parts:
            if part.type == "interpolation":
                raise NotLiteralError(self.locate(part))
        return Regex("".join(map(text_of, parts)), text_of(node.children[-1])[1:], self.locate(node))


def parse_ruby(dialect: str, text: str) -> Ruby:
    """Parse a program.

    :raises DialectError: it is not Ruby; says where.
    """
    tree = parse(dialect, text, "ruby")
    found: dict[str, Node] = {}
    many: set[str] = set()
    for node in tree.walk():
        left, right = (node.child_by_field_name(name) for name in ("left", "right"))
        if left is None or right is None or node.type not in {"assignment", "operator_assignment"}:
            continue
        if node.type == "assignment" and left.type in _NAMES and text_of(left) not in found:
            found[text_of(left)] = right
        else:
            many.update(text_of(name) for name in tree.walk(left) if name.type in _NAMES)
    return Ruby(tree, {name: node for name, node in found.items() if name not in many}, [0])


def has_any(dialect: str, text: str, find: Callable[[Ruby], Iterator[Any]]) -> bool:
    """Tell whether a text is Ruby in which something is found."""
    try:
        return next(find(parse_ruby(dialect, text)), None) is not None
    except DialectError:
        return False


def _get(node: Node, name: str) -> Node:
    """Return a field that every node of its kind has."""
    return node.child_by_field_name(name) or node


def children_of(node: Node) -> list[Node]:
    """Return the named children of a node without the comments between them."""
    return [child for child in node.named_children if child.type != "comment"]


def short_text_of(node: Node) -> str:
    """Return what a node was parsed from, if that is no longer than a name or a condition is.

    What stands inside itself many times is not copied each time.
    """
    return text_of(node) if node.end_byte - node.start_byte <= _LONGEST_SHORT else ""


def method_of(node: Node) -> str:
    """Return the name of the method that is called, or nothing."""
    method = node.child_by_field_name("method") if node.type == "call" else None
    return text_of(method) if method is not None else ""


def arguments_of(node: Node) -> list[Node]:
    """Return the arguments of a call."""
    arguments = node.child_by_field_name("arguments")
    return children_of(arguments) if arguments is not None else []


def statements_of(node: Node | None) -> list[Node]:
    """Return the statements of the block of a call, or of any other body."""
    block = node.child_by_field_name("block") if node is not None else None
    body = (block or node).child_by_field_name("body") if node is not None else None
    return children_of(body) if body is not None else []


def has_options_route(ruby: Ruby) -> bool:
    """Tell whether a Sinatra app has a route for every request with OPTIONS."""
    routes = [arguments_of(node) for node in ruby.tree.walk() if method_of(node) == "options"]
    return any(len(given) == 1 and short_text_of(given[0]).strip("'\"") in {"*", "/*"} for given in routes)


def write_text(text: str) -> str:
    r"""Write a text as a literal.

    >>> print(write_text("it's"), write_text("a#{b}\n"))
    'it\'s' "a\#{b}\u{a}"
    """
    if text.isprintable() and text.isascii():
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    marked = re.sub(r'["\\#]', r"\\\g<0>", text)
    return '"' + "".join(mark if mark.isprintable() else f"\\u{{{ord(mark):x}}}" for mark in marked) + '"'


def write_list(texts: list[str]) -> str:
    """Write an array of texts.

    >>> print(write_list(["a", "b"]))
    ['a', 'b']
    """
    return f"[{', '.join(map(write_text, texts))}]"
