"""The CORS filter of ``HTTPRoute``, of the Kubernetes Gateway API: one policy for the paths of each rule.

Spec: https://gateway-api.sigs.k8s.io/geps/gep-1767/
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from crossorigin.dialects import DialectError, Finding, Loss, Position, Translation, Written
from crossorigin.dialects import _policies as policies
from crossorigin.dialects._collecting import Collected, Place, list_changes
from crossorigin.dialects._documents import Document, Fields, Node, list_objects
from crossorigin.dialects._lists import list_denied, read_listed_names, write_listed_names
from crossorigin.dialects._places import START
from crossorigin.dialects._wildcards import cut, write_listed_origins
from crossorigin.dialects._yaml import parse_yaml
from crossorigin.policy import ANY
from crossorigin.ruleset import EVERYTHING
from crossorigin.standard.headers import AUTHORIZATION
from crossorigin.standard.methods import SAFELISTED_METHODS
from crossorigin.standard.paths import decode_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset

NAME = "gateway-api"
FORM = "settings"

_CALLED = "the Gateway API"
_KIND = "HTTPRoute"
_FILTER = "CORS"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"})
_MOST_ORIGINS = _MOST_NAMES = _MOST_MATCHES = 64
_MOST_RULES = 16
_LONGEST_PATH = 1024

#: What may stand in ``allowOrigins``, beside ``*`` alone.
_ORIGIN = re.compile(r"https?://(?:(?:\*\.)?(?:[a-zA-Z0-9-]+\.)*[a-zA-Z0-9-]+|\*)(?::[0-9]{1,5})?")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}

#: What a host that is a ``*`` alone stands for.
_ANY_HOST = r"(?:[^/:]+|\[[0-9a-f:.]+\])"

#: What stands in a path as it is.
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/")


def recognizes(text: str) -> bool:
    """Tell whether a text is YAML with a CORS filter of a route."""
    if _KIND not in text or "cors" not in text:
        return False
    try:
        document, roots = parse_yaml(NAME, text)
        return any(_find_cors(document, rule) for route in list_objects(roots, _KIND) for rule in _list_rules(route))
    except DialectError:
        return False


def read(text: str) -> Translation:
    """Read the rules that have a CORS filter, and those that have none beside them.

    :raises DialectError: it is not YAML, or there is no such filter, or a field is of another type.
    """
    document, roots = parse_yaml(NAME, text)
    collected = Collected(_CALLED)
    findings: list[Finding] = []
    has_cors = False
    for route in list_objects(roots, _KIND):
        for rule in _list_rules(route):
            policy = None
            if cors := _find_cors(document, rule):
                has_cors = True
                policy, found = _read_cors(document, cors, collected)
                findings += found
            _lose_filters_of_backends(rule, collected)
            collected.add(_read_paths(rule, collected), policy)
    if not has_cors:
        fix = f"Give it an {_KIND} with a filter of type {_FILTER}"
        raise document.fail(START, "there is no CORS filter here", fix=fix)
    ruleset = collected.make()
    return Translation(ruleset, tuple(collected.losses), text, tuple(findings))


def _list_rules(route: Node) -> list[Node]:
    rules = route.find("spec", "rules")
    return rules.items if rules else []


def _find_cors(document: Document, rule: Node) -> Node | None:
    """Return the fields of the CORS filter of a rule.

    :raises DialectError: there are two.
    """
    found = _list_filters(rule)
    if len(found) > 1:
        raise document.fail(found[1].position, "this is a second CORS filter of a rule", fix="Leave one of them")
    if not found:
        return None
    cors = found[0].find("cors")
    return cors if cors and isinstance(cors.value, dict) else Node({}, found[0].position)


def _list_filters(node: Node) -> list[Node]:
    filters = node.find("filters")
    return [one for one in (filters.items if filters else []) if (kind := one.find("type")) and kind.value == _FILTER]


def _lose_filters_of_backends(rule: Node, collected: Collected) -> None:
    backends = rule.find("backendRefs")
    for backend in backends.items if backends else []:
        for one in _list_filters(backend):
            why = "it is a filter of a backend, and only those of rules are read"
            collected.losses.append(Loss("a CORS filter", why, "narrows", one.position))


def _read_paths(rule: Node, collected: Collected) -> list[Place]:
    """Return the paths that a rule serves: every path, where it names none."""
    matches = rule.find("matches")
    if matches is None or not matches.items:
        return [Place(EVERYTHING, rule.position)]
    places = []
    for match in matches.items:
        others = [name for name in match.fields if name != "path"]
        if others:
            why = "a policy is chosen by the path alone, and is read for all requests to it"
            collected.lose(f"a match by {', '.join(others)}", why, match.position)
        places.append(_read_path(match))
    return places


def _read_path(match: Node) -> Place:
    value, kind = match.find("path", "value"), match.find("path", "type")
    written = str(value.value) if value else "/"
    position = value.position if value else match.position
    sort = kind.value if kind else "PathPrefix"
    if sort == "PathPrefix":
        # "a request path of /abc, /abc/ and /abc/def" are all matched by the prefix /abc, and by /abc/.
        return Place(f"{decode_path(written).rstrip('/')}/*", position)
    # Why: a regular expression is no path of a rule, and with its mark it cannot be taken for one.
    return Place(decode_path(written) if sort == "Exact" else f"~ {written}", position)


def _read_cors(document: Document, node: Node, collected: Collected) -> tuple[Policy, list[Finding]]:
    fields = Fields(document, node)
    origins = fields.texts("allowOrigins", "allow_origins") or []
    credentials = bool(fields.flag("allowCredentials", "allow_credentials"))
    methods = fields.texts("allowMethods", "allow_methods") or []
    names = fields.texts("allowHeaders", "allow_headers") or []
    options: dict[str, Any] = {
        "allow_credentials": credentials,
        "expose_headers": fields.texts("exposeHeaders", "expose_headers") or [],
        # Why: without one, a gateway says 5, which is what a browser takes where nothing is said.
        "max_age": fields.number("maxAge", "max_age"),
        # "The CORS-safelisted methods are always allowed, regardless of whether they are specified"
        "allow_methods": ANY if ANY in methods else [*methods, *sorted(SAFELISTED_METHODS - set(methods))],
    }
    if not methods:
        del options["allow_methods"]
    losses = fields.list_others(_CALLED)
    options |= _read_origins(origins, fields.places.get("allow_origins", node.position), losses)
    if ANY in names:
        options["allow_headers"] = ANY
        if not credentials or ANY in origins:
            why = (
                "a gateway may send the * itself, which browsers do not take for this name, and it is read so: list "
                "the names"
            )
            losses.append(Loss(f"{AUTHORIZATION} in allowHeaders: *", why, "narrows", fields.places["allow_headers"]))
            options["deny_headers"] = [AUTHORIZATION]
    else:
        options |= read_listed_names(names)
    place = policies.Place(NAME, document.text, fields.places, node.position)
    found = policies.read_options(options, place)
    collected.losses += [*losses, *found.losses]
    return found.policy, found.findings


def _read_origins(texts: list[str], position: Position, losses: list[Loss]) -> dict[str, Any]:
    if ANY in texts:
        return {"allow_origins": ANY}
    origins: list[str] = []
    regexes: list[str] = []
    for text in texts:
        if not _ORIGIN.fullmatch(text):
            losses.append(Loss(f"allowOrigins: {text}", f"{_CALLED} refuses such an origin", "cosmetic", position))
            continue
        scheme, _, rest = text.partition("://")
        # "if not included, port 80 is assumed for http scheme origins, and port 443 is assumed for https origins"
        bare = text.removesuffix(_DEFAULT_PORTS.get(scheme, "\n")).lower()
        if rest.partition(":")[0] == ANY:
            regexes.append(_ANY_HOST.join(bare.split(ANY)))
        else:
            origins.append(bare)
    return {"allow_origins": origins, "allow_origin_regex": regexes or None}


def write(ruleset: Ruleset) -> Written:
    """Write routes with a rule for each policy, and one without CORS for all other paths."""
    losses: list[Loss] = []
    rules = [
        (paths, _write_cors(rule.policy, losses))
        for rule in ruleset.rules
        for paths in _part([path for path in rule.paths if _check_length(path, losses)], _MOST_MATCHES)
    ]
    if not any(EVERYTHING in rule.paths for rule in ruleset.rules):
        rules.append(([EVERYTHING], []))
    routes = [_write_route(number, part) for number, part in enumerate(_part(rules, _MOST_RULES), 1)]
    text = "---\n".join(routes)
    if not [loss for loss in losses if loss.how_bad != "cosmetic"]:
        losses += list_changes(ruleset, read(text).ruleset, _CALLED)
    return Written(text, losses)


def _part(items: Sequence[Any], most: int) -> Iterator[Any]:
    for at in range(0, len(items), most):
        yield items[at : at + most]


def _check_length(path: str, losses: list[Loss]) -> bool:
    if len(_encode_path(path)) <= _LONGEST_PATH:
        return True
    why = f"{_CALLED} takes at most {_LONGEST_PATH} letters, and the path is left out"
    losses += [Loss(f"the path {path}", why, "narrows"), Loss(f"the path {path}", why, "widens")]
    return False


def _encode_path(path: str) -> str:
    return "".join(
        letter if letter in _PLAIN else "".join(f"%{byte:02X}" for byte in letter.encode(errors="surrogateescape"))
        for letter in path
    )


def _write_route(number: int, rules: Sequence[tuple[list[str], list[str]]]) -> str:
    lines = [
        "# Name your Gateway and your Service.",
        "apiVersion: gateway.networking.k8s.io/v1",
        f"kind: {_KIND}",
        "metadata:",
        f"  name: {'cors' if number == 1 else f'cors-{number}'}",
        "spec:",
        "  parentRefs:",
        "    - name: gateway",
        "  rules:",
    ]
    for paths, cors in rules:
        lines.append("    - matches:")
        for path in paths:
            kind = "PathPrefix" if path.endswith("/*") else "Exact"
            value = _encode_path(path.removesuffix("/*") or "/")
            lines += ["        - path:", f"            type: {kind}", f"            value: {json.dumps(value)}"]
        if cors:
            lines += ["      filters:", f"        - type: {_FILTER}", *cors]
        lines += ["      backendRefs:", "        - name: app", "          port: 8080"]
    return "\n".join(lines) + "\n"


def _write_cors(policy: Policy, losses: list[Loss]) -> list[str]:
    losses += policies.list_unsaid(policy, _CALLED, ("deny_origins", "deny_headers"))
    found = write_listed_origins(policy, _CALLED, _write_origin, write_regex=_write_regex)
    origins, lost = cut([ANY] if found.is_any else found.texts, _MOST_ORIGINS, _CALLED, "origins")
    losses += [*found.losses, *lost]
    names, lost = cut(
        _list_names(policy, losses, has_credentials=found.has_credentials), _MOST_NAMES, _CALLED, "header names"
    )
    exposed, lost_too = cut([*policy.expose_headers], _MOST_NAMES, _CALLED, "header names to expose")
    losses += [*lost, *lost_too]
    if policy.max_age == 0:
        losses.append(Loss("max_age=0", f"{_CALLED} says at least one second", "cosmetic"))
    lists = {
        "allowOrigins": origins,
        "allowMethods": _list_methods(policy, losses),
        "allowHeaders": names,
        "exposeHeaders": exposed,
    }
    lines = ["          cors:"]
    for name, items in lists.items():
        lines += [f"            {name}:", *(f"              - {json.dumps(item)}" for item in items)] if items else []
    lines.append(f"            allowCredentials: {json.dumps(found.has_credentials)}")
    if policy.max_age is not None:
        lines.append(f"            maxAge: {max(policy.max_age, 1)}")
    return lines


def _write_origin(text: str) -> str | None:
    return text if _ORIGIN.fullmatch(text) else None


def _write_regex(text: str) -> str | None:
    written = text.replace(_ANY_HOST, ANY, 1)
    return written if written != text and _ORIGIN.fullmatch(written) else None


def _list_methods(policy: Policy, losses: list[Loss]) -> list[str]:
    if policy.allow_methods == (ANY,):
        return [ANY]
    if missing := sorted(SAFELISTED_METHODS - set(policy.allow_methods)):
        losses.append(Loss("allow_methods", f"{_CALLED} always allows {', '.join(missing)}", "widens"))
    others = [method for method in policy.allow_methods if method not in _METHODS]
    if others:
        losses.append(Loss(f"allow_methods={others!r}", f"{_CALLED} knows no such methods", "narrows"))
    return [method for method in policy.allow_methods if method in _METHODS]


def _list_names(policy: Policy, losses: list[Loss], *, has_credentials: bool) -> list[str]:
    if policy.allow_headers != (ANY,):
        return write_listed_names(policy)
    losses += list_denied(policy, _CALLED)
    if not has_credentials and AUTHORIZATION.lower() not in policy.denied_names:
        why = "a gateway may send the * itself, which browsers do not take for this name"
        losses.append(Loss(f"{AUTHORIZATION} in allow_headers=['*']", why, "narrows"))
    return [ANY]
