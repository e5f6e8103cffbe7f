"""One Django project for all tests: its settings are those of the whole process, so they are set here once.

A test changes them with ``override_settings``, for itself. ``make_wsgi`` and ``make_asgi`` are for servers in
processes of their own, which take further settings from the environment, as JSON.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import django
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

APP = "https://app.example"
EVIL = "https://evil.example"
MIDDLEWARE = "crossorigin.integrations.django.middleware.CorsMiddleware"
COMMON = "django.middleware.common.CommonMiddleware"
SETTINGS = "CROSSORIGIN_TEST_SETTINGS"

if not settings.configured:
    settings.configure(
        **{
            "ALLOWED_HOSTS": ["*"],
            "SECRET_KEY": "not secret",
            "LOGGING_CONFIG": None,
            "ROOT_URLCONF": "integrations.django_project",
            "INSTALLED_APPS": ["crossorigin.integrations.django"],
            "MIDDLEWARE": [MIDDLEWARE, COMMON],
            **json.loads(os.environ.get(SETTINGS, "{}")),
        }
    )
    django.setup()

from django.core.asgi import get_asgi_application  # noqa: E402 (the settings come first)
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils.decorators import method_decorator  # noqa: E402
from django.views import View  # noqa: E402

from crossorigin import Policy  # noqa: E402
from crossorigin.integrations.django.decorators import cors_headers  # noqa: E402


def items(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.method} items", headers={"X-Ran": "yes"})


async def items_async(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.method} items", headers={"X-Ran": "yes"})


def crash(_request: HttpRequest) -> HttpResponse:
    text = "as planned"
    raise RuntimeError(text)


def lose(_request: HttpRequest) -> HttpResponse:
    raise Http404


async def _stream() -> AsyncIterator[bytes]:
    yield b"a"
    yield b"b"


def stream(request: HttpRequest) -> HttpResponseBase:
    chunks = _stream() if hasattr(request, "scope") else iter([b"a", b"b"])
    return StreamingHttpResponse(chunks, headers={"Vary": "Accept"})


def own_headers(_request: HttpRequest) -> HttpResponse:
    names = ("Access-Control-Allow-Origin", "access-control-allow-methods", "Vary")
    return HttpResponse(headers=dict(zip(names, (APP, "PUT", "Cookie"), strict=True)))


@cors_headers(allow_origin="*")
def public(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.method} public")


@cors_headers(allow_origin="https://partner.example", allow_credentials=True)
async def partner(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("partner")


@method_decorator(cors_headers(allow_origin=["https://partner.example"]), name="dispatch")
class Sync(View):  # type: ignore[misc]  # Django has no types
    def get(self, _request: HttpRequest) -> HttpResponse:
        return HttpResponse("class")


async def judge(origin: str) -> bool:
    return origin == "https://judged.example"


@method_decorator(cors_headers(policy=Policy(origin_validator=judge)), name="dispatch")
class Async(View):  # type: ignore[misc]  # Django has no types
    async def get(self, _request: HttpRequest) -> HttpResponse:
        return HttpResponse("class")


@cors_headers(allow_origin="https://partner.example")
def crash_decorated(_request: HttpRequest) -> HttpResponse:
    text = "as planned"
    raise RuntimeError(text)


urlpatterns = [
    path("items", items),
    path("items-async", items_async),
    path("api/items", items),
    path("crash", crash),
    path("stream", stream),
    path("own-headers", own_headers),
    path("public", public),
    path("partner", partner),
    path("sync", Sync.as_view()),
    path("async", Async.as_view()),
    path("crash-decorated", crash_decorated),
]


def make_wsgi() -> Any:
    return get_wsgi_application()


def make_asgi() -> Any:
    return get_asgi_application()
