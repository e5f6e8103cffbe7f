"""What the ASGI questions compare: three policies, as each contender says them, and one app in every wrapper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import _requests as requests
from asgi_cors import asgi_cors
from starlette.middleware.cors import CORSMiddleware as StarletteMiddleware

from crossorigin.integrations import starlette
from crossorigin.integrations.asgi import CORSMiddleware

if TYPE_CHECKING:
    from _requests import ASGIApp, Message, Receive, Scope, Send

_LISTS = {
    "allow_methods": requests.ALLOWED_METHODS,
    "allow_headers": requests.ALLOWED_NAMES,
    "expose_headers": requests.EXPOSED_NAMES,
    "max_age": 600,
}
_PATTERNS = ["https://*.example.com", "https://app-*.example.org", "http://localhost:*"]
_REGEX = r"https://([a-z0-9-]+\.)+example\.com|https://app-[a-z0-9-]+\.example\.org|http://localhost:[0-9]+"
_TENANTS = [
    f"https://{name}.example.com"
    for name in ["acme", "globex", "initech", "umbrella", "hooli", "stark", "wayne", "wonka"]
]
_TENANTS += [f"https://app-{number}.example.org" for number in range(15, 24)] + requests.ORIGINS[-3:-1]


class Setup(NamedTuple):
    """One policy, as far as each contender can say it, and origins that it allows."""

    ours: dict[str, Any]
    starlette: dict[str, Any]
    asgi_cors: dict[str, Any]
    allowed: list[str]
    new_allowed: str | None
    has_strangers: bool


SETUPS = {
    "list": Setup(
        {"allow_origins": requests.ORIGINS, "allow_credentials": True, **_LISTS},
        {"allow_origins": requests.ORIGINS, "allow_credentials": True, **_LISTS},
        {"hosts": requests.ORIGINS},
        requests.ORIGINS,
        new_allowed=None,
        has_strangers=True,
    ),
    "*": Setup(
        {"allow_origins": "*", **_LISTS},
        {"allow_origins": ["*"], **_LISTS},
        {"allow_all": True},
        requests.ORIGINS,
        new_allowed=None,
        has_strangers=False,
    ),
    "patterns": Setup(
        {"allow_origins": _PATTERNS, "allow_credentials": True, **_LISTS},
        {"allow_origin_regex": _REGEX, "allow_credentials": True, **_LISTS},
        {"host_wildcards": _PATTERNS},
        _TENANTS,
        new_allowed="https://tenant-{}.example.com",
        has_strangers=True,
    ),
}


class EmptyWrapper:
    """The floor: wrap the app and its ``send``, and do nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on."""

        async def pass_on(message: Message) -> None:
            await send(message)

        await self.app(scope, receive, pass_on)


def make_app(*, sends_vary: bool) -> ASGIApp:
    """Return an app that answers at once, with four or five headers."""
    more = [(b"vary", b"accept-encoding")] if sends_vary else []

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"15"),
            (b"cache-control", b"no-store"),
            (b"x-request-id", scope["path"].encode()),
            *more,
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"status":"ok"}'})

    return app


def wrap(setup: Setup, app: ASGIApp) -> dict[str, ASGIApp]:
    """Return the bare app and the app in each wrapper."""
    lists = {"methods": requests.ALLOWED_METHODS, "headers": requests.ALLOWED_NAMES, "max_age": 600}
    return {
        "bare": app,
        "empty": EmptyWrapper(app),
        "crossorigin": CORSMiddleware(app, **setup.ours),
        "drop-in": starlette.CORSMiddleware(app, **setup.starlette),
        "starlette": StarletteMiddleware(app, **setup.starlette),
        "asgi-cors": asgi_cors(app, **setup.asgi_cors, **lists),
    }
