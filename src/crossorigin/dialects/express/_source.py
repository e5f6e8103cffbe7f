"""JavaScript source, read for the literal values in it: nothing is run."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.dialects._trees import Tree, parse, text_of
from crossorigin.errors import DialectError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node

    from crossorigin.dialects._translation import Position

_DEEPEST = 40
_MOST_VALUES = 200_000
_SAFE = 2**53
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,8})\}|(\r\n|[\s\S]))")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": "", "\r": ""}
_MOST = 0x10FFFF
_WRAPPERS = ("parenthesized_expression", "as_expression")
FUNCTIONS = ("arrow_function", "function_expression", "function_declaration", "generator_function", "method_definition")
#: What changes an array in place.
_CHANGES = frozenset({"push", "unshift", "splice", "pop", "shift", "fill", "add", "delete"})
#: Where the names are in what is set.
_PARTS = {
    "member_expression": "object",
    "subscript_expression": "object",
    "assignment_pattern": "left",
    "object_assignment_pattern": "left",
    "pair_pattern": "value",
}
_PATTERNS = frozenset(
    {
        *("formal_parameters", "object_pattern", "array_pattern", "rest_pattern", "import_clause", "named_imports"),
        *("import_specifier", "namespace_import"),
    }
)
_NOTHING = ("null", "undefined")
#: What TypeScript has, and JavaScript has not, near what is no JavaScript.
_TYPED = re.compile(
    r"\b(?:const|let|var) +[\w$]+ *:|\b(?:import|export) +type\b|[{,] *type +[\w$]+|\bsatisfies +[\w$]|\bas +const\b"
    r"|[\w$?)] *: *(?:string|number|boolean|any|unknown|void|never|[A-Z][A-Z0-9_$]*[a-z][\w$]*)\b"
    r"|[)}\]'\"] +as +[A-Z]|^ *(?:export +)?(?:interface|type|enum|declare) +[\w$]|\b(?:private|readonly) +[\w$]",
    re.MULTILINE,
)
_NEAR = 200
_UNTYPED = "Type annotations of TypeScript are not read: take them off, such as : CorsOptions and import type"


class NotLiteralError(Exception):
    """A value that is known only when the program runs; says where it stands."""

    def __init__(self, position: Position) -> None:
        super().__init__(position)
        self.position = position


class Expression(NamedTuple):
    """A regular expression as JavaScript has it."""

    source: str
    flags: str


class Function(NamedTuple):
    """A function, of which nothing is known until it runs."""

    node: Node


class Source(NamedTuple):
    """A module: its tree, and the names that are set once, to what."""

    tree: Tree
    names: Mapping[str, Node]
    #: How many values have been read.
    spent: list[int]

    def locate(self, node: Node) -> Position:
        """Return where a node begins."""
        return self.tree.locate(node)

    def follow(self, node: Node) -> Node:
        """Return what a name that is set once was set to, without brackets; anything else is itself."""
        for _ in range(_DEEPEST):
            if node.type in _WRAPPERS and node.named_children:
                node = node.named_children[0]
            elif node.type in {"identifier", "shorthand_property_identifier"} and text_of(node) in self.names:
                node = self.names[text_of(node)]
            else:
                break
        return node

    def evaluate(self, node: Node, depth: int = 0) -> Any:  # noqa: ANN401 (whatever was written)
        """Return the value of a literal, also through a name that is set once.

        Nothing is None, whichever of the two; a function is a ``Function``.

        :raises NotLiteralError: it is none.
        """
        node = self.follow(node)
        self.spent[0] += 1
        # Why: a few names that stand in each other several times can mean more than fits in a memory.
        if depth > _DEEPEST or self.spent[0] > _MOST_VALUES:
            raise NotLiteralError(self.locate(node))
        if node.type in {"string", "template_string"}:
            return self._read_text(node)
        if node.type == "number":
            return self._read_number(node)
        if node.type in {"true", "false"}:
            return node.type == "true"
        if node.type in _NOTHING:
            return None
        if node.type == "regex":
            flags = node.child_by_field_name("flags")
            return Expression(text_of(field_of(node, "pattern")), text_of(flags) if flags else "")
        if node.type in FUNCTIONS:
            return Function(node)
        if node.type == "array":
            found = [value for item in items_of(node) for value in self._read_item(item, depth)]
            self.spent[0] += len(found)
            return found
        return self._read_more(node, depth)

    def evaluate_items(self, node: Node) -> tuple[Any, list[Position]]:
        """Do the same, but of an array, leave out the items that are no literals, and return where they stand."""
        node = self.follow(node)
        if node.type != "array":
            return self.evaluate(node), []
        values: list[Any] = []
        missing: list[Position] = []
        for item in items_of(node):
            try:
                values += self._read_item(item, 0)
            except NotLiteralError as error:
                missing.append(error.position)
        return values, missing

    def list_pairs(self, node: Node) -> Iterator[tuple[str | None, Node]]:
        """Yield the keys of an object and their values; where a key is not known, None and its place."""
        for item in items_of(node):
            if item.type == "spread_element":
                inner = self.follow(item.named_children[0])
                if inner.type == "object" and inner.id != node.id and not _has_spread(inner):
                    yield from self.list_pairs(inner)
                else:
                    yield None, item
            elif item.type == "shorthand_property_identifier":
                yield text_of(item), item
            else:
                key = item.child_by_field_name("key") or field_of(item, "name")
                value = item.child_by_field_name("value") or item
                yield self._read_key(key), value

    def _read_key(self, key: Node) -> str | None:
        if key.type == "property_identifier":
            return text_of(key)
        try:
            value = self.evaluate(key.named_children[0] if key.type == "computed_property_name" else key)
        except NotLiteralError:
            return None
        return value if isinstance(value, str) else None

    def _read_item(self, node: Node, depth: int) -> list[Any]:
        if node.type != "spread_element":
            return [self.evaluate(node, depth + 1)]
        value = self.evaluate(node.named_children[0], depth + 1)
        if not isinstance(value, list):
            raise NotLiteralError(self.locate(node))
        return value

    def _read_more(self, node: Node, depth: int) -> Any:  # noqa: ANN401 (whatever was written)
        if node.type == "unary_expression" and text_of(field_of(node, "operator")) == "-":
            value = self.evaluate(field_of(node, "argument"), depth + 1)
            if _is_number(value):
                return -value
        if node.type == "binary_expression":
            return self._calculate(node, depth)
        called = node.child_by_field_name("constructor") or node.child_by_field_name("function")
        if called is not None and text_of(called) == "RegExp":
            given = [self.evaluate(one, depth + 1) for one in arguments_of(node)]
            if given and len(given) <= 2 and all(isinstance(one, str) for one in given):  # noqa: PLR2004
                return Expression(given[0] or "(?:)", given[1] if len(given) > 1 else "")
        raise NotLiteralError(self.locate(node))

    def _calculate(self, node: Node, depth: int) -> Any:  # noqa: ANN401 (a text or a number)
        operator = text_of(field_of(node, "operator"))
        left, right = (self.evaluate(field_of(node, side), depth + 1) for side in ("left", "right"))
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            self.spent[0] += len(left) + len(right)
            return left + right
        if _is_number(left) and _is_number(right) and operator in {"+", "-", "*"}:
            value = {"+": left + right, "-": left - right, "*": left * right}[operator]
            return value if abs(value) < _SAFE else float(value)
        raise NotLiteralError(self.locate(node))

    def _read_text(self, node: Node) -> str:
        if any(child.type == "template_substitution" for child in node.children):
            raise NotLiteralError(self.locate(node))
        text = _ESCAPE.sub(_unescape, text_of(node)[1:-1])
        # Why: two escapes may be the halves of one letter.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _read_number(self, node: Node) -> int | float:
        text = text_of(node).replace("_", "").lower()
        try:
            value = float(int(text, 0)) if text[:2] in {"0x", "0o", "0b"} else float(text)
        except (ValueError, OverflowError):
            raise NotLiteralError(self.locate(node)) from None
        return int(value) if math.isfinite(value) and value.is_integer() and abs(value) < _SAFE else value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _has_spread(node: Node) -> bool:
    return any(child.type == "spread_element" for child in node.children)


def _unescape(match: re.Match[str]) -> str:
    digits = match[1] or match[2] or match[3]
    if digits:
        return chr(min(int(digits, 16), _MOST))
    return _ESCAPED.get(match[4], match[4])


def field_of(node: Node, name: str) -> Node:
    """Return a part of a node, or the node itself where it has no such part."""
    found = node.child_by_field_name(name)
    return node if found is None else found


def items_of(node: Node) -> list[Node]:
    """Return what a list of any kind holds, without the comments."""
    return [child for child in node.named_children if child.type != "comment"]


def arguments_of(call: Node) -> list[Node]:
    """Return the arguments of a call."""
    found = call.child_by_field_name("arguments")
    return items_of(found) if found is not None and found.type == "arguments" else []


def split_callee(call: Node) -> tuple[Node | None, str]:
    """Return what a call is made on, if anything, and the name that is called, or ""."""
    called = field_of(call, "function")
    if called.type == "identifier":
        return None, text_of(called)
    if called.type == "member_expression":
        return called.child_by_field_name("object"), text_of(field_of(called, "property"))
    return None, ""


def read_source(dialect: str, text: str, *, before: str = "") -> Source:
    """Parse a module, or a script.

    :raises DialectError: it is not JavaScript; says where.
    """
    try:
        tree = parse(dialect, text, "javascript", before=before)
    except DialectError as error:
        if not _TYPED.search(_find_near(text, error.line, error.column)):
            raise
        what = f"{error.what}, but looks like TypeScript"
        raise DialectError(
            dialect, what, fix=_UNTYPED, line=error.line, column=error.column, excerpt=error.excerpt
        ) from None
    return Source(tree, _find_names(tree), [0])


def _find_near(text: str, line: int, column: int) -> str:
    """Return what stands around a place of a text."""
    lines = text.split("\n")
    at = sum(len(one) + 1 for one in lines[: line - 1]) + column - 1
    return text[max(0, at - min(column, _NEAR)) : at + _NEAR] if line else ""


def _find_names(tree: Tree) -> dict[str, Node]:
    """Return the names that are set once, wherever, and never changed in place."""
    values: dict[str, Node] = {}
    counts: dict[str, int] = {}
    for node in tree.walk():
        for name in _list_set(node):
            counts[name] = counts.get(name, 0) + 1
        value = node.child_by_field_name("value") if node.type == "variable_declarator" else None
        if value is not None:
            values[text_of(field_of(node, "name"))] = value
        elif node.type == "function_declaration":
            values[text_of(field_of(node, "name"))] = node
    return {name: value for name, value in values.items() if counts.get(name) == 1}


def _list_set(node: Node) -> Iterator[str]:
    """Yield the names that a node sets, or changes in place."""
    if node.type in {"variable_declarator", "function_declaration", "class_declaration"}:
        yield from _list_names(field_of(node, "name"))
    elif node.type in {"assignment_expression", "augmented_assignment_expression"}:
        yield from _list_names(field_of(node, "left"))
    elif node.type == "update_expression":
        yield from _list_names(field_of(node, "argument"))
    elif node.type in {"formal_parameters", "import_clause"}:
        yield from _list_names(node)
    elif node.type == "arrow_function" and node.child_by_field_name("parameter"):
        yield text_of(field_of(node, "parameter"))
    elif node.type == "call_expression":
        changed, name = split_callee(node)
        if changed is not None and name in _CHANGES:
            yield from _list_names(changed)


def _list_names(node: Node) -> Iterator[str]:
    """Yield the names in a pattern, or the one before the dots of a member."""
    nodes = [node]
    while nodes:
        found = nodes.pop()
        if found.type in {"identifier", "shorthand_property_identifier_pattern"}:
            yield text_of(found)
        elif found.type in _PARTS:
            nodes.append(field_of(found, _PARTS[found.type]))
        elif found.type in _PATTERNS:
            nodes += found.named_children
