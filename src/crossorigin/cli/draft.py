"""A call in the making: what has been read of it so far, and what is made of that."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crossorigin.cli.printing import CannotJudgeError
from crossorigin.messages import escape
from crossorigin.standard import headers as names
from crossorigin.standard.safelist import is_safelisted
from crossorigin.standard.url import parse_url

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crossorigin.browser import Call

_DEFAULT_ACCEPTS = ("*/*", "text/html,", "image/")
#: Headers that DevTools' "disable cache" and a reload put on every request.
_RELOAD_VALUES = frozenset({"no-cache", "max-age=0"})


@dataclass(slots=True)
class Draft:
    """What is known of a call; None or nothing: not said.

    ``source`` is "url", "curl", "har" or "message". ``own_lines`` are header lines that the browser adds by itself:
    they go over the wire, and CORS does not look at them. ``notes`` say what was made of what was read.
    """

    source: str
    url: str
    page: str | None = None
    method: str | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    credentials: str | None = None
    body: str | bytes | None = None
    cookie: str | None = None
    own_lines: list[tuple[str, str]] = field(default_factory=list)
    is_insecure: bool = False
    notes: list[str] = field(default_factory=list)

    def add_headers(self, lines: Iterable[tuple[str, str]], asked: frozenset[str] | None = None) -> None:
        """Sort the header lines of a request that was recorded: the script's, the browser's own, and what they tell.

        :param asked: the names that its preflight asked for: they are the script's, and no other that needs one is.
        """
        lines = list(lines)
        fields = {name.lower(): value for name, value in lines}
        is_browsers = any(name.startswith("sec-") for name in fields) or "Mozilla/" in fields.get("user-agent", "")
        for name, value in lines:
            lower = name.lower()
            if lower == names.ORIGIN.lower():
                self.page = self.page or value
            elif lower == names.COOKIE.lower():
                self.cookie = value if self.cookie is None else f"{self.cookie}; {value}"
            elif asked is not None and lower in asked:
                self.headers.append((name, value))
            elif names.is_forbidden_request_header(name, value):
                continue
            elif (asked is not None and not is_safelisted(name, value)) or (
                is_browsers and _is_browsers_own(lower, value)
            ):
                # Why: the model writes the Accept that every browser sends.
                self.own_lines += [(name, value)] if lower != names.ACCEPT.lower() else []
            else:
                self.headers.append((name, value))
        if self.page is None and (referer := parse_url(fields.get(names.REFERER.lower(), ""))) and referer.is_http:
            self.page = referer.origin
            self.notes.append(f"The page's origin is taken from Referer: {self.page}.")


def _is_browsers_own(name: str, value: str) -> bool:
    """Tell whether a header of a browser's request is one that it adds by itself, and not the script."""
    if name == names.ACCEPT.lower():
        return value.startswith(_DEFAULT_ACCEPTS)
    if name in {"cache-control", "pragma"}:
        return value in _RELOAD_VALUES
    return name in names.BROWSERS_OWN_NAMES


def read_page(text: str, notes: list[str]) -> str:
    """Return the origin of a page, of which the origin or any URL is given; "null" stays.

    :raises CannotJudgeError: it is neither.
    """
    text = text.strip()
    if text == "null":
        return text
    if text.lower().startswith("file:"):
        notes.append("A page that is opened from a file has the origin null.")
        return "null"
    if "*" in text:
        message = f'"{escape(text)}" is no page: name one page, such as https://app.example'
        raise CannotJudgeError(message)
    url = parse_url(text)
    if url is None or "://" not in text:
        guess = "http" if text.startswith(("localhost", "127.")) else "https"
        advice = f"write {guess}://{text}" if parse_url(f"{guess}://{text}") else "write https://app.example"
        message = f'"{escape(text)}" is not the origin of a page: {advice}'
        raise CannotJudgeError(message)
    if not url.is_http:
        return text
    if url.origin != text:
        notes.append(f"The origin of {escape(text)} is {url.origin}.")
    return url.origin


def make_call(draft: Draft) -> Call:
    """Make the call that the draft says.

    :raises CannotJudgeError: something is missing, or no browser would make such a call.
    """
    from crossorigin.browser import Call  # noqa: PLC0415 (--help has no need of it)

    if draft.page is None:
        message = "say which page calls: --origin https://app.example (a page's whole URL will do)"
        raise CannotJudgeError(message)
    page_origin = read_page(draft.page, draft.notes)
    if "://" not in draft.url and parse_url(f"https://{draft.url}"):
        message = f'"{escape(draft.url)}" is not a whole URL: write https://{escape(draft.url)}'
        raise CannotJudgeError(message)
    method = draft.method or ("GET" if draft.body is None else "POST")
    if draft.credentials is None and draft.cookie is not None:
        draft.credentials = "include"
        draft.notes.append('There are cookies, so the call is taken to have credentials: "include".')
    for name, value in ((names.COOKIE, draft.cookie or ""), *draft.own_lines):
        if re.search(r"[\0\r\n]", value) or not names.is_token(name):
            message = f"the value of {escape(name)} cannot be sent: write it on one line"
            raise CannotJudgeError(message)
    dropped = [name for name, value in draft.headers if names.is_forbidden_request_header(name, value)]
    if dropped:
        draft.notes.append(f"A script cannot set {escape(', '.join(dropped))}: left out, as a browser does.")
    if draft.body is not None and method.upper() in {"GET", "HEAD"}:
        draft.notes.append(f"{method.upper()} has no body: left out. fetch() itself would throw a TypeError.")
    try:
        return Call(
            page_origin,
            draft.url,
            method,
            tuple(draft.headers),
            draft.credentials or "same-origin",  # type: ignore[arg-type]  # argparse has checked it
            draft.body,
        )
    except ValueError as error:
        raise CannotJudgeError(escape(str(error))) from error
