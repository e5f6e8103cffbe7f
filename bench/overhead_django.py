"""What does our Django middleware add to a request, next to django-cors-headers and an empty middleware?

Both stand first in ``MIDDLEWARE`` of the same project, with the same settings. For actual requests and those
without an origin, the figure is what is added to the project without CORS; for preflights it is the whole answer.
"""  # noqa: D400 (the first line is the question)

from __future__ import annotations

from typing import TYPE_CHECKING

import _requests as requests
import django
from _measure import Judged, Table, measure, read_options, report, silence_logs
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.urls import path
from overhead_wsgi import QUICK_ROUNDS, ROUNDS, SIZE, check, drive, list_cases

if TYPE_CHECKING:
    from collections.abc import Callable

    from _measure import Maker, Row
    from _wsgi_contenders import WSGIApp
    from django.http import HttpRequest
    from overhead_wsgi import Case

MOST = 0.25
PEER = "django-cors-headers"
OURS = "crossorigin"
MIDDLEWARE = {
    "bare": [],
    "empty": ["overhead_django.empty_middleware"],
    OURS: ["crossorigin.integrations.django.middleware.CorsMiddleware"],
    PEER: ["corsheaders.middleware.CorsMiddleware"],
}


def empty_middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Be the floor: a middleware that does nothing."""

    def serve(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    return serve


def show(_request: HttpRequest, number: int) -> HttpResponse:
    """Be a view."""
    del number
    return HttpResponse('{"status":"ok"}', content_type="application/json", headers={"Cache-Control": "no-store"})


def make_apps() -> dict[str, WSGIApp]:
    """Return the project, bare and behind each middleware."""
    settings.configure(
        ALLOWED_HOSTS=["*"],
        SECRET_KEY="not secret",
        LOGGING_CONFIG=None,
        ROOT_URLCONF=(path("api/items/<int:number>", show),),
        INSTALLED_APPS=["corsheaders", "crossorigin.integrations.django"],
        CORS_ALLOWED_ORIGINS=requests.ORIGINS,
        CORS_ALLOW_CREDENTIALS=True,
        CORS_ALLOW_METHODS=requests.ALLOWED_METHODS,
        CORS_ALLOW_HEADERS=requests.ALLOWED_NAMES,
        CORS_EXPOSE_HEADERS=requests.EXPOSED_NAMES,
        CORS_PREFLIGHT_MAX_AGE=600,
    )
    django.setup()
    apps = {}
    for name, first in MIDDLEWARE.items():
        # Why: a handler reads the list when it is made. No other middleware, so that no noise hides what is added.
        settings.MIDDLEWARE = first
        apps[name] = WSGIHandler()
    return apps


def ask_case(apps: dict[str, WSGIApp], case: Case, rounds: int) -> Row:
    """Time one case in all apps, side by side."""

    def make(app: WSGIApp) -> Maker:
        def prepare() -> Callable[[], None]:
            environs = [requests.make_environ(spec) for spec in case.specs]
            return lambda: drive(app, environs)

        return prepare

    took = measure({name: make(app) for name, app in apps.items()}, rounds, SIZE)
    bare = took["bare"]
    if not case.is_preflight:
        took = {name: nanoseconds - bare for name, nanoseconds in took.items()}
    return {
        "request": case.name,
        "bare ns": round(bare),
        "empty ns": round(took["empty"]),
        f"{OURS} ns": round(took[OURS]),
        f"{PEER} ns": round(took[PEER]),
        "ours/peer": took[OURS] / took[PEER] if case.is_preflight else Judged(took[OURS] / took[PEER], MOST),
    }


def main() -> None:
    """Ask every case."""
    options = read_options(__doc__)
    silence_logs()
    apps = make_apps()
    cases = list_cases()
    for case in cases:
        for name, app in apps.items():
            # Why: like the peer, ours refuses a preflight by what its answer leaves out.
            is_free = name in {"bare", "empty"} or case.is_preflight
            check(case._replace(is_allowed=None) if is_free else case, name, app)
    what = "nanoseconds that are added to the bare project's; for preflights, of the whole answer"
    rounds = QUICK_ROUNDS if options.quick else ROUNDS
    report(options, [Table(f"Django {django.__version__}; {what}", [ask_case(apps, case, rounds) for case in cases])])


if __name__ == "__main__":
    main()
