"""The settings of the gem sinatra-cross_origin, in Ruby source.

It judges nothing: it puts headers on the answers to all requests with an origin, and leaves the rest to browsers.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crossorigin.dialects import Loss, Translation, Written
from crossorigin.dialects import _policies as policies
from crossorigin.dialects._flavours import read_flavour, to_flavour
from crossorigin.dialects._lists import list_denied, write_listed_names
from crossorigin.dialects._places import START, fail
from crossorigin.dialects._ruby import (
    NotLiteralError,
    Regex,
    Symbol,
    arguments_of,
    has_any,
    has_options_route,
    method_of,
    parse_ruby,
    short_text_of,
    write_list,
    write_text,
)
from crossorigin.dialects._sent import Sent, translate
from crossorigin.policy import ANY
from crossorigin.standard.headers import (
    ALLOW_CREDENTIALS,
    ALLOW_HEADERS,
    ALLOW_METHODS,
    ALLOW_ORIGIN,
    AUTHORIZATION,
    EXPOSE_HEADERS,
    MAX_AGE,
    ORIGIN,
    REQUEST_METHOD,
    VARY,
)
from crossorigin.standard.methods import SAFELISTED_METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from crossorigin.dialects import HowBad, Position
    from crossorigin.dialects._ruby import Ruby
    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset

NAME = "sinatra-cross-origin"
FORM = "settings"

_CALLED = "sinatra-cross_origin"
_SWITCH = "cross_origin"
_UNKNOWN = "it is known only when the program runs: write it as a literal"
_ALL_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_NAMES = ["Accept", AUTHORIZATION, "Content-Type", "X-Requested-With"]
_SYMBOL = re.compile(r"[a-z]+")

#: The settings, what each is called in a policy, and their defaults.
_DEFAULTS: dict[str, tuple[str, Any]] = {
    "allow_origin": ("allow_origins", Symbol("any")),
    "allow_methods": ("allow_methods", [Symbol("post"), Symbol("get"), Symbol("options")]),
    "allow_credentials": ("allow_credentials", True),
    "allow_headers": ("allow_headers", ["*", "Content-Type", "Accept", "AUTHORIZATION", "Cache-Control"]),
    "max_age": ("max_age", 1728000),
    "expose_headers": (
        "expose_headers",
        ["Cache-Control", "Content-Language", "Content-Type", "Expires", "Last-Modified", "Pragma"],
    ),
}
#: The headers that the gem sets.
_SET = frozenset(
    name.lower() for name in (ALLOW_ORIGIN, ALLOW_METHODS, ALLOW_HEADERS, ALLOW_CREDENTIALS, EXPOSE_HEADERS, MAX_AGE)
)
_LISTS = ("allow_methods", "allow_headers", "expose_headers")


def recognizes(text: str) -> bool:
    """Tell whether a text is Ruby that switches the gem on."""
    return _SWITCH in text and has_any(NAME, text, _find_switch)


def read(text: str) -> Translation:
    """Read the settings, as far as they are literals.

    :raises DialectError: the gem is not switched on, or a setting cannot work.
    """
    ruby = parse_ruby(NAME, text)
    switches = list(_find_switch(ruby))
    if not switches:
        fix = "Give it the file with enable :cross_origin"
        raise fail(NAME, text, START, f"{_CALLED} is not switched on for all routes here", fix=fix)
    start = ruby.locate(switches[-1])
    reader = _Reader(ruby, start)
    options = translate(reader.read(), start, reader.lose)
    found = policies.read_options(options, policies.Place(NAME, text, reader.places, start))
    losses = tuple(dict.fromkeys([*reader.losses, *found.losses]))
    return Translation(policies.make_ruleset(found.policy), losses, text, tuple(found.findings))


def _find_settings(ruby: Ruby) -> Iterator[tuple[str, Node, Node | None]]:
    """Yield the name of each setting, where it is set, and its value; None is true."""
    for node in ruby.tree.walk():
        arguments = arguments_of(node)
        if method_of(node) == "enable":
            yield from ((short_text_of(one).lstrip(":"), node, None) for one in arguments)
        elif method_of(node) == "set" and arguments and arguments[0].type == "pair":
            for pair in arguments:
                key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
                if key is not None and value is not None:
                    yield short_text_of(key).strip(":'\""), node, value
        elif method_of(node) == "set" and len(arguments) == 2:  # noqa: PLR2004 (a name and a value)
            yield short_text_of(arguments[0]).strip(":'\""), node, arguments[1]


def _find_switch(ruby: Ruby) -> Iterator[Node]:
    for name, node, value in _find_settings(ruby):
        if name == _SWITCH and (value is None or value.type == "true"):
            yield node


class _Reader:
    """What the settings say, where, and what is lost of it."""

    def __init__(self, ruby: Ruby, start: Position) -> None:
        self.ruby = ruby
        self.start = start
        self.losses: list[Loss] = []
        self.places: dict[str, Position] = {}
        self.values = {name: value for name, (_, value) in _DEFAULTS.items()}

    def lose(self, what: str, why: str, how_bad: HowBad, place: Position) -> None:
        self.losses.append(Loss(what, why, how_bad, place))

    def read(self) -> Sent:
        """Return what all the settings say."""
        for name, _, value in _find_settings(self.ruby):
            if name in _DEFAULTS and value is not None:
                self.places[_DEFAULTS[name][0]] = self.ruby.locate(value)
                self.values[name] = self._evaluate(name, value)
        self._note_others()
        origins, regexes, echoes = self._read_origins()
        return Sent(
            origins,
            regexes,
            echoes,
            self._read_methods(),
            self._read_list("allow_headers"),
            self._read_list("expose_headers"),
            str(self.values["allow_credentials"]).lower() == "true",
            self._read_age(),
            self.places,
        )

    def _note_others(self) -> None:
        calls = [node for node in self.ruby.tree.walk() if method_of(node) == "register"]
        if not any("CrossOrigin" in short_text_of(one) for node in calls for one in arguments_of(node)):
            why = "nothing is sent before register Sinatra::CrossOrigin; it is read as if that stood there"
            self.lose("register", why, "widens", self.start)
        if not has_options_route(self.ruby):
            why = "no route answers OPTIONS, so that browsers take every preflight for refused; here they are judged"
            self.lose("preflights", why, "widens", self.start)
        for place, name in self._find_by_hand():
            why = "it is set by hand, too, and which value counts is known only when the program runs"
            self.lose(name, why, "narrows", place)
            self.lose(name, why, "widens", place)
        for node in self.ruby.tree.walk():
            if method_of(node) == _SWITCH and arguments_of(node):
                why = "a route has settings of its own, which then hold for all others, too"
                self.lose(_SWITCH, why, "narrows", self.ruby.locate(node))
                self.lose(_SWITCH, why, "widens", self.ruby.locate(node))

    def _find_by_hand(self) -> Iterator[tuple[Position, str]]:
        """Yield where a header is set that the gem sets from its settings, as people do in the route for OPTIONS."""
        for node in self.ruby.tree.walk():
            if node.type == "string_content" and short_text_of(node).lower() in _SET:
                yield self.ruby.locate(node), short_text_of(node)

    def _evaluate(self, name: str, node: Node) -> Any:  # noqa: ANN401 (any setting's value)
        try:
            if name not in _LISTS and name != "allow_origin":
                return self.ruby.evaluate(node)
            values, missing = self.ruby.evaluate_items(node)
            is_list = self.ruby.follow(node).type.endswith("array")
        except NotLiteralError as error:
            self.lose(name, _UNKNOWN, "cosmetic" if name == "max_age" else "narrows", error.position)
            return {"allow_credentials": False, "max_age": None}.get(name, [])
        for position in missing:
            self.lose(f"an item of {name}", _UNKNOWN, "narrows", position)
        if name in _LISTS and not is_list:
            raise self.ruby.fail(node, f"{name} is no array, and every answer an error", fix="Write an array")
        return values if is_list or name != "allow_origin" else values[0] if values else []

    def _read_origins(self) -> tuple[list[str], list[str], bool]:
        value = self.values["allow_origin"]
        place = self.places.get("allow_origins", self.start)
        if value == "any" and isinstance(value, Symbol):
            return [], [], True
        if value == ANY:
            return [ANY], [], False
        origins: list[str] = []
        regexes: list[str] = []
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, Regex):
                regexes += self._read_regex(item)
            elif type(item) is not str or ANY in item:
                self.lose(f"allow_origin: {item!r}", "no origin is that", "cosmetic", place)
            else:
                origins.append(item)
        patterns, others, is_any = policies.read_regexes(regexes)
        return [*origins, *patterns], others, is_any

    def _read_regex(self, item: Regex) -> list[str]:
        found = read_flavour(item.source, item.flags, "ruby")
        what = f"allow_origin: /{item.source}/"
        if found is None:
            why = "not all of this expression is known to mean the same elsewhere"
            self.lose(what, why, "narrows", item.position)
            return []
        if found.is_open:
            why = "it matches more than whole origins, such as https://app.example.evil.example: write \\A ... \\z"
            self.lose(what, why, "cosmetic", item.position)
        return [found.regex]

    def _read_methods(self) -> list[str]:
        place = self.places.get("allow_methods", self.start)
        found = []
        for item in self.values["allow_methods"]:
            if not isinstance(item, Symbol):
                why = f"{_CALLED} sends a method only if it is a symbol: a text is gone after the first request"
                self.lose(f"allow_methods: {item!r}", why, "cosmetic", place)
            elif item.upper() == item:
                self.lose(f"allow_methods: {item}", f"{_CALLED} sends lower case only", "cosmetic", place)
            else:
                found.append(item.upper())
        return found

    def _read_list(self, name: str) -> list[str]:
        return [str(item) for item in self.values[name] if item is not None]

    def _read_age(self) -> int | None:
        value = self.values["max_age"]
        text = str(value) if type(value) is int or type(value) is str else ""
        if text.removeprefix("-").isdecimal() and text.isascii() and len(text) <= len("-86400000"):
            return int(text)
        if value is not None and str(value).strip():
            self.lose(f"max_age: {value!r}", "it is no number of seconds", "cosmetic", self.places["max_age"])
        return None


def write(ruleset: Ruleset) -> Written:
    """Write the settings, and the route and the header that the gem lacks."""
    policy, losses = policies.choose_policy(ruleset, _CALLED)
    losses += policies.list_unsaid(policy, _CALLED, ("deny_origins", "deny_headers"))
    methods = [f":{one}" if _SYMBOL.fullmatch(one) else f":{write_text(one)}" for one in _list_methods(policy, losses)]
    values = {
        "allow_origin": _write_origins(policy, losses),
        "allow_methods": f"[{', '.join(methods)}]",
        "allow_headers": write_list(_list_names(policy, losses)),
        "allow_credentials": str(policy.allow_credentials).lower(),
        "expose_headers": write_list([*policy.expose_headers]),
        "max_age": "nil" if policy.max_age is None else str(policy.max_age),
    }
    text = _HEAD + "".join(f"  set :{name}, {value}\n" for name, value in values.items()) + _TAIL
    if not [loss for loss in losses if loss.how_bad != "cosmetic"]:
        losses += policies.list_differences(policy, read(text).ruleset.rules[0].policy, _CALLED)
    return Written(text, losses)


_HEAD = """\
# CORS for a Sinatra app, with the gem sinatra-cross_origin. In a class of its own, write this in its body.

require 'sinatra'
require 'sinatra/cross_origin'

register Sinatra::CrossOrigin

configure do
  enable :cross_origin
"""
_TAIL = f"""\
end

# The gem leaves preflights to the app.
options '*' do
  pass unless request.env['HTTP_{REQUEST_METHOD.upper().replace("-", "_")}']
  200
end

# Nor does it say that its answers depend on who asks.
after do
  response['{VARY}'] = [response['{VARY}'], '{ORIGIN}'].compact.join(', ')
end
"""


def _write_origins(policy: Policy, losses: list[Loss]) -> str:
    found = policies.write_origins(policy, _CALLED)
    losses += found.losses
    if policy.allows_any_origin:
        return ":any"
    items = [write_text(text) for text in found.texts]
    for regex in found.regexes:
        written = to_flavour(regex, 0, "ruby")
        if written is None:
            losses.append(Loss(f"allow_origin_regex={regex!r}", "Ruby has no such expression", "narrows"))
        else:
            items.append(f"/{written}/")
    return f"[{', '.join(items)}]"


def _list_methods(policy: Policy, losses: list[Loss]) -> list[str]:
    if policy.allow_methods == (ANY,):
        why = f"{_CALLED} cannot send *: {', '.join(_ALL_METHODS)} are listed"
        losses.append(Loss("allow_methods=['*']", why, "narrows"))
        return [method.lower() for method in _ALL_METHODS]
    missing = sorted(SAFELISTED_METHODS - {*policy.allow_methods})
    if missing:
        why = f"{_CALLED} leaves it to the browser, and browsers let {', '.join(missing)} pass"
        losses.append(Loss("allow_methods", why, "widens"))
    sent = [method for method in policy.allow_methods if method != method.lower() and method == method.upper()]
    if len(sent) < len(policy.allow_methods):
        losses.append(Loss("allow_methods", f"{_CALLED} writes all methods in upper case", "narrows"))
    return [method.lower() for method in sent]


def _list_names(policy: Policy, losses: list[Loss]) -> list[str]:
    if policy.allow_headers != (ANY,):
        return write_listed_names(policy)
    authorization = AUTHORIZATION.lower()
    if policy.allow_credentials:
        why = "with credentials, browsers take * for a name, and the names that are usual are listed"
        losses.append(Loss("allow_headers=['*']", why, "narrows"))
        return [name for name in _NAMES if name.lower() not in policy.denied_names]
    if policy.denied_names - {authorization}:
        losses += list_denied(policy, _CALLED)
    return [ANY] if authorization in policy.denied_names else [ANY, AUTHORIZATION]
