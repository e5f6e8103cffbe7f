"""One request through a door, without a server: for the tables, which ask thousands of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crossorigin.integrations import asgi, wsgi

Pairs = list[tuple[str, str]]
APP_HEADERS = [("content-type", "text/plain"), ("content-length", "2")]


async def ask_asgi(
    door: asgi.CORSMiddleware, method: str, headers: Pairs, path: str = "/items", app_headers: Pairs = APP_HEADERS
) -> tuple[int, Pairs, bool]:
    """Return the status, the headers, and whether the app has run."""
    sent: list[dict[str, Any]] = []
    runs: list[str] = []
    inner = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in app_headers]

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        runs.append(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": inner})
        await send({"type": "http.response.body", "body": b"ok"})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        sent.append(message)

    door.app = app
    pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await door({"type": "http", "method": method, "path": path, "headers": pairs}, receive, send)
    decoded = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in sent[0]["headers"]]
    return sent[0]["status"], decoded, bool(runs)


def ask_wsgi(
    door: wsgi.CORSMiddleware, method: str, headers: Pairs, path: str = "/items", app_headers: Pairs = APP_HEADERS
) -> tuple[int, Pairs, bool]:
    """Return the status, the headers, and whether the app has run."""
    started: list[tuple[str, Pairs]] = []
    runs: list[str] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        runs.append(environ["PATH_INFO"])
        start_response("200 OK", app_headers)
        return [b"ok"]

    def start_response(status: str, headers: Pairs, _exc_info: Any = None) -> Any:
        started.append((status, headers))

    door.app = app
    environ: dict[str, Any] = {"REQUEST_METHOD": method, "PATH_INFO": path}
    for name, value in headers:
        key = f"HTTP_{name.upper().replace('-', '_')}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    list(door(environ, start_response))
    return int(started[-1][0].split()[0]), started[-1][1], bool(runs)
