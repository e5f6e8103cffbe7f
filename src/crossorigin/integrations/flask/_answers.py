"""What a view's own policy says, put on the view's response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, after_this_request, current_app, request
from flask.globals import request_ctx

from crossorigin.integrations import _environ
from crossorigin.integrations.flask._door import EXCHANGE_KEY, POLICY_KEY
from crossorigin.standard.headers import CONTENT_TYPE, CORS_PREFIX, VARY

if TYPE_CHECKING:
    from crossorigin.decision.table import Answer, Key
    from crossorigin.integrations._answering import Rules
    from crossorigin.integrations.flask._views import View

    Pair = tuple[str, str]

_OURS_KEY = "crossorigin.flask.headers"


def answer(view: View) -> Response | None:
    """Return the answer where it is ours to give; else see to it that the view's has the headers."""
    policy, rules, answers_options = view.settle(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 (a proxy cannot be a key)
    environ = request.environ
    if environ.get(POLICY_KEY) is not policy:
        status, headers, body = _look_up(rules, environ)
        _tell([pair for pair in headers if pair[0] == VARY or pair[0].lower().startswith(CORS_PREFIX)])
        is_preflight = request.method == "OPTIONS" and _environ.METHOD in environ
        if status and (answers_options or not is_preflight):
            response = Response(body, status)
            response.headers.remove(CONTENT_TYPE)
            response.headers.extend([pair for pair in headers if not pair[0].lower().startswith(CORS_PREFIX)])
            return response
    if answers_options and request.method == "OPTIONS":
        return current_app.make_default_options_response()
    return None


def _look_up(rules: Rules[str], environ: dict[str, Any]) -> Answer[str]:
    """Return an answer as the door does; with status 0, the headers are to be put on the view's."""
    table = rules.table or rules.nothing
    origin = environ.get(_environ.ORIGIN)
    key: Key[str] = ()
    ours: list[Pair] | None = None
    if _environ.PRIVATE in environ:
        pass
    elif origin is None:
        ours = table.bare
    elif request.method == "OPTIONS" and _environ.METHOD in environ:
        key = _environ.find_preflight_key(environ, origin)
        if found := table.find_preflight(key):
            return found
    else:
        key = origin
        ours = table.find_actual(origin)
    if ours is not None:
        return 0, ours, b""
    return table.remember(key, rules.judge(rules.policy, _environ.make_request(rules, environ)))


def _tell(ours: list[Pair]) -> None:
    """Let the door put the headers on the response, or where there is none, Flask, also on an error's."""
    environ = request.environ
    if EXCHANGE_KEY in environ:
        environ[EXCHANGE_KEY].replace(ours)
        return
    if _OURS_KEY not in environ:
        after_this_request(_put)
    environ[_OURS_KEY] = ours


def _put(response: Response) -> Response:
    """Put the headers on a response, once, and in the place of all that are there."""
    headers = response.headers
    for name in [name for name in headers.keys() if name.lower().startswith(CORS_PREFIX)]:  # noqa: SIM118 (they are no mapping)
        headers.remove(name)
    varies = headers.getlist(VARY)
    words = {word.strip().lower() for value in varies for word in value.split(",")}
    for name, value in request.environ[_OURS_KEY]:
        if name != VARY:
            headers.add(name, value)
        elif words.isdisjoint({"*", *value.lower().split(", ")}):
            headers.add(name, value)
            if _is_session_used():
                # Why: Flask reads only the first line when it adds its own word for the session, and drops the others.
                headers[VARY] = ", ".join([*varies, value])
    return response


def _is_session_used() -> bool:
    """Tell whether Flask will add its word for the session."""
    context = request_ctx._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 (as above)
    # Why: since Flask 3.1 to look at the session in the public way is to use it.
    session = vars(context).get("_session", vars(context).get("session"))
    return session is not None and bool(session.accessed)
