"""The checks of what stands in ``MIDDLEWARE``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import conf as django
from django.core.checks import CheckMessage, Warning  # noqa: A004 (Django's name)
from django.utils.module_loading import import_string

from crossorigin.integrations.django._state import state

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
    choosing = [path for path in paths[places[0] :] if path in _CHOOSES_URLS]
    if choosing and state.has_views:
        text = f"CorsMiddleware stands before {', '.join(choosing)}, so preflights may get another view's policy."
        hint = "Put what chooses the URLconf before CorsMiddleware"
        yield Warning(text, hint=hint, id="crossorigin.W009")


def _is_ours(path: str) -> bool:
    if path == _OURS:
        return True
    from crossorigin.integrations.django.middleware import CorsMiddleware  # noqa: PLC0415 (a check alone needs it)

    try:
        found = import_string(path)
    except ImportError:
        return False
    return isinstance(found, type) and issubclass(found, CorsMiddleware)
