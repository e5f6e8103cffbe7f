"""The names of the options: which there are, and what becomes of the others."""

from __future__ import annotations

import warnings
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from crossorigin.errors import PolicyError, PolicyWarning, SettingError, UnknownOptionError, WrongTypeError
from crossorigin.integrations._dropin import describe
from crossorigin.integrations.flask._values import make_list
from crossorigin.integrations.flask.core import CONFIG_OPTIONS, DEFAULT_OPTIONS
from crossorigin.policy import DEFAULTS, count_own_frames
from crossorigin.policy.settings import unknown_name

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What flask-cors calls options that we call otherwise.
CALLED = {
    "allow_origins": "origins",
    "allow_origin_regex": "origins",
    "allow_methods": "methods",
    "allow_credentials": "supports_credentials",
}

#: Our own options, which may stand beside those of flask-cors.
OWN = [name for name in DEFAULTS if name not in CALLED and name not in DEFAULT_OPTIONS]

_PREFIX = "CORS_"

#: Without these an app is open to everyone, or a page that needs its cookies is shut out.
_SERIOUS = ("origins", "resources", "supports_credentials")

_SET = 'Write a text, such as "https://app.example"; an environment variable that is not set is None'


def keep_known(options: Mapping[str, Any], called: str) -> dict[str, Any]:
    """Return the options that there are; warn of each of the others, which has no effect.

    :param called: what the options are given to.
    :raises PolicyError: one is probably meant as one of those that decide who may read.
    """
    serious: list[SettingError] = []
    unknown = [name for name in options if name in CALLED or (name not in DEFAULT_OPTIONS and name not in OWN)]
    for name in unknown:
        nearest = CALLED.get(name) or _find_nearest(name)
        if nearest is None:
            mistake = unknown_name(called, name, [*DEFAULT_OPTIONS, *OWN])
        else:
            mistake = UnknownOptionError(called, name, "unknown-option", fix=f'Did you mean "{nearest}"?')
        if nearest in _SERIOUS:
            serious.append(mistake)
        else:
            _warn(mistake)
    if serious:
        raise PolicyError(serious)
    return {name: value for name, value in options.items() if name not in unknown}


def warn_of_unknown_keys(config: Mapping[str, Any]) -> None:
    """Warn of keys in an app's config that look like one of flask-cors' and are none: they may be the app's own."""
    for key in config:
        if isinstance(key, str) and key.startswith(_PREFIX) and key not in CONFIG_OPTIONS:
            name = key.removeprefix(_PREFIX).lower()
            nearest = CALLED.get(name) or _find_nearest(name)
            fix = (
                f'Did you mean "{_PREFIX}{nearest.upper()}"?' if nearest else f"Known are: {', '.join(CONFIG_OPTIONS)}"
            )
            _warn(UnknownOptionError("app.config", key, "unknown-option", fix=fix))


def _find_nearest(name: str) -> str | None:
    """Return the option that was probably meant, or None."""
    if f"allow_{name}" in DEFAULT_OPTIONS:
        return f"allow_{name}"
    # Why: "allowed_origins" is nearer to deny_origins than to origins, and is hardly ever meant as the former.
    near = get_close_matches(name, OWN, n=1, cutoff=0.9) or get_close_matches(name, DEFAULT_OPTIONS, n=1)
    return next(iter(near or get_close_matches(name, OWN, n=1)), None)


def drop_unset(option: str, value: object) -> list[Any]:
    """Return the items of a list but for None; warn of each of those."""
    items = make_list(value)
    for number, item in enumerate(items):
        if item is None:
            _warn(WrongTypeError(option, item, "wrong-type", fix=_SET, item=number))
    return [item for item in items if item is not None]


def _warn(mistake: SettingError) -> None:
    warnings.warn(describe(mistake, {}), PolicyWarning, stacklevel=count_own_frames())
