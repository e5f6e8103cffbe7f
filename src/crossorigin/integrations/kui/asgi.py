r"""``kui.asgi``: ``Kui`` with a policy around the whole app, and ``allow_cors`` for single routes.

>>> import re
>>> app = Kui(cors_config={"allow_origins": [re.compile(r"https://[a-z]+\.example\.com")]})
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kui import asgi as theirs

from crossorigin.decision import compile  # noqa: A004 (the name users know it by)
from crossorigin.integrations import _scope
from crossorigin.integrations.kui._asgi_door import Door
from crossorigin.integrations.kui._decorator import make_allow_cors
from crossorigin.integrations.kui._marks import SERVED, Mark, read_policy, set_mark

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from crossorigin.decision import Decision
    from crossorigin.integrations._scope import Receive, Scope, Send
    from crossorigin.integrations.kui._options import CORSConfig
    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset

    View = Callable[..., Awaitable[Any]]

__all__ = ["Kui", "allow_cors"]


class Kui(theirs.Kui):
    """Kui's app; ``cors_config`` stands around the whole of it, so that errors carry the headers, too.

    A route with a policy of its own is answered by that one. All other options are those of Kui's class.

    :param cors_config: the options of :func:`allow_cors`, as a dict.
    :param policy: a policy or ruleset instead of them; its answers are then in our own form.
    :raises PolicyError: an option is wrong.
    """

    def __init__(
        self,
        *,
        cors_config: CORSConfig | None = None,
        policy: Policy | Ruleset | None = None,
        **options: Any,  # noqa: ANN401 (those of Kui's class)
    ) -> None:
        super().__init__(**options)
        self.cors: Door | None = None
        if cors_config is not None or policy is not None:
            self.cors = Door(self, super().__call__, read_policy(cors_config, policy))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if self.cors is None:
            await super().__call__(scope, receive, send)
        else:
            scope[SERVED] = True
            await self.cors(scope, receive, send)


def _wrap(view: View, mark: Mark[bytes]) -> View:
    async def answer() -> Any:  # noqa: ANN401 (whatever Kui makes an answer of)
        request = theirs.request_var.get()
        if SERVED in request:
            return await view()
        decision = await mark.rules.judge_async(mark.policy, _scope.make_request(mark.rules, request))
        if decision.status is not None:
            return _Answer(decision)
        try:
            response = theirs.convert_response(await view())
        except theirs.HTTPException as error:
            error.headers = mark.merge(error.headers or {}, decision.headers)
            raise
        # Why: Kui takes baize's apps for files and the like as answers, too, and those have no headers yet.
        if hasattr(response, "headers"):
            mark.put(response.headers, decision.headers)
        return response

    set_mark(answer, mark)
    return answer


class _Answer(theirs.HttpResponse):
    """An answer of ours alone."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.status or 200, dict(decision.headers))
        self._body = decision.body.encode()

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it."""
        headers = self.list_headers(as_bytes=True)
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": self._body})


allow_cors = make_allow_cors(compile, _wrap)
