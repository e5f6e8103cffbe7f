"""Tornado: a whole app under a policy, over real HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import logging
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from tornado.httpserver import HTTPServer
from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    ResponseStartLine,
)
from tornado.netutil import bind_sockets
from tornado.routing import PathMatches, Rule, RuleRouter
from tornado.web import Application, HTTPError, RedirectHandler, RequestHandler, StaticFileHandler, stream_request_body
from tornado.websocket import WebSocketHandler

from crossorigin import Policy, PolicyError, Ruleset
from crossorigin import Rule as PathRule
from crossorigin.integrations.tornado import install
from native_cases import ALLOWED, APP, CASES, EVIL, HANDSHAKES, PATHS, POLICY, REFUSED, RULES, Case, asking, shake_hands
from servers import ask, ask_preflight

if TYPE_CHECKING:
    from collections.abc import Iterator

README = Path(__file__).parents[2] / "README.md"


class Items(RequestHandler):
    def get(self) -> None:
        self.set_header("Content-Type", "application/json")
        self.write("[1]")

    head = get


class Fail(RequestHandler):
    def get(self) -> NoReturn:
        message = "the handler has failed"
        raise RuntimeError(message)


class Forbid(RequestHandler):
    def get(self) -> NoReturn:
        raise HTTPError(403)


class Stream(RequestHandler):
    async def get(self) -> None:
        for chunk in ("one ", "two ", "three"):
            self.write(chunk)
            await self.flush()


class Inner(RequestHandler):
    def get(self) -> None:
        self.set_header("Access-Control-Allow-Origin", "*")
        self.set_header("Access-Control-Allow-Credentials", "true")
        self.set_header("Vary", "Accept")


class Upload(RequestHandler):
    def post(self) -> None:
        self.write(str(len(self.request.body)))


class Talk(WebSocketHandler):
    def check_origin(self, origin: str) -> bool:
        """Leave it to the policy."""
        return bool(origin)


def make_app() -> Application:
    return Application(
        [
            ("/items", Items),
            ("/raise", Fail),
            ("/forbidden", Forbid),
            ("/moved", RedirectHandler, {"url": "/items", "permanent": False}),
            ("/stream", Stream),
            ("/(file)", File, {"path": str(README.parent)}),
            ("/inner", Inner),
            ("/upload", Upload),
            ("/ws", Talk),
        ]
    )


class File(StaticFileHandler):
    def parse_url_path(self, url_path: str) -> str:
        """Serve one file, whatever is asked for."""
        assert url_path
        return README.name


@contextlib.contextmanager
def serve(app: Any, *, listen: bool = False) -> Iterator[int]:
    """Serve the app in a thread; give the port."""
    ports: list[int] = []
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def main() -> None:
        if listen:
            server = app.listen(0, "127.0.0.1")
            ports.extend(one.getsockname()[1] for one in server._sockets.values())
        else:
            server = HTTPServer(app, xheaders=True)
            sockets = bind_sockets(0, "127.0.0.1")
            server.add_sockets(sockets)
            ports.append(sockets[0].getsockname()[1])
        ready.set()
        await stop.wait()
        server.stop()
        await server.close_all_connections()

    thread = threading.Thread(target=loop.run_until_complete, args=(main(),), daemon=True)
    thread.start()
    try:
        assert ready.wait(20)
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        loop.close()


@pytest.fixture(scope="module", params=[True, False], ids=["listen", "HTTPServer"])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    app = make_app()
    install(app, POLICY)
    with serve(app, listen=request.param) as port:
        yield port


@pytest.mark.parametrize("case", CASES, ids=[case.sentence for case in CASES])
def test_answers(port: int, case: Case) -> None:
    """The same request twice: the second answer may be looked up where the first was decided."""
    for _ in range(2):
        answer = ask(port, case.method, case.path, case.headers)
        assert (answer.status, answer.cors) == (case.status, case.cors)
        assert case.body in answer.body


@pytest.mark.parametrize(("websockets", "origin", "status"), HANDSHAKES)
def test_websockets(websockets: Any, origin: str | None, status: int) -> None:
    app = make_app()
    install(app, allow_origins=[APP], websockets=websockets)
    with serve(app) as port:
        assert shake_hands(port, f"http://127.0.0.1:{port}" if origin == "SAME" else origin) == status


def test_paths() -> None:
    """Each path has the policy of its rule, and one without a rule is not touched."""
    app = make_app()
    install(app, RULES)
    with serve(app) as port:
        for path, origin, status, cors in PATHS:
            answer = ask(port, "GET", path, [("Origin", origin)])
            assert (answer.status, answer.cors) == (status, cors), path


ANY_ORIGIN = {"access-control-allow-origin": "*"}
VARY = {"vary": "Origin"}
SPELLINGS: list[tuple[str, str, int, dict[str, str]]] = [
    ("/public/x", EVIL, 200, ANY_ORIGIN),
    ("/public/%78", EVIL, 200, ANY_ORIGIN),
    ("/public/100%", EVIL, 200, ANY_ORIGIN),
    ("/%70ublic/x", EVIL, 404, VARY),
    ("/%70ublic/x", APP, 404, {"access-control-allow-origin": APP, **VARY}),
    ("/public%2Fx", EVIL, 404, VARY),
    ("/own/%70ublic", EVIL, 404, {"access-control-allow-origin": EVIL, **VARY}),
    ("/%6fwn/public", EVIL, 404, VARY),
    ("/x?%70ublic", EVIL, 404, VARY),
    ("/caf%C3%A9%20x/y", EVIL, 200, ANY_ORIGIN),
    ("/caf%c3%a9%20x/y", EVIL, 404, VARY),
]


@pytest.mark.parametrize(("path", "origin", "status", "cors"), SPELLINGS)
def test_spellings(path: str, origin: str, status: int, cors: dict[str, str]) -> None:
    """Tornado compares paths as they are written: the rules of the written and of the decoded one must both allow."""
    app = Application([("/public/.*", Items), ("/caf%C3%A9%20x/.*", Items)])
    public = PathRule(["/public/*", "/caf\u00e9 x/*"], Policy(allow_origins="*"))
    own = PathRule(["/own/*"], Policy(allow_origins=[APP, EVIL]))
    install(app, Ruleset([public, own, PathRule(["/*"], Policy(allow_origins=[APP], allow_credentials=True))]))
    with serve(app) as port:
        for _ in range(2):
            answer = ask(port, "GET", path, [("Origin", origin)])
            assert (answer.status, answer.cors) == (status, cors)


def test_a_spelling_that_no_rule_serves() -> None:
    """A path that has no rule as it is written is not read by strangers, whatever the rule of the decoded one says."""
    app = make_app()
    install(app, Ruleset([PathRule(["/items"], Policy(allow_origins="*"))]))
    with serve(app) as port:
        assert ask(port, "GET", "/%69tems", [("Origin", EVIL)]).cors == VARY
        assert ask(port, "GET", "/%72aise", [("Origin", EVIL)]).cors == {}
        assert ask_preflight(port, EVIL, path="/%69tems").status == 403


def test_routers() -> None:
    """A router is covered whole, and so is an app that is one of its targets; the outer policy wins."""
    app = make_app()
    install(app, allow_origins="*")
    router = RuleRouter([Rule(PathMatches("/items"), app), Rule(PathMatches("/raise"), make_app())])
    install(router, POLICY)
    with serve(router) as port:
        with pytest.warns(match="stacked"):
            assert ask(port, "GET", "/items").status == 200
        for path, status in {"/items": 200, "/raise": 500, "/nowhere": 404}.items():
            answer = ask(port, "GET", path, [("Origin", APP)])
            assert (answer.status, answer.cors) == (status, ALLOWED)
        assert ask_preflight(port, EVIL).status == 403


def test_a_target_of_a_router() -> None:
    """An app that a router has as a target keeps its policy; the router's other targets have none."""
    app = make_app()
    install(app, POLICY)
    router = RuleRouter([Rule(PathMatches("/items"), app), Rule(PathMatches("/raise"), make_app())])
    with serve(router) as port:
        assert ask(port, "GET", "/items", [("Origin", APP)]).cors == ALLOWED
        assert ask_preflight(port, EVIL).status == 403
        assert ask(port, "GET", "/raise", [("Origin", APP)]).cors == {}
        assert ask(port, "GET", "/nowhere", [("Origin", APP)]).cors == {}


def test_a_body_that_is_not_wanted() -> None:
    """What the policy enforces is refused when its body has been read, and the connection goes on."""
    app = make_app()
    install(app, allow_origins=[APP], allow_methods=["POST"], enforce="unsafe-methods")
    body = b"x" * 100_000
    with serve(app) as port:
        for origin, status in {EVIL: 403, APP: 200}.items():
            answer = ask(port, "POST", "/upload", [("Origin", origin), ("Content-Length", "0")])
            assert (answer.status, answer.body[:1]) == (status, b"0" if origin == APP else b"C")
        assert post_twice(port, body) == [403, 200]


def post_twice(port: int, body: bytes) -> list[int]:
    """Post to one connection, from the origin that is refused and from the one that is allowed."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        statuses = []
        for origin in (EVIL, APP):
            connection.request("POST", "/upload", body, {"Origin": origin})
            response = connection.getresponse()
            statuses.append(response.status)
            assert response.read() == str(len(body)).encode() or origin == EVIL
    return statuses


class Delegate(HTTPServerConnectionDelegate):
    """A server of one's own, which is no router."""

    def start_request(self, server_conn: object, request_conn: HTTPConnection) -> HTTPMessageDelegate:
        """Answer everything with 202."""
        assert server_conn

        class Message(HTTPMessageDelegate):
            def finish(self) -> None:
                request_conn.write_headers(ResponseStartLine("", 202, "Accepted"), HTTPHeaders({"Content-Length": "0"}))
                request_conn.finish()

        return Message()


def test_what_is_no_router() -> None:
    app = Delegate()
    install(app, POLICY)
    with serve(app) as port:
        answer = ask(port, "POST", "/anything", [("Origin", APP)])
        assert (answer.status, answer.cors) == (202, ALLOWED)
        assert ask_preflight(port, EVIL).status == 403


def test_a_client_that_goes_away() -> None:
    """The handler hears of it, as without a policy."""
    gone = threading.Event()
    ready = threading.Event()

    class Wait(RequestHandler):
        async def get(self) -> None:
            ready.set()
            await asyncio.Event().wait()

        def on_connection_close(self) -> None:
            gone.set()

    app = Application([("/wait", Wait)])
    install(app, POLICY)
    with serve(app) as port:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"GET /wait HTTP/1.1\r\nHost: api.example\r\n\r\n")
            assert ready.wait(20)
        assert gone.wait(20)


gone_while_sending = threading.Event()


@stream_request_body
class Receive(RequestHandler):
    def initialize(self) -> None:
        self.size = 0

    async def prepare(self) -> None:
        await asyncio.sleep(0)

    async def data_received(self, chunk: bytes) -> None:
        self.size += len(chunk)

    def post(self) -> None:
        self.write(str(self.size))

    def on_connection_close(self) -> None:
        gone_while_sending.set()


def test_a_body_that_is_streamed() -> None:
    """A handler gets it in pieces; a validator that is asked first does not change that."""

    async def is_customer(origin: str) -> bool:
        return origin == APP

    app = Application([("/upload", Receive)])
    install(app, origin_validator=is_customer, enforce="all", allow_methods=["POST"])
    with serve(app) as port:
        assert post_twice(port, b"x" * 100_000) == [403, 200]


@pytest.mark.parametrize(("origin", "hears"), [(APP, True), (EVIL, False)])
def test_a_client_that_goes_away_while_sending(origin: str, hears: bool) -> None:
    """The handler hears of it if it was asked at all."""
    gone_while_sending.clear()
    app = Application([("/upload", Receive)])
    install(app, allow_origins=[APP], enforce="all", allow_methods=["POST"])
    head = f"POST /upload HTTP/1.1\r\nHost: api.example\r\nOrigin: {origin}\r\nContent-Length: 9\r\n\r\n"
    with serve(RuleRouter([Rule(PathMatches("/upload"), app)])) as port:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(f"{head}abc".encode())
        if hears:
            assert gone_while_sending.wait(20)
        assert post_twice(port, b"x") == [403, 200]
    assert gone_while_sending.is_set() is hears


def test_async_validator() -> None:
    """It is awaited on the app's own loop."""
    loops: list[Any] = []

    async def is_customer(origin: str) -> bool:
        loops.append(asyncio.get_running_loop())
        return origin == APP

    app = make_app()
    install(app, origin_validator=is_customer)
    with serve(app) as port:
        assert ask(port, "GET", "/items", [("Origin", APP)]).cors["access-control-allow-origin"] == APP
        assert ask(port, "GET", "/items", [("Origin", EVIL)]).cors == REFUSED
        assert ask(port, "OPTIONS", "/items", asking(APP, "GET")).status == 204
    assert len(loops) == 2


def test_logging_is_untouched(port: int, caplog: pytest.LogCaptureFixture) -> None:
    """What a handler raises is logged by Tornado, with its traceback."""
    with caplog.at_level(logging.ERROR):
        ask(port, "GET", "/raise", [("Origin", APP)])
    assert any("the handler has failed" in str(record.exc_info) for record in caplog.records)


def test_reconfigure() -> None:
    app = make_app()
    layer = install(app, allow_origins=[EVIL])
    layer.reconfigure(POLICY)
    with serve(app) as port:
        assert ask(port, "GET", "/items", [("Origin", APP)]).cors == ALLOWED


def test_wrong_use() -> None:
    """Wrong options, and a second policy for the same app, are errors at start-up."""
    app = make_app()
    with pytest.raises(PolicyError):
        install(app, allow_origins=["nonsense"])
    install(app, Policy())
    with pytest.raises(RuntimeError, match="already"):
        install(app, Policy())
