"""The Django examples of the documents, over HTTP, with only their import lines changed."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path
from integrations import django_project as project
from integrations.django_project import EVIL, MIDDLEWARE

from crossorigin.integrations.django.checks import check_settings
from crossorigin.integrations.django.decorators import cors_headers
from servers import ask, ask_preflight, serve_asgi, serve_wsgi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest

# settings.py

CORS_ALLOWED_ORIGINS = ["*"]
CORS_ALLOW_METHODS = ["GET", "POST", "PUT", "DELETE"]
CORS_ALLOW_HEADERS = ["Content-Type", "Authorization"]
CORS_ALLOW_CREDENTIALS = True

SETTINGS = {name: value for name, value in globals().items() if name.startswith("CORS_")}

# views.py


@cors_headers(allow_origin="*")
def my_view(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("Hello, CORS!")


urlpatterns = [path("items", project.items), path("mine", my_view)]

ANY = {"access-control-allow-origin": "*", "vary": "origin"}


@pytest.fixture(scope="module", params=["wsgi", "asgi", "wsgi without the middleware", "asgi without the middleware"])
def served(request: pytest.FixtureRequest) -> Iterator[tuple[int, bool]]:
    kind, has_middleware = request.param[:4], "without" not in request.param
    middleware = [MIDDLEWARE] if has_middleware else []
    with override_settings(**SETTINGS, ROOT_URLCONF=__name__, MIDDLEWARE=middleware), contextlib.ExitStack() as stack:
        serving = serve_wsgi(project.make_wsgi()) if kind == "wsgi" else serve_asgi(project.make_asgi())
        yield stack.enter_context(serving), has_middleware


def test_settings(served: tuple[int, bool]) -> None:
    """Every origin, without credentials, with the document's methods and headers."""
    port, has_middleware = served
    if has_middleware:
        assert ask(port, "GET", "/items", [("Origin", EVIL)]).cors == ANY
        answer = ask_preflight(port, EVIL, "PUT", "authorization,content-type")
        assert (answer.status, answer.cors) == (
            200,
            {
                **ANY,
                "access-control-allow-methods": "GET, POST, PUT, DELETE",
                "access-control-allow-headers": "Content-Type, Authorization",
                "access-control-max-age": "86400",
            },
        )
    else:
        assert ask(port, "GET", "/items", [("Origin", EVIL)]).cors == {}


def test_decorator(served: tuple[int, bool]) -> None:
    """The view allows every origin, and its preflights, whether the middleware is there or not."""
    port, _ = served
    answer = ask(port, "GET", "/mine", [("Origin", EVIL)])
    assert (answer.status, answer.cors, answer.body) == (200, ANY, b"Hello, CORS!")
    answer = ask_preflight(port, EVIL, "PUT", "content-type", "/mine")
    assert (answer.status, answer.cors["access-control-allow-origin"]) == (200, "*")


def test_checks() -> None:
    """Both say the clearer way, as warnings: nothing fails."""
    with override_settings(**SETTINGS, MIDDLEWARE=[MIDDLEWARE]):
        found = check_settings()
    assert [message.id for message in found] == ["crossorigin.W001", "crossorigin.W002"]
