"""A Flask app with a route for every kind of answer, and what a request to it is told: for its tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, redirect

from crossorigin.integrations.flask import core

A, B = "https://a.example", "https://b.example"
ASK = {"Origin": A, "Access-Control-Request-Method": "PUT"}


class BoomError(Exception):
    """What a view here raises."""


def make_app(**config: Any) -> Flask:
    """Return an app with a route for every kind of answer."""
    app = Flask("api", static_folder=str(Path(__file__).parent), static_url_path="/files")
    app.config.update(config)

    @app.route("/items", methods=["GET", "PUT"])
    @app.route("/api/items", methods=["GET", "PUT"])
    @app.route("/api/admin/users")
    @app.route("/Admin")
    @app.route("/a+b")
    @app.route("/a b")
    @app.route("/<path:rest>", methods=["POST"])
    def items(**_: str) -> str:
        return "ok"

    app.add_url_rule("/abort", view_func=lambda: abort(403), endpoint="abort")
    app.add_url_rule("/redirect", view_func=lambda: redirect("/items"), endpoint="redirect")
    app.add_url_rule("/stream", view_func=lambda: Response(iter(["a", "b"])), endpoint="stream")
    app.add_url_rule(
        "/own", view_func=lambda: Response("", headers={core.ACL_ORIGIN: "x", "Vary": "Cookie"}), endpoint="own"
    )
    app.add_url_rule("/slash/", view_func=lambda: "ok", endpoint="slash")

    @app.route("/boom")
    def boom() -> str:
        raise BoomError

    return app


def get(app: Flask, path: str = "/items", origin: str | None = A, method: str = "GET", **headers: str) -> Any:
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return app.test_client().open(path, method=method, headers={**({"Origin": origin} if origin else {}), **more})


def cors(response: Any) -> dict[str, str]:
    pairs = [(name.lower(), value) for name, value in response.headers]
    kept = [(name, value) for name, value in pairs if name.startswith("access-control-") or name == "vary"]
    assert len(kept) == len(dict(kept)), "a header is doubled"
    return {name.removeprefix("access-control-"): value for name, value in kept}


def preflight(app: Flask, path: str = "/items", **headers: str) -> dict[str, str]:
    response = app.test_client().options(path, headers={**ASK, **headers})
    assert response.status_code == 200
    return cors(response)


ALLOWED = {"allow-origin": A, "vary": "Origin"}
ALL = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
