"""The packages themselves, with settings as source: each is a network for the browser model."""

from __future__ import annotations

import contextlib
import inspect
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corsheaders.middleware import CorsMiddleware
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from flask import Flask
from integrations import django_project as project
from nexios.middleware import cors as nexios_cors
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from crossorigin.browser import Call, Verdict, simulate
from crossorigin.messages import Request, Response
from crossorigin.probe.asgi import ASGINetwork
from crossorigin.probe.live import LiveNetwork
from crossorigin.probe.policy import PolicyNetwork, answer_ok
from crossorigin.probe.wsgi import WSGINetwork
from crossorigin.standard.url import parse_url
from dialects.models import run_api_gateway, run_gateway_api, run_ingress_nginx, run_s3
from processes import serve_program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from crossorigin.dialects import Translation

METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PURGE", "patch"]
EXTRA = {"X-Total": "1", "ETag": "e"}


@contextlib.contextmanager
def _run_fastapi(text: str) -> Iterator[Any]:
    async def items(_request: object) -> PlainTextResponse:
        return PlainTextResponse("ok", headers=EXTRA)

    app = Starlette(routes=[Route("/{path:path}", items, methods=METHODS)])
    if "allow_private_network" not in inspect.signature(CORSMiddleware).parameters:
        # Why: old releases do not have it, and no browser asks for it.
        text = text.replace("        allow_private_network=True,\n", "")
    _execute(text, {"app": app})
    with ASGINetwork(app) as network:
        yield network


@contextlib.contextmanager
def _run_flask(text: str) -> Iterator[Any]:
    app = Flask("shop")

    def items(path: str = "") -> tuple[str, dict[str, str]]:
        return f"ok {path}", EXTRA

    for rule in ("/", "/<path:path>"):
        app.add_url_rule(rule, view_func=items, methods=[one for one in METHODS if one != "OPTIONS"])
    _execute(text, {"app": app})
    yield WSGINetwork(app)


@contextlib.contextmanager
def _run_django(text: str) -> Iterator[Any]:
    names: dict[str, Any] = {}
    _execute(text, names)
    settings = {name: value for name, value in names.items() if name.startswith("CORS_")}

    def ask(request: Request) -> Response:
        url = parse_url(request.url)
        assert url
        path = url.path if isinstance(url.path, str) else "/" + "/".join(url.path)
        headers = {name: value for name, value in request.headers if name.lower() != "host"}
        message = RequestFactory().generic(request.method, path, request.body, headers=headers)
        answer: Any = CorsMiddleware(lambda _: HttpResponse("ok", headers=EXTRA))(message)
        return Response(answer.status_code, list(answer.items()), answer.content)

    assert project.APP
    with override_settings(**settings):
        yield ask


@contextlib.contextmanager
def _run_nexios(text: str) -> Iterator[Any]:
    from nexios import NexiosApp  # noqa: PLC0415 (it sets up its logging)

    app = NexiosApp()

    async def items(_request: Any, response: Any, path: str = "") -> Any:
        return response.text(f"ok {path}", headers=EXTRA)

    app.route("/items", methods=METHODS)(items)
    app.route("/{path:path}", methods=METHODS)(items)
    _execute(text, {"app": app})
    with ASGINetwork(app) as network:
        yield network


@contextlib.contextmanager
def _run_kui(text: str) -> Iterator[Any]:
    from kui.wsgi import HttpRoute, Kui, PlainTextResponse  # noqa: PLC0415 (as above)

    def items() -> Any:
        return PlainTextResponse("ok", headers=EXTRA)

    names: dict[str, Any] = {}
    _execute(text, names)
    yield WSGINetwork(Kui(routes=[HttpRoute("/{path:any}", items)], cors_config=names["cors_config"]))


@contextlib.contextmanager
def _run_fastrapi(text: str) -> Iterator[Any]:
    program = f"""import sys
from fastrapi import FastrAPI
app = FastrAPI()
{text}
if "add_cors" in globals():
    add_cors(app)
for method in ("get", "post", "put", "delete", "patch"):
    @getattr(app, method)("/items")
    def items():
        return [1]
app.serve("127.0.0.1", int(sys.argv[1]))
"""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "served.py")
        path.write_text(program)
        with serve_program(path) as port:
            network = LiveNetwork()
            origin = f"http://127.0.0.1:{port}"
            yield lambda request: network(request._replace(url=request.url.replace("https://api.example", origin, 1)))
            network.close()


def _execute(text: str, names: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(text, "settings.py", "exec"), names)
    if "add_cors" in names:
        names["add_cors"](names["app"])


RUN: dict[str, Callable[[str], contextlib.AbstractContextManager[Any]]] = {
    "fastapi": _run_fastapi,
    "flask-cors": _run_flask,
    "flask-cors, views": _run_flask,
    "django": _run_django,
    "kui": _run_kui,
    "fastrapi": _run_fastrapi,
    "api-gateway": run_api_gateway,
    "gateway-api, *": run_gateway_api(echoes=False),
    "gateway-api, echo": run_gateway_api(echoes=True),
    "ingress-nginx": run_ingress_nginx,
    "s3": run_s3,
    # What is written is for Nexios 3; before it, the class had no settings of its own.
    **({"nexios": _run_nexios} if hasattr(nexios_cors, "CorsConfig") else {}),
}


def _answer(request: Request) -> Response:
    answer = answer_ok(request)
    return Response(answer.status, [*answer.headers, *EXTRA.items()], answer.body)


def compare(dialect: str, found: Translation, calls: Sequence[Call], *, reads: bool) -> list[tuple[Verdict, Verdict]]:
    """Play calls against the package and the policy, and hold their verdicts equal but for the losses.

    :param reads: whether the text is the source, and the policy the target.
    :return: the verdicts, those of the package first.
    """
    policy = PolicyNetwork(found.ruleset, _answer)
    said = {loss.how_bad for loss in found.losses}
    verdicts = []
    with RUN[dialect](found.text) as package:
        for call in calls:
            pair = simulate(call, package), simulate(call, policy)
            verdicts.append(pair)
            source, target = pair if reads else pair[::-1]
            if source.outcome == "readable" and "narrows" not in said:
                assert target.outcome == "readable", (call, found, target.reason)
                assert _list_names(source, target) <= _list_names(target, source), (call, found)
            if target.outcome == "readable" and "widens" not in said:
                assert source.outcome == "readable", (call, found, source.reason)
                assert _list_names(target, source) <= _list_names(source, target), (call, found)
    return verdicts


def _list_names(verdict: Verdict, other: Verdict) -> set[str]:
    """Return which of the app's headers a script can read, where both answers are the app's own."""
    sent = [{name.lower() for name, _ in one.exchanges[-1][1].headers} for one in (verdict, other)]
    return {name.lower() for name, _ in verdict.readable_headers} & {name.lower() for name in EXTRA} & sent[0] & sent[1]
