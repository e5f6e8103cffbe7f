"""Kui: a drop-in for its ``allow_cors`` and ``cors_config``, in ``asgi`` and in ``wsgi``."""
