"""What all WSGI servers share, and the API behind the plain door: ``gunicorn "engines.api_wsgi:make_app()"``."""

from __future__ import annotations

import sys
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from crossorigin.integrations.wsgi import CORSMiddleware
from engines import api
from engines.row import Seen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Environ = dict[str, Any]
    StartResponse = Callable[..., Any]
    WSGIApp = Callable[[Environ, StartResponse], Iterable[bytes]]


def make_server(make: Callable[[api.Mount], WSGIApp]) -> WSGIApp:
    """Build a whole server: the recorder, and behind it an app for each row, with the door that its framework has.

    Each app is called as one that is mounted below the ``SCRIPT_NAME``.
    """
    recorder = api.Recorder()
    apps = [make(mount) for mount in api.make_mounts(recorder)]

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
        return apps[int(mount)](environ, start_response)

    return serve


def make_app() -> WSGIApp:
    """Build the server of apps that have no framework."""
    return make_server(lambda mount: CORSMiddleware(_make_plain(mount), mount.policy))


def _make_plain(mount: api.Mount) -> WSGIApp:
    def app(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        fields = dict(_read_headers(environ))
        try:
            answer = mount.answer(environ["REQUEST_METHOD"], environ["PATH_INFO"], fields)
        except api.CaughtError as error:
            # Why: as an app does that finds out too late that it has failed.
            answer = error.answer
            _start(start_response, answer._replace(status=200))
            start_response(f"{answer.status} Failed", answer.headers, sys.exc_info())
        else:
            _start(start_response, answer)
        return iter(answer.chunks)

    return app


def _read_headers(environ: Environ) -> list[tuple[str, str]]:
    return [
        (key.removeprefix("HTTP_").replace("_", "-").lower(), value)
        for key, value in environ.items()
        if key.startswith("HTTP_")
    ]


def _start(start_response: StartResponse, answer: api.Answer) -> None:
    start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", answer.headers)
