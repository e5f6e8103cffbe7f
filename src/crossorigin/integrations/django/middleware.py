"""The middleware: put it first into ``MIDDLEWARE``."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction

from crossorigin.integrations.django._headers import make_response, put_headers
from crossorigin.integrations.django._question import Question
from crossorigin.integrations.django._state import state
from crossorigin.integrations.django._views import RESPONSE_MARK, find_reached, find_service
from crossorigin.standard import headers as names

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from crossorigin.decision.table import Answer
    from crossorigin.integrations.django._service import Service

    GetResponse = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]

ACCESS_CONTROL_ALLOW_ORIGIN = names.ALLOW_ORIGIN.lower()
ACCESS_CONTROL_EXPOSE_HEADERS = names.EXPOSE_HEADERS.lower()
ACCESS_CONTROL_ALLOW_CREDENTIALS = names.ALLOW_CREDENTIALS.lower()
ACCESS_CONTROL_ALLOW_HEADERS = names.ALLOW_HEADERS.lower()
ACCESS_CONTROL_ALLOW_METHODS = names.ALLOW_METHODS.lower()
ACCESS_CONTROL_MAX_AGE = names.MAX_AGE.lower()
ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK = names.REQUEST_PRIVATE_NETWORK.lower()
ACCESS_CONTROL_ALLOW_PRIVATE_NETWORK = names.ALLOW_PRIVATE_NETWORK.lower()


class CorsMiddleware:
    """Put the answers of the CORS settings on every response, and answer preflights before everything else.

    :raises ImproperlyConfigured: a setting cannot work.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.async_mode = iscoroutinefunction(get_response)
        if self.async_mode:
            markcoroutinefunction(self)
        state.load(is_start=True)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Serve one request."""
        if self.async_mode:
            return self.__acall__(request)
        is_plain = state.has_loaded and not state.has_views
        service = state.service if is_plain and state.service else find_service(request)
        answer = service.look_up(request)
        if isinstance(answer, Question):
            answer = answer.settle()
        if answer and answer[0]:
            return make_response(answer)
        response = cast("HttpResponseBase", self.get_response(request))
        if state.has_views:
            if hasattr(response, RESPONSE_MARK):
                return response
            if reached := find_reached(request):
                service, answer = reached, reached.look_up(request)
                if isinstance(answer, Question):
                    answer = answer.settle()
        return _finish(response, answer, service)

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve one request on the event loop."""
        service = find_service(request)
        answer = service.look_up(request)
        if isinstance(answer, Question):
            answer = await answer.settle_async()
        if answer and answer[0]:
            return make_response(answer)
        response = await cast("Awaitable[HttpResponseBase]", self.get_response(request))
        if state.has_views:
            if hasattr(response, RESPONSE_MARK):
                return response
            if reached := find_reached(request):
                service, answer = reached, reached.look_up(request)
                if isinstance(answer, Question):
                    answer = await answer.settle_async()
        return _finish(response, answer, service)


def _finish(response: HttpResponseBase, answer: Answer[str] | None, service: Service) -> HttpResponseBase:
    if answer and answer[0]:
        # Why: the view that was reached is not the one that was looked up, and its policy refuses.
        return make_response(answer)
    if answer:
        put_headers(response, answer[1], service.rules.journal)
    return response
