"""One HTTP/1.1 connection with a deadline, whose answers keep their header lines as they were sent."""

from __future__ import annotations

import functools
import http.client
import io
import socket
import time
from typing import TYPE_CHECKING, Any

from crossorigin.standard.headers import is_token
from crossorigin.standard.hosts import is_address, is_loopback

if TYPE_CHECKING:
    import ssl

_BLANK = (b"\r\n", b"\n", b"")
_MOST_ADDRESSES = 8
_CONTINUE, _SWITCHING, _OK = 100, 101, 200
#: The shortest wait: 0 would mean not to wait at all, and fail in another way.
_SHORTEST = 0.001


class Connection(http.client.HTTPConnection):
    """A connection to one place; every wait on it ends at ``deadline``."""

    def __init__(self, scheme: str, host: str, port: int, *, verify: bool) -> None:
        super().__init__(host, port)
        self.place = (scheme, host, port)
        self.deadline = 0.0
        self._verify = verify
        # Why: http.client calls it as it would call the class.
        self.response_class = functools.partial(_Response, self)  # type: ignore[assignment]
        self.lines: list[tuple[str, str]] = []

    @property
    def seconds_left(self) -> float:
        """How long the next wait may take."""
        return max(self.deadline - time.monotonic(), _SHORTEST)

    def connect(self) -> None:
        """Open it, with TLS for https."""
        scheme, host, _ = self.place
        self.sock = self._connect_socket(host)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if scheme == "https":
            self.sock.settimeout(self.seconds_left)
            try:
                self.sock = _make_context(verify=self._verify).wrap_socket(self.sock, server_hostname=host)
            except BaseException:
                self.close()
                raise

    def _connect_socket(self, host: str) -> socket.socket:
        """Try the addresses of the host in their order, all within the time that is left."""
        # Why: browsers take localhost and every name below it for this machine, whatever a resolver says.
        name = "localhost" if is_loopback(host) and not is_address(host) and ":" not in host else host
        places = [info[4][:2] for info in socket.getaddrinfo(name, self.port, type=socket.SOCK_STREAM)]
        errors: list[OSError] = []
        for place in places[:_MOST_ADDRESSES]:
            try:
                return socket.create_connection(place, self.seconds_left)  # type: ignore[arg-type]  # of TCP, a name and a port
            except OSError as error:
                errors.append(error)
        raise errors[0] if errors else socket.gaierror(socket.EAI_NONAME, name)

    def send(self, data: Any) -> None:  # noqa: ANN401 (http.client's)
        """Send bytes, and wait no longer than the deadline says."""
        if self.sock is not None:
            self.sock.settimeout(self.seconds_left)
        super().send(data)


def _make_context(*, verify: bool) -> ssl.SSLContext:
    import ssl  # noqa: PLC0415 (it takes time, and plain http has no need of it)

    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


class _Response(http.client.HTTPResponse):
    """An answer that passes over interim answers, and keeps its lines."""

    def __init__(self, connection: Connection, sock: socket.socket, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 (http.client's)
        super().__init__(sock, *arguments, **options)
        self.fp.close()
        self._reader = _Reader(_Waiting(sock, connection))
        self.fp = self._reader
        self._connection = connection

    def begin(self) -> None:
        """Read the head of the answer."""
        super().begin()
        # Why: http.client passes over 100 only, but 103 (Early Hints) is no answer, either.
        while _CONTINUE <= self.status < _OK and self.status != _SWITCHING:
            self.headers = None  # type: ignore[assignment]  # as before the first
            super().begin()
        if self.status == _SWITCHING:
            text = "it switches to another protocol, which nobody has asked for"
            raise http.client.HTTPException(text)
        # Why: what a head that breaks off would have said of CORS is not known.
        if self._reader.head[-1:] == [b""]:
            text = "the connection was closed within the head"
            raise ConnectionResetError(text)
        self._connection.lines = _read_lines(self._reader.head)
        self._reader.is_in_head = False


class _Waiting(io.RawIOBase):
    """The bytes of a socket, each wait for which ends at the connection's deadline."""

    def __init__(self, sock: socket.socket, connection: Connection) -> None:
        self._sock = sock
        self._file = sock.makefile("rb", buffering=0)
        self._connection = connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 (io's)
        if time.monotonic() >= self._connection.deadline:
            raise TimeoutError
        self._sock.settimeout(self._connection.seconds_left)
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


class _Reader(io.BufferedReader):
    """What http.client reads from; it remembers the lines of the last head."""

    is_in_head = True

    def __init__(self, raw: io.RawIOBase) -> None:
        super().__init__(raw)
        self.head: list[bytes] = []

    def readline(self, size: int | None = -1) -> bytes:
        line = super().readline(size)
        if self.is_in_head:
            if self.head and self.head[-1] in _BLANK:
                self.head.clear()
            self.head.append(line)
        return line

    def read(self, size: int | None = -1) -> bytes:
        # Why: http.client reads a chunk of the length -1 to the end, which may never come.
        if size is None or size < 0:
            raise http.client.IncompleteRead(b"")
        return super().read(size)


def _read_lines(head: list[bytes]) -> list[tuple[str, str]]:
    """Return the header lines below the status line, in their order, repeats kept.

    A line that begins with a space goes on with the one before it; what is no header line is passed over.
    """
    pairs: list[tuple[str, str]] = []
    for line in head[1:]:
        text = line.decode("latin-1")
        name, colon, value = text.partition(":")
        if text[:1] in {" ", "\t"} and pairs:
            last, begun = pairs[-1]
            pairs[-1] = (last, f"{begun} {text.strip()}".strip())
        elif colon and is_token(name):
            pairs.append((name, value.strip(" \t\r\n")))
    return pairs
