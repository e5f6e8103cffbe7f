"""The CORS annotations of ingress-nginx, on objects of kind ``Ingress``: one policy for all paths of each.

Spec: https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#enable-cors
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from crossorigin.dialects import DialectError, Finding, Loss, Position, Translation, Written
from crossorigin.dialects import _policies as policies
from crossorigin.dialects._collecting import Collected, Place, list_changes
from crossorigin.dialects._documents import list_objects
from crossorigin.dialects._lists import read_listed_names, write_listed_names
from crossorigin.dialects._places import START
from crossorigin.dialects._wildcards import write_listed_origins
from crossorigin.dialects._yaml import parse_yaml
from crossorigin.origins.origin import NULL
from crossorigin.policy import ANY
from crossorigin.ruleset import EVERYTHING
from crossorigin.standard.headers import is_forbidden_request_name
from crossorigin.standard.methods import SAFELISTED_METHODS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crossorigin.dialects._documents import Document, Node
    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset

NAME = "ingress-nginx"
FORM = "settings"

_CALLED = "ingress-nginx"
_KIND = "Ingress"
_PREFIX = "nginx.ingress.kubernetes.io/"
_ENABLE = "enable-cors"
_REGEX_PATHS = "use-regex"
_OPTIONS = {
    "cors-allow-origin": "allow_origins",
    "cors-allow-methods": "allow_methods",
    "cors-allow-headers": "allow_headers",
    "cors-expose-headers": "expose_headers",
    "cors-allow-credentials": "allow_credentials",
    "cors-max-age": "max_age",
}

#: What holds where an annotation is left out, or is not of its form.
_DEFAULTS = {
    "cors-allow-origin": ANY,
    "cors-allow-methods": "GET, PUT, POST, DELETE, PATCH, OPTIONS",
    "cors-allow-headers": "DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,"
    "Range,Authorization",
    "cors-expose-headers": "",
    "cors-allow-credentials": "true",
    "cors-max-age": "1728000",
}
_LONGEST_AGE = 86_400

#: The forms, which match the same texts as those of ingress-nginx, but in a time that grows as the text does.
_FORMS = {
    "cors-allow-origin": r"(?:[A-Za-z0-9.,-]|(?<=[a-z])://|\*\.|:[0-9]++)*+|\*",
    "cors-allow-methods": r"(?:[A-Za-z]++,?\s?)++",
    "cors-allow-headers": "[A-Za-z0-9_, -]*",
    "cors-expose-headers": r"(?:(?:[A-Za-z0-9_-]++|\*),?\s?)++",
    "cors-allow-credentials": "1|t|T|TRUE|true|True|0|f|F|FALSE|false|False",
    "cors-max-age": "[-+]?[0-9]{1,18}",
}
_ORIGIN = re.compile(r"[a-z]+://(?:\*\.)?[A-Za-z0-9.-]*(?::[0-9]+)?")
_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_LETTERS = re.compile("[A-Za-z]+")
_NAME = re.compile("[A-Za-z0-9_-]+")
_PATH = re.compile("/[A-Za-z0-9._/-]*")

#: What a ``*`` in an origin stands for: the letters of one label.
_LABEL = "[a-z0-9-]+"

#: A name that no script can send, and so one that allows nothing: no list can be empty.
_NOTHING = "DNT"

_NO_ORIGIN = "none.invalid"

#: What is listed in the place of every name.
_USUAL = ("Authorization", "Cache-Control", "If-Modified-Since", "Range", "User-Agent", "X-Requested-With")


def recognizes(text: str) -> bool:
    """Tell whether a text is YAML with an Ingress that has one of the annotations."""
    if _PREFIX not in text:
        return False
    try:
        _, roots = parse_yaml(NAME, text)
    except DialectError:
        return False
    known = {_PREFIX + name for name in (_ENABLE, *_OPTIONS)}
    return any(known & set(_find_annotations(one)) for one in list_objects(roots, _KIND))


def read(text: str) -> Translation:
    """Read the annotations, each with its default, for the paths of the same object.

    :raises DialectError: it is not YAML, or no Ingress enables CORS.
    """
    document, roots = parse_yaml(NAME, text)
    collected = Collected(_CALLED)
    findings: list[Finding] = []
    has_cors = False
    for ingress in list_objects(roots, _KIND):
        annotations = _find_annotations(ingress)
        policy = None
        if _read_flag(annotations.get(_PREFIX + _ENABLE), default=False):
            has_cors = True
            found = _read_policy(document, annotations, collected.losses)
            collected.losses += found.losses
            findings += found.findings
            policy = found.policy
        else:
            collected.losses += [
                Loss(name, f"it has no effect without {_ENABLE}", "cosmetic", annotations[_PREFIX + name].position)
                for name in _OPTIONS
                if _PREFIX + name in annotations
            ]
        collected.add(_list_places(ingress, annotations, collected.losses), policy)
    if not has_cors:
        fix = f'Give it an Ingress with the annotation {_PREFIX}{_ENABLE}: "true"'
        raise document.fail(START, "no Ingress here enables CORS", fix=fix)
    ruleset = collected.make()
    return Translation(ruleset, tuple(collected.losses), text, tuple(findings))


def _find_annotations(ingress: Node) -> dict[str, Node]:
    """Return the annotations that hold a text, or what is written as one."""
    found = ingress.find("metadata", "annotations")
    return {name: node for name, node in found.fields.items() if node.written} if found else {}


def _read_flag(node: Node | None, *, default: bool) -> bool:
    is_flag = node is not None and re.fullmatch(_FORMS["cors-allow-credentials"], node.written)
    return node.written in _TRUE if node and is_flag else default


def _list_places(ingress: Node, annotations: dict[str, Node], losses: list[Loss]) -> list[Place]:
    """Return the paths that an object serves: every path, where it names none."""
    rules = ingress.find("spec", "rules")
    has_regexes = _read_flag(annotations.get(_PREFIX + _REGEX_PATHS), default=False)
    places = []
    for rule in rules.items if rules else []:
        paths = rule.find("http", "paths")
        places += [_read_place(path, losses, has_regexes=has_regexes) for path in (paths.items if paths else [])]
    return places or [Place(EVERYTHING, ingress.position)]


def _read_place(path: Node, losses: list[Loss], *, has_regexes: bool) -> Place:
    written, sort = path.find("path"), path.find("pathType")
    kind = sort.value if sort else ""
    text = written.written if written else "/"
    position = written.position if written else path.position
    if has_regexes and kind != "Exact" and text != "/":
        # Why: with its mark, an expression cannot be taken for a path.
        return Place(f"~ {text}", position)
    if kind == "Exact":
        return Place(text, position)
    if kind != "Prefix" and not text.endswith("/"):
        why = f"nginx also matches longer names, such as {text}s, and the rule does not"
        losses.append(Loss(f"the path {text}", why, "narrows", position))
    return Place(f"{text.rstrip('/')}/*", position)


def _read_policy(document: Document, annotations: dict[str, Node], losses: list[Loss]) -> policies.Read:
    values = dict(_DEFAULTS)
    places: dict[str, Position] = {}
    for name, default in _DEFAULTS.items():
        node = annotations.get(_PREFIX + name)
        if node is None:
            continue
        # Why: of lists, the forms are asked without their spaces.
        bare = node.written.replace(" ", "") if name != "cors-max-age" else node.written
        if re.fullmatch(_FORMS[name], bare):
            values[name], places[_OPTIONS[name]] = node.written, node.position
        else:
            why = f"it is not of its form, and the default holds: {default}"
            losses.append(Loss(f"{name}: {node.written}", why, "cosmetic", node.position))
    first = annotations[_PREFIX + _ENABLE].position
    methods = _split(values["cors-allow-methods"])
    names = [name for name in _split(values["cors-allow-headers"]) if not is_forbidden_request_name(name)]
    options: dict[str, Any] = {
        "allow_credentials": values["cors-allow-credentials"] in _TRUE,
        # Why: the answer to a preflight is always a list, and browsers let these pass without being on it.
        "allow_methods": [*methods, *sorted(SAFELISTED_METHODS - set(methods))],
        "expose_headers": _split(values["cors-expose-headers"]),
        "max_age": int(values["cors-max-age"]) if "max_age" in places else _LONGEST_AGE,
        **read_listed_names(names),
        **_read_origins(values["cors-allow-origin"], places.get("allow_origins", first), losses),
    }
    if options["allow_origins"] == ANY and options["allow_credentials"]:
        # Why: the * is sent as it is, and no browser takes it where there are credentials.
        options["allow_credentials"] = False
        if "allow_credentials" in places:
            why = "the * is sent as it is, and browsers refuse it with credentials"
            losses.append(Loss("cors-allow-credentials", why, "cosmetic", places["allow_credentials"]))
    return policies.read_options(options, policies.Place(NAME, document.text, places, first))


def _split(value: str) -> list[str]:
    return [item.strip() for item in value.split(",") if item.strip()]


def _read_origins(value: str, position: Position, losses: list[Loss]) -> dict[str, Any]:
    origins: list[str] = []
    regexes: list[str] = []
    for item in _split(value):
        if item == ANY:
            return {"allow_origins": ANY}
        if item != NULL and not _ORIGIN.fullmatch(item):
            losses.append(
                Loss(f"cors-allow-origin: {item}", "it has no scheme, and is passed over", "cosmetic", position)
            )
        elif ANY in item:
            regexes.append(re.sub(r"\.", r"\\.", item.lower()).replace(ANY, _LABEL))
        else:
            # Why: the comparison is without case, and browsers send lower case.
            origins.append(item.lower())
    return {"allow_origins": origins, "allow_origin_regex": regexes or None}


def write(ruleset: Ruleset) -> Written:
    """Write one Ingress for each policy."""
    losses: list[Loss] = []
    parts = []
    for number, rule in enumerate(ruleset.rules, 1):
        paths = [path for path in rule.paths if _check_path(path, losses)]
        if paths:
            name = "cors" if number == 1 else f"cors-{number}"
            parts.append(_write_ingress(name, paths, _list_values(rule.policy, losses)))
    if not parts:
        raise DialectError(NAME, "none of the paths can be written", fix="Give it rules whose paths are plain")
    text = "---\n".join(parts)
    if not [loss for loss in losses if loss.how_bad != "cosmetic"]:
        losses += list_changes(ruleset, read(text).ruleset, _CALLED)
    return Written(text, losses)


def _check_path(path: str, losses: list[Loss]) -> bool:
    if _PATH.fullmatch(path.removesuffix("*")):
        return True
    why = f"{_CALLED} takes letters, digits and ._-/ in a path, and it is left out"
    losses += [Loss(f"the path {path}", why, "narrows"), Loss(f"the path {path}", why, "widens")]
    return False


def _write_ingress(name: str, paths: Sequence[str], values: dict[str, str]) -> str:
    lines = [
        "# Name your class, host and Service.",
        "apiVersion: networking.k8s.io/v1",
        f"kind: {_KIND}",
        "metadata:",
        f"  name: {name}",
        "  annotations:",
        f'    {_PREFIX}{_ENABLE}: "true"',
        *(f"    {_PREFIX}{key}: {json.dumps(value)}" for key, value in values.items()),
        "spec:",
        "  ingressClassName: nginx",
        "  rules:",
        "    - http:",
        "        paths:",
    ]
    for path in paths:
        kind = "Prefix" if path.endswith("/*") else "Exact"
        lines += [
            f"          - path: {json.dumps(path.removesuffix('/*') or '/')}",
            f"            pathType: {kind}",
            "            backend:",
            "              service:",
            "                name: app",
            "                port:",
            "                  number: 80",
        ]
    return "\n".join(lines) + "\n"


def _list_values(policy: Policy, losses: list[Loss]) -> dict[str, str]:
    losses += policies.list_unsaid(policy, _CALLED, ("deny_origins", "deny_headers"))
    found = write_listed_origins(policy, _CALLED, _write_origin, write_regex=_write_regex)
    losses += [
        Loss(f"the origin {text}", f"{_CALLED}: its * stands for one label, and not for several", "narrows")
        for text in found.texts
        if text in policy.allow_origins and ANY in text
    ]
    losses += found.losses
    texts = [ANY] if found.is_any else found.texts
    if not texts:
        # Why: where none is named, every origin is allowed; what has no scheme is passed over.
        texts = [_NO_ORIGIN]
        losses.append(Loss("allow_origins=[]", f"{_CALLED} passes over {_NO_ORIGIN}, and allows none", "cosmetic"))
    age = policy.max_age
    if age is None:
        age = 5
        losses.append(Loss("max_age=None", f"{_CALLED} always sends an age: 5 is what browsers take", "cosmetic"))
    values = {
        "cors-allow-origin": ", ".join(texts),
        "cors-allow-methods": ", ".join(_list_methods(policy, losses)),
        "cors-allow-headers": ", ".join(_list_names(policy, losses)),
        "cors-expose-headers": ", ".join(_keep(policy.expose_headers, "expose_headers", losses, also=(ANY,))),
        "cors-allow-credentials": json.dumps(found.has_credentials),
        "cors-max-age": str(age),
    }
    return {name: value for name, value in values.items() if value}


def _write_origin(text: str) -> str | None:
    return text if text == NULL or _ORIGIN.fullmatch(text) else None


def _write_regex(text: str) -> str | None:
    written = text.replace(_LABEL, ANY, 1).replace(r"\.", ".")
    again = re.sub(r"\.", r"\\.", written).replace(ANY, _LABEL)
    return written if again == text and ANY in written and _ORIGIN.fullmatch(written) else None


def _list_methods(policy: Policy, losses: list[Loss]) -> list[str]:
    if policy.allow_methods == (ANY,):
        why = f"{_CALLED} has no word for it, and the methods that are usual are listed"
        losses.append(Loss("allow_methods=['*']", why, "narrows"))
        return [*_split(_DEFAULTS["cors-allow-methods"]), "HEAD"]
    if missing := sorted(SAFELISTED_METHODS - set(policy.allow_methods)):
        why = f"{_CALLED} leaves it to the browser, and browsers let {', '.join(missing)} pass"
        losses.append(Loss("allow_methods", why, "widens"))
    others = [method for method in policy.allow_methods if not _LETTERS.fullmatch(method)]
    if others:
        losses.append(Loss(f"allow_methods={others!r}", f"{_CALLED} takes letters only", "narrows"))
    return [method for method in policy.allow_methods if _LETTERS.fullmatch(method)] or ["GET"]


def _list_names(policy: Policy, losses: list[Loss]) -> list[str]:
    if policy.allow_headers == (ANY,):
        why = f"{_CALLED} has no word for it, and the names that are usual are listed"
        losses.append(Loss("allow_headers=['*']", why, "narrows"))
        usual = [name for name in _USUAL if name.lower() not in policy.denied_names]
        return [*usual, *write_listed_names(policy)[1:]] or [_NOTHING]
    return _keep(write_listed_names(policy), "allow_headers", losses) or [_NOTHING]


def _keep(names: Sequence[str], option: str, losses: list[Loss], also: Sequence[str] = ()) -> list[str]:
    kept = [name for name in names if _NAME.fullmatch(name) or name in also]
    if len(kept) < len(names):
        others = [name for name in names if name not in kept]
        losses.append(Loss(f"{option}={others!r}", f"{_CALLED} takes letters, digits, - and _ in a name", "narrows"))
    return kept
