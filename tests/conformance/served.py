"""How each integration serves a list of policies over a real socket: what the table is run through.

Every app answers ``ok`` to every method at ``/items``. Where one server can hold many apps, a request names its app by
the number in ``X-App``; elsewhere each app has a server of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import http.client
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

from conformance import others
from conformance.others import METHODS
from servers import serve_asgi, serve_wsgi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from crossorigin import Policy

_NUMBER = "X-App"


class Got(NamedTuple):
    """The status, the CORS headers and ``Vary``, and whether the app has run."""

    status: int
    cors: dict[str, str]
    has_run: bool


Ask = "Callable[[int, str, list[tuple[str, str]]], Got]"


def _ask(port: int, number: int, method: str, headers: Sequence[tuple[str, str]]) -> Got:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with contextlib.closing(connection):
        connection.putrequest(
            method, "/items", skip_host=any(name == "Host" for name, _ in headers), skip_accept_encoding=True
        )
        for name, value in [*headers, (_NUMBER, str(number))]:
            connection.putheader(name, value.encode("latin-1"))
        connection.endheaders()
        response = connection.getresponse()
        found = [(name.lower(), value) for name, value in response.getheaders()]
        kept = [(name, value) for name, value in found if name.startswith("access-control-") or name == "vary"]
        assert len(kept) == len(dict(kept)), f"a header is doubled: {kept}"
        has_run = ("x-ran", "yes") in found
        response.read()
    return Got(response.status, dict(kept), has_run)


def _mux_asgi(make: Callable[[Policy], Any]) -> Any:
    @contextlib.contextmanager
    def serve(policies: Sequence[Policy]) -> Iterator[Any]:
        apps = [make(policy) for policy in policies]
        key = _NUMBER.lower().encode()

        async def mux(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                number = int(dict(scope["headers"])[key])
                await apps[number](scope, receive, send)

        with serve_asgi(mux) as port:
            yield lambda number, method, headers: _ask(port, number, method, headers)

    return serve


def _mux_wsgi(make: Callable[[Policy], Any]) -> Any:
    @contextlib.contextmanager
    def serve(policies: Sequence[Policy]) -> Iterator[Any]:
        apps = [make(policy) for policy in policies]
        with serve_wsgi(lambda environ, start: apps[int(environ["HTTP_X_APP"])](environ, start)) as port:
            yield lambda number, method, headers: _ask(port, number, method, headers)

    return serve


def _behind_asgi(make: Callable[[], Any]) -> Any:
    """Serve one app of a framework behind many doors."""

    @contextlib.contextmanager
    def serve(policies: Sequence[Policy]) -> Iterator[Any]:
        from crossorigin.integrations.asgi import CORSMiddleware  # noqa: PLC0415 (as below)

        app = make()
        doors = [CORSMiddleware(app, policy) for policy in policies]
        key = _NUMBER.lower().encode()

        async def mux(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                await doors[int(dict(scope["headers"])[key])](scope, receive, send)
            else:
                await app(scope, receive, send)

        with serve_asgi(mux) as port:
            yield lambda number, method, headers: _ask(port, number, method, headers)

    return serve


def _behind_wsgi(make: Callable[[], Any]) -> Any:
    """Do the same behind the other door."""

    def make_door(policy: Policy, apps: list[Any]) -> Any:
        from crossorigin.integrations.wsgi import CORSMiddleware  # noqa: PLC0415 (as below)

        apps.extend([] if apps else [make()])
        return CORSMiddleware(apps[0], policy)

    return _mux_wsgi(functools.partial(make_door, apps=[]))


def _make_asgi(policy: Policy) -> Any:
    from crossorigin.integrations.asgi import CORSMiddleware  # noqa: PLC0415 (each guest in its own room, here too)

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-ran", b"yes")]})
        await send({"type": "http.response.body", "body": b"ok"})

    return CORSMiddleware(app, policy)


def _make_wsgi(policy: Policy) -> Any:
    from crossorigin.integrations.wsgi import CORSMiddleware  # noqa: PLC0415

    def app(_environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("X-Ran", "yes"), ("Content-Length", "2")])
        return [b"ok"]

    return CORSMiddleware(app, policy)


async def _items(_request: Any) -> Any:
    from starlette.responses import PlainTextResponse  # noqa: PLC0415

    return PlainTextResponse("ok", headers={"X-Ran": "yes"})


def _make_starlette(policy: Policy) -> Any:
    from starlette.applications import Starlette  # noqa: PLC0415
    from starlette.routing import Route  # noqa: PLC0415

    from crossorigin.integrations.starlette import CORSMiddleware  # noqa: PLC0415

    app = Starlette(routes=[Route("/items", _items, methods=METHODS)])
    app.add_middleware(CORSMiddleware, policy=policy)
    return app


def _make_fastapi(policy: Policy) -> Any:
    from fastapi import FastAPI, Response  # noqa: PLC0415

    from crossorigin.integrations.fastapi import CORSMiddleware  # noqa: PLC0415

    app = FastAPI()
    app.add_middleware(CORSMiddleware, policy=policy)

    def items() -> Response:
        return Response("ok", headers={"X-Ran": "yes"})

    app.add_api_route("/items", items, methods=METHODS)
    return app


def _make_nexios(policy: Policy) -> Any:
    from crossorigin.integrations.nexios import NexiosApp  # noqa: PLC0415

    app = NexiosApp(policy=policy)

    async def items(request: Any, response: Any) -> Any:  # noqa: ARG001 (as Nexios calls it)
        return response.text("ok", headers={"X-Ran": "yes"})

    app.route("/items", methods=METHODS)(items)
    return app


def _make_kui_asgi(policy: Policy) -> Any:
    from kui.asgi import HttpRoute, PlainTextResponse  # noqa: PLC0415

    from crossorigin.integrations.kui.asgi import Kui  # noqa: PLC0415

    async def items() -> Any:
        return PlainTextResponse("ok", headers={"X-Ran": "yes"})

    return Kui(policy=policy, routes=[HttpRoute("/items", items)])


def _make_kui_wsgi(policy: Policy) -> Any:
    from kui.wsgi import HttpRoute, PlainTextResponse  # noqa: PLC0415

    from crossorigin.integrations.kui.wsgi import Kui  # noqa: PLC0415

    def items() -> Any:
        return PlainTextResponse("ok", headers={"X-Ran": "yes"})

    return Kui(policy=policy, routes=[HttpRoute("/items", items)])


def _make_flask(policy: Policy) -> Any:
    from flask import Flask  # noqa: PLC0415

    from crossorigin.integrations.flask import CORS  # noqa: PLC0415

    app = Flask(__name__)
    CORS(app, policy=policy)

    @app.route("/items", methods=METHODS)
    def items() -> Any:
        return "ok", 200, {"X-Ran": "yes"}

    return app


def _django_app(kind: str) -> Any:
    @contextlib.contextmanager
    def serve(policies: Sequence[Policy]) -> Iterator[Any]:
        from django.test.utils import override_settings  # noqa: PLC0415
        from integrations import django_project  # noqa: PLC0415

        app = django_project.make_wsgi() if kind == "wsgi" else django_project.make_asgi()
        with (serve_wsgi if kind == "wsgi" else serve_asgi)(app) as port:

            def ask(number: int, method: str, headers: list[tuple[str, str]]) -> Got:
                with override_settings(CORS_POLICY=policies[number]):
                    return _ask(port, number, method, headers)

            yield ask

    return serve


class _Loop:
    """An event loop in a thread, for servers that run on one."""

    def __enter__(self) -> asyncio.AbstractEventLoop:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        return self.loop

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(20)
        self.loop.close()


@contextlib.contextmanager
def _serve_aiohttp(policies: Sequence[Policy]) -> Iterator[Any]:
    from aiohttp import web  # noqa: PLC0415

    from crossorigin.integrations.aiohttp import setup  # noqa: PLC0415

    async def items(_request: Any) -> web.Response:
        return web.Response(text="ok", headers={"X-Ran": "yes"})

    async def start() -> list[web.AppRunner]:
        runners = []
        for policy in policies:
            app = web.Application()
            app.router.add_route("*", "/items", items)
            setup(app, policy)
            runner = web.AppRunner(app)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            runners.append(runner)
        return runners

    async def stop(runners: list[web.AppRunner]) -> None:
        for runner in runners:
            await runner.cleanup()

    with _Loop() as loop:
        runners = asyncio.run_coroutine_threadsafe(start(), loop).result(20)
        ports = [runner.addresses[0][1] for runner in runners]
        try:
            yield lambda number, method, headers: _ask(ports[number], number, method, headers)
        finally:
            asyncio.run_coroutine_threadsafe(stop(runners), loop).result(20)


@contextlib.contextmanager
def _serve_tornado(policies: Sequence[Policy]) -> Iterator[Any]:
    import tornado.httpserver  # noqa: PLC0415
    import tornado.netutil  # noqa: PLC0415
    import tornado.web  # noqa: PLC0415

    from crossorigin.integrations.tornado import install  # noqa: PLC0415

    class Items(tornado.web.RequestHandler):
        def _answer(self) -> None:
            self.set_header("X-Ran", "yes")
            self.write("ok")

        get = head = post = put = delete = patch = options = _answer

        def check_xsrf_cookie(self) -> None:
            """There is no form."""

    async def start() -> list[tuple[Any, int]]:
        servers = []
        for policy in policies:
            app = tornado.web.Application([("/items", Items)])
            install(app, policy)
            sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
            server = tornado.httpserver.HTTPServer(app)
            server.add_sockets(sockets)
            servers.append((server, sockets[0].getsockname()[1]))
        return servers

    async def stop(servers: list[tuple[Any, int]]) -> None:
        for server, _ in servers:
            server.stop()
            await server.close_all_connections()

    with _Loop() as loop:
        servers = asyncio.run_coroutine_threadsafe(start(), loop).result(20)
        try:
            yield lambda number, method, headers: _ask(servers[number][1], number, method, headers)
        finally:
            asyncio.run_coroutine_threadsafe(stop(servers), loop).result(20)


class Integration(NamedTuple):
    """One integration: what the docs call it, how it serves, and whether its server joins repeated lines."""

    name: str
    serve: Any
    joins_lines: bool = False


INTEGRATIONS = [
    Integration("ASGI", _mux_asgi(_make_asgi)),
    Integration("WSGI", _mux_wsgi(_make_wsgi), joins_lines=True),
    Integration("Starlette", _mux_asgi(_make_starlette)),
    Integration("FastAPI", _mux_asgi(_make_fastapi)),
    Integration("Nexios", _mux_asgi(_make_nexios)),
    Integration("Kui (ASGI)", _mux_asgi(_make_kui_asgi)),
    Integration("Kui (WSGI)", _mux_wsgi(_make_kui_wsgi), joins_lines=True),
    Integration("Flask", _mux_wsgi(_make_flask), joins_lines=True),
    Integration("Django (WSGI)", _django_app("wsgi"), joins_lines=True),
    Integration("Django (ASGI)", _django_app("asgi"), joins_lines=True),
    Integration("aiohttp", _serve_aiohttp),
    Integration("Tornado", _serve_tornado),
    Integration("Litestar", _behind_asgi(others.make_litestar)),
    Integration("Quart", _behind_asgi(others.make_quart)),
    Integration("Sanic", _behind_asgi(others.make_sanic)),
    Integration("BlackSheep", _behind_asgi(others.make_blacksheep)),
    Integration("Falcon (ASGI)", _behind_asgi(others.make_falcon_asgi)),
    Integration("Falcon (WSGI)", _behind_wsgi(others.make_falcon_wsgi), joins_lines=True),
    Integration("Bottle", _behind_wsgi(others.make_bottle), joins_lines=True),
    Integration("Pyramid", _behind_wsgi(others.make_pyramid), joins_lines=True),
]
