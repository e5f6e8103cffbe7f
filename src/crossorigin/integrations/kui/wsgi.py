r"""``kui.wsgi``: ``Kui`` with a policy around the whole app, and ``allow_cors`` for single routes.

>>> import re
>>> app = Kui(cors_config={"allow_origins": [re.compile(r"https://[a-z]+\.example\.com")]})
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kui import wsgi as theirs

from crossorigin.decision import compile_text
from crossorigin.integrations import _environ
from crossorigin.integrations.kui._decorator import make_allow_cors
from crossorigin.integrations.kui._marks import SERVED, Mark, read_policy, set_mark
from crossorigin.integrations.kui._wsgi_door import Door

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crossorigin.decision import Decision
    from crossorigin.integrations._environ import StartResponse
    from crossorigin.integrations.kui._options import CORSConfig
    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset

    View = Callable[..., Any]

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

    def __call__(self, environ: Any, start_response: StartResponse) -> Iterable[bytes]:  # noqa: ANN401 (a dict)
        """Serve one request."""
        if self.cors is None:
            return super().__call__(environ, start_response)
        environ[SERVED] = True
        return self.cors(environ, start_response)


def _wrap(view: View, mark: Mark[str]) -> View:
    def answer() -> Any:  # noqa: ANN401 (whatever Kui makes an answer of)
        request: Any = theirs.request_var.get()
        if SERVED in request:
            return view()
        decision = mark.rules.judge(mark.policy, _environ.make_request(mark.rules, request))
        if decision.status is not None:
            return _Answer(decision)
        try:
            response = theirs.convert_response(view())
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

    def __call__(self, _: Any, start_response: StartResponse) -> Iterable[bytes]:  # noqa: ANN401 (a dict)
        """Send it."""
        start_response(_environ.write_status(self.status_code), self.list_headers(as_bytes=False))
        return [self._body]


allow_cors = make_allow_cors(compile_text, _wrap)
