"""The API that the pages call: one mount per row of the table, and a recorder outside every door.

``/p/7/ok`` is the path ``/ok`` of the app under the policy of row 7. What is recorded for a row is what reached
the server before any policy was asked, and how often the app ran. What the app answers is the same in every framework.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, NamedTuple, Protocol

from engines.table import ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crossorigin import Policy, Ruleset
    from engines.row import Seen

#: The environment variable from which a server process learns the page's port.
PAGE_PORT = "BROWSER_TESTS_PAGE_PORT"

_COOKIE = ("Set-Cookie", "session=alice; Path=/; SameSite=Lax")
_TAG = ("ETag", '"1"')
_INNER = (("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", "X-Secret"), ("Vary", "Accept"))
_STREAM = (b"one ", b"two ", b"three")

#: Every method that the pages call with, as a framework's route names it.
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PURGE"]


#: This status a framework's view does not answer: it raises what the framework has for it.
MISSING = 404


class Answer(NamedTuple):
    """What is answered; the body comes in pieces, of which a stream is answered as one."""

    status: int
    headers: list[tuple[str, str]]
    chunks: Iterable[bytes]
    is_stream: bool = False


class CaughtError(Exception):
    """The app has failed, and catches it by itself."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("the app has failed, as it has foreseen")
        self.answer = answer


class Fields(Protocol):
    """The headers of a request, in any framework: names have no case."""

    def get(self, name: str, /) -> str | None: ...


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
        return Answer(MISSING, [], ())


def read_mount(path: str) -> str | None:
    """Return the number of the mount, as a text, or None where the path is below none.

    >>> read_mount("/p/7/ok"), read_mount("/records")
    ('7', None)
    """
    parts = path.split("/", 3)
    return parts[2] if parts[1:2] == ["p"] and len(parts) > 3 else None


class Mount:
    """One row's place on a server: the policy of its app, and what the app answers."""

    def __init__(self, recorder: Recorder, number: int) -> None:
        self._recorder = recorder
        self.name = str(number)
        self.policy: Policy | Ruleset = ROWS[number].make_policy(int(os.environ[PAGE_PORT]))

    def run(self) -> None:
        """Note that the app has run."""
        self._recorder.run(self.name)

    def answer(self, method: str, path: str, fields: Fields) -> Answer:
        """Answer as the app, once its view has read the request.

        :param path: what is below the mount.
        :raises CaughtError: the app fails in a way for which it has an answer.
        :raises RuntimeError: the app fails.
        """
        self.run()
        if path == "/crash":
            next(_crash())
        answer = _answer(method, self.name, path, fields)
        if path == "/caught":
            raise CaughtError(answer)
        return answer


def make_mounts(recorder: Recorder) -> list[Mount]:
    """Make the mounts of all rows."""
    return [Mount(recorder, number) for number in range(len(ROWS))]


def _answer(method: str, mount: str, path: str, fields: Fields) -> Answer:
    port = (fields.get("host") or "").rpartition(":")[2]
    is_unchanged = path == "/tagged" and fields.get("if-none-match") == _TAG[1]
    status, own = {
        "/missing": (MISSING, ()),
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
    if path == "/crash-in-body":
        return Answer(status, lines, _crash(), is_stream=True)
    if path == "/stream":
        return Answer(status, lines, _STREAM, is_stream=True)
    return Answer(status, lines, (f"{method} {path}".encode(),))


def _crash() -> Iterator[bytes]:
    """Raise when the first piece of the body is asked for."""
    message = "the app has failed"
    raise RuntimeError(message)
    yield b""
