"""Nexios behind the drop-in, on a real server: where it stands, what it answers, and what it takes."""

from __future__ import annotations

import importlib
import json
import logging
from typing import TYPE_CHECKING, Any

import nexios
import pytest
from nexios import Router
from nexios import config as nexios_config
from nexios.exceptions import HTTPException

from crossorigin import Policy, PolicyError, PolicyWarning, Rule, Ruleset
from crossorigin.integrations.nexios import CorsConfig, CORSMiddleware, MakeConfig, NexiosApp
from crossorigin.integrations.nexios._place import patch
from servers import ask, ask_preflight, serve_asgi

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

APP = "https://app.example"
EVIL = "https://evil.example"
READABLE = {"access-control-allow-origin": APP, "access-control-allow-credentials": "true", "vary": "Origin"}
HANDSHAKE = [
    ("Upgrade", "websocket"),
    ("Connection", "Upgrade"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
]
#: A middleware that takes a CorsConfig came with Nexios 3.
IS_NEXIOS_3 = not hasattr(nexios, "get_application")


@pytest.fixture
def _no_kept_config(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the config that Nexios keeps, the first of the process."""
    monkeypatch.setattr(nexios_config, "_global_config", None)


def add_routes(app: Any) -> Any:
    async def items(_request: Any, response: Any) -> Any:
        return response.json({"items": []})

    async def fail(_request: Any, _response: Any) -> Any:
        text = "the app is broken"
        raise ValueError(text)

    async def echo(websocket: Any) -> None:
        await websocket.accept()
        await websocket.close()

    app.add_route(path="/items", handler=items, methods=["GET", "PUT"])
    # Why: of a path that has answered 405 once, some releases of Nexios answer nothing else.
    app.add_route(path="/read-only", handler=items, methods=["GET"])
    app.add_route(path="/read-only-too", handler=items, methods=["GET"])
    app.get("/fail")(fail)
    if IS_NEXIOS_3:
        app.ws_route("/socket")(echo)
    else:
        # Why: in the last release of Nexios 2, what adds a WebSocket route fails, and so does what it wraps around it.
        route = importlib.import_module("nexios.routing").WebsocketRoutes("/socket", echo)
        route.handler = echo
        app.ws_router.routes.append(route)
    return app


async def refuse_all(_request: Any, response: Any, _call_next: Any) -> Any:
    return response.json({"error": "who are you?"}, status_code=401)


def make_ours() -> Any:
    return add_routes(NexiosApp(config=MakeConfig({"cors": {"allow_origins": [APP]}})))


def make_plain() -> Any:
    app = add_routes(nexios.NexiosApp())
    app.add_middleware(CORSMiddleware(config=CorsConfig(allow_origins=[APP])))
    return app


def make_with_options() -> Any:
    app = add_routes(nexios.NexiosApp())
    app.add_middleware(CORSMiddleware(allow_origins=[APP]))
    return app


def make_without_arguments() -> Any:
    """Write the form of Nexios 2: the middleware reads the config of the app, or of the process."""
    nexios_config.set_config(nexios_config.MakeConfig({"cors": {"allow_origins": [APP]}}))
    app = add_routes(nexios.NexiosApp())
    app.add_middleware(CORSMiddleware())
    return app


def make_doubly() -> Any:
    """Ours installs the middleware; a user of Nexios 2 adds it, too."""
    app = make_ours()
    app.add_middleware(CORSMiddleware())
    return app


MAKERS: list[Callable[[], Any]] = [make_ours, make_plain, make_with_options, make_without_arguments, make_doubly]


@pytest.fixture(scope="module", params=MAKERS, ids=lambda make: make.__name__)
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    with serve_asgi(request.param()) as found:
        yield found


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/items", 200), ("GET", "/nowhere", 404), ("DELETE", "/read-only", 405)]
)
def test_every_answer_carries_the_headers(port: int, method: str, path: str, status: int) -> None:
    answer = ask(port, method, path, [("Origin", APP)])
    assert (answer.status, answer.cors) == (status, READABLE)
    assert ask(port, method, path, [("Origin", EVIL)]).cors == {"vary": "Origin"}
    assert ask(port, method, path).cors == {"vary": "Origin"}


def test_an_unhandled_exception_carries_the_headers(port: int) -> None:
    answer = ask(port, "GET", "/fail", [("Origin", APP)])
    assert (answer.status, answer.cors) == (500, READABLE)
    assert ask(port, "GET", "/fail", [("Origin", EVIL)]).cors == {"vary": "Origin"}


def test_preflight(port: int) -> None:
    """Nexios' answer: 201, "OK" as JSON, and what was asked for, the method in upper and the names in lower case."""
    answer = ask_preflight(port, APP, "put", "Content-Type,  ACCEPT")
    assert (answer.status, json.loads(answer.body)) == (201, "OK")
    assert dict(answer.headers)["content-type"] == "application/json"
    assert answer.cors == {
        **READABLE,
        "access-control-allow-methods": "PUT",
        "access-control-allow-headers": "content-type, accept",
        "access-control-max-age": "600",
    }


@pytest.mark.parametrize(
    ("origin", "method", "names"),
    [(EVIL, "GET", None), (APP, "PURGE", None), (APP, "GET", "x-other"), ("null", "GET", None)],
)
def test_refused_preflight(port: int, origin: str, method: str, names: str | None) -> None:
    answer = ask_preflight(port, origin, method, names)
    assert (answer.status, json.loads(answer.body), answer.cors) == (400, "CORS request denied.", {"vary": "Origin"})


def test_handshakes_are_judged(port: int, caplog: pytest.LogCaptureFixture) -> None:
    """Without another word, a foreign one is logged and passes."""
    with caplog.at_level(logging.WARNING, "crossorigin"):
        assert ask(port, "GET", "/socket", [*HANDSHAKE, ("Origin", "https://other.example")]).status == 101
    assert "websocket request would be refused" in caplog.text


def test_handshakes_can_be_refused() -> None:
    """Before the app sees them, with the status of every refusal."""
    app = add_routes(NexiosApp(config=CorsConfig(allow_origins=[APP], websockets="check")))
    with serve_asgi(app) as port:
        assert ask(port, "GET", "/socket", [*HANDSHAKE, ("Origin", EVIL)]).status == 403
        assert ask(port, "GET", "/socket", [*HANDSHAKE, ("Origin", APP)]).status == 101


@pytest.mark.parametrize("is_first", [True, False])
def test_preflights_are_answered_before_all_other_middleware(is_first: bool) -> None:
    """Whatever the order of add_middleware; and what another middleware refuses carries the headers, too."""
    app = add_routes(nexios.NexiosApp())
    ours = CORSMiddleware(allow_origins=[APP])
    for middleware in [ours, refuse_all] if is_first else [refuse_all, ours]:
        app.add_middleware(middleware)
    with serve_asgi(app) as port:
        assert ask_preflight(port, APP).status == 201
        answer = ask(port, "GET", headers=[("Origin", APP)])
        assert (answer.status, answer.cors) == (401, READABLE)


def test_an_options_request_that_is_no_preflight_is_the_apps(port: int) -> None:
    assert ask(port, "OPTIONS", "/read-only-too", [("Origin", APP)]).status == 405
    assert ask(port, "OPTIONS", "/read-only-too", [("Access-Control-Request-Method", "GET")]).status == 405


@pytest.mark.skipif(not IS_NEXIOS_3, reason="Nexios 2 has no CorsConfig")
def test_nexios_own_config_is_taken() -> None:
    from nexios.middleware.cors import CorsConfig as Theirs  # noqa: PLC0415 (only Nexios 3 has it)

    app = add_routes(nexios.NexiosApp())
    app.add_middleware(CORSMiddleware(config=Theirs(allow_origins=[APP], max_age=60)))
    with serve_asgi(app) as port:
        assert ask(port, "GET", headers=[("Origin", APP)]).cors == READABLE
        assert ask_preflight(port, APP).cors["access-control-max-age"] == "60"
        assert ask_preflight(port, APP, "HEAD").status == 400
    with serve_asgi(add_routes(NexiosApp(config=Theirs(allow_origins=[APP])))) as port:
        assert ask(port, "GET", headers=[("Origin", APP)]).cors == READABLE


@pytest.mark.parametrize("give", [dict, nexios_config.MakeConfig], ids=["dict", "Nexios' MakeConfig"])
def test_configs_of_other_kinds_are_taken(give: Callable[[Any], Any]) -> None:
    app = add_routes(NexiosApp(config=give({"debug": False, "cors": {"allow_origins": [APP]}})))
    app.add_middleware(CORSMiddleware(give({"allow_origins": [APP]})))
    with serve_asgi(app) as port:
        assert ask(port, "GET", headers=[("Origin", APP)]).cors == READABLE
        assert ask(port, "GET", "/fail").body == b"Internal Server Error"


def test_an_app_without_cors_settings_is_left_alone() -> None:
    for app in (NexiosApp(), NexiosApp(config=MakeConfig({"debug": True})), NexiosApp(config={"cors": None})):
        with serve_asgi(add_routes(app)) as port:
            assert ask(port, "GET", headers=[("Origin", APP)]).cors == {}


@pytest.mark.usefixtures("_no_kept_config")
def test_a_middleware_without_settings_says_so() -> None:
    app = add_routes(NexiosApp(config=MakeConfig({"debug": True})))
    with pytest.warns(PolicyWarning, match='no section "cors"'):
        app.add_middleware(CORSMiddleware())
    with serve_asgi(app) as port:
        assert ask(port, "GET", headers=[("Origin", APP)]).cors == {}


@pytest.mark.skipif(not IS_NEXIOS_3, reason="every app of Nexios 2 has a config")
@pytest.mark.usefixtures("_no_kept_config")
def test_a_middleware_without_any_config_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="not initialized"):
        nexios.NexiosApp().add_middleware(CORSMiddleware())


def test_what_is_no_config_is_an_error() -> None:
    with pytest.raises(TypeError, match="a CorsConfig, a MakeConfig or a dict"):
        CORSMiddleware(["https://app.example"])


def test_a_second_middleware_takes_the_place_of_the_first() -> None:
    app = make_plain()
    with pytest.warns(PolicyWarning, match="already"):
        app.add_middleware(CORSMiddleware(allow_origins=[EVIL]))
    with serve_asgi(app) as port:
        assert ask(port, "GET", headers=[("Origin", EVIL)]).cors["access-control-allow-origin"] == EVIL
        assert ask(port, "GET", headers=[("Origin", APP)]).cors == {"vary": "Origin"}


def test_one_middleware_serves_two_apps_and_follows_its_settings_in_both() -> None:
    config = CorsConfig(allow_origins=[APP])
    middleware = CORSMiddleware(config)
    apps = [add_routes(nexios.NexiosApp()) for _ in range(2)]
    for app in apps:
        app.add_middleware(middleware)
    config.allow_origins = [EVIL]
    for app in apps:
        with serve_asgi(app) as port:
            assert ask(port, "GET", headers=[("Origin", EVIL)]).cors["access-control-allow-origin"] == EVIL


def test_on_a_router_and_on_a_route_it_serves_what_reaches_it_there() -> None:
    app = add_routes(nexios.NexiosApp())
    router = Router(prefix="/public")
    router.add_middleware(CORSMiddleware(allow_origins=[APP]))

    async def items(_request: Any, response: Any) -> Any:
        return response.json([]).set_header("X-Own", "kept")

    router.get("/items")(items)
    app.mount_router(router)
    own = CORSMiddleware(allow_origins=[EVIL])
    app.add_route(path="/own", handler=items, methods=["GET", "OPTIONS"], middleware=[own])
    with serve_asgi(app) as port:
        answer = ask(port, "GET", "/public/items", [("Origin", APP)])
        assert (answer.status, answer.body, answer.cors) == (200, b"[]", READABLE)
        assert dict(answer.headers)["x-own"] == "kept"
        assert ask(port, "GET", "/own", [("Origin", APP)]).cors == {"vary": "Origin"}
        assert ask(port, "GET", "/own", [("Origin", EVIL)]).cors["access-control-allow-origin"] == EVIL
        assert ask_preflight(port, EVIL, path="/own").status == 201
        assert ask_preflight(port, APP, path="/own").status == 400
        assert ask(port, "GET", headers=[("Origin", APP)]).cors == {}


class KnownError(Exception):
    """What the app below handles by its class."""


async def _pour(_request: Any, _response: Any) -> None:
    raise HTTPException(418, "tea")


async def _raise_known(_request: Any, _response: Any) -> None:
    raise KnownError


async def _crash(_request: Any, _response: Any) -> None:
    raise RuntimeError


async def _answer_known(_request: Any, response: Any, _error: Exception) -> Any:
    return response.json("known", status_code=409)


@pytest.mark.parametrize(
    ("path", "status", "body"),
    [
        ("/public/tea", 418, b'"tea"'),
        ("/public/known", 409, b'"known"'),
        ("/public/nothing", 404, None),
        ("/public/crash", 500, b"Internal Server Error"),
        ("/own", 418, b'"tea"'),
    ],
)
def test_errors_on_a_router_and_on_a_route(path: str, status: int, body: bytes | None) -> None:
    """What the app handles is answered as it would be without the middleware, with the headers."""
    app: Any = nexios.NexiosApp()
    app.add_exception_handler(KnownError, _answer_known)
    router = Router(prefix="/public")
    router.add_middleware(CORSMiddleware(allow_origins=[APP]))
    for name, handler in {"/tea": _pour, "/known": _raise_known, "/crash": _crash}.items():
        router.get(name)(handler)
    app.mount_router(router)
    app.add_route(path="/own", handler=_pour, methods=["GET"], middleware=[CORSMiddleware(allow_origins=[APP])])
    with serve_asgi(app) as port:
        for origin, told in ((APP, READABLE), (EVIL, {"vary": "Origin"})):
            answer = ask(port, "GET", path, [("Origin", origin)])
            assert (answer.status, answer.cors) == (status, told)
            assert body is None or answer.body == body


POLICY = Policy(allow_origins=[APP], enforce="all")


@pytest.mark.parametrize("policy", [POLICY, Ruleset([Rule(["/items"], POLICY)])], ids=["policy", "ruleset"])
def test_a_policy_is_answered_in_our_own_form(policy: Policy | Ruleset) -> None:
    plain = add_routes(nexios.NexiosApp())
    plain.add_middleware(CORSMiddleware(policy=policy))
    for app in (plain, add_routes(NexiosApp(policy=policy))):
        with serve_asgi(app) as port:
            assert ask_preflight(port, APP).status == 204
            refusal = ask_preflight(port, EVIL)
            assert (refusal.status, refusal.body) == (403, b"CORS: preflight request refused: origin-not-allowed\n")
            assert ask(port, "GET", headers=[("Origin", EVIL)]).status == 403


def test_a_policy_and_settings_do_not_go_together() -> None:
    with pytest.raises(TypeError, match="not both"):
        CORSMiddleware(policy=POLICY, max_age=60)
    with pytest.raises(TypeError, match="not both"):
        NexiosApp(config={"cors": {}}, policy=POLICY)


def test_enforce_keeps_a_refused_request_from_the_app() -> None:
    app = add_routes(NexiosApp(config=CorsConfig(allow_origins=[APP], enforce="all", custom_error_status=418)))
    with serve_asgi(app) as port:
        answer = ask(port, "GET", headers=[("Origin", EVIL)])
        assert (answer.status, json.loads(answer.body)) == (418, "CORS request denied.")


async def trust_async(origin: str) -> object:
    return origin.endswith("trusted.example")


class Trusting:
    async def __call__(self, origin: str) -> object:
        return await trust_async(origin)


def trust_later(origin: str) -> Awaitable[object]:
    return trust_async(origin)


def trust(origin: str) -> object:
    return origin if origin.endswith("trusted.example") else None


@pytest.mark.parametrize(
    "validator", [trust, trust_async, trust_later, Trusting()], ids=["def", "async", "later", "object"]
)
def test_a_validator_may_return_anything_and_be_async(validator: Callable[[str], object]) -> None:
    app = add_routes(NexiosApp(config=CorsConfig(dynamic_origin_validator=validator)))
    with serve_asgi(app) as port:
        trusted = "https://a.trusted.example"
        assert ask(port, "GET", headers=[("Origin", trusted)]).cors["access-control-allow-origin"] == trusted
        assert ask_preflight(port, trusted).status == 201
        assert ask(port, "GET", headers=[("Origin", EVIL)]).cors == {"vary": "Origin"}
        assert ask_preflight(port, EVIL).status == 400


def test_a_patch_that_no_longer_fits_is_an_error() -> None:
    class Changed:
        async def __call__(self, connection: object) -> None: ...

        def add_middleware(self, middleware: object) -> None: ...

    with pytest.raises(RuntimeError, match="wrap the app yourself"):
        patch(Changed)


def test_nexios_class_is_wrapped_once() -> None:
    before = nexios.NexiosApp.__call__
    patch(nexios.NexiosApp)
    assert nexios.NexiosApp.__call__ is before


def test_settings_that_are_wrong_are_named_as_they_were_written() -> None:
    with pytest.raises(PolicyError, match="custom_error_status") as caught:
        CorsConfig(custom_error_status=200, custom_error_messages={"missing_origin": 5})  # type: ignore[dict-item]
    assert len(caught.value.mistakes) == 2
