"""Sinatra: filters that implement a policy are written, and headers that a filter sets by hand are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.dialects import Translation, Written
from crossorigin.dialects import _policies as policies
from crossorigin.dialects._places import START, fail
from crossorigin.dialects._ruby import has_any, parse_ruby
from crossorigin.dialects._ruby_policy import write_program
from crossorigin.dialects._sent import translate
from crossorigin.dialects.sinatra._lines import Reader, find_lines
from crossorigin.dialects.sinatra._template import TEMPLATE
from crossorigin.standard.headers import ALLOW_ORIGIN, CORS_PREFIX

if TYPE_CHECKING:
    from crossorigin.ruleset import Ruleset

NAME = "sinatra"
FORM = "code"


def recognizes(text: str) -> bool:
    """Tell whether a text is Ruby in which a filter sets CORS headers by hand."""
    return CORS_PREFIX in text.lower() and has_any(NAME, text, find_lines)


def read(text: str) -> Translation:
    """Read the headers that a ``before`` or ``after`` filter sets, as far as they are literals.

    :raises DialectError: no filter sets any, or an option cannot work.
    """
    ruby = parse_ruby(NAME, text)
    lines = list(find_lines(ruby))
    if not lines:
        fix = f"Give it the file with before do headers '{ALLOW_ORIGIN}' => ... end"
        raise fail(NAME, text, START, "no filter sets CORS headers here", fix=fix)
    reader = Reader(ruby, lines)
    options = translate(reader.read(), reader.start, reader.lose)
    found = policies.read_options(options, policies.Place(NAME, text, reader.places, reader.start))
    losses = tuple(dict.fromkeys([*reader.losses, *found.losses]))
    return Translation(policies.make_ruleset(found.policy), losses, text, tuple(found.findings))


def write(ruleset: Ruleset) -> Written:
    """Write an extension of Sinatra, with a ``before`` and an ``after`` filter."""
    return Written(*write_program(TEMPLATE, ruleset, "the filter"))
