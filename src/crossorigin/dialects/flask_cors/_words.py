"""The options of flask-cors: what each value means in a policy."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from crossorigin.dialects._lists import read_listed_names
from crossorigin.dialects._origins import read_anchored
from crossorigin.dialects._paths import is_path, regex_to_path
from crossorigin.dialects._python import NotLiteralError
from crossorigin.dialects._translation import Loss, Position
from crossorigin.policy import ANY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.dialects._python import Source
    from crossorigin.dialects._translation import HowBad

#: A text that holds one of these is read as a regular expression.
MARKS = frozenset(r"*\]?$^[]()")

_ANY = (ANY, ".*")
_UNKNOWN = "it is known only when the program runs: write it as a literal"
_LISTS = ("origins", "methods", "allow_headers", "expose_headers")
_HABITS = ("send_wildcard", "automatic_options", "intercept_exceptions", "always_send", "vary_header")
_CALLED = {
    "origins": "allow_origins",
    "methods": "allow_methods",
    "supports_credentials": "allow_credentials",
}

#: The options that decide what is allowed, and their defaults.
DEFAULTS: dict[str, Any] = {
    "origins": [ANY],
    "methods": ["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"],
    "allow_headers": [ANY],
    "expose_headers": [],
    "supports_credentials": False,
    "max_age": None,
    "allow_private_network": False,
}


class Resource(NamedTuple):
    """A path of a rule, where it stands, and the options of its own."""

    path: str
    position: Position
    own: Words


class Words:
    """What some options say, where, and what is lost of it."""

    def __init__(self, source: Source, losses: list[Loss]) -> None:
        self.source = source
        self.losses = losses
        self.options: dict[str, Any] = {}
        self.places: dict[str, Position] = {}
        self.resources: ast.expr | None = None

    def lose(self, what: str, why: str, how_bad: HowBad, place: Position) -> None:
        """Note a loss."""
        self.losses.append(Loss(what, why, how_bad, place))

    def read(self, name: str, node: ast.expr) -> None:
        """Read one option, in the place of what it said before."""
        place = self.source.locate(node)
        if name == "resources":
            self.resources = node
            return
        if name not in DEFAULTS:
            why = "it changes what the answers look like" if name in _HABITS else "flask-cors has no such option"
            self.lose(name, why, "cosmetic", place)
            return
        self.places[_CALLED.get(name, name)] = place
        self.options[name] = self._read_value(name, node, place)

    def _read_value(self, name: str, node: ast.expr, place: Position) -> Any:  # noqa: ANN401 (any option's value)
        try:
            value, missing = self.source.evaluate_items(node)
        except NotLiteralError as error:
            self.lose(name, _UNKNOWN, "cosmetic" if name == "max_age" else "narrows", error.position)
            return [] if name in _LISTS else DEFAULTS[name]
        for position in missing:
            self.lose(f"an item of {name}", _UNKNOWN, "narrows", position)
        if name in _LISTS:
            items = value if isinstance(value, list) else [] if value is None else [value]
            texts = [item for item in items if isinstance(item, str | re.Pattern)]
            if len(texts) < len(items):
                self.lose(f"an item of {name}", "it is neither a text nor an expression", "narrows", place)
            return texts
        return self._read_age(value, place) if name == "max_age" else bool(value)

    def _read_age(self, value: object, place: Position) -> int | None:
        text = value.strip() if isinstance(value, str) else ""
        if text.removeprefix("-").isdecimal() and text.isascii() and len(text) <= len("-86400000"):
            return int(text)
        if isinstance(value, int) and not isinstance(value, bool):
            # Why: flask-cors leaves a header out whose value is 0.
            return value or None
        if value is not None:
            self.lose(f"max_age={value!r}", "it is no number of seconds", "cosmetic", place)
        return None

    def translate(self, options: dict[str, Any], places: dict[str, Position], start: Position) -> dict[str, Any]:
        """Say with our options what all of them say."""
        made: dict[str, Any] = {
            "allow_methods": self._read_methods(options["methods"], places.get("allow_methods", start)),
            "allow_credentials": options["supports_credentials"],
            "expose_headers": _read_words(options["expose_headers"]),
            "max_age": options["max_age"],
            "allow_private_network": options["allow_private_network"],
        }
        made |= self._read_origins(options["origins"], places.get("allow_origins", start))
        made |= self._read_names(options["allow_headers"], places.get("allow_headers", start))
        return made

    def _read_methods(self, items: list[Any], place: Position) -> list[str]:
        words = [word.upper() for word in _read_words(items)]
        if ANY in words:
            self.lose("methods: *", "flask-cors compares it as a name, so that no method is it", "cosmetic", place)
        if ANY in words and len(words) > 1:
            why = "flask-cors compares the others without case, and a browser then takes the * for patch, too"
            self.lose("methods: *", why, "narrows", place)
        return [word for word in words if word != ANY]

    def _read_origins(self, items: list[Any], place: Position) -> dict[str, Any]:
        if any(item in _ANY for item in items if isinstance(item, str)):
            return {"allow_origins": ANY}
        origins: list[str] = []
        regexes: list[re.Pattern[str]] = []
        is_any = False
        for item in items:
            regex = self._read_regex(item, place)
            if regex is None:
                # Why: flask-cors compares without case, and browsers send lower case.
                origins.append(item.lower())
                continue
            found = read_anchored(regex)
            if found.is_loose:
                why = "flask-cors matches the beginning of an origin only; it is read as the whole of one"
                self.lose(f"origins: {regex.pattern}", why, "narrows", place)
            is_any = is_any or found.is_any
            origins += found.origins
            regexes += found.regexes
        options: dict[str, Any] = {"allow_origins": ANY if is_any else origins, "allow_origin_regex": regexes}
        return {**options, "dangerously_allow_any_origin_with_credentials": True} if is_any else options

    def _read_names(self, items: list[Any], place: Position) -> dict[str, Any]:
        if any(item in _ANY for item in items if isinstance(item, str)):
            return {"allow_headers": ANY}
        names = [item for item in items if isinstance(item, str) and MARKS.isdisjoint(item)]
        if len(names) < len(items):
            self.lose("allow_headers", "a policy has no expressions for header names", "narrows", place)
        return read_listed_names(names)

    def _read_regex(self, item: str | re.Pattern[str], place: Position) -> re.Pattern[str] | None:
        """Return the expression that an item is read as, if it is."""
        if isinstance(item, re.Pattern) or MARKS.isdisjoint(item):
            return item if isinstance(item, re.Pattern) else None
        return self.source.compile(item, re.IGNORECASE, place)

    def list_resources(self, start: Position) -> Iterator[Resource]:
        """Yield the paths with their own options.

        :raises DialectError: they cannot be read, so that nobody knows which paths are served.
        """
        if self.resources is None:
            yield Resource("/*", start, Words(self.source, []))
            return
        pairs = list(self._list_pairs(self.source.follow(self.resources)))
        for key, node in pairs:
            own = Words(self.source, [])
            position = self.source.locate(key)
            path = self._read_path(key, position, is_only=len(pairs) == 1)
            if path is not None:
                if node is not None:
                    own.read_all(node)
                yield Resource(path, position, own)

    def _list_pairs(self, node: ast.expr) -> Iterator[tuple[ast.expr, ast.expr | None]]:
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                yield key or value, value
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            yield from ((item, None) for item in node.elts)
        else:
            yield node, None

    def read_all(self, node: ast.expr) -> None:
        """Read the options of one resource.

        :raises DialectError: they are no mapping of names.
        """
        node = self.source.follow(node)
        if isinstance(node, ast.Call) and not node.args and all(keyword.arg for keyword in node.keywords):
            for keyword in node.keywords:
                self.read(keyword.arg or "", keyword.value)
            return
        keys = node.keys if isinstance(node, ast.Dict) else [None]
        if not isinstance(node, ast.Dict) or not all(isinstance(key, ast.Constant) for key in keys):
            fix = 'Write {"origins": [...]}'
            raise self.source.fail(node, "these options of a resource are no literal", fix=fix)
        for key, value in zip(keys, node.values, strict=True):
            self.read(str(key.value) if isinstance(key, ast.Constant) else "", value)

    def _read_path(self, node: ast.expr, position: Position, *, is_only: bool) -> str | None:
        try:
            value = self.source.evaluate(node)
        except NotLiteralError:
            value = None
        if not isinstance(value, str | re.Pattern):
            raise self.source.fail(node, "this resource is no literal", fix='Write a path, such as r"/api/*"')
        text = value.pattern if isinstance(value, re.Pattern) else value
        if isinstance(value, str) and MARKS.isdisjoint(text) and is_path(text):
            return text
        read = regex_to_path(text, position)
        if read is None:
            why = "a policy has paths and prefixes, and no other expressions"
            self.lose(f"the resource {text}", why, "narrows", position)
            if not is_only:
                self.lose(f"the resource {text}", f"{why}; another resource may serve its paths", "widens", position)
            return None
        if read.loss:
            self.losses.append(read.loss)
            if not is_only and read.loss.how_bad == "narrows":
                why = "what it also matches may be served by another resource"
                self.lose(f"the resource {text}", why, "widens", position)
        return read.path


def _read_words(items: list[Any]) -> list[str]:
    texts = [item for item in items if isinstance(item, str)]
    return [word.strip() for text in texts for word in text.split(",") if word.strip()]
