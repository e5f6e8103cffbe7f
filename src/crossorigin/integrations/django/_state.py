"""The settings in force, for all handlers of the process, and the policies of decorated views."""

from __future__ import annotations

import contextlib
import logging
import re
from typing import Any

from django import conf as django
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.urls import get_resolver

from crossorigin.integrations.django._making import make_policy_of_settings
from crossorigin.integrations.django._service import Service
from crossorigin.integrations.django.conf import EVERY_URL, conf, list_unknown

logger = logging.getLogger("crossorigin")

_APP = "crossorigin.integrations.django"


class State:
    """What the settings stand for; read anew when they change.

    ``has_views``: a view was decorated. ``has_loaded``: all of the project's views that can be known are imported.
    """

    def __init__(self) -> None:
        self.service: Service | None = None
        self.has_views = False
        self.has_loaded = False
        self._told: set[str] = set()

    def load(self, *, is_start: bool = False) -> Service:
        """Read the settings, and put what they stand for in force.

        :raises ImproperlyConfigured: they are wrong, and there are none from before, or the server starts.
        """
        if is_start and apps.apps_ready and not apps.is_installed(_APP):
            old = ', in the place of "corsheaders"' if apps.is_installed("corsheaders") else ""
            self._tell(f'no check looks at the CORS settings: put "{_APP}" into INSTALLED_APPS{old}')
        try:
            self.service = self._make()
        except Exception as error:
            if is_start or self.service is None:
                raise
            # Why: nothing may fail for what was written into the settings after the start.
            logger.error("the changed CORS settings are wrong, so the old ones stay in force: %s", error)  # noqa: TRY400
        return self.service

    def load_views(self) -> None:
        """Import the project's views: only then is it known whether any is decorated."""
        # Why: whatever fails here, Django meets again inside of the middleware, where its answer gets headers.
        with contextlib.suppress(Exception):
            get_resolver(django.settings.ROOT_URLCONF).url_patterns  # noqa: B018 (to read it imports them)
            # Why: this comes last, so that no other thread goes on before they are imported.
            self.has_loaded = True

    def _make(self) -> Service:
        policy, remarks = make_policy_of_settings()
        for remark in remarks:
            self._tell(remark.text)
        for text, hint in list_unknown():
            self._tell(f"{text} {hint}")
        return Service(policy, read_urls())

    def _tell(self, text: str) -> None:
        """Log what nobody was told yet."""
        if text not in self._told:
            self._told.add(text)
            logger.warning("%s", text)

    def change(self, *, setting: str, **_: Any) -> None:  # noqa: ANN401 (whatever Django sends)
        """Read the settings anew, after one of ours was changed."""
        if setting == "ROOT_URLCONF":
            self.has_loaded = False
        if setting.startswith("CORS_") and self.service is not None:
            self.load()


def read_urls() -> re.Pattern[str] | None:
    """Return the pattern of the paths that the settings are for, or None for all.

    :raises ImproperlyConfigured: it is none.
    """
    pattern = conf.CORS_URLS_REGEX
    if pattern == EVERY_URL:
        return None
    try:
        urls = re.compile(pattern)
        urls.match("")
    except (re.error, TypeError, RecursionError, OverflowError) as error:
        text = f"CORS_URLS_REGEX should be a string or regex: {error}"
        raise ImproperlyConfigured(text) from error
    return urls


state = State()
setting_changed.connect(state.change)
