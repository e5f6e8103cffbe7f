"""``cors_headers``: a policy of its own for one view."""

from __future__ import annotations

from functools import wraps
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, TypeVar

from asgiref.sync import iscoroutinefunction

from crossorigin.integrations._dropin import make_policy
from crossorigin.integrations.django._habits import HABITS, HABITUAL
from crossorigin.integrations.django._headers import make_response, put_headers
from crossorigin.integrations.django._question import Question, is_on_a_loop
from crossorigin.integrations.django._service import Service
from crossorigin.integrations.django._state import state
from crossorigin.integrations.django._views import REQUEST_MARK, RESPONSE_MARK, VIEW_MARK
from crossorigin.integrations.django.defaults import default_headers, default_methods

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from crossorigin.decision.table import Answer
    from crossorigin.policy import Policy
    from crossorigin.ruleset import Ruleset

View = TypeVar("View", bound="Callable[..., Any]")


def cors_headers(
    allow_origin: str | Iterable[str] | None = None, *, policy: Policy | Ruleset | None = None, **options: object
) -> Callable[[View], View]:
    """Give a view, sync or async, a policy of its own, in the place of the settings.

    Where the middleware is installed, it answers the view's preflights before every other middleware, and puts the
    headers on its errors, too; without it, the view does, behind whatever stands in front of it. A class takes it by
    ``method_decorator(cors_headers(...), name="dispatch")``.

    :param allow_origin: one origin, several, or ``"*"``.
    :param policy: a whole policy in the place of all options.
    :param options: the further options of a Policy. Methods, header names and max_age have the settings' defaults.
    :raises PolicyError: an option cannot work.
    :raises TypeError: there is both a policy and options, or neither.
    """
    if policy is None:
        if allow_origin is None and not options:
            text = 'say which origins may read: cors_headers(allow_origin="https://app.example")'
            raise TypeError(text)
        defaults = {"allow_methods": default_methods, "allow_headers": default_headers, "max_age": 86400, **HABITUAL}
        given = {} if allow_origin is None else {"allow_origins": allow_origin}
        policy = make_policy(defaults | given | options, HABITS, {"allow_origins": "allow_origin"})
    elif options or allow_origin is not None:
        text = "give either a policy or its options, not both"
        raise TypeError(text)
    service = Service(policy)
    state.has_views = True

    def decorate(view: View) -> View:
        serve = _serve_async(view, service) if iscoroutinefunction(view) else _serve(view, service)
        setattr(serve, VIEW_MARK, service)
        return serve  # type: ignore[return-value]  # it is called like the view

    return decorate


def _serve(view: Callable[..., Any], service: Service) -> Callable[..., Any]:
    @wraps(view)
    def serve(request: HttpRequest, *args: object, **kwargs: object) -> object:
        if getattr(request, REQUEST_MARK, None) is service:
            return view(request, *args, **kwargs)
        answer = service.look_up(request)
        if isinstance(answer, Question):
            # Why: the dispatch of a class whose methods are async is sync, and what it returns is awaited.
            if is_on_a_loop():
                return _serve_async(view, service)(request, *args, **kwargs)
            answer = answer.settle()
        if answer and answer[0]:
            return _mark(make_response(answer))
        response = view(request, *args, **kwargs)
        return _finish_async(response, answer, service) if isawaitable(response) else _finish(response, answer, service)

    return serve


def _serve_async(view: Callable[..., Any], service: Service) -> Callable[..., Any]:
    @wraps(view)
    async def serve(request: HttpRequest, *args: object, **kwargs: object) -> object:
        if getattr(request, REQUEST_MARK, None) is service:
            return await view(request, *args, **kwargs)
        answer = service.look_up(request)
        if isinstance(answer, Question):
            answer = await answer.settle_async()
        if answer and answer[0]:
            return _mark(make_response(answer))
        response = view(request, *args, **kwargs)
        return _finish(await response if isawaitable(response) else response, answer, service)

    return serve


async def _finish_async(
    response: Awaitable[HttpResponseBase], answer: Answer[str] | None, service: Service
) -> HttpResponseBase:
    return _finish(await response, answer, service)


def _finish(response: HttpResponseBase, answer: Answer[str] | None, service: Service) -> HttpResponseBase:
    if answer:
        put_headers(response, answer[1], service.rules.journal)
    return _mark(response)


def _mark(response: HttpResponseBase) -> HttpResponseBase:
    setattr(response, RESPONSE_MARK, True)
    return response
