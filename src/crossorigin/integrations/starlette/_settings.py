"""Starlette's settings and the habits of its middleware."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossorigin.integrations._dropin import make_policy
from crossorigin.policy.habits import Habits
from crossorigin.reasons import (
    HEADER_NOT_ALLOWED,
    MALFORMED_HEADER_NAMES,
    MALFORMED_METHOD,
    METHOD_NOT_ALLOWED,
    PRIVATE_NETWORK_NOT_ALLOWED,
    TOO_MANY_HEADER_NAMES,
)
from crossorigin.standard.headers import ORIGIN, REQUEST_HEADERS, REQUEST_METHOD, REQUEST_PRIVATE_NETWORK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crossorigin.policy import Policy
    from crossorigin.reasons import Reason

#: What ``["*"]`` stands for as methods.
ALL_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY")

_SAFELISTED = ("Accept", "Accept-Language", "Content-Language", "Content-Type")
_WORDS = {
    METHOD_NOT_ALLOWED: "method",
    MALFORMED_METHOD: "method",
    HEADER_NOT_ALLOWED: "headers",
    MALFORMED_HEADER_NAMES: "headers",
    TOO_MANY_HEADER_NAMES: "headers",
    PRIVATE_NETWORK_NOT_ALLOWED: "private-network",
}


def _write_refusal(policy: Policy, kind: str, reasons: Sequence[Reason]) -> str:
    own = [policy.error_messages[reason.id] for reason in reasons if reason.id in policy.error_messages]
    words = dict.fromkeys(_WORDS.get(reason, "origin") for reason in reasons)
    return "\n".join(own) or (f"Disallowed CORS {', '.join(words)}" if kind == "preflight" else "Disallowed CORS")


def _list_names(policy: Policy, asked: Sequence[str]) -> str:
    if policy.allow_headers == ("*",):
        return ", ".join(asked)
    written = {name.lower(): name for name in (*policy.allow_headers, *_SAFELISTED)}
    return ", ".join(sorted(written[name] for name in policy.header_names))


HABITS = Habits(
    bare="silent",
    varies=True,
    preflight_vary=f"{ORIGIN}, {REQUEST_METHOD}, {REQUEST_HEADERS}, {REQUEST_PRIVATE_NETWORK}",
    list_names=_list_names,
    refusal_status=400,
    body="OK",
    write_refusal=_write_refusal,
    refuses_private=True,
)

#: What Starlette's class takes, with its defaults, and what of ours has another default here.
DEFAULTS: dict[str, Any] = {
    "allow_origins": (),
    "allow_methods": ("GET",),
    "allow_headers": (),
    "allow_credentials": False,
    "allow_origin_regex": None,
    "allow_private_network": False,
    "expose_headers": (),
    "max_age": 600,
    "preflight_status": 200,
    "websockets": "warn",
}


def read_settings(options: dict[str, Any]) -> Policy:
    """Make the policy that Starlette's options, and ours beside them, stand for.

    :raises PolicyError: a mistake that has an effect.
    """
    options = {**DEFAULTS, **options}
    methods = options["allow_methods"]
    options["allow_methods"] = methods = [methods] if isinstance(methods, str) else [*methods]
    if "*" in methods:
        options["allow_methods"] = ALL_METHODS
    return make_policy(options, HABITS)
