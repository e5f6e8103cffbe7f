"""A policy in the six options that a server reads which answers CORS by itself; all that they cannot say is named."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from crossorigin.errors import IncompatibleOptionsError, PolicyError, PolicyWarning, SettingError
from crossorigin.integrations._dropin import describe
from crossorigin.origins.origin import NULL
from crossorigin.policy import ANY, DEFAULTS, Policy, count_own_frames
from crossorigin.policy.habits import STANDARD
from crossorigin.policy.leniency import make_leniently
from crossorigin.ruleset import EVERYTHING, Ruleset

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The documented defaults.
_DOCUMENTED = {"allow_methods": ("GET", "POST", "PUT", "DELETE")}
_LISTS = ("allow_origins", "allow_methods", "allow_headers", "expose_headers")
_CARRIED = (*_LISTS, "allow_credentials", "max_age")
#: Where one of these is asked for, the server does it, or nothing is left to do.
_SAME = {"preflight_status": 200, "websockets": "ignore"}
_FREE = ("dangerously_allow_null_origin", "dangerously_allow_public_suffix_subdomains")

_FRONT = 'or put "crossorigin proxy" in front of the server (docs/proxy.md)'
_LIST_ORIGINS = "Write each origin by itself in allow_origins"
_LEAVE_OUT = "Leave it out"
_FIXES = {
    "allow_origin_regex": _LIST_ORIGINS,
    "origin_validator": _LIST_ORIGINS,
    "deny_origins": "Write only the origins that are allowed in allow_origins",
    "deny_headers": "Write only the names that are allowed in allow_headers",
    "require_origin": "Refuse in the handler, which can read the header",
    "enforce": "Refuse in the handler, which can read the header",
    "max_age": "Write a number of seconds; without one the server says 600",
    "preflight_status": "Leave it out: the server answers 200",
    "error_status": "Leave it out: the server refuses a preflight by the headers that it leaves out",
}


def carry_options(options: dict[str, Any]) -> dict[str, Any]:
    """Return the six options as they were written; what has no effect is dropped with a warning.

    :raises PolicyError: something is wrong, or is more than the server can carry.
    """
    options = {**_DOCUMENTED, **{name: _list(value) if name in _LISTS else value for name, value in options.items()}}
    mistakes = [*_find_uncarried(options)]
    named = {mistake.option for mistake in mistakes}
    try:
        policy, dropped = make_leniently({name: options[name] for name in options if name not in named}, STANDARD)
    except PolicyError as error:
        raise PolicyError([*mistakes, *error.mistakes]) from None
    if mistakes:
        raise PolicyError(mistakes)
    for text in dict.fromkeys(describe(mistake, {}) for mistake in dropped):
        warnings.warn(text, PolicyWarning, stacklevel=count_own_frames())
    return _write(policy, policy.allow_headers)


def carry_policy(policy: Policy | Ruleset, options: dict[str, Any]) -> dict[str, Any]:
    """Return the six options that say what a policy says.

    :raises PolicyError: the policy is more than the server can carry.
    :raises TypeError: there are options, too, or the policy is something else.
    """
    if options or not isinstance(policy, Policy | Ruleset):
        text = f"give either a Policy or a Ruleset, or options: {policy!r}, {options!r}"
        raise TypeError(text)
    if isinstance(policy, Ruleset):
        policy.refuse_jsonp()
    policies = [policy] if isinstance(policy, Policy) else [rule.policy for rule in policy.rules]
    paths = [] if isinstance(policy, Policy) else [path for rule in policy.rules for path in rule.paths]
    fix = f'Write one policy for "{EVERYTHING}"'
    mistakes = [_refuse("paths", path, fix) for path in paths if path != EVERYTHING]
    mistakes += [mistake for one in policies for mistake in _find_uncarried(one.settings)]
    if mistakes or not policies:
        raise PolicyError(mistakes or [_refuse("paths", "", fix)])
    # Why: a policy allows the names that every page may send without asking, and the server only what is listed.
    one = policies[0]
    return _write(one, one.allow_headers if one.allow_headers == (ANY,) else one.sorted_names)


def _write(policy: Policy, names: tuple[str, ...]) -> dict[str, Any]:
    kwargs = {name: getattr(policy, name) for name in _CARRIED} | {"allow_headers": names}
    if policy.dangerously_allow_null_origin and not policy.allows_any_origin:
        kwargs["allow_origins"] += (NULL,)
    return {name: [*value] if name in _LISTS else value for name, value in kwargs.items()}


def _find_uncarried(options: dict[str, Any]) -> Iterator[SettingError]:
    """Find what the server would pass over, or die of."""
    lists = {name: options[name] for name in _LISTS if isinstance(options.get(name), list | tuple)}
    for name, items in lists.items():
        if options.get("allow_credentials") is True and ANY in items:
            fix = "Write each of them, or drop allow_credentials: a bearer token in the Authorization header needs none"
            yield IncompatibleOptionsError(name, ANY, "wildcard-with-credentials", fix=fix)
    for item in lists.get("allow_origins", ()):
        if isinstance(item, str) and ANY in item and item != ANY:
            yield _refuse("allow_origins", item, _LIST_ORIGINS)
    for name, value in options.items():
        is_spoken = name in _FREE or value == _SAME.get(name, DEFAULTS.get(name))
        if name in DEFAULTS and not is_spoken and (name not in _CARRIED or (name == "max_age" and value is None)):
            yield _refuse(name, value, _FIXES.get(name, _LEAVE_OUT))


def _refuse(option: str, value: object, fix: str) -> SettingError:
    return IncompatibleOptionsError(option, value, "server-cannot-carry", fix=f"{fix}, {_FRONT}")


def _list(value: Any) -> Any:  # noqa: ANN401 (whatever was written)
    if isinstance(value, str):
        return [value]
    return [*value] if isinstance(value, Iterable) and not isinstance(value, bytes | dict) else value
