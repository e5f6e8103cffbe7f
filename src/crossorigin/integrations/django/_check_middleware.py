"""The checks of what stands in ``MIDDLEWARE``."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from django import conf as django
from django.conf.urls.i18n import is_language_prefix_patterns_used
from django.core.checks import CheckMessage, Warning  # noqa: A004 (Django's name)
from django.utils.module_loading import import_string

from crossorigin.integrations.django._state import state
from crossorigin.integrations.django.conf import KNOWN, list_written

if TYPE_CHECKING:
    from collections.abc import Iterator

_OURS = "crossorigin.integrations.django.middleware.CorsMiddleware"

_LEFTOVER = "corsheaders.middleware.CorsMiddleware"

#: What never answers in the place of a CorsMiddleware behind it. What answers in ``process_view`` does so inside of it.
_NEVER_ANSWER = (
    "django.contrib.admindocs.middleware.XViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.auth.middleware.PersistentRemoteUserMiddleware",
    "django.contrib.auth.middleware.RemoteUserMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.sites.middleware.CurrentSiteMiddleware",
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.common.BrokenLinkEmailsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
)
_REDIRECTS = "django.middleware.security.SecurityMiddleware"
_TRANSLATES = "django.middleware.locale.LocaleMiddleware"

#: What chooses another URLconf for a request, so that nobody before it can tell which view will be reached.
_CHOOSES_URLS = (
    "django_hosts.middleware.HostsRequestMiddleware",
    "django_tenants.middleware.TenantMainMiddleware",
    "django_tenants.middleware.main.TenantMainMiddleware",
)


def check_middleware() -> Iterator[CheckMessage]:
    """Yield what keeps the middleware from answering."""
    state.load_views()
    paths = list(django.settings.MIDDLEWARE)
    places = [number for number, path in enumerate(paths) if _is_ours(path)]
    if not places:
        yield from _tell_of_none(paths)
        return
    before = [path for path in paths[: places[0]] if _may_answer(path)]
    if before:
        text = f"CorsMiddleware stands behind {', '.join(before)}, whose own answers get no CORS headers."
        hint = f'Put "{_OURS}" first into MIDDLEWARE; only what sets request.urlconf may stand before it'
        yield Warning(text, hint=hint, id="crossorigin.W004")
    choosing = [path for path in paths[places[0] :] if path in _CHOOSES_URLS]
    if choosing and state.has_views:
        text = f"CorsMiddleware stands before {', '.join(choosing)}, so preflights may get another view's policy."
        hint = "Put what chooses the URLconf before CorsMiddleware"
        yield Warning(text, hint=hint, id="crossorigin.W009")


def _tell_of_none(paths: list[str]) -> Iterator[CheckMessage]:
    if _LEFTOVER in paths:
        text = f"The app is installed, but its CorsMiddleware is not in MIDDLEWARE: {_LEFTOVER} stands there."
        yield Warning(text, hint=f'Write "{_OURS}" in its place, first in MIDDLEWARE', id="crossorigin.W003")
    # Why: decorated views need no middleware, but settings do.
    elif not state.has_views or not KNOWN.isdisjoint(list_written()):
        text = "The app is installed, but CorsMiddleware is not in MIDDLEWARE, so the settings have no effect."
        yield Warning(text, hint=f'Put "{_OURS}" first into MIDDLEWARE', id="crossorigin.W003")


def _may_answer(path: str) -> bool:
    if path == _REDIRECTS:
        return bool(getattr(django.settings, "SECURE_SSL_REDIRECT", False))
    if path == _TRANSLATES:
        return _redirects_to_languages()
    return path not in _NEVER_ANSWER and path not in _CHOOSES_URLS


def _redirects_to_languages() -> bool:
    # Why: whatever fails here, Django's own check of the URLs tells.
    with contextlib.suppress(Exception):
        return all(is_language_prefix_patterns_used(django.settings.ROOT_URLCONF))
    return False


def _is_ours(path: str) -> bool:
    if path == _OURS:
        return True
    from crossorigin.integrations.django.middleware import CorsMiddleware  # noqa: PLC0415 (a check alone needs it)

    # Why: whatever fails here, Django tells when it starts.
    with contextlib.suppress(Exception):
        found = import_string(path)
        return isinstance(found, type) and issubclass(found, CorsMiddleware)
    return False
