"""One page of some origin, whose script calls an app: what it may read, as an assertion."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from crossorigin.browser import Call, Verdict, simulate
from crossorigin.explanation import explain
from crossorigin.explanation.drawing import ASCII, draw, end_of
from crossorigin.policy import Policy
from crossorigin.probe.apps import find_framework, serve_app
from crossorigin.probe.policy import PolicyNetwork
from crossorigin.reasons import BROWSER_REASONS, Reason
from crossorigin.ruleset import Ruleset
from crossorigin.standard.url import parse_url

if TYPE_CHECKING:
    from types import TracebackType

    from crossorigin.browser.call import Credentials
    from crossorigin.messages import Headers, Request, Response

#: Where an app in this process is: the name that the test clients of Starlette and Django use.
BASE_URL = "https://testserver"

#: Columns of the walk in a failing assertion: pytest puts a mark in front.
_WIDTH = 76


class PageVerdict(Verdict):
    """A verdict that knows its call, and can be asserted."""

    call: Call
    errors: tuple[BaseException, ...] = ()
    policy: Policy | Ruleset | None = None
    framework: str | None = None

    def assert_readable(self) -> Self:
        """Fail unless the script reads the answer; return the verdict.

        :raises AssertionError: it does not; the message has the walk, the reason and what to write.
        """
        __tracebackhide__ = True
        assert_readable(self)
        return self

    def assert_blocked(self, reason: str | Reason | None = None) -> Self:
        """Fail unless the browser keeps the answer from the script, for *reason* where it is given.

        :raises AssertionError: the script reads it, or the reason is another one; the message has the walk.
        :raises ValueError: no browser has that reason.
        """
        __tracebackhide__ = True
        assert_blocked(self, reason)
        return self


def assert_readable(verdict: Verdict) -> None:
    """Fail unless the script reads the answer.

    :raises AssertionError: it does not; the message has the walk, the reason and what to write.
    """
    __tracebackhide__ = True
    if not verdict.is_readable:
        raise AssertionError(_write("the script should read the answer, and the browser keeps it", verdict))


def assert_blocked(verdict: Verdict, reason: str | Reason | None = None) -> None:
    """Fail unless the browser keeps the answer from the script, for *reason* where it is given.

    :param reason: a reason's id, or the reason.
    :raises AssertionError: the script reads it, or the reason is another one; the message has the walk.
    :raises ValueError: no browser has that reason.
    """
    __tracebackhide__ = True
    wanted = reason.id if isinstance(reason, Reason) else reason
    if wanted is not None and wanted not in BROWSER_REASONS:
        message = f'no browser has the reason "{wanted}": write one of {", ".join(BROWSER_REASONS)}'
        raise ValueError(message)
    if verdict.reason is None:
        raise AssertionError(_write("the browser should keep the answer, and the script reads it", verdict))
    if wanted not in {None, verdict.reason.id}:
        message = f"the browser should keep the answer for {wanted}, and does so for {verdict.reason.id}"
        raise AssertionError(_write(message, verdict))


def _write(message: str, verdict: Verdict) -> str:
    """Write what went wrong, with the walk and, where it failed, what to write instead."""
    call = getattr(verdict, "call", None)
    parts = [message]
    if call is not None:
        # Why: a report of tests may go through any encoding, and into a log.
        lines = draw(call, verdict.exchanges, end_of(verdict), width=_WIDTH, marks=ASCII)
        parts.append("\n".join(line.text for line in lines))
    if verdict.reason:
        policy = getattr(verdict, "policy", None)
        explanation = explain(verdict.reason, call=call, exchanges=verdict.exchanges, policy=policy)
        near = [miss.sentence for miss in explanation.near_misses]
        code = explanation.fix.code.get(getattr(verdict, "framework", None) or "", "")
        lines_of_code = [f"    {line}" for line in code.splitlines()]
        said = [f"{verdict.reason.id}: {explanation.what}", *near, explanation.fix.sentence, *lines_of_code]
        parts.append("\n".join(said))
    parts += [f"The app raised {type(error).__name__}: {error}" for error in getattr(verdict, "errors", ())]
    return "\n\n".join(parts)


class Served(NamedTuple):
    """What a page's script calls: the network to it, its URL if it is a server that runs, and what is known of it."""

    network: Callable[[Request], Response]
    url: str | None = None
    policy: Policy | Ruleset | None = None
    framework: str | None = None

    @classmethod
    def make(cls, app: Any) -> Served:  # noqa: ANN401 (any app)
        """Take what *app* is for what it is.

        :raises UnknownAppError: it cannot be told what the app is.
        """
        if isinstance(app, Policy | Ruleset):
            return cls(PolicyNetwork(app), policy=app)
        if isinstance(app, str):
            from crossorigin.probe.live import LiveNetwork  # noqa: PLC0415 (few tests need sockets)

            # Why: a limit on exchanges is for one walk, and a page makes many.
            return cls(LiveNetwork(max_exchanges=sys.maxsize), app)
        return cls(serve_app(app), framework=find_framework(app))

    @property
    def errors(self) -> list[BaseException]:
        """Return what the app has raised so far."""
        errors: list[BaseException] = getattr(self.network, "errors", [])
        return errors

    def start(self) -> contextlib.AbstractContextManager[object]:
        """Return what starts the app up and shuts it down; nothing for what is not started."""
        network: object = self.network
        return network if isinstance(network, contextlib.AbstractContextManager) else contextlib.nullcontext()


class Page:
    """A page of *origin* whose script calls *app*.

    *app* is an ASGI or WSGI app, a policy or ruleset, or the URL of a server that runs. Use it in a ``with`` block:
    an ASGI app is started up and shut down with it. Each call begins with an empty preflight cache.
    *app* may also be another page: then it calls that one's app, which runs as long as that one does.

    :param origin: the page's serialized origin, or "null".
    :param base_url: where an app in this process is, for relative URLs; it must be the app's own name if it looks.
    :param profile: "standard", "chromium", "firefox" or "webkit".
    :raises UnknownAppError: it cannot be told what the app is.

    >>> page = Page(Policy(allow_origins=["https://app.example"]), origin="https://app.example")
    >>> page.fetch("/items").assert_readable().status
    200
    >>> page.fetch("/items", method="PUT").assert_blocked("preflight-not-ok").step
    'preflight'
    """

    def __init__(self, app: Any, *, origin: str, base_url: str = BASE_URL, profile: str = "standard") -> None:  # noqa: ANN401 (any app)
        self.origin = origin
        self.profile = profile
        self.served: Served = app.served if isinstance(app, Page) else Served.make(app)
        self._starts_it = not isinstance(app, Page)
        self._stack = contextlib.ExitStack()
        self.base_url = self.served.url or base_url

    def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Headers | Mapping[str, str] = (),
        credentials: Credentials = "same-origin",
        body: str | bytes | None = None,
    ) -> PageVerdict:
        """Call as a script does with ``fetch(url, {method, headers, credentials, body})``; return what it gets.

        :raises ValueError: no script could call so.
        :raises NoAnswerError: the app or the server did not answer.
        """
        base = parse_url(self.base_url)
        target = parse_url(url, base)
        pairs = tuple(headers.items()) if isinstance(headers, Mapping) else headers
        call = Call(self.origin, str(target) if target else url, method, pairs, credentials, body)
        before = len(self.served.errors)
        verdict = PageVerdict(*simulate(call, self.served.network, profile=self.profile))
        verdict.call = call
        verdict.policy, verdict.framework = self.served.policy, self.served.framework
        verdict.errors = tuple(self.served.errors[before:])
        return verdict

    def __enter__(self) -> Self:
        """Start the app up, if it is one that is started."""
        if self._starts_it:
            self._stack.enter_context(self.served.start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Shut it down."""
        self._stack.__exit__(kind, error, trace)
