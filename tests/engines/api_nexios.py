"""The API as Nexios apps: ``uvicorn --factory engines.api_nexios:make_app``."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from nexios.exceptions import NotFoundException
from nexios.http.response import BaseResponse, PlainTextResponse, StreamingResponse

from crossorigin.integrations.nexios import NexiosApp
from engines import api, api_asgi

if TYPE_CHECKING:
    from engines.api_asgi import ASGIApp


def make_app() -> ASGIApp:
    """Build the server."""
    return api_asgi.make_server(_make)


def _make(mount: api.Mount) -> ASGIApp:
    app = NexiosApp(policy=mount.policy)

    async def view(request: Any, _response: Any, path: str) -> BaseResponse:
        await request.body
        return _respond(mount.answer(request.method, f"/{path}", request.headers))

    async def greet(websocket: Any) -> None:
        mount.run()
        await websocket.accept()
        await websocket.send_text("hello")
        await websocket.close()

    async def handle(_request: Any, _response: Any, error: Any) -> BaseResponse:
        return _respond(error.answer)

    app.add_exception_handler(api.CaughtError, handle)
    app.route("/{path:path}", methods=api.METHODS)(view)
    _add_websocket_route(app, "/{path:path}", greet)
    return app


def _add_websocket_route(app: Any, path: str, handler: Any) -> None:
    if hasattr(app, "ws_router"):
        # Why: in the last release of Nexios 2, what adds a WebSocket route fails, and so does what it wraps around it.
        route = importlib.import_module("nexios.routing").WebsocketRoutes(path, handler)
        route.handler = handler
        app.ws_router.routes.append(route)
    else:
        app.ws_route(path)(handler)


def _respond(answer: api.Answer) -> BaseResponse:
    if answer.status == api.MISSING:
        raise NotFoundException
    headers = dict(answer.headers)
    if answer.is_stream:
        return StreamingResponse(api_asgi.stream(answer.chunks), answer.status, headers)
    return PlainTextResponse(b"".join(answer.chunks).decode(), answer.status, headers)
