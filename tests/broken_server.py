"""A server on loopback that sends the bytes it is given, whatever they are, and keeps what it was sent."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Sequence

TIME_OUT = 20


class Wire:
    """What has happened: the heads of the requests, and how many connections were opened."""

    def __init__(self, port: int, tls: ssl.SSLContext | None) -> None:
        self.port = port
        self.tls = tls
        self.heads: list[str] = []
        self.bodies: list[bytes] = []
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/items"


@contextlib.contextmanager
def serve_bytes(answers: Sequence[bytes], *, tls: ssl.SSLContext | None = None, stays: bool = False) -> Iterator[Wire]:
    """Answer the requests, in their order, with *answers*; the last one serves all that follow.

    A connection is closed after an answer that says ``Connection: close`` or has no length; with *stays* none is.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        wire, over = Wire(server.getsockname()[1], tls), threading.Event()

        def work() -> None:
            while not over.is_set():
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                wire.connections += 1
                threading.Thread(
                    target=_talk, args=(client, wire, answers, over if stays else None), daemon=True
                ).start()

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            yield wire
        finally:
            over.set()
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", wire.port), timeout=1).close()
            thread.join(TIME_OUT)


def _talk(client: socket.socket, wire: Wire, answers: Sequence[bytes], stays: threading.Event | None) -> None:
    with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
        if wire.tls is not None:
            client = wire.tls.wrap_socket(client, server_side=True)
        stack.enter_context(client)
        file = stack.enter_context(client.makefile("rb"))
        while head := _read_head(file):
            length = next((line for line in head.split("\r\n") if line.lower().startswith("content-length:")), ":0")
            wire.bodies.append(file.read(int(length.partition(":")[2])))
            answer = answers[min(len(wire.heads), len(answers) - 1)]
            wire.heads.append(head)
            client.sendall(answer)
            if stays is not None:
                stays.wait(TIME_OUT)
            if b"content-length:" not in answer.lower() or b"connection: close" in answer.lower():
                return


def _read_head(file: object) -> str:
    lines: list[bytes] = []
    while (line := file.readline()) not in {b"\r\n", b""}:  # type: ignore[attr-defined]
        lines.append(line)
    return b"".join(lines).decode("latin-1")
