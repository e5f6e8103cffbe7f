"""An API in Django that one site may use, and a view that everyone may: ``python examples/django_app.py [PORT]``."""

from __future__ import annotations

import sys
from wsgiref.simple_server import make_server

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="of the example",
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["crossorigin.integrations.django"],
    MIDDLEWARE=[
        "crossorigin.integrations.django.middleware.CorsMiddleware",
        "django.middleware.common.CommonMiddleware",
    ],
    CORS_ALLOWED_ORIGINS=["https://app.example", "http://localhost:*"],
    CORS_ALLOW_CREDENTIALS=True,
    CORS_EXPOSE_HEADERS=["X-Total"],
)
django.setup()

from crossorigin.integrations.django.decorators import cors_headers  # noqa: E402 (Django's settings come first)


def items(_request: HttpRequest) -> JsonResponse:
    """Serve what only the listed origins may read."""
    return JsonResponse({"items": ["apple", "pear"]}, headers={"X-Total": "2"})


@cors_headers(allow_origin="*")
def status(_request: HttpRequest) -> JsonResponse:
    """Serve what every origin may read."""
    return JsonResponse({"status": "ok"})


urlpatterns = [path("items", items), path("status", status)]
application = get_wsgi_application()

if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    with make_server("127.0.0.1", port, application) as server:
        print(f"http://127.0.0.1:{server.server_port}/items", flush=True)
        server.serve_forever()
