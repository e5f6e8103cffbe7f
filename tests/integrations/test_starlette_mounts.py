"""A layer of its own around what is mounted: the errors in there are answered as the app around it answers them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import fastapi
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from crossorigin.integrations import asgi
from crossorigin.integrations.fastapi import CORSMiddleware
from servers import ask, serve_asgi

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SITE, EVIL = "https://site.example", "https://evil.example"
TOLD = {"access-control-allow-origin": SITE, "vary": "Origin"}
LIST: dict[str, Any] = {"allow_origins": [SITE]}


class BoomError(Exception):
    """What nobody handles by its class."""


class KnownError(Exception):
    """What the app handles by its class."""


async def _raise(_scope: Any, _receive: Any, _send: Any) -> None:
    raise BoomError


async def _raise_known(_request: Any) -> None:
    raise KnownError


async def _missing(_request: Any, _error: Exception) -> JSONResponse:
    return JSONResponse("missing", 404)


async def _known(_request: Any, _error: Exception) -> JSONResponse:
    return JSONResponse("known", 409)


class Served(NamedTuple):
    """A port, and what the handler of unhandled exceptions was called with."""

    port: int
    caught: list[Exception]


@pytest.fixture(name="served", params=[Starlette, fastapi.FastAPI])
def _served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    caught: list[Exception] = []

    async def catch(_request: Any, error: Exception) -> JSONResponse:
        caught.append(error)
        return JSONResponse("caught", 500)

    (tmp_path / "page.txt").write_text("page")
    files = StaticFiles(directory=tmp_path)
    sub = fastapi.FastAPI(openapi_url=None, exception_handlers={Exception: catch})
    sub.add_middleware(CORSMiddleware, **LIST)
    sub.mount("/boom", _raise)
    app: Any = request.param(exception_handlers={404: _missing, KnownError: _known, Exception: catch})
    app.router.routes += [
        Mount("/files", CORSMiddleware(files, **LIST)),
        Mount("/boom", CORSMiddleware(_raise, **LIST)),
        Mount("/group", routes=[Route("/known", _raise_known)], middleware=[Middleware(CORSMiddleware, **LIST)]),
        Mount("/sub", sub),
        Mount("/door/files", asgi.CORSMiddleware(files, **LIST)),
        Mount("/door/boom", asgi.CORSMiddleware(_raise, **LIST)),
    ]
    with serve_asgi(app) as port:
        yield Served(port, caught)


ANSWERS = [
    ("GET", "/files/page.txt", 200, b"page"),
    ("GET", "/files/nothing", 404, b'"missing"'),
    ("PUT", "/files/page.txt", 405, None),
    ("GET", "/group/known", 409, b'"known"'),
    ("GET", "/group/nothing", 404, b'"missing"'),
    ("GET", "/boom/", 500, b'"caught"'),
    ("GET", "/sub/boom/", 500, b'"caught"'),
]


@pytest.mark.parametrize(("method", "path", "status", "body"), ANSWERS)
def test_errors(served: Served, method: str, path: str, status: int, body: bytes | None) -> None:
    """They have the status and the body of the app's own handlers, and the headers of the layer around them."""
    for _ in range(2):
        for origin, told in ((SITE, TOLD), (EVIL, {"vary": "Origin"})):
            answer = ask(served.port, method, path, [("Origin", origin)])
            assert (answer.status, answer.cors) == (status, told)
            assert body is None or answer.body == body


@pytest.mark.parametrize(("path", "calls"), [("/boom/", 2), ("/sub/boom/", 2), ("/door/boom/", 1)])
def test_exceptions_go_on(served: Served, path: str, calls: int) -> None:
    """An exception that was answered goes on, and Starlette calls a handler for every layer that it passes."""
    ask(served.port, "GET", path, [("Origin", SITE)])
    assert [type(error) for error in served.caught] == [BoomError] * calls


def test_the_plain_door(served: Served) -> None:
    """It knows no handlers, so it leaves to the app what the app handles; its own 500 carries the headers."""
    answer = ask(served.port, "GET", "/door/files/nothing", [("Origin", SITE)])
    assert (answer.status, answer.body, answer.cors) == (404, b'"missing"', {})
    assert ask(served.port, "GET", "/door/files/page.txt", [("Origin", SITE)]).cors == TOLD
    answer = ask(served.port, "GET", "/door/boom/", [("Origin", SITE)])
    assert (answer.status, answer.cors) == (500, TOLD)


@pytest.mark.filterwarnings("ignore:two CORS layers are stacked")
def test_a_layer_in_a_single_route(caplog: pytest.LogCaptureFixture) -> None:
    """The app's policy wins, and the log says that there are two."""
    inner = Middleware(CORSMiddleware, allow_origins=[EVIL])
    app = Starlette(
        routes=[Route("/items", lambda _: JSONResponse([]), middleware=[inner])],
        middleware=[Middleware(CORSMiddleware, **LIST)],
    )
    with serve_asgi(app) as port:
        assert ask(port, "GET", "/items", [("Origin", SITE)]).cors == TOLD
        assert ask(port, "GET", "/items", [("Origin", EVIL)]).cors == {"vary": "Origin"}
    assert "two CORS layers are stacked" in caplog.text


@pytest.mark.parametrize("debug", [False, True])
def test_without_handlers(debug: bool) -> None:
    """Then it is Starlette's own page, that of ``debug`` too."""
    app = Starlette(debug=debug, routes=[Mount("/boom", CORSMiddleware(_raise, **LIST))])
    with serve_asgi(app) as port:
        answer = ask(port, "GET", "/boom/", [("Origin", SITE)])
    assert (answer.status, answer.cors) == (500, TOLD)
    assert (b"BoomError" in answer.body) is debug


def test_an_app_that_another_framework_serves() -> None:
    """Where what stands around tells of handlers and is no Starlette app, the layer answers as Starlette does."""

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await CORSMiddleware(_raise, **LIST)({**scope, "starlette.exception_handlers": ({}, {})}, receive, send)

    with serve_asgi(serve) as port:
        answer = ask(port, "GET", "/", [("Origin", SITE)])
    assert (answer.status, answer.body, answer.cors) == (500, b"Internal Server Error", TOLD)
