"""The options of Kui's ``allow_cors``, and the habits of its answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crossorigin.integrations._dropin import make_policy
from crossorigin.policy import ANY
from crossorigin.policy.habits import Habits
from crossorigin.standard.methods import normalize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crossorigin.policy import Policy

#: Kui's own, but for TRACE, which no browser sends.
ALL_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")

#: How people write a pattern for everything.
EVERYTHING = (re.compile(".*"),)
_WRITTEN = (".*", ".+", "^.*$", "^.+$")

_SAFELISTED = ("Accept", "Accept-Language", "Content-Language", "Content-Type")


def _list_names(policy: Policy, asked: Sequence[str]) -> str:
    if policy.allow_headers == (ANY,):
        return ", ".join(asked)
    written = {name.lower(): name for name in (*policy.allow_headers, *_SAFELISTED)}
    return ", ".join(sorted(written[name] for name in policy.header_names))


HABITS = Habits(echoes=True, bare="silent", list_names=_list_names)

#: What is taken where nothing is given.
DEFAULTS: dict[str, Any] = {
    "allow_origins": EVERYTHING,
    "allow_methods": ALL_METHODS,
    "allow_headers": (),
    "expose_headers": (),
    "allow_credentials": False,
    "max_age": 600,
    "preflight_status": 200,
    "websockets": "warn",
}


def read_settings(given: Mapping[str, Any]) -> Policy:
    """Make the policy that Kui's options, and ours beside them, stand for.

    What has no effect is dropped with a ``PolicyWarning``.

    :raises PolicyError: a mistake that has an effect.
    """
    options = {**DEFAULTS, **given}
    origins = options["allow_origins"]
    items = [origins] if isinstance(origins, str | re.Pattern) else [*origins]
    patterns = [item for item in items if isinstance(item, re.Pattern)]
    if any(pattern.pattern in _WRITTEN for pattern in patterns):
        options["allow_origins"] = ANY
    else:
        options["allow_origins"] = [item for item in items if not isinstance(item, re.Pattern)]
        options["allow_origin_regex"] = [*patterns, *_make_list(options.get("allow_origin_regex"))]
    methods = _make_list(options["allow_methods"])
    options["allow_methods"] = [normalize(item) if isinstance(item, str) else item for item in methods]
    return make_policy(options, HABITS)


def _make_list(value: Any) -> list[Any]:  # noqa: ANN401 (whatever was written)
    if value is None:
        return []
    return [value] if isinstance(value, str | re.Pattern) else [*value]
