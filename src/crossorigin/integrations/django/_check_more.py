"""The checks that django-cors-headers does not have."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from django import conf as django
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 (Django's name)
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from crossorigin.integrations.django._making import Remark, make_policy_of_settings
from crossorigin.integrations.django._state import read_urls, state
from crossorigin.integrations.django.conf import KNOWN, POLICY, REMOVED, conf, find_name, list_written
from crossorigin.origins.origin import NULL
from crossorigin.policy import ANY

if TYPE_CHECKING:
    from collections.abc import Iterator

_OURS = "crossorigin.integrations.django.middleware.CorsMiddleware"

#: What may answer a request itself, so that a preflight would not reach a CorsMiddleware behind it.
_MAY_ANSWER = (
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.flatpages.middleware.FlatpageFallbackMiddleware",
    "django.contrib.redirects.middleware.RedirectFallbackMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.common.BrokenLinkEmailsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
)
_REDIRECTS = "django.middleware.security.SecurityMiddleware"

_CREDENTIALS = ("wildcard-with-credentials", "regex-matches-any-origin")


def has_policy() -> bool:
    """Tell whether a whole policy stands in the settings."""
    return hasattr(django.settings, POLICY)


def check_policy() -> Iterator[CheckMessage]:
    """Yield what the settings make that is not what they seem to say."""
    try:
        made = make_policy_of_settings()
        read_urls()
    except ImproperlyConfigured as error:
        number = "E016" if has_policy() else "E017"
        hint = "Take one of the two out" if has_policy() else "The server does not start with it: write what it says"
        yield Error(str(error), hint=hint, id=f"crossorigin.{number}")
        return
    if not has_policy() and ANY in conf.CORS_ALLOWED_ORIGINS:
        text = f"{find_name('CORS_ALLOWED_ORIGINS')} holds '*', which allows every origin."
        hint = "If that is meant, write CORS_ALLOW_ALL_ORIGINS = True; else list the origins"
        yield Warning(text, hint=hint, id="crossorigin.W001")
    yield from map(_tell, filter(_is_news, made.remarks))


def _is_news(remark: Remark) -> bool:
    return remark.id != "wildcard-beside-names" and remark.value != NULL and remark.id != "origin-is-a-file"


def _tell(remark: Remark) -> CheckMessage:
    if remark.id in _CREDENTIALS:
        hint = (
            "List the origins that may use credentials in CORS_ALLOWED_ORIGINS, or set CORS_ALLOW_CREDENTIALS = False: "
            "a bearer token in the Authorization header needs none"
        )
        return Warning(remark.text, hint=hint, id="crossorigin.W002")
    if remark.id:
        return Warning(remark.text, hint="Write what it says, or take it out", id="crossorigin.W005")
    return Warning(remark.text, hint="Change it if that is not meant", id="crossorigin.W007")


def check_names() -> Iterator[CheckMessage]:
    """Yield the settings that look like ours and are none."""
    for name in list_written():
        if name not in KNOWN and name not in REMOVED:
            near = get_close_matches(name, sorted(KNOWN), n=1)
            hint = f"Did you mean {near[0]}?" if near else "Take it out, or rename it"
            yield Warning(f"{name} is not a setting, so it has no effect.", hint=hint, id="crossorigin.W006")


def check_middleware() -> Iterator[CheckMessage]:
    """Yield what keeps the middleware from answering."""
    paths = list(django.settings.MIDDLEWARE)
    places = [number for number, path in enumerate(paths) if _is_ours(path)]
    if not places:
        if not state.has_views:
            text = "The app is installed, but CorsMiddleware is not in MIDDLEWARE, so the settings have no effect."
            yield Warning(text, hint=f'Put "{_OURS}" first into MIDDLEWARE', id="crossorigin.W003")
        return
    before = [path for path in paths[: places[0]] if path in _MAY_ANSWER]
    if getattr(django.settings, "SECURE_SSL_REDIRECT", False):
        before += [path for path in paths[: places[0]] if path == _REDIRECTS]
    if before:
        text = f"CorsMiddleware stands behind {', '.join(before)}, whose own answers get no CORS headers."
        hint = f'Put "{_OURS}" first into MIDDLEWARE'
        yield Warning(text, hint=hint, id="crossorigin.W004")


def _is_ours(path: str) -> bool:
    if path == _OURS:
        return True
    from crossorigin.integrations.django.middleware import CorsMiddleware  # noqa: PLC0415 (a check alone needs it)

    try:
        found = import_string(path)
    except ImportError:
        return False
    return isinstance(found, type) and issubclass(found, CorsMiddleware)
