"""Where an Express app uses middleware: for which paths, and what the answers there carry."""

from __future__ import annotations

import bisect
import re
from typing import TYPE_CHECKING, NamedTuple

from crossorigin.dialects._paths import is_path, regex_to_path
from crossorigin.dialects._translation import Loss
from crossorigin.dialects._trees import text_of
from crossorigin.dialects.express import _headers as by_hand
from crossorigin.dialects.express._options import DEFAULTS, Options
from crossorigin.dialects.express._source import (
    FUNCTIONS,
    Expression,
    NotLiteralError,
    Source,
    arguments_of,
    items_of,
    split_callee,
)
from crossorigin.ruleset import EVERYTHING
from crossorigin.standard.paths import decode_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from crossorigin.dialects._translation import HowBad, Position
    from crossorigin.dialects.express._words import Headers

_PACKAGE = "cors"
_BOTH, _PREFLIGHTS = ("use", "all"), ("options",)
_ACTUAL = ("get", "head", "post", "put", "patch", "delete", "del")
_VERBS = frozenset((*_BOTH, *_PREFLIGHTS, *_ACTUAL))
_CALLED = "Express"

#: How people write every path, and what is below one, in all releases.
_EVERY = re.compile(r"/?(?:\*\w*|\{\*\w+\}|\(\.\*\))?")
_BELOW = re.compile(r"(/[^:?+(){}\[\]*!\\]*?)(?:/\*\w*|/\{\*\w+\}|\{/\*\w+\}|/\(\.\*\)|\(/\.\*\)\?)")
_MARKS = frozenset(":?+(){}[]*!\\")
#: What stands before the first mark of a path, and a parameter there, also in an optional part.
_BEFORE = re.compile(r"/[^:?+(){}\[\]*!\\]*")
_PARAMETER = re.compile(r"(?:\{(/?)[^:?+(){}\[\]*!\\]*)?:\w")
_CHAIN = 40
_DECLARATOR = "variable_declarator"


class Mount(NamedTuple):
    """A use of middleware: the paths, and what it puts on an actual answer and on a preflight's, where it does.

    ``method`` is the only one of actual requests that it runs for, or "". ``is_alone`` tells whether nothing else runs
    for these paths, ``is_wide`` whether it runs for some of them only.
    """

    paths: tuple[str, ...]
    actual: Headers | None
    preflight: Headers | None
    position: Position
    method: str = ""
    is_alone: bool = False
    is_wide: bool = False


class Where(NamedTuple):
    """The paths of a use, and whether it runs for some of them only."""

    paths: tuple[str, ...] = (EVERYTHING,)
    is_wide: bool = False


class Finder:
    """Finds the uses of middleware in a module."""

    def __init__(self, source: Source, losses: list[Loss]) -> None:
        self._source = source
        self._losses = losses
        self._called = _find_package(source)
        self._is_cased = _is_cased(source)
        self._lines = list(by_hand.find_lines(source))
        self._starts = [line.call.start_byte for line in self._lines]
        #: The calls and functions that stand in a place of their own, by their nodes.
        self._placed: set[int] = set()

    def find(self) -> list[Mount]:
        """Return all uses, in their order; of what is used nowhere in the module, for every path."""
        mounts: list[Mount] = []
        for node in self._source.tree.walk():
            mounts += self._read_use(node)
            mounts += self._read_pair(node)
        for node in self._source.tree.walk():
            if self._is_package_call(node) and node.id not in self._placed:
                mounts.append(self._mount(node, Where(), "use", node))
        for function in self._list_loose():
            mounts.append(self._mount(function, Where(), "use", function))
        return mounts or self._find_objects()

    def _read_use(self, node: Node) -> Iterator[Mount]:
        """Yield what a call such as ``app.use`` puts in a place."""
        if node.type != "call_expression":
            return
        receiver, verb = split_callee(node)
        given = arguments_of(node)
        if receiver is None or verb not in _VERBS or not given:
            return
        first = self._find_route(receiver)
        has_path = first is None and not self._list_handlers(given[0])
        handlers = [one for item in given[has_path:] for one in self._list_handlers(item)]
        if not handlers:
            return
        path = given[0] if has_path else first
        where = Where() if path is None else self._read_paths(path, is_prefix=verb == "use")
        where = self._put_below(receiver, where, node)
        for handler in handlers:
            yield self._mount(handler, where, verb, node)

    def _find_route(self, receiver: Node) -> Node | None:
        """Return the path of ``app.route(path)`` in a chain of calls."""
        found: Node | None = receiver
        for _ in range(_CHAIN):
            if found is None or found.type != "call_expression":
                break
            found, name = split_callee(found) if (given := arguments_of(found)) else (None, "")
            if name == "route":
                return given[0]
        return None

    def _list_handlers(self, node: Node) -> list[Node]:
        """Return what an argument has of middleware that sets CORS headers."""
        found = self._source.follow(node)
        if found.type == "array":
            return [one for item in items_of(found)[:_CHAIN] for one in self._list_handlers_of_item(item)]
        return self._list_handlers_of_item(found)

    def _list_handlers_of_item(self, node: Node) -> list[Node]:
        found = self._source.follow(node)
        if self._is_package_call(found):
            return [found]
        return [found] if found.type in FUNCTIONS and self._list_lines(found) else []

    def _list_lines(self, function: Node) -> list[by_hand.Line]:
        first, end = (bisect.bisect_left(self._starts, at) for at in (function.start_byte, function.end_byte))
        return self._lines[first:end]

    def _list_loose(self) -> list[Node]:
        """Return the functions that set headers and are used nowhere here, and the module, for lines in no function."""
        found: dict[int, Node] = {}
        for line in self._lines:
            around = list(by_hand.list_functions(line.call))
            if not any(function.id in self._placed for function in around):
                outermost = around[0] if around else self._source.tree.root
                found[outermost.id] = outermost
        return list(found.values())

    def _mount(self, handler: Node, where: Where, verb: str, node: Node) -> Mount:
        self._placed.add(handler.id)
        if self._is_package_call(handler):
            given = arguments_of(handler)
            preflight = actual = Options(self._source, self._losses).read(given[0] if given else None)
        else:
            function = by_hand.Function(self._source, handler, self._list_lines(handler), self._losses)
            preflight, actual = function.preflight, function.actual
        position = self._source.locate(node)
        is_actual, is_preflight = verb not in _PREFLIGHTS, verb not in _ACTUAL
        method = "" if is_preflight else {"del": "delete"}.get(verb, verb).upper()
        if method or where.is_wide:
            # Why: what gets no error here would get one by the rule.
            actual = actual._replace(refuses=False, requires=False)
        elif (actual.refuses or actual.requires) and not self._is_cased and where.paths != (EVERYTHING,):
            why = "it also gives an error for these paths in another case, and the rule does not"
            self._lose("origin", why, position, "widens")
        return Mount(
            where.paths,
            actual if is_actual else None,
            preflight if is_preflight else None,
            position,
            method,
            is_wide=where.is_wide,
        )

    def _read_pair(self, node: Node) -> Iterator[Mount]:
        """Yield what ``[["/path/*"], cors(...)]`` in a list says, as it is written for several rules."""
        items = items_of(node) if node.type == "array" else []
        if len(items) != 2 or items[0].type != "array":  # noqa: PLR2004 (a pair)
            return
        call = self._source.follow(items[1])
        if not self._is_package_call(call):
            return
        paths, missing = self._source.evaluate_items(items[0])
        if paths and not missing and all(isinstance(path, str) and is_path(path) for path in paths):
            yield self._mount(call, Where(tuple(paths)), "use", node)._replace(is_alone=True)

    def _is_package_call(self, node: Node) -> bool:
        if node.type != "call_expression":
            return False
        called = node.child_by_field_name("function")
        if called is not None and called.type == "identifier":
            return text_of(called) in self._called
        return called is not None and called.type == "call_expression" and _requires(self._source, called)

    def _read_paths(self, node: Node, *, is_prefix: bool) -> Where:
        place = self._source.locate(node)
        try:
            value, missing = self._source.evaluate_items(node)
        except NotLiteralError as error:
            value, missing = [], [error.position]
        for position in missing:
            self._lose("a path", "it is known only when the program runs: write it as a literal", position)
        items = value if isinstance(value, list) else [value]
        before = len(self._losses)
        found = [self._read_path(item, place, is_prefix=is_prefix) for item in items]
        is_wide = any(loss.how_bad == "widens" for loss in self._losses[before:])
        return Where(tuple(path for path in found if path is not None), is_wide)

    def _read_path(self, item: object, place: Position, *, is_prefix: bool) -> str | None:
        if isinstance(item, Expression):
            read = regex_to_path(item.source.replace("\\/", "/"), place)
            if read is not None and read.loss:
                self._losses.append(read.loss)
            path = read.path if read else None
        elif isinstance(item, str) and (before := _find_before_parameter(item)) is not None:
            path = self._read_before(before, item, place)
        elif isinstance(item, str) and _EVERY.fullmatch(item):
            return EVERYTHING
        elif isinstance(item, str):
            below = _BELOW.fullmatch(item)
            bare = below[1] if below else item.rstrip("/")
            path = decode_path(bare) if _MARKS.isdisjoint(bare) else None
            path = f"{path}/*" if path is not None and (is_prefix or below) else path
        else:
            path = None
        if path is None or not is_path(path):
            self._lose(f"the path {getattr(item, 'source', item)}", "a policy has paths and prefixes only", place)
            return None
        if not self._is_cased and path != EVERYTHING:
            self._lose(
                f"the path {path}",
                f"{_CALLED} compares paths as they are sent and without case; a policy decoded, with case",
                place,
            )
        return path

    def _read_before(self, before: str, item: str, place: Position) -> str | None:
        """Return the path for all that is below what stands before a parameter."""
        bare = decode_path(before)
        path = None if bare is None else f"{bare}/*"
        if path is not None and is_path(path):
            why = f"a policy has no parameters in paths, and its rule is for {path}, which is more"
            self._lose(f"the path {item}", why, place, "widens")
        return path

    def _lose(self, what: str, why: str, place: Position, how_bad: HowBad = "narrows") -> None:
        self._losses.append(Loss(what, why, how_bad, place))

    def _put_below(self, receiver: Node, where: Where, node: Node) -> Where:
        """Put paths below the one that their router is used at, where that is known."""
        made = self._source.follow(receiver)
        if made.type != "call_expression" or split_callee(made)[1] != "Router":
            return where
        uses = [given for given in self._list_uses() if text_of(given[-1]) == text_of(receiver)]
        if len(uses) == 1 and len(uses[0]) == 1:
            return where
        above = self._read_paths(uses[0][0], is_prefix=True) if len(uses) == 1 else Where(())
        if len(above.paths) == 1 and above.is_wide:
            return above
        if len(above.paths) == 1:
            base = above.paths[0].removesuffix("/*")
            return where._replace(paths=tuple(base + path for path in where.paths))
        why = "it serves only the paths that its router is used at, and the rule all paths"
        self._lose("a router of its own", why, self._source.locate(node), "widens")
        return where._replace(is_wide=True)

    def _list_uses(self) -> Iterator[list[Node]]:
        for node in self._source.tree.walk():
            if node.type == "call_expression" and split_callee(node)[1] == "use" and arguments_of(node):
                yield arguments_of(node)

    def _find_objects(self) -> list[Mount]:
        """Return the options that a module exports, without a call: every path's."""
        for node in self._source.tree.walk():
            exported = _find_exported(node)
            found = self._source.follow(exported) if exported is not None else node
            if found.type != "object" or exported is None:
                continue
            if any(key in DEFAULTS for key, _ in self._source.list_pairs(found)):
                sent = Options(self._source, self._losses).read(found)
                return [Mount((EVERYTHING,), sent, sent, self._source.locate(found))]
        return []


def _find_before_parameter(path: str) -> str | None:
    """Return the segments before the first parameter of a path; None where there is none, or other marks before it."""
    before = _BEFORE.match(path)
    parameter = _PARAMETER.match(path, before.end()) if before else None
    if before is None or parameter is None:
        return None
    return before[0].rstrip("/") if parameter[1] else before[0].rpartition("/")[0]


def _find_exported(node: Node) -> Node | None:
    """Return what a statement exports from a module, if it does."""
    if node.type == "export_statement":
        declared = node.child_by_field_name("declaration")
        names = [] if declared is None else [one for one in declared.named_children if one.type == _DECLARATOR]
        return names[0].child_by_field_name("value") if names else node.child_by_field_name("value")
    left = node.child_by_field_name("left") if node.type == "assignment_expression" else None
    if left is None or text_of(left) != "module.exports":
        return None
    return node.child_by_field_name("right")


def _find_package(source: Source) -> set[str]:
    """Return the names that the package is known by in a module: that of a module that loads it elsewhere, too."""
    called = {name for name, value in source.names.items() if _requires(source, value)}
    for node in source.tree.walk():
        if node.type == "import_statement":
            loaded = node.child_by_field_name("source")
            if loaded is not None and source.evaluate(loaded) == _PACKAGE:
                called |= {text_of(one) for one in source.tree.walk(node) if one.type == "identifier"}
    return called or {_PACKAGE}


def _requires(source: Source, node: Node) -> bool:
    if node.type != "call_expression" or split_callee(node) != (None, "require"):
        return False
    given = arguments_of(node)
    return len(given) == 1 and given[0].type == "string" and source.evaluate(given[0]) == _PACKAGE


def _is_cased(source: Source) -> bool:
    """Tell whether the app has been told to compare paths with case."""
    for node in source.tree.walk():
        if node.type == "call_expression" and split_callee(node)[1] in {"set", "enable"}:
            given = arguments_of(node)
            if given and given[0].type == "string" and source.evaluate(given[0]) == "case sensitive routing":
                return True
    return False
