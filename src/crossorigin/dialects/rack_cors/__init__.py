"""The DSL of the gem rack-cors, in Ruby source: ``use Rack::Cors do ... end``, in config.ru or in Rails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.dialects import Finding, Loss, Translation, Written
from crossorigin.dialects import _policies as policies
from crossorigin.dialects._places import START, check_paths, fail
from crossorigin.dialects._ruby import arguments_of, has_any, method_of, parse_ruby, short_text_of
from crossorigin.dialects.rack_cors._blocks import read_blocks
from crossorigin.dialects.rack_cors._joining import join_blocks
from crossorigin.dialects.rack_cors._notes import Notes
from crossorigin.dialects.rack_cors._writing import write_blocks
from crossorigin.ruleset import Rule, Ruleset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from crossorigin.dialects._ruby import Ruby

NAME = "rack-cors"
FORM = "settings"

_CLASS = "Rack::Cors"
#: What a name of a class may be written as where a middleware is named.
_WRITTEN = frozenset({_CLASS, f"::{_CLASS}", f"'{_CLASS}'", f'"{_CLASS}"'})
_USES = frozenset({"use", "insert", "insert_before", "insert_after", "unshift"})


def recognizes(text: str) -> bool:
    """Tell whether a text is Ruby that puts the middleware around an app."""
    return _CLASS in text and has_any(NAME, text, _find_calls)


def read(text: str) -> Translation:
    """Read the blocks, as far as they are literals.

    :raises DialectError: there is no such middleware, or there are several, or an option cannot work.
    """
    ruby = parse_ruby(NAME, text)
    calls = list(_find_calls(ruby))
    if not calls:
        fix = f"Give it the file with use {_CLASS} do ... end"
        raise fail(NAME, text, START, f"there is no {_CLASS} with a block here", fix=fix)
    if len(calls) > 1:
        raise ruby.fail(calls[1], f"this is a second {_CLASS}, and only one is read", fix="Leave one of them")
    notes = Notes()
    findings: list[Finding] = []
    rules = []
    blocks = read_blocks(ruby, calls[0], notes)
    check_paths(NAME, text, sum(len(block.resources) for block in blocks))
    for cell in join_blocks(blocks, notes):
        found = policies.read_options(cell.options, policies.Place(NAME, text, cell.places, cell.position))
        notes.losses += found.losses
        findings += [one for one in found.findings if one not in findings]
        rules.append(Rule([cell.path], found.policy))
    return Translation(Ruleset(rules), tuple(dict.fromkeys(notes.losses)), text, tuple(findings))


def _find_calls(ruby: Ruby) -> Iterator[Node]:
    """Yield each call that names the middleware and has a block."""
    for node in ruby.tree.walk():
        if node.type != "call" or node.child_by_field_name("block") is None:
            continue
        receiver = node.child_by_field_name("receiver")
        is_new = method_of(node) == "new" and receiver is not None and short_text_of(receiver) in _WRITTEN
        if is_new or (method_of(node) in _USES and any(short_text_of(one) in _WRITTEN for one in arguments_of(node))):
            yield node


def write(ruleset: Ruleset) -> Written:
    """Write the middleware for config.ru."""
    body, losses = write_blocks(ruleset)
    text = _HEAD + body + "end\n"
    if not [loss for loss in losses if loss.how_bad != "cosmetic"]:
        losses += _compare(ruleset, read(text).ruleset)
    return Written(text, losses)


def _compare(ruleset: Ruleset, back: Ruleset) -> list[Loss]:
    """Return what is said in another form, as it is found by reading it again."""
    losses: list[Loss] = []
    for rule in ruleset.rules:
        found = back.find_policy(rule.paths[0].removesuffix("*"))
        losses += policies.list_differences(rule.policy, found, NAME) if found else []
    if back != ruleset and not losses:
        losses.append(Loss("the paths", f"{NAME}: they are read as other paths with the same policies", "cosmetic"))
    return losses


_HEAD = """\
# CORS for a Rack app, with the gem rack-cors: this is for config.ru, above `run`.
# In Rails, begin the block with `Rails.application.config.middleware.insert_before 0, Rack::Cors do`.

require 'rack/cors'

use Rack::Cors do
"""
