"""The settings of django-cors-headers, as they are written, or their defaults."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from django import conf as django

from crossorigin.integrations.django.defaults import default_headers, default_methods
from crossorigin.policy import DEFAULTS as OPTIONS

EVERY_URL = r"^.*$"

#: Each setting and its default.
DEFAULTS: dict[str, Any] = {
    "CORS_ALLOWED_ORIGINS": (),
    "CORS_ALLOWED_ORIGIN_REGEXES": (),
    "CORS_ALLOW_ALL_ORIGINS": False,
    "CORS_URLS_REGEX": EVERY_URL,
    "CORS_ALLOW_METHODS": default_methods,
    "CORS_ALLOW_HEADERS": default_headers,
    "CORS_EXPOSE_HEADERS": (),
    "CORS_PREFLIGHT_MAX_AGE": 86400,
    "CORS_ALLOW_CREDENTIALS": False,
    "CORS_ALLOW_PRIVATE_NETWORK": False,
}

#: What some were called before.
OLD_NAMES = {
    "CORS_ALLOWED_ORIGINS": "CORS_ORIGIN_WHITELIST",
    "CORS_ALLOWED_ORIGIN_REGEXES": "CORS_ORIGIN_REGEX_WHITELIST",
    "CORS_ALLOW_ALL_ORIGINS": "CORS_ORIGIN_ALLOW_ALL",
}

#: Settings that django-cors-headers once had.
REMOVED = ("CORS_MODEL", "CORS_REPLACE_HTTPS_REFERER")

#: A whole policy, in the place of all others.
POLICY = "CORS_POLICY"

#: Which setting stands for which of our options; further ones have the option's own name in upper case.
CALLED = {
    "allow_origins": "CORS_ALLOWED_ORIGINS",
    "allow_origin_regex": "CORS_ALLOWED_ORIGIN_REGEXES",
    "allow_methods": "CORS_ALLOW_METHODS",
    "allow_headers": "CORS_ALLOW_HEADERS",
    "expose_headers": "CORS_EXPOSE_HEADERS",
    "max_age": "CORS_PREFLIGHT_MAX_AGE",
    "allow_credentials": "CORS_ALLOW_CREDENTIALS",
    "allow_private_network": "CORS_ALLOW_PRIVATE_NETWORK",
}
OWN = {f"CORS_{option.upper()}": option for option in OPTIONS if option not in CALLED}

KNOWN = frozenset({*DEFAULTS, *OLD_NAMES.values(), *OWN, POLICY})


class Settings:
    """Every setting as an attribute, read when it is asked for."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever was written)
        """Return what was written, under the new name or the old one, or the default.

        :raises AttributeError: there is no such setting.
        """
        return (
            getattr(django.settings, find_name(name), DEFAULTS[name])
            if name in DEFAULTS
            else object().__getattribute__(name)
        )


def find_name(name: str) -> str:
    """Return the old name of a setting where only that is in use, else its name."""
    old = OLD_NAMES.get(name, name)
    return old if not hasattr(django.settings, name) and hasattr(django.settings, old) else name


def read_own() -> dict[str, Any]:
    """Return what was written for our own options."""
    return {option: getattr(django.settings, name) for name, option in OWN.items() if hasattr(django.settings, name)}


def list_written() -> list[str]:
    """Return every setting whose name begins like ours, in alphabetical order."""
    return sorted(name for name in dir(django.settings) if name.startswith("CORS_"))


def list_unknown() -> list[tuple[str, str]]:
    """Return what each setting that looks like ours and is none should be told, and what to do about it."""
    return [
        (f"{name} is not a setting, so it has no effect.", _suggest(name))
        for name in list_written()
        if name not in KNOWN and name not in REMOVED
    ]


def _suggest(name: str) -> str:
    # Why: what all of them begin with would make any two alike.
    near = get_close_matches(name[len("CORS_") :], sorted(known[len("CORS_") :] for known in KNOWN), n=1)
    return f"Did you mean CORS_{near[0]}?" if near else "Take it out, or rename it"


conf = Settings()
