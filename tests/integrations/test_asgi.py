"""The ASGI door: what it passes through untouched, and what it never lets go without headers."""

from __future__ import annotations

import asyncio
import traceback
import warnings
from typing import Any

import pytest

from crossorigin import Policy, PolicyError, PolicyWarning, Rule, Ruleset
from crossorigin.integrations.asgi import CORSMiddleware

APP = "https://app.example"
EVIL = "https://evil.example"
POLICY = Policy(allow_origins=[APP])


def scope_of(*headers: tuple[bytes, bytes], **more: Any) -> dict[str, Any]:
    return {"type": "http", "method": "GET", "path": "/items", "headers": list(headers), **more}


def from_origin(origin: str, **more: Any) -> dict[str, Any]:
    return scope_of((b"host", b"api.example"), (b"origin", origin.encode()), **more)


async def call(door: Any, scope: dict[str, Any]) -> list[dict[str, Any]]:
    """Send one request through the door; return the messages that came out."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect" if scope["type"] == "websocket" else "http.request"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await door(scope, receive, send)
    return sent


def cors_of(message: dict[str, Any]) -> dict[bytes, bytes]:
    wanted = {name.lower(): value for name, value in message["headers"]}
    return {name: value for name, value in wanted.items() if name.startswith(b"access-control-") or name == b"vary"}


def answering(headers: Any, **more: Any) -> Any:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers, **more})
        await send({"type": "http.response.body", "body": b"ok"})

    return app


class BoomError(Exception):
    """What the apps here raise."""


def test_exception_before_the_start() -> None:
    """The page gets a readable 500, and the server gets the very exception, with the app's frame in it."""
    boom = BoomError()

    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        raise boom

    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    with pytest.raises(BoomError) as caught:
        asyncio.run(CORSMiddleware(app, POLICY)(from_origin(APP), None, send))  # type: ignore[arg-type]
    assert caught.value is boom
    assert "in app" in "".join(traceback.format_exception(boom))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[0]["status"] == 500
    assert cors_of(sent[0])[b"access-control-allow-origin"] == APP.encode()
    assert dict(sent[0]["headers"])[b"content-length"] == str(len(sent[1]["body"])).encode()


def test_exception_after_the_start() -> None:
    """What has begun is not begun again."""

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise BoomError

    sent: list[str] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message["type"])

    with pytest.raises(BoomError):
        asyncio.run(CORSMiddleware(app, POLICY)(from_origin(APP), None, send))  # type: ignore[arg-type]
    assert sent == ["http.response.start"]


def test_client_gone_while_answering_an_exception() -> None:
    """The app's exception goes on, not that of the failed attempt to answer."""

    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        raise BoomError

    async def send(_message: dict[str, Any]) -> None:
        raise OSError

    with pytest.raises(BoomError):
        asyncio.run(CORSMiddleware(app, POLICY)(from_origin(APP), None, send))  # type: ignore[arg-type]


def test_cancellation_is_not_answered() -> None:
    """A client that goes away gets no 500."""

    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        raise asyncio.CancelledError

    async def send(_message: dict[str, Any]) -> None:
        raise AssertionError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(CORSMiddleware(app, POLICY)(from_origin(APP), None, send))  # type: ignore[arg-type]


def test_streaming() -> None:
    """Each chunk has left before the app makes the next one."""
    sent: list[dict[str, Any]] = []

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [], "trailers": True})
        for number in range(3):
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            assert len(sent) == number + 2
        await send({"type": "http.response.trailers", "headers": []})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(CORSMiddleware(app, POLICY)(from_origin(APP), None, send))  # type: ignore[arg-type]
    assert sent[0]["trailers"] is True
    assert sent[-1] == {"type": "http.response.trailers", "headers": []}


def test_a_message_that_the_app_sends_to_everyone() -> None:
    """The app's own message and header list never change, so that no origin leaks to the next one (Starlette#511)."""
    inner = [(b"content-type", b"text/plain")]
    message = {"type": "http.response.start", "status": 200, "headers": inner}

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send(message)

    door = CORSMiddleware(app, Policy(allow_origins=[APP, EVIL]))
    for origin in (APP, EVIL):
        sent = asyncio.run(call(door, from_origin(origin)))
        assert cors_of(sent[0])[b"access-control-allow-origin"] == origin.encode()
        assert message == {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}


def test_an_outer_layer_that_changes_the_headers() -> None:
    """A header list that we sent can be changed without changing later answers (jub0bs/cors 0.13.6, rs/cors#198)."""
    door = CORSMiddleware(answering([]), POLICY)
    ask = [(b"origin", APP.encode()), (b"access-control-request-method", b"GET")]
    for scope in (from_origin(APP), scope_of(*ask, method="OPTIONS"), scope_of()):
        first = asyncio.run(call(door, scope))
        expected = list(first[0]["headers"])
        first[0]["headers"].append((b"access-control-allow-origin", b"*"))
        assert asyncio.run(call(door, scope))[0]["headers"] == expected


@pytest.mark.parametrize(
    "headers",
    [
        [(b"a", b"1")],
        ((b"a", b"1"),),
        [[b"a", b"1"]],
        iter([(b"a", b"1")]),
    ],
    ids=["list", "tuple", "lists", "iterator"],
)
def test_any_iterable_of_headers(headers: Any) -> None:
    sent = asyncio.run(call(CORSMiddleware(answering(headers), POLICY), from_origin(APP)))
    assert tuple(sent[0]["headers"][0]) == (b"a", b"1")
    assert cors_of(sent[0])[b"access-control-allow-origin"] == APP.encode()


def test_no_headers_at_all() -> None:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204})

    sent = asyncio.run(call(CORSMiddleware(app, POLICY), from_origin(APP)))
    assert cors_of(sent[0])[b"access-control-allow-origin"] == APP.encode()


@pytest.mark.parametrize(
    ("inner", "vary"),
    [
        ([(b"vary", b"Accept")], b"Accept, Origin"),
        ([(b"Vary", b"Accept-Encoding")], b"Accept-Encoding, Origin"),
        ([(b"vary", b"origin")], b"origin"),
        ([(b"vary", b"Accept,ORIGIN")], b"Accept,ORIGIN"),
        ([(b"vary", b"*")], b"*"),
        ([(b"vary", b"")], b"Origin"),
        ([(b"age", b"1")], b"Origin"),
    ],
)
def test_vary_is_merged(inner: Any, vary: bytes) -> None:
    """The app's Vary is kept and never doubled (hono#2932, hono#4471, tower-http#397, tower-http#473)."""
    for scope in (from_origin(APP), from_origin(EVIL), scope_of()):
        headers = asyncio.run(call(CORSMiddleware(answering(inner), POLICY), scope))[0]["headers"]
        assert [value for name, value in headers if name.lower() == b"vary"] == [vary]


def test_inner_cors_headers_are_replaced(caplog: pytest.LogCaptureFixture) -> None:
    """The policy's answer wins, whatever the app says and however it writes it; that is logged once."""
    inner = [(b"Access-Control-Allow-Origin", b"*"), (b"access-control-allow-credentials", b"true"), (b"x", b"y")]
    door = CORSMiddleware(answering(inner), POLICY)
    for scope, answer in ((from_origin(EVIL), None), (from_origin(APP), APP.encode()), (scope_of(), None)):
        found = cors_of(asyncio.run(call(door, scope))[0])
        assert found.get(b"access-control-allow-origin") == answer
        assert b"access-control-allow-credentials" not in found
    assert sum("inside this layer" in record.message for record in caplog.records) == 1


@pytest.mark.parametrize("name", [b"Origin", b"ORIGIN", b"origin"])
def test_names_of_a_server_that_keeps_their_case(name: bytes) -> None:
    """Header names "should be lowercased, but it is not required"."""
    host = b"host" if name == b"origin" else b"Host"
    scope = scope_of((host, b"api.example"), (name, APP.encode()))
    sent = asyncio.run(call(CORSMiddleware(answering([]), POLICY), scope))
    assert cors_of(sent[0])[b"access-control-allow-origin"] == APP.encode()
    asked = (b"Access-Control-Request-Method", b"PUT")
    ask = scope_of((host, b"api.example"), (name, EVIL.encode()), asked, method="OPTIONS")
    if name != b"origin":
        assert asyncio.run(call(CORSMiddleware(answering([]), POLICY), ask))[0]["status"] == 403


def test_a_preflight_of_many_lines() -> None:
    """It is refused unread, however many lines there are."""
    lines: list[tuple[bytes, bytes]] = [(b"x", b"")] * 10_000
    ask = scope_of((b"origin", APP.encode()), (b"access-control-request-method", b"GET"), *lines, method="OPTIONS")
    sent = asyncio.run(call(CORSMiddleware(answering([]), POLICY), ask))
    assert sent[0]["status"] == 403
    assert b"too-many-header-lines" in sent[1]["body"]


def test_request_headers_that_can_be_read_once() -> None:
    """The app gets them, too."""
    seen: list[Any] = []

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        seen.extend(scope["headers"])
        await send({"type": "http.response.start", "status": 200, "headers": []})

    scope: dict[str, Any] = {**scope_of(), "headers": iter([(b"origin", APP.encode())])}
    sent = asyncio.run(call(CORSMiddleware(app, POLICY), scope))
    assert seen == [(b"origin", APP.encode())]
    assert cors_of(sent[0])[b"access-control-allow-origin"] == APP.encode()


@pytest.mark.parametrize("kind", ["lifespan", "something.new"])
def test_other_scopes_pass_through(kind: str) -> None:
    """The app gets the very scope, receive and send."""
    seen: list[Any] = []

    async def app(*args: Any) -> None:
        seen.extend(args)

    scope, receive, send = {"type": kind}, object(), object()
    asyncio.run(CORSMiddleware(app, POLICY)(scope, receive, send))  # type: ignore[arg-type]
    assert [id(arg) for arg in seen] == [id(scope), id(receive), id(send)]


def test_a_path_without_a_rule_is_not_touched() -> None:
    """The app gets the very send, for requests and handshakes."""
    seen: list[Any] = []

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        seen.append(send)

    door = CORSMiddleware(app, Ruleset([Rule(["/api/*"], POLICY)]))
    send = object()
    for kind in ("http", "websocket"):
        asyncio.run(door(from_origin(EVIL, type=kind, path="/other"), None, send))  # type: ignore[arg-type]
    assert all(one is send for one in seen)
    assert len(seen) == 2


@pytest.mark.parametrize(
    ("more", "is_private"),
    [
        ({"path": "/api/x"}, True),
        ({"path": "/root/api/x", "root_path": "/root"}, True),
        ({"path": "/rooted/api", "root_path": "/root"}, False),
        ({"path": "/public/../api/x", "raw_path": b"/public/../api/x"}, True),
        ({"path": "/public/x/api", "raw_path": b"/public%2fx/api"}, False),
        ({"path": "/root/public/../api", "root_path": "/root", "raw_path": b"/root/public/%2e%2e/api"}, True),
        ({"path": "/API/x"}, False),
    ],
)
def test_rules_see_the_path_below_the_mount(more: dict[str, Any], is_private: bool) -> None:
    rules = Ruleset([Rule(["/*"], Policy(allow_origins="*")), Rule(["/api/*"], POLICY)])
    sent = asyncio.run(call(CORSMiddleware(answering([]), rules), from_origin(EVIL, **more)))
    assert (b"access-control-allow-origin" not in cors_of(sent[0])) is is_private


@pytest.mark.parametrize(
    ("websockets", "origin", "reaches_app"),
    [
        ("check", APP, True),
        ("check", EVIL, False),
        ("check", "https://api.example", True),
        ("check", None, True),
        ("warn", EVIL, True),
        ("ignore", EVIL, True),
    ],
)
def test_websocket_handshakes(websockets: Any, origin: str | None, reaches_app: bool) -> None:
    reached: list[bool] = []

    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        reached.append(True)

    door = CORSMiddleware(app, Policy(allow_origins=[APP], websockets=websockets))
    headers = [(b"host", b"api.example")] + ([(b"origin", origin.encode())] if origin else [])
    sent = asyncio.run(call(door, {"type": "websocket", "path": "/ws", "headers": headers}))
    assert bool(reached) is reaches_app
    assert [message["type"] for message in sent] == ([] if reaches_app else ["websocket.close"])


def test_websocket_denial_response() -> None:
    """Where the server can, the refused handshake is answered with the reason's id."""
    door = CORSMiddleware(answering([]), POLICY)
    sent = asyncio.run(call(door, from_origin(EVIL, type="websocket", extensions={"websocket.http.response": {}})))
    assert [message["type"] for message in sent] == ["websocket.http.response.start", "websocket.http.response.body"]
    assert sent[0]["status"] == 403
    assert b"origin-not-allowed" in sent[1]["body"]


def test_interleaved_requests() -> None:
    """A thousand requests under way at once each get their own origin back."""

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        await asyncio.sleep(0.001 * (scope["number"] % 7))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(0.001 * (scope["number"] % 3))
        await send({"type": "http.response.body", "body": b""})

    allowed = [f"https://app{number}.example" for number in range(50)]
    door = CORSMiddleware(app, allow_origins=allowed)

    async def main() -> None:
        origins = [allowed[number % 50] if number % 4 else EVIL for number in range(1000)]
        calls = [call(door, from_origin(origin, number=number)) for number, origin in enumerate(origins)]
        for origin, sent in zip(origins, await asyncio.gather(*calls), strict=True):
            expected = None if origin == EVIL else origin.encode()
            assert cors_of(sent[0]).get(b"access-control-allow-origin") == expected

    asyncio.run(main())


def test_reconfigure_while_requests_run() -> None:
    """A request under way keeps its policy, the next one has the new one."""
    gate = asyncio.Event()

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await gate.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def main() -> None:
        door = CORSMiddleware(app, POLICY)
        before = asyncio.create_task(call(door, from_origin(APP)))
        await asyncio.sleep(0)
        door.reconfigure(allow_origins=[EVIL])
        after = asyncio.create_task(call(door, from_origin(APP)))
        await asyncio.sleep(0)
        gate.set()
        assert b"access-control-allow-origin" in cors_of((await before)[0])
        assert b"access-control-allow-origin" not in cors_of((await after)[0])

    asyncio.run(main())


def test_reconfigure_with_a_mistake_keeps_the_old_policy() -> None:
    door = CORSMiddleware(answering([]), POLICY)
    with pytest.raises(PolicyError):
        door.reconfigure(allow_origins=["nonsense"])
    assert door.policy is POLICY
    sent = asyncio.run(call(door, from_origin(APP)))
    assert cors_of(sent[0])[b"access-control-allow-origin"] == APP.encode()


def test_stacked_layers_warn_at_first_use(caplog: pytest.LogCaptureFixture) -> None:
    """Both in the log and as a warning, once, and only for the inner layer."""
    door = CORSMiddleware(CORSMiddleware(answering([]), POLICY), POLICY)
    with pytest.warns(PolicyWarning, match="stacked") as caught:
        asyncio.run(call(door, scope_of()))
    asyncio.run(call(door, scope_of()))
    assert len(caught) == 1
    assert [record.message for record in caplog.records if "stacked" in record.message]


def test_a_stacking_warning_never_fails_a_request() -> None:
    door = CORSMiddleware(CORSMiddleware(answering([]), POLICY), POLICY)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert asyncio.run(call(door, from_origin(APP)))[0]["status"] == 200


def test_one_layer_does_not_warn() -> None:
    asyncio.run(call(CORSMiddleware(answering([]), POLICY), scope_of()))


@pytest.mark.parametrize(
    ("args", "settings", "hint"),
    [
        (([APP],), {}, "CORSMiddleware\\(app, Policy"),
        ((POLICY,), {"max_age": 5}, "put max_age into the Policy"),
    ],
)
def test_wrong_use(args: Any, settings: Any, hint: str) -> None:
    with pytest.raises(TypeError, match=hint):
        CORSMiddleware(answering([]), *args, **settings)


def test_wrong_options() -> None:
    with pytest.raises(PolicyError):
        CORSMiddleware(answering([]), allow_origin=[APP])  # type: ignore[call-arg]  # that is the point
