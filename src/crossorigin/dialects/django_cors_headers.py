"""The settings of django-cors-headers, in a settings module."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from crossorigin.dialects import DialectError, Loss, Position, Translation, Written
from crossorigin.dialects import _policies as policies
from crossorigin.dialects._lists import list_denied, read_listed_names, write_listed_names
from crossorigin.dialects._origins import anchor, has_leading_flags, pattern_to_regex, read_anchored, write_flags
from crossorigin.dialects._paths import path_to_regex, regex_to_path
from crossorigin.dialects._places import START, fail
from crossorigin.dialects._python import NotLiteralError, Source, assignments, parse, walk, write_literal, write_regex
from crossorigin.policy import ANY
from crossorigin.ruleset import EVERYTHING, Rule, Ruleset
from crossorigin.standard.headers import AUTHORIZATION, is_token
from crossorigin.standard.methods import SAFELISTED_METHODS

if TYPE_CHECKING:
    from crossorigin.dialects import HowBad
    from crossorigin.policy import Policy

NAME = "django"
FORM = "settings"

_PREFIX = "CORS_"
_AUTHORIZATION = AUTHORIZATION.lower()
_CALLED = "django-cors-headers"
_UNKNOWN = "it is known only when the program runs: write it as a literal"
_HEADERS = ["accept", "authorization", "content-type", "user-agent", "x-csrftoken", "x-requested-with"]
_METHODS = ["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"]
_EVERY_URL = r"^.*$"

#: Each setting, its default, and what it is called in a policy.
_DEFAULTS: dict[str, Any] = {
    "CORS_ALLOWED_ORIGINS": [],
    "CORS_ALLOWED_ORIGIN_REGEXES": [],
    "CORS_ALLOW_ALL_ORIGINS": False,
    "CORS_URLS_REGEX": _EVERY_URL,
    "CORS_ALLOW_METHODS": _METHODS,
    "CORS_ALLOW_HEADERS": _HEADERS,
    "CORS_EXPOSE_HEADERS": [],
    "CORS_PREFLIGHT_MAX_AGE": 86400,
    "CORS_ALLOW_CREDENTIALS": False,
    "CORS_ALLOW_PRIVATE_NETWORK": False,
}
_OLD_NAMES = {
    "CORS_ORIGIN_WHITELIST": "CORS_ALLOWED_ORIGINS",
    "CORS_ORIGIN_REGEX_WHITELIST": "CORS_ALLOWED_ORIGIN_REGEXES",
    "CORS_ORIGIN_ALLOW_ALL": "CORS_ALLOW_ALL_ORIGINS",
}
_OPTIONS = {
    "CORS_ALLOWED_ORIGINS": "allow_origins",
    "CORS_ALLOWED_ORIGIN_REGEXES": "allow_origin_regex",
    "CORS_ALLOW_ALL_ORIGINS": "allow_origins",
    "CORS_ALLOW_METHODS": "allow_methods",
    "CORS_ALLOW_HEADERS": "allow_headers",
    "CORS_EXPOSE_HEADERS": "expose_headers",
    "CORS_PREFLIGHT_MAX_AGE": "max_age",
    "CORS_ALLOW_CREDENTIALS": "allow_credentials",
}
_KNOWN = {"default_headers": _HEADERS, "default_methods": _METHODS}


def recognizes(text: str) -> bool:
    """Tell whether a text is Python that sets one of the settings."""
    if _PREFIX not in text:
        return False
    try:
        names = [name for name, _ in assignments(parse(NAME, text).tree)]
    except DialectError:
        return False
    return any(_OLD_NAMES.get(name, name) in _DEFAULTS for name in names)


def read(text: str) -> Translation:
    """Read the settings, as far as they are literals.

    :raises DialectError: there is none, or one cannot work.
    """
    source = parse(NAME, text, _KNOWN)
    settings = _Settings(source)
    if not settings.places:
        fix = "Give it the settings module, with CORS_ALLOWED_ORIGINS = [...]"
        raise fail(NAME, text, START, "there is no setting of django-cors-headers here", fix=fix)
    options, places, first = settings.translate()
    found = policies.read_options(options, policies.Place(NAME, text, places, first))
    paths = settings.read_paths()
    ruleset = Ruleset([Rule(paths, found.policy)] if paths else [])
    return Translation(ruleset, (*settings.losses, *found.losses), text, tuple(found.findings))


class _Settings:
    """What the module sets, where, and what is lost of it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.losses: list[Loss] = []
        self.values: dict[str, Any] = dict(_DEFAULTS)
        self.places: dict[str, Position] = {}
        body = {name: node for name, node in assignments(source.tree) if name.startswith(_PREFIX)}
        for name, node in body.items():
            self._read(name, node, others=body)
        self._find_others()

    def lose(self, what: str, why: str, how_bad: HowBad, place: Position) -> None:
        self.losses.append(Loss(what, why, how_bad, place))

    def _find_others(self) -> None:
        """Note what is set under a condition, or changed after it was set."""
        own = {id(node) for statement in self.source.tree.body for node in _list_targets(statement)}
        for node in walk(self.source.tree):
            if not isinstance(node, ast.Name) or isinstance(node.ctx, ast.Load):
                continue
            if id(node) not in own and node.id.startswith(_PREFIX):
                place = self.source.locate(node)
                why = "it is set in another place, too, and which value counts is known only when the program runs"
                self.lose(node.id, why, "narrows", place)
                self.lose(node.id, why, "widens", place)

    def _read(self, written: str, node: ast.expr, others: dict[str, ast.expr]) -> None:
        name = _OLD_NAMES.get(written, written)
        place = self.source.locate(node)
        if name not in _DEFAULTS:
            self.lose(written, f"{_CALLED} has no such setting", "cosmetic", place)
        elif name == written or name not in others:
            self.places[name] = place
            self.values[name] = self._read_value(name, node, place)

    def _read_value(self, name: str, node: ast.expr, place: Position) -> Any:  # noqa: ANN401 (any setting's value)
        default = _DEFAULTS[name]
        try:
            value, missing = self.source.evaluate_items(node)
        except NotLiteralError as error:
            if name == "CORS_URLS_REGEX":
                raise self.source.fail(
                    node, "these paths are no literal", fix='Write a text, such as r"^/api/"'
                ) from None
            self.lose(name, _UNKNOWN, "cosmetic" if name == "CORS_PREFLIGHT_MAX_AGE" else "narrows", error.position)
            return [] if isinstance(default, list) else default
        for position in missing:
            self.lose(f"an item of {name}", _UNKNOWN, "narrows", position)
        if isinstance(default, list):
            kinds = str | re.Pattern if name == "CORS_ALLOWED_ORIGIN_REGEXES" else str
            texts = [item for item in value if isinstance(item, kinds)] if isinstance(value, list) else []
            if not isinstance(value, list) or len(texts) < len(value):
                self.lose(name, "it is no list of texts", "narrows", place)
            return texts
        if name == "CORS_PREFLIGHT_MAX_AGE" and (not isinstance(value, int) or isinstance(value, bool)):
            self.lose(name, "it is no number", "cosmetic", place)
            return default
        return value

    def translate(self) -> tuple[dict[str, Any], dict[str, Position], Position]:
        """Say with our options what the settings say; where each stands, and the first of them."""
        values = self.values
        places = {_OPTIONS[name]: place for name, place in self.places.items() if name in _OPTIONS}
        options: dict[str, Any] = {
            "allow_credentials": bool(values["CORS_ALLOW_CREDENTIALS"]),
            "expose_headers": values["CORS_EXPOSE_HEADERS"],
            # Why: 0 leaves the header out.
            "max_age": values["CORS_PREFLIGHT_MAX_AGE"] or None,
            "allow_private_network": bool(values["CORS_ALLOW_PRIVATE_NETWORK"]),
        }
        for name in ("CORS_ALLOW_METHODS", "CORS_ALLOW_HEADERS", "CORS_EXPOSE_HEADERS"):
            if ANY in values[name] and not all(map(is_token, values[name])):
                why = "what is no name spoils the whole list in a browser, and the * counts for all"
                self.lose(name, why, "widens", self.places[name])
        options |= self._read_origins()
        first = min(self.places.values())
        is_meant = "dangerously_allow_any_origin_with_credentials" in options
        # Why: every origin with credentials is read as every origin without.
        has_any = not options["allow_credentials"] or (options["allow_origins"] == ANY and not is_meant)
        options["allow_methods"] = self._read_methods(places.get("allow_methods", first), has_any=has_any)
        options |= self._read_names(places.get("allow_headers", first), has_any=has_any)
        return options, places, first

    def _read_origins(self) -> dict[str, Any]:
        if self.values["CORS_ALLOW_ALL_ORIGINS"]:
            return {"allow_origins": ANY}
        origins: list[str] = []
        texts = self.values["CORS_ALLOWED_ORIGINS"]
        if ANY in texts:
            why = "django-cors-headers refuses it; it is read as CORS_ALLOW_ALL_ORIGINS = True, which was meant"
            self.lose("CORS_ALLOWED_ORIGINS: *", why, "widens", self.places["CORS_ALLOWED_ORIGINS"])
            return {"allow_origins": ANY}
        for text in texts:
            scheme, mark, rest = text.partition("://")
            origin = scheme + mark + re.split("[/?#]", rest, maxsplit=1)[0]
            if "*" in text:
                place = self.places["CORS_ALLOWED_ORIGINS"]
                self.lose(f"CORS_ALLOWED_ORIGINS: {text}", "no origin has a * in it", "cosmetic", place)
            else:
                # Why: django-cors-headers compares scheme and host, whatever follows.
                origins.append(origin)
        return self._read_regexes(origins)

    def _read_regexes(self, origins: list[str]) -> dict[str, Any]:
        regexes: list[re.Pattern[str]] = []
        is_any = False
        for item in self.values["CORS_ALLOWED_ORIGIN_REGEXES"]:
            place = self.places["CORS_ALLOWED_ORIGIN_REGEXES"]
            regex = item if isinstance(item, re.Pattern) else self.source.compile(item, 0, place)
            found = read_anchored(regex)
            if found.is_loose:
                why = f"{_CALLED} matches the beginning of an origin only; it is read as the whole of one"
                self.lose(f"CORS_ALLOWED_ORIGIN_REGEXES: {regex.pattern}", why, "narrows", place)
            is_any = is_any or found.is_any
            origins += found.origins
            regexes += found.regexes
        options: dict[str, Any] = {"allow_origins": ANY if is_any else origins, "allow_origin_regex": regexes}
        return {**options, "dangerously_allow_any_origin_with_credentials": True} if is_any else options

    def _read_methods(self, place: Position, *, has_any: bool) -> Any:  # noqa: ANN401 (a list or "*")
        methods = self.values["CORS_ALLOW_METHODS"]
        if ANY in methods:
            if has_any:
                return ANY
            why = "with credentials, browsers take it for a name"
            self.lose("CORS_ALLOW_METHODS: *", why, "narrows", place)
        # Why: the answer to a preflight is always a list, and browsers let these pass without being on it.
        return [*(method for method in methods if method != ANY), *sorted(SAFELISTED_METHODS - set(methods))]

    def _read_names(self, place: Position, *, has_any: bool) -> dict[str, Any]:
        names = self.values["CORS_ALLOW_HEADERS"]
        if ANY in names:
            if has_any:
                is_listed = any(name.lower() == _AUTHORIZATION for name in names)
                # "Authorization" is never covered by *.
                return {"allow_headers": ANY, "deny_headers": [] if is_listed else [AUTHORIZATION]}
            self.lose("CORS_ALLOW_HEADERS: *", "with credentials, browsers take it for a name", "narrows", place)
        return read_listed_names([name for name in names if name != ANY])

    def read_paths(self) -> list[str]:
        """Return the paths of the rule; none, where the expression is none that a rule can have."""
        value = self.values["CORS_URLS_REGEX"]
        place = self.places.get("CORS_URLS_REGEX", START)
        text = value.pattern if isinstance(value, re.Pattern) else value
        read = regex_to_path(text, place) if isinstance(text, str) else None
        if read is None:
            self.lose(f"CORS_URLS_REGEX = {text!r}", "a policy has paths and prefixes only", "narrows", place)
            return []
        if read.loss:
            self.losses.append(read.loss)
        return [read.path]


def _list_targets(statement: ast.stmt) -> list[ast.expr]:
    if isinstance(statement, ast.Assign):
        return statement.targets
    return [statement.target] if isinstance(statement, ast.AnnAssign) else []


def write(ruleset: Ruleset) -> Written:
    """Write the settings."""
    paths = [path for rule in ruleset.rules for path in rule.paths]
    losses: list[Loss] = []
    policy = ruleset.rules[0].policy
    if len(paths) > 1:
        policy, losses = policies.choose_policy(ruleset, _CALLED)
        paths = [EVERYTHING]
    losses += policies.list_unsaid(policy, _CALLED, ("deny_origins", "deny_headers", "allow_private_network"))
    found = policies.write_origins(policy, _CALLED)
    losses += found.losses
    values: dict[str, str] = {
        "CORS_URLS_REGEX": write_literal(_EVERY_URL)
        if paths == [EVERYTHING]
        else write_literal(path_to_regex(paths[0])),
        "CORS_ALLOW_ALL_ORIGINS": write_literal(found.is_any),
        "CORS_ALLOWED_ORIGINS": write_literal(found.texts),
        "CORS_ALLOWED_ORIGIN_REGEXES": _write_regexes(policy),
        "CORS_ALLOW_METHODS": write_literal(_list_methods(policy, losses)),
        "CORS_ALLOW_HEADERS": write_literal(_list_names(policy, losses)),
        "CORS_EXPOSE_HEADERS": write_literal(policy.expose_headers),
        "CORS_PREFLIGHT_MAX_AGE": write_literal(policy.max_age or 0),
        "CORS_ALLOW_CREDENTIALS": write_literal(policy.allow_credentials),
        "CORS_ALLOW_PRIVATE_NETWORK": write_literal(policy.allow_private_network),
    }
    text = "".join(f"{name} = {value}\n" for name, value in values.items())
    text = f"import re\n\n{text}" if "re.compile" in text else text
    if not [loss for loss in losses if loss.how_bad != "cosmetic"]:
        losses += policies.list_differences(policy, read(text).ruleset.rules[0].policy, _CALLED)
    return Written(_HEAD + text, losses)


_HEAD = '"""CORS for a Django project, as django-cors-headers reads it: from these import * in its settings."""\n\n'


def _write_regexes(policy: Policy) -> str:
    others = [text for text in policy.allow_origins if text not in policy.allowed.literals and text != ANY]
    items = [write_regex(anchor(pattern_to_regex(text))) for text in others]
    if policy.allows_any_origin and policy.allow_credentials:
        items.append(write_regex(anchor(".*")))
    for regex in policy.regexes:
        is_led = has_leading_flags(regex)
        text, flags = (write_flags(regex), 0) if is_led else (regex.pattern, regex.flags)
        items.append(write_regex(anchor(text), flags))
    return f"[{', '.join(items)}]"


def _list_methods(policy: Policy, losses: list[Loss]) -> list[str]:
    missing = sorted(SAFELISTED_METHODS - set(policy.allow_methods))
    if policy.allow_methods == (ANY,):
        if not policy.allow_credentials:
            return [ANY]
        why = "with credentials, browsers take * for a name, and the methods that are usual are listed"
        losses.append(Loss("allow_methods=['*']", why, "narrows"))
        return [*_METHODS, "HEAD"]
    if missing:
        why = f"{_CALLED} leaves it to the browser, and browsers let {', '.join(missing)} pass"
        losses.append(Loss("allow_methods", why, "widens"))
    return [*policy.allow_methods]


def _list_names(policy: Policy, losses: list[Loss]) -> list[str]:
    if policy.allow_headers != (ANY,):
        return write_listed_names(policy)
    if policy.allow_credentials:
        why = "with credentials, browsers take * for a name, and the names that are usual are listed"
        losses.append(Loss("allow_headers=['*']", why, "narrows"))
        return [name for name in _HEADERS if name not in policy.denied_names]
    if policy.denied_names - {_AUTHORIZATION}:
        losses += list_denied(policy, _CALLED)
    return [ANY] if _AUTHORIZATION in policy.denied_names else [ANY, AUTHORIZATION]
