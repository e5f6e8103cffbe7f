"""A live server over HTTP/1.1: the request's own method, target and header lines, and the answer's, as they are."""

from __future__ import annotations

import contextlib
import http.client
import socket
import time
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from crossorigin.messages import Response, get_values
from crossorigin.probe import MAX_BODY, TIME_OUT, NoAnswerError
from crossorigin.probe.wire import Connection
from crossorigin.standard.headers import CONTENT_LENGTH, HOST
from crossorigin.standard.methods import SAFE_METHODS

if TYPE_CHECKING:
    from types import TracebackType

    from crossorigin.messages import Request

#: Exchanges that one network makes: a walk has at most 21 requests, each with a preflight, and engines may differ.
MAX_EXCHANGES = 60

#: The first bytes of a TLS alert.
_TLS_ALERT = "\x15\x03"
#: Characters of what went wrong that are told.
_LONGEST_TEXT = 200

#: "421 (Misdirected Request)": this connection is not for this host, and a browser asks again on another one.
#: Spec: https://www.rfc-editor.org/rfc/rfc9110#name-421-misdirected-request
_MISDIRECTED = 421

#: Seconds that are spent on the body once the head is there: a stream of events never ends.
_BODY_TIME = 2.0


class LiveNetwork:
    """Ask live servers, and keep their connections alive as browsers do.

    No proxy is used, no redirect followed, no cookie kept, nothing decompressed, and no header line added but
    ``Host`` and ``Content-Length`` where the request has a need of them and does not bring them.

    :param time_out: seconds for each exchange, to the end of the answer's head; how long the look-up of a name takes
        is the resolver's affair.
    :param max_body: bytes of each body that are read.
    :param verify: whether a certificate must be one that this machine trusts.
    """

    def __init__(
        self,
        *,
        time_out: float = TIME_OUT,
        max_body: int = MAX_BODY,
        max_exchanges: int = MAX_EXCHANGES,
        verify: bool = True,
    ) -> None:
        self.time_out = time_out
        self.max_body = max_body
        self.max_exchanges = max_exchanges
        self.verify = verify
        self.count = 0
        self._idle: dict[tuple[str, str, int], Connection] = {}

    def __call__(self, request: Request) -> Response:
        """Make one exchange.

        :raises NoAnswerError: no answer came, or none that is HTTP.
        """
        self.count += 1
        if self.count > self.max_exchanges:
            what = f"more than {self.max_exchanges} exchanges"
            raise NoAnswerError("too-many-exchanges", request.url, what, "Look for redirects that lead in a circle")
        parts = urlsplit(request.url)
        place = (parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        deadline = time.monotonic() + self.time_out
        idle = self._idle.pop(place, None)
        # Why: a request on an old connection may be lost or not, and only one that changes nothing is sent twice.
        if idle and request.method in SAFE_METHODS:
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
                return self._exchange(idle, request, deadline)
        if idle:
            idle.close()
        try:
            return self._exchange(Connection(*place, verify=self.verify), request, deadline)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise _explain(error, request.url, self.time_out) from error

    def _exchange(self, connection: Connection, request: Request, deadline: float) -> Response:
        try:
            connection.deadline = deadline
            _send(connection, request)
            answer = connection.getresponse()
            headers = connection.lines
            lengths = get_values(headers, CONTENT_LENGTH)
            if len({*lengths}) > 1 and not answer.chunked:
                text = f"it has different lengths: {', '.join(lengths)}"
                raise http.client.HTTPException(text)  # noqa: TRY301 (it is handled as all of its kind)
            connection.deadline = min(deadline, time.monotonic() + _BODY_TIME)
            body = self._read_body(answer)
        except BaseException:
            connection.close()
            raise
        if answer.isclosed() and not answer.will_close and answer.status != _MISDIRECTED:
            self._idle[connection.place] = connection
        else:
            answer.close()
            connection.close()
        return Response(answer.status, headers, body)

    def _read_body(self, answer: http.client.HTTPResponse) -> bytes:
        """Read to the limit; a body that breaks off, or never ends, is not what a browser judges."""
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            return answer.read(self.max_body)
        return b""

    def close(self) -> None:
        """Close every connection that is kept alive."""
        while self._idle:
            self._idle.popitem()[1].close()

    def __enter__(self) -> Self:
        """Close the connections at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close them."""
        self.close()


def _send(connection: Connection, request: Request) -> None:
    parts = urlsplit(request.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query or "?" in request.url.partition("#")[0] else "")
    names = {name.lower() for name, _ in request.headers}
    connection.putrequest(request.method, target, skip_host=HOST.lower() in names, skip_accept_encoding=True)
    for name, value in request.headers:
        connection.putheader(name, value)
    if request.body and CONTENT_LENGTH.lower() not in names:
        connection.putheader(CONTENT_LENGTH, str(len(request.body)))
    # Why: a server may answer and close before it has read a body that it does not want; the answer counts.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        connection.endheaders(request.body or None)


def _explain(error: Exception, url: str, time_out: float) -> NoAnswerError:
    """Say on one line what has gone wrong, and what to do."""
    # Why: it may hold what the server sent, and goes to a terminal.
    what = "".join(mark if mark.isprintable() else " " for mark in str(error)[:_LONGEST_TEXT]).strip()
    advice = "Look into the server's log"
    host = urlsplit(url).netloc.rpartition("@")[2]
    if isinstance(error, TimeoutError):
        what = f"no answer within {time_out:g} seconds"
        return NoAnswerError("time-out", url, what, "Give it more time, or look whether the server hangs")
    # Why: a name that the DNS cannot have, such as one of an empty label, is not looked up at all.
    is_no_name = isinstance(error, UnicodeError) and getattr(error, "encoding", "idna") == "idna"
    if isinstance(error, socket.gaierror) or is_no_name:
        what = f'the name "{urlsplit(url).hostname}" has no address here'
        return NoAnswerError("unknown-host", url, what, "Mend its spelling, or look whether this machine has a network")
    if isinstance(error, ConnectionRefusedError):
        return NoAnswerError("refused", url, f"nothing listens on {host}", "Start the server, or mend the port")
    if verify_message := getattr(error, "verify_message", ""):
        what = f"the certificate is not trusted: {verify_message}"
        return NoAnswerError("tls", url, what, "A browser stops here, too, before CORS; trust the certificate first")
    if hasattr(error, "library"):
        is_plain = "WRONG_VERSION" in what or "HTTP_REQUEST" in what
        advice = "The port speaks plain HTTP: write http://" if is_plain else "Look at the server's TLS settings"
        return NoAnswerError("tls", url, f"TLS failed: {what}", advice)
    if isinstance(error, ConnectionError):
        return NoAnswerError("closed", url, "the connection was closed without an answer", advice)
    if isinstance(error, OSError):
        return NoAnswerError("unreachable", url, what, "Look whether this machine reaches the server")
    if _TLS_ALERT in str(error) or repr(_TLS_ALERT)[1:-1] in str(error):
        return NoAnswerError("broken-http", url, "the answer is TLS, not HTTP", "Write https://")
    return NoAnswerError("broken-http", url, f"what came back is not HTTP/1.1: {what}", advice)
