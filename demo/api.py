"""A small API under two rules: everyone may read /public/*, and one page may do the rest.

From this folder: ``DEMO_PAGE=http://127.0.0.1:8001 uvicorn api:app``
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from crossorigin import Policy, Rule, Ruleset
from crossorigin.integrations.asgi import CORSMiddleware

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

#: The environment variable that names the page's origin.
PAGE = "DEMO_PAGE"

_COOKIE = ("set-cookie", "user=reader; Path=/; HttpOnly; SameSite=Lax")

notes: list[str] = ["written by the server"]


def make_ruleset(page: str) -> Ruleset:
    """Write the rules for a page's origin."""
    everyone = Policy(allow_origins="*", max_age=7200)
    one_page = Policy(
        allow_origins=[page],
        allow_methods=["GET", "POST", "PUT", "PATCH"],
        allow_headers=["Authorization", "X-Request"],
        expose_headers=["X-Total"],
        allow_credentials=True,
        max_age=600,
    )
    return Ruleset([Rule(["/public/*"], everyone), Rule(["/*"], one_page)])


async def api(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve a few notes. It knows nothing of CORS."""
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    status, value, headers = answer(scope["method"], scope["path"], dict(scope["headers"]), body)
    text = json.dumps(value).encode()
    lines = [("content-type", "application/json"), ("content-length", str(len(text))), *headers]
    pairs = [(name.encode(), line.encode()) for name, line in lines]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": text})


def answer(
    method: str, path: str, headers: dict[bytes, bytes], body: bytes
) -> tuple[int, object, list[tuple[str, str]]]:
    """Return status, value and headers of the answer.

    :raises RuntimeError: on /crash, always.
    """
    if path == "/public/hello":
        return 200, {"hello": "everyone"}, []
    if path == "/notes" and method == "GET":
        return 200, notes, [("x-total", str(len(notes)))]
    if path == "/notes" and method in {"PUT", "PATCH"}:
        notes[:] = [body.decode("utf-8", "replace")[:200]]
        return 200, notes, [("x-total", str(len(notes)))]
    if path == "/sign-in" and method == "POST":
        return 200, {"signed in as": "reader"}, [_COOKIE]
    if path == "/me":
        return 200, {"the cookie came along": b"user=reader" in headers.get(b"cookie", b"")}, []
    if path == "/crash":
        message = "the app has failed, on purpose"
        raise RuntimeError(message)
    return 404, {"there is nothing at": path}, []


app = CORSMiddleware(api, make_ruleset(os.environ.get(PAGE, "http://127.0.0.1:8001")))
