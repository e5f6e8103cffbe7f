"""CORS for Django, with the settings, signal, checks and module names of django-cors-headers.

Put ``"crossorigin.integrations.django"`` into ``INSTALLED_APPS`` and
``"crossorigin.integrations.django.middleware.CorsMiddleware"`` first into ``MIDDLEWARE``.
"""
