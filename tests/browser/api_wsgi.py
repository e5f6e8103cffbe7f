"""The API behind the WSGI door: ``gunicorn "browser.api_wsgi:make_app()"``."""

from __future__ import annotations

import os
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from browser import api
from browser.row import Seen
from browser.table import ROWS
from crossorigin.integrations.wsgi import CORSMiddleware

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Environ = dict[str, Any]
    StartResponse = Callable[..., Any]


def make_app() -> Callable[[Environ, StartResponse], Iterable[bytes]]:
    """Build the whole server: recorder, doors, app."""
    recorder = api.Recorder()
    page_port = int(os.environ[api.PAGE_PORT])

    def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        mount, path = environ["SCRIPT_NAME"].rpartition("/")[2], environ["PATH_INFO"]
        recorder.run(mount)
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if path == "/crash":
            next(api.crash())
        answer = api.answer(environ["REQUEST_METHOD"], mount, path, dict(_read_headers(environ)))
        _start(start_response, answer)
        if path == "/caught":
            _start_again(start_response, answer)
        return api.crash() if path == "/crash-in-body" else iter(answer.chunks)

    doors = [CORSMiddleware(app, row.make_policy(page_port)) for row in ROWS]

    def serve(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        mount = api.read_mount(environ["PATH_INFO"])
        if mount is None:
            answer = recorder.answer(environ["PATH_INFO"])
            _start(start_response, answer)
            return answer.chunks
        root = f"/p/{mount}"
        url = environ["RAW_URI"].removeprefix(root)
        recorder.see(mount, Seen(environ["REQUEST_METHOD"], url, _read_headers(environ)))
        environ["SCRIPT_NAME"], environ["PATH_INFO"] = root, environ["PATH_INFO"].removeprefix(root)
        return doors[int(mount)](environ, start_response)

    return serve


def _read_headers(environ: Environ) -> list[tuple[str, str]]:
    return [
        (key.removeprefix("HTTP_").replace("_", "-").lower(), value)
        for key, value in environ.items()
        if key.startswith("HTTP_")
    ]


def _start_again(start_response: StartResponse, answer: api.Answer) -> None:
    """Start as an app does that finds out too late that it has failed."""
    try:
        next(api.crash())
    except RuntimeError:
        start_response(f"{answer.status} Failed", answer.headers, sys.exc_info())


def _start(start_response: StartResponse, answer: api.Answer) -> None:
    start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", answer.headers)
