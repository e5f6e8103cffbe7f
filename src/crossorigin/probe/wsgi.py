"""A WSGI app in this process as a network.

Spec: https://peps.python.org/pep-3333/
"""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote_to_bytes, urlsplit

from crossorigin.messages import Response
from crossorigin.probe import MAX_BODY, NoAnswerError
from crossorigin.standard.headers import CONTENT_LENGTH, CONTENT_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from crossorigin.messages import Request

    Environ = dict[str, Any]
    WSGIApp = Callable[[Environ, Any], Iterable[bytes]]

_SERVER_ERROR = 500


class WSGINetwork:
    """Ask a WSGI app, in the thread of the caller.

    An app that raises before its answer begins has answered 500, as with a server; what it raised is in ``errors``.
    """

    def __init__(self, app: WSGIApp, *, max_body: int = MAX_BODY) -> None:
        self.app = app
        self.max_body = max_body
        self.errors: list[BaseException] = []

    def __call__(self, request: Request) -> Response:
        """Make one exchange.

        :raises NoAnswerError: the app has ended without an answer.
        """
        answer = _Answer()
        body, error = b"", None
        try:
            chunks = self.app(_make_environ(request), answer.start)
            try:
                body = answer.collect(chunks, self.max_body)
            finally:
                if close := getattr(chunks, "close", None):
                    close()
        except (Exception, SystemExit) as raised:  # noqa: BLE001 (a server catches whatever an app raises)
            error = raised
            self.errors.append(error)
        if answer.status is None or (error is not None and not answer.is_sent):
            if error is None:
                advice = "It must call start_response before its first byte"
                raise NoAnswerError("closed", request.url, "the app ended unanswered", advice)
            return Response(_SERVER_ERROR, [])
        return Response(answer.status, answer.headers, b"" if request.method == "HEAD" else body)

    def __enter__(self) -> Self:
        """Do nothing: it is there so that both kinds of app are used alike."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing: a WSGI app has no lifespan."""


class _Answer:
    """What one app answers."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.headers: list[tuple[str, str]] = []
        self.is_sent = False
        self._written = bytearray()

    def start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:  # noqa: ANN401 (WSGI's)
        """Be ``start_response``."""
        if self.status is not None:
            if not exc_info:
                text = "start_response was called twice without exc_info"
                raise RuntimeError(text)
            if self.is_sent:
                raise exc_info[1].with_traceback(exc_info[2])
        if not all(isinstance(text, str) for pair in headers for text in pair):
            text = "the names and the values of headers are texts"
            raise TypeError(text)
        self.status = int(status.split(None, 1)[0])
        self.headers = list(headers)
        return self._write

    def _write(self, data: bytes) -> None:
        self.is_sent = True
        self._written += data

    def collect(self, chunks: Iterable[bytes], limit: int) -> bytes:
        """Read to the limit; the headers are sent with the first byte, as the PEP asks."""
        for chunk in chunks:
            if chunk:
                self._write(chunk)
            if len(self._written) > limit:
                break
        self.is_sent = self.status is not None
        return bytes(self._written[:limit])


def _make_environ(request: Request) -> Environ:
    parts = urlsplit(request.url)
    raw = parts.path or "/"
    environ: Environ = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(raw).decode("latin-1"),
        "QUERY_STRING": parts.query,
        "REQUEST_URI": f"{raw}?{parts.query}" if parts.query else raw,
        "SERVER_NAME": parts.hostname or "",
        "SERVER_PORT": str(parts.port or (443 if parts.scheme == "https" else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers:
        key = name.upper().replace("-", "_")
        if name.lower() not in {CONTENT_TYPE.lower(), CONTENT_LENGTH.lower()}:
            key = f"HTTP_{key}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    if request.body and "CONTENT_LENGTH" not in environ:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    return environ
