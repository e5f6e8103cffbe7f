"""A page that calls an app: what it says, and what a failing assertion tells."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask

from crossorigin import Policy, Rule, Ruleset, reasons
from crossorigin.browser import Call, simulate
from crossorigin.integrations import asgi, wsgi
from crossorigin.messages import Response
from crossorigin.probe.apps import UnknownAppError
from crossorigin.testing import Page, assert_blocked, assert_readable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crossorigin.testing.plugin import OpenPage

APP, EVIL = "https://app.example", "https://evil.example"
POLICY = Policy(
    allow_origins=[APP], allow_methods=["GET", "PUT"], allow_headers=["X-A"], expose_headers=["X-Total"], max_age=5
)


def _wsgi_app(environ: Any, start_response: Any) -> list[bytes]:
    if environ["PATH_INFO"] == "/crash":
        message = "no tea"
        raise RuntimeError(message)
    start_response("200 OK", [("X-Total", "9"), ("X-Secret", "1")])
    return [environ["wsgi.input"].read()]


async def _asgi_app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await receive()
        scope["state"]["tea"] = "ready"
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["path"] == "/crash":
        message = f"no {scope['state']['tea']}"
        raise RuntimeError(message)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-total", b"9"), (b"x-secret", b"1")]})
    await send({"type": "http.response.body", "body": (await receive())["body"]})


APPS = {
    "ASGI": asgi.CORSMiddleware(_asgi_app, POLICY),
    "WSGI": wsgi.CORSMiddleware(_wsgi_app, POLICY),
    "a policy": POLICY,
    "rules": Ruleset([Rule(["/*"], POLICY)]),
}


@pytest.mark.parametrize("app", APPS.values(), ids=list(APPS))
def test_every_kind_of_app(browser: OpenPage, app: Any) -> None:
    """The allowed page reads, another one does not, and what is not listed is blocked where it is asked for."""
    page = browser(app, origin=APP)
    page.fetch("/items").assert_readable()
    page.fetch("https://testserver/items", method="put", headers={"X-A": "1"}, body=b"{}").assert_readable()
    page.fetch("/items", headers=[("X-B", "1")]).assert_blocked("preflight-not-ok")
    page.fetch("/items", credentials="include").assert_blocked(reason=reasons.ALLOW_CREDENTIALS_MISSING)
    browser(app, origin=EVIL).fetch("/items").assert_blocked("allow-origin-missing")


@pytest.mark.parametrize("name", ["ASGI", "WSGI"])
def test_what_the_script_sees(browser: OpenPage, name: str) -> None:
    """The verdict is the model's: status, exposed headers, exchanges, and the body that came."""
    verdict = browser(APPS[name], origin=APP).fetch("/items", method="PUT", body=b"tea").assert_readable()
    assert verdict.status == 200
    assert [(key.lower(), value) for key, value in verdict.readable_headers] == [("x-total", "9")]
    assert [exchange.request.method for exchange in verdict.exchanges] == ["OPTIONS", "PUT"]
    assert verdict.exchanges[-1].response.body == b"tea"


@pytest.mark.parametrize("name", ["ASGI", "WSGI"])
def test_an_app_that_raises(browser: OpenPage, name: str) -> None:
    """It has answered 500, with the headers of the layer; what it raised is told, once."""
    page = browser(APPS[name], origin=APP)
    assert [str(error) for error in page.fetch("/crash").errors] in (["no ready"], ["no tea"])
    assert page.fetch("/crash").assert_readable().status == 500
    assert page.fetch("/items").errors == ()


def test_the_lifespan_is_that_of_the_page() -> None:
    """An ASGI app is started up before its first request, and shut down at the end."""
    state: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for word in ("startup", "shutdown"):
                await receive()
                state.append(word)
                await send({"type": f"lifespan.{word}.complete"})
        else:
            state.append("request")
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body"})

    with Page(app, origin=APP) as page:
        page.fetch("/")
    assert state == ["startup", "request", "shutdown"]


def test_an_app_is_started_once(browser: OpenPage) -> None:
    """Pages of several origins call one running app; each has its own options."""
    starts: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            starts.append("startup")
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
        else:
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body"})

    first = browser(app, origin="https://api.example", base_url="https://api.example", profile="webkit")
    second = browser(app, origin=APP)
    assert first.fetch("/").assert_readable().call.url == "https://api.example/"
    assert second.fetch("/").assert_blocked().call.url == "https://testserver/"
    assert (first.profile, second.profile) == ("webkit", "standard")
    with Page(Page(first, origin=EVIL), origin=APP) as third:
        third.fetch("/").assert_blocked("allow-origin-missing")
    first.fetch("/").assert_readable()
    assert starts == ["startup"]


def test_each_call_begins_with_an_empty_cache(browser: OpenPage) -> None:
    """What one call has asked, the next one asks again: tests do not hang together."""
    page = browser(POLICY, origin=APP)
    assert [len(page.fetch("/items", method="PUT").exchanges) for _ in range(2)] == [2, 2]


def test_a_page_of_the_apps_own(browser: OpenPage) -> None:
    """A page of the app's own origin reads everything; ``base_url`` says which origin that is."""
    browser(POLICY, origin="https://testserver").fetch("/items", method="DELETE").assert_readable()
    page = browser(POLICY, origin="https://api.example", base_url="https://api.example/v1/")
    assert page.fetch("items").assert_readable().call.url == "https://api.example/v1/items"


def test_profiles(browser: OpenPage) -> None:
    """An engine's way is that of the page."""

    def answer(environ: Any, start_response: Any) -> list[bytes]:
        names = ("Access-Control-Allow-Origin", "Access-Control-Allow-Headers")
        start_response("200 OK", [(name, "*") for name in names])
        return [environ["REQUEST_METHOD"].encode()]

    headers = {"Authorization": "Bearer x"}
    browser(answer, origin=APP).fetch("/", headers=headers).assert_blocked("authorization-not-listed")
    browser(answer, origin=APP, profile="webkit").fetch("/", headers=headers).assert_readable()
    with pytest.raises(ValueError, match="there is no profile"):
        browser(answer, origin=APP, profile="lynx").fetch("/")


def test_a_failing_assertion_prints_the_walk(browser: OpenPage) -> None:
    """It says what was expected, draws what was on the wire, and says what to write."""
    with pytest.raises(AssertionError) as raised:
        browser(APPS["WSGI"], origin=EVIL).fetch("/items", method="PUT").assert_readable()
    said = str(raised.value)
    assert said.startswith("the script should read the answer, and the browser keeps it")
    for words in ("OPTIONS /items", "Origin: https://evil.example", "403 (preflight)", "X preflight-not-ok"):
        assert words in said
    assert said.isascii()


def test_a_failing_assertion_has_lines_to_paste(browser: OpenPage) -> None:
    """They are for the framework of the app; of a policy it is said which of its options is wrong."""
    with pytest.raises(AssertionError, match=rf'\n    CORS\(app, origins=\["{EVIL}"\]\)'):
        browser(Flask("shop"), origin=EVIL).fetch("/items").assert_readable()
    with pytest.raises(AssertionError, match=rf'Add "{EVIL}" to allow_origins\.$'):
        browser(POLICY, origin=EVIL).fetch("/items").assert_readable()


def test_a_failing_assertion_tells_what_the_app_raised(browser: OpenPage) -> None:
    """A 500 is not a riddle."""
    with pytest.raises(AssertionError, match="The app raised RuntimeError: no tea"):
        browser(APPS["WSGI"], origin=EVIL).fetch("/crash").assert_readable()


def test_what_should_be_blocked(browser: OpenPage) -> None:
    """It fails where the script reads, and where the reason is another one."""
    page = browser(POLICY, origin=APP)
    with pytest.raises(AssertionError, match=r"(?s)the script reads it.*GET /items.*\* the script reads the answer"):
        page.fetch("/items").assert_blocked()
    wrong = "should keep the answer for method-not-listed, and does so for preflight-not-ok"
    with pytest.raises(AssertionError, match=wrong):
        page.fetch("/items", method="DELETE").assert_blocked("method-not-listed")
    with pytest.raises(ValueError, match='no browser has the reason "origin-not-allowed": write one of allow-origin'):
        page.fetch("/items").assert_blocked("origin-not-allowed")
    assert page.fetch("/items", method="DELETE").assert_blocked().step == "preflight"


def test_verdicts_of_simulate_can_be_asserted_too() -> None:
    """The functions take any verdict; one that does not know its call has no drawing."""
    verdict = simulate(Call(APP, "https://api.example/"), lambda _request: Response(200, []))
    assert_blocked(verdict, "allow-origin-missing")
    with pytest.raises(AssertionError, match="allow-origin-missing: "):
        assert_readable(verdict)


def test_what_is_no_app() -> None:
    """What cannot be called is named."""
    with pytest.raises(UnknownAppError):
        Page(object(), origin=APP)


def test_what_no_script_could_call(browser: OpenPage) -> None:
    """A mistake in the test is no verdict."""
    with pytest.raises(ValueError, match="no browser sends TRACE"):
        browser(POLICY, origin=APP).fetch("/", method="TRACE")
    with pytest.raises(ValueError, match=r'write "https://app\.example"'):
        browser(POLICY, origin=f"{APP}/").fetch("/")


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", APP)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server_url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_server_that_runs(browser: OpenPage, server_url: str) -> None:
    """A URL stands for what listens there; there is no limit on how often it is asked."""
    page = browser(server_url, origin=APP)
    for _ in range(60):
        page.fetch("/items").assert_readable()
    browser(server_url, origin=EVIL).fetch("/items").assert_blocked("allow-origin-mismatch")
