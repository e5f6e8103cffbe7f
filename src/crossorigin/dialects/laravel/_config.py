"""``config/cors.php``: what each setting says, and what is lost of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.dialects._lists import read_listed_names
from crossorigin.dialects._translation import Loss, Position
from crossorigin.dialects._trees import text_of
from crossorigin.dialects.laravel._meaning import Item, read_methods, read_origins
from crossorigin.dialects.laravel._paths import Written, read_paths
from crossorigin.dialects.laravel._source import Entry, NotLiteralError, Source, list_arguments, list_parts
from crossorigin.policy import ANY
from crossorigin.ruleset import EVERYTHING

if TYPE_CHECKING:
    from tree_sitter import Node

    from crossorigin.dialects._translation import HowBad

UNKNOWN = "it is known only when the program runs: write it as a literal"
_LARAVEL_11 = "it is not set: php-cors then allows none, and Laravel 11 and newer allow {}: write it"

#: Each setting and what it is called in a policy.
_OPTIONS = {
    "paths": "paths",
    "allowed_methods": "allow_methods",
    "allowed_origins": "allow_origins",
    "allowed_origins_patterns": "allow_origin_regex",
    "allowed_headers": "allow_headers",
    "exposed_headers": "expose_headers",
    "max_age": "max_age",
    "supports_credentials": "allow_credentials",
}
#: What newer releases of Laravel put in the place of a setting that is missing, where it allows more than nothing.
_LATER = {
    "paths": "api/* and sanctum/csrf-cookie",
    "allowed_methods": "every method",
    "allowed_origins": "every origin",
    "allowed_headers": "every header name",
}
#: The class of php-cors, the namespace of the package that it was made from, and that one's other class.
SERVICE = "CorsService"
_OLD = "Asm89\\Stack"
_OLD_CLASS = "Cors"
#: php-cors takes its settings in this spelling, too.
_CAMEL = {
    "allowedMethods": "allowed_methods",
    "allowedOrigins": "allowed_origins",
    "allowedOriginsPatterns": "allowed_origins_patterns",
    "allowedHeaders": "allowed_headers",
    "exposedHeaders": "exposed_headers",
    "maxAge": "max_age",
    "supportsCredentials": "supports_credentials",
}


def find_settings(source: Source) -> Node | None:
    """Return the array that a file returns, if it has one of the settings in it."""
    for node in list_parts(source.tree.root):
        for value in list_parts(node) if node.type == "return_statement" else []:
            try:
                entries = source.list_entries(value)
            except NotLiteralError:
                entries = []
            if any(_name(entry) in _OPTIONS and _name(entry) != "paths" for entry in entries):
                return value
    return None


class Service(NamedTuple):
    """The settings that a program gives to php-cors itself, and whether that is the package it was made from."""

    node: Node
    is_old: bool


def find_services(source: Source) -> list[Service]:
    """Return what a program gives to each service of php-cors that it makes."""
    found: list[Service] = []
    for node in source.tree.walk():
        if node.type == "object_creation_expression":
            given = list_arguments(node)
            called = text_of(list_parts(node)[0]).rpartition("\\")[2]
            is_old = _OLD in source.tree.text
            # Why: the older package also has a class that is given the app first.
            at = 0 if called == SERVICE else 1 if called == _OLD_CLASS and is_old else len(given)
            found += [Service(one, is_old) for one in given[at : at + 1]]
    return found


def _name(entry: Entry) -> str:
    return _CAMEL.get(entry.key or "", entry.key or "")


class Settings:
    """What the array says, where, and what is lost of it."""

    def __init__(self, source: Source, node: Node, service: Service | None = None) -> None:
        self.source = source
        self.service = service
        self.start = source.locate(node)
        self.losses: list[Loss] = []
        self.places: dict[str, Position] = {}
        self.nodes: dict[str, Node] = {}
        for entry in source.list_entries(node):
            self._add(entry)
        for name, later in _LATER.items():
            if name not in self.nodes and service is None:
                self.lose(name, _LARAVEL_11.format(later), "narrows", self.start)

    def lose(self, what: str, why: str, how_bad: HowBad, place: Position) -> None:
        self.losses.append(Loss(what, why, how_bad, place))

    def _add(self, entry: Entry) -> None:
        name, place = _name(entry), self.source.locate(entry.node)
        is_known = name in _OPTIONS and not (self.service and name == "paths")
        if not is_known or (self.service and self.service.is_old and entry.key not in _CAMEL):
            self.lose(entry.key or "a key", "php-cors has no such setting", "cosmetic", place)
            return
        if name in self.nodes:
            why = "it stands twice, and the last one counts"
            self.lose(name, why, "cosmetic", self.source.locate(self.nodes[name]))
        self.nodes[name] = entry.node
        self.places[_OPTIONS[name]] = place

    def list_items(self, name: str) -> list[Item]:
        """Return the texts of a list; what is not known of it is lost."""
        node = self.nodes.get(name)
        if node is None:
            return []
        try:
            if not self.source.is_array(node):
                return self._read_no_list(name, node)
            entries = self.source.list_entries(node)
        except NotLiteralError as error:
            self.lose(name, UNKNOWN, "narrows", self.source.locate(error.node))
            return []
        items = [self._read_item(name, entry) for entry in entries]
        return [item for item in items if item]

    def _read_no_list(self, name: str, node: Node) -> list[Item]:
        value = self.source.evaluate(node)
        # Why: the settings that Laravel has brought with it say "false" there.
        if value is not None and not (value is False and name == "exposed_headers"):
            why = "it is no array, which is refused when the program runs"
            self.lose(name, why, "narrows", self.source.locate(node))
        return []

    def _read_item(self, name: str, entry: Entry) -> Item | None:
        place = self.source.locate(entry.node)
        why = UNKNOWN
        try:
            if self.source.is_array(entry.node):
                why = "it is for one host, and a policy is for every host"
            else:
                value = self.source.evaluate(entry.node)
                if isinstance(value, str):
                    return Item(value, place)
                why = "it is no text"
        except NotLiteralError as error:
            place = self.source.locate(error.node)
        self.lose(f"an item of {name}", why, "narrows", place)
        return None

    def _read_scalar(self, name: str, default: Any) -> Any:  # noqa: ANN401 (a number, a flag or nothing)
        if name not in self.nodes:
            return default
        try:
            return self.source.evaluate(self.nodes[name])
        except NotLiteralError as error:
            how_bad: HowBad = "cosmetic" if name == "max_age" else "narrows"
            self.lose(name, UNKNOWN, how_bad, self.source.locate(error.node))
            return default

    def _read_age(self) -> int | None:
        value = self._read_scalar("max_age", 0)
        if value is None or isinstance(value, int):
            return None if value is None else int(value)
        digits = str(value).partition(".")[0]
        if digits.isascii() and digits.isdecimal() and len(digits) < 10:  # noqa: PLR2004 (more are too many anyway)
            return int(digits)
        self.lose("max_age", "it is no number", "cosmetic", self.places["max_age"])
        return 0

    def read_paths(self) -> list[str]:
        """Return the paths of the rule: whoever makes a service has it for every one."""
        if self.service:
            return [EVERYTHING]
        found, losses = read_paths([Written(*item) for item in self.list_items("paths")])
        self.losses += losses
        return found

    def _list_origins(self) -> list[Item]:
        """Return the origins; in the older package, a ``*`` in one is part of it, and no origin has one."""
        items = self.list_items("allowed_origins")
        if self.service is None or not self.service.is_old:
            return items
        for item in items:
            if ANY in item.text and item.text != ANY:
                self.lose(f"allowed_origins: {item.text}", "no origin has a * in it", "cosmetic", item.place)
        return [item for item in items if item.text == ANY or ANY not in item.text]

    def translate(self) -> dict[str, Any]:
        """Say with our options what the settings say."""
        options: dict[str, Any] = {
            "allow_credentials": bool(self._read_scalar("supports_credentials", default=False)),
            "max_age": self._read_age(),
            "expose_headers": [item.text for item in self.list_items("exposed_headers")],
        }
        options |= read_origins(self._list_origins(), self.list_items("allowed_origins_patterns"), self.losses)
        methods = [item.text.upper() for item in self.list_items("allowed_methods")]
        options["allow_methods"] = ANY if ANY in methods else read_methods(methods)
        names = [item.text for item in self.list_items("allowed_headers")]
        # Why: what was asked for is echoed, so that this holds with credentials, and for Authorization.
        options |= {"allow_headers": ANY} if ANY in names else read_listed_names(names)
        if ANY in methods:
            why = "php-cors echoes a method in upper case: a script must write PATCH, and may here write patch, too"
            self.lose("allowed_methods: *", why, "cosmetic", self.places["allow_methods"])
        return options
