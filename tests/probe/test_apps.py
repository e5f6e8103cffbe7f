"""Which kind of app an object is: told by its call, or not at all."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from crossorigin.messages import Request
from crossorigin.probe.apps import UnknownAppError, find_kind, serve_app
from crossorigin.probe.asgi import ASGINetwork
from crossorigin.probe.wsgi import WSGINetwork


async def coroutine(scope: Any, receive: Any, send: Any) -> None: ...
def three(scope: Any, receive: Any, send: Any) -> Any: ...
def two(environ: Any, start_response: Any) -> Any: ...
def four(_a: Any, scope: Any, receive: Any, send: Any, *, x: int = 1) -> Any: ...
def many(*arguments: Any) -> Any: ...
def factory() -> Any: ...


class Async:
    async def __call__(self, *arguments: Any) -> None: ...


class Sync:
    def __call__(self, environ: Any, start_response: Any) -> Any: ...

    def method(self, scope: Any, receive: Any, send: Any) -> Any: ...


KINDS = [
    (coroutine, "ASGI", "coroutine"),
    (three, "ASGI", "three arguments (scope, receive, send)"),
    (two, "WSGI", "two arguments (environ, start_response)"),
    (partial(four, 1), "ASGI", "three"),
    (Async(), "ASGI", "coroutine"),
    (Sync(), "WSGI", "two"),
    (Sync().method, "ASGI", "three"),
]


@pytest.mark.parametrize(("app", "kind", "how"), KINDS)
def test_kinds(app: Any, kind: str, how: str) -> None:
    """What was seen is said."""
    found = find_kind(app)
    assert found.name == kind
    assert how in found.how


def test_frameworks() -> None:
    """The objects that people give to their servers are known for what they are."""
    from fastapi import FastAPI  # noqa: PLC0415
    from flask import Flask  # noqa: PLC0415
    from starlette.applications import Starlette  # noqa: PLC0415

    from crossorigin.integrations import asgi, wsgi  # noqa: PLC0415

    apps = [FastAPI(), Starlette(), asgi.CORSMiddleware(Starlette()), Flask("x"), wsgi.CORSMiddleware(two)]
    assert [find_kind(app).name for app in apps] == ["ASGI"] * 3 + ["WSGI"] * 2


NO_KIND = [
    (1, "int is no app"),
    (Sync, "Sync is no app"),
    (factory, "If it makes the app, name what it makes"),
    (lambda _: None, "takes 1 arguments"),
    (many, "--interface"),
    (min, "cannot be read"),
]


@pytest.mark.parametrize(("app", "text"), NO_KIND)
def test_what_cannot_be_told(app: Any, text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(UnknownAppError) as caught:
        find_kind(app)
    assert text in str(caught.value)


def test_networks() -> None:
    """The network fits the kind; whoever knows better may say so."""
    assert isinstance(serve_app(two), WSGINetwork)
    assert isinstance(serve_app(three), ASGINetwork)
    assert isinstance(serve_app(many, kind="WSGI"), WSGINetwork)

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    with serve_app(app) as network:
        assert network(Request("GET", "https://api.example/", [])) == (204, [], b"")
