"""The CORS configuration of an HTTP API of Amazon API Gateway, in JSON: one policy for all paths.

Spec: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crossorigin.dialects import DialectError, Loss, Translation, Written
from crossorigin.dialects import _policies as policies
from crossorigin.dialects._documents import Document, Fields, Node
from crossorigin.dialects._json import parse_json
from crossorigin.dialects._listed import read_sent_methods, read_sent_names, write_sent_methods, write_sent_names
from crossorigin.dialects._places import START
from crossorigin.dialects._wildcards import write_listed_origins
from crossorigin.origins.origin import read_origin
from crossorigin.policy import ANY
from crossorigin.standard.headers import AUTHORIZATION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset

NAME = "api-gateway"
FORM = "settings"

_CALLED = "API Gateway"
_NAMES = {
    "AllowOrigins": "allow_origins",
    "AllowCredentials": "allow_credentials",
    "AllowMethods": "allow_methods",
    "AllowHeaders": "allow_headers",
    "ExposeHeaders": "expose_headers",
    "MaxAge": "max_age",
}

#: Where the configuration stands: alone, in what the command line tells of an API, or in an OpenAPI document.
_AROUND = ("CorsConfiguration", "corsConfiguration", "Cors", "cors", "x-amazon-apigateway-cors")
_RESOURCE = "AWS::ApiGatewayV2::Api"

#: What stands for every origin of a scheme, and the expression for it.
_SCHEMES = {"https://*": "https://.*", "http://*": "http://.*"}
_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_USUAL = (AUTHORIZATION, "Cache-Control", "If-None-Match", "X-Api-Key", "X-Requested-With")


def recognizes(text: str) -> bool:
    """Tell whether a text is JSON with such a configuration."""
    try:
        return any(True for _ in _find(parse_json(NAME, text)[1]))
    except DialectError:
        return False


def _find(root: Node) -> Iterator[Node]:
    """Yield each configuration, also those of the resources of a template."""
    resources = root.find("Resources")
    for resource in resources.fields.values() if resources else []:
        kind, properties = resource.find("Type"), resource.find("Properties")
        if kind and kind.value == _RESOURCE and properties:
            yield from _find(properties)
    for node in (root, *(root.fields[name] for name in _AROUND if name in root.fields)):
        if any(_capitalize(name) in _NAMES for name in node.fields):
            yield node


def _capitalize(name: str) -> str:
    return name[:1].upper() + name[1:]


def read(text: str) -> Translation:
    """Read the configuration; its fields may begin with a small letter or a capital one.

    :raises DialectError: it is not JSON, or there is no configuration, or several, or a field is of another type.
    """
    document, root = parse_json(NAME, text)
    found = list(_find(root))
    if not found:
        fix = 'Give it {"AllowOrigins": [...]}, or what has it as CorsConfiguration'
        raise document.fail(START, "there is no CORS configuration of an HTTP API here", fix=fix)
    if len(found) > 1:
        what = "this is a second configuration, and only one policy is read"
        raise document.fail(found[1].position, what, fix="Leave one of them")
    losses: list[Loss] = []
    read_policy = _read(document, found[0], losses)
    return Translation(
        policies.make_ruleset(read_policy.policy), (*losses, *read_policy.losses), text, tuple(read_policy.findings)
    )


def _read(document: Document, node: Node, losses: list[Loss]) -> policies.Read:
    capital: dict[str, Node] = {}
    for name, value in node.fields.items():
        if _capitalize(name) in capital:
            what = f"{name} stands here a second time"
            raise document.fail(value.position, what, fix="Leave one of them")
        capital[_capitalize(name)] = value
    fields = Fields(document, Node(capital, node.position))
    lists = {
        name: fields.texts(name, _NAMES[name]) or [] for name in _NAMES if name.endswith("s") and "Cred" not in name
    }
    age = fields.number("MaxAge", "max_age")
    credentials = bool(fields.flag("AllowCredentials", "allow_credentials"))
    losses += fields.list_others(_CALLED)
    origins = lists["AllowOrigins"]
    # Why: API Gateway refuses such a configuration, and it means every origin without credentials.
    has_any = ANY in origins or not credentials
    start = node.position
    place = fields.places.get("allow_origins", start)
    stars = [text for text in origins if ANY in text and text != ANY and text not in _SCHEMES]
    losses += [Loss(f"AllowOrigins: {text}", "no origin has a * in it", "cosmetic", place) for text in stars]
    options: dict[str, Any] = {
        "allow_origins": ANY if ANY in origins else [text for text in origins if ANY not in text],
        "allow_origin_regex": [] if ANY in origins else [_SCHEMES[text] for text in origins if text in _SCHEMES],
        "allow_credentials": credentials,
        "expose_headers": lists["ExposeHeaders"],
        "max_age": age,
    }
    place = fields.places.get("allow_methods", start)
    options["allow_methods"] = read_sent_methods(lists["AllowMethods"], place, losses, has_credentials=not has_any)
    place = fields.places.get("allow_headers", start)
    options |= read_sent_names(lists["AllowHeaders"], place, losses, has_credentials=not has_any)
    return policies.read_options(options, policies.Place(NAME, document.text, fields.places, start))


def write(ruleset: Ruleset) -> Written:
    """Write the configuration as the command line and CloudFormation take it."""
    policy, losses = policies.choose_policy(ruleset, _CALLED)
    losses += policies.list_unsaid(policy, _CALLED, ("deny_origins", "deny_headers"))
    found = write_listed_origins(
        policy, _CALLED, _write_origin, write_regex=_write_regex, any_with_credentials=list(_SCHEMES)
    )
    losses += found.losses
    values: dict[str, Any] = {
        "AllowOrigins": [ANY] if found.is_any else found.texts,
        "AllowCredentials": found.has_credentials,
        "AllowMethods": _list_methods(policy, losses),
        "AllowHeaders": write_sent_names(policy, _CALLED, losses, _USUAL),
        "ExposeHeaders": [*policy.expose_headers],
        "MaxAge": policy.max_age,
    }
    kept = {name: value for name, value in values.items() if value is not None and value != []}
    text = json.dumps(kept, indent=2, ensure_ascii=False) + "\n"
    if not [loss for loss in losses if loss.how_bad != "cosmetic"]:
        losses += policies.list_differences(policy, read(text).ruleset.rules[0].policy, _CALLED)
    return Written(text, losses)


def _write_origin(text: str) -> str | None:
    return text if ANY not in text and read_origin(text) else None


def _write_regex(text: str) -> str | None:
    return next((written for written, regex in _SCHEMES.items() if regex == text), None)


def _list_methods(policy: Policy, losses: list[Loss]) -> list[str]:
    methods = write_sent_methods(policy, _CALLED, losses, _METHODS)
    others = [method for method in methods if method not in {*_METHODS, ANY}]
    if others:
        losses.append(Loss(f"allow_methods={others!r}", f"{_CALLED} knows no such methods", "narrows"))
    return [method for method in methods if method not in others]
