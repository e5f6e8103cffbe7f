"""The ``allow`` blocks of rack-cors: which origins each names, and its resources."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crossorigin.dialects import _policies as policies
from crossorigin.dialects._flavours import read_flavour
from crossorigin.dialects._ruby import Regex, method_of, statements_of
from crossorigin.dialects.rack_cors._notes import UNKNOWN, Notes
from crossorigin.dialects.rack_cors._resources import Resource, read_resource
from crossorigin.origins.origin import NULL, read_origin
from crossorigin.policy import ANY

if TYPE_CHECKING:
    from tree_sitter import Node

    from crossorigin.dialects._ruby import Ruby
    from crossorigin.dialects._translation import Position

#: What stands before a host that is written without a scheme.
ANY_SCHEME = r"[a-z][a-z0-9.+-]*://"
_SCHEME = re.compile(r"[a-z][a-z0-9.+-]*://")
#: An expression that is a text.
_LITERAL = re.compile(r"(?:[a-z0-9:/_-]|\\[.\[\]+-])+")
_LOOSE = "whether it counts is known only when the program runs: write it at the top of its block"


class Block:
    """One ``allow`` block."""

    def __init__(self, position: Position) -> None:
        self.position = position
        self.place = position
        self.origins: list[str] = []
        self.regexes: list[str] = []
        #: Every origin, whose answers are ``*``, and which no resource below it may give credentials.
        self.is_public = False
        #: Every origin, by an expression.
        self.is_any = False
        #: There are origins that are known only when the program runs.
        self.has_unknown = False
        self.resources: list[Resource] = []

    @property
    def is_empty(self) -> bool:
        """Tell whether it allows no origin, for certain."""
        has_any = self.is_public or self.is_any or self.has_unknown
        return not (has_any or self.origins or self.regexes)


class _Reader:
    """Reads the statements of the blocks."""

    def __init__(self, ruby: Ruby, notes: Notes) -> None:
        self.ruby = ruby
        self.notes = notes
        self.lose = notes.lose

    def read_statement(self, block: Block, node: Node) -> None:
        method = method_of(node)
        if method == "origins":
            self._read_origins(block, node)
        elif method == "resource":
            resource = read_resource(self.ruby, node, self.notes, is_public=block.is_public)
            if resource is not None:
                block.resources.append(resource)
        else:
            self.read_other(block, node)

    def read_other(self, block: Block, node: Node) -> None:
        """Note what stands under a condition or in a loop."""
        for found in self.ruby.tree.walk(node):
            word = method_of(found)
            if word == "resource":
                self.notes.lose_resource(word, _LOOSE, self.ruby.locate(found))
            elif word in {"allow", "origins"}:
                self.lose(word, _LOOSE, "narrows", self.ruby.locate(found))
                block.has_unknown = block.has_unknown or word == "origins"

    def _read_origins(self, block: Block, node: Node) -> None:
        block.place = self.ruby.locate(node)
        block.origins, block.regexes, block.is_any, block.has_unknown = [], [], False, False
        if node.child_by_field_name("block") is not None:
            self._note_unknown(block, "origins { ... }", block.place)
        arguments = node.child_by_field_name("arguments")
        values, missing = self.ruby.evaluate_items(arguments) if arguments is not None else ([], [])
        for position in missing:
            self._note_unknown(block, "an item of origins", position)
        for value in _flatten(values):
            self._read_origin(block, value)

    def _note_unknown(self, block: Block, what: str, position: Position, why: str = UNKNOWN) -> None:
        block.has_unknown = True
        self.lose(what, why, "narrows", position)

    def _read_origin(self, block: Block, value: object) -> None:
        if isinstance(value, Regex):
            self._read_regex(block, value)
        elif value == ANY:
            block.is_public = True
        elif type(value) is not str:
            self.lose(f"origins: {value!r}", "it is neither a text nor an expression", "narrows", block.place)
        elif _SCHEME.match(value):
            if ANY in value:
                self.lose(f"origins: {value}", "no origin has a * in it", "cosmetic", block.place)
            else:
                block.origins.append(value)
        elif value:
            self._read_host(block, value)

    def _read_host(self, block: Block, value: str) -> None:
        """Read what has no scheme: it stands for the same host with any."""
        if read_origin(f"https://{value}") is None:
            why = "rack-cors takes it for a host, and no origin has that one"
            self.lose(f"origins: {value}", why, "cosmetic", block.place)
        else:
            block.regexes.append(ANY_SCHEME + re.sub(r"[.\[\]]", r"\\\g<0>", value))

    def _read_regex(self, block: Block, value: Regex) -> None:
        found = read_flavour(value.source, value.flags, "ruby")
        if found is None:
            why = "not all of this expression is known to mean the same elsewhere"
            self._note_unknown(block, f"origins: /{value.source}/", value.position, why)
            return
        if found.is_open:
            why = "it matches more than whole origins, such as https://app.example.evil.example: write \\A ... \\z"
            self.lose(f"origins: /{value.source}/", why, "cosmetic", value.position)
        patterns, others, is_any = policies.read_regexes([found.regex])
        for text in others:
            # Why: a scheme that releases before 2.0 do not know, and null, can only be said so.
            is_text = _LITERAL.fullmatch(text) and (text == NULL or read_origin(_unescape(text)))
            (block.origins if is_text else block.regexes).append(_unescape(text) if is_text else text)
        block.origins += patterns
        block.is_any = block.is_any or is_any


def read_blocks(ruby: Ruby, call: Node, notes: Notes) -> list[Block]:
    """Read the ``allow`` blocks below the call that has the middleware."""
    reader = _Reader(ruby, notes)
    blocks = []
    for node in statements_of(call):
        block = Block(ruby.locate(node))
        if method_of(node) != "allow":
            reader.read_other(block, node)
            continue
        for statement in statements_of(node):
            reader.read_statement(block, statement)
        blocks.append(block)
    return blocks


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _flatten(values: list[Any]) -> list[Any]:
    return [item for value in values for item in (_flatten(value) if isinstance(value, list) else [value])]
