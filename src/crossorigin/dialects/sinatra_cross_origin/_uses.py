"""Where an app sends the gem's headers: everywhere, or where a route or a filter calls ``cross_origin``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from crossorigin.dialects._paths import is_path
from crossorigin.dialects._ruby import (
    NotLiteralError,
    arguments_of,
    children_of,
    has_options_route,
    method_of,
    short_text_of,
)
from crossorigin.dialects._translation import Loss
from crossorigin.dialects.sinatra_cross_origin._settings import DEFAULTS, UNKNOWN, find_switch
from crossorigin.ruleset import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from crossorigin.dialects._ruby import Ruby
    from crossorigin.dialects._translation import HowBad, Position

CALL = "cross_origin"
_FILTERS = ("before", "after")
_PREFLIGHTS = "options"
_ROUTES = frozenset({"get", "post", "put", "patch", "delete", "head", _PREFLIGHTS})
_NAMESPACE = "namespace"
#: Where a name that stands alone is a call.
_STATEMENTS = frozenset({"body_statement", "block_body", "then", "else", "if_modifier", "unless_modifier"})
_DEEPEST = 400

_PLAIN = re.compile(r"[^:?+(){}\[\]*|\\%]+")
_PARAMETER = re.compile(r":\w|\*|\{\w")


class Use(NamedTuple):
    """A route, a filter or the switch: its paths, what its calls say, and the one method of its answers, or ""."""

    paths: tuple[str, ...]
    position: Position
    method: str = ""
    options: dict[str, Node] = {}  # noqa: RUF012 (never changed)
    #: Whether options are not known.
    is_unsure: bool = False


def find_calls(ruby: Ruby) -> Iterator[Node]:
    """Yield each call of the gem's method."""
    for node in ruby.tree.walk():
        if node.type == "identifier":
            is_call = node.parent is not None and node.parent.type in _STATEMENTS and short_text_of(node) == CALL
        else:
            is_call = method_of(node) == CALL and node.child_by_field_name("receiver") is None
        if is_call:
            yield node


def find_route(node: Node) -> tuple[Node | None, list[Node]]:
    """Return the route or the filter that a call stands in, and the blocks around that one."""
    route, around, parent = None, [], node.parent
    for _ in range(_DEEPEST):
        if parent is None or (route is None and parent.type in {"method", "singleton_method"}):
            break
        if parent.type == "call" and parent.child_by_field_name("block") is not None:
            if route is not None:
                around.append(parent)
            elif method_of(parent) in {*_FILTERS, *_ROUTES}:
                route = parent
        parent = parent.parent
    return route, around


class Finder:
    """Finds the uses, and notes what is lost of them."""

    def __init__(self, ruby: Ruby, losses: list[Loss]) -> None:
        self._ruby = ruby
        self._losses = losses
        self._has_options = has_options_route(ruby)

    def _lose(self, what: str, why: str, how_bad: HowBad, place: Position) -> None:
        self._losses.append(Loss(what, why, how_bad, place))

    def find(self) -> list[Use]:
        """Return the uses: the switch first, then the routes and the filters in their order."""
        uses = [Use((EVERYTHING,), self._ruby.locate(node)) for node in [*find_switch(self._ruby)][-1:]]
        routes: dict[int, Use] = {}
        for node in find_calls(self._ruby):
            place = self._ruby.locate(node)
            route, around = find_route(node)
            if route is None:
                self._lose(CALL, "where it is called is known only when the program runs", "narrows", place)
                continue
            self._note_condition(node, route)
            use = routes.get(route.id) or self._read_route(route, around)
            options, is_unsure = self._read_options(node)
            # Why: the options of a call are kept in the settings.
            routes[route.id] = use._replace(
                options={**use.options, **options},
                is_unsure=use.is_unsure or is_unsure,
                position=place if options else use.position,
            )
        uses += routes.values()
        self._note_options(uses)
        return uses

    def _note_condition(self, node: Node, route: Node) -> None:
        block = route.child_by_field_name("block")
        body = node.parent.parent if node.parent is not None else None
        if body is None or block is None or body.id != block.id:
            why = "whether it is called is known only when the program runs, and it is read as if it were"
            ways: tuple[HowBad, ...] = ("widens", "narrows") if arguments_of(node) else ("widens",)
            for how_bad in ways:
                self._lose(CALL, why, how_bad, self._ruby.locate(node))

    def _note_options(self, uses: list[Use]) -> None:
        """Note where the options of one use are those of others after it."""
        texts = [{name: short_text_of(value) for name, value in use.options.items()} for use in uses]
        for use, text in zip(uses, texts, strict=True):
            differs = any(other != text for other in texts) or (use.is_unsure and len(uses) > 1)
            if differs and (use.options or use.is_unsure):
                why = "a route has settings of its own, which then hold for all others, too"
                self._lose(CALL, why, "narrows", use.position)
                self._lose(CALL, why, "widens", use.position)

    def _read_options(self, node: Node) -> tuple[dict[str, Node], bool]:
        options: dict[str, Node] = {}
        is_unsure = False
        for given in arguments_of(node):
            found = self._ruby.follow(given)
            for pair in children_of(found) if found.type == "hash" else [found]:
                key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
                try:
                    name = None if key is None else self._ruby.read_key(key)
                except NotLiteralError:
                    name = None
                if name is None or value is None:
                    self._lose("options of the call", UNKNOWN, "narrows", self._ruby.locate(pair))
                    is_unsure = True
                elif name in DEFAULTS:
                    options[name] = value
        return options, is_unsure

    def _read_route(self, route: Node, around: list[Node]) -> Use:
        given, name, place = arguments_of(route), method_of(route), self._ruby.locate(route)
        is_filter = name in _FILTERS
        has_path = bool(given) and not (is_filter and given[0].type == "pair")
        paths = self._read_paths(given[0]) if has_path else (EVERYTHING,)
        if given[has_path:]:
            why = f"it has conditions, and the rule for {', '.join(paths)} has none"
            self._lose(f"the {'filter' if is_filter else 'route'}", why, "widens", place)
        for node in around:
            if method_of(node) == _NAMESPACE:
                paths = self._put_below(node, paths)
        return Use(paths, place, "" if is_filter else name.upper())

    def _put_below(self, namespace: Node, paths: tuple[str, ...]) -> tuple[str, ...]:
        text = self._read_text(arguments_of(namespace)[0]) if arguments_of(namespace) else None
        base = text if text is not None and _PLAIN.fullmatch(text) and is_path(text) else None
        if base is None:
            why = "the paths of this namespace are no literals, or none that a policy has"
            self._lose(_NAMESPACE, why, "narrows", self._ruby.locate(namespace))
            return ()
        return tuple(f"{base}{path}" for path in paths)

    def _read_text(self, node: Node) -> str | None:
        try:
            value = self._ruby.evaluate(node)
        except NotLiteralError:
            return None
        return value if type(value) is str else None

    def _read_paths(self, node: Node) -> tuple[str, ...]:
        """Return the paths of a pattern of Sinatra."""
        text, place = self._read_text(node), self._ruby.locate(node)
        if text in {"*", "/*"}:
            return (EVERYTHING,)
        literal = _PLAIN.match(text or "")
        bare = literal[0] if literal else ""
        rest = (text or "")[len(bare) :]
        paths: tuple[str, ...] = (bare,)
        if rest == "?" and bare[-1:] == "/":
            paths = (bare.removesuffix("/"), bare)
        elif bare[:1] == "/" and _PARAMETER.match(rest) and "|" not in rest:
            paths = (f"{bare.rpartition('/')[0]}/*",)
        elif rest:
            paths = ()
        if text is None or not paths or not all(map(is_path, paths)):
            why = "a policy has paths and prefixes only" if text is not None else UNKNOWN
            self._lose(f"the path {short_text_of(node)}", why, "narrows", place)
            return ()
        if paths[0].endswith("/*"):
            why = f"a policy has no parameters in paths, and its rule is for {paths[0]}, which is more"
            why = why if text != paths[0] else f"it does not match {bare.rstrip('/')} itself, and the rule does"
            self._lose(f"the path {text}", why, "widens", place)
        return paths

    def note_answers(self, path: str, uses: list[Use]) -> None:
        """Note which answers for a path do not have the headers."""
        own = [use for use in uses if path in use.paths and use.method != _PREFLIGHTS.upper()]
        covering = [use for use in uses if any(covers(one, path) for one in use.paths)]
        is_filtered = any(not use.method for use in covering)
        if not is_filtered:
            methods = ", ".join(dict.fromkeys(use.method for use in own))
            why = f"only the answers to {methods} can be read here, and a rule is for every method"
            self._lose(f"the path {path}", why, "widens", own[0].position)
        if not (is_filtered and self._has_options) and all(use.method != _PREFLIGHTS.upper() for use in covering):
            why = "no route answers OPTIONS, so that browsers take every preflight for refused; here they are judged"
            if not is_filtered:
                why = why.replace("answers OPTIONS", "for OPTIONS sends the headers")
            self._lose("preflights", why, "widens", own[0].position)


def covers(wide: str, path: str) -> bool:
    """Tell whether a path of a rule stands for all that another stands for.

    >>> covers("/a/*", "/a/b"), covers("/a", "/a"), covers("/a", "/a/*")
    (True, True, False)
    """
    if wide in {path, EVERYTHING}:
        return True
    return wide.endswith("/*") and f"{path.removesuffix('/*')}/".startswith(wide.removesuffix("*"))
