"""A policy from the options of flask-cors."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from crossorigin.errors import PolicyError
from crossorigin.integrations._dropin import make_policy
from crossorigin.integrations.flask import _values as values
from crossorigin.integrations.flask._names import CALLED, OWN, drop_unset
from crossorigin.integrations.flask.core import CONFIG_OPTIONS, DEFAULT_OPTIONS
from crossorigin.policy import ANY, Policy
from crossorigin.policy.habits import Habits
from crossorigin.standard.headers import NO_CORS_SAFELISTED_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def merge(config: Mapping[str, Any], *given: Mapping[str, Any]) -> dict[str, Any]:
    """Return all options: the defaults, what the app's config says, and what was given, the last one first."""
    named = zip(DEFAULT_OPTIONS, CONFIG_OPTIONS, strict=True)
    read = {name: config[key] for name, key in named if config.get(key) is not None}
    merged = {**DEFAULT_OPTIONS, **read}
    for options in given:
        merged.update(options)
    return merged


def make(options: Mapping[str, Any]) -> Policy:
    """Make a policy of all options.

    :raises PolicyError: a mistake that has an effect; it speaks of the options by their names in flask-cors.
    """
    origins, regexes = values.read_origins(drop_unset("origins", options["origins"]))
    names, patterns = values.read_header_names(options["allow_headers"])
    denied = [] if names == ANY else _list_unlisted(names, patterns)
    settings = {
        "allow_origins": origins,
        "allow_origin_regex": regexes,
        "allow_methods": values.read_methods(options["methods"]),
        "allow_headers": names,
        "allow_credentials": bool(options["supports_credentials"]),
        "expose_headers": values.read_words(options["expose_headers"]),
        "max_age": _read_age(options["max_age"]),
        "allow_private_network": bool(options["allow_private_network"]),
        "preflight_status": 200,
        "websockets": "warn",
        **{name: options[name] for name in OWN if name in options},
        "deny_headers": [*options.get("deny_headers", ()), *denied],
    }
    vary = "Origin" if options["vary_header"] else ""
    habits = Habits(
        echoes=not options["send_wildcard"],
        bare="first" if options["always_send"] else "silent",
        vary=vary,
        preflight_vary=vary,
        list_names=_list_names,
        refuses=False,
        folds_methods=True,
        tells_private=True,
        denies_private=True,
        names=tuple(patterns),
    )
    try:
        return make_policy(settings, habits, CALLED)
    except PolicyError as error:
        for mistake in error.mistakes:
            mistake.option = CALLED.get(mistake.option, mistake.option)
        raise PolicyError(error.mistakes) from None


def _list_unlisted(names: Sequence[str], patterns: Sequence[re.Pattern[str]]) -> list[str]:
    """Return the names that a policy allows by itself and these options do not."""
    listed = {name.lower() for name in names if isinstance(name, str)}
    others = sorted(NO_CORS_SAFELISTED_NAMES - listed)
    return [name for name in others if not any(pattern.match(name) for pattern in patterns)]


def _list_names(policy: Policy, asked: Sequence[str]) -> str:
    return ", ".join(sorted(name for name in asked if policy.allows_header(name.lower())))


def _read_age(value: object) -> object:
    """Return a number of seconds, where the value can be read as one."""
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    return int(value) if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,9}\s*", value) else value
