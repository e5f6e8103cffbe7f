"""PHP source, and the values in it that are known without running it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from crossorigin.dialects import DialectError, Position
from crossorigin.dialects._places import fail
from crossorigin.dialects._trees import Tree, parse, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

NAME = "laravel"

#: Values in values, and names of names.
_DEEPEST = 40
#: More values are not evaluated: arrays of arrays of names, and texts of texts, double with each line.
_MOST = 200_000
_LONGEST = 10_000
_OPEN, _START = "<?", "<?php\n"
#: What lines of an array stand in.
_OPENING, _CLOSING = "<?php return [\n", "\n];"

_ESCAPE = re.compile(r"\\(?:([ntrvef\\$\"])|([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u\{([0-9A-Fa-f]{1,6})\})")
_TYPED = re.compile(r"(?<=Request\()Request (?=\$)|(?<=Headers\()Response (?=\$)|(?<=Allowed\()Request (?=\$)")
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "v": "\v", "e": "\x1b", "f": "\f"}
_WORDS = {"true": True, "false": False, "null": None}
_LAST = 0x10FFFF

Value = str | int | float | bool | None


class NotLiteralError(Exception):
    """A value is known only when the program runs."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self.node = node


class Entry(NamedTuple):
    """An item of an array: its key, if it is a text, and its value in the source."""

    key: str | None
    node: Node


class Source:
    """A text that was parsed, with what its names stand for."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.names = _find_names(tree)
        self._spent = 0

    def locate(self, node: Node) -> Position:
        """Return where a node begins."""
        return self.tree.locate(node)

    def resolve(self, node: Node, depth: int = 0) -> Node:
        """Return what a node stands for, through brackets and names."""
        self._spent += 1
        if depth > _DEEPEST or self._spent > _MOST:
            raise NotLiteralError(node)
        if node.type == "parenthesized_expression":
            return self.resolve(list_parts(node)[0], depth + 1)
        if node.type in {"variable_name", "name", "qualified_name", "class_constant_access_expression"}:
            found = self.names.get(_bare(text_of(node)))
            if found is None:
                raise NotLiteralError(node)
            return self.resolve(found, depth + 1)
        return node

    def list_entries(self, node: Node, depth: int = 0) -> list[Entry]:
        """Return the items of an array, those of others that are unpacked into it as well."""
        found = self.resolve(node, depth)
        if found.type != "array_creation_expression":
            raise NotLiteralError(node)
        entries: list[Entry] = []
        for item in list_parts(found):
            parts = list_parts(item)
            if parts[0].type == "variadic_unpacking":
                entries += self.list_entries(list_parts(parts[0])[0], depth + 1)
                self._spent += len(entries)
            elif len(parts) == 1:
                entries.append(Entry(None, parts[0]))
            else:
                entries.append(Entry(self._read_key(parts[0]), parts[1]))
        return entries

    def _read_key(self, node: Node) -> str | None:
        try:
            key = self.evaluate(node)
        except NotLiteralError:
            return None
        return key if isinstance(key, str) else None

    def is_array(self, node: Node) -> bool:
        """Tell whether a node is an array, whatever is in it."""
        try:
            return self.resolve(node).type == "array_creation_expression"
        except NotLiteralError:
            return False

    def evaluate(self, node: Node, depth: int = 0) -> Value:
        """Return the value of a scalar.

        :raises NotLiteralError: it is known only when the program runs.
        """
        found = self.resolve(node, depth)
        text = text_of(found)
        if found.type in {"string", "encapsed_string"}:
            return _read_text(found, text)
        if found.type in {"boolean", "null"}:
            return _WORDS[text.lower()]
        if found.type in {"integer", "float"}:
            return _read_number(found, text.replace("_", "").lower())
        parts = list_parts(found)
        if found.type == "binary_expression" and operator_of(found) == ".":
            texts = [self.evaluate(part, depth + 1) for part in parts]
            if all(isinstance(one, str) for one in texts) and sum(len(str(one)) for one in texts) <= _LONGEST:
                return "".join(map(str, texts))
        if found.type == "unary_op_expression" and text[0] == "-":
            value = self.evaluate(parts[0], depth + 1)
            if isinstance(value, int | float):
                return -value
        raise NotLiteralError(found)


def list_parts(node: Node) -> list[Node]:
    """Return what a node is made of, without comments."""
    return [part for part in node.named_children if part.type != "comment"]


def list_arguments(node: Node) -> list[Node]:
    """Return the values of a call's arguments."""
    # Why: where something is made, they are no field of it.
    lists = [part for part in node.named_children if part.type == "arguments"]
    return [list_parts(part)[-1] for given in lists for part in list_parts(given) if part.type == "argument"]


def operator_of(node: Node) -> str:
    """Return the operator of an expression, or an empty text."""
    operator = node.child_by_field_name("operator")
    return text_of(operator) if operator else ""


def parse_source(text: str) -> Source:
    """Parse a file, or a part of one: statements, or the lines of an array.

    :raises DialectError: it is none of these.
    """
    if _OPEN in text:
        return Source(_parse_file(text))
    try:
        return Source(parse(NAME, text, "php", before=_START))
    except DialectError as error:
        first = error
    try:
        tree = parse(NAME, text + _CLOSING, "php", before=_OPENING)
    except DialectError as error:
        is_list = "=>" in text
        # Why: what is shown must be in the text, and not in what was put around it.
        shown = error if is_list else first
        raise fail(NAME, text, Position(shown.line, shown.column), shown.what, fix=shown.fix) from None
    return Source(tree._replace(text=text))


def _parse_file(text: str) -> Tree:
    try:
        return parse(NAME, text, "php")
    except DialectError as error:
        first = error
    # Why: the documentation of php-cors writes its calls with the types of what they take.
    plain = _TYPED.sub(lambda found: " " * len(found[0]), text)
    try:
        return parse(NAME, plain, "php")._replace(text=text)
    except DialectError:
        raise first from None


def _find_names(tree: Tree) -> dict[str, Node | None]:
    """Return what each name is set to, or None where it is set more than once, or changed."""
    names: dict[str, Node | None] = {}
    for name, node in _list_settings(tree):
        names[name] = None if name in names else node
    return names


def _list_settings(tree: Tree) -> Iterator[tuple[str, Node | None]]:
    for node in tree.walk():
        parts = list_parts(node)
        if node.type == "assignment_expression":
            name = text_of(parts[0])
            yield _bare(name.partition("[")[0]), parts[-1] if parts[0].type == "variable_name" else None
        elif node.type in {"augmented_assignment_expression", "reference_assignment_expression", "by_ref"}:
            yield _bare(text_of(parts[0])), None
        elif node.type == "const_element":
            yield text_of(parts[0]), parts[-1]
        elif node.type == "function_call_expression" and text_of(parts[0]) == "define":
            values = list_arguments(node)
            if len(values) > 1 and values[0].type in {"string", "encapsed_string"}:
                yield text_of(values[0])[1:-1], values[1]


def _bare(name: str) -> str:
    r"""Return a name without what it stands in.

    >>> _bare("self::ORIGINS"), _bare("$origins"), _bare(r"\A\ORIGINS")
    ('ORIGINS', '$origins', 'ORIGINS')
    """
    return re.split(r"::|\\", name)[-1]


def _read_text(node: Node, text: str) -> str:
    inner = text[1:-1]
    if node.type == "string":
        return re.sub(r"\\([\\'])", r"\1", inner)
    if text[0] != '"' or any(part.type not in {"string_content", "escape_sequence"} for part in node.named_children):
        raise NotLiteralError(node)
    return _ESCAPE.sub(_read_escape, inner)


def _read_escape(found: re.Match[str]) -> str:
    letter, octal, code, point = found.groups()
    if letter:
        return _LETTERS.get(letter, letter)
    if octal:
        return chr(int(octal, 8) & 0xFF)
    return chr(min(int(code or point, 16), _LAST))


def _read_number(node: Node, digits: str) -> int | float:
    try:
        if node.type == "float":
            return float(digits)
        return int(digits, 8) if re.fullmatch("0[0-7]+", digits) else int(digits, 0)
    except ValueError:
        # Why: the parser takes a point alone for one, and Python reads no number of thousands of digits.
        raise NotLiteralError(node) from None
