"""Functions that look a request's origin up in a list: run for each origin that can make a difference, in our heads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.dialects._trees import text_of
from crossorigin.dialects.express._headers import reads_header
from crossorigin.dialects.express._source import (
    NotLiteralError,
    Source,
    arguments_of,
    field_of,
    items_of,
    split_callee,
)
from crossorigin.standard.headers import ORIGIN

if TYPE_CHECKING:
    from tree_sitter import Node

    from crossorigin.dialects._translation import Position

#: So many nodes are looked at for one function.
_MOST_STEPS = 200_000
_DEEPEST = 60
_KINDS = frozenset({"arrow_function", "function_expression", "function_declaration", "method_definition"})
_LITERALS = frozenset({"string", "template_string", "number", "true", "false", "null"})
_FOUND, _INDEXED = ("includes", "has"), "indexOf"
_DECLARATIONS = ("lexical_declaration", "variable_declaration")
_ERRORS = ("Error", "TypeError", "RangeError")


class _Mark:
    """A value that equals nothing but itself."""


#: What is not there; an origin that no list has; an error; and what is of no interest.
_UNDEFINED, _OTHER, _ERROR, _NOTHING = _Mark(), _Mark(), _Mark(), _Mark()


class _UnsureError(Exception):
    """A function does what is known only when it runs."""


class Allowlist(NamedTuple):
    """What a function allows: the origins of a list; and whether all else, and a request without one, gets an error."""

    origins: tuple[str, ...]
    refuses: bool
    requires: bool
    #: The items that are known only when the program runs.
    missing: tuple[Position, ...]
    #: The options for those in the list, where it is options that the function gives.
    options: Node | None


class _List(NamedTuple):
    places: dict[Any, int]
    has_none: bool
    missing: tuple[Position, ...]


def read_allowlist(source: Source, function: Node, *, gives_options: bool = False) -> Allowlist | None:
    """Return what a function for an origin, or for a request, allows; None where it does more than look in a list."""
    try:
        return _Function(source, function, gives_options=gives_options).read()
    except (_UnsureError, NotLiteralError):
        return None


class _Function:
    """A function, and what it has been seen to do."""

    def __init__(self, source: Source, function: Node, *, gives_options: bool) -> None:
        self.source = source
        self.body = field_of(function, "body")
        self.gives_options = gives_options
        given = function.child_by_field_name("parameters")
        parameters = items_of(given) if given is not None else []
        if function.type not in _KINDS or [one.type for one in parameters] != ["identifier", "identifier"]:
            raise _UnsureError
        self.first, self.callback = map(text_of, parameters)
        self.lists: dict[int, _List] = {}
        #: The texts that an origin has been compared with, and the options that were given to those that may read.
        self.seen: dict[str, None] = {}
        self.options: dict[int, Node] = {}
        self.steps = 0

    def read(self) -> Allowlist:
        """Return what it does for all: for each text that it knows, for any other origin, and for none."""
        other, without = self._decide(_OTHER), self._decide(_UNDEFINED)
        found: dict[str, object] = {}
        while waiting := [text for text in self.seen if text not in found]:
            found |= {text: self._decide(text) for text in waiting}
        missing = tuple(dict.fromkeys(place for one in self.lists.values() for place in one.missing))
        allowed = tuple(text for text, result in found.items() if result is True)
        is_list = other is not True and all(result is other for result in found.values() if result is not True)
        if not is_list or not (allowed or missing) or len(self.options) != self.gives_options:
            raise _UnsureError
        options = next(iter(self.options.values()), None)
        return Allowlist(allowed, other is _ERROR, without is _ERROR, missing, options)

    def _decide(self, origin: object) -> object:
        """Return whether an origin may read, or an error."""
        result = _Run(self, origin, finds_missing=False).decide()
        # Why: an item that is not known may be this origin, and then no less must be allowed.
        is_unsure = any(one.missing for one in self.lists.values())
        if is_unsure and _Run(self, origin, finds_missing=True).decide() not in (result, True):
            raise _UnsureError
        return result

    def read_list(self, node: Node) -> _List:
        """Return the items of a literal list, or of a set that is made of one."""
        made = self.source.follow(node)
        if _is_set(made):
            given = arguments_of(made)
            made = self.source.follow(given[0]) if len(given) == 1 else made
        if made.type != "array":
            raise _UnsureError
        if made.id not in self.lists:
            items, missing = self.source.evaluate_items(made)
            places = {item: at for at, item in reversed([*enumerate(items)]) if isinstance(item, str)}
            self.lists[made.id] = _List(places, None in items, tuple(missing))
            self.seen |= dict.fromkeys(item for item in items if isinstance(item, str))
        return self.lists[made.id]


class _Run:
    """One run of a function, for one origin."""

    def __init__(self, function: _Function, origin: object, *, finds_missing: bool) -> None:
        self.function = function
        self.source = function.source
        self.origin = origin
        self.finds_missing = finds_missing
        self.values: dict[str, Any] = {} if function.gives_options else {function.first: origin}
        self.answers: list[tuple[Any, Any]] = []

    def decide(self) -> object:
        """Run, and return what the callback is told: True, False or an error."""
        body = self.function.body
        if body.type == "statement_block":
            self._execute(body, 0)
        else:
            self._evaluate(body, 0)
        if len(self.answers) != 1:
            raise _UnsureError
        error, value = self.answers[0]
        if self._is_true(error):
            return _ERROR
        if self.function.gives_options:
            return self._decide_options(value)
        if value is not True and value != self.origin and self._is_true(value):
            raise _UnsureError
        return self.origin is not _UNDEFINED and self._is_true(value)

    def _decide_options(self, value: Any) -> bool:  # noqa: ANN401 (whatever was given)
        if getattr(value, "type", "") != "object":
            raise _UnsureError
        origins = [one for key, one in self.source.list_pairs(value) if key in {"origin", None}]
        allowed = self.source.evaluate(origins[-1]) if origins else None
        if not isinstance(allowed, bool):
            raise _UnsureError
        is_allowed = allowed and self.origin is not _UNDEFINED
        if is_allowed:
            self.function.options[value.id] = value
        return is_allowed

    def _execute(self, node: Node, depth: int) -> bool:
        """Run a statement, and tell whether it returns."""
        self._count(depth)
        if node.type in {"statement_block", "else_clause"}:
            return any(self._execute(one, depth + 1) for one in items_of(node))
        if node.type == "if_statement":
            name = "consequence" if self._is_true(self._evaluate(field_of(node, "condition"), depth)) else "alternative"
            branch = node.child_by_field_name(name)
            return branch is not None and self._execute(branch, depth + 1)
        if node.type in _DECLARATIONS:
            for one in items_of(node):
                value = one.child_by_field_name("value")
                self._set(field_of(one, "name"), _UNDEFINED if value is None else self._evaluate(value, depth))
        elif node.type in {"expression_statement", "return_statement"}:
            for one in items_of(node):
                self._evaluate(one, depth)
        elif node.type != "empty_statement":
            raise _UnsureError
        return node.type == "return_statement"

    def _count(self, depth: int) -> None:
        self.function.steps += 1
        if depth > _DEEPEST or self.function.steps > _MOST_STEPS:
            raise _UnsureError

    def _set(self, name: Node, value: object) -> None:
        if name.type != "identifier" or text_of(name) in {self.function.first, self.function.callback}:
            raise _UnsureError
        self.values[text_of(name)] = value

    def _evaluate(self, node: Node, depth: int) -> Any:  # noqa: ANN401 (whatever was written)
        self._count(depth)
        while node.type == "parenthesized_expression":
            node = items_of(node)[0]
        name = text_of(node) if node.type == "identifier" else ""
        if name in self.values:
            return self.values[name]
        if node.type == "undefined":
            return _UNDEFINED
        if node.type in _LITERALS:
            return self.source.evaluate(node)
        if self.function.gives_options and reads_header(self.source, node, ORIGIN):
            return self.origin
        found = self.source.follow(node)
        if found.id != node.id:
            return self._evaluate(found, depth + 1)
        if node.type in {"object", "array"} or _is_set(node):
            return node
        if node.type in {"call_expression", "new_expression"}:
            return self._call(node, depth)
        return self._calculate(node, depth + 1)

    def _call(self, node: Node, depth: int) -> Any:  # noqa: ANN401 (as above)
        receiver, name = split_callee(node)
        given = arguments_of(node)
        made = node.child_by_field_name("constructor")
        if (name if made is None else text_of(made)) in _ERRORS and receiver is None:
            return _ERROR
        if receiver is None and name == self.function.callback and len(given) in {1, 2}:
            error, value = (*(self._evaluate(one, depth + 1) for one in given), _UNDEFINED)[:2]
            self.answers.append((error, value))
            return _NOTHING
        if receiver is not None and text_of(receiver) == "console":
            return _NOTHING
        if receiver is None or len(given) != 1 or name not in {*_FOUND, _INDEXED}:
            raise _UnsureError
        return self._look(self.function.read_list(receiver), self._evaluate(given[0], depth + 1), name)

    def _look(self, wanted: _List, item: object, name: str) -> Any:  # noqa: ANN401 (as above)
        if item is not self.origin or (item is _UNDEFINED and wanted.has_none):
            raise _UnsureError
        at = wanted.places.get(item, len(wanted.places) if wanted.missing and self.finds_missing else -1)
        return at if name == _INDEXED else at >= 0

    def _calculate(self, node: Node, depth: int) -> Any:  # noqa: ANN401 (as above)
        if node.type == "ternary_expression":
            is_true = self._is_true(self._evaluate(field_of(node, "condition"), depth))
            return self._evaluate(field_of(node, "consequence" if is_true else "alternative"), depth)
        if node.type == "assignment_expression":
            value = self._evaluate(field_of(node, "right"), depth)
            self._set(field_of(node, "left"), value)
            return value
        operator = text_of(field_of(node, "operator"))
        if node.type == "unary_expression" and operator == "!":
            return not self._is_true(self._evaluate(field_of(node, "argument"), depth))
        if node.type == "unary_expression":
            return self.source.evaluate(node)
        if node.type != "binary_expression":
            raise _UnsureError
        left = self._evaluate(field_of(node, "left"), depth)
        if operator in {"&&", "||"}:
            is_left = self._is_true(left) is (operator == "||")
            return left if is_left else self._evaluate(field_of(node, "right"), depth)
        return self._compare(operator, left, self._evaluate(field_of(node, "right"), depth))

    def _compare(self, operator: str, left: object, right: object) -> bool:
        if type(left) is int and type(right) is int:
            results = {"<": left < right, ">": left > right, ">=": left >= right, "<=": left <= right}
            results |= {"===": left == right, "==": left == right, "!==": left != right, "!=": left != right}
            if operator in results:
                return results[operator]
        pair = {type(left), type(right)}
        if operator not in {"===", "!=="} or not (pair <= {str, _Mark} or pair == {bool}):
            raise _UnsureError
        self.function.seen |= {one: None for one in (left, right) if isinstance(one, str)}
        return (left == right) is (operator == "===")

    def _is_true(self, value: object) -> bool:
        if value is _NOTHING:
            raise _UnsureError
        return value not in (_UNDEFINED, None, False, 0, "")


def _is_set(node: Node) -> bool:
    made = node.child_by_field_name("constructor")
    return made is not None and text_of(made) == "Set"
