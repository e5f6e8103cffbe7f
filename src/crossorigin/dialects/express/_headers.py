"""Headers that a function sets by hand, where their values are literals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.dialects._translation import Loss
from crossorigin.dialects._trees import text_of
from crossorigin.dialects.express._source import (
    FUNCTIONS,
    NotLiteralError,
    Source,
    arguments_of,
    field_of,
    split_callee,
)
from crossorigin.dialects.express._words import UNKNOWN, Headers, read_age, split_list
from crossorigin.policy import ANY
from crossorigin.standard import headers as names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from crossorigin.dialects._translation import Position

_SETTERS = ("setHeader", "header", "set", "append", "appendHeader", "writeHead")
_ENDERS = ("sendStatus", "send", "json", "end", "status", "writeHead")
_ANSWERS = {
    names.ALLOW_ORIGIN.lower(): "allow_origins",
    names.ALLOW_METHODS.lower(): "allow_methods",
    names.ALLOW_HEADERS.lower(): "allow_headers",
    names.ALLOW_CREDENTIALS.lower(): "allow_credentials",
    names.EXPOSE_HEADERS.lower(): "expose_headers",
    names.MAX_AGE.lower(): "max_age",
}
_PREFLIGHT = "OPTIONS"
#: So many nodes around a call are looked at: each look takes longer, the deeper it stands.
_DEEPEST = 400
_OK = 200
_EQUAL, _UNEQUAL = ("===", "=="), ("!==", "!=")
#: How ``indexOf`` is compared with what, where the item is in the list.
_FOUND = {("!==", -1), ("!=", -1), (">", -1), (">=", 0)}


class Line(NamedTuple):
    """A header that a call sets: our option, the call, the value, and whether it is set beside others."""

    option: str
    call: Node
    value: Node
    adds: bool


def find_lines(source: Source) -> Iterator[Line]:
    """Yield the CORS headers that are set by hand."""
    for node in source.tree.walk():
        if node.type != "call_expression":
            continue
        called, name = split_callee(node)
        if called is None or name not in _SETTERS:
            continue
        given = arguments_of(node)
        if given and given[-1].type in {"object", "identifier"} and source.follow(given[-1]).type == "object":
            pairs = [(key, value) for key, value in source.list_pairs(source.follow(given[-1])) if key is not None]
        elif len(given) == 2:  # noqa: PLR2004 (a name and a value)
            pairs = [(_read_text(source, given[0]), given[1])]
        else:
            continue
        for key, value in pairs:
            if option := _ANSWERS.get(key.lower()):
                yield Line(option, node, value, adds=name.startswith("append"))


def list_functions(node: Node) -> Iterator[Node]:
    """Yield the functions around a node, the innermost first."""
    parent = node.parent
    for _ in range(_DEEPEST):
        if parent is None:
            break
        if parent.type in FUNCTIONS:
            yield parent
        parent = parent.parent


class Function:
    """A function that sets headers: what its answers to a preflight, and to all else, carry."""

    def __init__(self, source: Source, body: Node, lines: list[Line], losses: list[Loss]) -> None:
        self._source = source
        self._body = body
        self._losses = losses
        #: Where a preflight has been answered, so that what follows is not for it; and its status.
        self._end, self._status = self._find_end()
        self.preflight, self.actual = (self._gather(lines, is_preflight=kind) for kind in (True, False))

    def _find_end(self) -> tuple[int, int]:
        for node in self._source.tree.walk(self._body):
            if node.type != "if_statement" or self._is_for_preflights(node) is not True:
                continue
            branch = node.child_by_field_name("consequence")
            calls = [one for one in self._source.tree.walk(branch) if one.type == "call_expression"]
            ending = [one for one in calls if split_callee(one)[1] in _ENDERS]
            if ending:
                return node.end_byte, next(filter(None, map(self._read_status, ending)), _OK)
        return self._body.end_byte, _OK

    def _read_status(self, call: Node) -> int:
        given = arguments_of(call)
        if split_callee(call)[1] not in {"sendStatus", "status", "writeHead"} or not given:
            return 0
        try:
            value = self._source.evaluate(given[0])
        except NotLiteralError:
            return 0
        return value if isinstance(value, int) else 0

    def _gather(self, lines: list[Line], *, is_preflight: bool) -> Headers:
        values: dict[str, Any] = {}
        places: dict[str, Position] = {}
        for line in lines:
            conditions = list(self._list_conditions(line.call))
            if is_preflight and line.call.start_byte > self._end:
                continue
            if any(kind is not None and kind is not is_preflight for kind, _ in conditions):
                continue
            unknown = [node for kind, node in conditions if kind is None]
            value = self._read_value(line, unknown)
            if value is None:
                place = self._source.locate(line.value)
                loss = Loss(f"the header for {line.option}", UNKNOWN, "narrows", place)
                if loss not in self._losses:
                    self._losses.append(loss)
                continue
            is_more = line.adds and isinstance(values.get(line.option), str) and isinstance(value, str)
            values[line.option] = f"{values[line.option]}, {value}" if is_more else value
            places[line.option] = self._source.locate(line.value)
        return self._make(values, places)

    def _make(self, values: dict[str, Any], places: dict[str, Position]) -> Headers:
        origins = values.get("allow_origins", ())
        if isinstance(origins, str):
            origins = ANY if origins == ANY else (origins,)
        asked = values.get("allow_headers", "")
        age = values.get("max_age")
        return Headers(
            origins,
            split_list(values.get("allow_methods", "")),
            None if asked is True else split_list(asked),
            split_list(values.get("expose_headers", "")),
            values.get("allow_credentials") == "true",
            None if age is None else read_age(age, "the age", places["max_age"], self._losses),
            self._status,
            places=places,
        )

    def _list_conditions(self, node: Node) -> Iterator[tuple[bool | None, Node]]:
        """Yield, of each condition that a call is under, whether it is for preflights alone, or else not for them."""
        child, parent = node, node.parent
        for _ in range(_DEEPEST):
            if parent is None or child.id == self._body.id:
                break
            if parent.type == "if_statement" and child.id != field_of(parent, "condition").id:
                kind = self._is_for_preflights(parent)
                is_else = child.type == "else_clause"
                condition = field_of(parent, "condition")
                # Why: what is set where a condition does not hold is no more known than where it does.
                yield (kind is not is_else if kind is not None else None), (child if is_else else condition)
            elif parent.type in {"ternary_expression", "switch_case", "binary_expression", "while_statement"}:
                yield None, parent
            child, parent = parent, parent.parent

    def _is_for_preflights(self, node: Node) -> bool | None:
        """Tell whether an ``if`` asks for the method OPTIONS, for another one, or neither."""
        condition = self._source.follow(field_of(node, "condition"))
        if condition.type != "binary_expression":
            return None
        sides = [field_of(condition, "left"), field_of(condition, "right")]
        operator = text_of(field_of(condition, "operator"))
        is_method = any(
            text_of(field_of(one, "property")) == "method" for one in sides if one.type == "member_expression"
        )
        if not is_method or not any(_read_text(self._source, one) == _PREFLIGHT for one in sides):
            return None
        return True if operator in _EQUAL else False if operator in _UNEQUAL else None

    def _read_value(self, line: Line, unknown: list[Node]) -> Any:  # noqa: ANN401 (a text, a list, True or None)
        """Return a header's value; of an origin that is sent back, the list that it is in, or True; None if unknown."""
        value = self._source.follow(line.value)
        if value.type == "binary_expression" and text_of(field_of(value, "operator")) in {"||", "??"}:
            value = self._source.follow(field_of(value, "left"))
        if line.option == "allow_origins" and reads_header(self._source, value, names.ORIGIN):
            found = [self._read_membership(node) for node in unknown]
            return True if not found else found[0] if len(found) == 1 else None
        if unknown:
            return None
        if line.option == "allow_headers" and reads_header(self._source, value, names.REQUEST_HEADERS):
            return True
        try:
            given = self._source.evaluate(value)
        except NotLiteralError:
            return None
        if isinstance(given, list):
            given = ", ".join(str(one) for one in given)
        if isinstance(given, bool):
            return str(given).lower()
        return str(given) if isinstance(given, str | int | float) else None

    def _read_membership(self, node: Node) -> tuple[str, ...] | None:
        """Return the list that a condition looks for the request's origin in, if it is a literal."""
        condition = self._source.follow(node)
        if condition.type == "binary_expression":
            left, right = field_of(condition, "left"), field_of(condition, "right")
            operator = text_of(field_of(condition, "operator"))
            if operator == "&&" and reads_header(self._source, self._source.follow(left), names.ORIGIN):
                return self._read_membership(right)
            try:
                is_found = (operator, self._source.evaluate(right)) in _FOUND
            except (NotLiteralError, TypeError):
                return None
            return self._read_list(left, "indexOf") if is_found else None
        return self._read_list(condition, "includes")

    def _read_list(self, node: Node, wanted: str) -> tuple[str, ...] | None:
        called, name = split_callee(node) if node.type == "call_expression" else (None, "")
        given = arguments_of(node)
        is_asked = len(given) == 1 and reads_header(self._source, self._source.follow(given[0]), names.ORIGIN)
        if called is None or name != wanted or not is_asked:
            return None
        try:
            value = self._source.evaluate(called)
        except NotLiteralError:
            return None
        return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else None


def reads_header(source: Source, node: Node, header: str) -> bool:
    """Tell whether an expression is the value of a request's header."""
    if node.type == "call_expression":
        _, name = split_callee(node)
        given = arguments_of(node)
        return name in {"header", "get"} and len(given) == 1 and _names(source, given[0], header)
    if node.type == "member_expression":
        key = text_of(field_of(node, "property"))
        return key == header.lower() and _is_headers(field_of(node, "object"))
    is_indexed = node.type == "subscript_expression" and _is_headers(field_of(node, "object"))
    return is_indexed and _names(source, field_of(node, "index"), header)


def _names(source: Source, node: Node, header: str) -> bool:
    return _read_text(source, node).lower() == header.lower()


def _read_text(source: Source, node: Node) -> str:
    try:
        value = source.evaluate(node)
    except NotLiteralError:
        return ""
    return value if isinstance(value, str) else ""


def _is_headers(node: Node) -> bool:
    return node.type == "member_expression" and text_of(field_of(node, "property")) == "headers"
