"""A fix, applied by a machine: around a WSGI app, an ASGI app, or a handler that is written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crossorigin.browser import Call
from crossorigin.messages import Request, Response, get_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from crossorigin.explanation import Fix

    Handler = Callable[[Request], Response]

_REQUEST_METHOD = "Access-Control-Request-Method"


def change_call(call: Call, fix: Fix) -> Call:
    """Change the call, and nothing else, as the fix says."""
    fields = ("page_origin", "url", "method", "headers", "credentials", "body")
    assert set(fix.call) <= set(fields)
    return Call(**{name: getattr(call, name) for name in fields} | dict(fix.call))


class Mend:
    """The headers and the status of a fix, put on the answers of the step that failed."""

    def __init__(self, fix: Fix, step: str) -> None:
        self.fix = fix
        self.is_for_preflights = step == "preflight"

    def change(
        self, is_preflight: bool, status: int, headers: list[tuple[str, str]]
    ) -> tuple[int, list[tuple[str, str]]]:
        """Send the headers of the fix instead of those of the same names."""
        if is_preflight is not self.is_for_preflights:
            return status, headers
        mended = {name.lower() for name, _ in self.fix.headers}
        kept = [pair for pair in headers if pair[0].lower() not in mended]
        return self.fix.status or status, [*kept, *self.fix.headers]

    def around_handler(self, handler: Handler) -> Handler:
        def mended(request: Request) -> Response:
            response = handler(request)
            is_preflight = request.method == "OPTIONS" and bool(get_values(request.headers, _REQUEST_METHOD))
            status, headers = self.change(is_preflight, response.status, list(response.headers))
            return Response(status, headers, response.body)

        return mended

    def around_wsgi(self, app: Any) -> Any:
        def mended(environ: dict[str, Any], start_response: Any) -> Any:
            is_preflight = environ["REQUEST_METHOD"] == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ

            def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
                number, changed = self.change(is_preflight, int(status[:3]), list(headers))
                return start_response(f"{number} -", changed, *rest)

            return app(environ, start)

        return mended

    def around_asgi(self, app: Any) -> Any:
        async def mended(scope: dict[str, Any], receive: Any, send: Any) -> None:
            lines = {name.lower() for name, _ in scope.get("headers", ())}
            is_preflight = scope.get("method") == "OPTIONS" and _REQUEST_METHOD.lower().encode() in lines

            async def send_mended(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]]
                    status, changed = self.change(is_preflight, message["status"], headers)
                    pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in changed]
                    message = {**message, "status": status, "headers": pairs}
                await send(message)

            await app(scope, receive, send_mended)

        return mended
