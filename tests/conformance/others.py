"""The frameworks that stand behind one of the two doors: an app of each, which answers every method at ``/items``."""

from __future__ import annotations

from typing import Any

METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
RAN = {"X-Ran": "yes"}


def make_litestar() -> Any:
    from litestar import Litestar, asgi  # noqa: PLC0415 (each guest in its own room, here too)

    async def items(scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG001 (as Litestar calls it)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-ran", b"yes")]})
        await send({"type": "http.response.body", "body": b"ok"})

    # Why: annotations are texts here, and Litestar looks for their names in this module.
    items.__annotations__ = {"scope": Any, "receive": Any, "send": Any, "return": None}
    return Litestar([asgi("/items", copy_scope=False)(items)])


def make_quart() -> Any:
    from quart import Quart  # noqa: PLC0415

    app: Any = Quart(__name__)

    async def items() -> Any:
        return "ok", 200, RAN

    app.add_url_rule("/items", view_func=items, methods=METHODS, provide_automatic_options=False)
    return app


def make_sanic() -> Any:
    from sanic import Sanic, text  # noqa: PLC0415

    Sanic.test_mode = True
    app: Any = Sanic("table")

    async def items(_request: Any) -> Any:
        return text("ok", headers=RAN)

    app.add_route(items, "/items", methods=METHODS)
    return app


def make_blacksheep() -> Any:
    from blacksheep import Application, Router, text  # noqa: PLC0415

    app = Application(router=Router())

    async def items() -> Any:
        answer = text("ok")
        answer.add_header(b"x-ran", b"yes")
        return answer

    for method in METHODS:
        app.router.add(method, "/items", items)
    return app


class Items:
    """What answers in Falcon's ASGI form."""

    async def on_get(self, _request: Any, response: Any) -> None:
        response.text = "ok"
        response.set_headers(RAN)

    on_head = on_post = on_put = on_delete = on_patch = on_options = on_get


class ItemsNow:
    """What answers in Falcon's WSGI form."""

    def on_get(self, _request: Any, response: Any) -> None:
        response.text = "ok"
        response.set_headers(RAN)

    on_head = on_post = on_put = on_delete = on_patch = on_options = on_get


def make_falcon_asgi() -> Any:
    from falcon.asgi import App  # noqa: PLC0415

    app = App()
    app.add_route("/items", Items())
    return app


def make_falcon_wsgi() -> Any:
    from falcon import App  # noqa: PLC0415

    app = App()
    app.add_route("/items", ItemsNow())
    return app


def make_bottle() -> Any:
    from bottle import Bottle, HTTPResponse  # type: ignore[import-untyped]  # noqa: PLC0415 (it has no types)

    app: Any = Bottle()
    app.route("/items", METHODS, lambda: HTTPResponse("ok", headers=RAN))
    return app


def make_pyramid() -> Any:
    from pyramid.config import Configurator  # type: ignore[import-untyped]  # noqa: PLC0415 (it has no types)
    from pyramid.response import Response  # type: ignore[import-untyped]  # noqa: PLC0415 (as above)

    def items(_request: Any) -> Any:
        answer = Response("ok")
        answer.headers.update(RAN)
        return answer

    with Configurator() as config:
        config.add_route("items", "/items")
        config.add_view(items, route_name="items")
        return config.make_wsgi_app()
