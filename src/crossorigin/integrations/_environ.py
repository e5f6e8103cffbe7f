"""WSGI's environ and start_response, read and written for the WSGI door."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from crossorigin.decision.reading import MAX_HEADER_LINES
from crossorigin.decision.table import MAX_KEY
from crossorigin.integrations._answering import SERVER_ERROR, Merger, find_table_by_path, find_url
from crossorigin.messages import Request
from crossorigin.ruleset import Ruleset
from crossorigin.standard import headers as names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

    from crossorigin.decision import Table
    from crossorigin.decision.table import Answer, Key
    from crossorigin.integrations._answering import Rules

    Environ = dict[str, Any]
    ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]
    Write = Callable[[bytes], object]
    StartResponse = Callable[..., Write]
    WSGIApp = Callable[[Environ, StartResponse], Iterable[bytes]]
    Pair = tuple[str, str]


def _key_of(name: str) -> str:
    return f"HTTP_{name.upper().replace('-', '_')}"


ORIGIN, METHOD, UPGRADE = map(_key_of, (names.ORIGIN, names.REQUEST_METHOD, names.UPGRADE))
PRIVATE = _key_of(names.REQUEST_PRIVATE_NETWORK)
_NAMES, _SOCKET_KEY = map(_key_of, (names.REQUEST_HEADERS, names.SEC_WEBSOCKET_KEY))
_MERGER = Merger(str)
_plain = _MERGER.plain


def find_preflight_key(environ: Environ, origin: str) -> Key[str]:
    """Return what a preflight's answer depends on; () where only ``decide`` can tell."""
    method, asked = environ[METHOD], environ.get(_NAMES)
    is_long = len(origin) + len(method) + len(asked or "") > MAX_KEY or len(environ) > MAX_HEADER_LINES
    return () if is_long or PRIVATE in environ else (origin, method, asked)


def find_method(environ: Environ) -> str:
    """Return the method of the request; of a preflight, the one that it asks for."""
    method: str = environ["REQUEST_METHOD"]
    return environ.get(METHOD, method) if method == "OPTIONS" and ORIGIN in environ else method


def is_websocket(environ: Environ) -> bool:
    """Tell whether a request to upgrade is a WebSocket handshake.

    Spec: https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1
    """
    return environ[UPGRADE].lower() == "websocket" and _SOCKET_KEY in environ


def is_server_file(body: object, environ: Environ) -> bool:
    """Tell whether the app has returned the server's own ``wsgi.file_wrapper``."""
    wrapper = environ.get("wsgi.file_wrapper")
    return isinstance(wrapper, type) and isinstance(body, wrapper)


def send_answer(start_response: StartResponse, answer: Answer[str]) -> list[bytes]:
    """Give an answer that is ours alone."""
    status, headers, body = answer
    start_response(write_status(status), [*headers])
    return [body] if body else []


def find_table(rules: Rules[str], environ: Environ) -> Table[str] | None:
    """Return the table of the rule that serves the path; None: no rule does, so the request is not touched."""
    if rules.choose and not isinstance(chosen := rules.choose(environ), Ruleset):
        return rules.find_table(chosen)
    return find_table_by_path(rules, _find_path(environ), _find_raw(environ), _find_url(environ))


def make_request(rules: Rules[str], environ: Environ) -> Request:
    """Return the request of an environ in the core's form; its URL is the path below ``SCRIPT_NAME``."""
    headers = [(key[len("HTTP_") :].replace("_", "-"), environ[key]) for key in environ if key.startswith("HTTP_")]
    url = _find_url(environ) if rules.table is None else environ.get("PATH_INFO", "")
    return Request(environ["REQUEST_METHOD"], url, headers)


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


class Exchange:
    """One response of the app: its ``start_response``, with our headers, and its body.

    The server's ``start_response`` is called as late as the standard allows. Why: until the first chunk leaves, an
    exception, or the app itself, may put another answer in the place of this one, and not every server takes back
    what it was told before.
    """

    __slots__ = ("_ours", "_pending", "_rules", "_start_response", "_write", "body", "has_started")

    def __init__(self, start_response: StartResponse, ours: list[Pair], rules: Rules[str]) -> None:
        self.body: Iterable[bytes] = ()
        self.has_started = False
        self._pending: tuple[str, list[Pair]] | None = None
        self._write: Write | None = None
        self._start_response = start_response
        self._ours = ours
        self._rules = rules

    def replace(self, ours: list[Pair]) -> None:
        """Put other headers of ours on the response, if it has not begun."""
        self._ours = ours

    def __call__(self, status: str, headers: list[Pair], exc_info: ExcInfo | None = None) -> Write:
        """Start the response that the app gives, or put another in its place."""
        for name, _ in headers:
            if name not in _plain and not _MERGER.is_plain(name):
                merged, removed = _MERGER.merge(headers, self._ours)
                self._rules.journal.tell_of_inner_headers(removed)
                break
        else:
            merged = [*headers, *self._ours]
        if exc_info:
            if self.has_started:
                # Why: "start_response must raise an error" where headers have been sent, and the server's does.
                return self._start_response(status, merged, exc_info)
        elif self.has_started or self._pending:
            # Why: "It is a fatal error" to start twice without one.
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
        try:
            yield SERVER_ERROR
        finally:
            # Why: also where the client has gone, the server is to hear of it.
            raise error

    def __iter__(self) -> Iterator[bytes]:
        """Yield the app's chunks as they come."""
        try:
            chunks = iter(self.body)
            # Why: empty chunks send nothing, but some servers send the headers with them.
            first = next(filter(None, chunks), b"")
        except Exception as error:
            if self.has_started:
                raise
            yield from self.fail(error)
        self.send()
        if first:
            yield first
            yield from chunks

    def close(self) -> None:
        """Close the app's body, as the server asks."""
        if hasattr(self.body, "close"):
            self.body.close()
