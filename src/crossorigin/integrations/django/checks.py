"""What ``python manage.py check --tag security`` says of the settings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import conf as django
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 (Django's name)

from crossorigin.integrations.django._check_middleware import check_middleware
from crossorigin.integrations.django._check_more import check_names, check_policy, has_policy
from crossorigin.integrations.django.conf import conf, find_name
from crossorigin.origins.origin import NULL
from crossorigin.policy import ANY

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Who lists one of these means pages from files and sandboxed frames.
_OPAQUE = (NULL, "file://")

_TEXTS = "sequence of strings"
_LIST = 'Write a list of texts, such as ["..."]'
_BOOL = "Write True or False"
_MAY_BE_NULL = "CORS_DANGEROUSLY_ALLOW_NULL_ORIGIN"


def check_settings(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 (whatever Django passes)
    """Return what is wrong, and what does something else than it seems to."""
    wrong = [] if has_policy() else [*_check_types(), *_check_origins(), *_check_removed()]
    return [*wrong, *([] if wrong else check_policy()), *check_names(), *check_middleware()]


def check_null_origins(**_: Any) -> list[CheckMessage]:  # noqa: ANN401 (the same)
    """Return what is said of ``null`` and ``file://``, which are not allowed, although they may be listed."""
    if has_policy() or not _is_sequence(conf.CORS_ALLOWED_ORIGINS, str):
        return []
    name = find_name("CORS_ALLOWED_ORIGINS")
    hint = (
        "Any site can make a request with the origin null, from a sandboxed frame. Take it out; "
        "CORS_DANGEROUSLY_ALLOW_NULL_ORIGIN = True allows null"
    )
    return [
        Warning(f"Origin {origin!r} in {name} has no effect", hint=hint, id="crossorigin.W008")
        for origin in conf.CORS_ALLOWED_ORIGINS
        if origin in _OPAQUE and not (origin == NULL and getattr(django.settings, _MAY_BE_NULL, False))
    ]


def _check_types() -> Iterator[CheckMessage]:
    """Yield the checks of django-cors-headers, by their numbers."""
    age, urls = conf.CORS_PREFLIGHT_MAX_AGE, conf.CORS_URLS_REGEX
    bad_regexes = f"{_TEXTS} and/or compiled regexes"
    rows = [
        ("CORS_ALLOW_HEADERS", "E001", _TEXTS, _LIST, _is_sequence(conf.CORS_ALLOW_HEADERS, str)),
        ("CORS_ALLOW_METHODS", "E002", _TEXTS, _LIST, _is_sequence(conf.CORS_ALLOW_METHODS, str)),
        ("CORS_ALLOW_CREDENTIALS", "E003", "bool", _BOOL, isinstance(conf.CORS_ALLOW_CREDENTIALS, bool)),
        ("CORS_ALLOW_PRIVATE_NETWORK", "E015", "bool", _BOOL, isinstance(conf.CORS_ALLOW_PRIVATE_NETWORK, bool)),
        ("CORS_PREFLIGHT_MAX_AGE", "E004", "", "Write seconds, such as 600", isinstance(age, int) and age >= 0),
        ("CORS_ALLOW_ALL_ORIGINS", "E005", "bool", _BOOL, isinstance(conf.CORS_ALLOW_ALL_ORIGINS, bool)),
        ("CORS_ALLOWED_ORIGINS", "E006", _TEXTS, _LIST, _is_sequence(conf.CORS_ALLOWED_ORIGINS, str)),
        (
            "CORS_ALLOWED_ORIGIN_REGEXES",
            "E007",
            bad_regexes,
            _LIST,
            _is_sequence(conf.CORS_ALLOWED_ORIGIN_REGEXES, (str, re.Pattern)),
        ),
        ("CORS_EXPOSE_HEADERS", "E008", "sequence", _LIST, _is_sequence(conf.CORS_EXPOSE_HEADERS, str)),
        ("CORS_URLS_REGEX", "E009", "string or regex", 'Write r"^/api/"', isinstance(urls, str | re.Pattern)),
    ]
    for name, number, what, hint, is_right in rows:
        if not is_right:
            expected = f"a {what}" if what else "an integer greater than or equal to zero"
            yield Error(f"{find_name(name)} should be {expected}.", hint=hint, id=f"crossorigin.{number}")


def _check_origins() -> Iterator[CheckMessage]:
    origins = conf.CORS_ALLOWED_ORIGINS
    name = find_name("CORS_ALLOWED_ORIGINS")
    for origin in origins if _is_sequence(origins, str) else ():
        if origin in {ANY, *_OPAQUE}:
            continue
        try:
            parts = urlsplit(origin)
        except ValueError:
            parts = urlsplit("")
        if not parts.scheme or not parts.netloc:
            text = f"Origin {origin!r} in {name} is missing scheme or netloc"
            yield Error(text, hint='Write scheme and host, such as "https://app.example"', id="crossorigin.E013")
            continue
        for part in ("path", "query", "fragment"):
            if getattr(parts, part):
                text = f"Origin {origin!r} in {name} should not have {part}"
                write = "It ends with a slash: write" if origin.endswith(f"//{parts.netloc}/") else "Write"
                hint = f'{write} "{parts.scheme}://{parts.netloc}"'
                yield Error(text, hint=hint, id="crossorigin.E014")


def _check_removed() -> Iterator[CheckMessage]:
    for name, number in {"CORS_MODEL": "E012", "CORS_REPLACE_HTTPS_REFERER": "E013"}.items():
        if hasattr(django.settings, name):
            text = f"The {name} setting has been removed."
            yield Error(text, hint="Take it out: it has no effect", id=f"crossorigin.{number}")


def _is_sequence(value: Any, types: type | tuple[type, ...]) -> bool:  # noqa: ANN401 (whatever was written)
    is_list = isinstance(value, Sequence) and not isinstance(value, str | bytes)
    return is_list and all(isinstance(item, types) for item in value)
