"""The examples of FastAPI's documentation, with only their import lines changed."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from crossorigin import Policy, PolicyWarning
from crossorigin.integrations.fastapi import CORSMiddleware
from servers import ask, ask_preflight, serve_asgi

EVIL = "https://evil.example"
TUTORIAL_ORIGINS = [
    "http://localhost.tiangolo.com",
    "https://localhost.tiangolo.com",
    "http://localhost",
    "http://localhost:8080",
]


def test_tutorial() -> None:
    """The tutorial's origins, one of them plain http, with credentials, every method and every header."""
    app = FastAPI()

    app.add_middleware(
        CORSMiddleware,
        allow_origins=TUTORIAL_ORIGINS,
        allow_credentials=True,
        allow_methods=["*"],
        allow_headers=["*"],
    )

    @app.get("/")
    async def main() -> dict[str, str]:
        return {"message": "Hello World"}

    with pytest.warns(PolicyWarning, match="without https"):
        stack = app.build_middleware_stack()
    with serve_asgi(stack) as port:
        for origin in TUTORIAL_ORIGINS:
            got = ask(port, "GET", "/", [("Origin", origin)])
            assert got.cors == {
                "access-control-allow-origin": origin,
                "access-control-allow-credentials": "true",
                "vary": "Origin",
            }
            preflight = ask_preflight(port, origin, "PUT", "Authorization, X-Any", "/")
            assert preflight.status == 200
            assert "PUT" in preflight.cors["access-control-allow-methods"]
            assert preflight.cors["access-control-allow-headers"] == "Authorization, X-Any"
        assert ask(port, "GET", "/", [("Origin", EVIL)]).cors == {"vary": "Origin"}
        assert ask_preflight(port, EVIL, path="/").status == 400


def test_every_origin_with_credentials() -> None:
    """``["*"]`` with credentials is every origin without credentials: a browser would refuse the other."""
    app = FastAPI()

    # Enable CORS using fastapi-cors extension
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],  # Replace '*' with specific origins
        allow_methods=["GET", "POST", "PUT", "DELETE"],
        allow_headers=["Content-Type", "Authorization"],
        allow_credentials=True,  # Enable credentials if needed
    )

    with pytest.warns(PolicyWarning, match="without credentials"):
        stack = app.build_middleware_stack()
    with serve_asgi(stack) as port:
        assert ask(port, "GET", "/", [("Origin", EVIL)]).cors == {"access-control-allow-origin": "*", "vary": "Origin"}
        preflight = ask_preflight(port, EVIL, "DELETE", "authorization", "/")
        assert preflight.status == 200
        assert preflight.cors["access-control-allow-methods"] == "GET, POST, PUT, DELETE"
        assert "Authorization" in preflight.cors["access-control-allow-headers"]
        assert "access-control-allow-credentials" not in preflight.cors


@pytest.mark.parametrize(
    ("option", "default"),
    [
        ("allow_origins", ()),
        ("allow_origin_regex", None),
        ("allow_methods", ("GET",)),
        ("allow_headers", ()),
        ("allow_credentials", False),
        ("expose_headers", ()),
        ("max_age", 600),
    ],
)
def test_documented_defaults(option: str, default: object) -> None:
    """Every option has the default that the documentation gives it."""
    policy = CORSMiddleware(FastAPI()).policy
    assert isinstance(policy, Policy)
    assert getattr(policy, option) == default


def test_regex_of_the_documentation() -> None:
    """The regex allows what it matches as a whole."""
    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origin_regex=r"https://.*\.example\.org")
    with serve_asgi(app) as port:
        for origin, allowed in [("https://a.example.org", True), ("https://a.example.org.evil.example", False)]:
            got = ask(port, "GET", "/", [("Origin", origin)])
            assert ("access-control-allow-origin" in got.cors) is allowed
