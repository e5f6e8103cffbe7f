"""The API as FastAPI apps: ``uvicorn --factory engines.api_fastapi:make_app``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI, HTTPException, Request, Response, WebSocket
from fastapi.responses import StreamingResponse

from crossorigin.integrations.fastapi import CORSMiddleware
from engines import api, api_asgi

if TYPE_CHECKING:
    from engines.api_asgi import ASGIApp


def make_app() -> ASGIApp:
    """Build the server."""
    return api_asgi.make_server(_make)


def _make(mount: api.Mount) -> FastAPI:
    app = FastAPI()
    app.add_middleware(CORSMiddleware, policy=mount.policy)

    async def view(request: Request, path: str) -> Response:
        await request.body()
        return _respond(mount.answer(request.method, f"/{path}", request.headers))

    async def greet(websocket: WebSocket) -> None:
        mount.run()
        await websocket.accept()
        await websocket.send_text("hello")
        await websocket.close()

    @app.exception_handler(api.CaughtError)
    async def handle(_request: Request, error: api.CaughtError) -> Response:
        return _respond(error.answer)

    app.add_api_route("/{path:path}", view, methods=api.METHODS)
    app.add_api_websocket_route("/{path:path}", greet)
    return app


def _respond(answer: api.Answer) -> Response:
    if answer.status == api.MISSING:
        raise HTTPException(api.MISSING)
    headers = dict(answer.headers)
    if answer.is_stream:
        return StreamingResponse(answer.chunks, answer.status, headers)
    return Response(b"".join(answer.chunks), answer.status, headers)
