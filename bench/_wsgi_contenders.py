"""What the WSGI question compares: the same app in three frameworks, bare and in every wrapper."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import _requests as requests
import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.urls import path
from flask import Flask, Response
from flask_cors import CORS

from crossorigin.integrations import flask
from crossorigin.integrations.wsgi import CORSMiddleware

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _requests import Environ
    from django.http import HttpRequest

    Pair = tuple[str, str]
    StartResponse = Callable[..., Callable[[bytes], object]]
    WSGIApp = Callable[[Environ, StartResponse], Iterable[bytes]]

_HEADERS = {"Cache-Control": "no-store", "X-Request-ID": "7f0c0f6e"}
_BODY = '{"status":"ok"}'


class Stack(NamedTuple):
    """An app, bare and in each wrapper."""

    framework: str
    peer: str | None
    apps: dict[str, WSGIApp]


class EmptyWrapper:
    """The floor: wrap the app and its ``start_response``, and do nothing."""

    def __init__(self, app: WSGIApp) -> None:
        self.app = app

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Pass everything on."""

        def pass_on(status: str, headers: list[Pair], exc_info: object = None) -> Callable[[bytes], object]:
            return start_response(status, headers, exc_info)

        return self.app(environ, pass_on)


def wrap(app: WSGIApp) -> dict[str, WSGIApp]:
    """Return the app, and the app in our wrapper and in the empty one."""
    ours = CORSMiddleware(
        app,
        allow_origins=requests.ORIGINS,
        allow_credentials=True,
        allow_methods=requests.ALLOWED_METHODS,
        allow_headers=requests.ALLOWED_NAMES,
        expose_headers=requests.EXPOSED_NAMES,
        max_age=600,
    )
    return {"bare": app, "empty": EmptyWrapper(app), "crossorigin": ours}


def make_small(*, streams: bool) -> Stack:
    """Return an app without any framework: what it costs does not hide what is added to it."""

    def app(_environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        body = _BODY.encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body))), *_HEADERS.items()]
        start_response("200 OK", headers)
        # Why: a list can be passed on as it is, and most frameworks give something else.
        return iter([body]) if streams else [body]

    return Stack("no framework, an iterator" if streams else "no framework, a list", None, wrap(app))


def make_flask() -> Stack:
    """Return a Flask app, and the same with flask-cors in it."""

    def make_bare() -> Flask:
        app = Flask("bench")

        @app.route("/api/items/<int:number>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
        def show(number: int) -> Response:
            del number
            return Response(_BODY, mimetype="application/json", headers=_HEADERS)

        return app

    options = {
        "origins": requests.ORIGINS,
        "supports_credentials": True,
        "methods": requests.ALLOWED_METHODS,
        "allow_headers": requests.ALLOWED_NAMES,
        "expose_headers": requests.EXPOSED_NAMES,
        "max_age": 600,
    }
    drop_in, with_peer = make_bare(), make_bare()
    flask.CORS(drop_in, **options)
    CORS(with_peer, **options)
    return Stack("Flask", "flask-cors", {**wrap(make_bare()), "drop-in": drop_in, "flask-cors": with_peer})


def make_django() -> Stack:
    """Return a Django app, and the same with django-cors-headers in it."""

    def show(_request: HttpRequest, number: int) -> HttpResponse:
        del number
        return HttpResponse(_BODY, content_type="application/json", headers=_HEADERS)

    common = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]
    settings.configure(
        ALLOWED_HOSTS=["*"],
        SECRET_KEY="not secret",
        LOGGING_CONFIG=None,
        ROOT_URLCONF=(path("api/items/<int:number>", show),),
        INSTALLED_APPS=["corsheaders"],
        MIDDLEWARE=common,
        CORS_ALLOWED_ORIGINS=requests.ORIGINS,
        CORS_ALLOW_CREDENTIALS=True,
        CORS_ALLOW_METHODS=requests.ALLOWED_METHODS,
        CORS_ALLOW_HEADERS=requests.ALLOWED_NAMES,
        CORS_EXPOSE_HEADERS=requests.EXPOSED_NAMES,
        CORS_PREFLIGHT_MAX_AGE=600,
    )
    django.setup()
    bare = WSGIHandler()
    # Why: a handler reads the list when it is made.
    settings.MIDDLEWARE = ["corsheaders.middleware.CorsMiddleware", *common]
    return Stack("Django", "django-cors-headers", {**wrap(bare), "django-cors-headers": WSGIHandler()})
