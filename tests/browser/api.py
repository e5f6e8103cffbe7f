"""The API that the pages call: one mount per row of the table, and a recorder outside every door.

``/p/7/ok`` is the path ``/ok`` of the app under the policy of row 7. What is recorded for a row is what reached
the server before any policy was asked, and how often the app ran.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from browser.row import Seen

#: The environment variable from which a server process learns the page's port.
PAGE_PORT = "BROWSER_TESTS_PAGE_PORT"

_COOKIE = ("Set-Cookie", "session=alice; Path=/; SameSite=Lax")
_TAG = ("ETag", '"1"')
_INNER = (("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", "X-Secret"), ("Vary", "Accept"))
_STREAM = (b"one ", b"two ", b"three")


class Answer(NamedTuple):
    """What is answered; the body comes in pieces."""

    status: int
    headers: list[tuple[str, str]]
    chunks: tuple[bytes, ...]


class Recorder:
    """What was seen for each row."""

    def __init__(self) -> None:
        self._seen: dict[str, list[Seen]] = {}
        self._runs: dict[str, int] = {}

    def see(self, mount: str, seen: Seen) -> None:
        """Note a request that came off the wire."""
        self._seen.setdefault(mount, []).append(seen)

    def run(self, mount: str) -> None:
        """Note that the app has run."""
        self._runs[mount] = self._runs.get(mount, 0) + 1

    def answer(self, path: str) -> Answer:
        """Answer what is asked outside every mount: the frame of the API's own pages, and the records."""
        if path == "/frame":
            script = f'<script src="http://127.0.0.1:{os.environ[PAGE_PORT]}/runner.js"></script>'
            return Answer(200, [("Content-Type", "text/html"), _COOKIE], (script.encode(),))
        if path == "/records":
            text = json.dumps({"seen": self._seen, "runs": self._runs})
            return Answer(200, [("Content-Type", "application/json")], (text.encode(),))
        return Answer(404, [], ())


def read_mount(path: str) -> str | None:
    """Return the number of the mount, as a text, or None where the path is below none.

    >>> read_mount("/p/7/ok"), read_mount("/records")
    ('7', None)
    """
    parts = path.split("/", 3)
    return parts[2] if parts[1:2] == ["p"] and len(parts) > 3 else None


def answer(method: str, mount: str, path: str, headers: dict[str, str]) -> Answer:
    """Answer as the app. The names in *headers* are in lower case."""
    port = headers["host"].rpartition(":")[2]
    is_unchanged = path == "/tagged" and headers.get("if-none-match") == _TAG[1]
    status, own = {
        "/missing": (404, ()),
        "/caught": (500, ()),
        "/login": (401, (("WWW-Authenticate", "Bearer"),)),
        "/moved": (307, (("Location", f"/p/{mount}/ok"),)),
        "/moved-away": (307, (("Location", f"http://elsewhere.localhost:{port}/p/{mount}/ok"),)),
        "/tagged": (304 if is_unchanged else 200, (_TAG, ("Cache-Control", "no-cache"))),
        "/kept": (200, (("Cache-Control", "max-age=60"),)),
        "/cookie": (200, (_COOKIE,)),
        "/inner": (200, _INNER),
    }.get(path, (200, ()))
    lines = [("Content-Type", "text/plain"), ("X-Total", "9"), ("X-Secret", "1"), *own]
    if method == "HEAD" or is_unchanged:
        return Answer(status, lines, ())
    return Answer(status, lines, _STREAM if path == "/stream" else (f"{method} {path}".encode(),))


def crash() -> Iterator[bytes]:
    """Raise when the first piece of the body is asked for."""
    message = "the app has failed"
    raise RuntimeError(message)
    yield b""
