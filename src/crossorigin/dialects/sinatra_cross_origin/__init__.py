"""The settings of the gem sinatra-cross_origin, and the calls of it in routes, in Ruby source.

It judges nothing: it puts headers on the answers to requests with an origin, and leaves the rest to browsers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossorigin.dialects import Finding, Loss, Translation, Written
from crossorigin.dialects import _policies as policies
from crossorigin.dialects._places import START, fail
from crossorigin.dialects._ruby import arguments_of, has_any, method_of, parse_ruby, short_text_of
from crossorigin.dialects._sent import translate
from crossorigin.dialects.sinatra_cross_origin._settings import Settings, find_switch
from crossorigin.dialects.sinatra_cross_origin._uses import CALL, Finder, Use, covers, find_calls, find_route
from crossorigin.dialects.sinatra_cross_origin._writing import write_settings
from crossorigin.ruleset import EVERYTHING, Rule, Ruleset
from crossorigin.standard.headers import (
    ALLOW_CREDENTIALS,
    ALLOW_HEADERS,
    ALLOW_METHODS,
    ALLOW_ORIGIN,
    EXPOSE_HEADERS,
    MAX_AGE,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.dialects import HowBad, Position
    from crossorigin.dialects._ruby import Ruby

NAME = "sinatra-cross-origin"
FORM = "settings"

_CALLED = "sinatra-cross_origin"
_PREFLIGHTS = "OPTIONS"
#: The headers that the gem sets.
_SET = frozenset(
    name.lower() for name in (ALLOW_ORIGIN, ALLOW_METHODS, ALLOW_HEADERS, ALLOW_CREDENTIALS, EXPOSE_HEADERS, MAX_AGE)
)


def recognizes(text: str) -> bool:
    """Tell whether a text is Ruby that switches the gem on, or calls it in a route."""
    return CALL in text and has_any(NAME, text, _find_signs)


def read(text: str) -> Translation:
    """Read the settings and the calls, as far as they are literals.

    :raises DialectError: the gem is not switched on, nor called in a route, or a setting cannot work.
    """
    ruby = parse_ruby(NAME, text)
    losses: list[Loss] = []
    finder = Finder(ruby, losses)
    uses = finder.find()
    if not uses:
        fix = f"Give it the file with enable :{CALL}, or with the routes that call {CALL}"
        what = f"{_CALLED} is not switched on for all routes here, nor called in one"
        raise fail(NAME, text, START, what, fix=fix)
    _note_others(ruby, uses[0].position, losses)
    chosen = _choose(uses)
    for use in uses:
        if use.method == _PREFLIGHTS and not any(covers(one, path) for one in use.paths for path in chosen):
            why = "only preflights are answered for it, so that no script can read an answer"
            losses.append(Loss(f"the route for {', '.join(use.paths)}", why, "narrows", use.position))
    rules: list[Rule] = []
    findings: list[Finding] = []
    for path, use in chosen.items():
        finder.note_answers(path, uses)
        settings = Settings(ruby, use.position, losses)
        sent = settings.read(use.options, allows_nobody=use.is_unsure)
        options = translate(sent, use.position, _make_lose(losses))
        found = policies.read_options(options, policies.Place(NAME, text, settings.places, use.position))
        losses += found.losses
        findings += found.findings
        rules.append(Rule([path], found.policy))
    return Translation(Ruleset(rules), tuple(dict.fromkeys(losses)), text, tuple(dict.fromkeys(findings)))


def _find_signs(ruby: Ruby) -> Iterator[Any]:
    """Yield where the gem is switched on, and where a route calls it."""
    yield from find_switch(ruby)
    yield from (node for node in find_calls(ruby) if find_route(node)[0] is not None)


def _choose(uses: list[Use]) -> dict[str, Use]:
    """Return the use whose settings count for each path."""
    found: dict[str, Use] = {}
    for use in uses:
        for path in use.paths if use.method != _PREFLIGHTS else ():
            if path not in found or use.options:
                found[path] = use
    everywhere = found.get(EVERYTHING)
    return {path: use for path, use in found.items() if use is everywhere or _says_more(use, everywhere)}


def _says_more(use: Use, everywhere: Use | None) -> bool:
    return everywhere is None or bool(use.options) or use.is_unsure


def _make_lose(losses: list[Loss]) -> Any:  # noqa: ANN401 (a function)
    def lose(what: str, why: str, how_bad: HowBad, place: Position) -> None:
        losses.append(Loss(what, why, how_bad, place))

    return lose


def _note_others(ruby: Ruby, start: Position, losses: list[Loss]) -> None:
    calls = [node for node in ruby.tree.walk() if method_of(node) == "register"]
    if not any("CrossOrigin" in short_text_of(one) for node in calls for one in arguments_of(node)):
        why = "nothing is sent before register Sinatra::CrossOrigin; it is read as if that stood there"
        losses.append(Loss("register", why, "widens", start))
    for node in ruby.tree.walk():
        # Why: people set them in the route for OPTIONS.
        if node.type == "string_content" and short_text_of(node).lower() in _SET:
            why = "it is set by hand, too, and which value counts is known only when the program runs"
            ways: tuple[HowBad, ...] = ("narrows", "widens")
            losses += [Loss(short_text_of(node), why, how_bad, ruby.locate(node)) for how_bad in ways]


def write(ruleset: Ruleset) -> Written:
    """Write the settings, and the route and the header that the gem lacks."""
    policy, losses = policies.choose_policy(ruleset, _CALLED)
    text, lost = write_settings(policy)
    losses += lost
    if not [loss for loss in losses if loss.how_bad != "cosmetic"]:
        losses += policies.list_differences(policy, read(text).ruleset.rules[0].policy, _CALLED)
    return Written(text, losses)
