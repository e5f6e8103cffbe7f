"""JSON as a tree of values that know where they stand; the standard library's parser reads it."""

from __future__ import annotations

import json
import json.decoder
from json.scanner import py_make_scanner  # type: ignore[attr-defined]  # the one that asks back for each value
from typing import Any, cast

from crossorigin.dialects._documents import Document, Node, refuse_second
from crossorigin.dialects._places import START

#: Longer numbers are none that anybody means; they are kept as fractions, which no field takes.
_LONGEST_NUMBER = 18

_CONSTANT: Any = object()


def parse_json(dialect: str, text: str) -> tuple[Document, Node]:
    """Parse a text that is one JSON value.

    :raises DialectError: it is not JSON, or names a field twice; says where.
    """
    document = Document(dialect, text.removeprefix("\ufeff"))
    try:
        return document, cast("Node", _Decoder(document).decode(document.text))
    except json.JSONDecodeError as error:
        what = f"this is not JSON: {error.msg}"
        raise document.fail(document.locate(error.pos), what, fix="Mend the line") from None
    except RecursionError:
        raise document.fail(START, "this is nested too deeply to be read", fix="Give it the rules alone") from None


class _Decoder(json.JSONDecoder):
    """Decode each value into a node."""

    def __init__(self, document: Document) -> None:
        super().__init__(
            object_pairs_hook=self._make_fields,
            parse_int=lambda written: int(written) if len(written) <= _LONGEST_NUMBER else float(written),
            parse_constant=lambda _: _CONSTANT,
        )
        self._document = document
        parse_object, parse_array = json.decoder.JSONObject, json.decoder.JSONArray  # type: ignore[attr-defined]
        self.parse_object = lambda state, strict, _, *rest: parse_object(state, strict, self._scan_node, *rest)
        self.parse_array = lambda state, _: parse_array(state, self._scan_node)
        self._scan = py_make_scanner(self)
        self.scan_once = self._scan_node

    def _scan_node(self, text: str, index: int) -> tuple[Node, int]:
        value, end = self._scan(text, index)
        position = self._document.locate(index)
        if value is _CONSTANT:
            raise self._document.fail(position, "this is not JSON: there is no such number", fix="Write a number")
        return Node(value, position), end

    def _make_fields(self, pairs: list[tuple[str, Node]]) -> dict[str, Node]:
        fields: dict[str, Node] = {}
        for name, node in pairs:
            refuse_second(self._document, fields, name, node.position)
            fields[name] = node
        return fields
