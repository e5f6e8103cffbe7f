"""The apps of the broken set-ups that have a policy: each is made of its settings, in a framework or without one."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi import Response as FastAPIResponse
from flask import Flask
from starlette.middleware.cors import CORSMiddleware as StarletteCORS

from crossorigin import Policy
from crossorigin.integrations import asgi, fastapi, flask, wsgi

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def make_fastapi(settings: dict[str, Any]) -> Any:
    app = FastAPI()
    app.add_middleware(fastapi.CORSMiddleware, **settings)

    @app.api_route("/items", methods=METHODS)
    def items() -> list[int]:
        return [1]

    return app


def make_flask(settings: dict[str, Any]) -> Any:
    """Give Flask the settings by its own names."""
    called = {"allow_origins": "origins", "allow_methods": "methods", "allow_credentials": "supports_credentials"}
    app = Flask("items")
    flask.CORS(app, **{called.get(name, name): value for name, value in settings.items()})

    @app.route("/items", methods=METHODS)
    def items() -> list[int]:
        return [1]

    return app


def _items(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "3")])
    return [b"[1]"]


def make_wsgi(settings: dict[str, Any]) -> Any:
    return wsgi.CORSMiddleware(_items, Policy(**settings))


def make_asgi(settings: dict[str, Any]) -> Any:
    async def items(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"3")]})
        await send({"type": "http.response.body", "body": b"[1]"})

    return asgi.CORSMiddleware(items, Policy(**settings))


def make_wsgi_behind_login(settings: dict[str, Any]) -> Any:
    """Ask for a token outside of the layer that adds the headers: in front of preflights, too."""
    app = make_wsgi(settings)

    def login(environ: dict[str, Any], start_response: Any) -> Any:
        if "HTTP_AUTHORIZATION" not in environ:
            start_response("401 Unauthorized", [("WWW-Authenticate", "Bearer"), ("Content-Length", "0")])
            return [b""]
        return app(environ, start_response)

    return login


def make_flask_behind_proxy_that_adds(settings: dict[str, Any]) -> Any:
    """Add a header of one's own to what a layer of ours has answered, as nginx does."""
    app = make_flask(settings)

    def proxy(environ: dict[str, Any], start_response: Any) -> Any:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(
                status, [*headers, ("Access-Control-Allow-Origin", settings["allow_origins"][0])], *rest
            )

        return app(environ, start)

    return proxy


def make_fastapi_without_options(_settings: dict[str, Any]) -> Any:
    """Set the headers in the route, and forget OPTIONS."""
    app = FastAPI()

    @app.put("/items")
    def items(response: FastAPIResponse) -> list[int]:
        response.headers["Access-Control-Allow-Origin"] = "https://app.example"
        return [1]

    return app


def make_fastapi_that_fails(settings: dict[str, Any]) -> Any:
    """Leave the headers to Starlette's own middleware, which stands inside of what answers exceptions."""
    app = FastAPI()
    app.add_middleware(StarletteCORS, **settings)

    @app.get("/items")
    def items() -> list[int]:
        message = "the database is away"
        raise RuntimeError(message)

    return app
