"""The middleware: put it first into ``MIDDLEWARE``."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction

from crossorigin.integrations.django._headers import make_response, put_headers
from crossorigin.integrations.django._question import Question
from crossorigin.integrations.django._state import RESPONSE_MARK, find_service, state
from crossorigin.standard import headers as names

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

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
        service = state.service if state.service and not state.has_views else find_service(request)
        answer = service.look_up(request)
        if isinstance(answer, Question):
            answer = answer.settle()
        if answer and answer[0]:
            return make_response(answer)
        response = cast("HttpResponseBase", self.get_response(request))
        if answer and not (state.has_views and hasattr(response, RESPONSE_MARK)):
            put_headers(response, answer[1], service.rules.journal)
        return response

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve one request on the event loop."""
        service = find_service(request)
        answer = service.look_up(request)
        if isinstance(answer, Question):
            answer = await answer.settle_async()
        if answer and answer[0]:
            return make_response(answer)
        response = await cast("Awaitable[HttpResponseBase]", self.get_response(request))
        if answer and not (state.has_views and hasattr(response, RESPONSE_MARK)):
            put_headers(response, answer[1], service.rules.journal)
        return response
