"""The API behind the ASGI door: ``uvicorn --factory browser.api_asgi:make_app``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from browser import api
from browser.row import Seen
from browser.table import ROWS
from crossorigin.integrations.asgi import CORSMiddleware

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


def make_app() -> Callable[[Scope, Receive, Send], Awaitable[None]]:
    """Build the whole server: recorder, doors, app."""
    recorder = api.Recorder()
    page_port = int(os.environ[api.PAGE_PORT])

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        root = scope["root_path"]
        mount, path = root.rpartition("/")[2], scope["path"].removeprefix(root)
        recorder.run(mount)
        if scope["type"] == "websocket":
            await _greet(receive, send)
            return
        while (await receive()).get("more_body"):
            pass
        if path.startswith("/crash"):
            next(api.crash())
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        await _send(send, api.answer(scope["method"], mount, path, headers))

    doors = [CORSMiddleware(app, row.make_policy(page_port)) for row in ROWS]

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
        await doors[int(mount)]({**scope, "root_path": root}, receive, send)

    return serve


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
