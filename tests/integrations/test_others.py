"""The frameworks that have no integration of their own: each behind the ASGI or the WSGI door, over real HTTP."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from crossorigin import Policy
from crossorigin.integrations import asgi, wsgi
from native_cases import shake_hands
from servers import ask, ask_preflight, serve_asgi, serve_wsgi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

APP = "https://app.example"
EVIL = "https://evil.example"
POLICY = Policy(allow_origins=[APP], allow_methods=["GET", "PUT"], allow_headers=["X-Custom"])
# Why: the import of some releases warns, and so do some of their start-ups.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:pkg_resources is deprecated"),
]
BOOM = "the handler has failed"


class BoomError(Exception):
    """What the handlers raise."""


def make_litestar() -> Any:
    from litestar import Litestar, WebSocket, get, websocket

    @get("/items", sync_to_thread=False)
    def items() -> list[int]:
        return [1]

    @get("/raise", sync_to_thread=False)
    def fail() -> None:
        raise BoomError(BOOM)

    async def talk(socket: Any) -> None:
        await socket.accept()
        await socket.close()

    # Why: annotations are texts here, and Litestar looks for their names in this module.
    talk.__annotations__ = {"socket": WebSocket, "return": None}
    return asgi.CORSMiddleware(Litestar([items, fail, websocket("/ws")(talk)]), POLICY)


def make_quart() -> Any:
    from quart import Quart, websocket

    app: Any = Quart(__name__)

    @app.get("/items")
    async def items() -> list[int]:
        return [1]

    @app.get("/raise")
    async def fail() -> None:
        raise BoomError(BOOM)

    @app.websocket("/ws")
    async def talk() -> None:
        await websocket.accept()

    app.asgi_app = asgi.CORSMiddleware(app.asgi_app, POLICY)
    return app


def make_sanic() -> Any:
    from sanic import Sanic, json

    Sanic.test_mode = True
    app: Any = Sanic("tests")

    @app.get("/items")
    async def items(_request: Any) -> Any:
        return json([1])

    @app.get("/raise")
    async def fail(_request: Any) -> None:
        raise BoomError(BOOM)

    @app.websocket("/ws")
    async def talk(_request: Any, _socket: Any) -> None:
        pass

    return asgi.CORSMiddleware(app, POLICY)


def make_blacksheep() -> Any:
    from blacksheep import Application, Router, WebSocket, json

    app = Application(router=Router())

    @app.router.get("/items")
    async def items() -> Any:
        return json([1])

    @app.router.get("/raise")
    async def fail() -> None:
        raise BoomError(BOOM)

    async def talk(socket: Any) -> None:
        await socket.accept()
        await socket.close()

    talk.__annotations__ = {"socket": WebSocket}
    app.router.add_ws("/ws", talk)
    return asgi.CORSMiddleware(app, POLICY)


class Items:
    async def on_get(self, _request: Any, response: Any) -> None:
        response.media = [1]


class Fail:
    async def on_get(self, _request: Any, _response: Any) -> None:
        raise BoomError(BOOM)


class Talk:
    async def on_websocket(self, _request: Any, socket: Any) -> None:
        await socket.accept()
        await socket.close()


def make_falcon_asgi() -> Any:
    from falcon.asgi import App

    app = App()
    for path, resource in {"/items": Items(), "/raise": Fail(), "/ws": Talk()}.items():
        app.add_route(path, resource)
    return asgi.CORSMiddleware(app, POLICY)


class ItemsNow:
    def on_get(self, _request: Any, response: Any) -> None:
        response.media = [1]


class FailNow:
    def on_get(self, _request: Any, _response: Any) -> None:
        raise BoomError(BOOM)


def make_falcon_wsgi() -> Any:
    from falcon import App

    app = App()
    app.add_route("/items", ItemsNow())
    app.add_route("/raise", FailNow())
    return wsgi.CORSMiddleware(app, POLICY)


def make_bottle() -> Any:
    from bottle import Bottle  # type: ignore[import-untyped]  # it has no types

    app: Any = Bottle()

    @app.get("/items")
    def items() -> dict[str, int]:
        return {"one": 1}

    @app.get("/raise")
    def fail() -> None:
        raise BoomError(BOOM)

    return wsgi.CORSMiddleware(app, POLICY)


def make_pyramid() -> Any:
    from pyramid.config import Configurator  # type: ignore[import-untyped]  # it has no types

    def items(_request: Any) -> list[int]:
        return [1]

    def fail(_request: Any) -> None:
        raise BoomError(BOOM)

    with Configurator() as config:
        for name, view in {"items": items, "raise": fail}.items():
            config.add_route(name, f"/{name}")
            config.add_view(view, route_name=name, renderer="json", request_method="GET")
        return wsgi.CORSMiddleware(config.make_wsgi_app(), POLICY)


class Framework(NamedTuple):
    """How one is served, and what it answers where routes and methods do not fit."""

    make: Callable[[], Any]
    serve: Callable[[Any], Any]
    not_allowed: int = 405

    @property
    def name(self) -> str:
        return self.make.__name__.removeprefix("make_")


FRAMEWORKS = [
    Framework(make_litestar, serve_asgi),
    Framework(make_quart, serve_asgi),
    Framework(make_sanic, serve_asgi),
    Framework(make_blacksheep, serve_asgi, not_allowed=404),
    Framework(make_falcon_asgi, serve_asgi),
    Framework(make_falcon_wsgi, serve_wsgi),
    Framework(make_bottle, serve_wsgi),
    Framework(make_pyramid, serve_wsgi, not_allowed=404),
]


@pytest.fixture(scope="module", params=FRAMEWORKS, ids=[framework.name for framework in FRAMEWORKS])
def served(request: pytest.FixtureRequest) -> Iterator[tuple[Framework, int]]:
    framework: Framework = request.param
    with framework.serve(framework.make()) as port:
        yield framework, port


def test_answers(served: tuple[Framework, int]) -> None:
    """Every answer of the app has the headers: also errors, and exceptions that nobody handles."""
    framework, port = served
    answers = {
        ("GET", "/items"): 200,
        ("GET", "/nowhere"): 404,
        ("DELETE", "/items"): framework.not_allowed,
        ("GET", "/raise"): 500,
    }
    for (method, path), status in answers.items():
        for origin, allowed in {APP: APP, EVIL: None, None: None}.items():
            answer = ask(port, method, path, [("Origin", origin)] if origin else [])
            assert answer.status == status, (method, path)
            # Some answers vary with what is accepted, too.
            assert answer.cors.pop("vary") in {"Origin", "Accept, Origin"}
            assert answer.cors.get("access-control-allow-origin") == allowed


def test_preflights(served: tuple[Framework, int]) -> None:
    """They are answered before the app, whatever it knows of the path."""
    _, port = served
    for path in ("/items", "/nowhere", "/raise"):
        answer = ask_preflight(port, APP, "PUT", "x-custom", path=path)
        assert (answer.status, answer.body) == (204, b"")
        assert answer.cors["access-control-allow-origin"] == APP
        assert answer.cors["access-control-allow-methods"] == "GET, PUT"
        assert ask_preflight(port, EVIL, "PUT", path=path).status == 403


def test_websockets(served: tuple[Framework, int]) -> None:
    """A handshake from elsewhere is refused before the app, where there are WebSockets at all."""
    framework, port = served
    if framework.serve is serve_asgi:
        assert shake_hands(port, APP) == 101
        assert shake_hands(port, f"http://127.0.0.1:{port}") == 101
        assert shake_hands(port, None) == 101
    assert shake_hands(port, EVIL) == 403
