"""WSGI's environ and start_response, read and written for the WSGI door."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from crossorigin.decision.reading import MAX_HEADER_LINES
from crossorigin.decision.table import NOTHING
from crossorigin.integrations._answering import SERVER_ERROR, find_table_by_path, find_url, merge
from crossorigin.messages import Request
from crossorigin.standard import headers as names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

    from crossorigin.decision import Answer, Table
    from crossorigin.integrations._answering import Rules

    Environ = dict[str, Any]
    ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]
    Write = Callable[[bytes], object]
    StartResponse = Callable[..., Write]
    WSGIApp = Callable[[Environ, StartResponse], Iterable[bytes]]
    Pair = tuple[str, str]


def _key_of(name: str) -> str:
    return f"HTTP_{name.upper().replace('-', '_')}"


_ORIGIN, _METHOD, _NAMES, _UPGRADE = map(
    _key_of, (names.ORIGIN, names.REQUEST_METHOD, names.REQUEST_HEADERS, names.UPGRADE)
)
_BODY_KEYS = {"CONTENT_TYPE", "CONTENT_LENGTH"}


def look_up(table: Table[str], environ: Environ) -> Answer[str]:
    """Look the answer up: ours with a status, or the headers for the app's, or nothing: only ``decide`` can tell."""
    origin = environ.get(_ORIGIN)
    if origin is None:
        return 0, table.bare, b""
    if environ["REQUEST_METHOD"] == "OPTIONS" and _METHOD in environ:
        if len(environ) > MAX_HEADER_LINES:
            return NOTHING
        return table.find_preflight(origin, environ[_METHOD], environ.get(_NAMES))
    if origin in table.exact:
        return 0, [(table.allow_origin, origin), *table.tail], b""
    return 0, table.find_actual(origin), b""


def is_websocket(environ: Environ) -> bool:
    """Tell whether the request is a WebSocket handshake, which some WSGI servers let an app take over."""
    return _UPGRADE in environ and environ[_UPGRADE].lower() == "websocket"


def find_table(rules: Rules[str], environ: Environ) -> Table[str] | None:
    """Return the table of the rule that serves the path; None: no rule does, so the request is not touched."""
    return find_table_by_path(rules, _find_path(environ), _find_raw(environ), _find_url(environ))


def make_request(environ: Environ) -> Request:
    """Return the request of an environ in the core's form; its URL is the path below ``SCRIPT_NAME``."""
    headers = [
        (key.removeprefix("HTTP_").replace("_", "-").title(), value)
        for key, value in environ.items()
        if key.startswith("HTTP_") or key in _BODY_KEYS
    ]
    return Request(environ["REQUEST_METHOD"], _find_url(environ), headers)


def _find_path(environ: Environ) -> str:
    # "native strings that [...] represent bytes as latin-1"; servers and routers read them as UTF-8.
    path: str = environ.get("PATH_INFO", "")
    return path.encode("latin-1", "replace").decode("utf-8", "replace")


def _find_raw(environ: Environ) -> str:
    return environ.get("RAW_URI") or environ.get("REQUEST_URI") or ""


def _find_url(environ: Environ) -> str:
    return find_url(_find_path(environ), _find_raw(environ), environ.get("SCRIPT_NAME", ""))


def write_status(status: int) -> str:
    """Return the status line's text.

    >>> write_status(204)
    '204 No Content'
    """
    return f"{status} {HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else 'Refused'}"


class Start:
    """The app's ``start_response``: passes everything on, with our headers, as late as the standard allows.

    Why so late: until the first chunk leaves, an exception or the app itself may put another answer in the place
    of this one, and not every server takes back what it was told before.
    """

    __slots__ = ("_ours", "_pending", "_rules", "_start_response", "_write", "has_started")

    def __init__(self, start_response: StartResponse, ours: list[Pair], rules: Rules[str]) -> None:
        self._start_response = start_response
        self._ours = ours
        self._rules = rules
        self._pending: tuple[str, list[Pair]] | None = None
        self._write: Write | None = None
        self.has_started = False

    def __call__(self, status: str, headers: list[Pair], exc_info: ExcInfo | None = None) -> Write:
        """Start the response that the app gives, or put another in its place."""
        for name, _ in headers:
            if name[:1] in "aAvV":
                merged, removed = merge(headers, self._ours)
                if removed:
                    self._rules.journal.tell_of_inner_headers(removed)
                break
        else:
            merged = [*headers, *self._ours]
        if self.has_started and exc_info:
            # "if exc_info is provided, and the HTTP headers have already been sent, start_response must raise an error"
            return self._start_response(status, merged, exc_info)
        if exc_info is None and (self.has_started or self._pending):
            # "it is a fatal error to call start_response without the exc_info argument if start_response has already
            # been called"
            text = "start_response was called twice without exc_info"
            raise AssertionError(text)
        self._pending = status, merged
        return self.write

    def write(self, data: bytes) -> object:
        """Send a part of the body in the old way."""
        self.send()
        return self._write(data) if self._write else None

    def send(self) -> None:
        """Call the server's ``start_response``, if the app has called this one."""
        if self._pending:
            status, headers = self._pending
            self._pending = None
            self.has_started = True
            self._write = self._start_response(status, headers)

    def fail(self, error: BaseException) -> Iterator[bytes]:
        """Answer where the app has raised before anything was sent; the exception goes on after that."""
        headers = [(names.CONTENT_TYPE, "text/plain; charset=utf-8"), (names.CONTENT_LENGTH, str(len(SERVER_ERROR)))]
        self._pending = write_status(500), [*headers, *self._ours]
        self.send()
        yield SERVER_ERROR
        raise error


class Body:
    """The app's body, chunk by chunk; an exception before the first one gets an answer with our headers."""

    __slots__ = ("_chunks", "_inner", "_start")

    def __init__(self, inner: Iterable[bytes], start: Start) -> None:
        self._inner = inner
        self._start = start
        self._chunks = iter(inner)

    def __iter__(self) -> Body:
        """Return itself."""
        return self

    def __next__(self) -> bytes:
        """Return the app's next chunk."""
        if self._start.has_started:
            return next(self._chunks)
        try:
            # Why: empty chunks send nothing, but some servers send the headers with them.
            chunk = next(filter(None, self._chunks))
        except StopIteration:
            self._start.send()
            raise
        except Exception as error:
            if self._start.has_started:
                raise
            self._chunks = self._start.fail(error)
            return next(self._chunks)
        self._start.send()
        return chunk

    def close(self) -> None:
        """Close the app's body, as the server asks."""
        if hasattr(self._inner, "close"):
            self._inner.close()
