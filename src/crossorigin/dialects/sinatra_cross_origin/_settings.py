"""What the settings of the gem say, and the options of a call over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossorigin.dialects import _policies as policies
from crossorigin.dialects._flavours import read_flavour
from crossorigin.dialects._ruby import NotLiteralError, Regex, Symbol, arguments_of, method_of, short_text_of
from crossorigin.dialects._sent import Sent
from crossorigin.dialects._translation import Loss
from crossorigin.policy import ANY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node

    from crossorigin.dialects._ruby import Ruby
    from crossorigin.dialects._translation import HowBad, Position

UNKNOWN = "it is known only when the program runs: write it as a literal"
_CALLED = "sinatra-cross_origin"
_SWITCH = "cross_origin"

#: The settings, what each is called in a policy, and their defaults.
DEFAULTS: dict[str, tuple[str, Any]] = {
    "allow_origin": ("allow_origins", Symbol("any")),
    "allow_methods": ("allow_methods", [Symbol("post"), Symbol("get"), Symbol("options")]),
    "allow_credentials": ("allow_credentials", True),
    "allow_headers": ("allow_headers", ["*", "Content-Type", "Accept", "AUTHORIZATION", "Cache-Control"]),
    "max_age": ("max_age", 1728000),
    "expose_headers": (
        "expose_headers",
        ["Cache-Control", "Content-Language", "Content-Type", "Expires", "Last-Modified", "Pragma"],
    ),
}
_LISTS = ("allow_methods", "allow_headers", "expose_headers")


def find_settings(ruby: Ruby) -> Iterator[tuple[str, Node, Node | None]]:
    """Yield the name of each setting, where it is set, and its value; None is true."""
    for node in ruby.tree.walk():
        arguments = arguments_of(node)
        if method_of(node) == "enable":
            yield from ((short_text_of(one).lstrip(":"), node, None) for one in arguments)
        elif method_of(node) == "set" and arguments and arguments[0].type == "pair":
            for pair in arguments:
                key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
                if key is not None and value is not None:
                    yield short_text_of(key).strip(":'\""), node, value
        elif method_of(node) == "set" and len(arguments) == 2:  # noqa: PLR2004 (a name and a value)
            yield short_text_of(arguments[0]).strip(":'\""), node, arguments[1]


def find_switch(ruby: Ruby) -> Iterator[Node]:
    """Yield each place in which the gem is switched on for all routes."""
    for name, node, value in find_settings(ruby):
        if name == _SWITCH and (value is None or value.type == "true"):
            yield node


class Settings:
    """What the settings say, where, and what is lost of it."""

    def __init__(self, ruby: Ruby, start: Position, losses: list[Loss]) -> None:
        self.ruby = ruby
        self.start = start
        self.losses = losses
        self.places: dict[str, Position] = {}
        self.values = {name: value for name, (_, value) in DEFAULTS.items()}

    def _lose(self, what: str, why: str, how_bad: HowBad, place: Position) -> None:
        self.losses.append(Loss(what, why, how_bad, place))

    def read(self, options: Mapping[str, Node], *, allows_nobody: bool) -> Sent:
        """Return what all the settings say, and the options of a call over them."""
        set_nodes = [(name, value) for name, _, value in find_settings(self.ruby) if value is not None]
        for name, value in [*set_nodes, *options.items()]:
            if name in DEFAULTS:
                self.places[DEFAULTS[name][0]] = self.ruby.locate(value)
                self.values[name] = self._evaluate(name, value)
        if allows_nobody:
            self.values["allow_origin"] = []
        origins, regexes, echoes = self._read_origins()
        return Sent(
            origins,
            regexes,
            echoes,
            self._read_methods(),
            self._read_list("allow_headers"),
            self._read_list("expose_headers"),
            str(self.values["allow_credentials"]).lower() == "true",
            self._read_age(),
            self.places,
        )

    def _evaluate(self, name: str, node: Node) -> Any:  # noqa: ANN401 (any setting's value)
        try:
            if name not in _LISTS and name != "allow_origin":
                return self.ruby.evaluate(node)
            values, missing = self.ruby.evaluate_items(node)
            is_list = self.ruby.follow(node).type.endswith("array")
        except NotLiteralError as error:
            self._lose(name, UNKNOWN, "cosmetic" if name == "max_age" else "narrows", error.position)
            return {"allow_credentials": False, "max_age": None}.get(name, [])
        for position in missing:
            self._lose(f"an item of {name}", UNKNOWN, "narrows", position)
        if name in _LISTS and not is_list:
            raise self.ruby.fail(node, f"{name} is no array, and every answer an error", fix="Write an array")
        return values if is_list or name != "allow_origin" else values[0] if values else []

    def _read_origins(self) -> tuple[list[str], list[str], bool]:
        value = self.values["allow_origin"]
        place = self.places.get("allow_origins", self.start)
        if value == "any" and isinstance(value, Symbol):
            return [], [], True
        if value == ANY:
            return [ANY], [], False
        origins: list[str] = []
        regexes: list[str] = []
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, Regex):
                regexes += self._read_regex(item)
            elif type(item) is not str or ANY in item:
                self._lose(f"allow_origin: {item!r}", "no origin is that", "cosmetic", place)
            else:
                origins.append(item)
        patterns, others, is_any = policies.read_regexes(regexes)
        return [*origins, *patterns], others, is_any

    def _read_regex(self, item: Regex) -> list[str]:
        found = read_flavour(item.source, item.flags, "ruby")
        what = f"allow_origin: /{item.source}/"
        if found is None:
            why = "not all of this expression is known to mean the same elsewhere"
            self._lose(what, why, "narrows", item.position)
            return []
        if found.is_open:
            why = "it matches more than whole origins, such as https://app.example.evil.example: write \\A ... \\z"
            self._lose(what, why, "cosmetic", item.position)
        return [found.regex]

    def _read_methods(self) -> list[str]:
        place = self.places.get("allow_methods", self.start)
        found = []
        for item in self.values["allow_methods"]:
            if not isinstance(item, Symbol):
                why = f"{_CALLED} sends a method only if it is a symbol: a text is gone after the first request"
                self._lose(f"allow_methods: {item!r}", why, "cosmetic", place)
            elif item.upper() == item:
                self._lose(f"allow_methods: {item}", f"{_CALLED} sends lower case only", "cosmetic", place)
            else:
                found.append(item.upper())
        return found

    def _read_list(self, name: str) -> list[str]:
        return [str(item) for item in self.values[name] if item is not None]

    def _read_age(self) -> int | None:
        value = self.values["max_age"]
        text = str(value) if type(value) is int or type(value) is str else ""
        if text.removeprefix("-").isdecimal() and text.isascii() and len(text) <= len("-86400000"):
            return int(text)
        if value is not None and str(value).strip():
            self._lose(f"max_age: {value!r}", "it is no number of seconds", "cosmetic", self.places["max_age"])
        return None
