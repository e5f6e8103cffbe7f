"""What only Flask and Werkzeug know of a request and its response."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from werkzeug.wsgi import ClosingIterator

from crossorigin.integrations import _environ

if TYPE_CHECKING:
    from flask import Flask

    from crossorigin.integrations._environ import Environ


def find_method(environ: Environ) -> str:
    """Return the method of a request; of a preflight, the one that it asks for."""
    method: str = environ["REQUEST_METHOD"]
    is_cors = method == "OPTIONS" and _environ.ORIGIN in environ
    return environ.get(_environ.METHOD, method) if is_cors else method


def find_endpoint(app: Flask, environ: Environ, method: str) -> str:
    """Return the endpoint that a request with the method would reach, as Flask routes it, or ""."""
    # Why: whatever goes wrong here goes wrong in Flask, too, which knows how to answer it.
    with contextlib.suppress(Exception):
        adapter = app.create_url_adapter(app.request_class(environ))
        if adapter:
            endpoint: str = adapter.match(method=method)[0]
            return endpoint
    return ""


def is_ready(body: object, environ: Environ) -> bool:
    """Tell whether a body can raise no more: it is a response's list of chunks, or the server's own kind of file."""
    if body.__class__ is ClosingIterator:
        # Why: what closes the body is a method of the response, which knows what the body is made of.
        close = getattr(body, "_callbacks", None) or [None]
        return getattr(getattr(close[-1], "__self__", None), "is_sequence", False) is True
    return _environ.is_server_file(body, environ)
