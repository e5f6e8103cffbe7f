"""The examples of Kui's documentation, with only their import lines changed, over HTTP, for both of its halves."""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest

from crossorigin.integrations.kui import asgi, wsgi
from servers import ask, ask_preflight, serve_asgi, serve_wsgi

APP = "https://example.com"
EVIL = "https://evil.example"
ALL_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}


@pytest.fixture(params=["asgi", "wsgi"])
def half(request: pytest.FixtureRequest) -> Any:
    """Hold the names of one half: Kui's own, but for ``Kui`` and ``allow_cors``."""

    class Half:
        ours: Any = {"asgi": asgi, "wsgi": wsgi}[request.param]
        theirs: Any = importlib.import_module(f"kui.{request.param}")
        serve = staticmethod({"asgi": serve_asgi, "wsgi": serve_wsgi}[request.param])
        Kui = ours.Kui
        allow_cors = staticmethod(ours.allow_cors)
        HttpRoute = theirs.HttpRoute
        Routes = theirs.Routes

        @staticmethod
        def make_view(name: str) -> Any:
            def view() -> Any:
                return {"items": []}

            async def view_async() -> Any:
                return {"items": []}

            found = view_async if request.param == "asgi" else view
            found.__name__ = name
            return found

    return Half


def test_app_level(half: Any) -> None:
    """The six headers that the document names, of which those of a preflight are on preflights only."""
    app = half.Kui(
        cors_config={
            "allow_origins": [re.compile(r"https://example\.com")],
            "allow_methods": ["GET", "POST", "PUT", "DELETE"],
            "allow_headers": ["Authorization", "Content-Type"],
            "expose_headers": ["X-Request-Id"],
            "allow_credentials": False,
            "max_age": 600,
        }
    )
    app.router <<= half.HttpRoute("/items", half.make_view("items"))
    with half.serve(app) as port:
        assert ask(port, "GET", headers=[("Origin", APP)]).cors == {
            "access-control-allow-origin": APP,
            "access-control-expose-headers": "X-Request-Id",
            "vary": "Origin",
        }
        preflight = ask_preflight(port, APP, "PUT", "authorization,content-type")
        assert (preflight.status, preflight.body) == (200, b"")
        assert preflight.cors == {
            "access-control-allow-origin": APP,
            "access-control-allow-methods": "GET, POST, PUT, DELETE",
            "access-control-allow-headers": "Accept, Accept-Language, Authorization, Content-Language, Content-Type",
            "access-control-max-age": "600",
            "vary": "Origin",
        }
        for headers in ([("Origin", EVIL)], []):
            passed = ask(port, "GET", headers=headers)
            assert (passed.status, passed.cors) == (200, {"vary": "Origin"})
        assert ask_preflight(port, EVIL).status == 403


def test_credentials(half: Any) -> None:
    """Allowed: "true"; not allowed: no header, for "false" is no value of it."""
    name = "access-control-allow-credentials"
    for allowed, value in ((True, "true"), (False, None)):
        app = half.Kui(
            cors_config={"allow_origins": [re.compile(r"https://example\.com")], "allow_credentials": allowed}
        )
        with half.serve(app) as port:
            assert ask(port, "GET", headers=[("Origin", APP)]).cors.get(name) == value
            assert ask_preflight(port, APP).cors.get(name) == value


def test_all_origins(half: Any) -> None:
    app = half.Kui(cors_config={"allow_origins": [re.compile(".*")]})
    with half.serve(app) as port:
        for origin in (APP, EVIL, "null"):
            assert ask(port, "GET", headers=[("Origin", origin)]).cors["access-control-allow-origin"] == origin
            assert ask_preflight(port, origin).status == 200


def test_per_route(half: Any) -> None:
    HttpRoute, allow_cors, handler = half.HttpRoute, half.allow_cors, half.make_view("handler")  # noqa: N806 (its name)
    app = half.Kui()

    cors = allow_cors(
        allow_origins=[re.compile(r"https://.*\.example\.com")],
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization"],
        max_age=3600,
    )

    app.router <<= HttpRoute("/api/data", handler) @ cors
    app.router <<= HttpRoute("/items", half.make_view("items"))
    with half.serve(app) as port:
        origin = "https://a.example.com"
        assert ask(port, "GET", "/api/data", [("Origin", origin)]).cors["access-control-allow-origin"] == origin
        preflight = ask_preflight(port, origin, "POST", "authorization", "/api/data")
        assert preflight.status == 200
        assert preflight.cors["access-control-allow-methods"] == "GET, POST"
        assert preflight.cors["access-control-max-age"] == "3600"
        for other in (APP, "https://a.example.com.evil.example"):
            assert ask(port, "GET", "/api/data", [("Origin", other)]).cors == {"vary": "Origin"}
        assert ask(port, "GET", "/items", [("Origin", origin)]).cors == {}


def test_a_group_of_routes(half: Any) -> None:
    """Without settings: every origin, every method of Kui's but the one that no browser sends."""
    Routes, HttpRoute, allow_cors = half.Routes, half.HttpRoute, half.allow_cors  # noqa: N806 (their names)
    list_users, list_posts = half.make_view("list_users"), half.make_view("list_posts")

    api_routes = Routes(
        HttpRoute("/users", list_users),
        HttpRoute("/posts", list_posts),
        http_middlewares=[allow_cors()],
    )

    with half.serve(half.Kui(routes=api_routes)) as port:
        for path in ("/users", "/posts"):
            assert ask(port, "GET", path, [("Origin", EVIL)]).cors["access-control-allow-origin"] == EVIL
            preflight = ask_preflight(port, EVIL, "PATCH", path=path)
            assert set(preflight.cors["access-control-allow-methods"].split(", ")) == ALL_METHODS
