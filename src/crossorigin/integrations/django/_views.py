"""The views that have a policy of their own: which one a request would reach, and which one it has reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import conf as django
from django.urls import resolve
from django.utils.translation import get_language_from_path, override

from crossorigin.integrations.django._state import state

if TYPE_CHECKING:
    from django.http import HttpRequest

    from crossorigin.integrations.django._service import Service

#: The attribute by which a decorated view carries its service; the middleware looks for it on the view it resolves.
VIEW_MARK = "_crossorigin_service"

#: The attribute by which the middleware tells the decorator whose answer a request has got.
REQUEST_MARK = "_crossorigin_serving"

#: The attribute of a response that has got its headers from a decorated view.
RESPONSE_MARK = "_crossorigin_answered"


def find_service(request: HttpRequest) -> Service:
    """Return what serves a request: that of the decorated view which it would reach, or of the settings."""
    if not state.has_loaded:
        state.load_views()
    if state.has_views and (own := _find_view_service(request)):
        setattr(request, REQUEST_MARK, own)
        return own
    return state.service or state.load()


def find_reached(request: HttpRequest) -> Service | None:
    """Return what serves the view that a request has reached, or None where that is what it was looked up in."""
    match = request.resolver_match
    if match is None:
        return None
    own: Service | None = getattr(match.func, VIEW_MARK, None)
    return None if own is getattr(request, REQUEST_MARK, None) else own or state.service or state.load()


def _find_view_service(request: HttpRequest) -> Service | None:
    try:
        path = request.path_info
        urlconf = getattr(request, "urlconf", None) or django.settings.ROOT_URLCONF
        # Why: paths may differ by language, and the one active now is that of the thread's last request.
        with override(get_language_from_path(path) or django.settings.LANGUAGE_CODE):
            view = resolve(path, urlconf).func
    except Exception:  # noqa: BLE001 (Django meets it again, inside of the middleware)
        return None
    service: Service | None = getattr(view, VIEW_MARK, None)
    return service
