"""The Flask example of the documents runs with only its import line changed."""

from __future__ import annotations

from typing import Any

from servers import ask, ask_preflight, serve_wsgi

EXAMPLE = """
from flask import Flask
from crossorigin.integrations.flask import CORS

app = Flask(__name__)
CORS(app)  # Enable CORS using flask_cors extension

# Your routes here

if __name__ == '__main__':
    app.run()
"""
ORIGIN = "https://app.example"


def make_app() -> Any:
    names: dict[str, Any] = {"__name__": "example"}
    exec(EXAMPLE, names)
    app = names["app"]
    app.add_url_rule("/items", view_func=lambda: "ok", methods=["GET", "POST"], endpoint="items")
    return app


def test_every_origin_may_read() -> None:
    """``CORS(app)`` lets every origin read every route, and what is no route, without credentials."""
    with serve_wsgi(make_app()) as port:
        for path, status in (("/items", 200), ("/nothing", 404)):
            answer = ask(port, "GET", path, [("Origin", ORIGIN)])
            assert answer.status == status
            assert answer.cors == {"access-control-allow-origin": ORIGIN, "vary": "Origin"}
        assert ask(port, "GET").cors == {"access-control-allow-origin": "*"}


def test_every_preflight_passes() -> None:
    """With every method, and every header that is asked for."""
    with serve_wsgi(make_app()) as port:
        answer = ask_preflight(port, ORIGIN, "DELETE", "content-type,authorization")
        assert answer.status == 200
        assert answer.cors == {
            "access-control-allow-origin": ORIGIN,
            "access-control-allow-methods": "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT",
            "access-control-allow-headers": "authorization, content-type",
            "vary": "Origin",
        }
