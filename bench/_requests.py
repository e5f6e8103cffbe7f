"""Requests as browsers write them, in the shapes that ASGI and WSGI servers hand on, made afresh each time."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import random
    from collections.abc import Awaitable, Callable, Iterable

    Scope = dict[str, Any]
    Environ = dict[str, Any]
    Message = dict[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    ASGIApp = Callable[..., Awaitable[None]]

ORIGINS = [
    f"https://{name}.example"
    for name in ["app", "www", "admin", "shop", "blog", "docs", "status", "m", "beta", "partner"]
]
ORIGINS += [f"https://{name}.customer-portal.example" for name in ("eu", "us", "asia", "staging", "test", "old")]
ORIGINS += ["https://app.example:8443", "https://cdn.static-files.example", "https://tools.intranet.example"]
ORIGINS += ["http://localhost:3000", "http://localhost:5173", "http://127.0.0.1:8080"]
STRANGERS = [
    f"https://{name}.invalid" for name in ["evil", "ads", "tracker", "mirror", "scraper", "old-partner", "app", "www"]
]

ALLOWED_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
ALLOWED_NAMES = ["Authorization", "Content-Type", "X-CSRF-Token", "X-Request-ID", "X-Tenant"]
EXPOSED_NAMES = ["X-Request-ID", "X-Total-Count"]

#: As browsers write them: in lower case, sorted, with no spaces.
NAME_LISTS = [
    "authorization",
    "content-type",
    "authorization,content-type",
    "authorization,content-type,x-request-id",
    "content-type,x-csrf-token",
    "authorization,x-tenant",
    None,
]

_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"
_BRAND = '"Chromium";v="141", "Not?A_Brand";v="8"'


class Spec(NamedTuple):
    """What differs from request to request. With ``asks_for_method``, it is a preflight."""

    method: str
    path: str
    origin: str | None
    asks_for_method: str | None = None
    asks_for_names: str | None = None


def make_actual(chance: random.Random, origin: str | None) -> Spec:
    """Return an actual request, or one without an origin."""
    method = chance.choice(["GET", "GET", "GET", "POST", "PUT", "PATCH", "DELETE"])
    return Spec(method, _make_path(chance), origin)


def make_preflight(
    chance: random.Random, origin: str, *, methods: Iterable[str] = ALLOWED_METHODS, more_names: str = ""
) -> Spec:
    """Return a preflight that asks for one of the methods, and for *more_names* besides those of the policy."""
    names = chance.choice(NAME_LISTS)
    names = ",".join(filter(None, (names, more_names))) or None
    return Spec("OPTIONS", _make_path(chance), origin, chance.choice([*methods]), names)


def _make_path(chance: random.Random) -> str:
    return f"/api/items/{chance.randrange(10_000)}"


def list_headers(spec: Spec) -> list[tuple[str, str]]:
    """Return the header lines in the order of Chromium, with ``Origin`` in the middle."""
    site = "cross-site" if spec.origin else "same-origin"
    referer = f"{spec.origin or 'https://api.example'}/"
    fetch = [("sec-fetch-site", site), ("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty"), ("referer", referer)]
    accepts = [("accept-encoding", "gzip, deflate, br, zstd"), ("accept-language", "en-GB,en;q=0.9")]
    lines = [("host", "api.example")]
    if spec.asks_for_method:
        lines += [("accept", "*/*"), ("access-control-request-method", spec.asks_for_method)]
        if spec.asks_for_names:
            lines.append(("access-control-request-headers", spec.asks_for_names))
        lines += [("origin", spec.origin or ""), ("user-agent", _AGENT)]
    else:
        lines += [("sec-ch-ua-platform", '"Linux"'), ("user-agent", _AGENT), ("accept", "application/json")]
        lines += [("sec-ch-ua", _BRAND), ("sec-ch-ua-mobile", "?0")]
        lines += [("origin", spec.origin)] if spec.origin else []
    return lines + fetch + accepts


def make_scope(spec: Spec) -> Scope:
    """Return an ASGI scope in which every name and value is a new object, as a server makes them.

    Why: bytes and texts keep their hash once it was computed, so that a request used twice is cheaper than any
    that a server sees.
    """
    path = _copy(spec.path)
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 54321),
        "scheme": "http",
        "method": _copy(spec.method),
        "root_path": "",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in list_headers(spec)],
        "state": {},
    }


def make_environ(spec: Spec) -> Environ:
    """Return a WSGI environ, made afresh in the same way."""
    environ = {
        "REQUEST_METHOD": _copy(spec.method),
        "SCRIPT_NAME": "",
        "PATH_INFO": _copy(spec.path),
        "RAW_URI": _copy(spec.path),
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in list_headers(spec):
        environ["HTTP_" + name.upper().replace("-", "_")] = _copy(value)
    return environ


def _copy(text: str) -> str:
    return text[:1] + text[1:]


def copy_texts(texts: Iterable[str]) -> list[str]:
    """Return the same texts as new objects."""
    return [_copy(text) for text in texts]


def copy_headers(lines: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the same header lines in new texts."""
    return [(_copy(name), _copy(value)) for name, value in lines]


async def receive() -> Message:
    """Be an empty request body."""
    return {"type": "http.request", "body": b"", "more_body": False}


async def send(_message: Message) -> None:
    """Be a server that throws the response away."""


def drive(app: ASGIApp, scopes: Iterable[Scope], send: Send = send) -> None:
    """Run *app* on every scope without an event loop, whose own time would be many times what is measured."""
    for scope in scopes:
        try:
            app(scope, receive, send).send(None)  # type: ignore[attr-defined]  # a coroutine
        except StopIteration:
            continue
        text = "the app waited for something: nothing here may"
        raise RuntimeError(text)
