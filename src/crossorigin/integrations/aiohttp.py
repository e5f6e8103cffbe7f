"""aiohttp: ``setup(app, policy)`` covers a whole ``web.Application``, its sub-apps, errors, streams and WebSockets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from multidict import CIMultiDict

from crossorigin.integrations._native import Found, Incoming, NativeLayer, split_answer

if TYPE_CHECKING:
    from typing import Unpack

    from aiohttp.typedefs import Handler

    from crossorigin.integrations._native import Pair
    from crossorigin.policy import Policy
    from crossorigin.policy.options import Options
    from crossorigin.ruleset import Ruleset

_KEY: web.AppKey[CORSLayer] = web.AppKey("crossorigin")


def setup(
    app: web.Application, policy_or_ruleset: Policy | Ruleset | None = None, **options: Unpack[Options]
) -> CORSLayer:
    """Put a policy's answers on everything that an app sends; preflights are answered before anything else.

    When it is called, before routes and other middlewares are added or after, makes no difference. Sub-apps are
    covered by the outermost app's policy.

    :param policy_or_ruleset: a policy or ruleset; or give the policy's options by name.
    :raises PolicyError: the options are wrong.
    :raises RuntimeError: the app has a policy already, or is running.
    """
    if _KEY in app:
        text = "the app has a CORS policy already: call setup(app, ...) once, or reconfigure(...) on what it returned"
        raise RuntimeError(text)
    layer = CORSLayer(app, policy_or_ruleset, {**options})
    app.middlewares.insert(0, layer.serve)
    app.on_startup.append(layer.come_first)
    app.on_response_prepare.append(layer.prepare)
    app[_KEY] = layer
    return layer


class CORSLayer(NativeLayer):
    """What ``setup`` has put into an app: ``policy`` is the one in force, ``reconfigure`` puts another in its place."""

    @web.middleware
    async def serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer a preflight and what the policy enforces; let the app answer the rest."""
        answer = await self._answer(request)
        return await handler(request) if answer is None else answer

    async def come_first(self, app: web.Application) -> None:
        """Make the middleware the outermost, whatever was added since."""
        if not app.middlewares.frozen:
            app.middlewares.remove(self.serve)
            app.middlewares.insert(0, self.serve)

    async def prepare(self, request: web.Request, _response: web.StreamResponse) -> None:
        """Cover what the app answers before its middlewares run: a refused ``Expect``."""
        if self._mark not in vars(request.writer):
            await self._answer(request)

    async def _answer(self, request: web.Request) -> web.Response | None:
        # Why: there is a writer for each request, and copies of the request share it.
        marks = vars(request.writer)
        marks[self._mark] = True
        incoming = _read(request)
        found = self.look_up(incoming, marks)
        if found is None:
            return None
        status, ours, body = await self.decide(found, incoming) if isinstance(found, Found) else found
        rest: list[Pair] = []
        if status:
            rest, ours = split_answer(ours)
        self._put_on(request, ours)
        return web.Response(status=status, headers=CIMultiDict(rest), body=body or None) if status else None

    @property
    def _mark(self) -> str:
        return f"crossorigin.{id(self)}"

    def _put_on(self, request: web.Request, ours: list[Pair]) -> None:
        """Have the headers written on the response, whoever makes it."""
        # Why: all responses, and errors that the server makes of exceptions, pass through the writer after
        # every middleware and signal, so that nothing can be added behind ours.
        writer = request.writer
        write = writer.write_headers

        async def write_headers(status_line: str, headers: CIMultiDict[str]) -> None:
            await write(status_line, CIMultiDict(self.merge(headers.items(), ours)))

        writer.write_headers = write_headers  # type: ignore[method-assign]


def _read(request: web.Request) -> Incoming:
    headers = request.headers
    return Incoming(
        request.method,
        request.raw_path,
        lambda name: headers.getall(name, ()),
        lambda: [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.raw_headers],
    )
