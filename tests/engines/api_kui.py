"""The API as Kui apps: ``engines.api_kui:make_asgi`` for uvicorn, ``engines.api_kui:make_wsgi()`` for gunicorn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kui import asgi, wsgi

import crossorigin.integrations.kui.asgi
import crossorigin.integrations.kui.wsgi
from engines import api, api_asgi, api_wsgi

if TYPE_CHECKING:
    from engines.api_asgi import ASGIApp
    from engines.api_wsgi import WSGIApp


def make_asgi() -> ASGIApp:
    """Build the server of ``kui.asgi``."""
    return api_asgi.make_server(_make_asgi)


def make_wsgi() -> WSGIApp:
    """Build the server of ``kui.wsgi``."""
    return api_wsgi.make_server(_make_wsgi)


def _make_asgi(mount: api.Mount) -> ASGIApp:
    async def view() -> Any:
        request = asgi.request
        await request.body
        # Why: Kui's routes know nothing of the prefix under which the app is mounted, so they see the whole path.
        path = request["path"].removeprefix(request["root_path"])
        return respond(mount.answer(request.method, path, request.headers))

    async def greet() -> None:
        mount.run()
        await asgi.websocket.accept()
        await asgi.websocket.send_text("hello")
        await asgi.websocket.close()

    async def handle(error: api.CaughtError) -> Any:
        return respond(error.answer)

    def respond(answer: api.Answer) -> Any:
        if answer.status == api.MISSING:
            raise asgi.HTTPException(api.MISSING)
        headers = dict(answer.headers)
        if answer.is_stream:
            return asgi.StreamResponse(api_asgi.stream(answer.chunks), answer.status, headers)
        return asgi.PlainTextResponse(b"".join(answer.chunks), answer.status, headers)

    return crossorigin.integrations.kui.asgi.Kui(
        policy=mount.policy,
        routes=[asgi.HttpRoute("/{path:any}", view), asgi.SocketRoute("/{path:any}", greet)],
        exception_handlers={api.CaughtError: handle},
    )


def _make_wsgi(mount: api.Mount) -> WSGIApp:
    def view() -> Any:
        request = wsgi.request
        _ = request.body
        return respond(mount.answer(request.method, f"/{request.path_params['path']}", request.headers))

    def handle(error: api.CaughtError) -> Any:
        return respond(error.answer)

    def respond(answer: api.Answer) -> Any:
        if answer.status == api.MISSING:
            raise wsgi.HTTPException(api.MISSING)
        headers = dict(answer.headers)
        if answer.is_stream:
            return wsgi.StreamResponse(iter(answer.chunks), answer.status, headers)
        return wsgi.PlainTextResponse(b"".join(answer.chunks), answer.status, headers)

    return crossorigin.integrations.kui.wsgi.Kui(
        policy=mount.policy,
        routes=[wsgi.HttpRoute("/{path:any}", view)],
        exception_handlers={api.CaughtError: handle},
    )
