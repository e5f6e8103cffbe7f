"""The app: what Django loads when it starts."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import Tags, register

from crossorigin.integrations.django.checks import check_null_origins, check_settings


class CorsHeadersAppConfig(AppConfig):  # type: ignore[misc]  # Django has no types
    """Register the checks, which ``python manage.py check --tag security`` shows."""

    name = "crossorigin.integrations.django"
    label = "crossorigin"
    verbose_name = "crossorigin"

    def ready(self) -> None:
        """Register the checks."""
        register(Tags.security)(check_settings)
        register(Tags.security)(check_null_origins)
