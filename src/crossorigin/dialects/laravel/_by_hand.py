"""CORS headers that are set by hand: ``->header('...', '...')``, ``->headers->set(...)``, ``header('...: ...')``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.dialects._translation import Loss, Position
from crossorigin.dialects._trees import text_of
from crossorigin.dialects.laravel._meaning import read_methods, read_static_names
from crossorigin.dialects.laravel._source import NotLiteralError, Source, list_arguments, list_parts
from crossorigin.policy import ANY
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
#: The methods that set a header, by their names in lower case: PHP has no others.
_SETTERS = frozenset({"header", "set", "add", "withheader", "withaddedheader"})
_UNKNOWN = "it is known only when the program runs: write it as a literal"
_TWICE = "it is set in another place, too, and which value counts is known only when the program runs"
#: The class by whose methods Laravel's routes are told.
_ROUTES = "Route"
_ROUTED = "it is set in a route, and is read as if it were for all paths, and for preflights, too"
_CALLS = frozenset({"member_call_expression", "nullsafe_member_call_expression"})


class Line(NamedTuple):
    """A header that is set: its name, its value, or None where that is not known, and where."""

    name: str
    value: str | None
    place: Position
    #: Whether that is in a route, so that only its answers have it.
    is_routed: bool = False


def find_lines(source: Source) -> list[Line]:
    """Return the CORS headers that a text sets, in its order."""
    return sorted(_find_lines(source), key=lambda line: line.place)


def _find_lines(source: Source) -> Iterator[Line]:
    end = 0
    for node in source.tree.walk():
        if _is_route(node):
            end = max(end, node.end_byte)
        for line in _read_lines(source, node):
            yield line._replace(is_routed=node.start_byte < end)


def _is_route(node: Node) -> bool:
    scope = node.child_by_field_name("scope") if node.type == "scoped_call_expression" else None
    return scope is not None and text_of(scope).rpartition("\\")[2] == _ROUTES


def _read_lines(source: Source, node: Node) -> Iterator[Line]:
    """Yield what one node sets."""
    called = node.child_by_field_name("function" if node.type == "function_call_expression" else "name")
    name = text_of(called).lower() if called else ""
    if node.type == "function_call_expression" and name in {"header", "\\header"}:
        yield from _read_whole(source, list_arguments(node))
    elif node.type in _CALLS and name in _SETTERS:
        yield from _read_pair(source, list_arguments(node))
    elif node.type == "array_element_initializer":
        yield from _read_pair(source, list_parts(node))


def _read_pair(source: Source, parts: list[Node]) -> Iterator[Line]:
    name = _evaluate(source, parts[0]) if len(parts) > 1 else None
    if name is not None and name.lower() in _NAMES:
        yield Line(_NAMES[name.lower()], _evaluate(source, parts[1]), source.locate(parts[0]))


def _read_whole(source: Source, parts: list[Node]) -> Iterator[Line]:
    if not parts:
        return
    text = _evaluate(source, parts[0])
    # Why: of what is put together when the program runs, the name stands first.
    written = text_of(parts[0]).lstrip("'\"") if text is None else text
    name, _, value = written.partition(":")
    if name.strip().lower() in _NAMES:
        place = source.locate(parts[0])
        yield Line(_NAMES[name.strip().lower()], None if text is None else value.strip(" \t"), place)


def _evaluate(source: Source, node: Node) -> str | None:
    try:
        value = source.evaluate(node)
    except NotLiteralError:
        return None
    # Why: this is what PHP makes a text of.
    return "1" if value is True else "" if value in {None, False} else str(value)


def translate(lines: list[Line]) -> tuple[dict[str, Any], dict[str, Position], list[Loss]]:
    """Say with our options what the headers say; where each is set; and what is lost."""
    found: dict[str, Line] = {}
    losses: list[Loss] = []
    for line in lines:
        before = found.get(line.name)
        if line.is_routed:
            losses.append(Loss(line.name, _ROUTED, "widens", line.place))
        if line.value is None:
            how_bad = "cosmetic" if line.name == names.MAX_AGE else "narrows"
            losses.append(Loss(line.name, _UNKNOWN, how_bad, line.place))  # type: ignore[arg-type]  # one of three
        elif before and before.value != line.value:
            losses += [Loss(line.name, _TWICE, "narrows", line.place), Loss(line.name, _TWICE, "widens", line.place)]
        if line.value is not None or before is None:
            found[line.name] = line
    values = {name: line.value or "" for name, line in found.items()}
    lists = {
        name: [part.strip(" \t") for part in values.get(name, "").split(",") if part.strip(" \t")]
        for name in (names.ALLOW_METHODS, names.ALLOW_HEADERS, names.EXPOSE_HEADERS)
    }
    origin = values.get(names.ALLOW_ORIGIN, "")
    places = {_OPTIONS[name]: line.place for name, line in found.items()}
    options: dict[str, Any] = {
        "allow_origins": ANY if origin == ANY else [origin] if origin else [],
        "allow_credentials": values.get(names.ALLOW_CREDENTIALS) == "true",
        "expose_headers": lists[names.EXPOSE_HEADERS],
        "max_age": _read_age(values.get(names.MAX_AGE)),
    }
    # Why: every origin with credentials is read as every origin without.
    has_any = not options["allow_credentials"] or origin == ANY
    methods = lists[names.ALLOW_METHODS]
    for name in (names.ALLOW_METHODS, names.ALLOW_HEADERS):
        if ANY in lists[name] and not has_any:
            why = "with credentials, browsers take it for a name"
            losses.append(Loss(f"{name}: *", why, "narrows", found[name].place))
    is_any = ANY in methods and has_any
    options["allow_methods"] = ANY if is_any else read_methods([method for method in methods if method != ANY])
    options |= read_static_names(lists[names.ALLOW_HEADERS], has_any=has_any)
    return options, places, losses


def _read_age(text: str | None) -> int | None:
    """Return the seconds, or None where a browser takes its own."""
    is_number = text is not None and text.isascii() and text.isdecimal()
    return int(text[:9]) if text is not None and is_number else None
