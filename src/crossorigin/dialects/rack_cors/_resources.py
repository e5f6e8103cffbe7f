"""A resource of rack-cors: its paths, and what its options mean in a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossorigin.dialects._ruby import NotLiteralError, Regex, Symbol, arguments_of, children_of
from crossorigin.dialects.rack_cors._notes import UNKNOWN, Notes
from crossorigin.dialects.rack_cors._paths import ReadPaths, read_paths
from crossorigin.policy import ANY
from crossorigin.standard.headers import ORIGIN, is_token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from crossorigin.dialects._ruby import Ruby
    from crossorigin.dialects._translation import Position

#: What ``methods: :any`` stands for.
ALL_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
MAX_AGE = 7200

#: Each option, and what it is called in a policy.
_CALLED = {
    "headers": "allow_headers",
    "methods": "allow_methods",
    "expose": "expose_headers",
    "max_age": "max_age",
    "credentials": "allow_credentials",
}


class Resource:
    """One resource: its paths, its options in a policy, or None where they are not known, and whether it is public."""

    def __init__(self, found: ReadPaths, position: Position, *, is_public: bool) -> None:
        self.paths = found.paths
        self.but = found.but
        self.is_loose = found.is_loose
        self.is_wide = found.is_wide
        self.position = position
        self.is_public = is_public
        self.places: dict[str, Position] = {}
        self.options: dict[str, Any] | None = {
            "allow_methods": ["GET"],
            "allow_headers": [],
            "allow_credentials": False,
            "expose_headers": [],
            "max_age": MAX_AGE,
        }


class _Reader:
    """Reads the options of one resource."""

    def __init__(self, ruby: Ruby, resource: Resource, notes: Notes) -> None:
        self.ruby = ruby
        self.resource = resource
        self.lose = notes.lose

    def read_all(self, nodes: list[Node]) -> None:
        # Why: of an option that is given twice, Ruby takes the last.
        given: dict[str, Node] = {}
        for pair in self._list_pairs(nodes):
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            name = None if key is None else self._read_key(key)
            if name is None or value is None:
                self.lose("options of the resource", UNKNOWN, "narrows", self.ruby.locate(pair))
                self.resource.options = None
            else:
                given[name] = value
        for name, node in given.items():
            self._read(name, node)

    def _list_pairs(self, nodes: list[Node]) -> Iterator[Node]:
        for node in nodes:
            found = self.ruby.follow(node)
            yield from children_of(found) if found.type == "hash" else [node]

    def _read_key(self, node: Node) -> str | None:
        try:
            return self.ruby.read_key(node)
        except NotLiteralError:
            return None

    def _read(self, name: str, node: Node) -> None:
        place = self.ruby.locate(node)
        if name == "if":
            self.lose("if", "whether it holds is known only when the program runs", "narrows", place)
            self.resource.options = None
        elif name == "vary":
            self._read_vary(node, place)
        elif name not in _CALLED:
            self.lose(name, "rack-cors has no such option", "cosmetic", place)
        else:
            self.resource.places[_CALLED[name]] = place
            value = self._read_value(name, node, place)
            if self.resource.options is not None:
                self.resource.options[_CALLED[name]] = value

    def _read_vary(self, node: Node, place: Position) -> None:
        try:
            names, missing = self.ruby.evaluate_items(node)
        except NotLiteralError:
            names, missing = [], [place]
        if missing or (names not in ([], [None]) and ORIGIN.lower() not in [str(name).lower() for name in names]):
            why = "it takes the place of Origin, so that a cache may give one site's answer to another"
            self.lose("vary", why, "cosmetic", place)

    def _read_value(self, name: str, node: Node, place: Position) -> Any:  # noqa: ANN401 (any option's value)
        try:
            items, missing = self.ruby.evaluate_items(node)
        except NotLiteralError as error:
            self.lose(name, UNKNOWN, "cosmetic" if name == "max_age" else "narrows", error.position)
            return {"max_age": MAX_AGE, "credentials": False}.get(name, [])
        for position in missing:
            self.lose(f"an item of {name}", UNKNOWN, "narrows", position)
        if name == "max_age":
            return self._read_age(items, place)
        if name == "credentials":
            if items not in ([True], [False], [None]):
                self.lose(name, "only true is true to rack-cors", "cosmetic", place)
            return items == [True]
        read = {"methods": self._read_methods, "headers": self._read_names, "expose": self._read_exposed}[name]
        return read(items, place)

    def _read_age(self, items: list[Any], place: Position) -> int:
        value = items[0] if len(items) == 1 else items
        if value is None:
            return MAX_AGE
        text = value if type(value) is str else str(value) if type(value) is int else ""
        if text.removeprefix("-").isdecimal() and text.isascii() and len(text) <= len("-86400000"):
            return int(text)
        self.lose(f"max_age: {value!r}", "it is no number of seconds", "cosmetic", place)
        return MAX_AGE

    def _read_methods(self, items: list[Any], place: Position) -> list[str]:
        if items == [Symbol("any")] and isinstance(items[0], Symbol):
            return [*ALL_METHODS]
        if items == [None]:
            return ["GET"]
        found = []
        for item in items:
            text = str(item)
            if text == ANY:
                self.lose("methods: *", "rack-cors compares it as a name: write :any", "cosmetic", place)
            elif text != text.lower():
                why = f"rack-cors compares in lower case, so that no preflight is it: write :{text.lower()}"
                self.lose(f"methods: {text}", why, "cosmetic", place)
            else:
                found.append(text.upper())
        return found

    def _read_names(self, items: list[Any], place: Position) -> list[str]:
        if items == ["any"] and isinstance(items[0], Symbol):
            return [ANY]
        texts = [str(item) for item in items if item is not None]
        if ANY in texts:
            self.lose("headers: *", "rack-cors compares it as a name: write :any", "narrows", place)
        bad = [text for text in texts if not is_token(text)]
        if bad:
            self.lose(f"headers: {bad[0]}", "it is the name of no header", "cosmetic", place)
        return [text for text in texts if is_token(text) and text != ANY]

    def _read_exposed(self, items: list[Any], _place: Position) -> list[str]:
        return [str(item) for item in items if item not in (None, False)]


def read_resource(ruby: Ruby, node: Node, notes: Notes, *, is_public: bool) -> Resource | None:
    """Read one resource; None where its path is none that a policy has, or none that a request has."""
    arguments = arguments_of(node)
    try:
        path = ruby.evaluate(arguments[0]) if arguments else None
    except NotLiteralError:
        path = None
    if not isinstance(path, Regex | str):
        notes.lose_resource("the path of a resource", UNKNOWN, ruby.locate(node))
        return None
    position = ruby.locate(arguments[0])
    found = read_paths(path, position, notes)
    if found is None:
        return None
    resource = Resource(found, position, is_public=is_public)
    _Reader(ruby, resource, notes).read_all(arguments[1:])
    return resource
