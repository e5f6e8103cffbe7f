r"""Paths of rules as rack-cors has them: texts with stars, and expressions such as ``%r{\A/api(?:/|\z)}``.

rack-cors takes the escapes, the dot segments, the empty segments and the last slash out of a path before it compares.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from crossorigin.dialects._paths import is_path, regex_to_path
from crossorigin.dialects._ruby import Regex
from crossorigin.ruleset import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crossorigin.dialects._translation import Position
    from crossorigin.dialects.rack_cors._notes import Notes

_BELOW = r"(?:/|\z)"
_END = r"\z"
_MARKS = re.compile(r"[\\.^$*+?{}\[\]|()#]")

#: A path as ``write_path`` writes it, and a whole expression of them.
_ITEM = re.compile(r"((?:[^\\.^$*+?{}\[\]|()#]|\\[^A-Za-z0-9]|\\x[0-9A-F]{2})*)(\(\?:/\|\\z\)|\\z)")
_WHOLE = re.compile(rf"\\A(?:\(\?!(?P<but>(?:{_ITEM.pattern}\|)*{_ITEM.pattern})\))?(?P<path>{_ITEM.pattern})?")
_BYTES = re.compile(r"(?:\\x[0-9A-F]{2})+")

#: What rack-cors does not take for itself in a text.
_UNPLAIN = re.compile(r"[\\^$?{}\[\]|\n]")
_NAMED = re.compile(r":[A-Za-z0-9_]")
#: The segments before the first parameter of a text.
_BEFORE_NAMED = re.compile(r"((?:/[^*:/]+)*)/[^*:/]*:[A-Za-z0-9_]")
_NONE = "a policy has paths and prefixes, and no other expressions"


class ReadPaths(NamedTuple):
    """The paths that a resource serves, those below them that it does not, whether it also serves longer names.

    ``is_wide`` tells whether it serves only some of its paths.
    """

    paths: tuple[str, ...]
    but: tuple[str, ...] = ()
    is_loose: bool = False
    is_wide: bool = False


def covers(path: str, other: str) -> bool:
    """Tell whether a path of a rule stands for all that another stands for.

    >>> covers("/a/*", "/a/b/*"), covers("/a", "/a"), covers("/a", "/a/*")
    (True, True, False)
    """
    if not path.endswith("/*"):
        return path == other
    prefix = path.removesuffix("/*")
    bare = other.removesuffix("/*") if other.endswith("/*") else other
    return bare == prefix or bare.startswith(f"{prefix}/")


def pair(path: str) -> tuple[str, ...]:
    """Return a whole path with its twin that ends in a slash: rack-cors cannot tell them apart.

    >>> pair("/a"), pair("/"), pair("/a/*")
    (('/a', '/a/'), ('/',), ('/a/*',))
    """
    return (path,) if path == "/" or path.endswith("/*") else (path, f"{path}/")


def write_path(path: str, but: Sequence[str] = ()) -> str:
    r"""Write a path, without those below it that others serve.

    >>> print(write_path("/*"), write_path("/api/*", ["/api/a.b"]))
    '*' %r{\A(?!/api/a\.b\z)/api(?:/|\z)}
    """
    if path == EVERYTHING and not but:
        return "'*'"
    out = f"(?!{'|'.join(map(_write_item, but))})" if but else ""
    text = f"\\A{out}{'' if path == EVERYTHING else _write_item(path)}"
    # Why: servers give a path as bytes.
    return f"%r{{{text}}}{'' if path.isascii() and all(map(str.isascii, but)) else 'n'}"


def _write_item(path: str) -> str:
    is_prefix = path.endswith("/*")
    text = _MARKS.sub(r"\\\g<0>", path.removesuffix("/*") if is_prefix else path)
    text = "".join(
        mark if mark.isascii() and mark.isprintable() else "".join(f"\\x{byte:02X}" for byte in mark.encode())
        for mark in text
    )
    return text + (_BELOW if is_prefix else _END)


def _read_item(literal: str, end: str) -> str:
    def decode(run: re.Match[str]) -> str:
        return bytes.fromhex(run[0].replace("\\x", "")).decode(errors="replace")

    bare = re.sub(r"\\([^A-Za-z0-9])", r"\1", _BYTES.sub(decode, literal))
    return bare + ("/*" if end == _BELOW else "")


def read_paths(path: Regex | str, position: Position, notes: Notes) -> ReadPaths | None:
    """Read the path of a resource; None where it is none that a policy has, or none that a request has."""
    return _read_regex(path, position, notes) if isinstance(path, Regex) else _read_text(path, position, notes)


def _read_regex(regex: Regex, position: Position, notes: Notes) -> ReadPaths | None:
    source = regex.source.replace("\\/", "/")
    own = _WHOLE.fullmatch(source) if regex.flags in {"", "n"} else None
    if own:
        but = [_read_item(*item.groups()) for item in _ITEM.finditer(own["but"] or "")]
        path = [_read_item(*item.groups()) for item in _ITEM.finditer(own["path"] or "")] or [EVERYTHING]
        if all(map(is_path, [*path, *but])):
            return ReadPaths(pair(path[0]), tuple(one for path in but for one in pair(path)))
    begun = re.sub(r"\A(?:\^|\\A)", "^", source)
    begun = re.sub(r"(?<!\\)(?:\\[zZ]|\$)\Z", "$", begun)
    usual = regex_to_path(begun, position) if begun[:1] == "^" or source in {"", ".*"} else None
    if usual is None or regex.flags:
        notes.lose_resource(f"the resource /{regex.source}/", _NONE, position)
        return None
    notes.losses += [usual.loss] if usual.loss else []
    return ReadPaths(pair(usual.path))


def _read_text(text: str, position: Position, notes: Notes) -> ReadPaths | None:
    before = _BEFORE_NAMED.match(text)
    if before and not _UNPLAIN.search(text) and is_path(path := f"{before[1]}/*"):
        why = f"a policy has no parameters in paths, and its rule is for {path}, which is more"
        notes.lose(f"the resource {text}", why, "widens", position)
        return ReadPaths((path,), is_wide=True)
    literal = re.match(r"(?:[^*/]|/(?!\*))*", text)
    bare = literal[0] if literal else ""
    stars = text[len(bare) :]
    if _UNPLAIN.search(text) or _NAMED.search(text) or stars.strip("/*") or stars[-1:] == "/":
        notes.lose_resource(f"the resource {text}", _NONE, position)
        return None
    if not bare and stars:
        return ReadPaths((EVERYTHING,))
    if not is_path(bare) or (bare != "/" and bare[-1:] == "/" and not stars):
        why = "rack-cors takes the last slash off a path" if bare[-1:] == "/" else "no path of a request is that"
        notes.lose(f"the resource {text}", f"{why}, so that nothing is served by it", "cosmetic", position)
        return None
    if not stars:
        return ReadPaths(pair(bare))
    why = f"it also matches longer names, such as {bare}s, and the rule does not"
    notes.lose(f"the resource {text}", why, "narrows", position)
    return ReadPaths((f"{bare}/*",), is_loose=True)
