"""What goes to a live server: nothing that may change something unasked, and the cookies that belong to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.browser.preflight import is_preflight
from crossorigin.cli.judging import NotSentError
from crossorigin.standard.headers import COOKIE
from crossorigin.standard.hosts import is_loopback
from crossorigin.standard.methods import SAFE_METHODS
from crossorigin.standard.url import parse_url

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crossorigin.browser import Call
    from crossorigin.messages import Request, Response


class Carrier:
    """A network in front of another one, which knows the call: its cookies, and what may be sent for it.

    :param own_lines: what the browser adds by itself to every request.
    :param may_send: whether a body, or a method that is not safe, may go to a host that is not loopback.
    """

    def __init__(
        self,
        network: Callable[[Request], Response],
        call: Call,
        *,
        cookie: str | None = None,
        own_lines: Sequence[tuple[str, str]] = (),
        may_send: bool = True,
    ) -> None:
        self._network = network
        self._call = call
        # Why: these are of no script, which could only set bytes; browsers write them in UTF-8.
        self._cookie = _write_bytes(cookie or "")
        self._own_lines = [(name, _write_bytes(value)) for name, value in own_lines]
        self._may_send = may_send

    def __call__(self, request: Request) -> Response:
        """Make one exchange.

        :raises NotSentError: it may change something, and nobody has said that it may.
        """
        url = parse_url(request.url)
        lines = [*request.headers, *self._own_lines]
        if url is None or is_preflight(request):
            return self._network(request._replace(headers=tuple(lines)))
        is_safe = request.method in SAFE_METHODS and not request.body
        if not (is_safe or self._may_send or is_loopback(url.host)):
            raise NotSentError(request)
        has_credentials = self._call.credentials == "include" or (
            self._call.credentials == "same-origin" and url.origin == self._call.page_origin
        )
        # Why: cookies are given for the host that was named; a redirect must not carry them to another, nor from TLS
        # into the open, since nobody has said that they are not Secure.
        named = self._call.parsed_url
        is_theirs = url.host == named.host and url.scheme in {named.scheme, "https"}
        if self._cookie and has_credentials and is_theirs:
            lines.append((COOKIE, self._cookie))
        return self._network(request._replace(headers=tuple(lines)))


def _write_bytes(text: str) -> str:
    """Return the bytes of a text in the form that headers have here: a character each."""
    return text.encode("utf-8", "replace").decode("latin-1")
