"""The options of Nexios' CORS middleware, and the policy that they stand for."""

from __future__ import annotations

import inspect
import warnings
from typing import TYPE_CHECKING, Any

from crossorigin.errors import PolicyWarning
from crossorigin.integrations._dropin import describe, make_policy
from crossorigin.integrations.nexios._habits import HABITS, read_messages
from crossorigin.policy import ANY, DEFAULTS, count_own_frames
from crossorigin.policy.settings import unknown_name

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from crossorigin.policy import Policy
    from crossorigin.policy.options import OriginValidator

#: Every option that Nexios documents, with its default; None: there is none, or it depends on the others.
OPTIONS: dict[str, Any] = {
    "allow_origins": [],
    "blacklist_origins": [],
    "allow_methods": ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
    "blacklist_headers": [],
    "allow_headers": [],
    "allow_credentials": None,
    "allow_origin_regex": None,
    "expose_headers": [],
    "max_age": 600,
    "strict_origin_checking": False,
    "dynamic_origin_validator": None,
    "debug": False,
    "custom_error_status": 400,
    "custom_error_messages": {},
}

#: What Nexios calls our options.
_CALLED = {
    "deny_origins": "blacklist_origins",
    "deny_headers": "blacklist_headers",
    "require_origin": "strict_origin_checking",
    "origin_validator": "dynamic_origin_validator",
    "error_status": "custom_error_status",
    "error_messages": "custom_error_messages",
}

#: Where Nexios takes the default for something empty.
_EMPTY_IS_UNSET = ("allow_methods", "allow_origin_regex", "custom_error_status", "custom_error_messages")

_NEVER_ASKED = 'dynamic_origin_validator: allow_origins has "*", so it is never asked. Take the "*" out'
_REPLACED = "allow_origins: dynamic_origin_validator takes its place. Let the validator allow these origins, too"
_NOT_CALLABLE = "dynamic_origin_validator: {!r} cannot be called. Write a function that takes the origin"


def read_settings(given: Mapping[str, Any]) -> Policy:
    """Make the policy that Nexios' options, and ours beside them, stand for.

    What has no effect is dropped with a ``PolicyWarning``.

    :raises PolicyError: a mistake that has an effect.
    """
    options = {name: value for name, value in given.items() if value is not None}
    for name in _EMPTY_IS_UNSET:
        if not options.get(name, True):
            del options[name]
    unknown = [name for name in options if name not in OPTIONS and name not in DEFAULTS]
    texts = [describe(unknown_name("CorsConfig", name, OPTIONS), {}) for name in unknown]
    options = {name: value for name, value in options.items() if name not in unknown}
    if "custom_error_messages" in options:
        options["custom_error_messages"] = read_messages(options["custom_error_messages"], texts)
    called = {ours: theirs for ours, theirs in _CALLED.items() if theirs in options}
    options |= {ours: options.pop(theirs) for ours, theirs in called.items() if ours not in options}
    methods = _make_list(options.get("allow_methods", OPTIONS["allow_methods"]))
    options["allow_methods"] = [item.upper() if isinstance(item, str) else item for item in methods]
    _settle_origins(options, texts)
    for text in texts:
        warnings.warn(text, PolicyWarning, stacklevel=count_own_frames())
    defaults = {"preflight_status": 201, "error_status": OPTIONS["custom_error_status"], "websockets": "warn"}
    return make_policy(defaults | options, HABITS, called)


def _settle_origins(options: dict[str, Any], texts: list[str]) -> None:
    """Let the validator take the place of the list, and ``*`` that of the validator; settle the credentials."""
    origins = _make_list(options.get("allow_origins", ()))
    is_any = ANY in origins
    validator = options.pop("origin_validator", None)
    if validator is not None and not callable(validator):
        texts.append(_NOT_CALLABLE.format(validator))
    elif validator is not None and is_any:
        texts.append(_NEVER_ASKED)
    elif validator is not None:
        options["origin_validator"] = _make_validator(validator)
        if origins:
            texts.append(_REPLACED)
        origins = []
    options["allow_origins"] = origins
    options.setdefault("allow_credentials", not is_any)


def _make_validator(validator: Callable[[str], Any]) -> OriginValidator:
    """Return a validator for which anything that is true allows, as it does for Nexios."""

    async def wait(answer: Awaitable[object]) -> bool:
        return bool(await answer)

    def ask(origin: str) -> bool | Awaitable[bool]:
        answer = validator(origin)
        return wait(answer) if inspect.isawaitable(answer) else bool(answer)

    async def ask_async(origin: str) -> bool:
        return bool(await validator(origin))

    call = getattr(validator, "__call__", None)  # noqa: B004 (an object whose __call__ is async)
    return ask_async if inspect.iscoroutinefunction(validator) or inspect.iscoroutinefunction(call) else ask


def _make_list(value: Iterable[Any]) -> list[Any]:
    return [value] if isinstance(value, str) else list(value)
