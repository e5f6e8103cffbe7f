"""Django's requests in the core's form: the path that a rule is found by, and the headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crossorigin.integrations._answering import find_table_by_path, find_url
from crossorigin.messages import Request

if TYPE_CHECKING:
    from django.http import HttpRequest

    from crossorigin.decision import Table
    from crossorigin.integrations._answering import Rules


def find_table(rules: Rules[str], request: HttpRequest) -> Table[str] | None:
    """Return the table of the rule that serves the path; None: no rule does, so the request is not touched."""
    return find_table_by_path(rules, request.path_info, _find_raw(request), _find_url(request))


def _find_raw(request: HttpRequest) -> str:
    """Return the path as the server got it, or "" if it does not tell."""
    scope = getattr(request, "scope", None)
    if scope is None:
        return request.META.get("RAW_URI") or request.META.get("REQUEST_URI") or ""
    return (scope.get("raw_path") or b"").decode("latin-1")


def _find_url(request: HttpRequest) -> str:
    return find_url(request.path_info, _find_raw(request), request.META.get("SCRIPT_NAME", ""))


def make_message(rules: Rules[str], request: HttpRequest) -> Request:
    """Return the request; its URL is the path below the project's own prefix."""
    meta = request.META
    headers = [(key[len("HTTP_") :].replace("_", "-"), meta[key]) for key in meta if key.startswith("HTTP_")]
    url = _find_url(request) if rules.table is None else request.path_info
    # Why: Django's own name for it is in capital letters, whatever was sent, and methods are compared with case.
    method = request.scope["method"] if hasattr(request, "scope") else meta["REQUEST_METHOD"]
    return Request(method, url, headers)
