"""The settings in force, for all handlers of the process, and the policies of decorated views."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.urls import Resolver404, resolve

from crossorigin.integrations.django._making import make_policy_of_settings
from crossorigin.integrations.django._service import Service
from crossorigin.integrations.django.conf import EVERY_URL, conf

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

logger = logging.getLogger("crossorigin")

#: The attribute by which a decorated view carries its service; the middleware looks for it on the view it resolves.
VIEW_MARK = "_crossorigin_service"

#: The attribute by which the middleware tells the decorator whose answer a request has got.
REQUEST_MARK = "_crossorigin_serving"

#: The attribute of a response that has got its headers from a decorated view.
RESPONSE_MARK = "_crossorigin_answered"


class State:
    """What the settings stand for; read anew after they have changed."""

    def __init__(self) -> None:
        self.service: Service | None = None
        self.has_views = False
        self._last: Service | None = None
        self._told: set[str] = set()

    def load(self, *, is_start: bool = False) -> Service:
        """Read the settings, and put what they stand for in force.

        :raises ImproperlyConfigured: they are wrong, and there are none from before, or the server starts.
        """
        try:
            service = self._make()
        except ImproperlyConfigured as error:
            if is_start or self._last is None:
                raise
            # Why: no request may fail for what was written into the settings after the start.
            logger.error("the changed CORS settings are wrong, so the old ones stay in force: %s", error)  # noqa: TRY400
            service = self._last
        self.service = self._last = service
        return service

    def _make(self) -> Service:
        policy, remarks = make_policy_of_settings()
        for remark in remarks:
            if remark.text not in self._told:
                self._told.add(remark.text)
                logger.warning("%s", remark.text)
        return Service(policy, read_urls())

    def forget(self, *, setting: str, **_: Any) -> None:  # noqa: ANN401 (whatever Django sends)
        """Have the settings read anew, after one of ours was changed."""
        if setting.startswith("CORS_"):
            self.service = None


def read_urls() -> re.Pattern[str] | None:
    """Return the pattern of the paths that the settings are for, or None for all.

    :raises ImproperlyConfigured: it is none.
    """
    pattern = conf.CORS_URLS_REGEX
    if pattern == EVERY_URL:
        return None
    try:
        return re.compile(pattern)
    except (re.error, TypeError) as error:
        text = f"CORS_URLS_REGEX should be a string or regex: {error}"
        raise ImproperlyConfigured(text) from error


def find_service(request: HttpRequest) -> Service:
    """Return what serves a request: that of the decorated view which it would reach, or of the settings."""
    if state.has_views and (own := _find_view_service(request)):
        setattr(request, REQUEST_MARK, own)
        return own
    return state.service or state.load()


def _find_view_service(request: HttpRequest) -> Service | None:
    try:
        view: Callable[..., Any] = resolve(request.path_info, getattr(request, "urlconf", None)).func
    except Resolver404:
        return None
    service: Service | None = getattr(view, VIEW_MARK, None)
    return service


state = State()
setting_changed.connect(state.forget)
