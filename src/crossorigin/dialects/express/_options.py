"""The options of the cors package: what its answers carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossorigin.dialects._translation import Loss
from crossorigin.dialects.express._allowlists import Allowlist, read_allowlist
from crossorigin.dialects.express._source import FUNCTIONS, Expression, Function, NotLiteralError, Source
from crossorigin.dialects.express._words import UNKNOWN, Headers, read_age, split_list
from crossorigin.policy import ANY

if TYPE_CHECKING:
    from tree_sitter import Node

    from crossorigin.dialects._translation import HowBad, Position

#: Its options and their defaults, and ours that say the same.
DEFAULTS: dict[str, Any] = {
    "origin": ANY,
    "methods": "GET,HEAD,PUT,PATCH,POST,DELETE",
    "allowedHeaders": None,
    "headers": None,
    "exposedHeaders": None,
    "credentials": None,
    "maxAge": None,
    "preflightContinue": False,
    "optionsSuccessStatus": 204,
}
_OURS = {
    "origin": "allow_origins",
    "methods": "allow_methods",
    "allowedHeaders": "allow_headers",
    "headers": "allow_headers",
    "exposedHeaders": "expose_headers",
    "credentials": "allow_credentials",
    "maxAge": "max_age",
    "optionsSuccessStatus": "preflight_status",
}
_LISTS = ("methods", "allowedHeaders", "headers", "exposedHeaders")
_NOTHING: dict[str, Any] = {"origin": [], "methods": "", "allowedHeaders": []}
_CALLED = "the cors package"


class Options:
    """Reads one object of options."""

    def __init__(self, source: Source, losses: list[Loss]) -> None:
        self._source = source
        self._losses = losses
        self._values: dict[str, Any] = dict(DEFAULTS)
        self._places: dict[str, Position] = {}

    def _lose(self, what: str, why: str, how_bad: HowBad, place: Position) -> None:
        self._losses.append(Loss(what, why, how_bad, place))

    def read(self, node: Node | None) -> Headers:
        """Return what the answers carry, as far as the options are literals; without options, the defaults."""
        if node is not None:
            found = self._source.follow(node)
            if found.type == "object":
                self._read_all(found)
            elif (allowed := self._read_delegate(found)) and allowed.options:
                self._read_all(allowed.options)
                self._values["origin"] = self._take(allowed)
            elif found.type not in {"null", "undefined"}:
                self._lose("the options", UNKNOWN, "narrows", self._source.locate(node))
                self._values |= _NOTHING
        return self._make()

    def _read_all(self, node: Node) -> None:
        for key, value in self._source.list_pairs(node):
            self._read_option(key, value)

    def _read_delegate(self, node: Node) -> Allowlist | None:
        """Return what a function of a request allows, which gives the options for it."""
        return read_allowlist(self._source, node, gives_options=True) if node.type in FUNCTIONS else None

    def _take(self, allowed: Allowlist) -> Allowlist:
        for position in allowed.missing:
            self._lose("an item of origin", UNKNOWN, "narrows", position)
        return allowed

    def _read_option(self, key: str | None, node: Node) -> None:
        place = self._source.locate(node)
        if key is None:
            self._lose("some options", UNKNOWN, "narrows", place)
            # Why: what is not known may take the default's place, which allows much.
            self._values |= {name: value for name, value in _NOTHING.items() if _OURS[name] not in self._places}
        elif key not in DEFAULTS:
            self._lose(f"{key}: ...", f"{_CALLED} has no such option", "cosmetic", place)
        else:
            self._places[_OURS.get(key, key)] = place
            self._values[key] = self._read_value(key, node, place)

    def _read_value(self, key: str, node: Node, place: Position) -> Any:  # noqa: ANN401 (any option's value)
        try:
            value, missing = self._source.evaluate_items(node)
        except NotLiteralError as error:
            how_bad: HowBad = (
                "cosmetic" if key in {"maxAge", "optionsSuccessStatus", "preflightContinue"} else "narrows"
            )
            self._lose(key, UNKNOWN, how_bad, error.position)
            return [] if key == "origin" or key in _LISTS else DEFAULTS[key]
        for position in missing:
            self._lose(f"an item of {key}", UNKNOWN, "narrows", position)
        allowed = read_allowlist(self._source, value.node) if key == "origin" and isinstance(value, Function) else None
        if allowed is not None:
            return self._take(allowed)
        if isinstance(value, Function):
            self._lose(key, "what a function allows is known only when the program runs", "narrows", place)
            return [] if key == "origin" or key in _LISTS else DEFAULTS[key]
        return value

    def _make(self) -> Headers:
        values = self._values
        named = "allowedHeaders" if _is_true(values["allowedHeaders"]) else "headers"
        if values["preflightContinue"]:
            why = (
                "the app answers preflights itself, and may refuse them: Express answers those for its routes with 200"
            )
            place = self._places["preflightContinue"]
            self._lose("preflightContinue: true", why, "cosmetic", place)
        return Headers(
            self._read_origins(values["origin"]),
            self._read_list("methods"),
            self._read_list(named) if _is_true(values[named]) else None,
            self._read_list("exposedHeaders"),
            self._read_credentials(),
            self._read_max_age(),
            self._read_status(),
            *self._read_errors(values["origin"]),
            self._places,
        )

    def _read_origins(self, value: Any) -> Any:  # noqa: ANN401 (as Headers has it)
        """Return who is told that it may read: lists in lists count, and what is true means all."""
        if isinstance(value, Allowlist):
            return value.origins
        if not _is_true(value):
            return ()
        if isinstance(value, str):
            return ANY if value == ANY else (value,)
        found: list[Any] = []
        items = [value]
        while items:
            item = items.pop()
            if isinstance(item, list):
                items += reversed(item)
            elif isinstance(item, str | Expression):
                found.append(item)
            elif item:
                return True
        return tuple(found)

    def _read_errors(self, value: object) -> tuple[bool, bool]:
        """Return who gets an error in the place of the app's answer: other origins, and whoever sends none."""
        return (value.refuses, value.requires) if isinstance(value, Allowlist) else (False, False)

    def _read_list(self, key: str) -> tuple[str, ...]:
        value = self._values[key]
        if isinstance(value, list):
            value = ",".join(one if isinstance(one, str) else "" for one in value)
        if isinstance(value, str) or (not value and key != "methods"):
            return split_list(value or "")
        self._lose(key, f"it is neither a text nor a list, and {_CALLED} fails", "widens", self._place(key))
        return ()

    def _place(self, key: str) -> Position:
        return self._places[_OURS[key]]

    def _read_credentials(self) -> bool:
        value = self._values["credentials"]
        if value and value is not True:
            self._lose("credentials", f"only true counts for {_CALLED}", "cosmetic", self._place("credentials"))
        return value is True

    def _read_max_age(self) -> int | None:
        value = self._values["maxAge"]
        if value is None or value is False or value == "":
            return None
        return read_age(value, "maxAge", self._place("maxAge"), self._losses)

    def _read_status(self) -> int:
        value = self._values["optionsSuccessStatus"]
        return value if isinstance(value, int) else 0


def _is_true(value: object) -> bool:
    """Tell whether JavaScript takes a value for true: every list is."""
    return bool(value) or isinstance(value, list)
