"""Where PHP sends the ``Origin`` of a request back, and whether it looks at it first."""

from __future__ import annotations

import functools
import re
from bisect import bisect, bisect_left
from typing import TYPE_CHECKING

from crossorigin.dialects._trees import text_of
from crossorigin.dialects.laravel._source import NotLiteralError, Source, list_arguments, list_parts, operator_of
from crossorigin.standard.headers import ORIGIN

if TYPE_CHECKING:
    from tree_sitter import Node

#: The methods that set a header, by their names in lower case: PHP has no others.
SETTERS = frozenset({"header", "set", "add", "withheader", "withaddedheader"})

_HEADER = ORIGIN.lower()
_VARIABLE = f"HTTP_{ORIGIN.upper()}"
#: What a request's headers are read with, and asked for.
_GETTERS = frozenset({"header", "getheaderline", "get", "server"})
_ASKERS = frozenset({"has", "hasheader"})
_CALLS = frozenset({"member_call_expression", "nullsafe_member_call_expression", "scoped_call_expression"})
_FUNCTIONS = frozenset({"function_call_expression", "object_creation_expression"})
_LISTS = frozenset({"getallheaders", "apache_request_headers"})
_PRESENCE = frozenset({"isset", "empty"})
_JOINS = frozenset({"&&", "||", "and", "or", "xor"})
_CLASSES = frozenset({"class_declaration", "anonymous_class", "trait_declaration"})
#: What is left of a condition that asks only whether there is an origin, without the origin.
_NO_MORE = re.compile(r"(?:[\s()!&|=]|isset|empty|null|''|\"\"|false|and|or)*", re.IGNORECASE)
_ASKS_METHOD = re.compile(r"['\"]OPTIONS['\"]|REQUEST_METHOD|getMethod\(", re.IGNORECASE)
_DEEPEST = 40
#: Longer conditions are not looked into.
_LONGEST = 2_000


class Echoes:
    """The places of a source where the origin of whoever asks is meant."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @functools.cached_property
    def _judging(self) -> list[int]:
        """Where something begins that may look at an origin, in the order of the source."""
        found: list[int] = []
        end = 0
        for node in self._source.tree.walk():
            # Why: a condition is judged with all that is in it.
            if node.start_byte < end:
                continue
            condition = _find_condition(node)
            if condition is not None:
                end = condition.end_byte
            if not self._is_harmless(condition) if condition is not None else self._gives_away(node):
                found.append(node.start_byte)
        return found

    @functools.cached_property
    def _classes(self) -> list[tuple[int, int]]:
        """Where the outermost classes begin and end."""
        found: list[tuple[int, int]] = []
        for node in self._source.tree.walk():
            if node.type in _CLASSES and (not found or node.start_byte >= found[-1][1]):
                found.append((node.start_byte, node.end_byte))
        return found

    def is_sent_back(self, node: Node) -> bool:
        """Tell whether a value is the origin of whoever asks, and nothing before it looks at that."""
        if not self.is_origin(node):
            return False
        # Why: the methods of a class may be called in any order.
        around = bisect(self._classes, (node.start_byte, 0)) - 1
        start, end = self._classes[around] if around >= 0 else (0, 0)
        start, end = (start, end) if node.start_byte < end else (0, node.end_byte)
        return bisect_left(self._judging, start) == bisect_left(self._judging, end)

    def is_origin(self, node: Node) -> bool:
        """Tell whether a value is the origin of whoever asks, if there is one."""
        for _ in range(_DEEPEST):
            try:
                node = self._source.resolve(node)
            except NotLiteralError:
                return False
            parts = list_parts(node)
            if node.type == "conditional_expression":
                # Why: whether something judges the condition is asked for all of them.
                node = parts[-2]
            elif node.type == "binary_expression" and operator_of(node) == "??":
                node = parts[0]
            else:
                break
        if node.type == "subscript_expression":
            base = text_of(parts[0]).partition("(")[0].lower().lstrip("\\")
            key = self._read(parts[-1])
            return (base == "$_server" and key == _VARIABLE) or (base in _LISTS and key.lower() == _HEADER)
        return self._calls(node, _GETTERS)

    def _calls(self, node: Node, called: frozenset[str]) -> bool:
        """Tell whether a node is a call of one of these names, for the header."""
        given = list_arguments(node) if node.type in _CALLS else []
        if not given or _name_of(node) not in called:
            return False
        key = self._read(given[0])
        return key.lower() == _HEADER or key == _VARIABLE

    def _read(self, node: Node) -> str:
        try:
            return str(self._source.evaluate(node))
        except NotLiteralError:
            return ""

    def _gives_away(self, node: Node) -> bool:
        """Tell whether a node gives the origin to a function that may decide about it."""
        if node.type not in _CALLS | _FUNCTIONS or _name_of(node) in SETTERS | _PRESENCE:
            return False
        return any(self.is_origin(given) for given in list_arguments(node))

    def _is_harmless(self, condition: Node) -> bool:
        """Tell whether a condition asks only whether there is an origin, or only for the method."""
        rest = text_of(condition)
        if len(rest) > _LONGEST:
            return False
        found = [node for node in self._source.tree.walk(condition) if self._is_asked(node)]
        for node in found:
            rest = rest.replace(text_of(node), "")
        return bool(_NO_MORE.fullmatch(rest) if found else _ASKS_METHOD.search(rest))

    def _is_asked(self, node: Node) -> bool:
        return self._calls(node, _ASKERS) or (node.is_named and self.is_origin(node))


def _name_of(call: Node) -> str:
    called = call.child_by_field_name("function" if call.type == "function_call_expression" else "name")
    return text_of(called).lower().lstrip("\\") if called else ""


def _find_condition(node: Node) -> Node | None:
    """Return what a node makes something depend on, if it does."""
    if node.type == "binary_expression" and operator_of(node).lower() in _JOINS:
        return node
    return node.child_by_field_name("condition")
