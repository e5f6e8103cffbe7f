"""Starlette's and FastAPI's drop-in: the same options and defaults, around everything, over real HTTP."""

from __future__ import annotations

import asyncio
import functools
import logging
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import fastapi
import pytest
import websockets.exceptions
import websockets.sync.client
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, StreamingResponse
from starlette.routing import Host, Mount, Route, Router, WebSocketRoute
from starlette.staticfiles import StaticFiles

from crossorigin import Policy, PolicyError, PolicyWarning, Rule, Ruleset
from crossorigin.integrations import asgi
from crossorigin.integrations.fastapi import ALL_METHODS, CORSMiddleware, cors_policy, install, router_policy
from crossorigin.integrations.starlette import _stack
from crossorigin.policy.habits import STANDARD
from servers import Answer, ask, ask_preflight, serve_asgi

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

APP, EVIL, OTHER = "https://app.example", "https://evil.example", "https://other.example"
ORIGIN = [("Origin", APP)]
LIST: dict[str, Any] = {"allow_origins": [APP]}
FOUR = "Accept, Accept-Language, Content-Language, Content-Type"
PREFLIGHT_VARY = (
    "Origin, Access-Control-Request-Method, Access-Control-Request-Headers, Access-Control-Request-Private-Network"
)


def _echo(*, methods: str = "GET", names: str = FOUR, age: str = "600", **more: str) -> dict[str, str]:
    return {
        "access-control-allow-origin": APP,
        "access-control-allow-methods": methods,
        "access-control-allow-headers": names,
        "access-control-max-age": age,
        "vary": PREFLIGHT_VARY,
        **more,
    }


async def _items(_request: Any) -> PlainTextResponse:
    return PlainTextResponse("ok")


async def _boom(_request: Any) -> PlainTextResponse:
    raise RuntimeError


async def _stream(_request: Any) -> StreamingResponse:
    async def parts() -> Any:
        yield b"a"
        yield b"b"

    return StreamingResponse(parts())


async def _redirect(_request: Any) -> RedirectResponse:
    return RedirectResponse("/items")


async def _socket(socket: Any) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    (tmp_path / "page.txt").write_text("page")
    return tmp_path


def _make_starlette(folder: Path) -> Starlette:
    async def file(_request: Any) -> FileResponse:
        return FileResponse(folder / "page.txt")

    return Starlette(
        routes=[
            Route("/items", _items),
            Route("/boom", _boom),
            Route("/stream", _stream),
            Route("/redirect", _redirect),
            Route("/file", file),
            Mount("/static", StaticFiles(directory=folder)),
            WebSocketRoute("/socket", _socket),
        ]
    )


def _make_fastapi(folder: Path) -> fastapi.FastAPI:
    app = fastapi.FastAPI()
    app.router.routes.extend(_make_starlette(folder).routes)
    return app


@pytest.fixture(name="app", params=[_make_starlette, _make_fastapi])
def _app(request: Any, folder: Path) -> Any:
    return request.param(folder)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/items", 200),
        ("/nothing", 404),
        ("/boom", 500),
        ("/stream", 200),
        ("/redirect", 307),
        ("/items/", 307),
        ("/file", 200),
        ("/static/page.txt", 200),
        ("/static/nothing", 404),
    ],
)
def test_every_answer_carries_the_headers(app: Any, path: str, status: int) -> None:
    """Whatever answers, also where an exception was not handled."""
    app.add_middleware(CORSMiddleware, allow_origins=[APP], allow_credentials=True, expose_headers=["X-Total"])
    with serve_asgi(app) as port:
        answer = ask(port, "GET", path, ORIGIN)
        assert answer.status == status
        assert answer.cors == {
            "access-control-allow-origin": APP,
            "access-control-allow-credentials": "true",
            "access-control-expose-headers": "X-Total",
            "vary": "Origin",
        }
        assert ask(port, "GET", path, [("Origin", EVIL)]).cors == {"vary": "Origin"}
        assert ask(port, "GET", path).cors == {"vary": "Origin"}
    if path == "/file":
        assert answer.body == b"page"


@pytest.mark.parametrize(
    ("options", "asked", "answer"),
    [
        (LIST, (APP, "GET", None), (200, b"OK", _echo())),
        (LIST, (APP, "POST", None), (400, b"Disallowed CORS method", {"vary": PREFLIGHT_VARY})),
        (LIST, (EVIL, "POST", "x-a"), (400, b"Disallowed CORS origin, method, headers", {"vary": PREFLIGHT_VARY})),
        (LIST, (APP, "GET", "x-a, x-b"), (400, b"Disallowed CORS headers", {"vary": PREFLIGHT_VARY})),
        (LIST, (APP, "GET", "a b"), (400, b"Disallowed CORS headers", {"vary": PREFLIGHT_VARY})),
        (
            {**LIST, "allow_methods": ["PUT", "GET"], "allow_headers": ["X-B", "x-a"], "max_age": 5},
            (APP, "PUT", "X-A,x-b"),
            (200, b"OK", _echo(methods="PUT, GET", names=f"{FOUR}, X-B, x-a", age="5")),
        ),
        ({**LIST, "allow_methods": ["*"]}, (APP, "QUERY", None), (200, b"OK", _echo(methods=", ".join(ALL_METHODS)))),
        (
            {**LIST, "allow_methods": ["*"]},
            (APP, "PURGE", None),
            (400, b"Disallowed CORS method", {"vary": PREFLIGHT_VARY}),
        ),
        ({**LIST, "allow_headers": ["*"]}, (APP, "GET", "X-Any"), (200, b"OK", _echo(names="X-Any"))),
        (
            {"allow_origins": ["*"]},
            (EVIL, "GET", None),
            (200, b"OK", {**_echo(), "access-control-allow-origin": "*"}),
        ),
        (
            {"allow_origin_regex": r"https://[a-z]+\.example", "allow_credentials": True},
            (APP, "GET", None),
            (200, b"OK", {**_echo(), "access-control-allow-credentials": "true"}),
        ),
        (
            {"allow_origin_regex": r"https://app\.ex"},
            (APP, "GET", None),
            (400, b"Disallowed CORS origin", {"vary": PREFLIGHT_VARY}),
        ),
    ],
    ids=str,
)
def test_preflights(app: Any, options: dict[str, Any], asked: tuple[Any, ...], answer: tuple[Any, ...]) -> None:
    """A preflight gets the statuses, texts and lists of the class that is replaced; twice the same."""
    app.add_middleware(CORSMiddleware, **options)
    with serve_asgi(app) as port:
        for _ in range(2):
            got = ask_preflight(port, *asked)
            assert (got.status, got.body, got.cors) == answer


def test_any_origin(app: Any) -> None:
    """``*`` is told to every origin, and silence to a request without one; ``Vary`` stands under both."""
    app.add_middleware(CORSMiddleware, allow_origins=["*"])
    with serve_asgi(app) as port:
        assert ask(port, "GET", headers=[("Origin", EVIL)]).cors == {
            "access-control-allow-origin": "*",
            "vary": "Origin",
        }
        assert ask(port, "GET").cors == {"vary": "Origin"}
        assert ask(port, "OPTIONS", headers=ORIGIN).status == 405


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"allow_origins": ["*"], "allow_credentials": True}, "without credentials"),
        ({"allow_origin_regex": ".*", "allow_credentials": True}, "without credentials"),
        ({**LIST, "allow_origins": [APP, "null"]}, "null"),
        ({**LIST, "allow_methods": ["get", "GET"]}, "get"),
        ({**LIST, "allow_headers": ["Cookie"]}, "Cookie"),
        ({**LIST, "max_age": 100_000}, "86400"),
    ],
    ids=str,
)
def test_what_has_no_effect(options: dict[str, Any], text: str) -> None:
    """What has no effect, or cannot have the one that is written, is named once; the app starts."""
    with pytest.warns(PolicyWarning, match=text) as caught:
        layer = CORSMiddleware(asgi.CORSMiddleware, **options)  # type: ignore[arg-type]  # it is not called
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert isinstance(layer.policy, Policy)
    assert not layer.policy.allow_credentials


def test_any_origin_with_credentials(app: Any) -> None:
    """It is answered as every origin without credentials."""
    app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
    with pytest.warns(PolicyWarning):
        stack = app.build_middleware_stack()
    with serve_asgi(stack) as port:
        got = ask(port, "GET", headers=[("Origin", EVIL)])
        assert got.cors == {"access-control-allow-origin": "*", "vary": "Origin"}
        assert ask_preflight(port, EVIL).cors["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "options", [{"allow_origin": [APP]}, {"allow_origin_regex": "("}, {**LIST, "policy": Policy()}]
)
def test_what_is_wrong(options: dict[str, Any]) -> None:
    """A mistake with an effect ends the start."""
    app = Starlette(middleware=[Middleware(CORSMiddleware, **options)])
    with pytest.raises((PolicyError, TypeError)):
        start(app)


async def _app_of_nothing(_scope: Any, _receive: Any, _send: Any) -> None: ...


def test_defaults() -> None:
    """The options that are not given have the defaults of the class that is replaced, and nobody is allowed."""
    policy = CORSMiddleware(None).policy  # type: ignore[arg-type]  # it is not called
    assert isinstance(policy, Policy)
    assert policy.settings == {
        "allow_methods": ("GET",),
        "preflight_status": 200,
        "websockets": "warn",
    }
    assert (
        CORSMiddleware(_app_of_nothing, [APP], ["PUT"], ["X-A"], True, None, True, ["X-B"], 5).policy
        == CORSMiddleware(
            _app_of_nothing,
            allow_origins=[APP],
            allow_methods=["PUT"],
            allow_headers=["X-A"],
            allow_credentials=True,
            allow_private_network=True,
            expose_headers=["X-B"],
            max_age=5,
        ).policy
    )


@pytest.mark.parametrize(
    ("allowed", "status", "more"), [(True, 200, {"access-control-allow-private-network": "true"}), (False, 400, {})]
)
def test_private_networks(app: Any, allowed: bool, status: int, more: dict[str, str]) -> None:
    """A preflight for a private network is allowed or refused as a whole."""
    app.add_middleware(CORSMiddleware, allow_origins=[APP], allow_private_network=allowed)
    headers = [*ORIGIN, ("Access-Control-Request-Method", "GET"), ("Access-Control-Request-Private-Network", "true")]
    with serve_asgi(app) as port:
        for _ in range(2):
            got = ask(port, "OPTIONS", headers=headers)
            assert got.status == status
            assert got.cors == ({**_echo(), **more} if allowed else {"vary": PREFLIGHT_VARY})
            assert ask_preflight(port, APP).status == 200


def start(app: Any) -> Any:
    """Build the stack as a server does, and raise what it would be told."""
    stack = app.build_middleware_stack()
    if isinstance(stack, _stack.FailedStart):
        raise stack.error
    return stack


class _Gate(BaseHTTPMiddleware):
    """Refuses everything."""

    async def dispatch(self, request: Any, call_next: Any) -> PlainTextResponse:  # noqa: ARG002 (as it is called)
        return PlainTextResponse("no", status_code=401)


@pytest.mark.parametrize("is_first", [True, False])
def test_the_order_of_middleware_does_not_matter(app: Any, is_first: bool) -> None:
    """Preflights are answered before any other middleware, and what another one refuses carries the headers."""
    added: list[tuple[Any, dict[str, Any]]] = [(CORSMiddleware, LIST), (_Gate, {})]
    for cls, options in added if is_first else reversed(added):
        app.add_middleware(cls, **options)
    with serve_asgi(app) as port:
        assert ask_preflight(port, APP).status == 200
        got = ask(port, "GET", headers=ORIGIN)
        assert (got.status, got.cors["access-control-allow-origin"]) == (401, APP)


def test_handlers_of_all_exceptions(app: Any) -> None:
    """The answer of ``exception_handler(Exception)`` carries the headers."""

    async def handle(_request: Any, _error: Exception) -> PlainTextResponse:
        return PlainTextResponse("handled", status_code=500)

    app.add_exception_handler(Exception, handle)
    app.add_middleware(CORSMiddleware, allow_origins=[APP])
    with serve_asgi(app) as port:
        got = ask(port, "GET", "/boom", ORIGIN)
        assert (got.status, got.body, got.cors["access-control-allow-origin"]) == (500, b"handled", APP)


def test_install(app: Any) -> None:
    """``install`` does the same, once, before the app has started."""
    with pytest.raises(PolicyError):
        install(app, allow_origin_regex="(")
    install(app, **LIST)
    with pytest.raises(RuntimeError, match="keep one"):
        install(app, Policy())
    with serve_asgi(app) as port:
        assert ask(port, "GET", "/boom", ORIGIN).cors["access-control-allow-origin"] == APP
        assert ask_preflight(port, APP).body == b"OK"
    with pytest.raises(RuntimeError, match="has started"):
        install(app, **LIST)


class _OwnStack(Starlette):
    """An app that builds its stack in its own way."""

    def build_middleware_stack(self) -> Any:
        stack = self.router
        for cls, args, kwargs in reversed(self.user_middleware):
            stack = cls(stack, *args, **kwargs)
        return stack


def _build_late(app: _OwnStack) -> Any:
    return _OwnStack.build_middleware_stack(app)


def test_an_app_of_another_class() -> None:
    """A class that builds its stack in its own way is covered, too, whenever it was made."""
    app = _OwnStack(routes=[Route("/boom", _boom)])
    app.add_middleware(_Gate)
    install(app, **LIST)
    app.add_middleware(_Gate)
    with serve_asgi(app) as port:
        assert ask_preflight(port, APP, path="/boom").status == 200
    late = type("Late", (_OwnStack,), {"build_middleware_stack": _build_late})
    app = late(routes=[Route("/boom", _boom)], middleware=[Middleware(_Gate), Middleware(CORSMiddleware, **LIST)])
    with serve_asgi(app) as port:
        assert ask_preflight(port, APP, path="/boom").status == 200


ORDER = """
{imports}
app = FastAPI()

@app.get("/private")
@cors_policy(allow_origins=["https://app.example"])
def private(): ...

router = APIRouter()
router.add_api_route("/routed", private)
app.include_router(router)
app.add_middleware(CORSMiddleware, allow_origins=["*"])
layer = app.build_middleware_stack()
lines = [line for line in layer.list_routes() if line.path in {{"/private", "/routed"}}]
print(type(layer).__name__, [line.policy.allow_origins for line in lines])
"""
_OURS = "from crossorigin.integrations.starlette import CORSMiddleware, cors_policy"
_THEIRS = "from fastapi import APIRouter, FastAPI"


@pytest.mark.parametrize("imports", [f"{_OURS}\n{_THEIRS}", f"{_THEIRS}\n{_OURS}"])
def test_the_order_of_imports(imports: str) -> None:
    """FastAPI's apps are covered, with their routers, although only Starlette's integration was imported."""
    program = ORDER.format(imports=imports).replace("FastAPI()", "FastAPI(openapi_url=None)")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "CORSMiddleware [('https://app.example',), ('https://app.example',)]\n"


def test_an_app_inside_of_something_else(caplog: pytest.LogCaptureFixture) -> None:
    """The routes are found inside of what was put around the app by hand; where there are none, that is said."""
    app = Starlette(routes=[Route("/private", _partners)])
    with serve_asgi(CORSMiddleware(GZipMiddleware(GZipMiddleware(app)), allow_origins=["*"])) as port:
        assert "access-control-allow-origin" not in ask(port, "GET", "/private", [("Origin", EVIL)]).cors
    CORSMiddleware(_app_of_nothing).bind(_app_of_nothing)
    assert "no routes can be read through function" in caplog.text


class _Endpoint(HTTPEndpoint):
    """A view that is a class."""

    async def get(self, _request: Any) -> PlainTextResponse:
        return PlainTextResponse("ok")


def test_marks_of_what_is_made_of_something_marked() -> None:
    """A partial has the policy of what it calls, and a class that of the one it is made of, unless it has its own."""
    parent = cors_policy(PARTNERS)(type("Parent", (_Endpoint,), {}))
    child: Any = type("Child", (parent,), {})
    own = PUBLIC(type("Own", (parent,), {}))
    endpoints = [functools.partial(functools.partial(_partners)), parent, child, own]
    app = Starlette(routes=[Route(f"/{number}", endpoint) for number, endpoint in enumerate(endpoints)])
    policies = [line.policy for line in CORSMiddleware(app).list_routes()[:4]]
    assert policies == [PARTNERS, PARTNERS, PARTNERS, Policy(allow_origins="*")]


@pytest.mark.parametrize("build", [None, lambda *_: None, 5])
def test_a_patch_that_does_not_fit(build: Any) -> None:
    """Where the framework is built in another way, that is an error at once, not a layer that is never called."""
    app = type("App", (), {"build_middleware_stack": build} if build else {})
    with pytest.raises(RuntimeError, match="wrap the app yourself"):
        _stack.patch(app, CORSMiddleware)
    with pytest.raises(RuntimeError, match="wrap the app yourself"):
        _stack.install(app(), CORSMiddleware)


def test_a_list_of_middleware_that_is_none() -> None:
    """The same where only the list of middleware has changed."""
    app = Starlette()
    app.user_middleware = ()  # type: ignore[assignment]  # as a later release may have it
    with pytest.raises(RuntimeError, match="wrap the app yourself"):
        app.build_middleware_stack()


def test_patching_twice() -> None:
    """The class is wrapped once."""
    build = Starlette.build_middleware_stack
    _stack.patch(Starlette, CORSMiddleware)
    assert Starlette.build_middleware_stack is build


@pytest.mark.parametrize("policy", [Policy(**LIST), Ruleset([Rule(["/items"], Policy(**LIST))])])
def test_a_policy_of_ours(app: Any, policy: Policy | Ruleset) -> None:
    """With ``policy=`` the answers are in our own form."""
    app.add_middleware(CORSMiddleware, policy=policy)
    with serve_asgi(app) as port:
        got = ask_preflight(port, APP)
        assert (got.status, got.body, got.cors["vary"]) == (204, b"", "Origin")
        assert ask_preflight(port, EVIL).status == 403


def test_reconfigure() -> None:
    """A new policy has the same habits; a wrong one leaves the old in force."""
    layer = CORSMiddleware(None, **LIST)  # type: ignore[arg-type]  # it is not called
    old = layer.policy
    with pytest.raises(PolicyError):
        layer.reconfigure(allow_origin_regex="(")
    assert layer.policy is old
    layer.reconfigure(allow_origins=[OTHER])
    assert isinstance(layer.policy, Policy)
    assert layer.policy.allow_origins == (OTHER,)
    assert layer.policy.habits != STANDARD
    layer.reconfigure(Policy(**LIST))
    assert layer.policy == Policy(**LIST)


@pytest.mark.parametrize(
    ("websockets_", "is_let_in"), [(None, True), ("warn", True), ("ignore", True), ("check", False)]
)
def test_websockets(app: Any, websockets_: str | None, is_let_in: bool, caplog: pytest.LogCaptureFixture) -> None:
    """A handshake from another origin is logged, passed or refused, as ``websockets`` says."""
    app.add_middleware(CORSMiddleware, **LIST, **({"websockets": websockets_} if websockets_ else {}))
    caplog.set_level(logging.WARNING, "crossorigin")
    with serve_asgi(app) as port:
        assert _shake_hands(port, APP) == "hello"
        assert (_shake_hands(port, EVIL) == "hello") is is_let_in
    assert bool(caplog.records) is (websockets_ != "ignore")


def _shake_hands(port: int, origin: str, path: str = "/socket") -> str:
    try:
        with websockets.sync.client.connect(f"ws://127.0.0.1:{port}{path}", origin=websockets.Origin(origin)) as socket:
            return str(socket.recv())
    except websockets.exceptions.InvalidStatus as error:
        return str(error.response.status_code)


# Policies of single routes.

PUBLIC = cors_policy(allow_origins="*")
PARTNERS = Policy(allow_origins=[OTHER], allow_methods=["PUT"])


@PUBLIC
async def _public(_request: Any) -> PlainTextResponse:
    return PlainTextResponse("public")


@cors_policy(PARTNERS)
async def _partners(_request: Any) -> PlainTextResponse:
    return PlainTextResponse("partners")


@cors_policy(allow_origins=[OTHER])
async def _private_socket(socket: Any) -> None:
    await _socket(socket)


def _make_sub(*middleware: Middleware) -> Starlette:
    return Starlette(routes=[Route("/items", _items), Route("/public", _public)], middleware=middleware)


ROUTES = [
    Route("/items", _items),
    Route("/both", _public, methods=["GET"]),
    Route("/both", _partners, methods=["PUT"]),
    Mount("/inherits", _make_sub()),
    Mount("/overrides", _make_sub(Middleware(CORSMiddleware, allow_origins=["https://sub.example"]))),
    Mount("/wrapped", asgi.CORSMiddleware(_make_sub(), allow_origins=["https://sub.example"])),
    PUBLIC(Mount("/marked", routes=[Route("/items", _items), Route("/partners", _partners, methods=["PUT"])])),
    Mount("/router", PUBLIC(Router([Route("/items", _items)]))),
    Host("host.example", PUBLIC(Router([Route("/hosted", _items)]))),
    WebSocketRoute("/private-socket", _private_socket),
    WebSocketRoute("/socket", _socket),
]


@pytest.fixture(name="routed", params=["add_middleware", "install", "wrap", "fastapi"])
def _routed(request: Any) -> Iterator[int]:
    app: Any = fastapi.FastAPI() if request.param == "fastapi" else Starlette()
    app.router.routes.extend(ROUTES)
    options = {**LIST, "websockets": "check"}
    if request.param == "wrap":
        app = CORSMiddleware(app, **options)
    elif request.param == "install":
        install(app, **options)
    else:
        app.add_middleware(CORSMiddleware, **options)
    with serve_asgi(app) as port:
        yield port


SUB = "https://sub.example"


@pytest.mark.parametrize(
    ("path", "method", "allowed"),
    [
        ("/items", "GET", APP),
        ("/both", "GET", "*"),
        ("/both", "PUT", OTHER),
        ("/both", "DELETE", "*"),  # no route takes it, and the first with the path answers 405
        ("/inherits/items", "GET", APP),
        ("/inherits/public", "GET", "*"),
        ("/inherits/nothing", "GET", APP),
        ("/overrides/items", "GET", SUB),
        ("/overrides/public", "GET", "*"),
        ("/overrides/nothing", "GET", SUB),
        ("/wrapped/items", "GET", SUB),
        ("/marked/items", "GET", "*"),
        ("/marked/nothing", "GET", "*"),
        ("/marked/partners", "PUT", OTHER),
        ("/router/items", "GET", "*"),
        ("/nothing", "GET", APP),
    ],
)
def test_the_route_decides(routed: int, path: str, method: str, allowed: str) -> None:
    """The policy is that of the route which the request reaches, and a preflight reaches the same one."""
    for origin in (APP, OTHER, SUB, EVIL):
        expected = allowed if allowed in {"*", origin} else None
        got = ask(routed, method, path, [("Origin", origin)])
        assert got.cors.get("access-control-allow-origin") == expected
        if (method, path) != ("DELETE", "/both"):
            got = ask_preflight(routed, origin, method, path=path)
            assert got.cors.get("access-control-allow-origin") == expected


def test_hosts(routed: int) -> None:
    """A route that is found by its host has its own policy."""
    headers = [("Host", "host.example"), ("Origin", EVIL)]
    assert ask(routed, "GET", "/hosted", headers).cors == {"access-control-allow-origin": "*"}


def test_websocket_routes(routed: int) -> None:
    """A WebSocket route has its own policy, too."""
    answers = [_shake_hands(routed, origin, "/private-socket") for origin in (APP, OTHER)]
    assert answers == ["403", "hello"]
    assert [_shake_hands(routed, origin) for origin in (APP, OTHER)] == ["hello", "403"]


def _make_routers() -> fastapi.FastAPI:
    app = fastapi.FastAPI()
    inner, outer, bare = fastapi.APIRouter(prefix="/inner"), fastapi.APIRouter(prefix="/outer"), fastapi.APIRouter()
    inner.add_api_route("/items", lambda: 1)
    inner.add_api_route("/public", PUBLIC(lambda: 1))
    outer.include_router(inner, dependencies=[router_policy(PARTNERS)])
    outer.add_api_route("/items", lambda: 1)
    bare.add_api_route("/bare", lambda: 1, dependencies=[router_policy(allow_origins=[OTHER])])
    app.include_router(outer, prefix="/v1")
    app.include_router(bare)
    app.include_router(fastapi.APIRouter(dependencies=[router_policy(PARTNERS)]), prefix="/empty")
    app.add_middleware(CORSMiddleware, **LIST)
    return app


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/v1/outer/items", APP), ("/v1/outer/inner/items", OTHER), ("/v1/outer/inner/public", "*"), ("/bare", OTHER)],
)
def test_routers(path: str, allowed: str) -> None:
    """``router_policy`` gives all routes of a router one policy; an endpoint's own goes before it."""
    with serve_asgi(_make_routers()) as port:
        for origin in (APP, OTHER):
            got = ask(port, "GET", path, [("Origin", origin)])
            assert got.status == 200
            assert got.cors.get("access-control-allow-origin") == (allowed if allowed in {"*", origin} else None)


def _two_decorators() -> Any:
    return PUBLIC(cors_policy(PARTNERS)(lambda: 1))


def _two_routes() -> Any:
    return start(Starlette(routes=[Route("/a", _public), Route("/a", _items)], middleware=[Middleware(CORSMiddleware)]))


def _two_routers() -> Any:
    app = fastapi.FastAPI()
    router = fastapi.APIRouter(dependencies=[router_policy(PARTNERS)])
    router.add_api_route("/a", lambda: 1)
    app.include_router(router, dependencies=[router_policy(allow_origins="*")])
    app.add_middleware(CORSMiddleware)
    return start(app)


@pytest.mark.parametrize("make", [_two_decorators, _two_routes, _two_routers])
def test_conflicts(make: Any) -> None:
    """Two policies for one route are an error when the app starts."""
    with pytest.raises(PolicyError, match="two-policies-for-a-route"):
        make()


BROKEN = """
from starlette.applications import Starlette
from crossorigin.integrations.starlette import CORSMiddleware, cors_policy
from starlette.routing import Route

route = Route("/a", lambda request: None)
other = Route("/a", cors_policy(allow_origins="*")(lambda request: None))
added = Starlette()
added.add_middleware(CORSMiddleware, allow_origin="*")
routed = Starlette(routes=[route, other])
routed.add_middleware(CORSMiddleware)
wrapped = CORSMiddleware(Starlette(routes=[route, other]))
"""


@pytest.mark.parametrize("app", ["added", "routed", "wrapped"])
def test_a_server_does_not_start_what_is_wrong(app: str, tmp_path: Path) -> None:
    """A real server ends, says why, and serves nothing."""
    (tmp_path / "broken.py").write_text(BROKEN)
    command = [sys.executable, "-m", "uvicorn", f"broken:{app}", "--port", "0", "--app-dir", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3
    assert "in the CORS settings" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_request_to_what_is_wrong() -> None:
    """Where a server has no lifespan, every request raises."""
    app = Starlette(middleware=[Middleware(CORSMiddleware, allow_origin_regex="(")])
    with pytest.raises(PolicyError, match="regex-does-not-compile"):
        asyncio.run(app({"type": "http"}, None, None))  # type: ignore[arg-type]  # they are not called


def test_deciding_in_a_method() -> None:
    """A subclass that means to decide in a method is told where to, instead."""
    with pytest.raises(TypeError, match="origin_validator"):
        type("Own", (CORSMiddleware,), {"is_allowed_origin": lambda *_: False})
    assert type("Other", (CORSMiddleware,), {})


def test_the_same_policy_twice() -> None:
    """Saying the same twice is no conflict."""
    assert cors_policy(PARTNERS)(_partners) is _partners


def test_routes_of_what_is_no_app() -> None:
    """Around an app without routes, there is one line for everything."""

    async def app(scope: Any, _receive: Any, send: Any) -> None: ...

    layer = CORSMiddleware(app, **LIST)
    assert [(line.path, line.policy) for line in layer.list_routes()] == [("/*", layer.policy)]
    assert isinstance(Answer(200, [], b"").cors, dict)
