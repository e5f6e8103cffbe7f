"""Views of Flask that flask-cors decorates: the paths of their routes, and the call that has their options."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple, TypeGuard

from crossorigin.dialects._paths import is_path
from crossorigin.dialects._python import NotLiteralError, Source, assignments, name_of, walk
from crossorigin.dialects._translation import Loss, Position

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.dialects._translation import HowBad

_DECORATOR = "cross_origin"
_ROUTES = frozenset({"route", "get", "post", "put", "delete", "patch"})
_UNKNOWN = "its path is known only when the program runs: write it as a literal"
_ELSEWHERE = "where it is registered is not here, or not once, and may say another prefix"


class View(NamedTuple):
    """A path, where it stands, and the call of the decorator; None where the view has none."""

    path: str
    place: Position
    call: ast.Call | None
    is_prefix: bool


def _is_route(decorator: ast.expr) -> TypeGuard[ast.Call]:
    if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
        return False
    return decorator.func.attr in _ROUTES


class Views:
    """The routes of a module, and what is lost of those that are decorated."""

    def __init__(self, source: Source, losses: list[Loss]) -> None:
        self._source = source
        self._losses = losses
        self._made = dict(assignments(source.tree))
        self._registered: dict[str, list[ast.Call]] = {}
        for node in walk(source.tree):
            if isinstance(node, ast.Call) and name_of(node.func).endswith(".register_blueprint") and node.args:
                self._registered.setdefault(name_of(node.args[0]), []).append(node)
        #: The decorators that have been read, and the names that they are called by.
        self.seen: set[int] = set()
        found = [view for node in walk(source.tree) for view in self._read(node)]
        self.decorated = [view for view in found if view.call]
        self.bare = {view.path for view in found if not view.call}

    def lose(self, what: str, why: str, place: Position, *how_bad: HowBad) -> None:
        """Note what is lost at a place."""
        self._losses += [Loss(what, why, one, place) for one in how_bad]

    def _read(self, node: ast.AST) -> Iterator[View]:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            return
        call: ast.Call | None = None
        # Why: from the function outwards, as Python does: a route has only what stands below it.
        for decorator in reversed(node.decorator_list):
            if isinstance(decorator, ast.Call) and name_of(decorator.func).rpartition(".")[2] == _DECORATOR:
                call = self._take(decorator, call)
            elif _is_route(decorator):
                yield from self._read_route(decorator, call)
        routes = [one for one in node.decorator_list if _is_route(one)]
        if call and not routes:
            # Why: it may be named elsewhere.
            self.seen -= {id(call), id(call.func)}
        elif call and routes[0].lineno > call.lineno:
            why = "no route stands above it, so that Flask does not call it"
            self.lose(_DECORATOR, why, self._source.locate(call), "cosmetic")

    def _take(self, decorator: ast.Call, before: ast.Call | None) -> ast.Call:
        self.seen |= {id(decorator), id(decorator.func)}
        if before:
            why = "it stands above another one, which counts but for preflights"
            self.lose(_DECORATOR, why, self._source.locate(decorator), "narrows", "widens")
        return before or decorator

    def _read_route(self, route: ast.Call, call: ast.Call | None) -> Iterator[View]:
        place = self._source.locate(route)
        given = [*route.args[:1], *(keyword.value for keyword in route.keywords if keyword.arg == "rule")]
        try:
            rule = self._source.evaluate(given[0]) if given else None
            prefix = self._read_prefix(name_of(route.func).rpartition(".")[0], place, is_told=call is not None)
        except NotLiteralError:
            rule = prefix = None
        if not isinstance(rule, str):
            if call:
                self.lose("a route", _UNKNOWN, place, "narrows", "widens")
            return
        if prefix is not None:
            rule = f"{prefix.rstrip('/')}/{rule.lstrip('/')}" if rule else prefix
        literal, mark, _ = rule.partition("<")
        path = literal.rpartition("/")[0] + "/*" if mark else literal
        if "*" in literal or not is_path(path):
            if call:
                self.lose(f"the route {rule}", "a policy has no such path", place, "narrows", "widens")
            return
        if mark and call:
            why = "a policy has paths and prefixes only: the prefix is read, and reaches other paths, too"
            self.lose(f"the route {rule}", why, place, "widens")
        yield View(path, place, call, bool(mark))

    def _read_prefix(self, name: str, place: Position, *, is_told: bool) -> str | None:
        """Return the prefix of a blueprint, or None for an app."""
        made = self._made.get(name)
        if not isinstance(made, ast.Call) or name_of(made.func).rpartition(".")[2] != "Blueprint":
            return None
        registered = self._registered.get(name, [])
        if is_told and len(registered) != 1:
            self.lose(f"the blueprint {name}", _ELSEWHERE, place, "narrows", "widens")
        found: str | None = None
        for call in (made, *registered[:1]):
            for keyword in call.keywords:
                value = self._source.evaluate(keyword.value) if keyword.arg == "url_prefix" else None
                found = value if isinstance(value, str) else found
        return found
