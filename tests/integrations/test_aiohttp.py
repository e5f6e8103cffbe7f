"""aiohttp: a whole app under a policy, over real HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from aiohttp import web

from crossorigin import Policy, PolicyError
from crossorigin.integrations.aiohttp import setup
from native_cases import ALLOWED, APP, CASES, EVIL, HANDSHAKES, PATHS, POLICY, REFUSED, RULES, Case, asking, shake_hands
from servers import ask, ask_preflight

if TYPE_CHECKING:
    from collections.abc import Iterator


async def items(_request: web.Request) -> web.Response:
    return web.json_response([1])


async def fail(_request: web.Request) -> NoReturn:
    message = "the handler has failed"
    raise RuntimeError(message)


async def forbid(_request: web.Request) -> NoReturn:
    raise web.HTTPForbidden


async def move(_request: web.Request) -> NoReturn:
    raise web.HTTPFound("/items")


async def stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for chunk in (b"one ", b"two ", b"three"):
        await response.write(chunk)
    return response


async def file(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(Path(__file__).parents[2] / "README.md")


async def inner(_request: web.Request) -> web.Response:
    headers = {"Access-Control-Allow-Origin": "*", "access-control-allow-credentials": "true", "Vary": "Accept"}
    return web.Response(headers=headers)


async def talk(request: web.Request) -> web.WebSocketResponse:
    response = web.WebSocketResponse()
    await response.prepare(request)
    return response


def make_app() -> web.Application:
    app = web.Application()
    handlers = {
        "/items": items,
        "/raise": fail,
        "/forbidden": forbid,
        "/moved": move,
        "/stream": stream,
        "/file": file,
        "/inner": inner,
        "/ws": talk,
    }
    app.add_routes([web.get(path, handler) for path, handler in handlers.items()])
    return app


@contextlib.contextmanager
def serve(app: web.Application) -> Iterator[int]:
    """Serve the app in a thread; give the port."""
    ports: list[int] = []
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def main() -> None:
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        ports.append(runner.addresses[0][1])
        ready.set()
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(main(),), daemon=True)
    thread.start()
    try:
        assert ready.wait(20)
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        loop.close()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    app = make_app()
    setup(app, POLICY)
    with serve(app) as port:
        yield port


@pytest.mark.parametrize("case", CASES, ids=[case.sentence for case in CASES])
def test_answers(port: int, case: Case) -> None:
    """The same request twice: the second answer may be looked up where the first was decided."""
    for _ in range(2):
        answer = ask(port, case.method, case.path, case.headers)
        assert (answer.status, answer.cors) == (case.status, case.cors)
        assert case.body in answer.body


def test_an_expectation_that_fails(port: int) -> None:
    """The server refuses it before any middleware has run."""
    answer = ask(port, "GET", "/items", [("Origin", APP), ("Expect", "the-unexpected")])
    assert (answer.status, answer.cors) == (417, ALLOWED)


@pytest.mark.parametrize(("websockets", "origin", "status"), HANDSHAKES)
def test_websockets(websockets: Any, origin: str | None, status: int) -> None:
    app = make_app()
    setup(app, allow_origins=[APP], websockets=websockets)
    with serve(app) as port:
        assert shake_hands(port, f"http://127.0.0.1:{port}" if origin == "SAME" else origin) == status


def test_paths() -> None:
    """Each path has the policy of its rule, and one without a rule is not touched."""
    app = make_app()
    setup(app, RULES)
    with serve(app) as port:
        for path, origin, status, cors in PATHS:
            answer = ask(port, "GET", path, [("Origin", origin)])
            assert (answer.status, answer.cors) == (status, cors), path


def test_middlewares_and_sub_apps() -> None:
    """Whatever is added after setup runs inside: other middlewares, sub-apps, and signals that set headers."""
    runs: list[str] = []

    @web.middleware
    async def log_in(request: web.Request, handler: Any) -> Any:
        runs.append(request.method)
        if "Authorization" not in request.headers:
            raise web.HTTPUnauthorized
        return await handler(request)

    async def add_header(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Access-Control-Allow-Origin"] = "*"

    app, sub = web.Application(), make_app()
    setup(app, POLICY)
    app.middlewares.insert(0, log_in)
    sub.on_response_prepare.append(add_header)
    app.on_response_prepare.append(add_header)
    app.add_subapp("/sub", sub)
    authorized = [("Authorization", "Bearer x")]
    with serve(app) as port:
        assert ask_preflight(port, APP, path="/sub/items").status == 204
        assert runs == []
        for path, status in {"/sub/items": 200, "/sub/nowhere": 404, "/sub/raise": 500, "/nowhere": 404}.items():
            answer = ask(port, "GET", path, [("Origin", APP), *authorized])
            assert (answer.status, answer.cors) == (status, ALLOWED)
            assert ask(port, "GET", path, [("Origin", EVIL), *authorized]).cors == REFUSED
        answer = ask(port, "GET", "/sub/items", [("Origin", APP)])
        assert (answer.status, answer.cors) == (401, ALLOWED)


def test_a_policy_for_a_sub_app() -> None:
    """It covers the sub-app and nothing else."""
    app, sub = make_app(), make_app()
    setup(sub, POLICY)
    app.add_subapp("/sub", sub)
    with serve(app) as port:
        for path, status in {"/sub/items": 200, "/sub/nowhere": 404, "/sub/raise": 500}.items():
            answer = ask(port, "GET", path, [("Origin", APP)])
            assert (answer.status, answer.cors) == (status, ALLOWED)
        assert ask_preflight(port, APP, path="/sub/items").status == 204
        assert ask(port, "GET", "/items", [("Origin", APP)]).cors == {}


def test_async_validator() -> None:
    """It is awaited on the app's own loop."""
    loops: list[Any] = []

    async def is_customer(origin: str) -> bool:
        loops.append(asyncio.get_running_loop())
        return origin == APP

    app = make_app()
    setup(app, origin_validator=is_customer)
    with serve(app) as port:
        assert ask(port, "GET", "/items", [("Origin", APP)]).cors["access-control-allow-origin"] == APP
        assert ask(port, "GET", "/items", [("Origin", EVIL)]).cors == REFUSED
        assert ask(port, "OPTIONS", "/items", asking(APP, "GET")).status == 204
    assert len(loops) == 2


def test_reconfigure() -> None:
    app = make_app()
    layer = setup(app, allow_origins=[EVIL])
    layer.reconfigure(POLICY)
    with serve(app) as port:
        assert ask(port, "GET", "/items", [("Origin", APP)]).cors == ALLOWED


def test_wrong_use() -> None:
    """Wrong options, and a second policy for the same app, are errors at start-up."""
    app = make_app()
    with pytest.raises(PolicyError):
        setup(app, allow_origins=["nonsense"])
    with pytest.raises(PolicyError, match="allow_origins"):
        setup(app, allow_origin=[APP])  # type: ignore[call-arg]  # that is the point
    setup(app, Policy())
    with pytest.raises(RuntimeError, match="already"):
        setup(app, Policy())
