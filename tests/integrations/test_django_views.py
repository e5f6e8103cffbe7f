"""Django: a request gets the policy of the view that it reaches, whatever decides which one that is."""

from __future__ import annotations

import asyncio
import sys
import types
import warnings
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from asgiref.sync import iscoroutinefunction
from django.conf.urls.i18n import i18n_patterns
from django.test import AsyncClient, Client, RequestFactory, override_settings
from django.urls import path, register_converter
from django.utils import translation
from django.utils.decorators import sync_and_async_middleware
from integrations import django_project as project
from integrations.django_project import APP, COMMON, EVIL, MIDDLEWARE

from crossorigin import Policy, Rule, Ruleset
from crossorigin.integrations.django import middleware
from crossorigin.integrations.django._question import Question
from crossorigin.integrations.django._service import Service
from crossorigin.integrations.django._state import state
from crossorigin.integrations.django.decorators import cors_headers
from crossorigin.integrations.django.signals import check_request_enabled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from django.http import HttpResponse

PARTNER = "https://partner.example"
HERE = __name__
LOCALE = "django.middleware.locale.LocaleMiddleware"


def crash(_request: Any) -> HttpResponse:
    text = "as planned"
    raise RuntimeError(text)


class Failing:
    """A path converter that fails."""

    regex = ".*"

    def to_python(self, _value: str) -> NoReturn:
        text = "as planned"
        raise RuntimeError(text)


register_converter(Failing, "failing")
of_partner = cors_headers(allow_origin=PARTNER)
URLS = {
    "by_language": i18n_patterns(path("data", of_partner(project.items))),
    "by_language_but_one": i18n_patterns(path("data", of_partner(project.items)), prefix_default_language=False),
    "open": [path("data", cors_headers(allow_origin="*")(project.items)), path("crash", project.public)],
    "closed": [path("data", project.items), path("crash", crash)],
    "of_partner": [path("data", of_partner(project.items)), path("crash", of_partner(crash))],
    "lost": [path("data", of_partner(project.lose))],
    "enforced": [path("data", cors_headers(allow_origin=PARTNER, enforce="all")(project.items))],
    "failing": [path("<failing:what>", of_partner(project.items))],
    "judged": [path("data", cors_headers(origin_validator=project.judge)(project.items))],
}


@pytest.fixture(autouse=True)
def _urls(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, urlpatterns in URLS.items():
        module = types.ModuleType(name)
        module.urlpatterns = urlpatterns  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, f"{HERE}.{name}", module)


@pytest.fixture
def listening() -> Iterator[None]:
    """Have a receiver that allows everything."""

    def allow(**_: Any) -> bool:
        return True

    check_request_enabled.connect(allow)
    try:
        yield
    finally:
        check_request_enabled.disconnect(allow)


@sync_and_async_middleware  # type: ignore[untyped-decorator]  # Django has no types
def choose_urls(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Do what packages do that have one URLconf for each site."""

    def serve(request: Any) -> Any:
        request.urlconf = f"{HERE}.{request.headers['X-Site']}"
        return get_response(request)

    async def serve_async(request: Any) -> Any:
        request.urlconf = f"{HERE}.{request.headers['X-Site']}"
        return await get_response(request)

    return serve_async if iscoroutinefunction(get_response) else serve


def _get(form: str, url: str, origin: str, site: str) -> Any:
    headers = {"origin": origin, "x-site": site}
    if form == "sync":
        return Client(raise_request_exception=False).get(url, headers=headers)
    return asyncio.run(AsyncClient(raise_request_exception=False).get(url, headers=headers))


def _preflight(url: str, origin: str) -> Any:
    asked = {"origin": origin, "access-control-request-method": "DELETE"}
    return Client().options(url, headers=asked).get("access-control-allow-origin")


LANGUAGES: list[tuple[str, str, bool]] = [
    ("by_language", "/en/data", True),
    ("by_language", "/de/data", True),
    ("by_language_but_one", "/data", True),
    ("by_language_but_one", "/de/data", True),
    ("by_language", "/data", False),
    ("by_language", "/xx/data", False),
]


@pytest.mark.parametrize(("urls", "url", "is_decorated"), LANGUAGES)
@pytest.mark.parametrize("active", ["en", "de", None])
def test_paths_by_language(urls: str, url: str, is_decorated: bool, active: str | None) -> None:
    """The language is that of the path, whichever the thread's last request has left active."""
    settings = {"ROOT_URLCONF": f"{HERE}.{urls}", "LANGUAGES": [("en", "English"), ("de", "German")]}
    middlewares = [MIDDLEWARE, LOCALE]
    with override_settings(**settings, LANGUAGE_CODE="en", CORS_ALLOW_ALL_ORIGINS=True, MIDDLEWARE=middlewares):
        for _ in range(2):
            with translation.override(active):
                assert _preflight(url, EVIL) == (None if is_decorated else "*")
                assert _preflight(url, PARTNER) == (PARTNER if is_decorated else "*")
                assert translation.get_language() == active


SITES: list[tuple[str, str, str, str, int, str | None]] = [
    # ROOT_URLCONF, site, path, origin, status, the origin that is told
    ("open", "closed", "/data", EVIL, 200, None),
    ("open", "closed", "/data", APP, 200, APP),
    ("open", "closed", "/crash", EVIL, 500, None),
    ("open", "closed", "/crash", APP, 500, APP),
    ("open", "of_partner", "/data", EVIL, 200, None),
    ("open", "of_partner", "/crash", EVIL, 500, None),
    ("open", "of_partner", "/crash", PARTNER, 500, PARTNER),
    ("closed", "open", "/data", EVIL, 200, "*"),
    ("closed", "of_partner", "/crash", APP, 500, None),
    ("closed", "of_partner", "/crash", PARTNER, 500, PARTNER),
    ("open", "enforced", "/data", EVIL, 403, None),
    ("open", "judged", "/data", "https://judged.example", 200, "https://judged.example"),
    ("open", "judged", "/data", EVIL, 200, None),
    ("open", "open", "/data", EVIL, 200, "*"),
    ("open", "closed", "/nothing", APP, 404, APP),
]


@pytest.mark.parametrize("form", ["sync", "async"])
@pytest.mark.parametrize("row", SITES, ids=[" ".join(row[:4]) for row in SITES])
def test_another_urlconf(row: Any, form: str) -> None:
    """The answer has the policy of the view that was reached, when a later middleware has chosen it."""
    root, site, url, origin, status, told = row
    settings = {"MIDDLEWARE": [MIDDLEWARE, f"{HERE}.choose_urls"], "CORS_ALLOWED_ORIGINS": [APP]}
    with override_settings(ROOT_URLCONF=f"{HERE}.{root}", **settings):
        for _ in range(2):
            response = _get(form, url, origin, site)
            assert response.status_code == status
            assert response.get("access-control-allow-origin") == told


@pytest.mark.usefixtures("listening")
@pytest.mark.parametrize("form", ["sync", "async"])
@pytest.mark.parametrize("urls", ["", "^/api/"])
def test_another_urlconf_and_receivers(form: str, urls: str) -> None:
    """What the settings do not allow to the view that was reached, the receivers may."""
    settings = {"MIDDLEWARE": [MIDDLEWARE, f"{HERE}.choose_urls"], "CORS_URLS_REGEX": urls}
    with override_settings(ROOT_URLCONF=f"{HERE}.open", **settings):
        assert _get(form, "/data", EVIL, "closed")["access-control-allow-origin"] == EVIL


@pytest.mark.parametrize(("site", "told"), [("closed", None), ("of_partner", PARTNER)])
def test_a_urlconf_that_is_chosen_before(site: str, told: str | None) -> None:
    """A middleware that chooses before ours has its choice used, for preflights, too."""
    settings = {"MIDDLEWARE": [f"{HERE}.choose_urls", MIDDLEWARE], "CORS_ALLOWED_ORIGINS": [APP]}
    asked = {"origin": PARTNER, "access-control-request-method": "PUT", "x-site": site}
    with override_settings(ROOT_URLCONF=f"{HERE}.open", **settings):
        assert Client().options("/data", headers=asked).get("access-control-allow-origin") == told


CHECKS = [
    ([MIDDLEWARE, "django_hosts.middleware.HostsRequestMiddleware", COMMON], True, ["crossorigin.W009"]),
    (["django_hosts.middleware.HostsRequestMiddleware", MIDDLEWARE, COMMON], True, []),
    ([MIDDLEWARE, "django_hosts.middleware.HostsRequestMiddleware", COMMON], False, []),
]


@pytest.mark.parametrize(("middlewares", "has_views", "ids"), CHECKS)
def test_check(middlewares: list[str], has_views: bool, ids: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What chooses the URLconf behind our middleware is named, where views have policies of their own."""
    from crossorigin.integrations.django.checks import check_settings  # noqa: PLC0415 (after the settings)

    monkeypatch.setattr(state, "has_views", has_views)
    with override_settings(MIDDLEWARE=middlewares):
        assert [message.id for message in check_settings()] == ids


LATE = """
from django.urls import path, register_converter
from crossorigin.integrations.django.decorators import cors_headers
urlpatterns = [path("data", cors_headers(allow_origin="*")(lambda request: None))]
"""


def test_the_first_request_is_a_preflight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets the view's policy, although Django has not imported the views yet."""
    (tmp_path / "late_urls.py").write_text(LATE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(state, "has_views", False)
    with override_settings(ROOT_URLCONF="late_urls"):
        assert _preflight("/data", EVIL) == "*"


def test_a_path_that_fails() -> None:
    """The page that Django makes of it has the headers of the settings."""
    with override_settings(ROOT_URLCONF=f"{HERE}.failing", CORS_ALLOWED_ORIGINS=[APP], MIDDLEWARE=[MIDDLEWARE]):
        response = _get("sync", "/data", APP, "any")
    assert (response.status_code, response.get("access-control-allow-origin")) == (500, APP)


PLAIN = {"allow_origins": ["http://plain.example"], "allow_credentials": True}


def _make_plain() -> Policy:
    with pytest.warns(match="without https"):
        return Policy(**PLAIN)  # type: ignore[arg-type]  # whatever the options hold


@pytest.mark.usefixtures("listening")
def test_no_request_changes_who_hears_warnings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings are read when they change, so that no thread loses the warnings of another."""

    def fail(**_: Any) -> None:  # pragma: no cover (it is not called)
        pytest.fail("catch_warnings")

    settings = {"CORS_ALLOWED_ORIGINS": PLAIN["allow_origins"], "CORS_ALLOW_CREDENTIALS": True}
    own = cors_headers(policy=Ruleset([Rule(["/*"], _make_plain())]))(project.items)
    middle: Any = middleware.CorsMiddleware(project.items)
    request = RequestFactory().get("/items", headers={"origin": EVIL})
    with override_settings(**settings):
        monkeypatch.setattr(warnings, "catch_warnings", fail)
        for serve in (middle, own):
            assert serve(request)["access-control-allow-origin"] == EVIL
        monkeypatch.undo()


@pytest.mark.parametrize("wrong", [{"CORS_ALLOWED_ORIGINS": object}, {"CORS_ALLOWED_ORIGIN_REGEXES": object()}])
def test_settings_changed_to_something_else(wrong: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    """Whatever is written there, the old ones stay in force, and the log says so."""
    with override_settings(CORS_ALLOWED_ORIGINS=[APP]):
        middle: Any = middleware.CorsMiddleware(project.items)
        with override_settings(**wrong):
            response = middle(RequestFactory().get("/items", headers={"origin": APP}))
    assert response["access-control-allow-origin"] == APP
    assert "stay in force" in caplog.text


@pytest.mark.usefixtures("listening")
@pytest.mark.parametrize("form", ["policy", "ruleset"])
def test_first_requests_at_the_same_time(form: str) -> None:
    """Two threads that prepare the asking of the receivers do not disturb each other."""
    policy = Policy(allow_origins=[APP])
    service = Service(policy if form == "policy" else Ruleset([Rule(["/*"], policy), Rule(["/x"], Policy())]))
    request = RequestFactory().get("/", headers={"origin": EVIL})
    questions = []
    for _ in range(2):
        questions.append(service.look_up(request))
        # What a thread does that has found nothing there, either.
        service._asking = None
    for question in questions:
        assert isinstance(question, Question)
        assert question.settle() == (0, [("Access-Control-Allow-Origin", EVIL), ("Vary", "Origin")], b"")


@pytest.mark.parametrize(("middlewares", "told"), [([MIDDLEWARE], PARTNER), ([], None)])
def test_what_a_view_raises(middlewares: list[str], told: str | None) -> None:
    """Django answers it outside of the view, and so of the decorator: the headers are the middleware's."""
    with override_settings(ROOT_URLCONF=f"{HERE}.lost", MIDDLEWARE=middlewares):
        answer = Client().get("/data", headers={"origin": PARTNER})
    assert (answer.status_code, answer.get("access-control-allow-origin")) == (404, told)
