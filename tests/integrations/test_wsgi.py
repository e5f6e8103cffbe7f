"""The WSGI door: what it passes through untouched, and what it never lets go without headers."""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from wsgiref.util import FileWrapper
from wsgiref.validate import validator

import pytest

from crossorigin import Policy, PolicyError, PolicyWarning, Rule, Ruleset
from crossorigin.integrations._environ import write_status
from crossorigin.integrations.wsgi import CORSMiddleware
from crossorigin.policy.habits import Habits

APP = "https://app.example"
EVIL = "https://evil.example"
POLICY = Policy(allow_origins=[APP])


class BoomError(Exception):
    """What the apps here raise."""


class Server:
    """As much of a WSGI server as PEP 3333 asks: headers leave with the first non-empty chunk."""

    def __init__(self) -> None:
        self.started: tuple[str, list[tuple[str, str]]] | None = None
        self.sent: list[bytes] = []
        self.error: BaseException | None = None

    def start_response(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        if exc_info and self.sent:
            raise exc_info[1]
        assert self.started is None or exc_info
        self.started = (status, headers)
        return self.sent.append

    def run(self, app: Any, **environ: Any) -> Server:
        body: Any = None
        try:
            body = app({"REQUEST_METHOD": "GET", "PATH_INFO": "/items", **environ}, self.start_response)
            for chunk in body:
                if chunk:
                    self.sent.append(chunk)
        except BoomError as error:
            self.error = error
        finally:
            if hasattr(body, "close"):
                body.close()
        return self

    @property
    def headers(self) -> dict[str, str]:
        assert self.started is not None
        return dict(self.started[1])


def saying_ok(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Path", environ["PATH_INFO"])])
    return [b"ok"]


def raising_at_call(_environ: Any, _start_response: Any) -> Any:
    raise BoomError


def raising_after_start(_environ: Any, start_response: Any) -> Any:
    start_response("200 OK", [])
    raise BoomError


def raising_in_the_body(_environ: Any, start_response: Any) -> Any:
    start_response("200 OK", [])
    yield b""
    raise BoomError


def raising_after_a_chunk(_environ: Any, start_response: Any) -> Any:
    start_response("200 OK", [])
    yield b"x"
    raise BoomError


def raising_after_write(_environ: Any, start_response: Any) -> Any:
    start_response("200 OK", [])(b"x")
    raise BoomError


@pytest.mark.parametrize("app", [raising_at_call, raising_after_start, raising_in_the_body])
def test_exception_before_the_first_chunk(app: Any) -> None:
    """The page gets a readable 500, and the server gets the exception after it."""
    server = Server().run(CORSMiddleware(app, POLICY), HTTP_ORIGIN=APP)
    assert server.started is not None
    assert server.started[0] == "500 Internal Server Error"
    assert server.headers["Access-Control-Allow-Origin"] == APP
    assert server.sent == [b"Internal Server Error"]
    assert isinstance(server.error, BoomError)


@pytest.mark.parametrize("app", [raising_after_a_chunk, raising_after_write])
def test_exception_after_the_first_chunk(app: Any) -> None:
    """What has begun is not begun again."""
    server = Server().run(CORSMiddleware(app, POLICY), HTTP_ORIGIN=APP)
    assert server.started is not None
    assert server.started[0] == "200 OK"
    assert server.sent == [b"x"]
    assert isinstance(server.error, BoomError)


def test_an_app_that_handles_its_error() -> None:
    """start_response with exc_info replaces the first, and has the headers, too."""

    def app(_environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        try:
            raise BoomError  # noqa: TRY301 (as an app would)
        except BoomError:
            start_response("503 Busy", [("Vary", "Cookie")], sys.exc_info())
        return [b"busy"]

    server = Server().run(CORSMiddleware(app, POLICY), HTTP_ORIGIN=APP)
    assert server.started is not None
    assert server.started[0] == "503 Busy"
    assert server.headers == {"Vary": "Cookie, Origin", "Access-Control-Allow-Origin": APP}


def test_starting_twice_without_an_error_is_one() -> None:
    def app(_environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        start_response("200 OK", [])

    server = Server()
    with pytest.raises(AssertionError, match="twice"):
        server.run(CORSMiddleware(app, POLICY))
    assert server.sent == [b"Internal Server Error"]


def test_an_error_after_the_first_write_reaches_the_server() -> None:
    """Which raises it again, as the standard says."""

    def app(_environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])(b"x")
        try:
            raise BoomError  # noqa: TRY301 (as an app would)
        except BoomError:
            start_response("500 Oops", [], sys.exc_info())

    assert isinstance(Server().run(CORSMiddleware(app, POLICY)).error, BoomError)


def test_an_empty_body() -> None:
    def app(_environ: Any, start_response: Any) -> Any:
        start_response("204 No Content", [])
        return iter([])

    server = Server().run(CORSMiddleware(app, POLICY), HTTP_ORIGIN=APP)
    assert server.headers["Access-Control-Allow-Origin"] == APP


def test_an_app_that_never_starts() -> None:
    """Is the server's to complain of."""
    server = Server().run(CORSMiddleware(lambda _environ, _start: iter([b"x"]), POLICY))
    assert (server.started, server.sent) == (None, [b"x"])


def test_streaming() -> None:
    """Each chunk has left before the app makes the next one, and close() reaches the app's body."""
    server = Server()
    closed: list[bool] = []

    class Chunks:
        def __iter__(self) -> Any:
            for number in range(3):
                assert len(server.sent) == number
                yield b"x"

        def close(self) -> None:
            closed.append(True)

    def app(_environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return Chunks()

    server.run(CORSMiddleware(app, POLICY), HTTP_ORIGIN=APP)
    assert server.sent == [b"x", b"x", b"x"]
    assert closed == [True]


def test_a_body_without_close() -> None:
    def app(_environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return iter([b"x"])

    assert Server().run(CORSMiddleware(app, POLICY)).sent == [b"x"]


def test_a_server_s_own_file_is_not_wrapped(tmp_path: Any) -> None:
    """So that the server can send it in its own fast way."""
    path = tmp_path / "file"
    path.write_bytes(b"content")

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return environ["wsgi.file_wrapper"](path.open("rb"))

    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.file_wrapper": FileWrapper}
    body = CORSMiddleware(app, POLICY)(environ, Server().start_response)
    assert isinstance(body, FileWrapper)
    body.close()


def test_the_letter_of_pep_3333() -> None:
    """The standard library's checker finds no fault on either side of the door."""
    door = validator(CORSMiddleware(validator(saying_ok), POLICY))
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "QUERY_STRING": "",
        "SERVER_NAME": "api.example",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_ORIGIN": APP,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": sys.stdin.buffer if hasattr(sys.stdin, "buffer") else open("/dev/null", "rb"),  # noqa: PTH123, SIM115
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    body = door(environ, Server().start_response)
    assert b"".join(body) == b"ok"
    body.close()  # type: ignore[attr-defined]  # the checker wraps every body


def test_inner_cors_headers_are_replaced(caplog: pytest.LogCaptureFixture) -> None:
    def app(_environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("access-control-allow-ORIGIN", "*"), ("Access-Control-Foo", "x"), ("Allow", "GET")])
        return [b""]

    door = CORSMiddleware(app, POLICY)
    assert Server().run(door, HTTP_ORIGIN=EVIL).headers == {"Allow": "GET", "Vary": "Origin"}
    assert Server().run(door, HTTP_ORIGIN=APP).headers["Access-Control-Allow-Origin"] == APP
    assert sum("inside this layer" in record.message for record in caplog.records) == 1


@pytest.mark.parametrize(
    ("environ", "is_private"),
    [
        ({"PATH_INFO": "/api/x"}, True),
        ({"PATH_INFO": "/api/x", "SCRIPT_NAME": "/root", "RAW_URI": "/root/api/x?y"}, True),
        ({"PATH_INFO": "/public/../api"}, True),
        ({"PATH_INFO": "/public/x/api", "REQUEST_URI": "/public%2Fx/api"}, False),
        ({"PATH_INFO": "/public", "RAW_URI": "http://api.example/public"}, False),
        ({"PATH_INFO": "/\u00c3\u00a9"}, False),
        ({"PATH_INFO": ""}, False),
    ],
)
def test_rules_see_the_path_below_the_mount(environ: dict[str, str], is_private: bool) -> None:
    rules = Ruleset([Rule(["/*"], Policy(allow_origins="*")), Rule(["/api/*"], POLICY)])
    server = Server().run(CORSMiddleware(saying_ok, rules), HTTP_ORIGIN=EVIL, **environ)
    assert ("Access-Control-Allow-Origin" not in server.headers) is is_private


def test_a_path_without_a_rule_is_not_touched() -> None:
    """The app gets the very start_response."""
    seen: list[Any] = []

    def app(_environ: Any, start_response: Any) -> Any:
        seen.append(start_response)
        return []

    start = Server().start_response
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/other", "HTTP_ORIGIN": EVIL}
    CORSMiddleware(app, Ruleset([Rule(["/api/*"], POLICY)]))(environ, start)
    assert seen == [start]


@pytest.mark.parametrize(("origin", "status"), [(APP, "200 OK"), (EVIL, "403 Forbidden")])
def test_websocket_handshakes(origin: str, status: str) -> None:
    """Some WSGI servers let an app take a connection over; the same policy guards it."""
    server = Server().run(
        CORSMiddleware(saying_ok, POLICY), HTTP_ORIGIN=origin, HTTP_UPGRADE="WebSocket", HTTP_SEC_WEBSOCKET_KEY="x"
    )
    assert server.started is not None
    assert server.started[0] == status
    assert server.headers["Vary"] == "Origin"


def test_a_request_to_upgrade_is_no_handshake_by_itself() -> None:
    server = Server().run(CORSMiddleware(saying_ok, POLICY), HTTP_ORIGIN=EVIL, HTTP_UPGRADE="websocket")
    assert server.started is not None
    assert server.started[0] == "200 OK"


def test_preflight_of_many_lines() -> None:
    lines = {f"HTTP_X_{number}": "" for number in range(300)}
    more = {"HTTP_ORIGIN": APP, "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "GET", "CONTENT_TYPE": "text/plain"}
    server = Server().run(CORSMiddleware(saying_ok, POLICY), REQUEST_METHOD="OPTIONS", **lines, **more)
    assert b"too-many-header-lines" in server.sent[0]


@pytest.mark.parametrize(("status", "line"), [(204, "204 No Content"), (403, "403 Forbidden"), (499, "499 Refused")])
def test_write_status(status: int, line: str) -> None:
    assert write_status(status) == line


def test_threads() -> None:
    """Requests on many threads each get their own origin back, while the policy is swapped under them."""
    allowed = [f"https://app{number}.example" for number in range(20)]
    door = CORSMiddleware(saying_ok, allow_origins=allowed)
    stop = threading.Event()

    def swap() -> None:
        while not stop.is_set():
            door.reconfigure(allow_origins=allowed)
            door.reconfigure(allow_origins=allowed, max_age=5)

    def ask(number: int) -> bool:
        origin = allowed[number % 20] if number % 4 else EVIL
        answer = Server().run(door, HTTP_ORIGIN=origin).headers.get("Access-Control-Allow-Origin")
        return answer == (None if origin == EVIL else origin)

    swapper = threading.Thread(target=swap)
    swapper.start()
    try:
        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(ask, range(4000)))
    finally:
        stop.set()
        swapper.join()


def test_stacked_layers_warn_at_first_use() -> None:
    door = CORSMiddleware(CORSMiddleware(saying_ok, POLICY), POLICY)
    with pytest.warns(PolicyWarning, match="stacked"):
        Server().run(door)
    Server().run(door)


def test_reconfigure_with_a_mistake_keeps_the_old_policy() -> None:
    door = CORSMiddleware(saying_ok, POLICY)
    with pytest.raises(PolicyError):
        door.reconfigure(max_age=-1)
    assert door.policy is POLICY


def test_other_headers_of_ours() -> None:
    """Until the response begins, what is inside a door may put others in the place of the door's."""

    def app(environ: Any, start_response: Any) -> Any:
        start_response.replace([("Vary", "Origin")])
        return saying_ok(environ, start_response)

    assert "Access-Control-Allow-Origin" not in Server().run(CORSMiddleware(app, POLICY), HTTP_ORIGIN=APP).headers


@pytest.mark.parametrize("denies", [True, False])
def test_a_private_network(denies: bool) -> None:
    """A request that asks for one is decided, not looked up."""
    policy = POLICY.with_habits(Habits(denies_private=denies))
    door = CORSMiddleware(saying_ok, policy)
    for more in ({}, {"HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK": "true"}):
        headers = Server().run(door, HTTP_ORIGIN=APP, **more).headers
        assert headers.get("Access-Control-Allow-Private-Network") == ("false" if denies and more else None)
