"""YAML as trees of values that know where they stand: its events are read one by one, and no object is made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crossorigin.dialects._documents import DEEPEST, Document, Node, refuse_second
from crossorigin.dialects._places import START
from crossorigin.errors import DialectError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.dialects._translation import Position

#: More characters are not read: the parser takes a second for so many.
_LONGEST = 300_000

_NUMBER = re.compile(r"[-+]?[0-9]{1,18}")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_FLAGS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


def parse_yaml(dialect: str, text: str) -> tuple[Document, list[Node]]:
    """Parse a text of one or several YAML documents.

    :raises DialectError: it is not YAML, has an alias, names a field twice, or is nested too deeply; says where.
    """
    document = Document(dialect, text.removeprefix("\ufeff"))
    if len(text) > _LONGEST:
        what = f"the text has {len(text)} characters, and at most {_LONGEST} of YAML are read"
        raise document.fail(START, what, fix="Part it")
    try:
        import yaml  # noqa: PLC0415 (an extra)
    except ImportError:
        fix = "Install it: pip install 'crossorigin[convert]'"
        raise document.fail(START, "reading YAML takes PyYAML, which is not installed", fix=fix) from None
    try:
        return document, _Builder(document).build(yaml.parse(document.text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        position = document.locate(mark.index) if mark else START
        what = f"this is not YAML: {error.problem or error.context}"
    except yaml.reader.ReaderError as error:
        position, what = document.locate(error.position), f"this is not YAML: {error.reason}"
    except (ValueError, OverflowError) as error:
        # Why: an escape can name a character that there is not.
        if isinstance(error, DialectError):
            raise
        position, what = START, f"this is not YAML: {error}"
    raise document.fail(position, what, fix="Mend the line")


class _Open:
    """A mapping or a list that has begun."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.key: str | None = None


class _Builder:
    """Builds the trees without recursion."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._open: list[_Open] = []
        self._roots: list[Node] = []

    def build(self, events: Iterator[Any]) -> list[Node]:
        """Return one tree for each document that is not empty."""
        for event in events:
            kind = type(event).__name__
            position = self._document.locate(event.start_mark.index)
            if kind == "AliasEvent":
                raise self._document.fail(position, "an alias is not followed", fix="Write out what it stands for")
            if kind == "ScalarEvent":
                self._put_scalar(event, position)
            elif kind in {"MappingStartEvent", "SequenceStartEvent"}:
                self._begin(Node({} if kind == "MappingStartEvent" else [], position, tag=event.tag or ""))
            elif kind in {"MappingEndEvent", "SequenceEndEvent"}:
                self._open.pop()
        return [root for root in self._roots if root.value is not None]

    def _begin(self, node: Node) -> None:
        self._put(node)
        if len(self._open) == DEEPEST:
            raise self._document.fail(node.position, "this is nested too deeply to be read", fix="Write it flat")
        self._open.append(_Open(node))

    def _put_scalar(self, event: Any, position: Position) -> None:  # noqa: ANN401 (an event of the parser)
        written = event.value
        top = self._open[-1] if self._open else None
        if top and isinstance(top.node.value, dict) and top.key is None:
            refuse_second(self._document, top.node.value, written, position)
            top.key = written
            return
        self._put(Node(_resolve(written) if event.implicit[0] else written, position, written, event.tag or ""))

    def _put(self, node: Node) -> None:
        top = self._open[-1] if self._open else None
        if top is None:
            self._roots.append(node)
        elif isinstance(top.node.value, list):
            top.node.value.append(node)
        elif top.key is None:
            raise self._document.fail(node.position, "this key is no text", fix="Write a text")
        else:
            top.node.fields[top.key] = node
            top.key = None


def _resolve(written: str) -> str | int | bool | None:
    """Return what an unquoted scalar stands for.

    >>> _resolve("true"), _resolve("600"), _resolve("~"), _resolve("GET")
    (True, 600, None, 'GET')
    """
    if written in _NULLS:
        return None
    if _NUMBER.fullmatch(written):
        return int(written)
    return _FLAGS.get(written, written)
