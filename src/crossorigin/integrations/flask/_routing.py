"""What only Flask and Werkzeug know of a request and its response."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import MethodNotAllowed
from werkzeug.wsgi import ClosingIterator

from crossorigin.integrations import _environ

if TYPE_CHECKING:
    from flask import Flask

    from crossorigin.integrations._environ import Environ


def find_endpoint(app: Flask, environ: Environ, method: str) -> tuple[str, str]:
    """Return the endpoint that a request with the method would reach, as Flask routes it, or "", and the method.

    Where the path has a route and the method has none, they are those of a route with the path: its 405 is its own.
    """
    # Why: whatever goes wrong here goes wrong in Flask, too, which knows how to answer it.
    with contextlib.suppress(Exception):
        adapter: Any = app.create_url_adapter(app.request_class(environ))
        try:
            return adapter.match(method=method)[0], method
        except MethodNotAllowed as error:
            there = {*(error.valid_methods or ())}
            # Why: nearly every route has OPTIONS, so that finds the one that Flask would ask first.
            rule = adapter.match(method="OPTIONS" if "OPTIONS" in there else min(there), return_rule=True)[0]
            # Why: a class of methods says nothing for OPTIONS.
            return rule.endpoint, min({*rule.methods} - {"OPTIONS"}, default="OPTIONS")
    return "", method


def is_ready(body: object, environ: Environ) -> bool:
    """Tell whether a body can raise no more: it is a response's list of chunks, or the server's own kind of file."""
    if body.__class__ is ClosingIterator:
        # Why: what closes the body is a method of the response, which knows what the body is made of.
        close: Any = getattr(body, "_callbacks", ())
        try:
            return close[-1].__self__.is_sequence is True
        except (AttributeError, IndexError):
            return False
    return _environ.is_server_file(body, environ)
