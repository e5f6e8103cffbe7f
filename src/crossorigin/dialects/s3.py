"""The CORS configuration of a bucket of Amazon S3, in JSON: rules, of which the first that matches a request counts.

Spec: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from crossorigin.dialects import DialectError, Loss, Translation, Written
from crossorigin.dialects import _policies as policies
from crossorigin.dialects._documents import Document, Fields, Node
from crossorigin.dialects._json import parse_json
from crossorigin.dialects._lists import list_denied, read_listed_names, write_listed_names
from crossorigin.dialects._places import START
from crossorigin.dialects._wildcards import cut, write_listed_origins
from crossorigin.errors import InvalidOriginError
from crossorigin.origins.pattern import parse_pattern
from crossorigin.policy import ANY
from crossorigin.standard.methods import SAFELISTED_METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset

NAME = "s3"
FORM = "settings"

_CALLED = "S3"
_METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD")
_RESOURCE = "AWS::S3::Bucket"

#: The field of each list and number, as the bucket has it and as CloudFormation calls it.
_ORIGINS, _ALLOWED_METHODS, _NAMES = "AllowedOrigins", "AllowedMethods", "AllowedHeaders"
_EXPOSED = ("ExposeHeaders", "ExposedHeaders")
_AGES = ("MaxAgeSeconds", "MaxAge")
_IDENTITIES = ("ID", "Id")
_RULES = ("CORSRules", "CorsRules")
_AROUND = ("CORSConfiguration", "CorsConfiguration")

#: What a ``*`` in an origin stands for, and how one is written that stands for a scheme.
_SOME = ".+"
_SECURE = "https"
_MOST_NAMES = 100


def recognizes(text: str) -> bool:
    """Tell whether a text is JSON with such rules."""
    try:
        found = list(_find(parse_json(NAME, text)[1]))
    except DialectError:
        return False
    return any(_ORIGINS in rule.fields or _ALLOWED_METHODS in rule.fields for rules in found for rule in rules.items)


def _find(root: Node) -> Iterator[Node]:
    """Yield each list of rules: the text itself, a field, or one of the buckets of a template."""
    if isinstance(root.value, list):
        yield root
    resources = root.find("Resources")
    for resource in resources.fields.values() if resources else []:
        kind, properties = resource.find("Type"), resource.find("Properties")
        if kind and kind.value == _RESOURCE and properties:
            yield from _find(properties)
    for node in (root, *(root.fields[name] for name in _AROUND if name in root.fields)):
        for name in _RULES:
            if (rules := node.find(name)) and isinstance(rules.value, list):
                yield rules


def read(text: str) -> Translation:
    """Read the rules that differ in nothing but their origins as one policy; any other rule is lost.

    :raises DialectError: it is not JSON, or there are no rules, or those of several buckets, or a field is of another
        type.
    """
    document, root = parse_json(NAME, text)
    found = list(_find(root))
    if not found or not found[0].items:
        fix = 'Give it {"CORSRules": [{"AllowedOrigins": [...], "AllowedMethods": [...]}]}'
        raise document.fail(found[0].position if found else START, "there are no CORS rules of a bucket here", fix=fix)
    if len(found) > 1:
        raise document.fail(found[1].position, "these are the rules of a second bucket", fix="Leave one of them")
    losses: list[Loss] = []
    rules = [_Rule(document, node, losses) for node in found[0].items]
    first = rules[0]
    for rule in rules[1:]:
        if rule.others == first.others and rule.is_any == first.is_any:
            first.origins += rule.origins
        else:
            why = "a path has one policy, and this rule allows other methods, names or origins than the first"
            losses.append(Loss("a rule", why, "narrows", rule.node.position))
    read_policy = first.read(losses)
    ruleset = policies.make_ruleset(read_policy.policy)
    return Translation(ruleset, (*losses, *read_policy.losses), text, tuple(read_policy.findings))


class _Rule:
    """One rule: its origins, and everything else that it allows."""

    def __init__(self, document: Document, node: Node, losses: list[Loss]) -> None:
        if not isinstance(node.value, dict):
            raise document.fail(node.position, "a rule is an object", fix='Write {"AllowedOrigins": [...], ...}')
        self.document, self.node = document, node
        self.fields = fields = Fields(document, node)
        self.origins = fields.texts(_ORIGINS, "allow_origins") or []
        self.is_any = ANY in self.origins
        methods = fields.texts(_ALLOWED_METHODS, "allow_methods") or []
        names = fields.texts(_NAMES, "allow_headers") or []
        exposed = [name for field in _EXPOSED for name in fields.texts(field, "expose_headers") or []]
        ages = [age for field in _AGES if (age := fields.number(field, "max_age")) is not None]
        for name in _IDENTITIES:
            fields.take(name)
        losses += fields.list_others(_CALLED)
        refused = [("allow_methods", method) for method in methods if method not in _METHODS]
        refused += [("expose_headers", name) for name in exposed if ANY in name]
        losses += [
            Loss(text, f"{_CALLED} refuses it, and takes no such rule", "cosmetic", fields.places[option])
            for option, text in refused
        ]
        place = fields.places.get("allow_headers", node.position)
        for name in names:
            if ANY in name and name != ANY:
                why = "a policy has no names with a *"
                losses.append(Loss(f"{_NAMES}: {name}", why, "narrows", place))
        self.others: dict[str, Any] = {
            # Why: S3 lets every origin that it names use credentials, and none where it names none.
            "allow_credentials": not self.is_any,
            "allow_methods": [method for method in methods if method in _METHODS],
            "expose_headers": [name for name in exposed if ANY not in name],
            "max_age": ages[0] if ages else None,
            **({"allow_headers": ANY} if ANY in names else read_listed_names([one for one in names if ANY not in one])),
        }

    def read(self, losses: list[Loss]) -> policies.Read:
        start = self.node.position
        origins: list[str] = []
        regexes: list[str] = []
        if not self.is_any and _SECURE in self.origins:
            why = f"the documentation of {_CALLED} says that it allows every origin on https, and it is read so"
            losses.append(Loss(f"{_ORIGINS}: {_SECURE}", why, "widens", self.fields.places["allow_origins"]))
        for text in [] if self.is_any else self.origins:
            regex = _read_wildcard(text)
            (origins if regex is None else regexes).append(text if regex is None else regex)
        if unlisted := sorted(SAFELISTED_METHODS - set(self.others["allow_methods"])):
            why = f"a policy lets a script read what it gets by {', '.join(unlisted)} without a preflight"
            losses.append(Loss(_ALLOWED_METHODS, why, "widens", self.fields.places.get("allow_methods", start)))
        options = {
            **self.others,
            "allow_origins": ANY if self.is_any else origins,
            "allow_origin_regex": regexes or None,
        }
        place = policies.Place(NAME, self.document.text, self.fields.places, start)
        return policies.read_options(options, place)


def _read_wildcard(text: str) -> str | None:
    """Return the expression for an origin with a ``*``, where it is no pattern of a policy."""
    if text == _SECURE:
        # "You can also specify https to enable only secure origins."
        return f"{_SECURE}://{_SOME}"
    if ANY not in text:
        return None
    try:
        # Why: a * reaches over dots and colons, and means the same as that of a pattern for all subdomains only.
        if parse_pattern(text).is_subdomains and not text.endswith(":*"):
            return None
    except InvalidOriginError:
        pass
    return _SOME.join(map(re.escape, text.split(ANY)))


def write(ruleset: Ruleset) -> Written:
    """Write one rule, as the command line takes it."""
    policy, losses = policies.choose_policy(ruleset, _CALLED)
    losses += policies.list_unsaid(policy, _CALLED, ("deny_origins", "deny_headers"))
    found = write_listed_origins(
        policy,
        _CALLED,
        _write_origin,
        write_regex=_write_regex,
        any_with_credentials=("https://*", "http://*"),
    )
    losses += found.losses
    if not found.is_any and not found.has_credentials and found.texts:
        why = f"{_CALLED} lets every origin that it names use credentials"
        losses.append(Loss("allow_credentials=False", why, "widens"))
    names, lost = cut(_list_names(policy, losses), _MOST_NAMES, _CALLED, "header names")
    texts = [ANY] if found.is_any else found.texts
    if not texts:
        # Why: S3 takes no rule without an origin, and nobody can have this one.
        texts = ["https://none.invalid"]
        losses.append(
            Loss("allow_origins=[]", f"{_CALLED} takes no empty list: {texts[0]} stands for none", "cosmetic")
        )
    exposed = [name for name in policy.expose_headers if name != ANY]
    if len(exposed) < len(policy.expose_headers):
        losses.append(Loss("expose_headers=['*']", f"{_CALLED} takes names only", "narrows"))
    rule: dict[str, Any] = {
        _ORIGINS: texts,
        _ALLOWED_METHODS: _list_methods(policy, losses),
        _NAMES: names,
        _EXPOSED[0]: exposed,
        _AGES[0]: policy.max_age,
    }
    losses += lost
    kept = {name: value for name, value in rule.items() if value is not None and value != []}
    text = json.dumps({_RULES[0]: [kept]}, indent=2, ensure_ascii=False) + "\n"
    if not [loss for loss in losses if loss.how_bad != "cosmetic"]:
        losses += policies.list_differences(policy, read(text).ruleset.rules[0].policy, _CALLED)
    return Written(text, losses)


def _write_origin(text: str) -> str | None:
    return text if _read_wildcard(text) is None else None


def _write_regex(text: str) -> str | None:
    written = re.sub(r"\\(.)", r"\1", text.replace(_SOME, ANY, 1))
    return written if _read_wildcard(written) == text and written.count(ANY) == 1 else None


def _list_methods(policy: Policy, losses: list[Loss]) -> list[str]:
    if policy.allow_methods == (ANY,):
        why = f"{_CALLED} has no word for it, and all that it knows are listed"
        losses.append(Loss("allow_methods=['*']", why, "narrows"))
        return [*_METHODS]
    if missing := sorted(SAFELISTED_METHODS - set(policy.allow_methods)):
        why = f"{_CALLED} lets no script read what it gets by {', '.join(missing)}, with or without a preflight"
        losses.append(Loss("allow_methods", why, "narrows"))
    others = [method for method in policy.allow_methods if method not in _METHODS]
    if others:
        losses.append(Loss(f"allow_methods={others!r}", f"{_CALLED} knows no such methods", "narrows"))
    methods = [method for method in policy.allow_methods if method in _METHODS]
    if not methods:
        losses.append(Loss("allow_methods=[]", f"{_CALLED} takes no empty list: GET is allowed", "widens"))
    return methods or ["GET"]


def _list_names(policy: Policy, losses: list[Loss]) -> list[str]:
    if policy.allow_headers == (ANY,):
        losses += list_denied(policy, _CALLED)
        return [ANY]
    return write_listed_names(policy)
