"""The API as Flask apps: ``gunicorn "engines.api_flask:make_app()"``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Response, abort, request

from crossorigin.integrations.flask import CORS
from engines import api, api_wsgi

if TYPE_CHECKING:
    from engines.api_wsgi import WSGIApp


def make_app() -> WSGIApp:
    """Build the server."""
    return api_wsgi.make_server(_make)


def _make(mount: api.Mount) -> Flask:
    app = Flask(__name__)
    CORS(app, policy=mount.policy)

    @app.route("/<path:path>", methods=api.METHODS)
    def view(path: str) -> Response:
        request.get_data()
        return _respond(mount.answer(request.method, f"/{path}", request.headers))

    @app.errorhandler(api.CaughtError)
    def handle(error: api.CaughtError) -> Response:
        return _respond(error.answer)

    return app


def _respond(answer: api.Answer) -> Response:
    if answer.status == api.MISSING:
        abort(api.MISSING)
    body = answer.chunks if answer.is_stream else b"".join(answer.chunks)
    return Response(body, answer.status, answer.headers)
