"""Django's responses: our headers on someone else's, and answers that are ours alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse

from crossorigin.integrations._answering import Merger
from crossorigin.standard.headers import CONTENT_TYPE

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from crossorigin.decision.table import Answer
    from crossorigin.integrations._answering import Journal

    Pairs = list[tuple[str, str]]

_MERGER = Merger(str)


def make_response(answer: Answer[str]) -> HttpResponse:
    """Give an answer that is ours alone."""
    status, headers, body = answer
    response = HttpResponse(body, status=status)
    del response.headers[CONTENT_TYPE]
    for name, value in headers:
        response.headers[name] = value
    return response


def put_headers(response: HttpResponseBase, ours: Pairs, journal: Journal) -> None:
    """Put our headers on a response: ``Vary`` is merged, every other CORS header replaced."""
    headers = response.headers
    for name in headers:
        if name[:1] in "aAvV":
            ours = _merge(response, ours, journal)
            break
    for name, value in ours:
        headers[name] = value


def _merge(response: HttpResponseBase, ours: Pairs, journal: Journal) -> Pairs:
    """Take out what the policy's answer replaces; return what is to be put there."""
    inner = [*response.headers.items()]
    merged, removed = _MERGER.merge(inner, ours)
    journal.tell_of_inner_headers(removed)
    for name in removed:
        del response.headers[name]
    return [pair for pair in merged if pair not in inner or pair in ours]
