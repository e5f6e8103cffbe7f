"""What Python source gives to a call by name, or puts into a dict: the literals, and what is lost of the others."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any, Literal

from crossorigin.dialects._python import NotLiteralError, Source, name_of, walk
from crossorigin.dialects._translation import Loss
from crossorigin.policy import ANY

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    from crossorigin.dialects._translation import HowBad, Position

#: What a value is to be. A list keeps its texts, and of "patterns" also compiled expressions.
Kind = Literal["list", "patterns", "flag", "number", "text"]

UNKNOWN = "it is known only when the program runs: write it as a literal"
_NOTHING: dict[str, Any] = {"list": [], "patterns": [], "flag": False, "number": None, "text": None}
_TYPES: dict[str, Any] = {"flag": bool, "number": int, "text": str}


class Arguments:
    """The values that were found, by name, and where each stands.

    :param denying: which of them take something away, so that access is wider where they are not known.
    """

    def __init__(self, source: Source, called: str, kinds: Mapping[str, Kind], denying: Container[str] = ()) -> None:
        self.source = source
        self.values: dict[str, Any] = {}
        self.places: dict[str, Position] = {}
        self.losses: list[Loss] = []
        self._called = called
        self._kinds = kinds
        self._denying = denying

    def put_all(self, entries: Iterable[tuple[str | None, ast.expr]], *, may_repeat: bool = True) -> None:
        """Take all that a dict, or a call, sets; what comes later counts.

        Where something is spread into it, what was not set before is taken for nothing: nothing is known of it.

        :param may_repeat: whether what is spread can set again what was set before, as in a dict.
        """
        for name, node in entries:
            if name is not None:
                self.put(name, node)
                continue
            self.lose("**...", UNKNOWN, "narrows", node)
            if self._denying or (may_repeat and self.places):
                self.lose("**...", UNKNOWN, "widens", node)
            for one, kind in self._kinds.items():
                self.values.setdefault(one, _NOTHING[kind])

    def put(self, name: str, node: ast.expr) -> None:
        """Take one value."""
        kind = self._kinds.get(name)
        if kind is None:
            self.lose(f"{name}=...", f"{self._called} has no such option", "cosmetic", node)
            return
        self.places[name] = self.source.locate(node)
        self.values[name] = self._read(name, kind, node)

    def lose(self, what: str, why: str, how_bad: HowBad, node: ast.AST) -> None:
        """Note a loss at a node."""
        self.losses.append(Loss(what, why, how_bad, self.source.locate(node)))

    def _read(self, name: str, kind: Kind, node: ast.expr) -> Any:  # noqa: ANN401 (a value of any kind)
        harmless: HowBad = "cosmetic" if kind == "number" else "widens" if name in self._denying else "narrows"
        try:
            value, missing = self.source.evaluate_items(node)
        except NotLiteralError as error:
            self.losses.append(Loss(name, UNKNOWN, harmless, error.position))
            return _NOTHING[kind]
        self.losses += [Loss(f"an item of {name}", UNKNOWN, harmless, position) for position in missing]
        if kind in {"list", "patterns"}:
            return self._read_list(name, value, node, str | re.Pattern if kind == "patterns" else str)
        if value is None or (isinstance(value, _TYPES[kind]) and (kind == "flag" or not isinstance(value, bool))):
            return value
        self.lose(f"{name}={value!r}", f"{self._called} takes a {kind} there", harmless, node)
        return bool(value) if kind == "flag" else _NOTHING[kind]

    def _read_list(self, name: str, value: Any, node: ast.expr, types: Any) -> list[Any]:  # noqa: ANN401 (whatever was written)
        items = value if isinstance(value, list) else [] if value is None else [value]
        kept = [item for item in items if isinstance(item, types)]
        if len(kept) < len(items):
            self.lose(f"an item of {name}", "it is no text", "narrows", node)
        if isinstance(value, str) and value != ANY:
            self.lose(
                f"{name}={value!r}", f"{self._called} takes a list there: it is read as its one item", "widens", node
            )
        return kept


def list_keywords(call: ast.Call) -> list[tuple[str | None, ast.expr]]:
    """Return the named arguments of a call; the name of what is spread into it is None."""
    return [(keyword.arg, keyword.value) for keyword in call.keywords]


def list_entries(source: Source, node: ast.expr) -> list[tuple[str | None, ast.expr]]:
    """Return what a dict sets, written with braces or as ``dict(...)``; all else is as if spread into it."""
    node = source.follow(node)
    if isinstance(node, ast.Call) and name_of(node.func) == "dict" and not node.args:
        return list_keywords(node)
    if not isinstance(node, ast.Dict):
        return [(None, node)]
    found: list[tuple[str | None, ast.expr]] = []
    for key, value in zip(node.keys, node.values, strict=True):
        name = key.value if isinstance(key, ast.Constant) else None
        found.append((name if isinstance(name, str) else None, value))
    return found


def find_calls(source: Source, *names: str) -> Iterator[ast.Call]:
    """Yield each call of a function or class of one of these names, whatever module it is taken from."""
    for node in walk(source.tree):
        if isinstance(node, ast.Call) and name_of(node.func).rpartition(".")[2] in names:
            yield node


def find_middleware(source: Source, called: str) -> Iterator[tuple[ast.Call, list[ast.expr]]]:
    """Yield each call that makes a middleware of a class, and its positional arguments behind the app or the class."""
    for node in find_calls(source, called, "add_middleware", "Middleware"):
        is_own = name_of(node.func).rpartition(".")[2] == called
        if is_own or (node.args and name_of(node.args[0]).rpartition(".")[2] == called):
            yield node, node.args[1:]


def imports(source: Source, package: str) -> bool:
    """Tell whether a module imports something from a package."""
    names = [node.module or "" for node in walk(source.tree) if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in walk(source.tree) if isinstance(node, ast.Import) for alias in node.names]
    return any(name == package or name.startswith(f"{package}.") for name in names)
