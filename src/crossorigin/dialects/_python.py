"""Python source, read for the literal values in it: nothing is run."""

from __future__ import annotations

import ast
import json
import re
import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.dialects._places import START, fail
from crossorigin.dialects._translation import Position
from crossorigin.errors import DialectError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_DEEPEST = 40
#: More values are not evaluated: lists of names of lists of names double with each line.
_MOST = 200_000
_SAID = (re.IGNORECASE, re.MULTILINE, re.DOTALL, re.VERBOSE, re.ASCII)
_FLAGS = {name: flag for flag in _SAID for name in (flag.name, (flag.name or "")[0])} | {
    "S": re.DOTALL,
    "X": re.VERBOSE,
}


class NotLiteralError(Exception):
    """A value that is known only when the program runs; says where it stands."""

    def __init__(self, position: Position) -> None:
        super().__init__(position)
        self.position = position


class Source(NamedTuple):
    """A module: its tree, its lines, and the names that are set once, to one value, in its body."""

    dialect: str
    text: str
    tree: ast.Module
    lines: list[str]
    names: Mapping[str, ast.expr]
    #: Lists that the module imports, by the names that they are imported under.
    known: Mapping[str, list[str]]
    #: How many values have been evaluated.
    spent: list[int]

    def locate(self, node: ast.AST) -> Position:
        """Return where a node begins."""
        line, offset = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        before = self.lines[line - 1].encode(errors="replace")[:offset] if line <= len(self.lines) else b""
        # Why: the tree counts in bytes.
        return Position(line, len(before.decode(errors="replace")) + 1)

    def fail(self, node: ast.AST, what: str, *, fix: str) -> DialectError:
        """Make the error that points at a node."""
        return fail(self.dialect, self.text, self.locate(node), what, fix=fix)

    def evaluate(self, node: ast.expr) -> Any:  # noqa: ANN401 (whatever was written)
        """Return the value of a literal, also through a name that is set once, or of ``re.compile`` with literals.

        :raises NotLiteralError: it is not one.
        """
        return self._evaluate(node, 0)

    def evaluate_items(self, node: ast.expr) -> tuple[Any, list[Position]]:
        """Do the same, but of a list, leave out the items that are not literals, and return where they stand."""
        node = self.follow(node)
        if not isinstance(node, ast.List | ast.Tuple | ast.Set):
            return self._evaluate(node, 0), []
        values: list[Any] = []
        missing: list[Position] = []
        for item in node.elts:
            try:
                values.extend(self._evaluate_item(item, 0))
            except NotLiteralError as error:
                missing.append(error.position)
        return values, missing

    def follow(self, node: ast.expr) -> ast.expr:
        """Return what a name that is set once was set to; anything else is itself."""
        for _ in range(_DEEPEST):
            if not (isinstance(node, ast.Name) and node.id in self.names):
                break
            node = self.names[node.id]
        return node

    def _evaluate(self, node: ast.expr, depth: int) -> Any:  # noqa: ANN401 (whatever was written)
        node = self.follow(node)
        self.spent[0] += 1
        if depth > _DEEPEST or self.spent[0] > _MOST:
            raise NotLiteralError(self.locate(node))
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return [value for item in node.elts for value in self._evaluate_item(item, depth)]
        if isinstance(node, ast.Name) and node.id in self.known:
            return [*self.known[node.id]]
        if isinstance(node, ast.Dict):
            pairs = [(key, value) for key, value in zip(node.keys, node.values, strict=True) if key]
            if len(pairs) == len(node.keys):
                return self._make_dict(node, pairs, depth)
        if isinstance(node, ast.Call):
            return self._compile(node, depth)
        return self._calculate(node, depth)

    def _calculate(self, node: ast.expr, depth: int) -> Any:  # noqa: ANN401 (whatever was written)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._add(node, depth)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            value = self._evaluate(node.operand, depth + 1)
            if isinstance(value, int | float):
                return -value
        raise NotLiteralError(self.locate(node))

    def _evaluate_item(self, node: ast.expr, depth: int) -> list[Any]:
        """Return the one value of an item, or those of a list that is written with a star."""
        if not isinstance(node, ast.Starred):
            return [self._evaluate(node, depth + 1)]
        value = self._evaluate(node.value, depth + 1)
        if not isinstance(value, list):
            raise NotLiteralError(self.locate(node))
        return value

    def _make_dict(self, node: ast.expr, pairs: list[tuple[ast.expr, ast.expr]], depth: int) -> dict[Any, Any]:
        found = [(self._evaluate(key, depth + 1), self._evaluate(value, depth + 1)) for key, value in pairs]
        if any(isinstance(key, list | dict) for key, _ in found):
            raise NotLiteralError(self.locate(node))
        return dict(found)

    def _add(self, node: ast.BinOp, depth: int) -> Any:  # noqa: ANN401 (texts or lists)
        left, right = self._evaluate(node.left, depth + 1), self._evaluate(node.right, depth + 1)
        if isinstance(left, str) and isinstance(right, str):
            return left + right
        if isinstance(left, list) and isinstance(right, list):
            return left + right
        raise NotLiteralError(self.locate(node))

    def _compile(self, node: ast.Call, depth: int) -> Any:  # noqa: ANN401 (a regular expression, or a list)
        called = name_of(node.func)
        if called in {"tuple", "list", "set", "frozenset"} and len(node.args) == 1 and not node.keywords:
            value = self._evaluate(node.args[0], depth + 1)
            if isinstance(value, list):
                return value
        if called in {"re.compile", "compile"} and 1 <= len(node.args) + len(node.keywords) <= 2:  # noqa: PLR2004
            values = [*node.args, *(one.value for one in node.keywords)]
            text = self._evaluate(values[0], depth + 1)
            flags = self._read_flags(values[1]) if len(values) > 1 else 0
            return self.compile(text, flags, self.locate(node))
        raise NotLiteralError(self.locate(node))

    def compile(self, text: Any, flags: int, position: Position) -> re.Pattern[str]:  # noqa: ANN401 (what was written)
        """Compile a regular expression.

        :raises DialectError: it is none.
        """
        if not isinstance(text, str):
            raise NotLiteralError(position)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return re.compile(text, flags)
        except (re.error, ValueError, OverflowError, RecursionError) as error:
            what = f"this is no regular expression ({error})"
            raise fail(self.dialect, self.text, position, what, fix="Mend it") from None

    def _read_flags(self, node: ast.expr) -> int:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self._read_flags(node.left) | self._read_flags(node.right)
        name = name_of(node).removeprefix("re.")
        if name not in _FLAGS:
            raise NotLiteralError(self.locate(node))
        return _FLAGS[name]


def write_literal(value: Any) -> str:  # noqa: ANN401 (any option's value)
    """Write a value in Python.

    >>> write_literal(["a", True, None])
    '["a", True, None]'
    """
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(write_literal, value))}]"
    is_plain = isinstance(value, str) and value.isprintable()
    return json.dumps(value, ensure_ascii=False) if is_plain else repr(value)


def write_regex(text: str, flags: int = 0) -> str:
    r"""Write a compiled regular expression in Python.

    >>> write_regex(r"a\.b", re.IGNORECASE)
    're.compile(r"a\\.b", re.IGNORECASE)'
    """
    is_raw = text.isprintable() and '"' not in text and not text.endswith("\\")
    written = f'r"{text}"' if is_raw else repr(text)
    names = [f"re.{flag.name}" for flag in _SAID if flags & flag]
    return f"re.compile({', '.join([written, ' | '.join(names)] if names else [written])})"


def name_of(node: ast.expr) -> str:
    """Return the dotted name that an expression is, or "".

    >>> name_of(ast.parse("re.compile", mode="eval").body), name_of(ast.parse("f().g", mode="eval").body)
    ('re.compile', '.g')
    """
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    parts.append(node.id if isinstance(node, ast.Name) else "")
    return ".".join(reversed(parts))


def parse(dialect: str, text: str, known: Mapping[str, list[str]] | None = None) -> Source:
    """Parse a module.

    :param known: lists that it may import, by their names.
    :raises DialectError: it is not Python; says where.
    """
    try:
        with warnings.catch_warnings():
            # Why: what is odd in someone's source is not for whoever translates it.
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as error:
        position = Position(error.lineno or 1, error.offset or 1)
        raise fail(dialect, text, position, f"this is not Python: {error.msg}", fix="Mend the line") from None
    except (ValueError, MemoryError, RecursionError, OverflowError) as error:
        what = f"this is not Python that can be read: {error or type(error).__name__}"
        raise fail(dialect, text, START, what, fix="Give it the source of a module") from None
    return Source(dialect, text, tree, text.splitlines() or [""], _find_names(tree), known or {}, [0])


def has_any(dialect: str, text: str, find: Callable[[Source], Iterator[object]]) -> bool:
    """Tell whether a text is Python in which *find* finds something."""
    try:
        return any(True for _ in find(parse(dialect, text)))
    except DialectError:
        return False


def _find_names(tree: ast.Module) -> dict[str, ast.expr]:
    """Return the names that are set once, in the body of the module, and never changed in place."""
    stored = [node.id for node in walk(tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)]
    changed = {
        name_of(node.value)
        for node in walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr in {"append", "extend", "insert", "update", "add"})
        or (isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load))
    }
    counts: dict[str, int] = {}
    for name in stored:
        counts[name] = counts.get(name, 0) + 1
    return {name: value for name, value in assignments(tree) if counts[name] == 1 and name not in changed}


def assignments(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that the module's own statements set, and to what."""
    for node in tree.body:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, node.value


def walk(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield all nodes in the order of the source, without recursion."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.expr | ast.stmt)]
    yield from sorted(nodes, key=lambda node: (node.lineno, node.col_offset))
