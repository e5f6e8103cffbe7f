"""The CORS configuration of an HTTP API of Amazon API Gateway, in JSON or YAML: one policy for all paths.

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
from crossorigin.dialects._yaml import parse_yaml
from crossorigin.origins.origin import read_origin
from crossorigin.policy import ANY
from crossorigin.standard.headers import AUTHORIZATION

if TYPE_CHECKING:
    from crossorigin.dialects import HowBad
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
_NAMED = ("CorsConfiguration", "x-amazon-apigateway-cors")
_AROUND = (*_NAMED, "corsConfiguration", "Cors", "cors")
#: The resources of a template that have it: of CloudFormation, and of SAM, where it may be true.
_SAM = "AWS::Serverless::HttpApi"
_RESOURCES = ("AWS::ApiGatewayV2::Api", _SAM)
#: The properties of a resource that are an OpenAPI document.
_BODIES = ("Body", "DefinitionBody")
_UNKNOWN = "it is known only when the template is deployed: write it as a literal"

#: What stands for every origin of a scheme, and the expression for it.
_SCHEMES = {"https://*": "https://.*", "http://*": "http://.*"}
_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_USUAL = (AUTHORIZATION, "Cache-Control", "If-None-Match", "X-Api-Key", "X-Requested-With")


def recognizes(text: str) -> bool:
    """Tell whether a text is JSON or YAML with such a configuration."""
    if not any(name in text for name in (*_NAMED, *_NAMES, *map(_uncapitalize, _NAMES))):
        return False
    try:
        return any(_find(_parse(text)[1]))
    except DialectError:
        return False


def _parse(text: str) -> tuple[Document, list[Node]]:
    if text.lstrip("\ufeff \t\r\n")[:1] not in {"{", "["}:
        return parse_yaml(NAME, text)
    document, root = parse_json(NAME, text)
    return document, [root]


def _find(roots: list[Node]) -> list[Node]:
    """Return each configuration, also those of the resources of a template."""
    found: list[Node] = []
    for root in roots:
        resources = root.find("Resources")
        for resource in resources.fields.values() if resources else []:
            kind, properties = resource.find("Type"), resource.find("Properties")
            if kind and kind.value in _RESOURCES and properties:
                found += _find_around(properties, is_sam=kind.value == _SAM)
                for body in (properties.fields[name] for name in _BODIES if name in properties.fields):
                    found += _find_around(body, of=_NAMED[1:])
        shared = root.find("Globals", "HttpApi")
        found += _find_around(shared, is_sam=True) if shared else []
        found += _find_around(root)
    return list({id(node): node for node in found}.values())


def _find_around(around: Node, *, is_sam: bool = False, of: tuple[str, ...] = _AROUND) -> list[Node]:
    """Return the configuration that a value is, or has."""
    found = [around] if of == _AROUND and _has_names(around) else []
    for name in of:
        node = around.fields.get(name)
        if node is None:
            continue
        if is_sam and node.value is True:
            # Why: SAM makes every origin of it.
            every = Node([Node(ANY, node.position)], node.position)
            found.append(Node({"AllowOrigins": every}, node.position))
        elif _has_names(node) or (name in _NAMED and _is_computed(node)):
            found.append(node)
    return found


def _has_names(node: Node) -> bool:
    return any(_capitalize(name) in _NAMES for name in node.fields)


def _is_computed(node: Node) -> bool:
    """Tell whether a value is a function of a template, such as ``!Ref`` or ``{"Fn::Sub": ...}``."""
    is_long = len(node.fields) == 1 and all(name == "Ref" or name.startswith("Fn::") for name in node.fields)
    return is_long or (node.tag.startswith("!") and node.tag != "!")


def _uncapitalize(name: str) -> str:
    return name[:1].lower() + name[1:]


def _capitalize(name: str) -> str:
    return name[:1].upper() + name[1:]


def read(text: str) -> Translation:
    """Read the configuration; its fields may begin with a small letter or a capital one.

    :raises DialectError: it is neither JSON nor YAML, it has no configuration or several, or a field has another type.
    """
    document, roots = _parse(text)
    found = _find(roots)
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
        known = _take_known(_capitalize(name), value, losses)
        if known:
            capital[_capitalize(name)] = known
    if _is_computed(node):
        losses.append(Loss("the configuration", _UNKNOWN, "narrows", node.position))
        capital = {}
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


def _take_known(name: str, node: Node, losses: list[Loss]) -> Node | None:
    """Return what is known of a field."""
    how_bad: HowBad = "cosmetic" if name == "MaxAge" else "narrows"
    if name in _NAMES and _is_computed(node):
        losses.append(Loss(name, _UNKNOWN, how_bad, node.position))
        return None
    if name not in _NAMES or not node.items:
        return node
    losses += [
        Loss(f"an item of {name}", _UNKNOWN, how_bad, item.position) for item in node.items if _is_computed(item)
    ]
    return node._replace(value=[item for item in node.items if not _is_computed(item)])


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
