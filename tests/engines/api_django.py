"""The API as a Django project: ``engines.api_django:make_asgi`` for uvicorn, or ``make_wsgi()`` for gunicorn.

Django's settings are those of a whole process. So one project serves all rows: the policy of each row is a rule for
the paths below its mount, and all rules together are the ``CORS_POLICY``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django
from django import conf
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import re_path

from crossorigin import Policy, Rule, Ruleset
from engines import api, api_asgi, api_wsgi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from engines.api_asgi import ASGIApp, Receive, Scope, Send
    from engines.api_wsgi import Environ, StartResponse, WSGIApp

_mounts: dict[str, api.Mount] = {}


def make_asgi() -> ASGIApp:
    """Build the server of Django's ASGI handler."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        # Why: the rules and the URL patterns are those of one project for all mounts.
        await project({**scope, "root_path": ""}, receive, send)

    server = api_asgi.make_server(lambda mount: _remember(mount, app))
    _configure()
    project: Any = get_asgi_application()
    return server


def make_wsgi() -> WSGIApp:
    """Build the server of Django's WSGI handler."""

    def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        # Why: as above.
        environ["PATH_INFO"], environ["SCRIPT_NAME"] = environ["SCRIPT_NAME"] + environ["PATH_INFO"], ""
        chunks: Iterable[bytes] = project(environ, start_response)
        return chunks

    server = api_wsgi.make_server(lambda mount: _remember(mount, app))
    _configure()
    project: Any = get_wsgi_application()
    return server


def _remember(mount: api.Mount, app: Any) -> Any:
    _mounts[mount.name] = mount
    return app


def _configure() -> None:
    conf.settings.configure(
        ALLOWED_HOSTS=["*"],
        SECRET_KEY="not secret",
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=["crossorigin.integrations.django"],
        MIDDLEWARE=[
            "crossorigin.integrations.django.middleware.CorsMiddleware",
            "django.middleware.common.CommonMiddleware",
            f"{__name__}.CatchingMiddleware",
        ],
        CORS_POLICY=Ruleset(rule for mount in _mounts.values() for rule in _list_rules(mount)),
    )
    django.setup()


def _list_rules(mount: api.Mount) -> Iterator[Rule]:
    """Write the mount's policy as rules for the paths below the mount."""
    root, policy = f"/p/{mount.name}", mount.policy
    for rule in [Rule(["/*"], policy)] if isinstance(policy, Policy) else policy.rules:
        yield Rule([root + path for path in rule.paths], rule.policy)


class CatchingMiddleware:
    """Answer what the app has foreseen to fail."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        return _respond(request, error.answer) if isinstance(error, api.CaughtError) else None


def view(request: HttpRequest, mount: str, path: str) -> HttpResponseBase:
    _ = request.body
    return _respond(request, _mounts[mount].answer(request.method, path, request.headers))


def _respond(request: HttpRequest, answer: api.Answer) -> HttpResponseBase:
    if answer.status == api.MISSING:
        raise Http404
    headers = dict(answer.headers)
    if not answer.is_stream:
        return HttpResponse(b"".join(answer.chunks), status=answer.status, headers=headers)
    chunks = api_asgi.stream(answer.chunks) if hasattr(request, "scope") else answer.chunks
    return StreamingHttpResponse(chunks, status=answer.status, headers=headers)


urlpatterns = [re_path(r"^p/(?P<mount>\d+)(?P<path>/.*)$", view)]
