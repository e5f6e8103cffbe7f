"""What the native doors of frameworks must do, as a table: each framework's test file serves the same app.

The app has ``/items``, ``/raise``, ``/forbidden``, ``/stream``, ``/file``, ``/moved``, ``/inner`` (which sets CORS
headers of its own), ``/ws`` and nothing else. What has run is not told; an answer of ours has no body of the app.
"""

from __future__ import annotations

import socket
from typing import NamedTuple

from crossorigin import Policy, Rule, Ruleset

APP = "https://app.example"
EVIL = "https://evil.example"
POLICY = Policy(
    allow_origins=[APP], allow_methods=["GET", "PUT"], allow_headers=["X-Custom"], expose_headers=["X-Total"]
)
ALLOWED = {"access-control-allow-origin": APP, "access-control-expose-headers": "X-Total", "vary": "Origin"}
PASSED = {
    "access-control-allow-origin": APP,
    "access-control-allow-methods": "GET, PUT",
    "access-control-allow-headers": "accept, accept-language, content-language, content-type, x-custom",
    "access-control-max-age": "600",
    "vary": "Origin",
}
REFUSED = {"vary": "Origin"}


class Case(NamedTuple):
    """One request to the app under ``POLICY``; ``body`` is in the answer's."""

    sentence: str
    method: str
    path: str
    headers: list[tuple[str, str]]
    status: int
    cors: dict[str, str]
    body: bytes = b""


def from_origin(origin: str, *more: tuple[str, str]) -> list[tuple[str, str]]:
    return [("Origin", origin), *more]


def asking(origin: str, method: str, names: str | None = None) -> list[tuple[str, str]]:
    more = [("Access-Control-Request-Headers", names)] if names else []
    return from_origin(origin, ("Access-Control-Request-Method", method), *more)


UPGRADE = [("Connection", "Upgrade"), ("Upgrade", "websocket")]
HANDSHAKE = [*UPGRADE, ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")]
REFUSAL = b"origin-not-allowed"
BOTH_VARIES = {**ALLOWED, "vary": "Accept, Origin"}

CASES = [
    Case("no Origin", "GET", "/items", [], 200, REFUSED, b"[1]"),
    Case("an allowed origin", "GET", "/items", from_origin(APP), 200, ALLOWED, b"[1]"),
    Case("a refused origin: the app still answers", "GET", "/items", from_origin(EVIL), 200, REFUSED, b"[1]"),
    Case("two origins", "GET", "/items", [*from_origin(APP), ("Origin", EVIL)], 200, REFUSED, b"[1]"),
    Case("an origin of odd bytes", "GET", "/items", from_origin("https://\xe4pp.example"), 200, REFUSED, b"[1]"),
    Case("not found", "GET", "/nowhere", from_origin(APP), 404, ALLOWED),
    Case("method not allowed", "DELETE", "/items", from_origin(APP), 405, ALLOWED),
    Case("an error that is raised on purpose", "GET", "/forbidden", from_origin(APP), 403, ALLOWED),
    Case("an exception nobody handles", "GET", "/raise", from_origin(APP), 500, ALLOWED),
    Case("an exception, refused", "GET", "/raise", from_origin(EVIL), 500, REFUSED),
    Case("a stream", "GET", "/stream", from_origin(APP), 200, ALLOWED, b"one two three"),
    Case("a file", "GET", "/file", from_origin(APP), 200, ALLOWED, b"CORS"),
    Case("a redirect", "GET", "/moved", from_origin(APP), 302, ALLOWED),
    Case("HEAD", "HEAD", "/items", from_origin(APP), 200, ALLOWED),
    Case("the app's own CORS headers are replaced", "GET", "/inner", from_origin(APP), 200, BOTH_VARIES),
    Case("and taken away where it is refused", "GET", "/inner", from_origin(EVIL), 200, {"vary": "Accept, Origin"}),
    Case("a preflight", "OPTIONS", "/items", asking(APP, "PUT", "x-custom"), 204, PASSED),
    Case("a preflight for a path that is unknown", "OPTIONS", "/nowhere", asking(APP, "GET"), 204, PASSED),
    Case("a preflight for a path that raises", "OPTIONS", "/raise", asking(APP, "GET"), 204, PASSED),
    Case("a preflight from elsewhere", "OPTIONS", "/items", asking(EVIL, "PUT"), 403, {"vary": "Origin"}, REFUSAL),
    Case("a method that is not allowed", "OPTIONS", "/items", asking(APP, "PATCH"), 403, REFUSED, b"method-not"),
    Case("a name that is not allowed", "OPTIONS", "/items", asking(APP, "GET", "x-no"), 403, REFUSED, b"header-not"),
    Case(
        "two methods",
        "OPTIONS",
        "/items",
        [*asking(APP, "GET"), ("Access-Control-Request-Method", "PUT")],
        403,
        REFUSED,
        b"malformed-method",
    ),
    Case("an OPTIONS that is no preflight is the app's", "OPTIONS", "/items", from_origin(APP), 405, ALLOWED),
    Case("a handshake from elsewhere", "GET", "/ws", from_origin(EVIL, *HANDSHAKE), 403, REFUSED, REFUSAL),
]

RULES = Ruleset(
    [
        Rule(["/items"], Policy(allow_origins="*")),
        Rule(["/private/*"], POLICY),
        Rule(["/enforced"], Policy(enforce="all")),
    ]
)
#: With RULES: path, origin, status, CORS headers.
PATHS = [
    ("/items", EVIL, 200, {"access-control-allow-origin": "*"}),
    ("/private/x", EVIL, 404, REFUSED),
    ("/private/x", APP, 404, ALLOWED),
    ("/items/../private/x", EVIL, 404, REFUSED),
    ("/stream", APP, 200, {}),
    ("/enforced", APP, 403, REFUSED),
]


def shake_hands(port: int, origin: str | None, path: str = "/ws") -> int:
    """Begin a WebSocket handshake; return the status of the answer."""
    lines = [("Host", f"127.0.0.1:{port}"), *HANDSHAKE, *([("Origin", origin)] if origin else [])]
    head = "\r\n".join([f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in lines), "", ""])
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head.encode())
        return int(connection.makefile("rb").readline().split()[1])


#: The policy's ``websockets``, the origin, the status of the answer to a handshake.
HANDSHAKES = [
    ("check", APP, 101),
    ("check", None, 101),
    ("check", "SAME", 101),
    ("check", EVIL, 403),
    ("warn", EVIL, 101),
    ("ignore", EVIL, 101),
]
