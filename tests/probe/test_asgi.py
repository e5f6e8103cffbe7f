"""The network of an ASGI app: what the app sees, what of its answer is kept, and its lifespan."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from typing import Any

import pytest

from crossorigin.integrations.asgi import CORSMiddleware
from crossorigin.messages import Request
from crossorigin.probe import NoAnswerError
from crossorigin.probe.asgi import ASGINetwork

URL = "https://api.example:8443/a%20b/%2F?c=%20"


async def answer(send: Any, *, status: int = 200, headers: Any = (), body: bytes = b"ok", more: bool = False) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": more})


def only_http(app: Any) -> Any:
    """Leave the lifespan out, by raising as many apps do."""

    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await app(scope, receive, send)

    return wrapped


def test_what_the_app_sees() -> None:
    """The scope is what a server makes of the request: names in lower case, order and repeats kept."""
    seen: dict[str, Any] = {}

    @only_http
    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.update(scope)
        seen["message"] = await receive()
        await answer(send, status=201, headers=[(b"X-B", b"1"), [b"a", b"\xe9"], (b"x-b", b"2")])

    with ASGINetwork(app) as network:
        request = Request("PUT", URL, [("Host", "h"), ("X-A", "1"), ("x-a", "\xe9")], b"body")
        assert network(request) == (201, [("X-B", "1"), ("a", "\xe9"), ("x-b", "2")], b"ok")
    assert seen["headers"] == [(b"host", b"h"), (b"x-a", b"1"), (b"x-a", b"\xe9")]
    assert seen["message"] == {"type": "http.request", "body": b"body", "more_body": False}
    wanted = {"method": "PUT", "scheme": "https", "path": "/a b//", "raw_path": b"/a%20b/%2F", "query_string": b"c=%20"}
    assert {name: seen[name] for name in wanted} == wanted
    assert seen["server"] == ("api.example", 8443)


@pytest.mark.parametrize(("url", "port"), [("http://a.example", 80), ("https://a.example/", 443)])
def test_default_ports(url: str, port: int) -> None:
    seen: list[Any] = []

    @only_http
    async def app(scope: Any, _receive: Any, send: Any) -> None:
        seen.append((scope["path"], scope["server"]))
        await answer(send)

    with ASGINetwork(app) as network:
        network(Request("GET", url, []))
    assert seen == [("/", ("a.example", port))]


def test_an_app_that_raises_has_answered_500() -> None:
    """As with a server: without a header of the app, and what it raised can be looked at."""

    @only_http
    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        raise LookupError("x")

    with ASGINetwork(app) as network:
        assert network(Request("GET", URL, [])) == (500, [], b"")
        assert [type(error) for error in network.errors] == [LookupError]


def test_an_error_behind_our_door_carries_the_headers() -> None:
    """The door sends a 500 of its own before the exception goes on; that is the answer."""

    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        raise LookupError("x")

    with ASGINetwork(CORSMiddleware(app, allow_origins="*")) as network:
        found = network(Request("GET", URL, [("Origin", "https://app.example")]))
        assert found.status == 500
        assert ("access-control-allow-origin", "*") in [(name.lower(), value) for name, value in found.headers]
        assert len(network.errors) == 1


def test_an_app_that_raises_late_has_answered() -> None:
    """A head that is sent cannot be taken back."""

    @only_http
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await answer(send, more=True)
        raise LookupError("x")

    with ASGINetwork(app) as network:
        assert network(Request("GET", URL, [])) == (200, [], b"ok")


def test_no_answer() -> None:
    """An app that returns without an answer, or does not return, has given none."""

    @only_http
    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        if scope["path"] == "/wait":
            await asyncio.sleep(60)

    with ASGINetwork(app, time_out=0.1) as network:
        for path, kind in (("/", "closed"), ("/wait", "time-out")):
            with pytest.raises(NoAnswerError) as caught:
                network(Request("GET", f"https://api.example{path}", []))
            assert caught.value.kind == kind


def test_an_app_that_keeps_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not waited for without end, and neither is one that does not let itself be cancelled."""
    monkeypatch.setattr("crossorigin.probe.asgi._BEAT", 0.3)
    is_over = threading.Event()

    @only_http
    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        while not is_over.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                if scope["path"] == "/block":
                    is_over.wait(60)
                await asyncio.sleep(0.1)

    for path in ("/swallow", "/block"):
        with pytest.raises(NoAnswerError) as caught, ASGINetwork(app, time_out=0.1) as network:
            network(Request("GET", f"https://api.example{path}", []))
        assert caught.value.kind == "time-out"
    is_over.set()
    for thread in threading.enumerate():
        if thread.name == "crossorigin-asgi":
            thread.join(20)


def test_an_app_that_sends_without_end() -> None:
    """It is cut by time, also where it never waits."""

    @only_http
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await answer(send, more=True)
        while True:
            await send({"type": "http.response.body", "body": b"", "more_body": True})

    with ASGINetwork(app, time_out=0.1) as network:
        assert network(Request("GET", URL, [])) == (200, [], b"ok")


def test_an_app_that_ends_the_process() -> None:
    """Not this one, which would take the loop along."""

    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        sys.exit(0)

    with ASGINetwork(app) as network:
        assert network(Request("GET", URL, [])).status == 500
        assert "ended the process" in str(network.errors[0])


def test_streams() -> None:
    """A stream without end is cut at the limit; one that waits is cut by time; and the app learns that we went."""
    ended: list[str] = []

    @only_http
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await answer(send, more=True, body=b"x")
        if scope["path"] == "/much":
            with contextlib.suppress(OSError):
                while not ended:
                    await send({"type": "http.response.body", "body": b"x" * 100, "more_body": True})
                    await asyncio.sleep(0)
                    if len(ended) == 0 and (await receive())["type"] == "http.disconnect":
                        ended.append("much")
        else:
            ended.append((await receive())["type"])

    with ASGINetwork(app, time_out=0.2, max_body=50) as network:
        assert len(network(Request("GET", "https://a.example/much", [])).body) == 50
        assert network(Request("GET", "https://a.example/wait", [])) == (200, [], b"x")
    assert ended[0] == "much"


def test_head_has_no_body() -> None:
    @only_http
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await answer(send)

    with ASGINetwork(app) as network:
        assert network(Request("HEAD", URL, [])) == (200, [], b"")


@pytest.mark.parametrize("kind", ["http.response.body", "http.response.push"])
def test_messages_at_the_wrong_time(kind: str) -> None:
    """They are errors of the app, as with a server."""

    @only_http
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": kind})

    with ASGINetwork(app) as network:
        assert network(Request("GET", URL, [])).status == 500
        assert kind in str(network.errors[0])


def test_lifespan() -> None:
    """The start-up comes before the first request, its state is given to each, and the shut-down is last."""
    events: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while True:
                kind = (await receive())["type"]
                events.append(kind)
                scope["state"]["pool"] = "pool"
                await send({"type": f"{kind}.complete"})
                if kind == "lifespan.shutdown":
                    return
        events.append(scope["state"]["pool"])
        await answer(send)

    with ASGINetwork(app) as network:
        network(Request("GET", URL, []))
    assert events == ["lifespan.startup", "pool", "lifespan.shutdown"]


@pytest.mark.parametrize(
    ("message", "text"), [("no database", "the app's start-up failed: no database"), ("", "the app's start-up failed")]
)
def test_a_start_up_that_fails(message: str, text: str) -> None:
    async def app(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": message})

    with pytest.raises(NoAnswerError) as caught, ASGINetwork(app):
        pass
    assert (caught.value.kind, caught.value.what) == ("not-started", text)


def test_a_start_up_that_does_not_end() -> None:
    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        await asyncio.sleep(60)

    with pytest.raises(NoAnswerError) as caught, ASGINetwork(app, time_out=0.1):
        pass
    assert "0.1 seconds" in caught.value.what


def test_the_caller_may_have_a_loop() -> None:
    """The app's loop is another one, and what it leaves running is ended."""
    left: list[str] = []

    @only_http
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        async def work() -> None:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                left.append("ended")
                raise

        app.task = asyncio.ensure_future(work())
        await answer(send)

    async def main() -> int:
        with ASGINetwork(app) as network:
            return network(Request("GET", URL, [])).status

    assert asyncio.run(main()) == 200
    assert left == ["ended"]


def test_outside_of_a_block() -> None:
    """There is no loop then, and that is said at once."""

    async def app(_scope: Any, _receive: Any, _send: Any) -> None: ...

    with pytest.raises(RuntimeError, match="with block"):
        ASGINetwork(app)(Request("GET", URL, []))
