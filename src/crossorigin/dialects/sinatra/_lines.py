"""Headers that are set by hand in a filter of Sinatra, or in its route for OPTIONS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.dialects._ruby import (
    NotLiteralError,
    Ruby,
    arguments_of,
    children_of,
    has_options_route,
    method_of,
    short_text_of,
)
from crossorigin.dialects._sent import Sent
from crossorigin.dialects._translation import Loss, Position
from crossorigin.standard import headers as names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from crossorigin.dialects import HowBad

_UNKNOWN = "it is known only when the program runs: write it as a literal"
_CONDITIONAL = "whether it is set is known only when the program runs"

#: Each header, and the option that it says.
OPTIONS = {
    names.ALLOW_ORIGIN.lower(): "allow_origins",
    names.ALLOW_METHODS.lower(): "allow_methods",
    names.ALLOW_HEADERS.lower(): "allow_headers",
    names.ALLOW_CREDENTIALS.lower(): "allow_credentials",
    names.EXPOSE_HEADERS.lower(): "expose_headers",
    names.MAX_AGE.lower(): "max_age",
}
_FILTERS = ("before", "after")
_SETTERS = ("headers", "merge!", "update")
_HEADERS = ("headers", "response.headers", "response")
_ECHOED = "HTTP_ORIGIN"
_CONDITIONS = frozenset(
    {"if", "unless", "if_modifier", "unless_modifier", "case", "while", "conditional", "until", "rescue", "lambda"}
)


class Line(NamedTuple):
    """A header that is set: its option, the value, and whether that is under a condition."""

    option: str
    node: Node
    value: Node
    is_conditional: bool
    #: The filter, or the route for OPTIONS, that it stands in; "options" or one of the filters.
    kind: str
    paths: tuple[Node, ...]


def find_lines(ruby: Ruby) -> Iterator[Line]:
    """Yield each header that a filter sets, or the route for OPTIONS."""
    end = 0
    for node in ruby.tree.walk():
        kind = method_of(node)
        block = node.child_by_field_name("block")
        # Why: what stands in another filter has been seen.
        if kind not in {*_FILTERS, "options"} or block is None or node.start_byte < end:
            continue
        end = node.end_byte
        paths = tuple(arguments_of(node))
        for found, is_conditional in _walk(block):
            for name, value in _list_pairs(ruby, found):
                option = OPTIONS.get(name.lower())
                if option:
                    yield Line(option, found, value, is_conditional, kind, paths)


def _walk(root: Node) -> Iterator[tuple[Node, bool]]:
    """Yield all nodes below one, and whether they stand under a condition."""
    nodes = [(root, False)]
    while nodes:
        node, is_conditional = nodes.pop()
        yield node, is_conditional
        inside = is_conditional or node.type in _CONDITIONS
        nodes += [(child, inside) for child in reversed(node.children)]


def _list_pairs(ruby: Ruby, node: Node) -> Iterator[tuple[str, Node]]:
    if node.type == "assignment":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        target = left.named_children if left is not None and left.type == "element_reference" else []
        if right is not None and len(target) == 2 and short_text_of(target[0]) in _HEADERS:  # noqa: PLR2004 (and its key)
            yield from _name(ruby, target[1], right)
    elif method_of(node) == "set_header" and len(arguments_of(node)) == 2:  # noqa: PLR2004 (a name and a value)
        yield from _name(ruby, *arguments_of(node))
    elif method_of(node) in _SETTERS:
        for argument in arguments_of(node):
            given = ruby.follow(argument)
            for pair in children_of(given) if given.type == "hash" else [given]:
                key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
                if key is not None and value is not None:
                    yield from _name(ruby, key, value)


def _name(ruby: Ruby, key: Node, value: Node) -> Iterator[tuple[str, Node]]:
    try:
        name = ruby.read_key(ruby.follow(key))
    except NotLiteralError:
        return
    yield name, value


class Reader:
    """What the lines say, where, and what is lost of it."""

    def __init__(self, ruby: Ruby, lines: list[Line]) -> None:
        self.ruby = ruby
        self.lines = lines
        self.start = ruby.locate(lines[0].node)
        self.losses: list[Loss] = []
        self.places: dict[str, Position] = {}

    def lose(self, what: str, why: str, how_bad: HowBad, place: Position) -> None:
        """Note a loss."""
        self.losses.append(Loss(what, why, how_bad, place))

    def read(self) -> Sent:
        """Return what is sent, whoever asks."""
        values: dict[str, str | None] = {}
        for line in self.lines:
            place = self.ruby.locate(line.node)
            if line.is_conditional:
                self.lose(f"the header for {line.option}", _CONDITIONAL, "narrows", place)
            elif line.kind != "options":
                self._note_paths(line, place)
                self.places[line.option] = self.ruby.locate(line.value)
                values[line.option] = self._read_value(line)
        self._read_route(values)
        if not (has_options_route(self.ruby) or self._answers_preflights()):
            why = "no route answers OPTIONS, so that browsers take every preflight for refused; here they are judged"
            self.lose("preflights", why, "widens", self.start)
        origin = values.get("allow_origins", "")
        return Sent(
            [] if origin is None else self._read_origin(origin),
            [],
            origin is None,
            _split(values.get("allow_methods")),
            _split(values.get("allow_headers")),
            _split(values.get("expose_headers")),
            values.get("allow_credentials") == "true",
            self._read_age(values.get("max_age")),
            self.places,
        )

    def _note_paths(self, line: Line, place: Position) -> None:
        if line.paths:
            why = "the filter is for some paths only, and is read as one for all"
            self.lose(f"the header for {line.option}", why, "widens", place)

    def _read_value(self, line: Line) -> str | None:
        """Return the text that is sent; None where it is the origin of whoever asks."""
        node = self.ruby.follow(line.value)
        left = node.child_by_field_name("left") if node.type == "binary" else None
        if line.option == "allow_origins" and _is_echo(node if left is None else left):
            return None
        try:
            value: Any = self.ruby.evaluate(node)
        except NotLiteralError as error:
            self.lose(f"the header for {line.option}", _UNKNOWN, "narrows", error.position)
            return ""
        if isinstance(value, list):
            return ", ".join(map(str, value))
        return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)

    def _read_route(self, values: dict[str, str | None]) -> None:
        """Take what only the route for OPTIONS sends: that counts in the answer to a preflight."""
        for line in self.lines:
            if line.kind != "options" or line.is_conditional:
                continue
            value = self._read_value(line)
            if line.option in {"allow_methods", "allow_headers", "max_age"}:
                self.places[line.option] = self.ruby.locate(line.value)
                values[line.option] = value
            elif values.get(line.option, "") != value:
                why = "only the answer to a preflight says so, and what it says of the others counts"
                self.lose(f"the header for {line.option}", why, "narrows", self.ruby.locate(line.node))

    def _answers_preflights(self) -> bool:
        """Tell whether a filter ends a request whose method is OPTIONS."""
        nodes = [(self.ruby.tree.root, False)]
        while nodes:
            node, is_asked = nodes.pop()
            if is_asked and method_of(node) == "halt":
                return True
            condition = node.child_by_field_name("condition")
            text = "" if condition is None else short_text_of(condition)
            is_asked = is_asked or "OPTIONS" in text or "options?" in text
            nodes += [(child, is_asked) for child in node.children]
        return False

    def _read_origin(self, value: str) -> list[str]:
        if not value or ("*" in value and value != "*") or "," in value or " " in value:
            if value:
                why = "browsers take one origin, or *, and nothing else"
                self.lose(f"{names.ALLOW_ORIGIN}: {value}", why, "cosmetic", self.places["allow_origins"])
            return []
        return [value]

    def _read_age(self, value: str | None) -> int | None:
        if value and value.removeprefix("-").isdecimal() and value.isascii() and len(value) <= len("-86400000"):
            return int(value)
        if value:
            self.lose(f"max_age: {value}", "it is no number of seconds", "cosmetic", self.places["max_age"])
        return None


def _is_echo(node: Node) -> bool:
    """Tell whether a value is the ``Origin`` of the request."""
    if node.type == "element_reference":
        return short_text_of(node.named_children[0]).endswith("env") and _ECHOED in short_text_of(node)
    return method_of(node) in {"get_header", "fetch"} and _ECHOED in short_text_of(node)


def _split(value: str | None) -> list[str]:
    return [word.strip() for word in (value or "").split(",") if word.strip()]
