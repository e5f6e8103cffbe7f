"""Django: what the middleware puts on which answer, over HTTP, in WSGI and in ASGI."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import AsyncRequestFactory, RequestFactory, override_settings
from integrations import django_project as project
from integrations.django_project import APP, COMMON, EVIL, MIDDLEWARE

from crossorigin import Policy, PolicyError, PolicyWarning, Rule, Ruleset
from crossorigin.integrations.django import middleware
from crossorigin.integrations.django._state import state
from crossorigin.integrations.django.decorators import cors_headers
from crossorigin.integrations.django.signals import check_request_enabled
from servers import ask, ask_preflight, serve_asgi, serve_wsgi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PARTNER = "https://partner.example"
VARY = {"vary": "origin"}
LIST = {"CORS_ALLOWED_ORIGINS": [APP]}
ALLOWED = {"access-control-allow-origin": APP, **VARY}
METHODS = "DELETE, GET, OPTIONS, PATCH, POST, PUT"
NAMES = "accept, authorization, content-type, user-agent, x-csrftoken, x-requested-with"
LISTS = {
    "access-control-allow-methods": METHODS,
    "access-control-allow-headers": NAMES,
    "access-control-max-age": "86400",
}
ANY = {"access-control-allow-origin": "*", **VARY}


@pytest.fixture(scope="module", params=["wsgi", "asgi"])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    make, serve = {"wsgi": (project.make_wsgi, serve_wsgi), "asgi": (project.make_asgi, serve_asgi)}[request.param]
    with serve(make()) as number:
        yield number


def _origin(value: str, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [("Origin", value), *more]


ACTUAL: list[tuple[str, dict[str, Any], str, str, list[tuple[str, str]], int, dict[str, str]]] = [
    ("an allowed origin", LIST, "GET", "/items", _origin(APP), 200, ALLOWED),
    ("another origin", LIST, "GET", "/items", _origin(EVIL), 200, VARY),
    ("no origin", LIST, "GET", "/items", [], 200, VARY),
    ("an async view", LIST, "GET", "/items-async", _origin(APP), 200, ALLOWED),
    ("HEAD", LIST, "HEAD", "/items", _origin(APP), 200, ALLOWED),
    ("OPTIONS that asks for no method is the view's", LIST, "OPTIONS", "/items", _origin(APP), 200, ALLOWED),
    ("404", LIST, "GET", "/nothing", _origin(APP), 404, ALLOWED),
    ("an unhandled exception", LIST, "GET", "/crash", _origin(APP), 500, ALLOWED),
    ("a redirect of CommonMiddleware", {**LIST, "PREPEND_WWW": True}, "GET", "/items", _origin(APP), 301, ALLOWED),
    ("a stream with a Vary", LIST, "GET", "/stream", _origin(APP), 200, {**ALLOWED, "vary": "Accept, Origin"}),
    ("what the view says is replaced", LIST, "GET", "/own-headers", _origin(EVIL), 200, {"vary": "Cookie, Origin"}),
    (
        "and never doubled",
        LIST,
        "GET",
        "/own-headers",
        _origin(APP),
        200,
        {"access-control-allow-origin": APP, "vary": "Cookie, Origin"},
    ),
    (
        "credentials and exposed names",
        {**LIST, "CORS_ALLOW_CREDENTIALS": True, "CORS_EXPOSE_HEADERS": ["X-Total", "ETag"]},
        "GET",
        "/items",
        _origin(APP),
        200,
        {**ALLOWED, "access-control-allow-credentials": "true", "access-control-expose-headers": "X-Total, ETag"},
    ),
    ("every origin", {"CORS_ALLOW_ALL_ORIGINS": True}, "GET", "/items", _origin(EVIL), 200, ANY),
    ("by its old name", {"CORS_ORIGIN_ALLOW_ALL": True}, "GET", "/items", _origin(EVIL), 200, ANY),
    ("a star in the list", {"CORS_ALLOWED_ORIGINS": ["*"]}, "GET", "/items", _origin(EVIL), 200, ANY),
    (
        "every origin with credentials is every origin without",
        {"CORS_ALLOW_ALL_ORIGINS": True, "CORS_ALLOW_CREDENTIALS": True},
        "GET",
        "/items",
        _origin(EVIL),
        200,
        ANY,
    ),
    ("a list by its old name", {"CORS_ORIGIN_WHITELIST": [APP]}, "GET", "/items", _origin(APP), 200, ALLOWED),
    (
        "a regex matches the whole origin",
        {"CORS_ALLOWED_ORIGIN_REGEXES": [r"https://\w+\.example", re.compile("http://b")]},
        "GET",
        "/items",
        _origin(APP),
        200,
        ALLOWED,
    ),
    (
        "and no part of it",
        {"CORS_ORIGIN_REGEX_WHITELIST": [r"https://\w+\.example"]},
        "GET",
        "/items",
        _origin(f"{APP}.evil.example"),
        200,
        VARY,
    ),
    ("null is not allowed", {"CORS_ALLOWED_ORIGINS": ["null"]}, "GET", "/items", _origin("null"), 200, VARY),
    ("only some paths", {**LIST, "CORS_URLS_REGEX": "^/api/"}, "GET", "/api/items", _origin(APP), 200, ALLOWED),
    ("not the others", {**LIST, "CORS_URLS_REGEX": "^/api/"}, "GET", "/items", _origin(APP), 200, {}),
    ("a denied origin", {**LIST, "CORS_DENY_ORIGINS": [APP]}, "GET", "/items", _origin(APP), 200, VARY),
    ("enforced, a HEAD", {**LIST, "CORS_ENFORCE": "all"}, "HEAD", "/items", _origin(APP), 200, ALLOWED),
    ("enforced", {**LIST, "CORS_ENFORCE": "all"}, "GET", "/items", _origin(EVIL), 403, VARY),
    (
        "an own text for it",
        {**LIST, "CORS_REQUIRE_ORIGIN": True, "CORS_ERROR_STATUS": 400},
        "GET",
        "/items",
        [],
        400,
        VARY,
    ),
    (
        "a validator by its path",
        {"CORS_ORIGIN_VALIDATOR": "integrations.django_project.judge"},
        "GET",
        "/items",
        _origin("https://judged.example"),
        200,
        {"access-control-allow-origin": "https://judged.example", **VARY},
    ),
    (
        "two Origin lines are no origin",
        LIST,
        "GET",
        "/items",
        [("Origin", APP), ("Origin", EVIL)],
        200,
        VARY,
    ),
    ("a decorated view", LIST, "GET", "/public", _origin(EVIL), 200, ANY),
    ("which does not know the settings", LIST, "GET", "/sync", _origin(APP), 200, VARY),
    ("a class", LIST, "GET", "/sync", _origin(PARTNER), 200, {"access-control-allow-origin": PARTNER, **VARY}),
    (
        "an exception of a decorated view",
        LIST,
        "GET",
        "/crash-decorated",
        _origin(PARTNER),
        500,
        {"access-control-allow-origin": PARTNER, **VARY},
    ),
    (
        "a policy",
        {"CORS_POLICY": Policy(allow_origins=[APP])},
        "GET",
        "/items",
        _origin(APP),
        200,
        {"access-control-allow-origin": APP, "vary": "Origin"},
    ),
    (
        "a ruleset, where a rule serves the path",
        {"CORS_POLICY": Ruleset([Rule(["/api/*"], Policy(allow_origins="*"))])},
        "GET",
        "/api/items",
        [],
        200,
        {"access-control-allow-origin": "*"},
    ),
    (
        "a ruleset, where none does",
        {"CORS_POLICY": Ruleset([Rule(["/api/*"], Policy(allow_origins="*"))])},
        "GET",
        "/items",
        _origin(APP),
        200,
        {},
    ),
    (
        "a ruleset, where a path can be read in two ways",
        {"CORS_POLICY": Ruleset([Rule(["/api/*"], Policy(allow_origins="*")), Rule(["/*"], Policy())])},
        "GET",
        "/api/%2e%2e/items",
        _origin(APP),
        404,
        {"vary": "Origin"},
    ),
]


@pytest.mark.parametrize("row", ACTUAL, ids=[row[0] for row in ACTUAL])
def test_actual(port: int, row: Any) -> None:
    """Every answer of the project has the policy's headers, whoever gives it."""
    _, settings, method, path, headers, status, cors = row
    with override_settings(**settings):
        for _ in range(2):
            answer = ask(port, method, path, headers)
            assert (answer.status, answer.cors) == (status, cors)


@pytest.mark.parametrize("setting", ["CORS_ALLOW_CREDENTIALS", "CORS_ALLOW_PRIVATE_NETWORK"])
def test_private_network(port: int, setting: str) -> None:
    """Who asks for a private network is told of it, where the settings allow it."""
    asked = _origin(APP, ("Access-Control-Request-Private-Network", "true"))
    with override_settings(**LIST, **{setting: True}):
        told = "access-control-allow-private-network" in ask(port, "GET", "/items", asked).cors
    assert told is (setting == "CORS_ALLOW_PRIVATE_NETWORK")


PREFLIGHTS: list[tuple[str, dict[str, Any], str, str, str | None, str, int, dict[str, str]]] = [
    ("allowed", LIST, APP, "PUT", "content-type", "/items", 200, {**ALLOWED, **LISTS}),
    ("before the router", LIST, APP, "PUT", None, "/nothing", 200, {**ALLOWED, **LISTS}),
    ("refused: origin", LIST, EVIL, "PUT", None, "/items", 200, VARY),
    ("refused: method, by the list", LIST, APP, "PURGE", None, "/items", 200, {**ALLOWED, **LISTS}),
    ("refused: name, by the list", LIST, APP, "GET", "x-test", "/items", 200, {**ALLOWED, **LISTS}),
    (
        "own lists, as they are written",
        {
            **LIST,
            "CORS_ALLOW_METHODS": ["PUT", "GET"],
            "CORS_ALLOW_HEADERS": ["X-Test", "Accept"],
            "CORS_PREFLIGHT_MAX_AGE": 0,
        },
        APP,
        "PUT",
        "x-test",
        "/items",
        200,
        {**ALLOWED, "access-control-allow-methods": "PUT, GET", "access-control-allow-headers": "X-Test, Accept"},
    ),
    (
        "stars name what was asked for",
        {**LIST, "CORS_ALLOW_METHODS": ["*"], "CORS_ALLOW_HEADERS": ["*"], "CORS_DENY_HEADERS": ["X-No"]},
        APP,
        "PURGE",
        "authorization,x-no",
        "/items",
        200,
        {
            **ALLOWED,
            **LISTS,
            "access-control-allow-methods": "PURGE",
            "access-control-allow-headers": "authorization",
        },
    ),
    ("another status", {**LIST, "CORS_PREFLIGHT_STATUS": 204}, APP, "PUT", None, "/items", 204, {**ALLOWED, **LISTS}),
    ("of a decorated view", LIST, EVIL, "PUT", None, "/public", 200, {**ANY, **LISTS}),
    ("of an async one", LIST, APP, "PUT", None, "/partner", 200, VARY),
    (
        "of a class with a policy",
        LIST,
        "https://judged.example",
        "GET",
        None,
        "/async",
        204,
        {
            "access-control-allow-origin": "https://judged.example",
            "access-control-allow-methods": "GET, HEAD, POST",
            "access-control-allow-headers": "accept, accept-language, content-language, content-type",
            "access-control-max-age": "600",
            "vary": "Origin",
        },
    ),
    ("refused by a policy", {"CORS_POLICY": Policy()}, APP, "PUT", None, "/items", 403, {"vary": "Origin"}),
    (
        "outside of the paths it is the view's",
        {**LIST, "CORS_URLS_REGEX": "^/api/"},
        APP,
        "PUT",
        None,
        "/items",
        200,
        {},
    ),
]


@pytest.mark.parametrize("row", PREFLIGHTS, ids=[row[0] for row in PREFLIGHTS])
def test_preflight(port: int, row: Any) -> None:
    """A preflight is answered before everything else."""
    name, settings, origin, method, names, path, status, cors = row
    with override_settings(**settings):
        for _ in range(2):
            answer = ask_preflight(port, origin, method, names, path)
            assert (answer.status, answer.cors) == (status, cors)
            assert answer.body == (b"OPTIONS items" if "the view's" in name else answer.body)
            assert b"OPTIONS" not in answer.body or "the view's" in name


@contextlib.contextmanager
def receiving(*receivers: Callable[..., Any]) -> Iterator[None]:
    for receiver in receivers:
        check_request_enabled.connect(receiver)
    try:
        yield
    finally:
        for receiver in receivers:
            check_request_enabled.disconnect(receiver)


class Receiver:
    """One that counts how often it is asked, and in which thread."""

    def __init__(self, answer: object) -> None:
        self.answer = answer
        self.paths: list[str] = []
        self.threads: set[str] = set()

    def _see(self, request: Any) -> object:
        self.paths.append(request.path)
        self.threads.add(threading.current_thread().name)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def listen(self, sender: None, request: Any, **_: Any) -> object:
        assert sender is None
        return self._see(request)

    async def listen_async(self, sender: None, request: Any, **_: Any) -> object:
        assert sender is None
        await asyncio.sleep(0)
        return self._see(request)


SIGNALS: list[tuple[str, object, dict[str, Any], str, dict[str, str], int]] = [
    ("allows an origin", True, LIST, EVIL, {"access-control-allow-origin": EVIL, **VARY}, 1),
    ("anything true will do", "yes", LIST, EVIL, {"access-control-allow-origin": EVIL, **VARY}, 1),
    ("does not allow it", False, LIST, EVIL, VARY, 1),
    ("raises, so does not", ValueError("as planned"), LIST, EVIL, VARY, 1),
    ("is not asked where the settings allow it", False, LIST, APP, ALLOWED, 0),
    ("nor where they allow all", False, {"CORS_ALLOW_ALL_ORIGINS": True}, EVIL, ANY, 0),
    ("nor about what is denied", True, {"CORS_DENY_ORIGINS": [EVIL]}, EVIL, VARY, 0),
    ("nor about null", True, LIST, "null", VARY, 0),
    (
        "allows path and origin at once",
        True,
        {**LIST, "CORS_URLS_REGEX": "^/api/"},
        EVIL,
        {"access-control-allow-origin": EVIL, **VARY},
        1,
    ),
    ("leaves the path untouched", False, {**LIST, "CORS_URLS_REGEX": "^/api/"}, APP, {}, 1),
    (
        "is asked after the validator",
        True,
        {"CORS_ORIGIN_VALIDATOR": lambda _: False},
        EVIL,
        {"access-control-allow-origin": EVIL, **VARY},
        1,
    ),
    (
        "is asked about a policy, too",
        True,
        {"CORS_POLICY": Ruleset([Rule(["/*"], Policy()), Rule(["/x"], Policy())])},
        EVIL,
        {"access-control-allow-origin": EVIL, "vary": "Origin"},
        1,
    ),
]


@pytest.mark.parametrize("form", ["listen", "listen_async"])
@pytest.mark.parametrize("row", SIGNALS, ids=[row[0] for row in SIGNALS])
def test_signal(port: int, row: Any, form: str) -> None:
    """A receiver is asked once about what the settings do not allow, for each request anew."""
    _, said, settings, origin, cors, times = row
    receiver = Receiver(said)
    with override_settings(**settings), receiving(getattr(receiver, form)):
        assert ask(port, "GET", "/items", _origin(origin)).cors == cors
        assert len(receiver.paths) == times
        ask_preflight(port, origin)
        assert len(receiver.paths) == 2 * times


def test_a_sync_receiver_does_not_block_the_loop() -> None:
    """It runs in another thread than the middleware."""
    receiver = Receiver(True)
    middle: Any = middleware.CorsMiddleware(project.items_async)

    async def serve() -> Any:
        name = threading.current_thread().name
        return name, await middle(AsyncRequestFactory().get("/items", headers={"origin": EVIL}))

    with override_settings(**LIST), receiving(receiver.listen):
        name, response = asyncio.run(serve())
    assert response["access-control-allow-origin"] == EVIL
    assert name not in receiver.threads


def _serve(view: Any, settings: dict[str, Any], **request: Any) -> Any:
    with override_settings(**settings):
        made = RequestFactory().get("/items", **request)
        return made, middleware.CorsMiddleware(view)(made)


@pytest.mark.parametrize(("urls", "is_enabled"), [("^/items", True), ("^/other", False)])
def test_the_request_knows(urls: str, is_enabled: bool) -> None:
    """Other code reads whether the settings are for a request."""
    request, _ = _serve(project.items, {**LIST, "CORS_URLS_REGEX": urls})
    assert request._cors_enabled is is_enabled


def test_debug_propagates_exceptions() -> None:
    """An exception that Django does not turn into an answer goes on as it is."""
    with pytest.raises(RuntimeError, match="as planned"):
        _serve(project.crash, LIST)


WEBSOCKET = {"upgrade": "websocket", "connection": "upgrade", "sec-websocket-key": "x"}


@pytest.mark.parametrize(("settings", "status"), [({}, 200), ({"CORS_WEBSOCKETS": "check"}, 403)])
def test_websocket_handshake(settings: dict[str, Any], status: int) -> None:
    """A handshake that reaches the middleware is judged, where the settings want that; else it is only logged."""
    _, response = _serve(project.items, {**LIST, **settings}, headers={**WEBSOCKET, "origin": EVIL})
    assert response.status_code == status
    _, response = _serve(project.items, {**LIST, **settings}, headers={**WEBSOCKET, "origin": APP})
    assert response.status_code == 200


WRONG = [
    ({"CORS_ALLOWED_ORIGIN_REGEXES": ["("]}, "CORS_ALLOWED_ORIGIN_REGEXES"),
    ({"CORS_ALLOWED_ORIGINS": [1]}, "CORS_ALLOWED_ORIGINS"),
    ({"CORS_ORIGIN_WHITELIST": [1]}, "CORS_ORIGIN_WHITELIST"),
    ({"CORS_URLS_REGEX": "("}, "CORS_URLS_REGEX"),
    ({"CORS_URLS_REGEX": 1}, "CORS_URLS_REGEX"),
    ({"CORS_URLS_REGEX": b"^/api/"}, "CORS_URLS_REGEX"),
    ({"CORS_URLS_REGEX": "(" * 500 + ")" * 500}, "CORS_URLS_REGEX"),
    ({"CORS_ENFORCE": "some"}, "CORS_ENFORCE"),
    ({"CORS_ORIGIN_VALIDATOR": "nowhere.judge"}, "CORS_ORIGIN_VALIDATOR"),
    ({"CORS_POLICY": "*"}, "CORS_POLICY"),
    ({"CORS_POLICY": Policy(), "CORS_ALLOW_ALL_ORIGINS": True}, "CORS_ALLOW_ALL_ORIGINS"),
]


@pytest.mark.parametrize(("settings", "name"), WRONG, ids=[str(row[0]) for row in WRONG])
def test_wrong_settings_stop_the_start(settings: dict[str, Any], name: str) -> None:
    """And name the setting."""
    with override_settings(**settings), pytest.raises(ImproperlyConfigured, match=name):
        middleware.CorsMiddleware(project.items)


def test_settings_changed_to_wrong_ones(caplog: pytest.LogCaptureFixture) -> None:
    """No request fails for it: the old ones stay in force, and the log says so, once."""
    factory = RequestFactory()
    with override_settings(**LIST):
        middle: Any = middleware.CorsMiddleware(project.items)
        with override_settings(CORS_ENFORCE="some"):
            for _ in range(2):
                response = middle(factory.get("/items", headers={"origin": APP}))
                assert response["access-control-allow-origin"] == APP
    assert sum("stay in force" in record.getMessage() for record in caplog.records) == 1


def test_what_has_no_effect_is_logged_at_the_start(caplog: pytest.LogCaptureFixture) -> None:
    with override_settings(CORS_ALLOWED_ORIGINS=["https://once.example:443", "http://plain.example"]):
        for _ in range(2):
            middleware.CorsMiddleware(project.items)
    assert [record.getMessage().startswith("CORS_ALLOWED_ORIGINS[0]") for record in caplog.records] == [True]


VIEWS: list[tuple[str, Any, dict[str, str]]] = [
    ("a function", project.public, {"access-control-allow-origin": "*", **VARY}),
    ("a class", project.Sync.as_view(), VARY),
]


@pytest.mark.parametrize(("view", "cors"), [row[1:] for row in VIEWS], ids=[row[0] for row in VIEWS])
def test_decorator_without_the_middleware(view: Any, cors: dict[str, str]) -> None:
    """The view puts the headers on its answers, and answers its preflights."""
    request = RequestFactory().get("/", headers={"origin": EVIL})
    response = view(request)
    assert {name.lower(): value for name, value in response.items() if name != "Content-Type"} == cors
    asked = {"origin": EVIL, "access-control-request-method": "PUT"}
    response = view(RequestFactory().options("/", headers=asked))
    assert response.status_code == 200
    assert response.get("access-control-allow-origin") == cors.get("access-control-allow-origin")


ASYNC_VIEWS = [(project.partner, PARTNER, 200), (project.Async.as_view(), "https://judged.example", 204)]


@pytest.mark.parametrize(("view", "origin", "status"), ASYNC_VIEWS, ids=["a function", "a class"])
def test_async_decorator_without_the_middleware(view: Any, origin: str, status: int) -> None:
    """The same on the event loop; a validator is awaited there."""

    async def serve() -> list[Any]:
        factory = AsyncRequestFactory()
        asked = {"origin": origin, "access-control-request-method": "GET"}
        return [
            await view(factory.get("/", headers={"origin": origin})),
            await view(factory.get("/")),
            await view(factory.options("/", headers=asked)),
        ]

    actual, bare, preflight = asyncio.run(serve())
    assert actual["access-control-allow-origin"] == origin
    assert "access-control-allow-origin" not in bare
    assert preflight.status_code == status
    assert preflight["access-control-allow-origin"] == origin


def test_a_sync_view_asks_its_validator() -> None:
    @cors_headers(origin_validator=lambda origin: origin == APP)
    def view(request: Any) -> Any:
        return project.items(request)

    answers = [view(RequestFactory().get("/", headers={"origin": origin})) for origin in (APP, EVIL)]
    assert [answer.get("access-control-allow-origin") for answer in answers] == [APP, None]


def test_a_view_that_the_middleware_did_not_resolve() -> None:
    """Its own answer stands, although the settings say another thing."""
    request, response = _serve(project.public, LIST, headers={"origin": EVIL})
    assert request._cors_enabled
    assert response["access-control-allow-origin"] == "*"


def test_decorator_warns_of_any_origin_with_credentials() -> None:
    with pytest.warns(PolicyWarning, match="allow_origin: every origin, with credentials"):
        cors_headers(allow_origin="*", allow_credentials=True)


@pytest.mark.parametrize(
    ("options", "error"),
    [({}, TypeError), ({"allow_origin": "*", "policy": Policy()}, TypeError), ({"nonsense": 1}, PolicyError)],
)
def test_decorator_refuses(options: dict[str, Any], error: type[Exception]) -> None:
    """A mistake is found where it is written, and not at a request."""
    with pytest.raises(error):
        cors_headers(**options)


def test_constants() -> None:
    """They are the names in lower case, as other code compares them."""
    names = [name for name in vars(middleware) if name.startswith("ACCESS_CONTROL_")]
    assert len(names) == 8
    assert all(getattr(middleware, name) == name.lower().replace("_", "-") for name in names)


SERVERS = {
    "gunicorn": ["gunicorn", "--no-control-socket", "--bind", "fd://{fd}", "integrations.django_project:make_wsgi()"],
    "uvicorn": ["uvicorn", "--factory", "--fd", "{fd}", "integrations.django_project:make_asgi"],
}


@contextlib.contextmanager
def serve_process(name: str, **settings: Any) -> Iterator[int]:
    """Run a server in a process of its own. Who asks early waits, for the socket listens already."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        fd = listening.fileno()
        command = [word.format(fd=fd) for word in SERVERS[name]]
        places = [str(Path(project.__file__).parents[1]), *filter(None, sys.path)]
        env = {**os.environ, project.SETTINGS: json.dumps(settings), "PYTHONPATH": os.pathsep.join(places)}
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            env=env,
            pass_fds=[fd],
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        try:
            yield listening.getsockname()[1]
        finally:
            process.terminate()
            process.wait(20)


@pytest.mark.parametrize("name", SERVERS)
def test_servers(name: str) -> None:
    """What holds in the tests' process holds in the servers that people run."""
    with serve_process(name, **LIST, CORS_ALLOW_CREDENTIALS=True, MIDDLEWARE=[MIDDLEWARE, COMMON]) as port:
        both = {**ALLOWED, "access-control-allow-credentials": "true"}
        assert ask(port, "GET", "/items", _origin(APP)).cors == both
        assert ask(port, "GET", "/crash", _origin(APP)).cors == both
        assert ask(port, "GET", "/crash", _origin(APP)).status == 500
        assert ask(port, "GET", "/stream", _origin(EVIL)).cors == {"vary": "Accept, Origin"}
        assert ask_preflight(port, APP, "PUT").cors == {**both, **LISTS}
        assert ask_preflight(port, EVIL, "PUT", path="/public").cors == {**ANY, **LISTS}


def test_other_settings_change_nothing() -> None:
    """A setting of another package does not have ours read again."""
    state.load()
    service = state.service
    with override_settings(DEBUG=True):
        assert state.service is service
