"""One policy in the words of other packages and servers: ``read`` and ``write``, and what is lost between them.

A dialect is a module with ``recognizes(text)``, ``read(text)`` and ``write(ruleset)``, loaded when it is first asked
for. Each knows the rules in the middle and its own format, and no other dialect. Programs and most edges are only
written: their modules have neither of the first two.
"""

from __future__ import annotations

import importlib
import warnings
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

from crossorigin.dialects._edges import LISTEN, UPSTREAM, Edge, parse_edge
from crossorigin.dialects._places import MAX_TEXT, check_size
from crossorigin.dialects._policies import make_ruleset, make_safe
from crossorigin.dialects._translation import Finding, HowBad, Loss, Position, Translation
from crossorigin.errors import DialectError, PolicyWarning
from crossorigin.policy import Policy
from crossorigin.policy.habits import STANDARD
from crossorigin.ruleset import Rule, Ruleset

if TYPE_CHECKING:
    from types import ModuleType

__all__ = [
    "DialectError",
    "Edge",
    "Finding",
    "Form",
    "HowBad",
    "Loss",
    "Position",
    "Translation",
    "Written",
    "find_form",
    "guess_dialect",
    "list_dialects",
    "list_readable",
    "read",
    "write",
]


class Written(NamedTuple):
    """What a dialect's ``write`` returns."""

    text: str
    losses: list[Loss]


#: What a dialect is, as its module's ``FORM`` says: all that a policy can say, under our names; the settings of a
#: package, which are read and written; a program; or the whole configuration of a server in front of another.
Form = Literal["ours", "settings", "code", "edge"]


#: Each dialect's name and the module that it is in.
_MODULES = {
    "apache": "apache",
    "api-gateway": "api_gateway",
    "caddy": "caddy",
    "django": "django_cors_headers",
    "env": "env",
    "envoy": "envoy",
    "express": "express",
    "express-middleware": "express_middleware",
    "fastapi": "fastapi",
    "fastrapi": "fastrapi",
    "flask-cors": "flask_cors",
    "gateway-api": "gateway_api",
    "haproxy": "haproxy",
    "ingress-nginx": "ingress_nginx",
    "kui": "kui",
    "laravel": "laravel",
    "laravel-middleware": "laravel_middleware",
    "nexios": "nexios",
    "nginx": "nginx",
    "php": "php",
    "rack": "rack",
    "rack-cors": "rack_cors",
    "s3": "s3",
    "sinatra": "sinatra",
    "sinatra-cross-origin": "sinatra_cross_origin",
    "toml": "toml",
    "traefik": "traefik",
}


def list_dialects() -> list[str]:
    """Return the names of all dialects.

    >>> "toml" in list_dialects()
    True
    """
    return sorted(_MODULES)


def list_readable() -> list[str]:
    """Return the names of the dialects that can be read.

    >>> "toml" in list_readable()
    True
    """
    return [name for name in list_dialects() if hasattr(_load(name), "read")]


def find_form(dialect: str) -> Form:
    """Return what a dialect is.

    :raises ValueError: there is no such dialect.

    >>> find_form("env")
    'ours'
    """
    return cast("Form", _load(dialect).FORM)


def read(dialect: str, text: str) -> Translation:
    """Read a policy in the words of *dialect*.

    What is dangerous there becomes a ruleset with the dangerous options that it needs, and a finding for each.

    :raises DialectError: the text cannot be read; says where. Or the dialect is only written.
    :raises ValueError: there is no such dialect.

    >>> read("env", "CORS_ALLOW_ORIGINS=https://app.example").ruleset.only_policy
    Policy(allow_origins=('https://app.example',))
    """
    check_size(dialect, text)
    module = _load(dialect)
    if not hasattr(module, "read"):
        fix = "Read the policy that it was written from"
        raise DialectError(dialect, "policies are written in this dialect, not read", fix=fix)
    return cast("Translation", module.read(text))


def write(
    dialect: str,
    ruleset: Ruleset | Policy,
    *,
    accept_dangerous: bool = False,
    upstream: str = UPSTREAM,
    listen: str = LISTEN,
) -> Translation:
    """Write a policy in the words of *dialect*.

    :param accept_dangerous: carry what only options that begin with ``dangerously_`` allow; else it is left out.
    :param upstream: for an edge, the origin that it stands in front of.
    :param listen: for an edge, the host and port that it listens on.
    :raises DialectError: the dialect has no words for any of it, or these are no addresses.
    :raises ValueError: there is no such dialect.

    >>> print(write("env", Policy(allow_origins=["https://app.example"])).text, end="")
    CORS_ALLOW_ORIGINS=https://app.example
    """
    module = _load(dialect)
    more: tuple[Any, ...] = (parse_edge(dialect, upstream, listen),) if module.FORM == "edge" else ()
    rules = make_ruleset(ruleset) if isinstance(ruleset, Policy) else ruleset
    if not rules.rules:
        fix = "Give it a Ruleset with a Rule: what finds its policy in another way cannot be written down"
        raise DialectError(dialect, "there is no rule to write", fix=fix)
    losses: list[Loss] = []
    plain = []
    with warnings.catch_warnings():
        # Why: whoever made the policy has been warned.
        warnings.simplefilter("ignore", PolicyWarning)
        for rule in rules.rules:
            policy, lost = rule.policy, _list_habits(rule.policy)
            if not accept_dangerous:
                policy, unsafe = make_safe(policy)
                lost += unsafe
            jsonp = rule.jsonp
            if jsonp is not None and not getattr(module, "SAYS_JSONP", False):
                lost.append(Loss(f"jsonp={jsonp!r}", "it is legacy, and only crossorigin proxy honours it", "narrows"))
                jsonp = None
            losses += lost
            plain.append(Rule(rule.paths, policy.with_habits(STANDARD), jsonp=jsonp))
        written: Written = module.write(Ruleset(plain), *more)
    return Translation(rules, tuple(dict.fromkeys([*losses, *written.losses])), written.text)


def guess_dialect(text: str) -> str | None:
    """Return the one dialect that a text is certainly of, or None; one that is too long to be read is of none.

    >>> guess_dialect('allow_origins = ["https://app.example"]')
    'toml'
    """
    if len(text) > MAX_TEXT:
        return None
    found = [name for name in list_readable() if _load(name).recognizes(text)]
    return found[0] if len(found) == 1 else None


def _list_habits(policy: Policy) -> list[Loss]:
    """Return what a policy from another package allows by its habits, and how it words its answers."""
    habits = policy.habits
    if habits == STANDARD:
        return []
    losses = [Loss("habits", "how another package words its answers is not written", "cosmetic")]
    if habits.names or habits.folds_methods or habits.texts:
        losses.append(Loss("habits", "what another package allows beyond its lists is not written", "narrows"))
    return losses


def _load(dialect: str) -> ModuleType:
    if dialect not in _MODULES:
        text = f"{dialect!r} is no dialect: known are {', '.join(list_dialects())}"
        raise ValueError(text)
    return importlib.import_module(f"crossorigin.dialects.{_MODULES[dialect]}")
