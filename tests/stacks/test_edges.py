"""Edges as they are used: started as their first lines say, by anyone, in front of an app that streams, or is down."""

from __future__ import annotations

import contextlib
import getpass
import http.client
import ipaddress
import re
import shlex
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from crossorigin import Policy
from crossorigin.browser import Call, simulate
from crossorigin.dialects import find_form, write
from crossorigin.messages import Request, get_values
from processes import accepts, find_free_ports
from stacks.all import TARGETS
from stacks.target import ask_port, find_program
from stacks.upstream import serve_upstream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks.target import Target

APP = "https://app.example"
POLICY = Policy(allow_origins=[APP], allow_credentials=True, enforce="all")
HEADERS = [("Host", "api.example"), ("Origin", APP)]
MEBIBYTES = 20

pytestmark = pytest.mark.stacks


#: What Traefik answers until it has read its file.
_UNKNOWN = 404
_KEY = "AAAAAAAAAAAAAAAAAAAAAA=="
#: "the server [...] concatenat[es] [it] with the string "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"", and takes its SHA-1.
_ACCEPT = "ICX+Yqv66kxgM0FcWaLWlFLwTAI="
_SWITCHED = (
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
    f"Sec-WebSocket-Accept: {_ACCEPT}\r\n\r\n"
).encode()


class Kind(NamedTuple):
    """How an edge is used: the file's name in its first lines, and whether it goes into the background by itself."""

    file: str
    is_daemon: bool


KINDS = {
    "nginx": Kind("nginx.conf", is_daemon=True),
    "haproxy": Kind("haproxy.cfg", is_daemon=False),
    "apache": Kind("apache.conf", is_daemon=True),
    "caddy": Kind("Caddyfile", is_daemon=False),
    "envoy": Kind("envoy.yaml", is_daemon=False),
    "traefik": Kind("cors.yaml", is_daemon=False),
}
EDGES = [target for target in TARGETS if find_form(target.dialect) == "edge"]
each = pytest.mark.parametrize("target", EDGES, ids=[target.name for target in EDGES])


@contextlib.contextmanager
def start(target: Target, upstream: int) -> Iterator[int]:
    """Serve a policy on a free port."""
    target.require()
    (port,) = find_free_ports(1)
    text = write(target.dialect, POLICY, upstream=f"http://127.0.0.1:{upstream}", listen=f"127.0.0.1:{port}").text
    with target.serve([text], [port]):
        yield port


class _Echo:
    """An app that takes a WebSocket handshake and sends back what comes, or counts a body and sends as much."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.heads: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(30)
            data = b""
            while b"\r\n\r\n" not in data and (more := connection.recv(65536)):
                data += more
            head, _, rest = data.partition(b"\r\n\r\n")
            self.heads.append(head)
            if b"websocket" in head.lower():
                connection.sendall(_SWITCHED)
                while data := connection.recv(65536):
                    connection.sendall(data)
                return
            length = int((re.search(rb"content-length: (\d+)", head.lower()) or [b"", b"0"])[1])
            while len(rest) < length:
                rest += connection.recv(1 << 20)
            connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(rest))
            connection.sendall(rest)


@contextlib.contextmanager
def echo() -> Iterator[_Echo]:
    app = _Echo()
    try:
        yield app
    finally:
        app.socket.close()


@each
def test_errors_of_its_own(target: Target) -> None:
    """A script can read that the app is down."""
    (nowhere,) = find_free_ports(1)
    with start(target, nowhere) as port:
        call = Call(APP, "https://api.example/items", "POST", (), "include")
        verdict = simulate(call, lambda request: ask_port(port, request))
        assert verdict.outcome == "readable"
        assert verdict.exchanges[-1][1].status in {502, 503, 504}
        refused = ask_port(
            port, Request("GET", "https://api.example/", [*HEADERS[:1], ("Origin", "https://evil.example")])
        )
        assert (refused.status, get_values(refused.headers, "vary")) == (403, ["Origin"])


@each
def test_what_the_app_is_told(target: Target) -> None:
    """The app sees the host that was called, and who called."""
    with echo() as app, start(target, app.port) as port:
        assert ask_port(port, Request("GET", "https://api.example/a%20b/c?d=%2F//", HEADERS)).status == 200
        lines = app.heads[-1].decode().lower().split("\r\n")
    assert lines[0] == "get /a%20b/c?d=%2f// http/1.1"
    assert {"host: api.example", "x-forwarded-proto: http", "x-forwarded-host: api.example"} <= set(lines)
    (client,) = [line.removeprefix("x-forwarded-for: ") for line in lines if line.startswith("x-forwarded-for: ")]
    # Why: Envoy names the machine itself where the client is on it.
    assert ipaddress.ip_address(client).is_private


@each
def test_large_bodies(target: Target) -> None:
    """A body of any size goes both ways."""
    body = bytes(1024) * 1024 * MEBIBYTES
    with echo() as app, start(target, app.port) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        with contextlib.closing(connection):
            connection.request("POST", "/", body, dict(HEADERS))
            response = connection.getresponse()
            assert (response.status, len(response.read())) == (200, len(body))


@each
def test_websockets(target: Target) -> None:
    """What is upgraded is passed on, both ways."""
    with echo() as app, start(target, app.port) as port, socket.create_connection(("127.0.0.1", port), 20) as client:
        lines = ["GET / HTTP/1.1", "Host: a", f"Origin: {APP}", "Upgrade: websocket", "Connection: Upgrade"]
        more = [f"Sec-WebSocket-Key: {_KEY}", "Sec-WebSocket-Version: 13", "", ""]
        client.sendall("\r\n".join([*lines, *more]).encode())
        with client.makefile("rb") as answer:
            assert answer.readline().startswith(b"HTTP/1.1 101 ")
            while answer.readline().strip():
                pass
            client.sendall(b"hello")
            assert answer.read(5) == b"hello"


@each
def test_started_as_it_says(target: Target) -> None:
    """The command in the first lines starts it, for a user without rights, and the other one ends it."""
    target.require()
    kind = KINDS[target.dialect]
    (port,) = find_free_ports(1)
    with serve_upstream() as upstream, tempfile.TemporaryDirectory() as folder:
        text = write(target.dialect, POLICY, upstream=f"http://127.0.0.1:{upstream}", listen=f"127.0.0.1:{port}").text
        Path(folder).chmod(0o755)
        (Path(folder) / kind.file).write_text(text, encoding="utf-8")
        command = re.search(r"^# Start it: (.*?)(?: \(|\. |$)", text, re.MULTILINE)
        assert command
        program, *words = [word.replace("$PWD", folder) for word in shlex.split(command[1])]
        # Why: what pip has put beside this Python may be where only its owner comes.
        is_anyones = getpass.getuser() == "root" and find_program(program) == program
        user = {"user": "nobody", "group": "nogroup", "extra_groups": []} if is_anyones else {}
        words = [find_program(program), *words]
        process = subprocess.Popen(words, cwd=folder, stdin=subprocess.DEVNULL, **user)  # type: ignore[call-overload]
        try:
            if kind.is_daemon:
                assert process.wait(20) == 0
            end = time.monotonic() + 20
            while not accepts(port) and time.monotonic() < end:
                time.sleep(0.02)
            answer = ask_port(port, Request("GET", "https://api.example/", HEADERS))
            while answer.status == _UNKNOWN and time.monotonic() < end:
                answer = ask_port(port, Request("GET", "https://api.example/", HEADERS))
            assert get_values(answer.headers, "access-control-allow-origin") == [APP]
        finally:
            if kind.is_daemon:
                ending = re.search(r"End it: add (.*?)\.(?: |$)", text, re.MULTILINE)
                assert ending
                subprocess.run([*words, *ending[1].split()], cwd=folder, check=True, **user)  # type: ignore[call-overload]
            else:
                process.terminate()
                process.wait(20)
        end = time.monotonic() + 20
        while accepts(port) and time.monotonic() < end:
            time.sleep(0.02)
        assert not accepts(port)
        for name in re.findall("^ErrorLog (.*)$", text, re.MULTILINE):
            Path(name).unlink()
