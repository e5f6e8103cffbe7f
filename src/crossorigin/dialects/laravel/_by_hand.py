"""CORS headers that are set by hand: ``->header('...', '...')``, ``->headers->set(...)``, ``header('...: ...')``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.dialects._sent import Sent
from crossorigin.dialects._sent import translate as translate_sent
from crossorigin.dialects._translation import Loss, Position
from crossorigin.dialects._trees import text_of
from crossorigin.dialects.laravel._echoes import SETTERS, Echoes
from crossorigin.dialects.laravel._source import NotLiteralError, Source, list_arguments, list_parts
from crossorigin.standard import headers as names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

#: Each header, and what it is called in a policy.
_OPTIONS = {
    names.ALLOW_ORIGIN: "allow_origins",
    names.ALLOW_METHODS: "allow_methods",
    names.ALLOW_HEADERS: "allow_headers",
    names.ALLOW_CREDENTIALS: "allow_credentials",
    names.EXPOSE_HEADERS: "expose_headers",
    names.MAX_AGE: "max_age",
}
_NAMES = {name.lower(): name for name in _OPTIONS}
_UNKNOWN = "it is known only when the program runs: write it as a literal"
_TWICE = "it is set in another place, too, and which value counts is known only when the program runs"
#: The class by whose methods Laravel's routes are told.
_ROUTES = "Route"
_ROUTED = "it is set in a route, and is read as if it were for all paths, and for preflights, too"
_GROUPED = (
    "where it is registered for routes, Laravel answers their preflights without it, and browsers refuse; here they "
    "are judged: register it for all requests, as $middleware->append({name}::class) in bootstrap/app.php does"
)
#: How a middleware is registered for all requests: a call of a method, or the kernel's list.
_REGISTERS = frozenset({"append", "prepend", "pushmiddleware", "prependmiddleware"})
_REGISTERED = "$middleware"
_CALLS = frozenset({"member_call_expression", "nullsafe_member_call_expression"})


class Line(NamedTuple):
    """A header that is set: its name, its value, or None where that is not known, and where."""

    name: str
    value: str | None
    place: Position
    #: Whether the value is the origin of whoever asks.
    echoes: bool = False
    #: Whether that is in a route, so that only its answers have it.
    is_routed: bool = False
    #: The class that it is in, if that is a middleware.
    middleware: str = ""


def find_lines(source: Source) -> list[Line]:
    """Return the CORS headers that a text sets, in its order."""
    return sorted(_find_lines(source), key=lambda line: line.place)


def _find_lines(source: Source) -> Iterator[Line]:
    routes_end = class_end = 0
    middleware = ""
    echoes = Echoes(source)
    for node in source.tree.walk():
        if _is_route(node):
            routes_end = max(routes_end, node.end_byte)
        if name := _find_middleware(node):
            middleware, class_end = name, node.end_byte
        for line in _read_lines(source, node, echoes):
            yield line._replace(
                is_routed=node.start_byte < routes_end, middleware=middleware if node.start_byte < class_end else ""
            )


def list_registered(source: Source) -> set[str]:
    """Return the names of the classes that a text registers for all requests."""
    found: set[str] = set()
    for node in source.tree.walk():
        name = node.child_by_field_name("name")
        is_call = node.type in _CALLS and name is not None and text_of(name).lower() in _REGISTERS
        if is_call or (node.type == "property_element" and name is not None and text_of(name) == _REGISTERED):
            inside = [one for one in source.tree.walk(node) if one.type == "class_constant_access_expression"]
            found |= {text_of(one).rpartition("::")[0].rpartition("\\")[2] for one in inside}
    return found


def list_grouped(lines: list[Line], registered: set[str]) -> list[Loss]:
    """Return a loss for each class that may be registered for some routes only."""
    first: dict[str, Line] = {}
    for line in lines:
        if line.middleware and line.middleware not in registered:
            first.setdefault(line.middleware, line)
    return [Loss("preflights", _GROUPED.format(name=name), "widens", line.place) for name, line in first.items()]


def _find_middleware(node: Node) -> str:
    """Return the name of a class that has a ``handle``."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if node.type != "class_declaration" or name is None or body is None:
        return ""
    methods = [part.child_by_field_name("name") for part in list_parts(body) if part.type == "method_declaration"]
    return text_of(name) if any(one is not None and text_of(one).lower() == "handle" for one in methods) else ""


def _is_route(node: Node) -> bool:
    scope = node.child_by_field_name("scope") if node.type == "scoped_call_expression" else None
    return scope is not None and text_of(scope).rpartition("\\")[2] == _ROUTES


def _read_lines(source: Source, node: Node, echoes: Echoes) -> Iterator[Line]:
    """Yield what one node sets."""
    called = node.child_by_field_name("function" if node.type == "function_call_expression" else "name")
    name = text_of(called).lower() if called else ""
    if node.type == "function_call_expression" and name in {"header", "\\header"}:
        yield from _read_whole(source, list_arguments(node), echoes)
    elif node.type in _CALLS and name in SETTERS:
        yield from _read_pair(source, list_arguments(node), echoes)
    elif node.type == "array_element_initializer":
        yield from _read_pair(source, list_parts(node), echoes)


def _read_pair(source: Source, parts: list[Node], echoes: Echoes) -> Iterator[Line]:
    name = _evaluate(source, parts[0]) if len(parts) > 1 else None
    if name is not None and name.lower() in _NAMES:
        yield _make(_NAMES[name.lower()], _evaluate(source, parts[1]), source.locate(parts[0]), parts[1:2], echoes)


def _read_whole(source: Source, parts: list[Node], echoes: Echoes) -> Iterator[Line]:
    if not parts:
        return
    text = _evaluate(source, parts[0])
    # Why: of what is put together when the program runs, the name stands first.
    written = text_of(parts[0]).lstrip("'\"") if text is None else text
    name, _, value = written.partition(":")
    if name.strip().lower() in _NAMES:
        value_or_none = None if text is None else value.strip(" \t")
        # Why: the name and the origin, and nothing else.
        rest = list_parts(parts[0])[1:]
        place = source.locate(parts[0])
        yield _make(_NAMES[name.strip().lower()], value_or_none, place, rest, echoes)


def _make(name: str, value: str | None, place: Position, rest: list[Node], echoes: Echoes) -> Line:
    is_sent_back = value is None and name == names.ALLOW_ORIGIN and len(rest) == 1 and echoes.is_sent_back(rest[0])
    return Line(name, "" if is_sent_back else value, place, echoes=is_sent_back)


def _evaluate(source: Source, node: Node) -> str | None:
    try:
        value = source.evaluate(node)
    except NotLiteralError:
        return None
    # Why: this is what PHP makes a text of.
    return "1" if value is True else "" if value in {None, False} else str(value)


def translate(lines: list[Line]) -> tuple[dict[str, Any], dict[str, Position], list[Loss]]:
    """Say with our options what the headers say; where each is set; and what is lost."""
    losses: list[Loss] = []
    found = _choose(lines, losses)
    values = {name: line.value or "" for name, line in found.items()}
    lists = {
        name: [part.strip(" \t") for part in values.get(name, "").split(",") if part.strip(" \t")]
        for name in (names.ALLOW_METHODS, names.ALLOW_HEADERS, names.EXPOSE_HEADERS)
    }
    origin = values.get(names.ALLOW_ORIGIN, "")
    places = {_OPTIONS[name]: line.place for name, line in found.items()}
    sent = Sent(
        [origin] if origin else [],
        [],
        names.ALLOW_ORIGIN in found and found[names.ALLOW_ORIGIN].echoes,
        lists[names.ALLOW_METHODS],
        lists[names.ALLOW_HEADERS],
        lists[names.EXPOSE_HEADERS],
        values.get(names.ALLOW_CREDENTIALS) == "true",
        _read_age(values.get(names.MAX_AGE)),
        places,
    )
    options = translate_sent(sent, lines[0].place, lambda *loss: losses.append(Loss(*loss)))
    return options, places, losses


def _choose(lines: list[Line], losses: list[Loss]) -> dict[str, Line]:
    """Return the line that counts for each header."""
    found: dict[str, Line] = {}
    for line in lines:
        before = found.get(line.name)
        if line.is_routed:
            losses.append(Loss(line.name, _ROUTED, "widens", line.place))
        if line.value is None:
            how_bad = "cosmetic" if line.name == names.MAX_AGE else "narrows"
            losses.append(Loss(line.name, _UNKNOWN, how_bad, line.place))  # type: ignore[arg-type]  # one of three
        elif before and (before.value, before.echoes) != (line.value, line.echoes):
            losses += [Loss(line.name, _TWICE, "narrows", line.place), Loss(line.name, _TWICE, "widens", line.place)]
        if line.value is not None or before is None:
            found[line.name] = line
    return found


def _read_age(text: str | None) -> int | None:
    """Return the seconds, or None where a browser takes its own."""
    is_number = text is not None and text.isascii() and text.isdecimal()
    return int(text[:9]) if text is not None and is_number else None
