"""What all ASGI servers share, and the API behind the plain door: ``uvicorn --factory engines.api_asgi:make_app``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossorigin.integrations.asgi import CORSMiddleware
from engines import api
from engines.row import Seen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
    ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]


def make_server(make: Callable[[api.Mount], ASGIApp]) -> ASGIApp:
    """Build a whole server: the recorder, and behind it an app for each row, with the door that its framework has.

    Each app is called as one that is mounted below the ``root_path``.
    """
    recorder = api.Recorder()
    apps = [make(mount) for mount in api.make_mounts(recorder)]

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        mount = api.read_mount(scope["path"])
        if mount is None:
            await _send(send, recorder.answer(scope["path"]))
            return
        root = f"/p/{mount}"
        raw: bytes = scope["raw_path"]
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        is_websocket = scope["type"] == "websocket"
        url = raw.decode("latin-1").removeprefix(root)
        recorder.see(mount, Seen(scope.get("method", "GET"), url, headers, is_websocket))
        await apps[int(mount)]({**scope, "root_path": root}, receive, send)

    return serve


async def stream(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    """Give the pieces of a body one by one."""
    for chunk in chunks:
        yield chunk


def make_app() -> ASGIApp:
    """Build the server of apps that have no framework."""
    return make_server(lambda mount: CORSMiddleware(_make_plain(mount), mount.policy))


def _make_plain(mount: api.Mount) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            mount.run()
            await _greet(receive, send)
            return
        while (await receive()).get("more_body"):
            pass
        path = scope["path"].removeprefix(scope["root_path"])
        fields = {name.decode(): value.decode() for name, value in scope["headers"]}
        try:
            answer = mount.answer(scope["method"], path, fields)
        except api.CaughtError as error:
            answer = error.answer
        await _send(send, answer)

    return app


async def _greet(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": "hello"})
    await send({"type": "websocket.close", "code": 1000})


async def _send(send: Send, answer: api.Answer) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    for chunk in answer.chunks:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
